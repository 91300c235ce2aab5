"""Which n-grams of a table stand in a text as laid out, and what they weigh together.

Four fifths of the n-grams that stand in a post lie within one word, and the next post has mostly
the same words. So what one word holds is worked out once and kept; only runs of two and three
words are looked up in each text. Each n-gram counts once a text, however many words hold it.
"""

from __future__ import annotations

from itertools import pairwise
from struct import iter_unpack
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterable, Sequence

FIELD = 32
"""Bits of one topic's sum in the whole number that holds all of them."""
MOST_WORDS = 3_072
"""Words whose n-grams are kept before it begins anew; at most twice as many take memory."""
_LONGEST = 40
_SIZES = (3, 4, 5)
_SIGN = 0x80


def worth(code: int) -> int:
    """Return what a byte of the table weighs: its square, so that small weights are kept too."""
    return code * abs(code)


class _Packed(dict[bytes, int]):
    """A row of weights as one whole number: one addition then adds up all topics.

    Most rows are alike, so few numbers take memory; each is made when it first comes up.
    """

    def __missing__(self, row: bytes) -> int:
        codes = ((byte ^ _SIGN) - _SIGN for byte in row)
        number = sum(worth(code) << FIELD * at for at, code in enumerate(codes) if code)
        self[row] = number
        return number


class Grams:
    """Every n-gram of a table with its weights; safe in any thread."""

    def __init__(self, names: Sequence[str], by_topic: Sequence[array[int]]) -> None:
        """Sort the weights by n-gram.

        Args:
            names: The n-grams, laid out.
            by_topic: For each topic one byte for each n-gram, see `worth`.
        """
        width = len(by_topic)
        codes = bytearray(len(names) * width)
        for topic, column in enumerate(by_topic):
            codes[topic::width] = column.tobytes()
        share = dict[bytes, bytes]().setdefault
        self._rows = [share(row, row) for (row,) in iter_unpack(f"{width}s", codes)]
        self._numbers = dict(zip(names, range(len(names)), strict=True))
        self._packed = _Packed()
        self._kept = _Kept(self)

    def weight(self, words: Sequence[str]) -> int:
        """Return what the n-grams of a text weigh together, each counted once.

        Args:
            words: The words of the text as laid out.

        Returns:
            A whole number with `FIELD` bits for each topic, the first one lowest.
        """
        alone: dict[int, int] = {}
        for known in map(self._kept.__getitem__, set(words)):
            alone.update(known)
        found = set(map(self._numbers.get, _runs(words)))
        rows, packed = self._rows, self._packed
        across = sum([packed[rows[one]] for one in found if one is not None])
        return across + sum(alone.values())

    def within(self, word: str) -> dict[int, int]:
        """Return the n-grams within one word, by number, with what they weigh."""
        numbers, rows, packed = self._numbers, self._rows, self._packed
        found = {numbers.get(part) for _, part in _parts(word)}
        return {one: packed[rows[one]] for one in found if one is not None}

    def found(self, laid: str) -> set[int]:
        """Return the numbers of the n-grams that stand in a laid-out text."""
        return {number for number, _, _ in self.places(laid.split())}

    def code(self, number: int, topic: int) -> int:
        """Return the byte that an n-gram has for a topic, -127 to 127; see `worth`."""
        return (self._rows[number][topic] ^ _SIGN) - _SIGN

    def places(self, words: Sequence[str]) -> list[tuple[int, int, int]]:
        """Return each n-gram as often as it stands there, with its first and its last word.

        Args:
            words: The words of the text as laid out.

        Returns:
            By where it ends in the text, of those that end together the longest first.
        """
        found = []
        starts = [1]
        for word in words:
            starts.append(starts[-1] + len(word) + 1)
        for at, word in enumerate(words):
            for begins, part in _parts(word):
                start = starts[at] - 1 + begins
                found.append((start + len(part), start, part, at, at))
        for size in (2, 3):
            for at in range(len(words) - size + 1):
                name = f" {' '.join(words[at : at + size])} "
                start = starts[at] - 1
                found.append((start + len(name), start, name, at, at + size - 1))
        numbers = self._numbers
        known = sorted(
            (end, start, numbers[part], first, last)
            for end, start, part, first, last in found
            if part in numbers
        )
        return [(number, first, last) for _, _, number, first, last in known]


class _Kept(dict[str, dict[int, int]]):
    """For each word its n-grams with what they weigh; filled as words come up.

    Once it is full it begins anew, and takes over from the one before what is asked again: so
    the words of every post stay, and strange ones go. Very long words are not kept at all.
    """

    __slots__ = ("_before", "_grams")

    def __init__(self, grams: Grams) -> None:
        super().__init__()
        self._grams = grams
        self._before: dict[str, dict[int, int]] = {}

    def __missing__(self, word: str) -> dict[int, int]:
        known = self._before.get(word)
        if known is None:
            known = self._grams.within(word)
        if len(word) > _LONGEST:
            return known
        if len(self) >= MOST_WORDS:
            self._before = dict(self)
            self.clear()
        self[word] = known
        return known


def _parts(word: str) -> Iterable[tuple[int, str]]:
    """Yield what a table may weigh within one word, with where it begins; see `grams.grams`."""
    bounded = f" {word} "
    if len(bounded) > _SIZES[-1]:  # a short word is among its own parts
        yield 0, bounded
    for size in _SIZES:
        for at in range(len(bounded) - size + 1):
            yield at, bounded[at : at + size]


def _runs(words: Sequence[str]) -> list[str]:
    """Return each two and each three words that follow each other, as they are laid out, once."""
    runs = [f" {one} {two} " for one, two in set(pairwise(words))]
    threes = set(zip(words, words[1:], words[2:], strict=False))
    runs += [f" {one} {two} {three} " for one, two, three in threes]
    return runs
