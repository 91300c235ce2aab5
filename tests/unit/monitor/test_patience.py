"""How long judging waits for the reading of an account whose turn it is."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING

import pytest

from config.types import AccountId, CoverageStatus
from monitor.patience import SHORTEST_S, TIMES, Patience, in_turn
from storage.values import Coverage

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST, SECOND, THIRD = AccountId("first"), AccountId("second"), AccountId("third")


class Watch:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        """Start at an odd moment."""
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.now

    def taking(self, seconds: float) -> Callable[[], Coverage]:
        """Return a reading that takes so long."""

        def read() -> Coverage:
            self.now += seconds
            return Coverage(account=FIRST, status=CoverageStatus.READ)

        return read


def test_what_has_not_begun_is_waited_for_to_the_end() -> None:
    """It waits for a place itself: nothing can be said of it yet."""
    watch = Watch()
    patience = Patience(longest_s=20, monotonic=watch)
    watch.now += 5
    assert patience.left_s(FIRST) == pytest.approx(15)
    watch.now += 30
    assert patience.left_s(FIRST) == 0


def test_one_that_hangs_is_known_by_those_beside_it() -> None:
    """Quick neighbours: two seconds. Slow ones: three times as long as the slowest of them."""
    watch = Watch()
    patience = Patience(longest_s=60, monotonic=watch)
    assert patience.timed(SECOND, watch.taking(0.2)).account == FIRST

    def hangs() -> Coverage:
        assert patience.left_s(FIRST) == pytest.approx(SHORTEST_S)
        patience.timed(THIRD, watch.taking(4))
        assert patience.left_s(FIRST) == pytest.approx(TIMES * 4 - 4)
        watch.now += 100
        assert patience.left_s(FIRST) == 0
        return Coverage(account=FIRST, status=CoverageStatus.READ)

    patience.timed(FIRST, hangs)


def test_a_reading_that_breaks_is_timed_too() -> None:
    """Its error goes on to whoever waits for it."""
    watch = Watch()
    patience = Patience(longest_s=60, monotonic=watch)

    def breaks() -> Coverage:
        watch.now += 5
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        patience.timed(FIRST, breaks)
    assert patience.left_s(FIRST) == pytest.approx(TIMES * 5 - 5)


def test_one_that_hangs_loses_its_turn_and_comes_last() -> None:
    """The others keep the register's order, whichever was read first."""
    readings: dict[Future[Coverage], AccountId] = {
        Future(): each for each in (FIRST, SECOND, THIRD)
    }
    hung, second, third = readings
    for each in (third, second):
        each.set_result(Coverage(account=SECOND, status=CoverageStatus.READ))
    taken = in_turn(readings, Patience(longest_s=0))
    assert [next(taken), next(taken)] == [second, third]
    hung.set_result(Coverage(account=FIRST, status=CoverageStatus.READ))
    assert list(taken) == [hung]
