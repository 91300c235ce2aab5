"""Windows: the stretch of time in which an election forbids something, and why.

The Publicity Code's period runs "between the notice of an election and the election
itself"; the notice may lawfully be published before its last day, so a computed date is
only the day by which the period has begun. Every basis that applies is returned, one of
them ``in_force`` per poll:

==========  ===========================================================================
declared    from 00:00 of the day on which the notice was published
council     from the council's own start, where that is earlier: it widens, never narrows
statutory   from 00:00 of the last day for the notice, or of a referendum's fixed period
presumed    the same, called so once that day has come and no notice has been entered
==========  ===========================================================================

A window ends at 22:00 on the day of the poll, or with the day where the statute says so
(Political Parties, Elections and Referendums Act 2000, section 125), or later if the
council wants it. Days are the council's own: at midnight and 22:00 on its clocks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from config.types import PollStatus, WindowBasis
from monitor.freeze.days import in_words
from monitor.freeze.timetable import Regime, last_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from zoneinfo import ZoneInfo

    from config.types import PollId, PollType, WindowMode
    from monitor.freeze.timetable import LastDay
    from storage.values import PollRow

_SECOND = 2
CLOSE_OF_POLL = time(22, 0)
NOWHERE = "none"
WHOLE = "whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One window ``[start, end)`` of one poll on one basis.

    Attributes:
        poll: The poll it belongs to.
        poll_type: Its type.
        basis: Where the start comes from.
        start: Aware UTC, inclusive.
        end: Aware UTC, exclusive (close of poll, 22:00 in the council's zone).
        mode: What it forbids.
        area: ``whole``, a ward, or ``none``.
        in_force: This basis is the one that counts for the poll.
        provisional: Rests on bank holidays that are not proclaimed yet.
        why: The reasoning in one or two plain sentences, with the statute.
    """

    poll: PollId
    poll_type: PollType
    basis: WindowBasis
    start: datetime
    end: datetime
    mode: WindowMode
    area: str
    in_force: bool
    provisional: bool
    why: str

    def holds(self, at: datetime) -> bool:
        """Return whether an instant lies inside."""
        return self.start <= at < self.end


def local_midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of a day on the council's clocks, as UTC."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def usable_notice(poll: PollRow) -> date | None:
    """Return the day of the notice, or None if there is none before the poll.

    A notice on or after the day of the poll is a mistake that `check_poll` reports; it
    must not make the window vanish.
    """
    if poll.notice_on is None or poll.notice_on >= poll.held_on:
        return None
    return poll.notice_on


def close_of(poll: PollRow, zone: ZoneInfo, *, at_midnight: bool) -> datetime:
    """Return when the law's own period ends: 22:00 of the day, or the end of the day."""
    if at_midnight:
        return local_midnight(poll.held_on + timedelta(days=1), zone)
    return datetime.combine(poll.held_on, CLOSE_OF_POLL, tzinfo=zone).astimezone(UTC)


def windows_of(
    poll: PollRow,
    *,
    zone: ZoneInfo,
    nation: str,
    as_of: datetime,
    extra_holidays: Iterable[date] = (),
) -> tuple[Window, ...]:
    """Return every window of one poll, the one in force first.

    Args:
        poll: As merged from file and database.
        zone: The council's zone.
        nation: England, Wales, Scotland or Northern Ireland.
        as_of: The present moment, aware UTC; it only decides whether a computed start is
            called ``statutory`` or, once its day has come, ``presumed``.
        extra_holidays: Days of mourning, thanksgiving or late bank holidays to add.

    Returns:
        Empty for a poll that does not touch the town, for a cancelled one whose window the
        Clerk gave no end, and where only the notice could tell the start.

    Raises:
        SettingsError: The nation is unknown.
    """
    if poll.area == NOWHERE or (poll.status is PollStatus.CANCELLED and poll.end is None):
        return ()
    last = last_day(
        poll.type,
        poll.held_on,
        nation=nation,
        by_election=poll.by_election,
        extra_holidays=extra_holidays,
    )
    end, end_why = _end(poll, zone, at_midnight=last.statute.ends_at_midnight)
    found = [
        window
        for window in (
            _declared(poll, zone, end),
            _computed(poll, last, zone, end, as_of),
        )
        if window is not None
    ]
    found = _with_council(poll, found, last, zone, end)
    found = [window for window in found if window.start < window.end]
    counting = _in_force(found, last)
    return tuple(
        sorted(
            (
                replace(window, in_force=window is counting, why=f"{window.why} {end_why}")
                for window in found
            ),
            key=lambda window: (not window.in_force, window.start, window.basis),
        )
    )


def _end(poll: PollRow, zone: ZoneInfo, *, at_midnight: bool) -> tuple[datetime, str]:
    """Return the end and the sentence that explains it."""
    close = close_of(poll, zone, at_midnight=at_midnight)
    own = _instant(poll.end, zone) if poll.end is not None else None
    if own is not None and poll.status is not PollStatus.SCHEDULED:
        return own, f"It ended when the Clerk said so, at {_moment(own, zone)}."
    if own is not None and own > close:
        return own, f"It ends at {_moment(own, zone)}: the council's own, later end."
    said = f"It ends at the close of the poll, {_moment(close, zone)}."
    if at_midnight:
        said = f"It ends with the day of the poll, {in_words(poll.held_on)}."
    if own is not None and own < close:
        said += " The earlier end that was entered is ignored: it may only widen the window."
    return close, said


