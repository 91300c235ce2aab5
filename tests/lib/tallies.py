"""Builders for what reports count; made-up towns, no clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from config.types import (
    AccountId,
    CaseId,
    CaseState,
    ClauseId,
    Kind,
    Resolution,
    RuleId,
    Severity,
    SubjectKind,
)
from monitor.report.facts import PolicyReview, SpendLine, Surroundings, WatchedAccount
from monitor.report.period import Period
from storage.values import CaseTally, Mark

ZONE = ZoneInfo("Europe/London")
NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC)
AFTER = datetime(2026, 12, 24, 9, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)


def at(days: float = 0, *, hours: float = 0) -> datetime:
    """Return an instant after the first of November."""
    return NOVEMBER + timedelta(days=days, hours=hours)


def period(first: date = date(2026, 11, 1), last: date = date(2026, 11, 30)) -> Period:
    """Return a period that is over."""
    return Period.of(first, last, zone=ZONE, as_of=AFTER)


def case(
    number: int = 1,
    *,
    opened_at: datetime | None = None,
    resolution: Resolution | None = None,
    closed_at: datetime | None = None,
    gone_at: datetime | None = None,
    account: str = "council-x",
    marks: tuple[tuple[str, str], ...] = (("terms.5", "party-politics/endorsement"),),
    history: bool = False,
) -> CaseTally:
    """Return a case as it was counted, with its steps."""
    opened = opened_at or at(2)
    closed = closed_at or (opened + timedelta(hours=4) if resolution else None)
    steps = [(opened, CaseState.OPEN)]
    if closed is not None:
        steps.append((closed, CaseState.CLOSED))
    return CaseTally(
        id=CaseId(number),
        account=AccountId(account),
        subject=SubjectKind.POST,
        severity=Severity.REVIEW,
        history=history,
        published_at=opened,
        opened_at=opened,
        marks=tuple(Mark(clause=ClauseId(clause), rule=RuleId(rule)) for clause, rule in marks),
        steps=tuple(steps),
        resolution=resolution,
        closed_at=closed,
        gone_at=gone_at,
    )


def account(label: str = "council-x", **options: object) -> WatchedAccount:
    """Return an account of the register of Fernbeck."""
    stated: dict[str, object] = {
        "id": AccountId(label),
        "title": f"X @{label}",
        "kind": Kind.COUNCIL,
        "platform": "x",
        "owner": "Communications Officer",
        "by_hand": False,
        "every": HALF_HOUR,
        "registered_at": at(-30),
    }
    return WatchedAccount(**(stated | options))  # type: ignore[arg-type] # passed through


def around(*accounts: WatchedAccount, council: str = "Fernbeck Town Council") -> Surroundings:
    """Return what a report needs beside what was counted."""
    return Surroundings(
        council=council,
        zone="Europe/London",
        made_at=AFTER,
        version="1.0",
        accounts=accounts or (account(),),
        pull_every=HALF_HOUR,
        clauses=(
            (ClauseId("terms.5"), "Terms of Use 5", "no party politics"),
            (ClauseId("terms.7"), "Terms of Use 7", "no commerce"),
        ),
        windows=(),
        spend=(SpendLine(title="X", resources=57, amount=Decimal("0.285"), budget=Decimal(5)),),
        policy=PolicyReview(
            title="Social Media Policy",
            reviewed_on=date(2017, 10, 19),
            due_on=date(2020, 10, 31),
            is_overdue=True,
        ),
    )
