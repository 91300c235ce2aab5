"""Running the rules' own examples."""

from __future__ import annotations

from dataclasses import replace

from config.types import Kind
from monitor.checks import examples
from tests.unit.checks.building import Example, judge, rule, terms

SOUND = rule(
    terms("fool"),
    hits=(Example(text="You fool"), Example(text="", referenced="What a fool")),
    near_misses=(Example(text="Gooseberry fools"), Example(text="A foolish idea")),
)


def test_sound_rule() -> None:
    """A rule that does what its examples say fails nowhere."""
    assert examples.test_rules(judge(SOUND)) == []


def test_inverted_examples_fail() -> None:
    """Each example put on the wrong side is reported with the words that matter."""
    wrong = replace(SOUND, hits=SOUND.near_misses, near_misses=SOUND.hits)
    failed = examples.test_rules(judge(wrong))
    assert [(one.rule, one.wanted, one.text) for one in failed] == [
        ("abuse/made-up", "hit", "Gooseberry fools"),
        ("abuse/made-up", "hit", "A foolish idea"),
        ("abuse/made-up", "quiet", "You fool"),
        ("abuse/made-up", "quiet", "What a fool"),
    ]
    assert "'fool'" in failed[2].why


def test_example_is_on_an_account_that_the_rule_is_for() -> None:
    """Where an example names no kind, it is tried on one that the clause binds."""
    reminder = rule(
        terms("fool"),
        topic="speaking-for-council",
        hits=SOUND.hits,
        near_misses=SOUND.near_misses,
    )
    assert examples.test_rules(judge(reminder)) == []
    elsewhere = replace(reminder, hits=(Example(text="You fool", kind=Kind.COUNCIL),))
    assert [one.wanted for one in examples.test_rules(judge(elsewhere))] == ["hit"]
