"""Days that count: the statute's arithmetic on calendar days, without any library.

Election rules count back from the poll and leave out Saturday, Sunday, Christmas Eve,
Christmas Day, Good Friday, bank holidays, and days of public thanksgiving or mourning
(Local Elections (Parishes and Communities) (England and Wales) Rules 2006, SI 2006/3305,
Schedule 2; the twin rule for principal areas was read at
https://legislation.gov.uk/uksi/2006/3304/schedule/3/part/1/made). Maundy Thursday has
counted since 1 January 2007
(http://www.legislation.gov.uk/ukpga/2006/22/section/20/data.xht?view=snippet&wrap=true).

The bank holidays are a dated table in this folder; beyond its end nothing is computed,
because a missing holiday would count silently as a working day.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ENGLAND_AND_WALES = "england-and-wales"
SCOTLAND = "scotland"
NORTHERN_IRELAND = "northern-ireland"
ALL_PARTS = (ENGLAND_AND_WALES, SCOTLAND, NORTHERN_IRELAND)

_SATURDAY = 5
_DAY = timedelta(days=1)
_CHRISTMAS = {(12, 24): "Christmas Eve", (12, 25): "Christmas Day"}


@dataclass(frozen=True, slots=True, kw_only=True)
class BankHolidays:
    """The table of bank holidays.

    Attributes:
        parts: For each part of the United Kingdom, weekday holidays with their names.
        covers_from: First day of the table.
        covers_to: Last day of the table.
        proclaimed_to: Up to here the days are published by government; later ones are
            computed from the rules and may still be moved or added to.
        one_off: Proclaimed for one occasion (a jubilee, a funeral), often late.
        source: Where the table comes from.
    """

    parts: Mapping[str, Mapping[date, str]]
    covers_from: date
    covers_to: date
    proclaimed_to: date
    one_off: frozenset[date]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncounted:
    """A weekday that does not count, and why."""

    day: date
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """The result of counting back.

    Attributes:
        day: Where the count ended; a day that counts.
        uncounted: Weekdays left out between that day and the poll, in order.
        is_provisional: Some of the days lie beyond what has been proclaimed.
    """

    day: date
    uncounted: tuple[Uncounted, ...]
    is_provisional: bool


@lru_cache(maxsize=1)
def bank_holidays() -> BankHolidays:
    """Return the table that is shipped with this version."""
    stated = tomllib.loads((files(__package__) / "bank_holidays.toml").read_text("utf-8"))
    return BankHolidays(
        parts={
            part: {date.fromisoformat(day): name for day, name in stated[part].items()}
            for part in ALL_PARTS
        },
        covers_from=stated["covers_from"],
        covers_to=stated["covers_to"],
        proclaimed_to=stated["proclaimed_to"],
        one_off=frozenset(stated["one_off"]),
        source=stated["source"],
    )


def covers(held_on: date) -> bool:
    """Return whether the table reaches far enough to count back from a poll.

    Half a year before its first day is more than any timetable needs.
    """
    table = bank_holidays()
    return table.covers_from + timedelta(days=183) <= held_on <= table.covers_to


def why_uncounted(
    day: date, parts: Iterable[str], *, extra: Iterable[date] = (), ordinary_only: bool = False
) -> str:
    """Return why a day does not count; empty if it counts.

    Args:
        day: Calendar day in the council's zone.
        parts: Whose bank holidays apply: one part, or all of them for a general election.
        extra: Further days of mourning, thanksgiving or bank holidays, from the
            configuration.
        ordinary_only: Leave out days proclaimed for one occasion.
    """
    if day.weekday() >= _SATURDAY:
        return day.strftime("%A")
    christmas = _CHRISTMAS.get((day.month, day.day))
    if christmas is not None:
        return christmas
    table = bank_holidays()
    if not (ordinary_only and day in table.one_off):
        for part in parts:
            if day in table.parts[part]:
                name = table.parts[part][day]
                is_shared = day in table.parts[ENGLAND_AND_WALES]
                return name if is_shared else f"{name}, {part.replace('-', ' ').title()}"
    return "a further day in the configuration" if day in frozenset(extra) else ""


def count_back(
    held_on: date,
    days: int,
    parts: Iterable[str],
    *,
    extra: Iterable[date] = (),
    ordinary_only: bool = False,
) -> Count:
    """Count a number of days back from a poll; the poll's own day is not counted.

    Args:
        held_on: Day of the poll; `covers` must hold for it.
        days: How many days that count, at least 1.
        parts: Whose bank holidays apply.
        extra: Further days that do not count.
        ordinary_only: Leave out days proclaimed for one occasion.
    """
    parts, extra = tuple(parts), frozenset(extra)
    day, left, uncounted = held_on, days, []
    while left:
        day -= _DAY
        name = why_uncounted(day, parts, extra=extra, ordinary_only=ordinary_only)
        if not name:
            left -= 1
        elif day.weekday() < _SATURDAY:
            uncounted.append(Uncounted(day=day, name=name))
    return Count(
        day=day,
        uncounted=tuple(reversed(uncounted)),
        is_provisional=held_on > bank_holidays().proclaimed_to,
    )


def in_words(day: date, *, year: bool = True) -> str:
    """Return a day as the mails print it: ``Wednesday 31 March 2027``."""
    return f"{day:%A} {day.day} {day:%B %Y}" if year else f"{day:%A} {day.day} {day:%B}"
