"""Laws of making text plain, over all of Unicode."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.checks.normalise import Lexicon, Normaliser

plain = Normaliser(Lexicon(["vote", "labour", "idiot", "loser", "moron", "good", "for", "the"]))
anything = st.text(alphabet=st.characters(exclude_categories=[]), max_size=300)
dodging = st.text(
    alphabet=st.sampled_from(
        "aeivotLS01@$!# .\n\u200b\u0301\u202e\u0430\uff41\ufb01\u00df\ud800\U0001f600\ufe0f"
    ),
    max_size=120,
)


@given(anything | dodging)
def test_map_is_in_order_and_inside(original: str) -> None:
    """Every plain character stands for a stretch of the original, in reading order."""
    normal = plain(original)
    starts = list(range(len(original))) if normal.starts is None else list(normal.starts)
    ends = [start + 1 for start in starts] if normal.ends is None else list(normal.ends)
    assert len(starts) == len(ends) == len(normal.text)
    assert starts == sorted(starts)
    assert ends == sorted(ends)
    assert all(0 <= start <= end <= len(original) for start, end in zip(starts, ends, strict=True))


@given(dodging, dodging)
def test_planted_word_is_quoted_exactly(before: str, after: str) -> None:
    """A word with white space around it is found and quoted as written, whatever stands beside."""
    original = f"{before} . xlabourx . {after}"
    normal = plain(original)
    start = normal.text.index("xlabourx")
    first, last = normal.span(start, start + 8)
    assert original[first:last] == "xlabourx"


@given(anything)
def test_plain_text_can_be_matched(original: str) -> None:
    """Plain text holds no capital, nothing unseen and nothing that cannot be encoded."""
    text = plain(original).text
    assert text.encode().decode() == text
    assert not any(char.isascii() and char.isupper() for char in text)
    assert "\x00" not in text
    assert "\u200b" not in text


@given(st.text(alphabet="abcdefghij klmnopqrstuvwxyz.,", max_size=200))
@settings(max_examples=50)
def test_plain_words_stay(original: str) -> None:
    """Plain text with no disguise in it is its own plain text."""
    single = " ".join(original.split())
    calm = "".join(char for at, char in enumerate(single) if char != single[at - 1 : at] or at == 0)
    wordy = " ".join(
        word for word in calm.replace(".", " ").replace(",", " ").split() if len(word) > 1
    )
    assert plain(wordy).text == wordy


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "ab",
        "a1",
        "e\u0301\u0302",
        "a b ",
        "#",
        "#ab ",
        "\U0001f600\ufe0f",
        "aaab",
        "!a",
        "a.b.",
        "1",
        "f1aaa ",
        "#VoteLabour",
        "  a",
    ],
)
def test_time_grows_with_length_only(unit: str) -> None:
    """Four times the text takes no more than about four times as long."""
    short, long = unit * (10_000 // len(unit)), unit * (40_000 // len(unit))
    assert _best(long) < 12 * _best(short) + 0.02


def _best(text: str) -> float:
    times = []
    for _ in range(3):
        began = time.perf_counter()
        plain(text)
        times.append(time.perf_counter() - began)
    return min(times)
