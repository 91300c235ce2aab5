"""What reading an account costs in requests and money, worked out before it is spent. Pure.

Money goes by UTC days, in which X bills a post once: what counts is on how many further days the
plan of `monitor.plan` reads a post. That depends on the minute at which it was published and on
how often readings are made, so all minutes of a day are tried.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from monitor.plan import readings

if TYPE_CHECKING:
    from connectors.base import Asking

YEAR = 365
MONTHS = 12
PROFILE_EVERY = timedelta(hours=6)
_DAY = timedelta(days=1)
_MINUTES = 24 * 60
_STEP = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What happens on an account.

    Attributes:
        posts_a_week: New posts.
        open_cases: Posts with an open case, which are read at every reading.
        is_assumed: The number of posts is not known from the record.
    """

    posts_a_week: Decimal
    open_cases: int = 0
    is_assumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinds:
    """One kind of amount, by what it goes for: requests, or US dollars."""

    new: Decimal
    profile: Decimal
    again: Decimal

    @property
    def all(self) -> Decimal:
        """Return the sum."""
        return self.new + self.profile + self.again

    def times(self, factor: Decimal | int) -> Kinds:
        """Return so many times as much."""
        return Kinds(
            new=self.new * factor, profile=self.profile * factor, again=self.again * factor
        )

    def __add__(self, other: Kinds) -> Kinds:
        """Return both together."""
        return Kinds(
            new=self.new + other.new,
            profile=self.profile + other.profile,
            again=self.again + other.again,
        )


NOTHING = Kinds(new=Decimal(0), profile=Decimal(0), again=Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Yearly:
    """What a year of reading costs.

    Attributes:
        requests: Made; those for new posts are those of every reading.
        usd: At the price that the account is billed at.
        usd_full: At the full price.
        usd_owned: With the price of owned reads for what is listed.
        units: Quota units a day.
    """

    requests: Kinds
    usd: Kinds = NOTHING
    usd_full: Kinds = NOTHING
    usd_owned: Kinds = NOTHING
    units: Decimal = Decimal(0)

    def times(self, factor: int) -> Yearly:
        """Return so many times as much."""
        return Yearly(
            requests=self.requests.times(factor),
            usd=self.usd.times(factor),
            usd_full=self.usd_full.times(factor),
            usd_owned=self.usd_owned.times(factor),
            units=self.units * factor,
        )


@cache
def days_again(pull_every: timedelta, look_back: timedelta) -> Decimal:
    """Return on how many further UTC days a post is read again, on average."""
    total = 0
    published = [timedelta(minutes=minute) for minute in range(0, _MINUTES, _STEP)]
    for at in published:
        first = _pull_at(at, pull_every) // _DAY
        days = {
            _pull_at(at + age, pull_every) // _DAY
            for age in readings(look_back)
            if _pull_at(at + age, pull_every) <= at + look_back
        }
        total += len(days - {first})
    return Decimal(total) / len(published)


def _pull_at(at: timedelta, pull_every: timedelta) -> timedelta:
    """Return the first reading at or after a moment; readings are made from midnight on."""
    return -(-at // pull_every) * pull_every


def yearly(
    asking: Asking,
    traffic: Traffic,
    *,
    pull_every: timedelta,
    look_back: timedelta,
    is_owned: bool = False,
) -> Yearly:
    """Return what a year of reading one account costs.

    Args:
        asking: What its platform takes.
        traffic: What happens on it.
        pull_every: Between two readings.
        look_back: How long a post is read again.
        is_owned: Whether it is billed at the price of owned reads.
    """
    requests = _requests(asking, traffic, pull_every=pull_every, look_back=look_back)
    units = requests.all / YEAR * asking.units
    tariff = asking.tariff
    if tariff is None:
        return Yearly(requests=requests, units=units)
    posts = traffic.posts_a_week / 7 * YEAR
    again = posts * days_again(pull_every, look_back) + traffic.open_cases * YEAR
    profiles = min(Decimal(YEAR), requests.profile)
    full = Kinds(
        new=posts * tariff.post, profile=profiles * tariff.profile, again=again * tariff.post
    )
    owned = Kinds(new=posts * tariff.owned, profile=full.profile, again=full.again)
    return Yearly(
        requests=requests,
        usd=owned if is_owned else full,
        usd_full=full,
        usd_owned=owned,
        units=units,
    )


def _requests(
    asking: Asking, traffic: Traffic, *, pull_every: timedelta, look_back: timedelta
) -> Kinds:
    pulls = _DAY / pull_every
    again = 0.0
    if not asking.lists_window:
        ages = len(readings(look_back))
        due = float(traffic.posts_a_week) / 7 * ages / pulls  # in one reading, on average
        is_any = 1.0 if traffic.open_cases else 1 - math.exp(-due)
        again = pulls * max(is_any, (due + traffic.open_cases) / asking.at_once)
    profiles = min(pulls, _DAY / PROFILE_EVERY)
    return Kinds(
        new=Decimal(pulls * asking.pull),
        profile=Decimal(profiles * asking.profile),
        again=Decimal(again),
    ).times(YEAR)


def share_again(need: Kinds, budget: Decimal) -> Decimal:
    """Return how much of the readings again a budget pays for, 0 to 1; -1: not even what is new.

    Args:
        need: Of all accounts on the budget, for the time that the budget is for.
        budget: US dollars.
    """
    left = budget - need.new - need.profile
    if left < 0:
        return Decimal(-1)
    return min(Decimal(1), left / need.again) if need.again else Decimal(1)
