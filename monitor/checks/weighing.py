"""Which n-grams of a table stand in a text as laid out, and what they weigh together.

Four fifths of the n-grams that stand in a post lie within one word, and the next post has mostly
the same words. So what one word holds and weighs is worked out once and kept; only runs of two and
three words are looked up in each text. Each n-gram counts once a text, however many words hold it:
what a word shares with those before it is taken off again.
"""

from __future__ import annotations

from functools import partial
from itertools import compress, count, groupby
from operator import itemgetter
from struct import Struct
from typing import TYPE_CHECKING, NamedTuple

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
_MOST_WEIGHTS = 32_768
_SIGN = 0x80
_BLANKS_OF_A_WORD = 2
_NO_GRAM = -1
_NOTHING: dict[str, int] = {}
_RUNS = (2, 3)
_HELD, _WEIGHT, _FOLLOWED = map(itemgetter, range(3))


class _Word(NamedTuple):
    """What is known of one word.

    Attributes:
        held: Where the codes of those of its n-grams begin that another word holds, too: one of
            those that came up, see `_Shared`.
        weight: What all of its n-grams weigh together, all topics in one number.
        followed: Where the codes of runs begin that begin with it, by what follows: one word, or
            two. One word that is followed by another is always among them.
    """

    held: Sequence[int]
    weight: int
    followed: dict[str, int]


def worth(code: int) -> int:
    """Return what a byte of the table weighs: its square, so that small weights are kept too."""
    return code * abs(code)


_RAISED = [worth((byte ^ _SIGN) - _SIGN) + _HALF for byte in range(256)]


class _Packed:
    """Rows of weights as whole numbers: one addition then adds up all topics."""

    def __init__(self, width: int) -> None:
        """Take how many weights a row has."""
        self._fields = Struct(f"<{width}I")
        self.level = sum(_HALF << _FIELD * at for at in range(width))  # so no field is below 0

    def packed(self, row: bytes) -> int:
        """Return a row as one number."""
        raised = self._fields.pack(*map(_RAISED.__getitem__, row))
        return int.from_bytes(raised, "little") - self.level

    def fields(self, raised: int) -> list[int]:
        """Return a sum's parts, one for each topic; the sum was begun at ``level``."""
        fields = self._fields.unpack(raised.to_bytes(self._fields.size, "little"))
        return [field - _HALF for field in fields]


