"""Patterns that are asked together, and each by itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.checks.patterns import Alphabet, Pattern, Together

WRITTEN = [r"\bcat\b", "cats?", r"\d{2}", r"^on\b", r"\bmat[.!]?$", r"\b.?", "\u20ac ?\\d"]
ALPHABET = Alphabet(WRITTEN)
PATTERNS = [Pattern(written, ALPHABET) for written in WRITTEN]
texts = st.lists(st.sampled_from([*"cats on0 9.!\u20ac\n", "cat", "mat", "on "])).map("".join)


@given(texts, st.lists(st.sampled_from(PATTERNS), max_size=4))
def test_none_that_stands_is_left_out(text: str, asked: list[Pattern]) -> None:
    """Asked together, those that may stand are all that do."""
    narrowed = ALPHABET.narrow(text)
    standing = Together(asked).standing(narrowed)
    assert {one.written for one in asked if one.stands(narrowed)} == {
        one.written for one in standing if one.stands(narrowed)
    }


def test_forgetting_changes_nothing() -> None:
    """What is compiled anew finds the same."""
    together, narrowed = Together(PATTERNS[:3]), ALPHABET.narrow("three cats")
    before = together.standing(narrowed)
    together.forget()
    assert [one.written for one in before] == [b"cats?"]
    assert list(together.standing(narrowed)) == list(before)


@pytest.mark.parametrize(
    ("pattern", "within", "spans"),
    [
        (r"\bx?", None, [(2, 3), (4, 5)]),
        (r"\bx\b", [(0, 3)], [(2, 3)]),
        (r"x", [(0, 3), (5, 6)], [(2, 3), (5, 6)]),
        (r"\bx\b", [(5, 6)], []),
        (r"x$", [(0, 5)], []),
        (r"^x", [(2, 6)], []),
    ],
)
def test_within(
    pattern: str, within: list[tuple[int, int]] | None, spans: list[tuple[int, int]]
) -> None:
    """Within stretches, and beside them a pattern sees what stands there; nothing empty counts."""
    assert Pattern(pattern, ALPHABET).spans(b"a x xx", within) == spans


def test_no_more_than_asked() -> None:
    """The first matches, and then no more."""
    assert Pattern("x", ALPHABET).spans(b"xxxx", most=2) == [(0, 1), (1, 2)]


@pytest.mark.parametrize("count", [0, 1, 40])
def test_however_many(count: int) -> None:
    """None, one, or so many large ones that they cannot be asked at once."""
    written = [f"(?:[a-z]{{1,9}}{number}[^.]{{0,90}}){{8}}end" for number in range(count)]
    patterns = [Pattern(one, ALPHABET) for one in written]
    narrowed = ALPHABET.narrow("a0 b0 c0 d0 e0 f0 g0 h0 end")
    standing = Together(patterns).standing(narrowed)
    assert [one for one in standing if one.stands(narrowed)] == patterns[:1]
