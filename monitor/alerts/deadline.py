"""By when a decision is asked for: 12:00 on one of the Clerk's working days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from config.types import Severity
from monitor.freeze.days import ENGLAND_AND_WALES, NORTHERN_IRELAND, SCOTLAND, bank_holidays

if TYPE_CHECKING:
    from collections.abc import Callable

_PARTS = {
    "england": ENGLAND_AND_WALES,
    "wales": ENGLAND_AND_WALES,
    "scotland": SCOTLAND,
    "northern ireland": NORTHERN_IRELAND,
}
MONDAY_TO_FRIDAY = frozenset(range(5))
_AHEAD = {Severity.URGENT: 1, Severity.REVIEW: 3, Severity.NOTE: 3}
# No week of public holidays and closures is longer; a guard against a calendar of none.
_MOST_DAYS = 60


def decide_by(
    at: datetime,
    severity: Severity,
    *,
    zone: str,
    nation: str,
    working: frozenset[int] = MONDAY_TO_FRIDAY,
    closed: frozenset[date] = frozenset(),
) -> datetime:
    """Return when the Clerk is asked to decide by.

    Args:
        at: When the case was opened; aware.
        severity: ``urgent``: the next working day; others: the third.
        zone: IANA zone of the council.
        nation: ``England``, ``Wales``, ``Scotland`` or ``Northern Ireland``.
        working: The Clerk's week days, 0 for Monday; must not be empty.
        closed: Days on which the office is closed beside the bank holidays.

    Returns:
        12:00 in the council's zone on that day, as aware UTC.

    Raises:
        ValueError: There is no working day within two months, or no such nation.
    """

    def counts(day: date) -> bool:
        return is_working_day(day, nation=nation, working=working) and day not in closed

    return nth_noon(at, ahead(severity), zone=zone, counts=counts)


def ahead(severity: Severity) -> int:
    """Return how many working days there are to decide: one for what is urgent, else three."""
    return _AHEAD[severity]


def nth_noon(at: datetime, days: int, *, zone: str, counts: Callable[[date], bool]) -> datetime:
    """Return 12:00 on the last of so many counting days after an instant's own day, as aware UTC.

    Args:
        at: From when; aware.
        days: How many days, one or more.
        zone: IANA zone of the council.
        counts: Whether a day counts.

    Raises:
        ValueError: There are not so many, though each had a week and two months more.
    """
    day = at.astimezone(ZoneInfo(zone)).date()
    left = days
    most = _MOST_DAYS + 7 * days
    for _ in range(most):
        day += timedelta(days=1)
        if counts(day):
            left -= 1
        if left == 0:
            noon = datetime.combine(day, time(12), tzinfo=ZoneInfo(zone))
            return noon.astimezone(UTC)
    raise ValueError(f"no {days} working days within {most} days of {at}")


def is_working_day(day: date, *, nation: str, working: frozenset[int] = MONDAY_TO_FRIDAY) -> bool:
    """Return whether a day is one of the week's working days and no bank holiday.

    Raises:
        ValueError: No such nation of the United Kingdom.
    """
    part = _PARTS.get(nation.casefold())
    if part is None:
        raise ValueError(f"no bank holidays known for {nation!r}; known: {list(_PARTS)}")
    return day.weekday() in working and day not in bank_holidays().parts[part]
