"""The stretch of time a report is of: whole days of the council's calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from config.errors import OperatorError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_DECEMBER = 12
_YEARS = range(1970, 2200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Whole council days, cut at the present moment.

    Attributes:
        first: First day, in the council's zone.
        last: Last day, in the council's zone; it may not be over yet.
        start: First instant of ``first``; aware UTC.
        end: First instant after ``last``, or the present moment if that is earlier.
        is_running: ``last`` is not over: figures may still change.
    """

    first: date
    last: date
    start: datetime
    end: datetime
    is_running: bool

    @classmethod
    def of(cls, first: date, last: date, *, zone: ZoneInfo, as_of: datetime) -> Period:
        """Return the period of two days, both included.

        Args:
            first: First day.
            last: Last day.
            zone: The council's.
            as_of: The present moment; aware UTC.

        Raises:
            OperatorError: It ends before it begins, or has not begun.
        """
        if last < first:
            raise OperatorError(
                f"the period ends on {last.isoformat()}, before it begins on {first.isoformat()}",
                remedy="--from is the first day, --to the last; both are included",
            )
        start, end = midnight(first, zone), midnight(last + timedelta(days=1), zone)
        if start >= as_of:
            raise OperatorError(f"{first.isoformat()} has not come yet: there is nothing to report")
        return cls(first=first, last=last, start=start, end=min(end, as_of), is_running=end > as_of)


def days_of(
    *, since: str | None, until: str | None, month: str | None, year: str | None, today: date
) -> tuple[date, date]:
    """Return first and last day of what a person asked for; nothing asked: this month.

    Args:
        since: First day, ``2026-11-01``; None with ``until``: the first of its month.
        until: Last day; None with ``since``: today.
        month: ``2026-11``.
        year: ``2026``.
        today: In the council's zone.

    Raises:
        OperatorError: A date that is none, or more than one way of asking.
    """
    ways = [month is not None, year is not None, since is not None or until is not None]
    if sum(ways) > 1:
        raise OperatorError(
            "--month, --year and --from/--to exclude each other", remedy="Give one of them"
        )
    if month is not None:
        first = _date(f"{month}-01", f"{month!r} is no month", "Write --month 2026-11")
        return first, month_end(first)
    if year is not None:
        first = _date(f"{year}-01-01", f"{year!r} is no year", "Write --year 2026")
        return first, first.replace(month=_DECEMBER, day=31)
    remedy = "Write it as 2026-11-30"
    last = today if until is None else _date(until, f"{until!r} is no date", remedy)
    if since is None:
        return last.replace(day=1), last
    return _date(since, f"{since!r} is no date", remedy), last


def month_end(first: date) -> date:
    """Return the last day of a date's month."""
    following = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    return following - timedelta(days=1)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of a day on the council's clocks, as UTC."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def _date(text: str, wrong: str, remedy: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise OperatorError(wrong, remedy=remedy) from error
    if found.year not in _YEARS or len(text) != len("2026-11-30"):
        raise OperatorError(wrong, remedy=remedy)
    return found
