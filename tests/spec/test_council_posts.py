"""The published posts are whole: keys, ids, labels, sizes, and no hand in both parts."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from config.policy import load_policy
from config.types import Kind
from monitor.checks.training.sources import (
    FILES,
    FRESH_TEST_HANDS,
    LATER_TEST_HANDS,
    NEWEST_TEST_HANDS,
    PLAIN_TEST_HANDS,
    QUIET,
    TEST_HANDS,
    TOPIC_TEST_HAND,
    TRAINING_HANDS,
    UNSEEN_TEST_HANDS,
    UNTIDY_TEST_HANDS,
)

FOLDER = Path(__file__).parents[2] / "datasets" / "council-posts"
KEYS = {
    "id", "hand", "kind", "where", "about", "level", "expect", "window", "text", "reason",
}  # fmt: skip
LEVELS = {"blatant", "ordinary", "subtle", "near", "ordinary-quiet"}
BALANCED = tuple("bcdefghijklmy")
"""Half of their posts are harmless, and half of those look like breaches."""
TESTS = {
    *TEST_HANDS,
    *LATER_TEST_HANDS,
    *NEWEST_TEST_HANDS,
    *FRESH_TEST_HANDS,
    *UNSEEN_TEST_HANDS,
    *UNTIDY_TEST_HANDS,
    *PLAIN_TEST_HANDS,
    TOPIC_TEST_HAND,
}
ONE_TOPIC = tuple(sorted({*TRAINING_HANDS, *TESTS} - {*BALANCED, *FILES}))
"""Near-misses only, ordinary posts only, party politics, abuse, or no ordinary posts."""
HANDS = (*BALANCED, *ONE_TOPIC)


def rows(hand: str) -> list[dict[str, Any]]:
    """Return a hand's posts."""
    path = FOLDER / FILES.get(hand, f"{hand}.jsonl")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_no_hand_in_both_parts() -> None:
    """What is measured with was never trained on."""
    parts = (set(TRAINING_HANDS), TESTS)
    assert sorted(hand for part in parts for hand in part) == sorted({*HANDS, *FILES})
    assert {path.name for path in FOLDER.glob("*.jsonl")} == {
        FILES.get(hand, f"{hand}.jsonl") for hand in {*HANDS, *FILES}
    }
    texts = [{row["text"] for hand in part for row in rows(hand)} for part in parts]
    assert sum(map(len, texts)) == len(set().union(*texts))


def test_at_least_three_thousand() -> None:
    """All hands together are at least 3,000 posts, each with an id of its own."""
    ids = [row["id"] for hand in (*HANDS, *FILES) for row in rows(hand)]
    assert len(ids) == len(set(ids)) >= 3_000


@pytest.mark.parametrize("hand", HANDS)
def test_rows(hand: str) -> None:
    """Every post has all its keys, a clause of the policy, a reason, and its own hand."""
    clauses = set(load_policy("elstree-borehamwood-2017").clauses) | {QUIET}
    for row in rows(hand):
        assert set(row) == KEYS
        assert row["hand"] == hand
        assert Kind(row["kind"])
        assert row["level"] in LEVELS
        assert {row["expect"], row["about"]} <= clauses
        assert row["text"].strip()
        assert row["reason"].strip()
        assert isinstance(row["window"], bool)
        assert (row["expect"] == QUIET) == (row["level"] in {"near", "ordinary-quiet"})


@pytest.mark.parametrize("hand", BALANCED)
def test_balance(hand: str) -> None:
    """Half of a hand's posts are harmless, and half of those look like breaches."""
    levels = Counter(row["level"] for row in rows(hand))
    harmless = levels["near"] + levels["ordinary-quiet"]
    assert abs(harmless / levels.total() - 0.5) < 0.02
    assert abs(levels["near"] / harmless - 0.5) < 0.02
