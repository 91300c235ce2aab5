"""What a table's finding quotes: whole words that say something, as published."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.checks.explained import compound


@pytest.mark.parametrize(
    ("text", "part", "wanted"),
    [
        ("and no over-40s, please", "over", "over-40s"),
        ("and no over-40s, please", "40s", "over-40s"),
        ("a well-to-do street", "to", "well-to-do"),
        ("kitchens at Bradley\u2019s today", "Bradley", "Bradley\u2019s"),
        ("so - over - there", "over", "over"),
        ("over", "over", "over"),
    ],
)
def test_compound(text: str, part: str, wanted: str) -> None:
    """A word is quoted with what hyphens and apostrophes hold to it, and with no more."""
    start = text.index(part)
    first, last = compound(text, (start, start + len(part)))
    assert text[first:last] == wanted


@given(st.text(alphabet="ab-' ", max_size=200), st.data())
def test_compound_keeps_the_part(text: str, data: st.DataObject) -> None:
    """The part stays within it, nothing but a word's letters and joints is added, and few."""
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    first, last = compound(text, (start, end))
    assert 0 <= first <= start <= end <= last <= len(text)
    assert " " not in text[first:start] + text[end:last]
    assert start - first <= 24 >= last - end
