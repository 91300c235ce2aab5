"""What ``elections list``, ``show`` and ``windows`` print: pure values and lines.

The JSON shapes are the contract of the command line: keys are only ever added.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from config.types import Origin, PollStatus, WindowBasis
from monitor.freeze import days
from monitor.freeze.coming import coming_up, title_of
from monitor.freeze.days import in_words
from monitor.freeze.objections import check_poll
from monitor.freeze.timetable import Regime, compare, last_day
from monitor.freeze.windows import NOWHERE, WHOLE, open_windows, usable_notice, windows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from monitor.freeze.timetable import LastDay
    from monitor.freeze.windows import Window
    from storage.values import PollRow

_BASES = {
    WindowBasis.DECLARED: "Notice as published",
    WindowBasis.COUNCIL: "The council's own start",
    WindowBasis.STATUTORY: "By statute",
    WindowBasis.PRESUMED: "By statute, presumed because no notice is entered",
}


def window_shape(window: Window, *, zone: ZoneInfo) -> dict[str, Any]:
    """Return one window as JSON; instants are ISO 8601 with the council's offset."""
    return {
        "basis": window.basis.value,
        "start": window.start.astimezone(zone).isoformat(),
        "end": window.end.astimezone(zone).isoformat(),
        "in_force": window.in_force,
        "provisional": window.provisional,
        "why": window.why,
        "mode": window.mode.value,
        "area": window.area,
    }


def poll_shape(
    poll: PollRow,
    *,
    zone: ZoneInfo,
    nation: str,
    as_of: datetime,
    extra_holidays: Iterable[date] = (),
) -> dict[str, Any]:
    """Return one poll as ``elections list --json`` prints it.

    Raises:
        SettingsError: The nation is unknown.
    """
    extra = frozenset(extra_holidays)
    windows = windows_of(poll, zone=zone, nation=nation, as_of=as_of, extra_holidays=extra)
    last = last_day(
        poll.type,
        poll.held_on,
        nation=nation,
        by_election=poll.by_election,
        extra_holidays=extra,
    )
    return {
        "id": poll.id,
        "type": poll.type.value,
        "date": poll.held_on.isoformat(),
        "area": poll.area,
        "mode": poll.mode.value,
        "status": poll.status.value,
        "origin": poll.origin.value,
        "windows": [window_shape(window, zone=zone) for window in windows],
        "title": title_of(poll),
        "by_election": poll.by_election,
        "notice": poll.notice_on.isoformat() if poll.notice_on else None,
        "notice_origin": poll.notice_origin.value if poll.notice_origin else None,
        "last_day_for_notice": last.day.isoformat() if last.day else None,
        "candidates": len(poll.candidates),
    }


def open_shapes(
    windows: Iterable[Window], *, zone: ZoneInfo, as_of: datetime
) -> list[dict[str, Any]]:
    """Return what ``elections windows --json`` prints: those in force and open, flat."""
    return [
        {"poll": window.poll} | window_shape(window, zone=zone)
        for window in open_windows(windows, as_of)
    ]


def explain(
    poll: PollRow,
    *,
    nation: str,
    zone: ZoneInfo,
    as_of: datetime,
    wards: Sequence[str] | None = None,
    extra_holidays: Iterable[date] = (),
) -> list[str]:
    """Return the lines of ``elections show``: each date, its law, and which days did not count.

    Args:
        poll: As merged from file and database.
        nation: England, Wales, Scotland or Northern Ireland.
        zone: The council's zone.
        as_of: The present moment, aware UTC.
        wards: The town's wards, to check the poll's area against; None: not checked.
        extra_holidays: Days of mourning, thanksgiving or late bank holidays to add.

    Raises:
        SettingsError: The nation is unknown.
    """
    extra = frozenset(extra_holidays)
    last = last_day(
        poll.type,
        poll.held_on,
        nation=nation,
        by_election=poll.by_election,
        extra_holidays=extra,
    )
    windows = windows_of(poll, zone=zone, nation=nation, as_of=as_of, extra_holidays=extra)
    coming = coming_up([poll], as_of, zone=zone, nation=nation, extra_holidays=extra)
    objections = check_poll(
        poll,
        wards=wards if wards is not None else (poll.area,),
        nation=nation,
        as_of=as_of,
        zone=zone,
        extra_holidays=extra,
    )
    lines = [title_of(poll), *_entries(poll), ""]
    lines += _timetable(poll, last, nation, extra)
    lines += ["", *_windows(poll, windows, zone)]
    if coming:
        lines += ["", "What comes", *(f"  {line}" for line in coming[0].sentences)]
    if objections:
        lines += ["", "To check", *(f"  {one.severity}: {one}" for one in objections)]
    return lines


def _entries(poll: PollRow) -> list[str]:
    """Say what was entered, and where it comes from."""
    source = {Origin.CONFIGURATION: "the configuration", Origin.COMMAND: "a command"}
    area = {WHOLE: "the whole town", NOWHERE: "does not touch the town"}
    lines = [
        f"  id {poll.id}, type {poll.type}, from {source[poll.origin]}",
        f"  area: {area.get(poll.area, f'{poll.area} ward')}; mode: {poll.mode}",
    ]
    if poll.status is not PollStatus.SCHEDULED:
        lines.append(f"  status: {poll.status}")
    if poll.notice_on is not None:
        origin = f", from {source[poll.notice_origin]}" if poll.notice_origin else ""
        lines.append(f"  notice of election: {in_words(poll.notice_on)}{origin}")
    return lines


def _timetable(poll: PollRow, last: LastDay, nation: str, extra: frozenset[date]) -> list[str]:
    statute = last.statute
    lines = ["The law", f"  {statute.law}", f"  {statute.source}"]
    if last.day is None:
        return [*lines, f"  No date can be computed: {last.ask}."]
    if statute.regime is Regime.FIXED:
        lines.append(f"  First day of the period: {in_words(last.day)}")
        return [*lines, f"  To be asked: {last.ask}."] if last.ask else lines
    provisional = " (provisional: bank holidays of that year are not proclaimed)"
    lines.append(
        f"  Last day for the notice: {in_words(last.day)}"
        f"{provisional if last.is_provisional else ''}"
    )
    lines.append(
        f"  Counted {last.days_back} days back from {in_words(poll.held_on)}, without Saturdays, "
        "Sundays"
        f"{' and:' if last.uncounted else '.'}"
    )
    lines += [f"    {in_words(one.day)}: {one.name}" for one in last.uncounted]
    lines.append(f"  Bank holidays: {days.bank_holidays().source}")
    differs = compare(
        poll.type,
        poll.held_on,
        nation=nation,
        by_election=poll.by_election,
        extra_holidays=extra,
    )
    if differs is not None:
        lines.append(
            f"  uk-election-timetables says {in_words(differs.library)} instead. "
            f"Likely cause: {differs.likely_cause}."
        )
    return lines


def _windows(poll: PollRow, windows: Sequence[Window], zone: ZoneInfo) -> list[str]:
    if not windows:
        return ["Windows", "  none"]
    lines = ["Windows (the one marked * is in force)"]
    for window in windows:
        mark = "*" if window.in_force else " "
        lines.append(
            f"{mark} {_BASES[window.basis]}: {_moment(window.start, zone)} to "
            f"{_moment(window.end, zone)}"
        )
        lines.append(f"    {window.why}")
    if usable_notice(poll) is None and poll.notice_on is not None:
        lines.append("  The notice entered is not before the poll and is not used.")
    return lines


def _moment(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local:%H:%M} on {in_words(local.date())}"
