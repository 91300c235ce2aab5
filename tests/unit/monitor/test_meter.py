"""How much may still be read for the month's money."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from monitor.clock import SteppedClock
from monitor.meter import BudgetMeter
from storage.open import open_repository
from tests.lib import records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.repository import Repository

PRICE = Decimal("0.005")


@pytest.fixture
def store() -> Iterator[Repository]:
    """Return a record in memory."""
    made = open_repository("sqlite://")
    yield made
    made.close()


def meter(store: Repository, usd: str | None, *, at: datetime = records.START) -> BudgetMeter:
    """Return a meter with a monthly budget."""
    budget = None if usd is None else Decimal(usd)
    return BudgetMeter(repository=store, clock=SteppedClock(at), usd_per_month=budget)


def left(made: BudgetMeter) -> int | None:
    """Return how many posts may still be read."""
    return may(made, "x_bearer")


def may(made: BudgetMeter, credential: str, *, price: Decimal = PRICE) -> int | None:
    """Return how many may be asked for under a credential."""
    with made.hold(credential=credential, price=price, wanted=10_000, least=1) as count:
        return count


def test_without_a_budget_or_a_price_nothing_limits(store: Repository) -> None:
    """None means no limit, which is not nought."""
    assert left(meter(store, None)) is None
    assert may(meter(store, "1"), "x_bearer", price=Decimal(0)) is None


def test_what_was_read_is_taken_off_once_a_day(store: Repository) -> None:
    """The same post twice on one UTC day costs once; what is left is rounded down."""
    made = meter(store, "0.023")
    assert left(made) == 4
    for _ in range(2):
        made.charge(credential="x_bearer", price=PRICE, ids=["1", "2"])
    assert left(made) == 2
    assert may(made, "other") == 4


def test_a_budget_that_is_overspent_leaves_nothing(store: Repository) -> None:
    """Never a negative number, after the budget was lowered for example."""
    meter(store, "1").charge(credential="x_bearer", price=PRICE, ids=["1", "2", "3"])
    assert left(meter(store, "0.01")) == 0


def test_a_new_month_begins_in_utc(store: Repository) -> None:
    """At the last instant of November nothing is left, a moment later everything."""
    end = datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)
    meter(store, "0.01", at=end).charge(credential="x_bearer", price=PRICE, ids=["1", "2"])
    assert left(meter(store, "0.01", at=end)) == 0
    assert left(meter(store, "0.01", at=datetime(2026, 12, 1, tzinfo=UTC))) == 2
