"""Which posts of an account are read again within its platform's budget, and which wait."""

from __future__ import annotations

from datetime import UTC, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from monitor.meter import month_of, purses_of
from monitor.opening import platform_of
from monitor.pace import Month, chosen, daily_cost, is_free
from monitor.plan import is_due
from storage.values import BY_HAND

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from config.register import Account
    from monitor.app import App
    from storage.values import DuePost

SPAN = timedelta(days=28)
"""How many new posts are expected is told from this long, which has whole weeks."""


def month_for(app: App, account: Account, *, as_of: datetime) -> Month | None:
    """Return how the budget of an account's platform stands; None: nothing limits its reading.

    Raises:
        AccessError: This version does not know the platform.
    """
    budget, tariff = app.settings.budget.get(account.platform), platform_of(account).asking.tariff
    if budget is None or tariff is None:
        return None
    today = as_of.astimezone(UTC).date()
    first, following = month_of(today)
    purses = purses_of(app.register, account.platform)
    beside = [one for one in app.register if one.platform == account.platform]
    span = min(SPAN, app.settings.schedule.look_back)
    posts = sum(app.repository.visible_count(one.id, since=as_of - span) for one in beside)
    return Month(
        budget=budget.usd_per_month,
        spent=app.repository.spent(purses, since=first, until=following),
        today=app.repository.spent(purses, since=today, until=today + timedelta(days=1)),
        daily=daily_cost(
            tariff, posts_a_day=Decimal(posts) / max(1, span.days), accounts=len(beside)
        ),
        tariff=tariff,
        as_of=as_of,
    )


def thinned(
    app: App, account: Account, due: Sequence[DuePost], *, as_of: datetime
) -> tuple[Sequence[DuePost], str]:
    """Return which of an account's due posts are read again now.

    Args:
        app: The wired application.
        account: Which account.
        due: Its posts that the plan wants read.
        as_of: The present moment; aware UTC.

    Returns:
        Those that the budget pays for, and what to say of the others; empty if there are none.
    """
    if all(is_free(post, as_of=as_of) for post in due):
        return due, ""
    month = month_for(app, account, as_of=as_of)
    if month is None:
        return due, ""
    beside = [
        post
        for one in app.register
        if one.platform == account.platform and one.id != account.id
        for post in known_posts(app, one, as_of=as_of)
        if is_due(post, as_of=as_of)
    ]
    kept = chosen(due, beside=beside, month=month)
    waiting = len(due) - len(kept)
    if not waiting:
        return kept, ""
    posts = "1 post waits" if waiting == 1 else f"{waiting} posts wait"
    title = platform_of(account).title
    return kept, f"{posts} to be read again: the month's budget for {title} pays for fewer"


def known_posts(app: App, account: Account, *, as_of: datetime) -> list[DuePost]:
    """Return the posts of an account that may be read again by what the platform knows."""
    stored = app.repository.due_posts(
        account.id, as_of=as_of, look_back=app.settings.schedule.look_back
    )
    # What a person reported without an id that the platform knows cannot be asked for.
    return [post for post in stored if not post.platform_id.startswith(BY_HAND)]
