"""Days and months as people write them in a reply: pure, in the council's calendar."""

from __future__ import annotations

import re
from datetime import date

from config.errors import OperatorError

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_DAY = re.compile(
    r"(?:(?P<iso>\d{4}-\d{2}-\d{2})|(?P<d>\d{1,2})[/.](?P<m>\d{1,2})[/.](?P<y>\d{4})|"
    r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\s+(?P<month>[a-z]{3,9})(?:,?\s+(?P<year>\d{4}))?)",
    re.ASCII | re.IGNORECASE,
)
_MONTH = re.compile(
    r"(?:(?P<iso>\d{4}-\d{2})|(?P<month>[a-z]{3,9})\s+(?P<year>\d{4}))", re.ASCII | re.IGNORECASE
)
_YEARS = range(1990, 2200)


def day_in(text: str, *, near: date, later: bool, example: str) -> date:
    """Return the day that was written: ``22 March``, ``22 March 2027``, ``22/3/2027``, ISO.

    Args:
        text: As written.
        near: Without a year the first such day from here on, or the last one up to here.
        later: Look on from ``near``; else back.
        example: How the whole line is written, for the remedy.

    Raises:
        OperatorError: There is no such day.
    """
    match = _DAY.fullmatch(text.strip())
    if match is None:
        raise OperatorError(f"“{text.strip()}” is no day", remedy=f"Write for example {example}")
    try:
        found = _day(match, near=near, later=later)
    except ValueError as error:
        raise OperatorError(
            "there is no such day", remedy=f"Write for example {example}"
        ) from error
    if found.year not in _YEARS:
        raise OperatorError("there is no such day", remedy=f"Write for example {example}")
    return found


def month_in(text: str, *, example: str) -> str:
    """Return the month that was written, ``March 2026``, as ``2026-03``.

    Raises:
        OperatorError: There is no such month.
    """
    match = _MONTH.fullmatch(text.strip())
    if match is None:
        raise OperatorError(f"“{text.strip()}” is no month", remedy=f"Write for example {example}")
    if match["iso"]:
        return match["iso"]
    number = _month(match["month"])
    if not number:
        raise OperatorError(f"“{text.strip()}” is no month", remedy=f"Write for example {example}")
    return f"{match['year']}-{number:02}"


def _day(match: re.Match[str], *, near: date, later: bool) -> date:
    """Return the day.

    Raises:
        ValueError: There is none.
    """
    if match["iso"]:
        return date.fromisoformat(match["iso"])
    if match["d"]:  # as in Britain: the day first
        return date(int(match["y"]), int(match["m"]), int(match["d"]))
    month, day = _month(match["month"]), int(match["day"])
    if match["year"]:
        return date(int(match["year"]), month, day)
    this = date(near.year, month, day)
    if later:
        return this if this >= near else date(near.year + 1, month, day)
    return this if this <= near else date(near.year - 1, month, day)


def _month(named: str) -> int:
    """Return a month's number by its name or the start of it; 0: none, or more than one."""
    found = [place for place, whole in enumerate(_MONTHS, 1) if whole.startswith(named.lower())]
    return found[0] if len(found) == 1 else 0
