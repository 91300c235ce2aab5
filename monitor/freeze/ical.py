"""Polls, windows and reminders as an iCalendar file (RFC 5545) for Outlook, Google and others.

Instants are written in UTC, so that no reader needs a table of time zones; days are written
as days. Identities are lasting: importing a newer file moves the entries of an older one.
Reminders are entries of their own, because calendars that subscribe to a file drop alarms.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from icalendar import Calendar, Event

from config.types import PollStatus, WindowBasis
from monitor.freeze.coming import REMINDER_DAYS, title_of
from monitor.freeze.days import in_words
from monitor.freeze.timetable import Regime, last_day
from monitor.freeze.windows import NOWHERE, usable_notice, windows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from zoneinfo import ZoneInfo

    from monitor.freeze.windows import Window
    from storage.values import PollRow

_DAY = timedelta(days=1)
_STARTS = {
    WindowBasis.DECLARED: "the notice of election was published",
    WindowBasis.COUNCIL: "the council's own start",
    WindowBasis.STATUTORY: "last day for the notice; it may begin earlier",
    WindowBasis.PRESUMED: "presumed: no notice is entered",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One entry: a whole day, or from one instant to another."""

    name: str
    title: str
    text: str
    start: datetime | date
    end: datetime | date


def calendar(
    polls: Iterable[PollRow],
    *,
    council: str,
    domain: str,
    zone: ZoneInfo,
    nation: str,
    as_of: datetime,
    extra_holidays: Iterable[date] = (),
) -> bytes:
    """Return the file.

    Args:
        polls: As merged from file and database; those that do not touch the town are left out.
        council: The council's name, for the calendar's own.
        domain: The council's mail domain, for lasting identities.
        zone: The council's zone.
        nation: England, Wales, Scotland or Northern Ireland.
        as_of: The present moment, aware UTC; when the file says it was made.
        extra_holidays: Days of mourning, thanksgiving or late bank holidays to add.

    Raises:
        SettingsError: The nation is unknown.
    """
    extra = frozenset(extra_holidays)
    made = Calendar()
    made.add("prodid", "-//clerkwatch//elections//EN")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", f"Elections: {' '.join(council.split())}")
    for poll in polls:
        if poll.area == NOWHERE:
            continue
        windows = windows_of(poll, zone=zone, nation=nation, as_of=as_of, extra_holidays=extra)
        counting = next((window for window in windows if window.in_force), None)
        for entry in _entries(poll, counting, zone=zone, nation=nation, extra=extra):
            made.add_component(_event(entry, poll, domain=domain, as_of=as_of))
    return bytes(made.to_ical())


def _entries(
    poll: PollRow, window: Window | None, *, zone: ZoneInfo, nation: str, extra: frozenset[date]
) -> Iterator[_Entry]:
    title = title_of(poll).partition(", ")[2]
    is_held = poll.status is not PollStatus.CANCELLED
    yield _Entry(
        name="poll",
        title=f"{title[:1].upper()}{title[1:]}" if is_held else f"Cancelled: {title}",
        text=_about_poll(poll, window),
        start=poll.held_on,
        end=poll.held_on + _DAY,
    )
    if window is None:
        return
    yield _Entry(
        name="window",
        title=f"Pre-election period: {title}",
        text=f"{window.why} Mode: {window.mode.value}.",
        start=window.start,
        end=window.end,
    )
    first = window.start.astimezone(zone).date()
    for before in REMINDER_DAYS if is_held else ():
        day = first - timedelta(days=before)
        yield _Entry(
            name=f"reminder-{before}",
            title=f"In {before} day{'s' if before > 1 else ''}: pre-election period ({title})",
            text=f"The pre-election period starts on {in_words(first)} ({_STARTS[window.basis]}).",
            start=day,
            end=day + _DAY,
        )
    last = last_day(
        poll.type,
        poll.held_on,
        nation=nation,
        by_election=poll.by_election,
        extra_holidays=extra,
    )
    waits = usable_notice(poll) is None and last.statute.regime is Regime.NOTICE
    if is_held and waits and last.day is not None:
        yield _Entry(
            name="last-day",
            title=f"Last day for the notice of election: {title}",
            text=f"{last.statute.law}. {last.statute.source}",
            start=last.day,
            end=last.day + _DAY,
        )


def _about_poll(poll: PollRow, window: Window | None) -> str:
    if poll.status is PollStatus.CANCELLED:
        return "This poll will not be held."
    if window is None:
        return "Its pre-election period is not known yet: enter the notice of election."
    return window.why


def _event(entry: _Entry, poll: PollRow, *, domain: str, as_of: datetime) -> Event:
    event = Event()
    event.add("uid", f"{poll.id}.{entry.name}@{domain}")
    event.add("dtstamp", as_of)
    event.add("dtstart", entry.start)
    event.add("dtend", entry.end)
    event.add("summary", entry.title)
    event.add("description", entry.text)
    event.add("transp", "TRANSPARENT")
    event.add("class", "PUBLIC")
    return event
