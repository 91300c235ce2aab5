"""What a report says, computed from what was counted: pure, no clock, no database.

Nothing here counts by person: accounts of members stand together in one line, and cases
carry neither words nor names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.types import AccountId, Kind, Resolution
from monitor.report.reading import Coverage, Looked, coverage_of
from monitor.report.removal import Removal, removal_of, resolution_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date, datetime, timedelta
    from decimal import Decimal

    from config.types import CaseId, ClauseId, RuleId, Severity, SubjectKind
    from monitor.report.period import Period
    from storage.values import CaseTally, CoverageTotal, Mark, Tally

MEMBERS = "Members' pages"
"""All accounts of kind member, as one line: a line each would count by person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """What came of flagged cases by the end of the period; parts add up to ``flagged``.

    Attributes:
        removed: Upheld: it is no longer visible.
        corrected: Upheld: its words were changed.
        not_upheld: A person said that it is no breach.
        left: A person left it standing.
        lapsed: Nothing was found any more before anybody decided.
        undecided: Nobody has decided.
    """

    removed: int = 0
    corrected: int = 0
    not_upheld: int = 0
    left: int = 0
    lapsed: int = 0
    undecided: int = 0

    @property
    def upheld(self) -> int:
        """Removed or corrected."""
        return self.removed + self.corrected

    @property
    def flagged(self) -> int:
        """All of them."""
        return self.upheld + self.not_upheld + self.left + self.lapsed + self.undecided

    @property
    def decided(self) -> int:
        """Those on which a person has said upheld, not upheld or left."""
        return self.upheld + self.not_upheld + self.left

    @classmethod
    def of(cls, resolutions: Iterable[Resolution | None]) -> Outcomes:
        """Count how cases stood; None: not closed."""
        counted = [_FIELDS[one] for one in resolutions]
        return cls(**{name: counted.count(name) for name in set(counted)})


