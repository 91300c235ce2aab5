"""What is told of copies off this machine: on Mondays to the Clerk, at once to the technician."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.alerts.hardening import one_line

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.alerts.wording import Calendar
    from storage.values import SignOfLife

LATE_AFTER = timedelta(hours=50)
"""A good copy older than this is too old: two days, and two hours for the longest copy."""


def is_late(sign: SignOfLife | None, *, now: datetime) -> bool:
    """Return whether the newest good copy is too old, or there never was one."""
    return sign is None or sign.good_at is None or now - sign.good_at > LATE_AFTER


def monday_words(
    sign: SignOfLife | None, *, has_place: bool, calendar: Calendar, as_of: datetime
) -> str:
    """Return what the Clerk is told on a Monday, in one or two sentences.

    Args:
        sign: How copies fare; None: none was ever tried.
        has_place: The configuration names a place.
        calendar: The council's.
        as_of: The present moment; aware UTC.
    """
    if not has_place:
        return (
            "There is no backup off this machine: if it breaks, the record is lost. Please ask "
            "your supplier for one."
        )
    if sign is None or sign.good_at is None:
        return "No backup off this machine has worked yet."
    said = f"Last backup off this machine: {calendar.moment(sign.good_at)}."
    if is_late(sign, now=as_of):
        said += " That is too long ago; please ask your supplier."
    return said


def purge_words(sign: SignOfLife | None, *, calendar: Calendar) -> tuple[str, ...]:
    """Return the details of a purge that fails; empty when it works or was never tried."""
    if sign is None or sign.failing_since is None:
        return ()
    since = calendar.moment(sign.failing_since)
    return (f"Erasing by the schedule fails since {since}: {one_line(sign.what, most=400)}",)


def technical_words(
    sign: SignOfLife | None, *, has_place: bool, calendar: Calendar
) -> tuple[str, ...]:
    """Return the details of a copy that fails; empty when it works or none is wanted."""
    if not has_place or sign is None or sign.failing_since is None:
        return ()
    since = calendar.moment(sign.failing_since)
    good = f", the last good one is of {calendar.moment(sign.good_at)}" if sign.good_at else ""
    return (
        f"The backup off this machine fails since {since}{good}: {one_line(sign.what, most=400)}",
    )
