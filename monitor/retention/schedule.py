"""The schedule: until when one version's words are kept, and by which limit they go. Pure.

The platforms' own limits (their terms, not the law) come first: they hold under an open case
too, unless the council has decided in writing that evidence is kept longer, or a hold stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import connectors
from connectors.base import Copies
from monitor.cases.holds import Thing, holding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from config.settings.retention import Retention
    from storage.values import Hold, Purgeable

WARNING = timedelta(days=7)
"""How long before what is kept of a case goes the Clerk is told."""
_TRY_AGAIN = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_REFRESHES = 2
"""How often stored copies are read again within their time: early enough for a week of failures
before anybody is warned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Until when something is kept, and why not longer, as a person reads it."""

    due_at: datetime
    why: str


def terms_of(platform: str) -> Copies:
    """Return how long a platform lets copies be kept, as its file declares.

    No time is known where this version has no file for it, or cannot import it; the purge says so
    of the latter, because it will pass.
    """
    try:
        return connectors.find(platform).copies
    except LookupError:
        return Copies()


def spans_of(platforms: Iterable[str]) -> list[timedelta]:
    """Return every time that platforms set."""
    terms = [terms_of(platform) for platform in platforms]
    return [span for one in terms for span in (one.gone, one.unread) if span is not None]


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
    terms = terms_of(one.platform)
    title = terms.asked_by or one.platform
    span = retention.gone.get(one.platform, terms.gone)
    if span is not None and one.gone_since is not None:
        why = f"{title} asks that copies go when a post is no longer visible there"
        limits.append(Limit(due_at=max(one.gone_since, one.seen_until) + span, why=why))
    elif span is not None and not one.is_current:
        why = f"{title} asks that copies go when a post was changed there"
        limits.append(Limit(due_at=one.seen_until + span, why=why))
    if terms.unread is not None:
        why = f"{title} asks that copies which are not refreshed go"
        limits.append(Limit(due_at=one.seen_until + terms.unread, why=why))
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
    unread = terms_of(platform).unread
    if unread is None:
        return None
    span = unread / _REFRESHES
    kept = max(retention.clean - unread, timedelta())
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
