"""What may be purged by the schedule, and what a purge came to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from config.types import AccountId, CaseId, SubjectId, SubjectKind, VersionId


@dataclass(frozen=True, slots=True, kw_only=True)
class Purgeable:
    """One version whose words are still kept, with all that a schedule asks about it.

    Attributes:
        platform: Of its account.
        author: Of another author's post; empty for the account's own.
        seen_until: When it was last seen.
        is_current: It is what the newest reading that could tell showed, or the last one
            before the post was gone.
        gone_since: When its post was first found gone and has been since; None: it is not.
        cases: On its post.
        is_decided: None of these is still to be decided.
        closed_at: When the last of them was closed; None: there is none, or one is open.
        told_at: When a mail told that it goes; None: not yet.
        due_at: When that mail said that it goes.
    """

    version: VersionId
    subject: SubjectId
    subject_kind: SubjectKind
    account: AccountId
    platform: str
    author: str
    url: str
    published_at: datetime
    seen_until: datetime
    is_current: bool
    gone_since: datetime | None = None
    cases: tuple[CaseId, ...] = ()
    is_decided: bool = True
    closed_at: datetime | None = None
    told_at: datetime | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeNotice:
    """That what is kept of a post goes, and when; for the Clerk's mail.

    Attributes:
        due_at: Not before.
        why: Which limit it is, in plain words.
    """

    subject: SubjectId
    cases: tuple[CaseId, ...]
    account: AccountId
    due_at: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OldMail:
    """A mail whose bytes are still kept and that no recipient waits for."""

    key: str
    cases: tuple[CaseId, ...]
    created_at: datetime
    is_orphan: bool
    """Every post that it tells of was purged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subjected:
    """One post of an author, as far as it is kept; for whoever asks what is held about them.

    Attributes:
        texts: Each version's words with the time it was first seen; None: purged.
        findings: Clause and reason of each finding that holds.
    """

    subject: SubjectId
    account: AccountId
    author: str
    url: str
    published_at: datetime
    texts: tuple[tuple[datetime, str | None], ...]
    versions: tuple[VersionId, ...]
    findings: tuple[tuple[str, str], ...]
    cases: tuple[CaseId, ...]
    has_open_case: bool
