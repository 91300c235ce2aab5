"""How far each account was read in a period: pure, from sums that the database made.

A reading is due at every interval; one that comes less than half an interval late is not
missed. Between the ends of the period and the nearest readings the same is asked, so that
a daemon that stood still counts as what it was: not reading.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from config.types import Kind
from storage.values import CoverageTotal, Gap, Recorded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime, timedelta

    from config.types import AccountId
    from monitor.report.period import Period


class Account(Protocol):
    """What has to be known of an account here; see `monitor.report.facts.WatchedAccount`."""

    @property
    def id(self) -> AccountId:
        """Its label."""

    @property
    def title(self) -> str:
        """What the Clerk calls it."""

    @property
    def kind(self) -> Kind:
        """Whose account it is."""

    @property
    def by_hand(self) -> bool:
        """A person looks, no programme reads."""

    @property
    def every(self) -> timedelta:
        """How often it should be read or looked at."""

    @property
    def registered_at(self) -> datetime:
        """Since when it is watched."""

    @property
    def retired_at(self) -> datetime | None:
        """When it left the register."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A person looked at an account by hand."""

    account: AccountId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How far one account was read.

    Attributes:
        due: Complete readings that were due; 0: the watch had hardly begun.
        made: How many of these came.
        share: ``made / due``, 0 to 1; None with nothing due.
        blind: The longest stretch without a complete reading; None with nothing due.
        recorded: What was read; nothing for an account watched by hand.
        short: Readings that failed or were in part.
    """

    account: AccountId
    title: str
    by_hand: bool
    every: timedelta
    due: int
    made: int
    share: float | None
    blind: Gap | None
    recorded: Recorded
    short: int


def coverage_of(
    accounts: Sequence[Account],
    period: Period,
    *,
    totals: Mapping[AccountId, CoverageTotal],
    looked: Iterable[Looked],
) -> tuple[Coverage, ...]:
    """Return how far each account was read.

    Args:
        accounts: Those that were watched at any time of the period.
        period: Of which days.
        totals: What the database summed, by account.
        looked: Lookings by hand in the period, oldest first.
    """
    looks: dict[AccountId, list[datetime]] = {}
    for look in looked:
        looks.setdefault(look.account, []).append(look.at)
    members, found = 0, []
    for account in accounts:
        total = totals.get(account.id, CoverageTotal(account=account.id))
        if account.by_hand:
            total = by_hand_total(account.id, looks.get(account.id, []), every=account.every)
        title = account.title
        if account.kind is Kind.MEMBER:
            members += 1
            title = f"Member's page {members}"
        found.append(_coverage(account, title, period, total))
    return tuple(found)


def by_hand_total(
    account: AccountId, times: Sequence[datetime], *, every: timedelta
) -> CoverageTotal:
    """Return lookings by hand as the database sums readings.

    Args:
        account: Which.
        times: When somebody looked, oldest first.
        every: How often somebody should.
    """
    between = [Gap(start=start, end=end) for start, end in itertools.pairwise(times)]
    return CoverageTotal(
        account=account,
        complete=len(times),
        first_at=times[0] if times else None,
        last_at=times[-1] if times else None,
        missed=sum(missed_in(gap.end - gap.start, every) for gap in between),
        longest=max(between, key=_length, default=None),
    )


def missed_in(length: timedelta, every: timedelta) -> int:
    """Return how many readings were missed in a stretch that a reading should end."""
    return max(0, (length + every // 2) // every - 1)


def _coverage(account: Account, title: str, period: Period, total: CoverageTotal) -> Coverage:
    start = max(period.start, account.registered_at)
    end = period.end if account.retired_at is None else min(period.end, account.retired_at)
    due = max(0, (end - start + account.every // 2) // account.every)
    gaps = _gaps(total, start, end)
    if total.first_at is None or total.last_at is None:
        made = 0
    else:
        missed = total.missed + sum(
            missed_in(length, account.every)
            for length in (total.first_at - start, end - total.last_at)
        )
        made = min(due, max(0, due - missed))
    return Coverage(
        account=account.id,
        title=title,
        by_hand=account.by_hand,
        every=account.every,
        due=due,
        made=made,
        share=made / due if due else None,
        blind=max(gaps, key=_length, default=None) if due else None,
        recorded=total.recorded,
        short=total.partial + total.failed,
    )


def _gaps(total: CoverageTotal, start: datetime, end: datetime) -> list[Gap]:
    """Return the stretches without a reading that may be the longest."""
    if total.first_at is None or total.last_at is None:
        edges = [(start, end)]
    else:
        edges = [(start, total.first_at), (total.last_at, end)]
    gaps = [Gap(start=since, end=until) for since, until in edges if until > since]
    return gaps if total.longest is None else [*gaps, total.longest]


def _length(gap: Gap) -> timedelta:
    return gap.end - gap.start
