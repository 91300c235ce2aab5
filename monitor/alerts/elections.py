"""What the digest says of coming polls: the sentences of `monitor.freeze`, and the command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.alerts.facts import Opening
from monitor.alerts.recall import Elections
from monitor.freeze.coming import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from zoneinfo import ZoneInfo

    from monitor.freeze.coming import Coming

_MOST = 4
_WAITS = frozenset({Stage.NEAR, Stage.DATE_NEEDED, Stage.PRESUMED, Stage.ASK, Stage.FAR})


def elections(
    polls: Sequence[Coming],
    *,
    zone: ZoneInfo,
    covered_from: date | None,
    today: date,
    has_inbox: bool = False,
) -> Elections:
    """Return what the digest says of coming polls.

    Args:
        polls: As `monitor.freeze.coming.coming_up` returns them.
        zone: The council's.
        covered_from: Day of the previous digest; None: this is the first.
        today: In the council's zone.
        has_inbox: Replies are read.
    """
    lines = tuple(_line(poll, has_inbox=has_inbox) for poll in polls[:_MOST])
    first = polls[0] if polls else None
    is_far = all(poll.stage is Stage.FAR for poll in polls)
    next_poll = ""
    if first is not None and is_far and first.quiet_until is not None:
        until = f"{first.quiet_until.day} {first.quiet_until:%B}"
        year = f" {first.quiet_until.year}" if first.quiet_until.year != today.year else ""
        next_poll = f"Next election: {first.title}; nothing to do until {until}{year}."
    return Elections(
        coming=lines,
        next_poll=next_poll,
        opening=_opening(polls, zone=zone, covered_from=covered_from, today=today),
    )


def _line(poll: Coming, *, has_inbox: bool) -> str:
    """Return one poll's line."""
    said = " ".join([f"{poll.title}.", *poll.sentences])
    if poll.notice_on is not None or poll.stage not in _WAITS:
        return said
    day = poll.example_day.isoformat() if poll.example_day else "DATE"
    if has_inbox:
        example = poll.example_day
        shown = f"{example.day} {example:%B}" if example else "and the day"
        return f"{said} When you know the day, reply for example: NOTICE {poll.poll} {shown}"
    return f"{said} When you know the day: clerkwatch elections notice {poll.poll} {day}"


def _opening(
    polls: Sequence[Coming], *, zone: ZoneInfo, covered_from: date | None, today: date
) -> Opening | None:
    """Return the pre-election period that has begun since the previous digest, if any."""
    for poll in polls:
        if poll.window is None:
            continue
        starts_on = poll.window.start.astimezone(zone).date()
        if starts_on <= today and covered_from is not None and starts_on > covered_from:
            return Opening(starts_on=starts_on)
    return None
