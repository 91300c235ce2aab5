"""What is found inside a restricted window, in posts written for that, and outside one.

`datasets/window-posts/README.md` says how they were written and what was measured before any
rule was changed by them. The floors here keep what is reached; only the twelfth and the sixteenth
part were neither trained on nor widened with. ``make quality`` prints the figures.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

import pytest

from benchmarks.quality import judge_with
from benchmarks.window import OUTSIDE, frozen, opens_case, posts
from monitor.checks.training.sources import WINDOW_TEST

if TYPE_CHECKING:
    from monitor.checks.judge import Judge

FLOORS = {
    "first": 0.98,
    "second": 1.0,
    "third": 1.0,
    "fourth": 1.0,
    "fifth": 1.0,
    "sixth": 1.0,
    "seventh": 1.0,
    "eighth": 1.0,
    "ninth": 0.97,
    "tenth": 0.93,
    "eleventh": 0.80,
    "twelfth": 0.73,
    "thirteenth": 0.72,
    "fourteenth": 0.75,
    "fifteenth": 0.80,
    "sixteenth": 0.78,
}
MOST_FALSE = dict.fromkeys(FLOORS, 0.05) | {"fifteenth": 0.056}


@lru_cache(maxsize=1)
def shipped() -> Judge:
    """Return the rules and scored tables as they are shipped."""
    return judge_with()


@lru_cache(maxsize=1)
def flagged() -> frozenset[str]:
    """Return the posts for which a case would open inside the window, by any rule."""
    return frozenset(post.id for post in posts() if opens_case(shipped(), post))


def test_data_is_whole() -> None:
    """At least two hundred posts, each once, about half of them allowed; every part has a floor."""
    assert len({post.id for post in posts()}) == len({post.text for post in posts()})
    counts = Counter(post.expect for post in posts())
    assert counts["freeze"] >= 250
    assert counts["quiet"] >= 250
    assert {post.part for post in posts()} == set(FLOORS)


@pytest.mark.parametrize("part", FLOORS)
def test_what_must_not_be_posted_is_found(part: str) -> None:
    """The share found does not fall."""
    some = [post for post in posts() if (post.part, post.expect) == (part, "freeze")]
    found = [post for post in some if post.id in flagged()]
    assert len(found) >= FLOORS[part] * len(some)


@pytest.mark.parametrize("part", FLOORS)
def test_what_is_allowed_is_hardly_ever_flagged(part: str) -> None:
    """Look-alikes: the administration of the poll, services, emergencies, declining to speak."""
    allowed = [post for post in posts() if (post.part, post.expect) == (part, "quiet")]
    assert len([post for post in allowed if post.id in flagged()]) <= MOST_FALSE[part] * len(
        allowed
    )


def test_outside_the_window_none_of_them_fires() -> None:
    """The same posts in January: the freeze is silent about every one."""
    assert [post.id for post in posts() if frozen(shipped(), post, OUTSIDE)] == []


def test_unseen_posts() -> None:
    """Of posts that nothing was trained or widened with three quarters, and hardly any false."""
    unseen = [post for post in posts() if post.part in WINDOW_TEST]
    breaches = [post for post in unseen if post.expect == "freeze"]
    allowed = [post for post in unseen if post.expect == "quiet"]
    assert len(breaches) == len(allowed) == 220
    assert len([post for post in breaches if post.id in flagged()]) >= 0.75 * len(breaches)
    assert len([post for post in allowed if post.id in flagged()]) <= 0.015 * len(allowed)
