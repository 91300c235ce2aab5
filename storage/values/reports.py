"""What reports count and what a search finds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from config.types import (
    AccountId,
    CaseId,
    CaseState,
    ClauseId,
    Resolution,
    RuleId,
    Severity,
    SubjectKind,
    VersionId,
)
from storage.values.reading import Gap, Recorded, Review


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What one finding on a case counts under; nothing of its words."""

    clause: ClauseId
    rule: RuleId


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTally:
    """One case as far as reports count it: no words, no addresses, no names.

    Attributes:
        marks: Of every finding that was on it by the end of the period, withdrawn ones too;
            each once, in order.
        steps: When it came into which state, oldest first; up to the end of the period.
        resolution: How it stands closed now; None when it is not closed.
        closed_at: When it was closed, as it stands now.
        gone_at: The first reading that no longer showed the post, of those after which none
            showed it again before the case was closed; None if there is none.
        is_masked: Something found on it is never quoted.
    """

    id: CaseId
    account: AccountId
    subject: SubjectKind
    severity: Severity
    history: bool
    published_at: datetime
    opened_at: datetime
    marks: tuple[Mark, ...] = ()
    steps: tuple[tuple[datetime, CaseState], ...] = ()
    resolution: Resolution | None = None
    closed_at: datetime | None = None
    gone_at: datetime | None = None
    is_masked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What one credential has cost in a stretch of UTC days."""

    credential: str
    resources: int
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What a report of one period counts.

    Attributes:
        cases: Opened before the end of the period, by number; those that were opened and
            closed before it began are left out.
        charges: By credential.
        reviews: Lookings by hand in the period, oldest first.
    """

    cases: tuple[CaseTally, ...] = ()
    charges: tuple[Charge, ...] = ()
    reviews: tuple[Review, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageTotal:
    """How one account was read in one period.

    Attributes:
        complete: Complete readings that ended in the period; likewise the others.
        recorded: The sum of what they recorded.
        first_at: End of the first complete reading of the period; None without any.
        last_at: End of the last one.
        missed: Readings that were due between those two and did not come.
        longest: The longest time between two complete readings that follow one another;
            None with fewer than two.
    """

    account: AccountId
    complete: int = 0
    partial: int = 0
    failed: int = 0
    skipped: int = 0
    recorded: Recorded = field(default_factory=Recorded)
    first_at: datetime | None = None
    last_at: datetime | None = None
    missed: int = 0
    longest: Gap | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One thing that a search found.

    Attributes:
        kind: ``post``, ``profile``, ``case`` or ``ledger``.
        at: When the post was published, the step made, or the entry written.
        what: For a case: what happened; for the ledger: the entry's kind.
        text: The whole text in which the words stand, as stored.
        version: Which content it was; None for a case's step or a ledger entry.
        is_masked: Something found there is never quoted without being asked for; the reasons
            of decisions on such a case neither.
        cases: Numbers of the cases on that post, closed ones too.
        entry: Number of the ledger entry.
        is_current: That content was shown last; False for an older wording.
    """

    kind: str
    at: datetime
    text: str
    account: AccountId | None = None
    url: str = ""
    what: str = ""
    version: VersionId | None = None
    cases: tuple[CaseId, ...] = ()
    entry: int | None = None
    is_masked: bool = False
    is_current: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search found.

    Attributes:
        hits: Newest first.
        more: There is more than ``limit`` allowed.
        by_index: Answered by the index of words; False: by reading every text, because
            this database has no such index.
    """

    hits: tuple[Hit, ...] = ()
    more: bool = False
    by_index: bool = True
