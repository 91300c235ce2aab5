"""By when a decision is asked for: 12:00 on one of the Clerk's working days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.types import Severity
from monitor.freeze.days import ENGLAND_AND_WALES, NORTHERN_IRELAND, SCOTLAND, bank_holidays

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
    day = at.astimezone(ZoneInfo(zone)).date()
    left = _AHEAD[severity]
    for _ in range(_MOST_DAYS):
        day += timedelta(days=1)
        if is_working_day(day, nation=nation, working=working) and day not in closed:
            left -= 1
        if left == 0:
            noon = datetime.combine(day, time(12), tzinfo=ZoneInfo(zone))
            return noon.astimezone(UTC)
    raise ValueError(f"no {_AHEAD[severity]} working days within {_MOST_DAYS} days of {at}")


def is_working_day(day: date, *, nation: str, working: frozenset[int] = MONDAY_TO_FRIDAY) -> bool:
    """Return whether a day is one of the week's working days and no bank holiday.

    Raises:
        ValueError: No such nation of the United Kingdom.
    """
    part = _PARTS.get(nation.casefold())
    if part is None:
        raise ValueError(f"no bank holidays known for {nation!r}; known: {list(_PARTS)}")
    return day.weekday() in working and day not in bank_holidays().parts[part]
