"""What judging takes and gives: versions with all that is needed, findings, decisions on rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from config.types import (
    AccountId,
    Appearing,
    Basis,
    CaseId,
    ClauseId,
    FindingId,
    RuleId,
    Severity,
    SubjectId,
    SubjectKind,
    TopicId,
    VersionId,
)
from storage.values.reading import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCount:
    """What came of one rule so far.

    Attributes:
        rule: ``topic/name``; also of a rule that is no longer there.
        found: Findings that hold.
        upheld: Closed cases with it that ended as removed or corrected.
        dismissed: Closed cases with it that were no breach.
        left: Closed cases with it that may breach and were left.
    """

    rule: RuleId
    found: int = 0
    upheld: int = 0
    dismissed: int = 0
    left: int = 0

    @property
    def precision(self) -> float | None:
        """Return the share of decided cases that was upheld, 0 to 1; None: none was decided."""
        decided = self.upheld + self.dismissed + self.left
        return self.upheld / decided if decided else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDay:
    """What was read, and what each rule found, on one day.

    Attributes:
        on: The day, UTC.
        judged: Versions of posts and profiles that were seen first.
        found: By rule, the cases with something that it found then; without older posts,
            notes, and what holds because of a poll.
    """

    on: date
    judged: int = 0
    found: Mapping[RuleId, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule that matched a version. Key: (version, rule, digest, basis, context).

    Attributes:
        clause: Under the policy in force when judged.
        rule: ``topic/name``.
        digest: Content digest of the rule, 16 hexadecimal digits.
        basis: Judged at its publishing time, or as still visible now.
        context: The windows and lists that mattered (poll ids joined by ``,``), else empty.
        score: 0 to 1; 1.0 for a plain rule.
        spans: Code points of the version's text, ``(start, end)``, ordered; empty for an
            absence.
        quote: Exactly the first span's text; None for an absence.
        reason: Plain English for the Clerk.
        matched: The words that matched, for the mail ("Matched: …"), at most five.
        is_masked: Personal data, safeguarding, defamation: never quoted in a mail.
    """

    clause: ClauseId
    topic: TopicId
    rule: RuleId
    digest: str
    severity: Severity
    basis: Basis = Basis.PUBLISHED
    context: str = ""
    score: float = 1.0
    spans: tuple[tuple[int, int], ...] = ()
    quote: str | None = None
    reason: str = ""
    matched: tuple[str, ...] = ()
    is_masked: bool = False

    def key(self) -> tuple[str, str, str, str]:
        """Return what tells two findings on one version apart."""
        return (self.rule, self.digest, self.basis.value, self.context)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFinding:
    """A finding with its place in the record."""

    id: FindingId
    version: VersionId
    finding: Finding
    found_at: datetime
    withdrawn_at: datetime | None = None
    withdrawn_why: str = ""


PICTURED = "pictures "
"""How ``judged_under`` begins when words were read in a picture since: stale, and news."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionToJudge:
    """One version with all that judging needs.

    Attributes:
        subject_platform_id: The post's or account's id on the platform.
        url: Permalink.
        published_at: Of the post; first reading's time if the platform gives none.
        shown_from: Earliest instant at which this version can have appeared: the edit's
            own time, else the last reading that still showed another version, else
            ``published_at``.
        first_seen_at: First reading that showed this version. An edit happened between
            ``shown_from`` and this.
        is_first: The subject's first version (as published, as far as is known).
        is_current: The newest observation showed this version and the post is visible; one
            that cannot tell changes nothing.
        is_history: Published before the account's first complete reading ended, and seen by
            then; or at least two days older than that.
        author: Another author's handle; empty for the account's own words.
        pinned: The account's profile names this post as pinned.
        pinned_text: For a profile, the words of the post that the account pins now; empty if
            it pins none, or that was not read.
        open_case: The case open on this subject, if any.
        known: Every finding stored on this version, withdrawn ones too.
        judged_under: Digest it was last judged with; None: never; `PICTURED` and a number: not
            since words were read in one of its pictures.
        appearing: Whether the post is scheduled, or was; None: it was visible from the first.
    """

    id: VersionId
    subject: SubjectId
    subject_kind: SubjectKind
    subject_platform_id: str
    account: AccountId
    content_hash: str
    words: Words
    url: str
    published_at: datetime
    shown_from: datetime
    first_seen_at: datetime
    is_first: bool
    is_current: bool
    is_history: bool
    author: str = ""
    parent_id: str | None = None
    pinned: bool = False
    pinned_text: str = ""
    open_case: CaseId | None = None
    known: tuple[StoredFinding, ...] = ()
    judged_under: str | None = None
    appearing: Appearing | None = None

    @property
    def is_unjudged(self) -> bool:
        """Whether these words, with those in its pictures, are judged for the first time."""
        return self.judged_under is None or self.judged_under.startswith(PICTURED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quieted:
    """A decision that keeps the same rule quiet on an account.

    Attributes:
        words_hash: Hash of the quoted words; empty: any words (profile findings).
        until: Last day it holds; None: for good.
    """

    account: AccountId
    rule: RuleId
    words_hash: str
    until: date | None
