"""Which of the words that rules need stand in a text, and what they come to in one whole number.

A hundred of them stand in an ordinary post, and nearly all within one word between blanks: what
such a word holds is worked out once and kept. Only what goes over a blank is sought in each text,
by an automaton that then finds a dozen.
"""

from __future__ import annotations

from functools import reduce
from itertools import chain
from operator import itemgetter, or_
from typing import TYPE_CHECKING, NamedTuple

from ahocorasick_rs import BytesAhoCorasick, Implementation

from monitor.checks.kept import Kept

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

MOST_WORDS = 8_192
"""Words between blanks whose bits are kept before it begins anew, see `monitor.checks.kept`."""
_NUMBER = itemgetter(0)


class Standing(NamedTuple):
    """What stands in a text, or in a part of it.

    Attributes:
        bits: Every bit that it sets, see `monitor.checks.places`.
        terms: Numbers of the terms that may stand in it; some of them twice.
    """

    bits: int
    terms: Collection[int] = ()

    def with_(self, other: Standing) -> Standing:
        """Return what stands in either."""
        if self == NOTHING:
            return other
        return Standing(self.bits | other.bits, {*self.terms, *other.terms})


NOTHING = Standing(0)
_BITS, _TERMS = itemgetter(0), itemgetter(1)


class Sought:
    """The words that patterns need, and the terms; what is found never changes, in any thread."""

    def __init__(self, words: Sequence[str], worth: Callable[[int], Standing]) -> None:
        """Build the automata.

        Args:
            words: As `monitor.checks.sieve.sieved` texts hold them.
            worth: Says what the word of a number is worth.
        """
        goes_over = [" " in word[1:-1] or word.isspace() for word in words]
        self._within = _Automaton(words, worth, [not over for over in goes_over])
        self._across = _Automaton(words, worth, goes_over)
        self._kept: Kept[bytes, Standing] = Kept(self._held, MOST_WORDS)

    def standing(self, sieved: bytes) -> Standing:
        """Return what all words of a sieved text come to."""
        return _together(
            [*map(self._kept.__getitem__, set(sieved.split())), *self._across.found(sieved)]
        )

    def _held(self, word: bytes) -> Standing:
        bits, terms = _together(list(self._within.found(b" %b " % word)))
        return Standing(bits, tuple(terms))

    def forget(self) -> None:
        """Let go of what was worked out for words; it is worked out again when they come up."""
        self._kept.forget()
        self._within.forget()
        self._across.forget()


def _together(parts: Sequence[Standing]) -> Standing:
    return Standing(
        reduce(or_, map(_BITS, parts), 0), list(chain.from_iterable(map(_TERMS, parts)))
    )


class _Automaton:
    """Some of the words, and what those are worth that were found."""

    def __init__(
        self, words: Sequence[str], worth: Callable[[int], Standing], is_chosen: Sequence[bool]
    ) -> None:
        numbers = [number for number, chosen in enumerate(is_chosen) if chosen]
        self._found = BytesAhoCorasick(
            [words[number].encode("ascii") for number in numbers],
            implementation=Implementation.ContiguousNFA,
        ).find_matches_as_indexes
        self._worth: Kept[int, Standing] = Kept(lambda at: worth(numbers[at]), MOST_WORDS)

    def found(self, text: bytes) -> Iterable[Standing]:
        found = map(_NUMBER, self._found(text, overlapping=True))
        return map(self._worth.__getitem__, found)

    def forget(self) -> None:
        self._worth.forget()
