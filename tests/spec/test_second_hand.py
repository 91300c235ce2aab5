"""Posts written by somebody who had not read the rules, and how many of them are found.

`datasets/council-posts/README.md` says how they were written. What is missed is marked in the
data, so a change that loses a breach fails by name, and the floors hold the share reached.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pytest

from config.types import Kind, Severity
from tests.spec.test_tables import bundled_judge
from tests.unit.checks.building import CONTEXT, material

POSTS = Path(__file__).parents[2] / "datasets" / "council-posts" / "second-hand.jsonl"
QUIET = "quiet"
FREEZE = "freeze"
BREACHES = ("blatant", "ordinary", "subtle")
# Share found under the right clause. The third part was measured before it changed any rule
# (see the data sheet); what it reaches now is no measure of unseen posts either.
FLOORS = {
    ("first", "blatant"): 0.91,
    ("first", "ordinary"): 0.92,
    ("first", "subtle"): 0.87,
    ("second", "blatant"): 0.95,
    ("second", "ordinary"): 0.95,
    ("second", "subtle"): 0.95,
    ("third", "blatant"): 0.91,
    ("third", "ordinary"): 0.66,
    ("third", "subtle"): 0.16,
}
MOST_FALSE = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One line of the data."""

    id: str
    part: str
    kind: Kind
    about: str
    level: str
    expect: str
    text: str
    known_miss: bool = False


@lru_cache(maxsize=1)
def posts() -> tuple[Post, ...]:
    """Return every post, in the file's order."""
    rows = map(json.loads, POSTS.read_text(encoding="utf-8").splitlines())
    return tuple(Post(**{**row, "kind": Kind(row["kind"])}) for row in rows)


@lru_cache(maxsize=1)
def clauses() -> dict[str, frozenset[str]]:
    """Return, by post, the clauses under which a case would open."""
    return {post.id: _clauses(post) for post in posts()}


def _clauses(post: Post) -> frozenset[str]:
    judged, in_window = bundled_judge().examine(material(post.text, kind=post.kind), CONTEXT)
    found = (*judged.findings, *(in_window if post.about == FREEZE else ()))
    return frozenset(one.clause for one in found if one.severity is not Severity.NOTE)


def test_data_is_whole() -> None:
    """Ids and texts stand once, and every clause has breaches of each level and look-alikes."""
    assert (
        len({post.id for post in posts()}) == len({post.text for post in posts()}) == len(posts())
    )
    counts = Counter((post.about, post.level) for post in posts())
    about = {post.about for post in posts()} - {QUIET}
    assert all(counts[one, level] >= 9 for one in about for level in BREACHES)
    assert all(counts[one, "near"] >= 12 for one in about)


@pytest.mark.parametrize(("part", "level"), FLOORS)
def test_found(part: str, level: str) -> None:
    """The share of breaches found under the right clause does not fall."""
    some = [post for post in posts() if (post.part, post.level) == (part, level)]
    found = [post for post in some if post.expect in clauses()[post.id]]
    assert len(found) >= FLOORS[part, level] * len(some)


def test_nothing_found_before_is_missed() -> None:
    """Every miss is one that is marked as known."""
    missed = [
        post.id
        for post in posts()
        if post.expect not in clauses()[post.id] and post.expect != QUIET and not post.known_miss
    ]
    assert missed == []


def test_false_alarms() -> None:
    """Ordinary posts open no case, and look-alikes hardly ever."""
    false = [post for post in posts() if post.expect == QUIET and clauses()[post.id]]
    near = [post for post in posts() if post.level == "near"]
    assert [post.id for post in false if post.level != "near"] == []
    assert len(false) <= MOST_FALSE * len(near)
