"""A report as tables: the one place where figures become words.

HTML, CSV and plain text show these and nothing else, so that they cannot disagree.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from config.types import Kind, WindowBasis, WindowMode
from monitor.alerts.wording import abridged, count
from monitor.report.cells import (
    NOT_MEASURED,
    NOTHING,
    Cell,
    Table,
    dated,
    number,
    words,
)
from monitor.report.listing import cases_table, closed_table, policy_table
from monitor.report.wording import duration, every, moment, money, share

if TYPE_CHECKING:
    from monitor.report.facts import Line, Outcomes, Report

_CLAUSE_WORDS = 90


_MODES = {
    WindowMode.RESTRICTED.value: "what may sway voters",
    WindowMode.CLOSED.value: "any post",
}
_BASES = {
    WindowBasis.DECLARED.value: "the notice as published",
    WindowBasis.COUNCIL.value: "the council's own, earlier",
    WindowBasis.STATUTORY.value: "the last day for the notice",
    WindowBasis.PRESUMED.value: "the last day for the notice; none was entered",
}
_OUTCOMES = ("Flagged", "Upheld", "Not upheld", "Left", "No longer applies", "Undecided")


def tables_of(report: Report) -> tuple[Table, ...]:
    """Return a report's tables in the order in which they are printed."""
    return (
        _summary(report),
        _by_clause(report),
        _by_account(report),
        _removal(report),
        _coverage(report),
        _windows(report),
        _spend(report),
        _rules(report),
        _register(report),
        policy_table(report),
        closed_table(report),
        cases_table(report),
    )


def _summary(report: Report) -> Table:
    total = report.total
    rows = (
        ("Flagged", total.flagged),
        ("Upheld by the Clerk", total.upheld),
        ("Not upheld", total.not_upheld),
        ("Left standing", total.left),
        ("No longer applies", total.lapsed),
        ("Undecided", total.undecided),
    )
    note = "Upheld: removed or corrected."
    if report.history:
        older = count(report.history, "flagged post")
        note += f" {older} stood there before the account was watched."
    return Table(
        name="summary",
        title="What was flagged, and what came of it",
        lead="Each case counts once, by the day it was found; how it stood at the end.",
        columns=("Cases", "Number"),
        numbers=frozenset({1}),
        rows=tuple((words(title), number(amount)) for title, amount in rows),
        note=note,
    )


def _by_clause(report: Report) -> Table:
    note = "A case under two clauses counts in both lines."
    if report.unflagged:
        note += f" Nothing was flagged under: {', '.join(report.unflagged)}."
    return Table(
        name="by_clause",
        title="By clause of the policy",
        lead="",
        columns=("Clause", *_OUTCOMES),
        numbers=frozenset(range(1, 7)),
        rows=tuple(
            (words(abridged(line.title, most=_CLAUSE_WORDS)), *_parts(line.outcomes))
            for line in report.by_clause
        ),
        empty="Nothing was flagged.",
        note=note,
    )


def _by_account(report: Report) -> Table:
    return Table(
        name="by_account",
        title="By account",
        lead="Posted by the page: who wrote a post is not known, and nobody is counted.",
        columns=("Account", *_OUTCOMES),
        numbers=frozenset(range(1, 7)),
        rows=tuple(_line(line) for line in report.by_account),
        empty="Nothing was flagged.",
    )


def _line(line: Line) -> tuple[Cell, ...]:
    return (words(line.title), *_parts(line.outcomes))


def _parts(outcomes: Outcomes) -> tuple[Cell, ...]:
    return tuple(
        number(amount)
        for amount in (
            outcomes.flagged,
            outcomes.upheld,
            outcomes.not_upheld,
            outcomes.left,
            outcomes.lapsed,
            outcomes.undecided,
        )
    )


def _removal(report: Report) -> Table:
    took = report.removal
    rows = (
        ("Median", took.median),
        ("90th percentile", took.ninetieth),
        ("Longest", took.longest),
    )
    return Table(
        name="removal",
        title="Time to removal",
        lead="From the finding to the first reading that no longer showed it.",
        columns=("Measure", "Time (hours)", "Cases"),
        numbers=frozenset({1, 2}),
        rows=tuple((words(title), _hours(value), number(took.count)) for title, value in rows),
        note=(
            "Of all cases closed in the period as removed or corrected. 90th percentile: nine "
            "in ten took at most this long."
        ),
    )


