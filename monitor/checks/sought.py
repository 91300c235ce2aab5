"""Which of the words that patterns need stand in a text, all of them in one whole number.

A hundred of them stand in an ordinary post, and nearly all within one word between blanks: what
such a word holds is worked out once and kept. Only what goes over a blank is sought in each text,
by an automaton that then finds a dozen.
"""

from __future__ import annotations

import re
from functools import reduce
from operator import itemgetter, or_
from typing import TYPE_CHECKING

from ahocorasick_rs import BytesAhoCorasick, Implementation

from monitor.checks.kept import Kept

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST_WORDS = 4_096
"""Words between blanks whose bits are kept before it begins anew, see `monitor.checks.kept`."""
_WITHIN = re.compile(r" ?[^ ]+ ?").fullmatch
_NUMBER = itemgetter(0)


class Sought:
    """The words that patterns need; what is found never changes, safe in any thread."""

    def __init__(self, words: Sequence[str], worth: Callable[[int], int]) -> None:
        """Build the automata.

        Args:
            words: As `monitor.checks.literals.sieved` texts hold them.
            worth: Says what the word of a number is worth: which bits it sets.
        """
        self._within = _Automaton(words, worth, [bool(_WITHIN(word)) for word in words])
        self._across = _Automaton(words, worth, [not _WITHIN(word) for word in words])
        self._kept: Kept[bytes, int] = Kept(self._held, MOST_WORDS)

    def bits(self, sieved: bytes) -> int:
        """Return every bit that a word of a sieved text sets."""
        return reduce(
            or_, map(self._kept.__getitem__, set(sieved.split())), self._across.bits(sieved)
        )

    def _held(self, word: bytes) -> int:
        return self._within.bits(b" %b " % word)

    def forget(self) -> None:
        """Let go of what was worked out for words; it is worked out again when they come up."""
        self._kept.forget()
        self._within.forget()
        self._across.forget()


class _Automaton:
    """Some of the words, and what those are worth that were found."""

    def __init__(
        self, words: Sequence[str], worth: Callable[[int], int], is_chosen: Sequence[bool]
    ) -> None:
        numbers = [number for number, chosen in enumerate(is_chosen) if chosen]
        self._found = BytesAhoCorasick(
            [words[number].encode("ascii") for number in numbers],
            implementation=Implementation.ContiguousNFA,
        ).find_matches_as_indexes
        self._worth: Kept[int, int] = Kept(lambda at: worth(numbers[at]), MOST_WORDS)

    def bits(self, text: bytes) -> int:
        found = map(_NUMBER, self._found(text, overlapping=True))
        return reduce(or_, map(self._worth.__getitem__, found), 0)

    def forget(self) -> None:
        self._worth.forget()
