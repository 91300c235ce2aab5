"""Laws of judging, over all of Unicode and the bundled rules."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.policy import load_policy
from config.rules import load_rules
from config.types import Kind
from monitor.checks.judge import Judge
from tests.unit.checks.building import CONTEXT, material

if TYPE_CHECKING:
    from types import FrameType

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
        "\n".join(HITS[::40]) + "\n",
        " ".join(HITS[1::40]) + " ",
    ],
)
def test_four_times_the_text_is_four_times_the_work(unit: str) -> None:
    """40,000 characters of anything take so many steps as 10,000 take four times, or few more."""
    short, long = ((unit * (size // len(unit) + 1))[:size] for size in (10_000, 40_000))
    assert _steps(long) <= 5 * _steps(short)


def _steps(text: str) -> int:
    """Count what is called while a text is judged that was judged before."""
    given = material(text)
    JUDGE.judge(given, CONTEXT)
    calls = 0

    def count(_frame: FrameType, event: str, _what: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        JUDGE.judge(given, CONTEXT)
    finally:
        sys.setprofile(before)
    return calls
