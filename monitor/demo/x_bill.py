"""What the loopback X would put on the bill: each resource once a UTC day.

Written from X's own price list, apart from the connector's figures, so that one mistake does not
make the other look right (docs.x.com, x-api/getting-started/pricing, August 2026).
"""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_POST, _OWN_POST, _USER = Decimal("0.005"), Decimal("0.001"), Decimal("0.01")


class Bill:
    """Counts what was returned; safe to use from many threads.

    What comes along in ``includes`` is counted too, at the full price. A post that is returned
    at two prices on one day costs the higher one. Where X's pages leave a question open, this is
    the answer that costs more.
    """

    def __init__(self, *, clock: Callable[[], datetime]) -> None:
        """Start with an empty bill; the clock gives the story's moment, aware UTC."""
        self._clock = clock
        self._lock = threading.Lock()
        self._paid: dict[tuple[date, str], Decimal] = {}
        self._of_month: dict[date, Decimal] = {}

    def charge(self, answer: Mapping[str, Any], *, is_owned: bool = False) -> None:
        """Put what an answer returns on the bill.

        Args:
            answer: Before its names are spelled in one way or the other.
            is_owned: Its posts are listed for the login of their own account.
        """
        data = answer.get("data", [])
        listed = data if isinstance(data, list) else [data]
        beside = answer.get("includes", {})
        prices: dict[str, Decimal] = {}
        for one in (*beside.get("tweets", ()), *beside.get("users", ()), *listed):
            is_user = "username" in one
            price = _USER if is_user else _POST
            if is_owned and one in listed:
                price = _OWN_POST
            name = f"{'user' if is_user else 'post'} {one['id']}"
            prices[name] = max(price, prices.get(name, price))
        today = self._clock().astimezone(UTC).date()
        with self._lock:
            for name, price in prices.items():
                before = self._paid.get((today, name), Decimal(0))
                if price > before:
                    self._paid[today, name] = price
                    month = today.replace(day=1)
                    so_far = self._of_month.get(month, Decimal(0))
                    self._of_month[month] = so_far + price - before

    def months(self) -> Mapping[date, Decimal]:
        """Return what each month has cost so far, US dollars, by its first day."""
        with self._lock:
            return dict(self._of_month)

    def resources(self) -> int:
        """Return how many resources were billed."""
        with self._lock:
            return len(self._paid)

    def bought(self) -> Mapping[str, tuple[int, int]]:
        """Return by kind (``post``, ``user``) how many were billed first, and how often again."""
        with self._lock:
            names = [name for _, name in self._paid]
        found: dict[str, tuple[int, int]] = {}
        for kind in ("post", "user"):
            ours = [name for name in names if name.startswith(f"{kind} ")]
            found[kind] = (len(set(ours)), len(ours) - len(set(ours)))
        return found
