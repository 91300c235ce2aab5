"""Long texts, asked in parts, and everything found that is found in the whole."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.policy import load_policy
from config.rules import load_rules
from monitor.checks.layout import Sources
from monitor.checks.matcher import Matcher
from monitor.checks.windows import PART

RULES = load_rules(policy=load_policy("elstree-borehamwood-2017"))
TEXTS = [one.text for rule in RULES for one in (*rule.hits, *rule.near_misses) if one.text]
IN_PARTS = Matcher(RULES, long=0)
IN_WHOLE = Matcher(RULES, long=1_000_000)
between = st.sampled_from([" ", "\n", "\n\n", ". ", " \U0001f600 ", "  - ", " , , , ", "x" * 50])
filling = st.builds(
    lambda word, times: word * times,
    st.sampled_from(["lorem ", "and the ", "vote ", "a.b ", "- ", "\n", "x" * 30]),
    st.integers(0, 2 * PART),
)
long_texts = st.builds(
    lambda texts, joint: joint.join(texts),
    st.lists(st.sampled_from(TEXTS) | filling, min_size=1, max_size=40),
    between,
)


def found(matcher: Matcher, text: str) -> list[tuple[str, tuple[tuple[int, int], ...]]]:
    """Return what a matcher finds, by rule."""
    matched = matcher.match(matcher.normalise(text), Sources())
    return [(rule.id, spans) for rule, spans in matched]


in_parts, in_whole = partial(found, IN_PARTS), partial(found, IN_WHOLE)


@given(long_texts)
@settings(deadline=None, max_examples=60)
def test_in_parts_as_in_the_whole(text: str) -> None:
    """A text asked in parts gives what it gives as a whole, to the character."""
    assert in_parts(text) == in_whole(text)


@pytest.mark.parametrize("words", [0, 1, PART - 3, PART - 1, PART, PART + 1, 3 * PART - 2])
def test_wherever_parts_are_cut(words: int) -> None:
    """Every rule's own examples are found wherever the cut goes through them."""
    for text in TEXTS[::9]:
        put = "zzz " * words + text + " zzz" * 2 * PART
        assert in_parts(put) == in_whole(put)


@pytest.mark.parametrize("text", ["", " ", "\n\n \n", "x" * 9_000, "- " * 4_000, "\u2028" * 5_000])
def test_strange_texts(text: str) -> None:
    """Nothing to cut, or nowhere to cut it."""
    assert in_parts(text) == in_whole(text)
