"""`accounts list --cost` as a process: before the first reading, and afterwards."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from monitor.demo.world import Site
from tests.e2e.place import Place
from tests.lib.schemas import SCHEMAS, problems

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

POSTS = 3
BY_HAND = """
[[accounts]]
id = "nextdoor"
platform = "manual"
handle = "Ashcombe neighbours"
kind = "officer"
owner = "Jo"
"""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Furnish a machine with X, a feed and an account that a person looks at."""
    with Place(tmp_path, [Site.X, Site.FEED]) as running:
        for number in range(POSTS):
            running.publish(Site.X, f"Notice {number}.", hours_ago=1 + number)
        running.append(BY_HAND)
        yield running


def costs(place: Place, *more: str) -> dict[str, Any]:
    """Return what is printed of each account."""
    done = place.run("accounts", "list", "--cost", "--json", *more)
    assert (done.code, done.err) == (0, "")
    assert problems(SCHEMAS["accounts list --cost"], done.json) == []
    return {line["id"]: line["cost"] for line in done.json}


def test_before_the_first_reading_it_is_computed_from_a_guess(place: Place) -> None:
    """Fifteen posts a week, said to be assumed; no database is made, and nothing is spent."""
    for file in place.folder.glob("clerkwatch.db*"):
        file.unlink()
    found = costs(place)
    assert (found["x"]["posts_a_week"], found["x"]["assumed"]) == (15.0, True)
    assert found["x"]["usd"]["year"]["all"] == "46.67"
    assert found["x"]["budget"]["spent_usd_this_month"] is None
    assert (found["feed"]["usd"], found["feed"]["budget"], found["nextdoor"]) == (None, None, None)
    assert not place.database.exists()
    assert place.script.requests() == ()


def test_parts_add_up_and_the_budget_is_the_platforms(place: Place) -> None:
    """New, profile and again are all; what is needed a month is a twelfth of the year."""
    one = costs(place, "--posts-a-week", "20")["x"]
    assert (one["posts_a_week"], one["assumed"]) == (20.0, False)
    year = {name: Decimal(amount) for name, amount in one["usd"]["year"].items()}
    parts = year["new"] + year["profile"] + year["again"]
    assert abs(year["all"] - parts) <= Decimal("0.02")
    needs = Decimal(one["budget"]["needs_usd_per_month"])
    assert abs(needs - year["all"] / 12) <= Decimal("0.01")
    assert (one["budget"]["usd_per_month"], one["budget"]["pays_for_new"]) == ("5.00", True)
    assert Decimal(one["usd_owned_reads"]["year"]["all"]) < year["all"]


def test_after_a_reading_it_is_the_records_number_and_what_was_spent(place: Place) -> None:
    """Three posts and a profile: two and a half cents; the same in words."""
    assert place.run("scan").code in {0, 1}
    one = costs(place)["x"]
    assert (one["assumed"], one["posts_a_week"] > 0) == (False, True)
    billed = POSTS * Decimal("0.005") + Decimal("0.010")
    assert Decimal(one["budget"]["spent_usd_this_month"]) == billed.quantize(Decimal("0.01"))
    said = place.run("accounts", "list", "--cost").out
    assert f"spent this month so far: {one['budget']['spent_usd_this_month']}" in said
    assert "The budget of 5.00 a month" in said
