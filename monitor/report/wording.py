"""Spans of time, shares and money as a committee reads them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from config.types import Resolution

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_RESOLUTIONS = {
    Resolution.REMOVED: "upheld: removed",
    Resolution.CORRECTED: "upheld: corrected",
    Resolution.DISMISSED: "not upheld",
    Resolution.LEFT: "left",
    Resolution.NO_LONGER_APPLIES: "no longer applies",
}


def day(on: date) -> str:
    """Return ``24 November 2026``."""
    return f"{on.day} {_month(on)} {on.year}"


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Return ``24 November 2026, 07:05``, on the council's clocks."""
    local = at.astimezone(zone)
    return f"{day(local.date())}, {local:%H:%M}"


def duration(length: timedelta) -> str:
    """Return ``35 min``, ``2 h 10 min`` or ``3 days 4 h``."""
    if length < _HOUR:
        return f"{round(length / _MINUTE)} min"
    if length < 2 * _DAY:
        minutes = round(length / _MINUTE)
        rest = f" {minutes % 60} min" if minutes % 60 else ""
        return f"{minutes // 60} h{rest}"
    hours = round(length / _HOUR)
    rest = f" {hours % 24} h" if hours % 24 else ""
    return f"{hours // 24} days{rest}"


def every(length: timedelta) -> str:
    """Return ``every 30 min``, ``every 14 days``."""
    return "every day" if length == _DAY else f"every {duration(length)}"


def share(part: int, whole: int) -> str:
    """Return ``98.4 %``; never 100 % or 0 % for what is only nearly so."""
    if not whole:
        return "not measured"
    tenths = round(1000 * part / whole)
    if part < whole:
        tenths = min(tenths, 999)
    if part:
        tenths = max(tenths, 1)
    return f"{tenths // 10} %" if tenths % 10 == 0 else f"{tenths / 10:.1f} %"


def money(amount: Decimal) -> str:
    """Return ``$1.20``; what is less than a cent with its fractions."""
    places = Decimal("0.01") if amount == 0 or amount >= Decimal("0.01") else Decimal("0.0001")
    return f"${amount.quantize(places)}"


def resolution(outcome: Resolution | None) -> str:
    """Return how a case stood; None: undecided."""
    return "undecided" if outcome is None else _RESOLUTIONS[outcome]


def _month(on: date) -> str:
    return _MONTHS[on.month - 1]


_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
