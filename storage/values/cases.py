"""What the Clerk decides on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from config.types import (
    AccountId,
    CaseId,
    CaseState,
    Outcome,
    Resolution,
    Severity,
    SubjectId,
    SubjectKind,
)
from storage.values.judging import StoredFinding
from storage.values.reading import ExtraWords


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSight:
    """What readings have shown of an account as such.

    Attributes:
        outcome: Of the newest reading.
        detail: Of the newest reading; one plain sentence.
        last_read_at: When that was.
        last_visible_at: The newest reading that showed it; None if none did.
        gone_since: The first reading since then that said it is gone; None if none did.
    """

    outcome: Outcome
    detail: str
    last_read_at: datetime
    last_visible_at: datetime | None
    gone_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent:
    """One step in the life of a case."""

    at: datetime
    by: str
    what: str
    from_state: CaseState | None
    to_state: CaseState
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLink:
    """Another case that belongs to one, seen from there.

    Attributes:
        case: The other case.
        account: On which account it is.
        why: ``nearly the same words``, ``the same picture``.
    """

    case: CaseId
    account: AccountId
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Flagged:
    """The words on which a case rests, to be compared with others.

    Attributes:
        text: Of one version on which a finding of the case stands, or stood.
    """

    case: CaseId
    account: AccountId
    subject: SubjectId
    state: CaseState
    resolution: Resolution | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What the Clerk decides on.

    Attributes:
        platform_id: The post's id; the account's for profile and account cases.
        text: The text of the newest version.
        visible: The newest observation showed it.
        last_read_at: When that was.
        findings: Those that hold now.
        history: What stood there before it was watched: quiet.
        due_at: Decide by.
        mailed_at: When the Clerk was first told of it, None if not yet.
        last_visible_at: The newest reading that showed it; None if none did.
        gone_since: The first reading since then that said it is gone; None if none did, or
            if it was seen again.
        is_edited_away: What was found stands in older versions only: the words that were
            shown last were not flagged.
        pinned: The account's profile names this post as pinned: visitors see it first.
        links: Cases on nearly the same words, or the same picture, by number.
        is_scheduled: The post was not seen to have appeared: it is, or was, to do so at
            ``published_at``.
    """

    id: CaseId
    state: CaseState
    resolution: Resolution | None
    severity: Severity
    account: AccountId
    subject: SubjectId
    subject_kind: SubjectKind
    platform_id: str
    url: str
    text: str
    published_at: datetime
    edited: bool
    visible: bool
    last_outcome: Outcome
    last_read_at: datetime
    history: bool
    opened_at: datetime
    due_at: datetime
    closed_at: datetime | None
    mailed_at: datetime | None = None
    findings: tuple[StoredFinding, ...] = ()
    withdrawn: tuple[StoredFinding, ...] = ()
    events: tuple[CaseEvent, ...] = ()
    pictures: int = 0
    pictures_read: int = 0
    extras: tuple[ExtraWords, ...] = ()
    last_visible_at: datetime | None = None
    gone_since: datetime | None = None
    is_edited_away: bool = False
    pinned: bool = False
    links: tuple[CaseLink, ...] = ()
    is_scheduled: bool = False

    @property
    def is_taken_back(self) -> bool:
        """Whether it was scheduled and went before it was seen to have appeared."""
        return self.is_scheduled and self.last_outcome is Outcome.GONE

    @property
    def taken_back(self) -> str:
        """How it went, if it was scheduled and taken back, as the end of a sentence."""
        if (self.gone_since or self.last_read_at) < self.published_at:
            return "taken back before it appeared"
        # Its hour had come when that was read: nobody can say more.
        return "taken back, or gone before it was seen to have appeared"
