"""The schedule: until when one version's words are kept, and by which limit they go. Pure.

The platforms' own limits (their terms, not the law) come first: they hold under an open case
too, unless the council has decided in writing that evidence is kept longer, or a hold stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from monitor.cases.holds import Thing, holding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from config.settings.retention import Retention
    from storage.values import Hold, Purgeable

WARNING = timedelta(days=7)
"""How long before what is kept of a case goes the Clerk is told."""
GONE: Mapping[str, timedelta] = {
    # "delete when deleted, protected or modified": two weeks leave a week after the warning.
    "x": timedelta(days=14),
    # "keep up to date, including deletions"; no number of days is given.
    "facebook": timedelta(days=30),
    "instagram": timedelta(days=30),
    # "refresh or delete": 30 calendar days.
    "youtube": timedelta(days=30),
}
"""After a post is no longer visible, or its words were replaced: the platforms' own limits."""
UNREAD: Mapping[str, timedelta] = {
    # "refresh or delete within 30 calendar days"; two days less, because erasing is done once
    # a night, and what is kept of a case goes in the night after the seventh day.
    "youtube": timedelta(days=28),
}
"""After a post was last read: what is not refreshed has to go."""
REFRESH = {platform: span / 2 for platform, span in UNREAD.items()}
"""How often stored copies are read again: early enough for a week of failures before anybody is
warned."""
SHORTEST = min((*GONE.values(), *UNREAD.values()))
_TRY_AGAIN = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TITLES = {"x": "X", "facebook": "Facebook", "instagram": "Instagram", "youtube": "YouTube"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Until when something is kept, and why not longer, as a person reads it."""

    due_at: datetime
    why: str


def limit_of(one: Purgeable, *, retention: Retention) -> Limit | None:
    """Return when a version's words are to go; None: not while things stand as they do.

    Args:
        one: The version, with what is known of its post.
        retention: What the council has decided.
    """
    limits = _own(one, retention)
    if not one.cases or not retention.evidence_basis:
        limits += _of_platform(one, retention)
    return min(limits, key=lambda limit: limit.due_at, default=None)


def _own(one: Purgeable, retention: Retention) -> list[Limit]:
    """Return the council's own limit."""
    if one.cases:
        if one.closed_at is None:
            return []
        why = "the council's time for closed cases is over"
        return [Limit(due_at=one.closed_at + retention.cases, why=why)]
    if one.author:
        why = "the council's time for what other people wrote is over"
        return [Limit(due_at=one.seen_until + retention.others, why=why)]
    why = "the council's time for posts without a case is over"
    return [Limit(due_at=one.seen_until + retention.clean, why=why)]


def _of_platform(one: Purgeable, retention: Retention) -> list[Limit]:
    """Return what the platform's terms ask."""
    limits = []
    title = _TITLES.get(one.platform, one.platform)
    span = retention.gone.get(one.platform, GONE.get(one.platform))
    if span is not None and one.gone_since is not None:
        why = f"{title} asks that copies go when a post is no longer visible there"
        limits.append(Limit(due_at=max(one.gone_since, one.seen_until) + span, why=why))
    elif span is not None and not one.is_current:
        why = f"{title} asks that copies go when a post was changed there"
        limits.append(Limit(due_at=one.seen_until + span, why=why))
    unread = UNREAD.get(one.platform)
    if unread is not None:
        why = f"{title} asks that copies which are not refreshed go"
        limits.append(Limit(due_at=one.seen_until + unread, why=why))
    return limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshing:
    """Which stored copies have to be read again now, so that they may be kept. All aware UTC.

    Attributes:
        shown_before: Their words were last shown no later.
        tried_before: They were last asked for no later.
        published_since: Without a case: published since then.
        closed_since: With closed cases only: one was closed since then.
    """

    shown_before: datetime
    tried_before: datetime
    published_since: datetime
    closed_since: datetime


def refreshing(
    platform: str, *, retention: Retention, look_back: timedelta, now: datetime
) -> Refreshing | None:
    """Return which stored copies a reading must refresh; None where no platform asks for it.

    They are refreshed for as long as the council would keep them anyway, and no longer:
    what is read again for ever would be kept for ever.

    Args:
        platform: Whose.
        retention: What the council has decided.
        look_back: How far back posts are read all the time.
        now: The present moment; aware UTC.
    """
    span = REFRESH.get(platform)
    if span is None:
        return None
    kept = max(retention.clean - UNREAD[platform], timedelta())
    return Refreshing(
        # The same moments for all of them, so that one request serves fifty.
        shown_before=now - (now - _EPOCH) % span,
        tried_before=now - _TRY_AGAIN,
        published_since=now - look_back - kept,
        closed_since=now - retention.cases,
    )


def is_held(one: Purgeable, holds: Iterable[Hold]) -> bool:
    """Return whether a hold keeps a version from being purged."""
    thing = Thing(
        cases=frozenset(one.cases),
        account=one.account,
        since=one.published_at,
        until=max(one.seen_until, one.published_at),
    )
    return bool(holding(holds, thing))


def may_go(one: Purgeable, limit: Limit, *, now: datetime) -> bool:
    """Return whether a version that is not held may go now.

    What is kept of a case goes only seven days after a mail has told so, and not before the
    day that the mail named.
    """
    if limit.due_at > now:
        return False
    if not one.cases:
        return True
    if one.told_at is None or one.due_at is None:
        return False
    return one.told_at + WARNING <= now and one.due_at <= now


def announced_for(limit: Limit, *, now: datetime) -> datetime:
    """Return the day that the warning names: seven days ahead at least."""
    return max(limit.due_at, now + WARNING)
