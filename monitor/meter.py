"""The budget: what a credential has cost this month, and how much may still be read."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.clock import Clock
    from storage.repository import Repository


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetMeter:
    """Counts in the repository, so that a restart or a second process forgets nothing.

    Attributes:
        repository: Where the spending is kept.
        clock: Decides the day (UTC, as X bills) and the month.
        usd_per_month: The budget; None: nothing was set, so nothing limits.
    """

    repository: Repository
    clock: Clock
    usd_per_month: Decimal | None

    def affordable(self, *, credential: str, price: Decimal) -> int | None:
        """Return how many resources at ``price`` (US dollars) may still be read; None: no limit.

        Resources that were read before on the same UTC day cost nothing, so the true
        number can be higher, never lower.
        """
        if self.usd_per_month is None or price <= 0:
            return None
        month = self.clock.now().date().replace(day=1)
        left = self.usd_per_month - self.repository.spend(credential, month=month).amount
        return max(0, int((left / price).to_integral_value(rounding=ROUND_FLOOR)))

    def charge(self, *, credential: str, price: Decimal, ids: Sequence[str]) -> None:
        """Count returned resources; the same id on the same UTC day counts once."""
        self.repository.charge(credential, ids=ids, price=price, at=self.clock.now())
