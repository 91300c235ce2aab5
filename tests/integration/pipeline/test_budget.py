"""What reading X costs over weeks, beside what the loopback X would bill for it.

The whole year with a reading every half hour is `python -m benchmarks.year`; here there are
five weeks with a reading a day.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from benchmarks.year import BEGIN, Council
from config.types import CoverageStatus
from monitor import morning
from monitor.demo.world import Site
from monitor.pipeline import scan

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.year import Spent
    from tests.integration.pipeline.village import Village


def lived(folder: Path, budget: str, *, days: int = 34, owned: bool = False) -> Spent:
    """Let two accounts live for some days."""
    with Council(folder, budget=budget, accounts=2, every=1440, owned=owned) as council:
        return council.live(days)


def test_the_bill_is_the_estimate_where_the_budget_is_ample(tmp_path: Path) -> None:
    """Within three per cent; and clerkwatch counts to the cent what X would bill."""
    spent = lived(tmp_path, "50.00")
    first_reading = Decimal(2 * 29 * 15) / 7 * Decimal("0.005")
    assert spent.billed == spent.counted
    assert abs(spent.total - spent.expected - first_reading) <= spent.expected * Decimal("0.05")
    assert (spent.thinned, spent.stopped) == (0, 0)


@pytest.mark.parametrize("owned", [False, True])
def test_a_small_budget_is_spread_and_never_passed(tmp_path: Path, *, owned: bool) -> None:
    """Posts are read again less often, coverage says so, and nothing new is missed."""
    spent = lived(tmp_path, "2.50", owned=owned)
    assert all(spent.billed[month] <= spent.counted[month] <= 2.5 for month in spent.billed)
    assert spent.total < spent.expected
    assert spent.thinned > 0
    assert spent.stopped == 0
    assert spent.posts[0] == spent.posts[1]
    assert spent.oldest < timedelta(days=25)


def test_a_budget_below_what_is_new_stops_and_says_so(tmp_path: Path) -> None:
    """What cannot be paid for is a reading that was not whole; the bill stays within."""
    spent = lived(tmp_path, "0.40", days=33)
    assert all(spent.billed[month] <= spent.counted[month] <= 0.4 for month in spent.billed)
    assert spent.stopped > 0


def test_accounts_read_side_by_side_share_one_budget(tmp_path: Path) -> None:
    """Four at once, with money for about one of them: together they stay within it."""
    with Council(tmp_path, budget="0.50", accounts=4) as council:
        covered = scan(council.app, council.app.register, by="test").coverage
        assert council.platform.bill.months()[BEGIN.date()] <= Decimal("0.50")
        assert CoverageStatus.READ not in {read.status for read in covered[1:]}
        assert all(read.error for read in covered if read.status is not CoverageStatus.READ)


def test_mondays_tell_one_bill_a_platform(village: Village) -> None:
    """Two logins and one budget: what both have cost stands in one line, beside that budget."""
    for label in ("council-x", "mayor-x"):
        village.account(Site.X, label=label)
        village.publish(label, "The library opens at ten.")
    village.add("\n[budget.x]\nusd_per_month = 5.00\n")
    village.scan()
    said = morning.compose(village.app, now=village.clock.now()).text
    assert [line.strip() for line in said.splitlines() if "has cost" in line] == [
        "X has cost $0.03 this month of $5.00."
    ]
