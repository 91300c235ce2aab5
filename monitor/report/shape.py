"""A report as JSON; the shape only ever gains keys (docs/json.md)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from monitor.report.cells import NOT_A_STATEMENT

if TYPE_CHECKING:
    from datetime import date, datetime

    from monitor.report.facts import CaseLine, Outcomes, Report

Json = dict[str, Any]


def report_shape(report: Report) -> Json:
    """Return everything that a report says; spans of time in seconds, instants ISO 8601."""
    period, around, took = report.period, report.around, report.removal
    return {
        "council": around.council,
        "note": NOT_A_STATEMENT,
        "made_at": around.made_at.isoformat(),
        "period": {
            "from": period.first.isoformat(),
            "to": period.last.isoformat(),
            "start": period.start.isoformat(),
            "end": period.end.isoformat(),
            "is_running": period.is_running,
        },
        "cases": _outcomes(report.total) | {"history": report.history},
        "by_clause": [
            {"clause": line.key, **_outcomes(line.outcomes)} for line in report.by_clause
        ],
        "by_account": [
            {"account": line.title, **_outcomes(line.outcomes)} for line in report.by_account
        ],
        "by_rule": [
            {
                "rule": line.rule,
                "clause": line.clause,
                "decided": line.outcomes.decided,
                "precision": line.precision,
                **_outcomes(line.outcomes),
            }
            for line in report.by_rule
        ],
        "removal": {
            "count": took.count,
            "median_s": _seconds(took.median),
            "p90_s": _seconds(took.ninetieth),
            "longest_s": _seconds(took.longest),
        },
        "coverage": _coverage(report),
        "windows": [
            {
                "poll": line.poll,
                "title": line.title,
                "mode": line.mode,
                "basis": line.basis,
                "from": line.starts_on.isoformat(),
                "to": line.ends_on.isoformat(),
            }
            for line in around.windows
        ],
        "spend": [
            {
                "platform": line.title,
                "resources": line.resources,
                "usd": str(line.amount),
                "budget_usd_per_month": None if line.budget is None else str(line.budget),
            }
            for line in around.spend
        ],
        "policy": {
            "title": around.policy.title,
            "reviewed_on": _day(around.policy.reviewed_on),
            "due_on": _day(around.policy.due_on),
            "is_overdue": around.policy.is_overdue,
        },
        "companions": [
            {"title": one.title, "due_on": _day(one.due_on), "is_overdue": one.is_overdue}
            for one in around.companions
        ],
        "list": [_case(line) for line in report.cases],
        "closed": [_case(line) for line in report.closed],
    }


def _case(line: CaseLine) -> Json:
    return {
        "id": line.id,
        "found_at": line.opened_at.isoformat(),
        "account": line.account_title,
        "clauses": list(line.clauses),
        "severity": line.severity.value,
        "resolution": None if line.resolution is None else line.resolution.value,
        "closed_at": _instant(line.closed_at),
        "history": line.history,
    }


def _coverage(report: Report) -> list[Json]:
    return [
        {
            "account": line.title,
            "by_hand": line.by_hand,
            "due": line.due,
            "made": line.made,
            "share": line.share,
            "longest_gap": None
            if line.blind is None
            else {
                "from": line.blind.start.isoformat(),
                "to": line.blind.end.isoformat(),
                "seconds": _seconds(line.blind.end - line.blind.start),
            },
            "short": line.short,
            "new": line.recorded.new,
            "edited": line.recorded.edited,
            "gone": line.recorded.gone,
        }
        for line in report.coverage
    ]


def _outcomes(outcomes: Outcomes) -> Json:
    return {
        "flagged": outcomes.flagged,
        "upheld": outcomes.upheld,
        "removed": outcomes.removed,
        "corrected": outcomes.corrected,
        "not_upheld": outcomes.not_upheld,
        "left": outcomes.left,
        "no_longer_applies": outcomes.lapsed,
        "undecided": outcomes.undecided,
    }


def _seconds(length: timedelta | None) -> int | None:
    return None if length is None else length // timedelta(seconds=1)


def _day(on: date | None) -> str | None:
    return None if on is None else on.isoformat()


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