class _Shared:
    """Which n-grams are held by several of the words that came up: only those can count twice.

    Of the n-grams of a post's words one in twenty counts twice, and a sixth is held by no other of
    nine thousand words: two thirds by no other of two hundred.
    """

    def __init__(self) -> None:
        self._first: dict[int, list[int]] = {}
        self._told: set[int] = set()

    def of(self, held: Iterable[int]) -> Sequence[int]:
        """Return which n-grams of a new word others hold; it grows when one comes up later.

        Whatever two words have in common is in what was returned for either of them as soon as
        it was returned for both, in any thread.
        """
        own: list[int] = []
        known, told = self._first.setdefault, self._told
        found = [place for place in held if known(place, own) is not own]
        own += found
        for place in found:
            if place not in told:
                self._first[place].append(place)  # before it counts as told: others rely on that
                told.add(place)
        return own


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
        is_run = [name.count(" ") > _BLANKS_OF_A_WORD for name in names]
        places = range(0, len(codes), width)
        self._places = {
            name: place for name, place, run in zip(names, places, is_run, strict=True) if not run
        }
        self._begun = _begun(compress(names, is_run), compress(places, is_run))
        self._packed = _Packed(width)
        self._weights: Kept[int, int] = Kept(self._weight, _MOST_WEIGHTS)
        self._kept = self._nothing_known()

    def sums(self, words: Sequence[str]) -> list[int]:
        """Return what the n-grams of a text weigh together, for each topic.

        Args:
            words: The words of the text as laid out.
        """
        known = self._all_known(words)
        distinct = dict(zip(words, known, strict=True)).values()
        whole = sum(map(_WEIGHT, distinct), self._packed.level)
        seen: set[int] = set()
        again: list[int] = []
        for held in filter(None, map(_HELD, distinct)):
            if not seen.isdisjoint(held):
                again += seen.intersection(held)
            seen.update(held)
        whole += self._total(set(_runs(words, known))) - self._total(again)
        return self._packed.fields(whole)

    def forget(self) -> None:
        """Let go of what was worked out for words; it is worked out again when they come up."""
        self._weights.forget()
        # As a whole: a text in another thread goes on with words that know of each other.
        self._kept = self._nothing_known()

    def _nothing_known(self) -> Kept[str, _Word]:
        return Kept(partial(self._known, _Shared()), MOST_WORDS)

    def _known(self, shared: _Shared, word: str) -> _Word:
        """Return the n-grams within one word, what they weigh together, and what may follow it."""
        found = {self._places[gram] for gram in within(word) if gram in self._places}
        return _Word(shared.of(found), self._total(found), self._followed(word))

    def _followed(self, word: str) -> dict[str, int]:
        """Return what follows a word in runs."""
        begun = self._begun.get(word)
        if begun is None:
            return _NOTHING
        first, written = begun
        rests = written.split("\n")
        followed = dict(zip(rests, count(first, self._width), strict=False))
        for rest in rests:
            second, blank, _ = rest.partition(" ")
            if blank:
                followed.setdefault(second, _NO_GRAM)
        return followed

    def _all_known(self, words: Sequence[str]) -> list[_Word]:
        return list(map(self._kept.__getitem__, words))

    def _weight(self, place: int) -> int:
        return self._packed.packed(self._codes[place : place + self._width])

    def _total(self, places: Iterable[int]) -> int:
        return sum(map(self._weights.__getitem__, places))

    def by_place(self, words: Sequence[str], topic: int) -> list[float]:
        """Return what each word of a text adds to a topic's sum: by itself, and its share of runs.

        Args:
            words: The words of the text as laid out. What several share each of them has.
            topic: The topic's number.
        """
        known, level, down = self._all_known(words), self._packed.level, _FIELD * topic
        added = [float((word.weight + level >> down & _ALL) - _HALF) for word in known]
        # In the same order always: fractions added up in another one come to another sum.
        for size in _RUNS:
            for first in range(len(words) - size + 1):
                rest = " ".join(words[first + 1 : first + size])
                place = known[first].followed.get(rest, _NO_GRAM)
                if place != _NO_GRAM:
                    each = worth((self._codes[place + topic] ^ _SIGN) - _SIGN) / size
                    for one in range(first, first + size):
                        added[one] += each
        return added


def _begun(runs: Iterable[str], places: Iterable[int]) -> dict[str, tuple[int, str]]:
    """Return by the words that begin a run where the codes of the first begin, and what follows.

    Those that begin with one word stand side by side, since names are sorted; so their rests need
    not be objects before they are asked.
    """
    begun: dict[str, tuple[int, str]] = {}
    pairs = zip(runs, places, strict=True)
    for word, several in groupby(pairs, key=lambda pair: pair[0][1 : pair[0].index(" ", 1)]):
        each = list(several)
        rests = "\n".join(run[len(word) + 2 : -1] for run, _ in each)
        begun[word] = (each[0][1], rests)
    return begun


def _runs(words: Sequence[str], known: Sequence[_Word]) -> list[int]:
    """Return where the codes of every run of two or three words begin."""
    found: list[int] = []
    followed = list(map(_FOLLOWED, known))
    seconds = words[1:]
    places = map(dict.get, followed, seconds)
    for place, longer, second, third in zip(
        places, followed, seconds, [*words[2:], ""], strict=False
    ):
        if place is not None:
            if place != _NO_GRAM:
                found.append(place)
            run = longer.get(f"{second} {third}")
            if run is not None:
                found.append(run)
    return found
