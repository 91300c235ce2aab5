"""When an entry of a feed says it was published: feedparser's reading, put right.

feedparser takes every name it does not know for UTC. "BST" in a British feed would make a
post one hour late, which is the hour in which an election window opens.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence

_NUMERIC = re.compile(r"(?:[+-]\d{2}:?\d{2}|\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?[+-]\d{2}|Z)$")
_NAMED = re.compile(r"(?<=[\d\s])\(?([A-Za-z]{1,5})\)?$")
_REGION = re.compile(r"([A-Z][A-Za-z_]+/[A-Za-z_/+-]{2,40})$")

_LAST_YEAR = 2200
_HOURS_AHEAD = {"BST": 1, "CET": 1, "CEST": 2, "WET": 0, "WEST": 1, "EET": 2, "EEST": 3}
"""Names that feedparser reads as UTC, each with its hours ahead of it. BST is British."""

_READ_RIGHT = frozenset(
    [
        *("UT", "UTC", "GMT", "Z", "ADT", "AST", "AT", "EDT", "EST", "ET", "CDT", "CST", "CT"),
        *("MDT", "MST", "MT", "PDT", "PST", "PT", "A", "N", "M", "Y", "MET", "MEST"),
    ]
)


def zone_of(name: str) -> ZoneInfo:
    """Return a zone by its IANA name; London for a name that does not exist."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("Europe/London")


def instant(raw: str, parsed: Sequence[Any] | None, *, zone: ZoneInfo) -> datetime | None:
    """Return the instant a date stands for.

    Args:
        raw: The date as written.
        parsed: feedparser's reading of it: year to second, as if UTC; None if it could not.
        zone: Where a date without a zone was written.

    Returns:
        Aware UTC, also in the future; None when the date cannot be read or lies beyond
        the year 2200, which no writer meant.
    """
    raw = raw.strip()
    if parsed is None and not _NUMERIC.search(raw):
        parsed = parsedate(raw)  # a mail's date without a zone, which feedparser refuses
    if parsed is None:
        return None
    try:
        year, month, day, hour, minute, second = (int(part) for part in tuple(parsed)[:6])
        if year > _LAST_YEAR:
            return None
        stated = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
        return _put_right(stated, raw, zone)
    except (ValueError, TypeError, OverflowError):
        return None


def iso_instant(raw: str, *, zone: ZoneInfo) -> datetime | None:
    """Return the instant of an ISO 8601 date, as JSON Feed writes it; None if it is none."""
    try:
        stated = datetime.fromisoformat(raw.strip())
        if stated.tzinfo is None:
            stated = stated.replace(tzinfo=zone)
        return stated.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _put_right(stated: datetime, raw: str, zone: ZoneInfo) -> datetime:
    if _NUMERIC.search(raw):
        return stated
    region = _REGION.search(raw)
    if region:
        return _local(stated, zone_of(region[1]))
    named = _NAMED.search(raw)
    name = named[1].upper() if named else ""
    if name in _HOURS_AHEAD:
        return stated - timedelta(hours=_HOURS_AHEAD[name])
    if name in _READ_RIGHT:
        return stated
    return _local(stated, zone)


def _local(stated: datetime, zone: ZoneInfo) -> datetime:
    """Read the same figures as a clock in ``zone`` showed them."""
    return stated.replace(tzinfo=zone).astimezone(UTC)
