"""What the digest says of coming polls: the sentences of `monitor.freeze`, and the command."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from config.types import CoverageStatus
from monitor.alerts.facts import Opening
from monitor.alerts.recall import Elections
from monitor.alerts.wording import count
from monitor.freeze.coming import REMINDER_DAYS, Stage
from monitor.freeze.days import in_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from config.types import AccountId
    from monitor.freeze.coming import Coming
    from storage.values import Sweep

_MOST = 4
_WAITS = frozenset({Stage.NEAR, Stage.DATE_NEEDED, Stage.PRESUMED, Stage.ASK, Stage.FAR})


def elections(
    polls: Sequence[Coming],
    *,
    zone: ZoneInfo,
    covered_from: date | None,
    today: date,
    has_inbox: bool = False,
    sweeps: Sequence[Sweep] = (),
    told_at: datetime | None = None,
    titles: Mapping[AccountId, str] | None = None,
) -> Elections:
    """Return what the digest says of coming polls.

    Args:
        polls: As `monitor.freeze.coming.coming_up` returns them.
        zone: The council's.
        covered_from: Day of the previous digest; None: this is the first.
        today: In the council's zone.
        has_inbox: Replies are read.
        sweeps: What was noted of windows that opened, and of older posts read for them.
        told_at: When the previous digest was written; None: this is the first.
        titles: What the accounts are called.
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
        opening=_opening(polls, zone=zone, covered_from=covered_from, today=today)
        or _noticed(polls, sweeps, zone=zone, told_at=told_at),
        reminders=_reminders(polls, zone=zone, covered_from=covered_from, today=today),
        swept=_swept(sweeps, titles or {}, zone=zone, told_at=told_at),
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


def _noticed(
    polls: Sequence[Coming], sweeps: Sequence[Sweep], *, zone: ZoneInfo, told_at: datetime | None
) -> Opening | None:
    """Return a period that began earlier, and was not known of before the previous digest."""
    if told_at is None:
        return None
    begun = {
        (one.poll, one.starts_at) for one in sweeps if one.account is None and one.at > told_at
    }
    for poll in polls:
        window = poll.window
        if window is not None and (poll.poll, window.start) in begun:
            return Opening(starts_on=window.start.astimezone(zone).date())
    return None


def _reminders(
    polls: Sequence[Coming], *, zone: ZoneInfo, covered_from: date | None, today: date
) -> tuple[str, ...]:
    """Return a sentence for each period of which a reminder has come due; missed ones fold.

    A reminder is due in the first mail on or after its day, so one that was not sent is made
    good by the next, with the days that are left then.
    """
    since = covered_from if covered_from is not None else today - timedelta(days=1)
    said = []
    for poll in polls:
        if poll.window is None or poll.days_to_start is None or poll.days_to_start < 1:
            continue
        first = poll.window.start.astimezone(zone).date()
        if any(since < first - timedelta(days=days) <= today for days in REMINDER_DAYS):
            left = poll.days_to_start
            when = "tomorrow" if left == 1 else f"in {count(left, 'day')}"
            latest = " at the latest" if poll.notice_on is None and poll.last_day == first else ""
            said.append(
                f"Reminder: the pre-election period for {poll.title} starts {when}, on "
                f"{in_words(first, year=False)}{latest}."
            )
    return tuple(said)


def _swept(
    sweeps: Sequence[Sweep],
    titles: Mapping[AccountId, str],
    *,
    zone: ZoneInfo,
    told_at: datetime | None,
) -> tuple[str, ...]:
    """Return how far older posts were read since the previous digest, a line an account."""
    newest = {
        one.account: one
        for one in sweeps
        if one.account is not None and (told_at is None or one.at > told_at)
    }
    said = []
    for account, one in newest.items():
        title = titles.get(account, account)
        back = f"back to {in_words(one.reached.astimezone(zone).date())}" if one.reached else ""
        if one.status is CoverageStatus.READ:
            what = f"read {back}" if back else "there are none"
        else:
            what = f"read only {back}" if back else "not read"
            what = f"{what} ({one.note})" if one.note else what
        said.append(f"Older posts, because of the pre-election period: {title}: {what}.")
    return tuple(said)
