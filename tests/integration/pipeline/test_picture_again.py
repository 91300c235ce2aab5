"""A picture that had to go, shown again by another post."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from config.types import CaseState, Resolution
from monitor.demo.world import Body, Site
from tests.integration.pipeline.village import DAY, SALE, Village

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOUR = timedelta(hours=1)
POSTER = "A poster of the sale"


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    """Two blogs that were read before; one's post with a poster was found and taken down."""
    with Village(tmp_path) as town:
        for label in ("one", "two"):
            town.account(Site.FEED, label=label)
            town.publish(label, "The market is on Friday.", ago=2 * DAY)
        town.scan()
        post = show(town, "one", SALE)
        town.scan(after=HOUR)
        (case,) = town.cases()
        assert len(town.store.preserved(case.id).files) > 0
        town.world.delete(post, town.clock.now())
        town.scan(after=HOUR)
        town.scan(after=HOUR)
        assert town.case().resolution is Resolution.REMOVED
        yield town


def show(town: Village, label: str, text: str, picture: str = POSTER) -> str:
    """Publish a post with one picture a minute from now."""
    body = Body(text=text, title="News", pictures=(picture,))
    return town.world.publish(label, town.clock.now() + timedelta(minutes=1), body=body)


def asked(town: Village) -> int:
    """Return how often a picture was asked for."""
    return sum(".jpg" in one.path for one in town.script.requests())


def test_the_same_picture_on_another_account_makes_a_linked_case(village: Village) -> None:
    """Its words are harmless and other ones; only the picture is the same."""
    removed = village.case()
    show(village, "two", "See you on the green, everyone is welcome.")
    village.scan(after=HOUR)
    fresh = max(village.cases(), key=lambda case: case.id)
    assert (fresh.account, fresh.state) == ("two", CaseState.OPEN)
    assert [(link.case, link.why) for link in fresh.links] == [(removed.id, "the same picture")]
    assert fresh.events[0].because == f"the same picture as case {removed.id}, which had to go"
    before = asked(village)
    village.scan(after=HOUR)
    village.scan(after=HOUR)
    assert len(village.cases()) == 2
    # Once to compare it, once to keep it with the new case.
    assert asked(village) <= before + 1
    assert village.store.verify_ledger().faults == ()


def test_another_picture_opens_nothing_and_is_fetched_once(village: Village) -> None:
    """Compared, noted, and not asked for again."""
    show(village, "two", "See you on the green, everyone is welcome.", "The green in June")
    before = asked(village)
    village.scan(after=HOUR)
    assert asked(village) == before + 1
    village.scan(after=HOUR)
    assert asked(village) == before + 1
    assert len(village.cases()) == 1


def test_before_anything_was_taken_down_no_picture_is_fetched(tmp_path: Path) -> None:
    """Nothing to compare with: the pictures of ordinary posts are nobody's business."""
    with Village(tmp_path) as town:
        town.account(Site.FEED, label="one")
        town.scan()
        show(town, "one", "See you on the green, everyone is welcome.")
        town.scan(after=HOUR)
        assert asked(town) == 0
