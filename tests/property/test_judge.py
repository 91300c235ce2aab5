"""Laws of judging, over all of Unicode and the bundled rules."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.policy import load_policy
from config.rules import load_rules
from config.types import Kind
from monitor.checks.judge import Judge
from tests.unit.checks.building import CONTEXT, material

POLICY = load_policy("elstree-borehamwood-2017")
RULES = load_rules(policy=POLICY)
JUDGE = Judge(POLICY, RULES)
HITS = [example.text for rule in RULES for example in rule.hits if example.text]
anything = st.text(alphabet=st.characters(exclude_categories=[]), max_size=200)
posts = st.lists(st.sampled_from(HITS) | anything, min_size=1, max_size=4).map("\n".join)


@given(posts, st.sampled_from(Kind))
@settings(deadline=None)
def test_spans_are_exact(text: str, kind: Kind) -> None:
    """Spans lie inside the text, in order, and the quote is exactly the first."""
    judged, in_window = JUDGE.examine(material(text, kind=kind), CONTEXT)
    assert judged.not_judged in {(), ("language: not English",)}
    for found in (*judged.findings, *in_window):
        assert all(0 <= start < end <= len(text) for start, end in found.spans)
        assert list(found.spans) == sorted(found.spans)
        assert found.quote == (text[slice(*found.spans[0])] if found.spans else None)
        assert POLICY.applies(found.clause, kind)
        assert 0 < found.score <= 1


@given(posts)
@settings(deadline=None, max_examples=50)
def test_judging_twice_changes_nothing(text: str) -> None:
    """The same version is judged the same, whatever was judged in between."""
    first = JUDGE.judge(material(text), CONTEXT)
    JUDGE.judge(material(text[::-1]), CONTEXT)
    assert JUDGE.judge(material(text), CONTEXT) == first


@given(posts)
@settings(deadline=None, max_examples=50)
def test_order_of_rules_does_not_matter(text: str) -> None:
    """A judge over the rules in another order finds the same."""
    assert REVERSED.judge(material(text), CONTEXT) == JUDGE.judge(material(text), CONTEXT)


REVERSED = Judge(POLICY, RULES[::-1])


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "vote ",
        "e\u0301\u0302",
        "#VoteLabour ",
        "is the you ",
        "\U0001f600\ufe0f",
        "07700 900123 ",
    ],
)
def test_long_texts_are_quick(unit: str) -> None:
    """40,000 characters of anything are judged; the bound is far above what they take."""
    began = time.perf_counter()
    JUDGE.judge(material(unit * (40_000 // len(unit))), CONTEXT)
    assert time.perf_counter() - began < 2