def _hours(value: timedelta | None) -> Cell:
    if value is None:
        return Cell(text=NOT_MEASURED, raw=NOT_MEASURED)
    return Cell(text=duration(value), raw=f"{value / timedelta(hours=1):.2f}")


def _coverage(report: Report) -> Table:
    zone = ZoneInfo(report.around.zone)
    rows = []
    for line in report.coverage:
        read = line.recorded
        blind = line.blind
        rows.append(
            (
                words(line.title),
                words(f"{every(line.every)}{', by a person' if line.by_hand else ''}"),
                number(line.due),
                number(line.made),
                Cell(
                    text=share(line.made, line.due),
                    raw="" if line.share is None else f"{line.share:.4f}",
                ),
                _hours(blind.end - blind.start if blind else None),
                words(moment(blind.start, zone) if blind else NOTHING),
                number(line.short),
                *(number(amount) for amount in (read.new, read.edited, read.gone)),
            )
        )
    return Table(
        name="coverage",
        title="How well each account was watched",
        lead="A reading counts when it was complete and came in time.",
        columns=(
            "Account",
            "Read",
            "Readings due",
            "Made",
            "Share",
            "Longest gap (hours)",
            "Gap from",
            "Failed or in part",
            "New posts",
            "Edits",
            "Gone",
        ),
        numbers=frozenset({2, 3, 4, 5, 7, 8, 9, 10}),
        rows=tuple(rows),
        empty="No account was watched.",
        note=(
            "Longest gap: the longest time without a complete reading. Posts put up and taken "
            "down within it were not seen; what stood was read afterwards."
        ),
    )


def _windows(report: Report) -> Table:
    return Table(
        name="windows",
        title="Pre-election periods",
        lead="Those that touched the period, as the record has them now.",
        columns=("Poll", "From", "Until", "What was barred", "Start"),
        numbers=frozenset(),
        rows=tuple(
            (
                words(line.title),
                dated(line.starts_on),
                dated(line.ends_on),
                words(_MODES[line.mode]),
                words(_BASES[line.basis]),
            )
            for line in report.around.windows
        ),
        empty="No pre-election period touched these days.",
    )


def _spend(report: Report) -> Table:
    return Table(
        name="spend",
        title="What reading cost",
        lead="In US dollars, by UTC days, as platforms bill it.",
        columns=("Platform", "Paid items read", "Cost (USD)", "Budget a month (USD)"),
        numbers=frozenset({1, 2, 3}),
        rows=tuple(
            (
                words(line.title),
                number(line.resources),
                Cell(text=money(line.amount), raw=f"{line.amount:.4f}"),
                Cell(text=NOTHING, raw="")
                if line.budget is None
                else Cell(text=money(line.budget), raw=f"{line.budget:.2f}"),
            )
            for line in report.around.spend
        ),
        empty="Nothing that was read costs money.",
    )


def _rules(report: Report) -> Table:
    return Table(
        name="rules",
        title="How often each rule was right",
        lead="Precision: of the cases decided, the share that was upheld.",
        columns=("Rule", "Clause", "Flagged", "Decided", "Upheld", "Precision"),
        numbers=frozenset({2, 3, 4, 5}),
        rows=tuple(
            (
                words(line.rule),
                words(line.clause),
                number(line.outcomes.flagged),
                number(line.outcomes.decided),
                number(line.outcomes.upheld),
                Cell(text=NOT_MEASURED, raw=NOT_MEASURED)
                if line.precision is None
                else Cell(
                    text=share(line.outcomes.upheld, line.outcomes.decided),
                    raw=f"{line.precision:.4f}",
                ),
            )
            for line in report.by_rule
        ),
        empty="No rule flagged anything.",
        note="Decided: upheld, not upheld or left. A case with two rules counts in both lines.",
    )


def _register(report: Report) -> Table:
    zone = ZoneInfo(report.around.zone)
    rows = []
    for line in report.register:
        is_member = line.kind is Kind.MEMBER
        told = line.told_on
        since = line.registered_at.astimezone(zone).date()
        rows.append(
            (
                words("A member's page" if is_member else line.title),
                words(line.kind.value),
                words(NOTHING if is_member else line.owner),
                dated(since),
                words("not yet") if told is None else dated(told),
            )
        )
    return Table(
        name="register",
        title="The register",
        lead="The accounts that stood in it at the end of the period.",
        columns=("Account", "Kind", "Answers for it", "Watched since", "Users told on"),
        numbers=frozenset(),
        rows=tuple(rows),
        empty="No account was registered.",
    )
