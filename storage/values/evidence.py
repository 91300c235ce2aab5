"""What is kept of a case, what could not be, and what must not be purged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from config.types import (
    AccountId,
    CaseId,
    EvidenceId,
    EvidenceKind,
    HoldId,
    HoldReason,
    SubjectId,
    SubjectKind,
    VersionId,
)
from storage.values.reading import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvidence:
    """A file that lies in the folder of evidence and is now to be recorded.

    Attributes:
        place: Where in the case's subject it belongs: ``12/0`` (first picture of version 12),
            ``12`` (the answer that version 12 was read from), a given file's harmless name.
            With kind and SHA-256 it is the natural key.
        name: What a reader is told it is: the platform's name of a picture, a file's name as
            given, made harmless.
        size: In bytes.
        media_type: As its bytes show, never as a header claims (``image/jpeg``).
        width: Of a picture, in pixels; None for anything else.
        picture_hash: 16 hexadecimal digits (`monitor.checks.picture`); empty for anything else.
        origin: Where it came from: an address without secrets, or who gave it.
        by: Who had it kept.
    """

    kind: EvidenceKind
    place: str
    name: str
    sha256: str
    size: int
    media_type: str
    by: str
    version: VersionId | None = None
    width: int | None = None
    height: int | None = None
    picture_hash: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file kept for a case; see `NewEvidence`.

    Attributes:
        case: For which it was kept first; later cases on the same post have it too.
        entry: Number of the ledger entry that commits to it.
    """

    id: EvidenceId
    case: CaseId
    subject: SubjectId
    version: VersionId | None
    kind: EvidenceKind
    place: str
    name: str
    sha256: str
    size: int
    media_type: str
    width: int | None
    height: int | None
    picture_hash: str
    origin: str
    by: str
    at: datetime
    entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unkept:
    """What should have been kept and was not.

    Attributes:
        place: As in `NewEvidence`.
        why: In plain words, for the record and the paper.
        is_final: It was refused and is not asked for again.
        attempts: How often it was tried.
        next_at: When it is tried again; None and not final: when its post is read again and
            the platform gives a new address.
    """

    place: str
    name: str
    version: VersionId | None
    why: str
    is_final: bool
    attempts: int
    at: datetime
    next_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoCopying:
    """Somebody said that keeping copies is unlawful.

    Attributes:
        purged: How many files were taken away.
    """

    case: CaseId
    at: datetime
    by: str
    because: str
    purged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Preserved:
    """What is kept of a case's subject beside its words, and what is not.

    Attributes:
        files: By kind and place.
        unkept: By place.
        stopped: Set when copying was stopped; ``files`` is then empty, or about to be.
    """

    files: tuple[KeptFile, ...] = ()
    unkept: tuple[Unkept, ...] = ()
    stopped: NoCopying | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureAddress:
    """Where a still picture of a version lay when it was last read.

    Attributes:
        version: None for the account's own picture in its profile.
        position: From 0, in the platform's order.
        name: The platform's lasting name of it.
        attempts: How often it was tried.
    """

    version: VersionId
    position: int
    name: str
    url: str
    read_at: datetime
    attempts: int = 0

    @property
    def place(self) -> str:
        """As in `NewEvidence`."""
        return f"{self.version}/{self.position}"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnseenPicture:
    """A picture of a post that was not compared yet with those that had to go."""

    account: AccountId
    subject: SubjectId
    address: PictureAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureRead:
    """What came of reading the words in a picture.

    Attributes:
        address: Which picture.
        sha256: Of its bytes; empty: none came.
        words: Line by line, NFC; empty: there are none in it. None: it was not read.
        why: Why it was not, in plain words, without an address; empty if it was.
        is_final: It is not tried again.
        attempts: How often it was tried so far, this time included.
        next_at: When it is tried again; None: not, or when a reading gives a new address.
    """

    address: PictureAddress
    sha256: str = ""
    words: str | None = None
    why: str = ""
    is_final: bool = True
    attempts: int = 1
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToPreserve:
    """A case of which something is not kept yet and may be.

    Attributes:
        answers: Versions whose answer of the platform is not among the files.
        pictures: That were not fetched and may be tried now.
        needs_profile: The account's face is not kept with this case.
        is_history: It stood there before it was watched: what is new is kept first.
    """

    case: CaseId
    account: AccountId
    subject: SubjectId
    subject_kind: SubjectKind
    opened_at: datetime
    answers: tuple[VersionId, ...] = ()
    pictures: tuple[PictureAddress, ...] = ()
    needs_profile: bool = False
    is_history: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """An account's profile as it was at a time.

    Attributes:
        seen_from: First reading that showed it so.
        seen_until: Last one.
        pictures: Where its pictures lay.
    """

    version: VersionId
    platform_id: str
    url: str
    words: Words
    seen_from: datetime
    seen_until: datetime
    pictures: tuple[PictureAddress, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHold:
    """Why something must not be purged.

    Attributes:
        case: Only this case and its post.
        account: Only this account.
        since: Only what stood or happened from then on; aware UTC, None: from the beginning.
        until: Only what stood or happened before; None: without end.
        because: In the words of who asked; may be empty.
    """

    reason: HoldReason
    by: str
    because: str = ""
    case: CaseId | None = None
    account: AccountId | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A hold as it stands; see `NewHold`.

    Attributes:
        released_at: When it was released; None while it holds.
    """

    id: HoldId
    reason: HoldReason
    case: CaseId | None
    account: AccountId | None
    since: datetime | None
    until: datetime | None
    because: str
    by: str
    at: datetime
    released_at: datetime | None = None
    released_by: str | None = None
    released_because: str = ""
