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
from monitor.checks.training.sources import WINDOW_TEST, WINDOW_TESTS

if TYPE_CHECKING:
    from monitor.checks.judge import Judge

FLOORS = {
    "first": 1.0,
    "second": 1.0,
    "third": 1.0,
    "fourth": 1.0,
    "fifth": 1.0,
    "sixth": 1.0,
    "seventh": 1.0,
    "eighth": 1.0,
    "ninth": 1.0,
    "tenth": 1.0,
    "eleventh": 0.96,
    "twelfth": 0.84,
    "thirteenth": 0.91,
    "fourteenth": 0.91,
    "fifteenth": 0.9,
    "sixteenth": 0.85,
    "seventeenth": 0.94,
    "eighteenth": 0.93,
    "nineteenth": 0.95,
    "twentieth": 0.98,
    "twenty-first": 0.81,
    "twenty-second": 0.92,
    "twenty-third": 0.95,
    "twenty-fourth": 0.94,
    "twenty-fifth": 0.84,
    "twenty-sixth": 0.79,
    "twenty-seventh": 0.96,
    "twenty-eighth": 0.9,
    "twenty-ninth": 0.86,
    "thirtieth": 0.95,
}
MOST_FALSE = dict.fromkeys(FLOORS, 0.05)


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


@pytest.mark.parametrize(
    ("parts", "size", "least", "most"),
    [
        (WINDOW_TESTS["-unseen"], 220, 0.845, 0.0137),
        (WINDOW_TESTS["-unseen-later"], 120, 0.81, 0.042),
        (WINDOW_TESTS["-unseen-last"], 120, 0.79, 0.017),
        (WINDOW_TEST, 460, 0.82, 0.022),
    ],
)
def test_unseen_posts(parts: frozenset[str], size: int, least: float, most: float) -> None:
    """Of posts that nothing was trained or widened with four fifths, and hardly any false."""
    unseen = [post for post in posts() if post.part in parts]
    breaches = [post for post in unseen if post.expect == "freeze"]
    allowed = [post for post in unseen if post.expect == "quiet"]
    assert len(breaches) == len(allowed) == size
    assert len([post for post in breaches if post.id in flagged()]) >= least * len(breaches)
    assert len([post for post in allowed if post.id in flagged()]) <= most * len(allowed)
