"""Keeping within a month's budget: what may be read again today, and what waits. Pure.

What is new comes first: for the rest of the month it is put aside, with the profiles. What
remains is shared evenly among the days that are left, so that the last day of a month is
watched like its first; unused money goes to the days after. Of the posts that are due, those
with an open case come first, then those that have missed most of their planned readings: so all
are read less often, and none is forgotten.

A day is a day of UTC, because X bills a post once in such a day however often it is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING

from config.types import Outcome
from monitor.meter import month_of
from monitor.plan import missed

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from connectors.base import Tariff
    from storage.values import DuePost

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """How a platform's budget stands; US dollars.

    Attributes:
        budget: For the calendar month (UTC).
        spent: Of it so far.
        today: Spent on this UTC day; part of ``spent``.
        daily: What new posts and profiles are expected to cost a day.
        tariff: What the platform takes.
        as_of: The present moment; aware UTC.
    """

    budget: Decimal
    spent: Decimal
    today: Decimal
    daily: Decimal
    tariff: Tariff
    as_of: datetime

    @property
    def days_left(self) -> int:
        """Return how many days the month still has, this one included; 1 to 31."""
        today = self.as_of.astimezone(UTC).date()
        return (month_of(today)[1] - today).days

    @property
    def is_short(self) -> bool:
        """Whether not even what is new can be read until the end of the month."""
        return self.budget - self.spent + self.today < self.daily * self.days_left

    def for_again(self) -> Decimal:
        """Return how much may be spent now on reading posts again; 0 or more."""
        at = self.as_of.astimezone(UTC)
        gone = Decimal(at.hour * 60 + at.minute) / (24 * 60)
        days = self.days_left
        at_midnight = self.budget - self.spent + self.today
        kept = self.tariff.smallest * self.tariff.post  # a list can be asked for at the end too
        pool = max(Decimal(0), at_midnight - kept - self.daily * days)
        reserved = kept + self.daily * (days - gone) + pool * (days - 1) / days
        return max(Decimal(0), self.budget - self.spent - reserved)

    def may_read_again(self) -> int:
        """Return how many posts may be read again now."""
        paid = self.for_again() / self.tariff.post
        return int(paid.to_integral_value(rounding=ROUND_FLOOR))


def daily_cost(tariff: Tariff, *, posts_a_day: Decimal, accounts: int) -> Decimal:
    """Return what new posts and profiles cost a day, US dollars.

    At the full price: what an account's own login would pay less is a reserve.
    """
    return tariff.post * posts_a_day + tariff.profile * accounts


def is_free(post: DuePost, *, as_of: datetime) -> bool:
    """Return whether reading a post again costs nothing: it was paid for today, or is gone."""
    was_read_today = post.last_read_at.astimezone(UTC).date() == as_of.astimezone(UTC).date()
    return was_read_today or post.last_outcome is Outcome.GONE


def chosen(
    due: Sequence[DuePost], *, beside: Sequence[DuePost], month: Month
) -> tuple[DuePost, ...]:
    """Return which of the posts that are due are read again now.

    Args:
        due: Of the account that is being read.
        beside: Due on other accounts with the same budget: they have the same right.
        month: How the budget stands.
    """
    as_of = month.as_of
    paid = [post for post in (*due, *beside) if not is_free(post, as_of=as_of)]
    paid.sort(key=lambda post: _urgency(post, as_of=as_of), reverse=True)
    taken: Collection[str] = {post.platform_id for post in paid[: month.may_read_again()]}
    return tuple(post for post in due if post.platform_id in taken or is_free(post, as_of=as_of))


def _urgency(post: DuePost, *, as_of: datetime) -> tuple[bool, int, timedelta, str]:
    """Return what decides who comes first: a case, then how many readings were missed."""
    unread = as_of - post.last_read_at
    return post.has_open_case, missed(post, as_of=as_of), unread, post.platform_id
