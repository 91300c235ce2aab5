"""The budget: what a platform has cost this month, and how much may still be read."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from config.register import Account
    from monitor.clock import Clock
    from storage.repository import Repository


def purse_of(account: Account) -> str:
    """Return under which name an account's reading is charged: its credential's, else its own."""
    return account.credential or account.id


def purses_of(register: Iterable[Account], platform: str) -> frozenset[str]:
    """Return all names under which reading a platform is charged: they share its budget."""
    return frozenset(purse_of(one) for one in register if one.platform == platform)


def month_of(day: date) -> tuple[date, date]:
    """Return the first day of a day's month, and of the month after."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1)


class Holds:
    """What requests under way may still cost; shared by the threads of one process.

    Two accounts on one budget are read side by side. Each holds what its request may cost at
    most before it asks, so that both together never ask for more than is left.
    """

    def __init__(self) -> None:
        """Start with nothing held."""
        self.changed = threading.Condition()
        self.amount = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetMeter:
    """Counts in the repository, so that a restart or a second process forgets nothing.

    Attributes:
        repository: Where the spending is kept.
        clock: Decides the day (UTC, as X bills) and the month.
        usd_per_month: The budget; None: nothing was set, so nothing limits.
        purses: All names that are charged on this budget, besides the one that asks.
        holds: What others under this budget hold just now.
    """

    repository: Repository
    clock: Clock
    usd_per_month: Decimal | None
    purses: frozenset[str] = frozenset()
    holds: Holds = field(default_factory=Holds)

    @contextmanager
    def hold(
        self, *, credential: str, price: Decimal, wanted: int, least: int
    ) -> Iterator[int | None]:
        """Hold what a request may cost while it is made and charged.

        Waits while others hold so much that not even ``least`` is left; they give it back
        when their request has ended.

        Args:
            credential: Who is charged.
            price: Of one, at most; US dollars.
            wanted: How many are of use.
            least: Fewer than this are of none.

        Yields:
            How many may be asked for, 0 if less than ``least``; None: no limit.
        """
        if self.usd_per_month is None or price <= 0:
            yield None
            return
        with self.holds.changed:
            while True:
                left = self.left(credential) - self.holds.amount
                count = min(wanted, _pays(left, price))
                if count >= least or not self.holds.amount:
                    break
                self.holds.changed.wait()
            count = count if count >= least else 0
            held = count * price
            self.holds.amount += held
        try:
            yield count
        finally:
            with self.holds.changed:
                self.holds.amount -= held
                self.holds.changed.notify_all()

    def charge(self, *, credential: str, price: Decimal, ids: Sequence[str]) -> None:
        """Count returned resources; the same id on the same UTC day counts once."""
        self.repository.charge(credential, ids=ids, price=price, at=self.clock.now())

    def left(self, credential: str) -> Decimal:
        """Return what is left of the month, US dollars; never more than the budget.

        Resources that were read before on the same UTC day cost nothing, so more can be read
        for it than it seems, never less.
        """
        first, following = month_of(self.clock.now().date())
        spent = self.repository.spent({*self.purses, credential}, since=first, until=following)
        return (self.usd_per_month or Decimal(0)) - spent


def _pays(amount: Decimal, price: Decimal) -> int:
    return max(0, int((amount / price).to_integral_value(rounding=ROUND_FLOOR)))