def _instant(at: datetime, zone: ZoneInfo) -> datetime:
    """Return UTC; a time written without an offset is meant on the council's clocks."""
    return (at if at.tzinfo is not None else at.replace(tzinfo=zone)).astimezone(UTC)


def _moment(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local:%H:%M} on {in_words(local.date())}"


def _window(
    poll: PollRow, basis: WindowBasis, start: datetime, end: datetime, *, why: str
) -> Window:
    return Window(
        poll=poll.id,
        poll_type=poll.type,
        basis=basis,
        start=start,
        end=end,
        mode=poll.mode,
        area=poll.area,
        in_force=False,
        provisional=False,
        why=why,
    )


def _declared(poll: PollRow, zone: ZoneInfo, end: datetime) -> Window | None:
    notice = usable_notice(poll)
    if notice is None:
        return None
    why = f"The notice of election was published on {in_words(notice)}; the period starts with it."
    return _window(poll, WindowBasis.DECLARED, local_midnight(notice, zone), end, why=why)


def _computed(
    poll: PollRow, last: LastDay, zone: ZoneInfo, end: datetime, as_of: datetime
) -> Window | None:
    """Return the statutory window, called presumed once its day has come without a notice."""
    if last.day is None:
        return None
    start = local_midnight(last.day, zone)
    waits = last.statute.regime is Regime.NOTICE and usable_notice(poll) is None
    is_presumed = waits and as_of >= start
    window = _window(
        poll,
        WindowBasis.PRESUMED if is_presumed else WindowBasis.STATUTORY,
        start,
        end,
        why=_why_computed(last, last.day, poll, is_presumed=is_presumed),
    )
    return replace(window, provisional=last.is_provisional)


def _why_computed(last: LastDay, first: date, poll: PollRow, *, is_presumed: bool) -> str:
    law, day = last.statute.law, in_words(first)
    if last.statute.regime is Regime.FIXED:
        said = f"The period starts on {day}, {last.statute.days} days before the poll ({law})."
        if last.statute.ends_at_midnight:
            said = f"The period is 28 days ending with the poll, from {day} ({law})."
        return f"{said} To be asked: {last.ask}." if last.ask else said
    ordinal = f"{last.days_back}{'nd' if last.days_back % 10 == _SECOND else 'th'}"
    said = (
        f"The notice of election must be published by {day}, the {ordinal} day before the poll, "
        f"not counting weekends and holidays ({law})."
    )
    if is_presumed:
        said += " No notice has been entered, so the period is presumed to have begun that day."
    elif usable_notice(poll) is None:
        said += " The period starts on the day it is published, which may be earlier."
    if last.is_provisional:
        said += " The date is provisional: bank holidays of that year are not proclaimed yet."
    return said


def _with_council(
    poll: PollRow, found: Sequence[Window], last: LastDay, zone: ZoneInfo, end: datetime
) -> list[Window]:
    """Add the council's own start where it widens; else say on the others why it does not."""
    if poll.start is None:
        return list(found)
    start = _instant(poll.start, zone)
    counting = _in_force(found, last)
    if counting is None or start < counting.start:
        why = "The council set its own, earlier start; it may widen the period, never narrow it."
        return [*found, _window(poll, WindowBasis.COUNCIL, start, end, why=why)]
    ignored = (
        " The council's own start is ignored: it is not earlier, and may never narrow the period."
    )
    if start == counting.start:
        return list(found)
    return [replace(window, why=window.why + ignored) for window in found]


def _in_force(found: Sequence[Window], last: LastDay) -> Window | None:
    """Return the window that counts: the earliest of declared and council, else statutory.

    A period fixed by statute holds whatever was declared, so there the earliest of all.
    """
    said = [w for w in found if w.basis in {WindowBasis.DECLARED, WindowBasis.COUNCIL}]
    if last.statute.regime is Regime.FIXED:
        said = list(found)
    return min(said or found, key=lambda window: window.start, default=None)


def all_windows(
    polls: Iterable[PollRow],
    *,
    zone: ZoneInfo,
    nation: str,
    as_of: datetime,
    extra_holidays: Iterable[date] = (),
) -> tuple[Window, ...]:
    """Return the windows of every poll, in the polls' order; arguments as in `windows_of`.

    Raises:
        SettingsError: The nation is unknown.
    """
    extra = frozenset(extra_holidays)
    return tuple(
        window
        for poll in polls
        for window in windows_of(poll, zone=zone, nation=nation, as_of=as_of, extra_holidays=extra)
    )


def in_force(windows: Iterable[Window]) -> tuple[Window, ...]:
    """Return the windows that count, earliest first: what `Context.windows` wants."""
    return tuple(
        sorted((w for w in windows if w.in_force), key=lambda window: (window.start, window.poll))
    )


def open_windows(windows: Iterable[Window], at: datetime) -> tuple[Window, ...]:
    """Return the windows in force that are open at an instant, earliest first."""
    return tuple(window for window in in_force(windows) if window.holds(at))


def next_window(windows: Iterable[Window], as_of: datetime) -> Window | None:
    """Return the window in force that opens next after an instant, or None."""
    return next((window for window in in_force(windows) if window.start > as_of), None)
