"""What the n-grams of a text weigh together: each once, whichever way they are sought."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.checks import weighing
from monitor.checks.confusables import FOLD_ONE, translated
from monitor.checks.grams import LAID, grams
from monitor.checks.vocabulary import BLANKED
from monitor.checks.weighing import Grams

NAMES = sorted({*grams(" a bad bad sad man "), *grams(" sad old man ")})
WEIGHS = [3**at for at in range(len(NAMES))]
WORDS = st.lists(st.sampled_from(["a", "bad", "sad", "old", "man", "mad", "dad"]), max_size=30)


def counted(words: list[str]) -> int:
    """Return the same in the plainest way."""
    standing = grams(f" {' '.join(words)} ")
    return sum(weight for name, weight in zip(NAMES, WEIGHS, strict=True) if name in standing)


@given(WORDS)
def test_each_counts_once(words: list[str]) -> None:
    """An n-gram that stands in several words, or several times, counts once."""
    assert Grams(NAMES, WEIGHS).weight(words, f" {' '.join(words)} ") == counted(words)


def test_many_words() -> None:
    """A text of very many different words is weighed in one pass, with the same result."""
    words = [f"{'bad' * (at % 3)}{at}sad" for at in range(2 * weighing._MANY)]
    assert Grams(NAMES, WEIGHS).weight(words, f" {' '.join(words)} ") == counted(words)


def test_what_is_kept_is_bounded() -> None:
    """However many different words come up, what is kept of them stays small and right."""
    kept = Grams(NAMES, WEIGHS)
    for at in range(3 * weighing.MOST_WORDS):
        kept.weight([f"bad{at}"], f" bad{at} ")
    assert len(kept._kept) + len(kept._kept._before) <= 2 * weighing.MOST_WORDS
    assert kept.weight(["bad", "man"], " bad man ") == counted(["bad", "man"])


@given(st.text(max_size=60) | st.text(alphabet="aB7 .é😀İß\u0301\u200b", max_size=200))
def test_translated_is_translate(text: str) -> None:
    """Taking a text apart at what is not ASCII changes nothing."""
    for table in (FOLD_ONE, LAID, BLANKED):
        assert translated(text, table) == text.translate(table)
