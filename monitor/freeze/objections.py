"""Checking a poll as entered: what must be corrected, confirmed or known.

An ``error`` must be corrected, a ``confirm`` may be right and is asked about, a ``note``
only tells. Each says what to do. A notice is never called late because of a holiday that
was proclaimed after it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from config.errors import SettingsError
from config.types import PollId, PollStatus, PollType
from monitor.freeze.days import in_words
from monitor.freeze.timetable import (
    Regime,
    compare,
    last_day,
    part_of,
    statute_for,
    uncounted_on,
)
from monitor.freeze.windows import NOWHERE, WHOLE, close_of, local_midnight

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from zoneinfo import ZoneInfo

    from storage.values import PollRow

_SATURDAY = 5
_LONGEST_BEFORE = timedelta(days=90)
_LOCAL = frozenset({PollType.PARISH, PollType.BOROUGH, PollType.COUNTY})
_ENGLISH_ONLY = frozenset(
    {
        PollType.MAYOR,
        PollType.REFERENDUM_COUNCIL_TAX,
        PollType.REFERENDUM_GOVERNANCE,
        PollType.NEIGHBOURHOOD_PLAN,
    }
)


class Weight(StrEnum):
    """How much an objection matters."""

    ERROR = "error"
    CONFIRM = "confirm"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """Something about a poll as entered that a person should know.

    Attributes:
        severity: ``error`` must be corrected; ``confirm`` may be right, ask; ``note`` tells.
        key: Which entry: ``date``, ``area``, ``notice``, ``start``, ``end``, ``type``, ``id``.
        what: One sentence without a full stop.
        remedy: What to do; empty if nothing.
    """

    severity: Weight
    key: str
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        """Say what and what to do."""
        return f"{self.what}. {self.remedy}" if self.remedy else f"{self.what}."


def check_poll(
    poll: PollRow,
    *,
    wards: Sequence[str],
    nation: str,
    as_of: datetime,
    zone: ZoneInfo,
    extra_holidays: Iterable[date] = (),
) -> list[Objection]:
    """Return everything about a poll that should be corrected, confirmed or known.

    Args:
        poll: As entered.
        wards: The town's wards; empty if none are configured.
        nation: England, Wales, Scotland or Northern Ireland.
        as_of: The present moment, aware UTC.
        zone: The council's zone, in which all days are meant.
        extra_holidays: Days of mourning, thanksgiving or late bank holidays to add.

    Returns:
        Errors first, then what is to be confirmed, then notes.
    """
    try:
        part_of(nation)
    except SettingsError as unknown:
        return [
            Objection(severity=Weight.ERROR, key="nation", what=unknown.what, remedy=unknown.remedy)
        ]
    extra = frozenset(extra_holidays)
    found = [
        *_about_the_day(poll, as_of, zone),
        *_about_the_area(poll, wards),
        *_about_the_notice(poll, nation, extra),
        *_about_own_bounds(poll, zone, nation, extra),
        *_about_the_rules(poll, nation, extra),
    ]
    order = list(Weight)
    return sorted(found, key=lambda objection: order.index(objection.severity))


def check_polls(
    polls: Sequence[PollRow],
    *,
    wards: Sequence[str],
    nation: str,
    as_of: datetime,
    zone: ZoneInfo,
    extra_holidays: Iterable[date] = (),
) -> dict[PollId, list[Objection]]:
    """Check several polls together; arguments as in `check_poll`.

    Returns:
        Objections by poll; a poll without any is left out. Two polls with one id are an
        error under that id.
    """
    extra = frozenset(extra_holidays)
    found: dict[PollId, list[Objection]] = {}
    for poll_id, count in Counter(poll.id for poll in polls).items():
        if count > 1:
            found[poll_id] = [
                Objection(
                    severity=Weight.ERROR,
                    key="id",
                    what=f"{count} polls have the id {poll_id!r}",
                    remedy="Give each poll an id of its own, for example parish.2027-05-06.",
                )
            ]
    for poll in polls:
        objections = check_poll(
            poll, wards=wards, nation=nation, as_of=as_of, zone=zone, extra_holidays=extra
        )
        if objections:
            found.setdefault(poll.id, []).extend(objections)
    return found


def _about_the_day(poll: PollRow, as_of: datetime, zone: ZoneInfo) -> list[Objection]:
    found = []
    today = as_of.astimezone(zone).date()
    if poll.held_on < today:
        found.append(
            Objection(
                severity=Weight.CONFIRM,
                key="date",
                what=f"the poll's day, {in_words(poll.held_on)}, has passed",
                remedy="If it is right, posts of its window are judged again; if not, correct it.",
            )
        )
    if poll.held_on.weekday() >= _SATURDAY:
        found.append(
            Objection(
                severity=Weight.CONFIRM,
                key="date",
                what=f"{in_words(poll.held_on)} is at a weekend; no ordinary poll is held then",
                remedy="Look at the notice again; most polls are on a Thursday.",
            )
        )
    return found


def _about_the_area(poll: PollRow, wards: Sequence[str]) -> list[Objection]:
    if poll.area in {WHOLE, NOWHERE}:
        if poll.area == NOWHERE:
            what = "the poll does not touch the town, so it has no window"
            return [Objection(severity=Weight.NOTE, key="area", what=what)]
        return []
    if poll.area.casefold() in {ward.casefold() for ward in wards}:
        return []
    known = f"The town's wards: {', '.join(wards)}. " if wards else "No wards are configured. "
    return [
        Objection(
            severity=Weight.ERROR,
            key="area",
            what=f"{poll.area!r} is not a ward of the town",
            remedy=known
            + 'Write one of them (council.wards), "whole" for all of the town, or "none" for a '
            "poll that does not touch it.",
        )
    ]


def _about_the_notice(poll: PollRow, nation: str, extra: frozenset[date]) -> list[Objection]:
    notice = poll.notice_on
    if notice is None:
        return []
    if notice >= poll.held_on:
        return [
            Objection(
                severity=Weight.ERROR,
                key="notice",
                what=f"the notice, {in_words(notice)}, is not before the poll, "
                f"{in_words(poll.held_on)}; it is ignored",
                remedy="Enter the day on which the returning officer published the notice.",
            )
        ]
    found = []
    uncounted = uncounted_on(notice, poll.type, nation=nation, extra=extra)
    if uncounted:
        found.append(
            Objection(
                severity=Weight.CONFIRM,
                key="notice",
                what=f"{in_words(notice)} is a day that does not count ({uncounted}); notices "
                "are rarely published then",
                remedy="Confirm it if the notice bears that date; the window starts with it.",
            )
        )
    if poll.held_on - notice > _LONGEST_BEFORE:
        found.append(
            Objection(
                severity=Weight.CONFIRM,
                key="notice",
                what=f"the notice is {(poll.held_on - notice).days} days before the poll",
                remedy="Check the year, and whether the poll was moved since.",
            )
        )
    return found + _about_lateness(poll, notice, nation)


def _about_lateness(poll: PollRow, notice: date, nation: str) -> list[Objection]:
    """A day proclaimed as a holiday afterwards never makes a notice late: it is left out."""
    last = last_day(
        poll.type,
        poll.held_on,
        nation=nation,
        by_election=poll.by_election,
        ordinary_only=True,
    )
    if last.statute.regime is not Regime.NOTICE or last.day is None or notice <= last.day:
        return []
    return [
        Objection(
            severity=Weight.CONFIRM,
            key="notice",
            what=f"the notice, {in_words(notice)}, is after the last day for it, "
            f"{in_words(last.day)}",
            remedy="Check it against the published notice; if it is right, the window starts "
            "with it.",
        )
    ]


def _about_own_bounds(
    poll: PollRow, zone: ZoneInfo, nation: str, extra: frozenset[date]
) -> list[Objection]:
    """Own bounds may widen the window, never narrow it."""
    found = []
    last = last_day(
        poll.type,
        poll.held_on,
        nation=nation,
        by_election=poll.by_election,
        extra_holidays=extra,
    )
    begins = poll.notice_on if poll.notice_on is not None else last.day
    close = close_of(poll, zone, at_midnight=last.statute.ends_at_midnight)
    start = _aware(poll.start, zone)
    end = _aware(poll.end, zone)
    if start is not None and begins is not None and start > local_midnight(begins, zone):
        found.append(
            Objection(
                severity=Weight.NOTE,
                key="start",
                what=f"the council's own start is later than {in_words(begins)}, when the "
                "period begins by law; it is ignored",
                remedy="An own start may widen the window, never narrow it.",
            )
        )
    if end is not None and poll.status is PollStatus.SCHEDULED and end < close:
        found.append(
            Objection(
                severity=Weight.NOTE,
                key="end",
                what="the council's own end is earlier than the close of the poll; it is ignored",
                remedy="An own end may widen the window, never narrow it.",
            )
        )
    if start is not None and start >= (end or close):
        found.append(
            Objection(
                severity=Weight.ERROR,
                key="start",
                what="the council's own start is not before the window's end",
                remedy="Check its day and year.",
            )
        )
    return found


def _aware(at: datetime | None, zone: ZoneInfo) -> datetime | None:
    if at is None:
        return None
    return (at if at.tzinfo is not None else at.replace(tzinfo=zone)).astimezone(UTC)


def _about_the_rules(poll: PollRow, nation: str, extra: frozenset[date]) -> list[Objection]:
    """Say where the law is another one, unknown, or computed in two ways."""
    found = []
    statute = statute_for(poll.type, by_election=poll.by_election)
    nation = nation.strip().title()
    if nation not in {"England", "Wales"} and poll.type in _LOCAL | {PollType.PCC}:
        found.append(
            Objection(
                severity=Weight.ERROR if poll.notice_on is None else Weight.NOTE,
                key="type",
                what=f"a {poll.type} poll in {nation} has a timetable of its own, which is not "
                "built in",
                remedy="Enter the day of the notice of election as published.",
            )
        )
    elif nation != "England" and poll.type in _ENGLISH_ONLY:
        found.append(
            Objection(
                severity=Weight.CONFIRM,
                key="type",
                what=f"a {poll.type} poll is held under English law; in {nation} the rules differ",
                remedy="Ask the returning officer for the first day of the restricted period and "
                "enter it as the notice.",
            )
        )
    elif nation == "Wales":
        found.append(
            Objection(
                severity=Weight.CONFIRM,
                key="type",
                what="Wales has a publicity code of its own (2014); the dates here follow the "
                "rules for England and Wales of 2006",
                remedy="Compare them with the returning officer's timetable, and enter the notice.",
            )
        )
    if statute.ask and poll.notice_on is None:
        found.append(Objection(severity=Weight.CONFIRM, key="type", what=_capitalised(statute.ask)))
    differs = compare(
        poll.type, poll.held_on, nation=nation, by_election=poll.by_election, extra_holidays=extra
    )
    if differs is not None:
        found.append(
            Objection(
                severity=Weight.NOTE,
                key="date",
                what=f"two computations differ: the statute's arithmetic says "
                f"{in_words(differs.ours)}, uk-election-timetables says "
                f"{in_words(differs.library)}; the first is used. Likely cause: "
                f"{differs.likely_cause}",
            )
        )
    return found


def _capitalised(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
