"""Which n-grams of a table stand in a laid-out text, and what they weigh together.

Four fifths of the n-grams that stand in a post lie within one word, and the next post has mostly
the same words. So what one word holds is worked out once and kept; only n-grams of several
words are sought in each text. Each n-gram counts once a text, however many words hold it.
"""

from __future__ import annotations

from array import array
from operator import itemgetter
from typing import TYPE_CHECKING

from ahocorasick_rs import AhoCorasick, Implementation

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from monitor.checks.patterns import Span

MOST_WORDS = 3_072
"""Words whose n-grams are kept before it begins anew; at most twice as many take memory."""
_MANY = 300
"""Different words in a text from which on asking one by one costs more than one pass."""
_NUMBER = itemgetter(0)


class _Lot:
    """Some of the n-grams in an automaton of their own, with what each weighs."""

    __slots__ = ("_automaton", "numbers", "weighs")

    def __init__(self, names: Sequence[str], numbers: Sequence[int], packed: Sequence[int]) -> None:
        self.numbers = array("l", numbers)
        self.weighs = [packed[number] for number in numbers]
        self._automaton = AhoCorasick(
            [names[number] for number in numbers],
            implementation=Implementation.ContiguousNFA,
            store_patterns=False,
        )

    def matches(self, laid: str) -> list[tuple[int, int, int]]:
        """Return every occurrence: which of the lot, its start and its end."""
        return self._automaton.find_matches_as_indexes(laid, overlapping=True)

    def found(self, laid: str) -> set[int]:
        """Return which of the lot stand in a laid-out text."""
        return set(map(_NUMBER, self.matches(laid)))

    def weight(self, found: Collection[int]) -> int:
        """Return what some of the lot weigh together."""
        return sum(map(self.weighs.__getitem__, found))


class _Kept(dict[str, dict[int, int]]):
    """For each word its n-grams with what they weigh; filled as words come up.

    Once it is full it begins anew, and takes over from the one before what is asked again: so
    the words of every post stay, and strange ones go.
    """

    __slots__ = ("_before", "_lot")

    def __init__(self, lot: _Lot) -> None:
        super().__init__()
        self._lot = lot
        self._before: dict[str, dict[int, int]] = {}

    def __missing__(self, word: str) -> dict[int, int]:
        known = self._before.get(word)
        if known is None:
            weighs = self._lot.weighs
            known = {one: weighs[one] for one, _, _ in self._lot.matches(f" {word} ")}
        if len(self) >= MOST_WORDS:
            self._before = dict(self)
            self.clear()
        self[word] = known
        return known


class Grams:
    """Every n-gram of a table with one whole number each; safe in any thread."""

    def __init__(self, names: Sequence[str], packed: Sequence[int]) -> None:
        """Build the automata; no n-gram is kept as text.

        Args:
            names: The n-grams, laid out.
            packed: What each weighs, all topics as one whole number.
        """
        within: list[int] = []
        across: list[int] = []
        for number, name in enumerate(names):
            (across if " " in name.strip() else within).append(number)
        self._within = _Lot(names, within, packed)
        self._across = _Lot(names, across, packed)
        self._kept = _Kept(self._within)

    def weight(self, words: Sequence[str], laid: str) -> int:
        """Return what the n-grams of a text weigh together, each counted once.

        Args:
            words: The words of the text.
            laid: The same, laid out.
        """
        several = self._across.weight(self._across.found(laid))
        distinct = set(words)
        if len(distinct) > _MANY:
            return several + self._within.weight(self._within.found(laid))
        alone: dict[int, int] = {}
        for known in map(self._kept.__getitem__, distinct):
            alone.update(known)
        return several + sum(alone.values())

    def found(self, laid: str) -> set[int]:
        """Return the numbers of the n-grams that stand in a laid-out text."""
        return {number for number, _ in self.places(laid)}

    def places(self, laid: str) -> Iterator[tuple[int, Span]]:
        """Yield the number of each n-gram with where it stands, as often as it does."""
        for lot in (self._within, self._across):
            for one, start, end in lot.matches(laid):
                yield lot.numbers[one], (start, end)
