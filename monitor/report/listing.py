"""A report's long tables: policies with their reviews, and cases one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from monitor.alerts.wording import listed
from monitor.report.cells import NOTHING, Cell, Table, dated, number, words
from monitor.report.wording import resolution

if TYPE_CHECKING:
    from monitor.report.facts import CaseLine, PolicyReview, Report

_COLUMNS = (
    "Case",
    "Found on",
    "Account",
    "Clauses",
    "Severity",
    "Outcome",
    "Closed on",
    "Subject",
)
_NO_DAY = "no day entered"


def policy_table(report: Report) -> Table:
    """Return the adopted policy and those it relies on, with their reviews."""
    around = report.around
    missing = [one.title for one in around.companions if one.due_on is None]
    note = ""
    if missing:
        note = (
            f"By when are these reviewed: {listed(missing)}? Please have the days entered "
            "(companion_reviews in the configuration)."
        )
    return Table(
        name="policy",
        title="The policy's own review, and those it relies on",
        lead="",
        columns=("Policy", "Last reviewed", "Review due by", "State at the end"),
        numbers=frozenset(),
        rows=tuple(_policy(one) for one in (around.policy, *around.companions)),
        note=note,
    )


def _policy(review: PolicyReview) -> tuple[Cell, ...]:
    state = "overdue" if review.is_overdue else "in date"
    return (
        words(review.title),
        words("not entered") if review.reviewed_on is None else dated(review.reviewed_on),
        words(_NO_DAY) if review.due_on is None else dated(review.due_on),
        words("not known" if review.due_on is None else state),
    )


def closed_table(report: Report) -> Table:
    """Return the cases that were closed in the period, whenever they were found."""
    return Table(
        name="closed",
        title="What was closed in these days",
        lead="Whenever it was found: taken down, changed, found to be no breach, or left.",
        columns=_COLUMNS,
        numbers=frozenset({0}),
        rows=_rows(report, report.closed),
        empty="Nothing was closed.",
    )


def cases_table(report: Report) -> Table:
    """Return the cases that were flagged in the period."""
    return Table(
        name="cases",
        title="The cases",
        lead="By number; words, addresses and names are in the record, not here.",
        columns=_COLUMNS,
        numbers=frozenset({0}),
        rows=_rows(report, report.cases),
        empty="There is none.",
    )


def _rows(report: Report, lines: tuple[CaseLine, ...]) -> tuple[tuple[Cell, ...], ...]:
    zone = ZoneInfo(report.around.zone)
    titles = {clause: title for clause, title, _ in report.around.clauses}
    rows = []
    for line in lines:
        closed = None if line.closed_at is None else line.closed_at.astimezone(zone).date()
        rows.append(
            (
                number(line.id),
                dated(line.opened_at.astimezone(zone).date()),
                words(line.account_title),
                words(", ".join(titles.get(clause, clause) for clause in line.clauses)),
                words(line.severity.value),
                words(resolution(line.resolution)),
                Cell(text=NOTHING, raw="") if closed is None else dated(closed),
                words("before the watch" if line.history else line.subject.value),
            )
        )
    return tuple(rows)
