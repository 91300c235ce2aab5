"""The town shows what has happened by the clock, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.clock import SteppedClock
from monitor.demo.world import Condition, Site, TownAccount, World

_START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
_HOUR = timedelta(hours=1)


def _town(site: Site = Site.X) -> tuple[World, SteppedClock]:
    clock = SteppedClock(_START)
    world = World(clock=clock.now)
    world.add_account(
        TownAccount(label="town", site=site, platform_id="77", handle="Quarrington", name="Town")
    )
    return world, clock


def test_post_appears_at_its_time() -> None:
    """A post planned for later is not there before."""
    world, clock = _town()
    post = world.publish("town", _START + _HOUR, "Later")

    assert world.post(post) is None
    clock.advance(_HOUR)
    assert world.post(post) is not None


def test_edit_on_x_makes_a_new_id() -> None:
    """On X an edited post has a new id, the old one still leads to it, the root stays."""
    world, clock = _town()
    root = world.publish("town", _START, "First")
    second = world.edit(root, _START + _HOUR, "Second")
    clock.advance(2 * _HOUR)
    shown = world.post(root)

    assert shown is not None
    assert int(second) > int(root)
    assert [version.id for version in shown.versions] == [root, second]
    assert world.post(second) == shown


@pytest.mark.parametrize("site", [Site.FACEBOOK, Site.FEED])
def test_edit_elsewhere_keeps_the_id(site: Site) -> None:
    """Everywhere else the id stays, and only the newest words are shown."""
    world, clock = _town(site)
    root = world.publish("town", _START, "First")
    clock.advance(2 * _HOUR)

    assert world.edit(root, _START + _HOUR, "Second") == root
    assert [post.newest.body.text for post in world.timeline("town")] == ["Second"]


def test_future_edit_does_not_show() -> None:
    """The id of a version that is still to come leads nowhere."""
    world, _ = _town()
    root = world.publish("town", _START, "First")
    second = world.edit(root, _START + _HOUR, "Second")
    shown = world.post(root)

    assert world.post(second) is None
    assert shown is not None
    assert shown.newest.body.text == "First"


def test_deletion_takes_the_chain() -> None:
    """A deleted post is gone by every id it had."""
    world, clock = _town()
    root = world.publish("town", _START, "First")
    second = world.edit(root, _START + _HOUR, "Second")
    world.delete(root, _START + 2 * _HOUR)
    clock.advance(3 * _HOUR)

    assert [world.post(each) for each in (root, second)] == [None, None]
    assert world.was_deleted(root)
    assert not world.was_deleted("1")


def test_conditions_begin_and_end() -> None:
    """A token that dies and is renewed is dead only in between."""
    world, clock = _town()
    world.revive_token("town", _START + 2 * _HOUR)
    world.kill_token("town", _START + _HOUR)
    seen = []
    for _ in range(3):
        seen.append(world.has("town", Condition.TOKEN_DEAD))
        clock.advance(_HOUR)

    assert seen == [False, True, False]


def test_taken_id_is_refused() -> None:
    """Two posts never share an id."""
    world, _ = _town()
    world.publish("town", _START, "One", platform_id="5")

    with pytest.raises(ValueError, match="taken"):
        world.publish("town", _START, "Two", platform_id="5")


def test_unknown_account_is_an_error() -> None:
    """What names no account fails loudly."""
    world, _ = _town()

    with pytest.raises(KeyError):
        world.publish("elsewhere", _START, "Hello")
    with pytest.raises(KeyError):
        world.suspend("elsewhere", _START)


@given(st.lists(st.integers(min_value=0, max_value=10_000), max_size=30))
def test_timeline_is_newest_first(minutes: list[int]) -> None:
    """Whatever the order of publishing, the timeline is newest first and complete."""
    world, clock = _town()
    for minute in minutes:
        world.publish("town", _START + timedelta(minutes=minute), "Words")
    clock.advance(timedelta(days=30))
    shown = world.timeline("town")

    assert len(shown) == len(minutes)
    assert all(a.published_at >= b.published_at for a, b in pairwise(shown))
