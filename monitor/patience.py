"""In whose turn readings are judged: the register's order, without waiting for one that hangs.

Accounts are read side by side and judged in order: the same input gives the same case numbers,
however the platforms' answers overtake each other. What hangs is told from what is slow by the
readings beside it: a slow machine or line makes all of them slow.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import as_completed, wait
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from concurrent.futures import Future

    from config.types import AccountId
    from storage.values import Coverage

SHORTEST_S = 2.0
"""A reading that has taken no longer than this is waited for."""
TIMES = 3.0
"""And one that has taken no longer than so many times the slowest that has ended."""


class Patience:
    """How long judging waits for an account's turn, in one scan; safe to use from many threads."""

    def __init__(
        self, *, longest_s: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """Begin now.

        Args:
            longest_s: From here on nobody is waited for any longer than this, in seconds.
            monotonic: Seconds.
        """
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._until = monotonic() + longest_s
        self._began: dict[AccountId, float] = {}
        self._slowest = 0.0

    def timed(self, account: AccountId, read: Callable[[], Coverage]) -> Coverage:
        """Read an account, and learn from it how long readings take here."""
        began = self._monotonic()
        with self._lock:
            self._began[account] = began
        try:
            return read()
        finally:
            with self._lock:
                self._slowest = max(self._slowest, self._monotonic() - began)

    def left_s(self, account: AccountId) -> float:
        """Return for how long an account's reading is still waited for; 0 or more seconds."""
        with self._lock:
            until, began = self._until, self._began.get(account)
            if began is not None:
                until = min(until, began + max(SHORTEST_S, TIMES * self._slowest))
        return max(0.0, until - self._monotonic())


def in_turn(
    readings: Mapping[Future[Coverage], AccountId], patience: Patience
) -> Iterator[Future[Coverage]]:
    """Return readings in the register's order; one that hangs loses its turn.

    So no other account's urgent mail waits for it.

    Args:
        readings: Of each account, in that order.
        patience: How long each is waited for.
    """
    late = []
    for reading, account in readings.items():
        while not reading.done() and (left_s := patience.left_s(account)) > 0:
            wait([reading], timeout=left_s)
        if reading.done():
            yield reading
        else:
            late.append(reading)
    yield from as_completed(late)