_FIELDS: dict[Resolution | None, str] = {
    Resolution.REMOVED: "removed",
    Resolution.CORRECTED: "corrected",
    Resolution.DISMISSED: "not_upheld",
    Resolution.LEFT: "left",
    Resolution.NO_LONGER_APPLIES: "lapsed",
    None: "undecided",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One group of cases and what came of them; ``title`` is for people."""

    key: str
    title: str
    outcomes: Outcomes


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """One rule's cases.

    Attributes:
        precision: Share of decided cases that were upheld, 0 to 1; None: none was decided.
    """

    rule: RuleId
    clause: ClauseId
    outcomes: Outcomes
    precision: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedAccount:
    """One account of the register, as stated and remembered.

    Attributes:
        title: What the Clerk calls it.
        every: How often it should be read, or looked at by hand.
        retired_at: When it left the register; None: it stands in it.
        told_on: When those who post were told of the monitoring; None: not yet.
    """

    id: AccountId
    title: str
    kind: Kind
    platform: str
    owner: str
    by_hand: bool
    every: timedelta
    registered_at: datetime
    retired_at: datetime | None = None
    told_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowLine:
    """A pre-election period that touched the period of the report; days are the council's."""

    poll: str
    title: str
    mode: str
    basis: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendLine:
    """What reading one platform cost in the period; ``budget`` is for one calendar month."""

    title: str
    resources: int
    amount: Decimal
    budget: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyReview:
    """When a policy was last reviewed, and when it should be next; None: nobody entered it."""

    title: str
    reviewed_on: date | None
    due_on: date | None
    is_overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """One case flagged in the period; no words, no address, no name."""

    id: CaseId
    account: AccountId
    account_title: str
    subject: SubjectKind
    clauses: tuple[ClauseId, ...]
    severity: Severity
    opened_at: datetime
    resolution: Resolution | None
    closed_at: datetime | None
    history: bool
    is_masked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a report needs beside what was counted; gathered by `monitor.report.gather`.

    ``companions`` are the other policies that the adopted one relies on.
    """

    council: str
    zone: str
    made_at: datetime
    version: str
    accounts: tuple[WatchedAccount, ...]
    pull_every: timedelta
    clauses: tuple[tuple[ClauseId, str, str], ...]
    windows: tuple[WindowLine, ...]
    spend: tuple[SpendLine, ...]
    policy: PolicyReview
    companions: tuple[PolicyReview, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that a report says.

    Attributes:
        total: Of the cases flagged in the period, each once.
        history: How many of them stood there before the account was watched.
        by_clause: A case under two clauses counts in both lines.
        by_account: Each case once; members' pages together.
        unflagged: Titles of clauses under which nothing was flagged.
        coverage: In the register's order; members' pages each, by number.
        register: As it stood at the end of the period.
        cases: Flagged in the period, by number.
        closed: Closed in the period, whenever they were flagged.
    """

    period: Period
    around: Surroundings
    total: Outcomes
    history: int
    by_clause: tuple[Line, ...]
    by_account: tuple[Line, ...]
    by_rule: tuple[RuleLine, ...]
    unflagged: tuple[str, ...]
    removal: Removal
    coverage: tuple[Coverage, ...]
    register: tuple[WatchedAccount, ...]
    cases: tuple[CaseLine, ...]
    closed: tuple[CaseLine, ...] = ()


def build(
    period: Period,
    around: Surroundings,
    *,
    tally: Tally,
    totals: Iterable[CoverageTotal],
) -> Report:
    """Return what a report of a period says.

    Args:
        period: Of which days.
        around: What does not come from counting.
        tally: Of the same period.
        totals: Of the same period, at the same interval as ``around.pull_every``.
    """
    accounts = around.accounts
    flagged = [one for one in tally.cases if period.start <= one.opened_at < period.end]
    lines = [_case_line(one, accounts, period.end) for one in flagged]
    by_clause = _lines(lines, lambda line: line.clauses, _clause_titles(around))
    return Report(
        period=period,
        around=around,
        total=Outcomes.of(line.resolution for line in lines),
        history=sum(line.history for line in lines),
        by_clause=by_clause,
        by_account=_lines(lines, lambda line: (line.account_title,), _titles(accounts)),
        by_rule=_rules(flagged, period.end),
        unflagged=tuple(
            title
            for clause, title, _ in around.clauses
            if clause not in {line.key for line in by_clause}
        ),
        removal=removal_of(tally.cases, period),
        coverage=coverage_of(
            [one for one in accounts if _was_watched(one, period)],
            period,
            totals={total.account: total for total in totals},
            looked=[Looked(account=one.account, at=one.at) for one in tally.reviews],
        ),
        register=tuple(one for one in accounts if _stands(one, period.end)),
        cases=tuple(lines),
        closed=tuple(
            _case_line(one, accounts, period.end)
            for one in tally.cases
            if resolution_at(one, period.end) is not None
            and one.closed_at is not None
            and one.closed_at >= period.start
        ),
    )


def _case_line(case: CaseTally, accounts: Sequence[WatchedAccount], end: datetime) -> CaseLine:
    resolution = resolution_at(case, end)
    titles = {one.id: _group(one) for one in accounts}
    return CaseLine(
        id=case.id,
        account=case.account,
        account_title=titles.get(case.account, str(case.account)),
        subject=case.subject,
        clauses=tuple(dict.fromkeys(mark.clause for mark in case.marks)),
        severity=case.severity,
        opened_at=case.opened_at,
        resolution=resolution,
        closed_at=case.closed_at if resolution is not None else None,
        history=case.history,
        is_masked=case.is_masked,
    )


def _lines(
    cases: Sequence[CaseLine],
    keys: Callable[[CaseLine], Iterable[str]],
    titles: dict[str, str],
) -> tuple[Line, ...]:
    """Group cases by keys, in the order of ``titles``, what has no title at the end."""
    grouped: dict[str, list[Resolution | None]] = {}
    for case in cases:
        for key in keys(case):
            grouped.setdefault(key, []).append(case.resolution)
    order = [key for key in titles if key in grouped]
    order += sorted(key for key in grouped if key not in titles)
    return tuple(
        Line(key=key, title=titles.get(key, key), outcomes=Outcomes.of(grouped[key]))
        for key in order
    )


def _rules(cases: Iterable[CaseTally], end: datetime) -> tuple[RuleLine, ...]:
    """Return a line for each rule, most often flagged first."""
    grouped: dict[Mark, list[Resolution | None]] = {}
    for case in cases:
        resolution = resolution_at(case, end)
        for mark in case.marks:
            grouped.setdefault(mark, []).append(resolution)
    lines = []
    for mark, resolutions in grouped.items():
        outcomes = Outcomes.of(resolutions)
        share = outcomes.upheld / outcomes.decided if outcomes.decided else None
        lines.append(
            RuleLine(rule=mark.rule, clause=mark.clause, outcomes=outcomes, precision=share)
        )
    return tuple(sorted(lines, key=lambda line: (-line.outcomes.flagged, line.rule, line.clause)))


def _clause_titles(around: Surroundings) -> dict[str, str]:
    return {
        str(clause): f"{title}: {words}" if words else title
        for clause, title, words in around.clauses
    }


def _titles(accounts: Sequence[WatchedAccount]) -> dict[str, str]:
    return {group: group for group in map(_group, accounts)}


def _group(account: WatchedAccount) -> str:
    return MEMBERS if account.kind is Kind.MEMBER else account.title


def _was_watched(account: WatchedAccount, period: Period) -> bool:
    retired = account.retired_at
    return account.registered_at < period.end and (retired is None or retired > period.start)


def _stands(account: WatchedAccount, end: datetime) -> bool:
    retired = account.retired_at
    return account.registered_at < end and (retired is None or retired >= end)
