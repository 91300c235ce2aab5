"""What comes: facts and sentences about the next polls, for the digest and ``status``.

The sentences say what must happen by when and what is not known; how the Clerk answers
(by reply or by command) is added by whoever prints them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from config.types import PollStatus, PollType, WindowBasis
from monitor.freeze import days
from monitor.freeze.days import in_words
from monitor.freeze.timetable import Regime, last_day, part_of
from monitor.freeze.windows import NOWHERE, WHOLE, usable_notice, windows_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo

    from config.types import PollId
    from monitor.freeze.timetable import LastDay
    from monitor.freeze.windows import Window
    from storage.values import PollRow

WORKING_DAYS_OF_ASKING = 14
REMINDER_DAYS = (28, 14, 7, 1)
"""Days before a window at which the Clerk is reminded of it."""

_ELECTIONS = {
    PollType.PARISH: "town council election",
    PollType.BOROUGH: "borough council election",
    PollType.COUNTY: "county council election",
    PollType.MAYOR: "election of the combined authority's mayor",
    PollType.PCC: "police and crime commissioner election",
    PollType.PARLIAMENT: "general election",
    PollType.REFERENDUM_NATIONAL: "national referendum",
    PollType.REFERENDUM_COUNCIL_TAX: "council tax referendum",
    PollType.REFERENDUM_GOVERNANCE: "governance referendum",
    PollType.NEIGHBOURHOOD_PLAN: "neighbourhood plan referendum",
}
_BY_ELECTIONS = {
    PollType.PARISH: "town council by-election",
    PollType.BOROUGH: "borough council by-election",
    PollType.COUNTY: "county council by-election",
    PollType.MAYOR: "by-election of the combined authority's mayor",
    PollType.PCC: "police and crime commissioner by-election",
    PollType.PARLIAMENT: "parliamentary by-election",
}


class Stage(StrEnum):
    """Where a poll stands on the way to its window."""

    FAR = "far"
    """Nothing to do yet."""
    NEAR = "near"
    """Within 28 days; the notice may be published any day."""
    DATE_NEEDED = "date-needed"
    """Within fourteen working days of the last day, and no notice is entered."""
    DECLARED = "declared"
    """The start is known and lies ahead."""
    OPEN = "open"
    """The window is open and its start is known."""
    PRESUMED = "presumed"
    """The window is taken to be open; the notice is still not entered."""
    ASK = "ask"
    """Nothing can be computed; the Clerk is asked for the first day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """One poll that lies ahead or whose window is open.

    Attributes:
        poll: Its id.
        title: ``Thursday 6 May 2027, town council election``.
        stage: Where it stands.
        last_day: Last day for the notice, or first day of a fixed period; None: unknown.
        notice_on: As entered; None: not entered.
        window: The window in force; None where only the notice could tell.
        quiet_until: First day on which there is something to do; None: now.
        days_to_start: Days from today to the window's first day, negative once it began;
            None if unknown.
        is_date_needed: Ask the Clerk for the notice, daily.
        example_day: A likely day for the notice, to show how it is written; None: none.
        sentences: Plain English, in order, each with its full stop.
    """

    poll: PollId
    title: str
    stage: Stage
    last_day: date | None
    notice_on: date | None
    window: Window | None
    quiet_until: date | None
    days_to_start: int | None
    is_date_needed: bool
    example_day: date | None
    sentences: tuple[str, ...]


def title_of(poll: PollRow) -> str:
    """Name a poll: ``Thursday 6 May 2027, town council by-election (Brookmeadow)``."""
    names = _BY_ELECTIONS if poll.by_election else _ELECTIONS
    name = names.get(poll.type, _ELECTIONS[poll.type])
    where = "" if poll.area in {WHOLE, NOWHERE} else f" ({poll.area})"
    return f"{in_words(poll.held_on)}, {name}{where}"


def coming_up(
    polls: Iterable[PollRow],
    as_of: datetime,
    *,
    zone: ZoneInfo,
    nation: str,
    extra_holidays: Iterable[date] = (),
) -> tuple[Coming, ...]:
    """Return what is to be known about polls that are not over, the nearest first.

    Polls that are cancelled or do not touch the town are left out, and so are those whose
    window (or, without one, whose day) has ended.

    Args:
        polls: As merged from file and database.
        as_of: The present moment, aware UTC.
        zone: The council's zone.
        nation: England, Wales, Scotland or Northern Ireland.
        extra_holidays: Days of mourning, thanksgiving or late bank holidays to add.

    Raises:
        SettingsError: The nation is unknown.
    """
    extra = frozenset(extra_holidays)
    found = []
    for poll in sorted(polls, key=lambda row: (row.held_on, row.id)):
        if poll.area == NOWHERE or poll.status is PollStatus.CANCELLED:
            continue
        facts = _facts(poll, as_of, zone=zone, nation=nation, extra=extra)
        window = facts.window
        is_over = window.end <= as_of if window is not None else poll.held_on < facts.today
        if not is_over:
            found.append(_coming(facts))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """One poll with all that is computed about it once."""

    poll: PollRow
    window: Window | None
    last: LastDay
    as_of: datetime
    today: date
    zone: ZoneInfo
    asking_from: date | None

    @property
    def first(self) -> date | None:
        return self.window.start.astimezone(self.zone).date() if self.window is not None else None

    @property
    def waits(self) -> bool:
        """A notice will start it, and none is entered."""
        return usable_notice(self.poll) is None and self.last.statute.regime is Regime.NOTICE


