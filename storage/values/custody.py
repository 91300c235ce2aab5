"""What one case rests on, read at one moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from config.types import (
    Kind,
    MailKind,
    Outcome,
    Reason,
    VersionId,
)
from storage.values.cases import Case
from storage.values.evidence import Face, Preserved
from storage.values.reading import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptVersion:
    """One version of a case's subject, with all that is kept of it.

    Attributes:
        words: The content, exactly as recorded.
        shown_from: Earliest instant at which it can have appeared.
        first_seen_at: First reading that showed it.
        raw: The platform's own answer, redacted when it was read; None: not kept.
    """

    id: VersionId
    content_hash: str
    words: Words
    shown_from: datetime
    first_seen_at: datetime
    is_first: bool
    raw: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Readings in a row that showed the same of a case's subject (docs/decisions/0002).

    Attributes:
        version: What was shown; None for ``gone`` and ``cannot_tell``.
        readings: How many, from ``first_at`` to ``last_at``.
    """

    outcome: Outcome
    version: VersionId | None
    reason: Reason | None
    detail: str
    edited_at: datetime | None
    first_at: datetime
    last_at: datetime
    readings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """One entry of the ledger as `storage.ledger` hashes it; never content.

    Attributes:
        at: Microseconds since 1970-01-01T00:00Z, as hashed.
        previous: Hash of the entry before; empty for the first.
    """

    number: int
    at: int
    kind: str
    reference: str
    commitment: str
    previous: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What one ledger entry of a case committed to.

    Attributes:
        salt: None once it was purged.
        content: The content as it stands now; None when it was purged, or when a newer entry
            speaks for the same row.
        version: The version that an observation showed; None for everything else.
        about: The row spoken for: ``observation``, ``finding``, ``event``, ``mail``; empty for
            an entry that holds its content itself.
    """

    line: LedgerLine
    salt: bytes | None
    content: str | None
    version: VersionId | None = None
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A mail that told of a case."""

    kind: MailKind
    message_id: str
    created_at: datetime
    accepted_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Custody:
    """All that one case rests on, read at one moment.

    Attributes:
        author: Another author's handle; empty for the account's own words.
        handle: The account's, as registered.
        versions: In the order in which they appeared.
        stretches: Readings in order of time.
        opened: The case's own ledger entries, by number.
        told: Mails about it, oldest first.
        head: Number and hash of the newest ledger entry; (0, "") for an empty ledger.
        head_at: When that entry was written; None for an empty ledger.
        preserved: Files kept beside the words, and what could not be kept.
        face: The account's profile as it was when the case was opened; None: never read.
    """

    case: Case
    platform: str
    handle: str
    kind: Kind
    owner: str
    author: str
    parent_id: str | None
    versions: tuple[KeptVersion, ...]
    stretches: tuple[Stretch, ...]
    opened: tuple[Opened, ...]
    told: tuple[Told, ...]
    head: tuple[int, str]
    head_at: datetime | None
    preserved: Preserved = field(default_factory=Preserved)
    face: Face | None = None
