"""What was read: readings to be recorded, what earlier runs left, and how far a run came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from config.types import (
    AccountId,
    CoverageStatus,
    Outcome,
    Reason,
    RunId,
    RunKind,
    SubjectKind,
)

BY_HAND = "by-hand:"
"""How the id of a post begins that a person reported and no platform's id is known for."""


_PICTURE = "picture "


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraWords:
    """Words beside a post's own: title, alt text, preview, poll, referenced post, a picture's.

    Attributes:
        kind: Which of them; ``picture 1``: what was read in the post's first picture.
        text: As a reader sees it, NFC.
        by: Handle of another author whose words these are; empty for the account's own.
    """

    kind: str
    text: str
    by: str = ""

    @property
    def is_of_picture(self) -> bool:
        """Whether these words were read in a picture, by us: no platform gave them."""
        return is_of_picture(self.kind)


def picture_kind(position: int) -> str:
    """Return the kind of words read in the picture at a position, counted from 0."""
    return f"{_PICTURE}{position + 1}"


def is_of_picture(kind: str) -> bool:
    """Return whether words of this kind were read in a picture."""
    return kind.startswith(_PICTURE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The content of one version.

    Attributes:
        text: All words in one text, own words first; spans of findings count its code
            points. Nothing of it changes after it was recorded; what is read in its pictures
            is added at its end.
        own_length: How many code points of ``text`` are the account's own words.
        extras: As read; their texts are already part of ``text``, in this order, each
            after one line end.
        links: Real targets, http and https only.
        pictures: Stable names of pictures and videos.
        is_repost: Another's post shared without words of its own.
        fields: A profile's fields; empty for a post.
    """

    text: str
    own_length: int
    extras: tuple[ExtraWords, ...] = ()
    links: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    is_repost: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One reading to be recorded: of a post, a profile or the account as such.

    Attributes:
        subject: What was read.
        platform_id: The platform's id of the post (root id on X), or of the account for
            profile and account.
        at: When it was read.
        outcome: ``present``, ``gone`` or ``cannot_tell``; whether a present one is
            ``edited`` is decided by comparing content hashes while recording.
        content_hash: 64 hexadecimal digits; empty when nothing was shown.
        words: The content; None when nothing was shown.
        reason: Class of failure for ``gone`` and ``cannot_tell``.
        detail: One plain sentence, no secrets, at most 500 characters.
        stills: Name and present address of each still picture that was shown.
        is_scheduled: It was shown to who may edit it only: it is to appear at ``published_at``.
    """

    subject: SubjectKind
    platform_id: str
    at: datetime
    outcome: Outcome
    content_hash: str = ""
    words: Words | None = None
    current_id: str | None = None
    url: str = ""
    published_at: datetime | None = None
    edited_at: datetime | None = None
    author: str = ""
    parent_id: str | None = None
    raw: bytes | None = None
    reason: Reason | None = None
    detail: str = ""
    stills: tuple[tuple[str, str], ...] = ()
    is_scheduled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What recording one lot changed; counts of observations."""

    posts: int = 0
    new: int = 0
    edited: int = 0
    gone: int = 0
    cannot_tell: int = 0

    def __add__(self, other: Recorded) -> Recorded:
        """Add two lots of the same run."""
        return Recorded(
            posts=self.posts + other.posts,
            new=self.new + other.new,
            edited=self.edited + other.edited,
            gone=self.gone + other.gone,
            cannot_tell=self.cannot_tell + other.cannot_tell,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePost:
    """A post that should be read again.

    Attributes:
        last_seen_at: Newest observation that showed it.
        has_open_case: Always due while a case is open on it.
        last_outcome: Of the newest observation.
    """

    platform_id: str
    current_id: str | None
    url: str
    published_at: datetime
    last_read_at: datetime
    last_outcome: Outcome
    has_open_case: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """What earlier runs left for one account.

    Attributes:
        platform_id: The platform's lasting id; None before the first reading.
        cursor: Where the next listing continues.
        validators: For conditional requests.
        retry_at: No request before this instant (rate limit, dead token); None: now.
        reason: Why not, when ``retry_at`` is set or the last reading failed.
        last_read_at: End of the newest complete reading.
        last_tried_at: End of the newest reading of any outcome.
        first_complete_at: End of the first complete reading; what was published before
            it is history. For an account that can only be read in part: end of the try
            before the second reading that listed posts. None until then.
        profile_read_at: Newest reading of the profile.
        failing_since: Start of the present run of failures; None when it works.
    """

    account: AccountId
    platform_id: str | None = None
    cursor: str | None = None
    validators: Mapping[str, str] = field(default_factory=dict)
    retry_at: datetime | None = None
    reason: Reason | None = None
    last_read_at: datetime | None = None
    last_tried_at: datetime | None = None
    first_complete_at: datetime | None = None
    profile_read_at: datetime | None = None
    failing_since: datetime | None = None

    @property
    def waited(self) -> timedelta | None:
        """How long a limit was to be waited for; None unless the last reading met with one."""
        is_limited = self.reason is Reason.RATE_LIMIT
        if not is_limited or self.retry_at is None or self.last_tried_at is None:
            return None
        return max(timedelta(), self.retry_at - self.last_tried_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterChange:
    """A change of the register, for the ledger and the next digest."""

    account: AccountId
    what: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A person looked at an account by hand, or attested to it."""

    account: AccountId
    at: datetime
    by: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A credential was given to clerkwatch, tested and stored; never what it is.

    Attributes:
        credential: Its name, as in ``credential = "…"``; several accounts may share it.
        account: The account with which it was tested.
        at: When; aware UTC.
        by: Who granted it.
        expires_at: When the platform says that it ends; None: it names no end.
        whose: What the platform says of it, in a few words; empty if nothing.
    """

    credential: str
    account: AccountId
    at: datetime
    by: str
    expires_at: datetime | None = None
    whose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLogin:
    """Somebody who can log in to an account.

    Attributes:
        name: Of the person, or of what stands for several (a shared login).
        address: The mail address behind the login.
        organisation: Whose it is if not the council's own; else empty.
    """

    name: str
    address: str
    organisation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """A person said who can log in to an account, and with which address (requirement 1).

    Attributes:
        at: When; aware UTC.
        by: Who said so.
        logins: Everybody who can.
        removed: Who could before and was taken away.
        note: What else was said.
    """

    account: AccountId
    at: datetime
    by: str
    logins: tuple[HeldLogin, ...]
    removed: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A stretch of time in which posts may have been missed."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LastingGap:
    """A stretch of time of which posts cannot be had any more, by any later reading.

    Attributes:
        why: In one plain sentence, without a full stop.
        found_at: When this was noticed; aware UTC.
        run: The run that noticed it.
    """

    account: AccountId
    start: datetime
    end: datetime
    why: str
    found_at: datetime
    run: RunId


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How far one account was read in one run."""

    account: AccountId
    status: CoverageStatus
    recorded: Recorded = Recorded()
    gaps: tuple[Gap, ...] = ()
    reason: Reason | None = None
    error: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One scan or rescan."""

    id: RunId
    kind: RunKind
    by: str
    started_at: datetime
    ended_at: datetime | None
    coverage: tuple[Coverage, ...] = ()
