"""Which n-grams of a table stand in a text as laid out, and what they weigh together.

Four fifths of the n-grams that stand in a post lie within one word, and the next post has mostly
the same words. So what one word holds and weighs is worked out once and kept; only runs of two and
three words are looked up in each text. Each n-gram counts once a text, however many words hold it:
what a word shares with those before it is taken off again.
"""

from __future__ import annotations

from itertools import pairwise
from struct import Struct
from typing import TYPE_CHECKING

from monitor.checks.grams import within
from monitor.checks.kept import Kept

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterable, Sequence

_FIELD = 32  # bits of one topic's sum in the whole number that holds all
_HALF = 1 << (_FIELD - 1)
_ALL = (1 << _FIELD) - 1
MOST_WORDS = 8_192
"""Words whose n-grams are kept before it begins anew; at most twice as many take memory."""
_MOST_WEIGHTS = 8_192
_SIGN = 0x80
_Held = tuple[tuple[int, ...], int]
"""Where the codes of n-grams begin, and what these weigh together, all topics in one number."""


def worth(code: int) -> int:
    """Return what a byte of the table weighs: its square, so that small weights are kept too."""
    return code * abs(code)


class _Packed(dict[bytes, int]):
    """A row of weights as one whole number: one addition then adds up all topics.

    Most rows are alike, so few numbers take memory; each is made when it first comes up.
    """

    def __missing__(self, row: bytes) -> int:
        codes = ((byte ^ _SIGN) - _SIGN for byte in row)
        number = sum(worth(code) << _FIELD * at for at, code in enumerate(codes) if code)
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
        self._width = width
        self._codes = bytes(codes)
        # Where each n-gram's row of codes begins: a row becomes an object only when it is asked.
        self._places = dict(zip(names, range(0, len(codes), width), strict=True))
        self._packed = _Packed()
        self._weights: Kept[int, int] = Kept(self._weight, _MOST_WEIGHTS)
        self._kept: Kept[str, _Held] = Kept(self._held, MOST_WORDS)
        self._fields = Struct(f"<{width}I")
        self._level = sum(_HALF << _FIELD * at for at in range(width))  # so no field is below 0

    def sums(self, words: Sequence[str]) -> list[int]:
        """Return what the n-grams of a text weigh together, for each topic.

        Args:
            words: The words of the text as laid out.
        """
        kept = self._kept
        whole = self._level + self._total(self._runs(words))
        seen: set[int] = set()
        again: list[int] = []
        for word in {*words}:
            held, weight = kept[word]
            whole += weight
            if not seen.isdisjoint(held):
                again += seen.intersection(held)
            seen.update(held)
        whole -= self._total(again)
        fields = self._fields.unpack(whole.to_bytes(self._fields.size, "little"))
        return [field - _HALF for field in fields]

    def forget(self) -> None:
        """Let go of what was worked out for words; it is worked out again when they come up."""
        self._packed.clear()
        self._weights.forget()
        self._kept.forget()

    def _held(self, word: str) -> _Held:
        """Return the n-grams within one word, and what they weigh together."""
        found = {*map(self._places.get, within(word))}
        places = tuple(place for place in found if place is not None)
        return places, self._total(places)

    def _runs(self, words: Sequence[str]) -> set[int]:
        """Return where the codes of each two and each three words begin that follow each other."""
        runs = [f" {one} {two} " for one, two in pairwise(words)]
        runs += [f"{run}{three} " for run, three in zip(runs, words[2:], strict=False)]
        return {place for place in map(self._places.get, runs) if place is not None}

    def _weight(self, place: int) -> int:
        return self._packed[self._codes[place : place + self._width]]

    def _total(self, places: Iterable[int]) -> int:
        return sum(map(self._weights.__getitem__, places))

    def by_place(self, words: Sequence[str], topic: int) -> list[float]:
        """Return what each word of a text adds to a topic's sum: by itself, and its share of runs.

        Args:
            words: The words of the text as laid out. What several share each of them has.
            topic: The topic's number.
        """
        kept, level, down = self._kept, self._level, _FIELD * topic
        added = [float((kept[word][1] + level >> down & _ALL) - _HALF) for word in words]
        for size in (2, 3):
            for at in range(len(words) - size + 1):
                place = self._places.get(f" {' '.join(words[at : at + size])} ")
                if place is not None:
                    each = worth((self._codes[place + topic] ^ _SIGN) - _SIGN) / size
                    for one in range(at, at + size):
                        added[one] += each
        return added