def _facts(
    poll: PollRow, as_of: datetime, *, zone: ZoneInfo, nation: str, extra: frozenset[date]
) -> _Facts:
    windows = windows_of(poll, zone=zone, nation=nation, as_of=as_of, extra_holidays=extra)
    last = last_day(
        poll.type,
        poll.held_on,
        nation=nation,
        by_election=poll.by_election,
        extra_holidays=extra,
    )
    return _Facts(
        poll=poll,
        window=next((window for window in windows if window.in_force), None),
        last=last,
        as_of=as_of,
        today=as_of.astimezone(zone).date(),
        zone=zone,
        asking_from=_asking_from(last, nation, extra),
    )


def _coming(facts: _Facts) -> Coming:
    stage, first = _stage(facts), facts.first
    quiet_until = None
    if stage is Stage.FAR and first is not None:
        quiet_until = first - timedelta(days=REMINDER_DAYS[0])
    return Coming(
        poll=facts.poll.id,
        title=title_of(facts.poll),
        stage=stage,
        last_day=facts.last.day,
        notice_on=usable_notice(facts.poll),
        window=facts.window,
        quiet_until=quiet_until,
        days_to_start=(first - facts.today).days if first is not None else None,
        is_date_needed=stage in {Stage.DATE_NEEDED, Stage.PRESUMED, Stage.ASK},
        example_day=_example_day(facts) if facts.waits else None,
        sentences=_sentences(facts, stage, quiet_until),
    )


def _asking_from(last: LastDay, nation: str, extra: frozenset[date]) -> date | None:
    """Return the day fourteen working days before the last day for the notice."""
    if last.statute.regime is not Regime.NOTICE or last.day is None:
        return None
    return days.count_back(last.day, WORKING_DAYS_OF_ASKING, (part_of(nation),), extra=extra).day


def _stage(facts: _Facts) -> Stage:
    window, first, today = facts.window, facts.first, facts.today
    if window is None or first is None:
        return Stage.ASK
    if window.holds(facts.as_of):
        is_late = facts.last.day is not None and today >= facts.last.day
        return Stage.PRESUMED if facts.waits and is_late else Stage.OPEN
    if facts.waits and facts.asking_from is not None and today >= facts.asking_from:
        return Stage.DATE_NEEDED
    if today < first - timedelta(days=REMINDER_DAYS[0]):
        return Stage.FAR
    return Stage.NEAR if facts.waits else Stage.DECLARED


def _example_day(facts: _Facts) -> date | None:
    """Return a Monday about a week before the last day: notices are often that early."""
    last = facts.last.day
    if last is None:
        return None
    week_before = last - timedelta(days=7)
    likely = week_before - timedelta(days=week_before.weekday())
    return max(likely, min(facts.today, last))


def _sentences(facts: _Facts, stage: Stage, quiet_until: date | None) -> tuple[str, ...]:
    if facts.window is None or facts.first is None:
        return (f"Its pre-election period cannot be computed: {facts.last.ask}.",)
    start, until = in_words(facts.first, year=False), _until(facts.window, facts.zone)
    said = f"The pre-election period starts on {start} and ends {until}."
    if stage is Stage.OPEN:
        said = f"The pre-election period began on {start} and ends {until}."
    last = facts.last.day
    if facts.waits and last is not None:
        day = in_words(last, year=False)
        if stage is Stage.PRESUMED:
            said = f"The pre-election period is taken to have begun on {start}; it ends {until}."
            tense = "is" if facts.today == last else "was"
            needed = f"A date is needed: no notice is entered, and {day} {tense} the last day."
            return (needed, said)
        if stage is not Stage.OPEN and facts.window.basis is not WindowBasis.COUNCIL:
            said = (
                f"The notice of election must be published by {day}; the pre-election period "
                "starts on the day it is published."
            )
    if stage is Stage.DATE_NEEDED:
        return ("A date is needed: no notice of election has been entered.", said)
    if stage is Stage.FAR and quiet_until is not None:
        return (said, f"Nothing to do until {quiet_until.day} {quiet_until:%B %Y}.")
    return (said,)


def _until(window: Window, zone: ZoneInfo) -> str:
    """Say when a window ends: ``on Thursday 6 May at 22:00``, ``with Thursday 6 May``."""
    ends = window.end.astimezone(zone)
    if ends.hour == ends.minute == 0:
        return f"with {in_words(ends.date() - timedelta(days=1), year=False)}"
    return f"on {in_words(ends.date(), year=False)} at {ends:%H:%M}"
