"""What the n-grams of a text weigh together, whichever way they are sought."""

from __future__ import annotations

import tracemalloc
from array import array
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.checks import weighing
from monitor.checks.confusables import FOLD_ONE, Characters, translated
from monitor.checks.grams import LAID, grams
from monitor.checks.patterns import Alphabet
from monitor.checks.vocabulary import BLANKED
from monitor.checks.weighing import Grams, worth

NAMES = sorted({*grams(" a bad bad sad man "), *grams(" sad old man ")})
CODES = [(7 * at) % 128 for at in range(len(NAMES))]
WEIGHTS = [array("b", CODES), array("b", [-code for code in CODES])]
WORDS = st.lists(st.sampled_from(["a", "bad", "sad", "old", "man", "mad", "dad"]), max_size=30)


def counted(words: list[str]) -> list[int]:
    """Return the same in the plainest way."""
    standing = grams(f" {' '.join(words)} ")
    found = sum(worth(c) for name, c in zip(NAMES, CODES, strict=True) if name in standing)
    return [found, -found]


@given(WORDS)
def test_each_counts_once(words: list[str]) -> None:
    """An n-gram that stands in several words, or several times, counts once."""
    assert Grams(NAMES, WEIGHTS).sums(words) == counted(words)


KNOWN = Grams(NAMES, WEIGHTS)


@given(WORDS)
def test_what_came_up_before_changes_nothing(words: list[str]) -> None:
    """What is known of words from other texts, and what these share, changes no sum."""
    assert KNOWN.sums(words) == counted(words)


@given(WORDS, WORDS)
def test_words_that_came_up_by_themselves(first: list[str], second: list[str]) -> None:
    """Words that share something count it once, though each came up before without the other."""
    known = Grams(NAMES, WEIGHTS)
    for word in (*first, *second):
        known.sums([word])
    assert known.sums([*first, *second]) == counted([*first, *second])


def test_threads_and_forgetting() -> None:
    """Texts in several threads, and letting go between their words, change no sum."""
    known = Grams(NAMES, WEIGHTS)
    texts = [
        ["bad", "man"],
        ["sad", "old", "man"],
        ["mad", "dad", "bad"],
        ["sad", "bad", "a"],
    ] * 200

    def weighed(number: int) -> bool:
        words = texts[number][number % 2 :]
        if number % 7 == 0:
            known.forget()
        return known.sums(words) == counted(words)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(weighed, range(len(texts))))


@given(st.permutations(["bad", "sad", "man"]))
def test_order(words: list[str]) -> None:
    """Whatever word comes first, what it shares with others counts once."""
    alone = [name for name in NAMES if " " not in name.strip()]
    known = Grams(alone, [array("b", [9] * len(alone))])
    assert known.sums(words) == known.sums(["bad", "sad", "man"])


def test_by_place() -> None:
    """What words add that share nothing, each once, is what the text comes to."""
    known = Grams(NAMES, WEIGHTS)
    for words in (["old", "man"], ["a", "old"], ["sad", "old"], ["bad"]):
        for topic, total in enumerate(counted(words)):
            assert sum(known.by_place(words, topic)) == pytest.approx(total)


def test_many_words() -> None:
    """A text of very many different words, some of them very long, is weighed like any other."""
    words = [f"{'bad' * (at % 40)}{at}sad" for at in range(600)]
    assert Grams(NAMES, WEIGHTS).sums(words) == counted(words)


def test_what_is_kept_is_bounded() -> None:
    """However many different words come up, what is kept of them stays small and right."""
    kept = Grams(NAMES, WEIGHTS)
    for at in range(3 * weighing.MOST_WORDS):
        kept.sums([f"bad{at}"])
    assert len(kept._kept) + len(kept._kept._before) <= 2 * weighing.MOST_WORDS
    assert kept.sums(["bad", "man"]) == counted(["bad", "man"])


def test_forgetting_changes_nothing() -> None:
    """What is worked out anew is the same."""
    known = Grams(NAMES, WEIGHTS)
    before = known.sums(["sad", "old", "man"]), known.by_place(["sad", "old", "man"], 0)
    known.forget()
    assert (known.sums(["sad", "old", "man"]), known.by_place(["sad", "old", "man"], 0)) == before


class _Circle(Characters):
    """What is put in for one character is another that stands in texts too."""

    def becomes(self, code: int) -> str:
        return {"é": "è", "è": "é", "a": "b"}.get(chr(code), chr(code))


@given(
    st.text(max_size=60)
    | st.text(alphabet="aB7 .éè😀İß\u0301\u200b\ud800\u0416\u0436", max_size=200)
)
def test_translated_is_translate(text: str) -> None:
    """Putting in one by one what is not ASCII changes nothing."""
    for table in (FOLD_ONE, LAID, BLANKED, _Circle(), Alphabet(["é", "😀"])):
        assert translated(text, table) == text.translate(table)


def test_runs_take_little() -> None:
    """A run of words takes its letters, and nothing near what a text of its own takes."""
    names = sorted(f" word{one} other{two} " for one in range(20) for two in range(500))
    weights = [array("b", bytes(len(names)))]
    tracemalloc.start()
    try:
        many = Grams(names, weights)
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert many.sums(["word7", "other9"]) == [0]
    assert taken / len(names) < 25
