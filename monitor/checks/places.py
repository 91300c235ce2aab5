"""Which rules can match at all: those of which something stands in the text for every group.

A rule needs something of each of its groups; a group a term, or a pattern that can match; a
pattern all clauses of one of its ways; a clause a word. Everything has its place, a bit, in one
whole number: for each rule, from the lowest bit up

::

    | way: its clauses, then the way itself | way … | group | way … | group | rule |

A hundred words found in a text set bits of clauses (where a way has but one, of the way itself),
and terms set bits of groups. Then three additions settle the rest for all rules at once, by
carrying: one added to a row of ones comes out above the row; a row of ones added to a row comes
out above it unless the row was empty.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from config.types import RuleId
    from monitor.checks.vocabulary import CompiledRule

NumberedWay = Sequence[Sequence[int]]
"""As `monitor.checks.ways.Way`, with numbers for words."""


class _Group(NamedTuple):
    """A group's terms, and its patterns each with the bits of its ways within the rule's block."""

    terms: frozenset[int]
    patterns: tuple[tuple[int, int], ...]


class _Block(NamedTuple):
    """Where one rule stands."""

    number: int
    first: int
    mask: int
    groups: tuple[_Group, ...]
    patterns: tuple[tuple[int, int], ...]


class Places:
    """For each word, term and pattern its places; safe in any thread."""

    def __init__(
        self,
        rules: Sequence[CompiledRule],
        ways: Mapping[int, Sequence[NumberedWay]],
        words: int,
    ) -> None:
        """Lay the rules out.

        Args:
            rules: Numbered as given.
            ways: For the number of each pattern the ways in which it can match; every other
                number is a term's.
            words: How many words the ways name.
        """
        self._always = self._clauses = self._firsts = self._ways = 0
        self._below = self._groups = self._starts = 0
        self._blocks: dict[int, _Block] = {}
        self._by_id: dict[RuleId, int] = {}
        self._by_word: defaultdict[int, list[int]] = defaultdict(list)
        self._by_term: dict[int, list[int]] = {}
        at = 0
        for number, rule in enumerate(rules):
            at = self._lay_out(rule, number, ways, at)
        shared: dict[tuple[int, ...], tuple[int, ...]] = {}
        found = (tuple(self._by_word.pop(word, ())) for word in range(words))
        self._of_words = [shared.setdefault(places, places) for places in found]
        self._by_word.clear()  # what is emptied one by one keeps its size: a megabyte
        self._every = sum(1 << last for last in self._blocks)
        self._wanted: dict[frozenset[RuleId], int] = {}

    def _lay_out(
        self,
        rule: CompiledRule,
        number: int,
        ways: Mapping[int, Sequence[NumberedWay]],
        first: int,
    ) -> int:
        """Give a rule its places from a bit on; return the first bit that is free after it."""
        at = first
        groups = []
        for group in rule.groups:
            begins = at
            patterns = []
            for entry in group.entries:
                if entry in ways:
                    held = 0
                    for way in ways[entry]:
                        at = self._lay_way(way, at)
                        held |= 1 << (at - 1 - first)
                    patterns.append((held, entry))
            for entry in group.entries:
                if entry not in ways:
                    self._by_term.setdefault(entry, []).append(at)
            groups.append(_Group(frozenset(group.entries).difference(ways), tuple(patterns)))
            self._below |= (1 << at) - (1 << begins)
            self._groups |= 1 << at
            at += 1
        self._starts |= 1 << first
        every = tuple(chain.from_iterable(group.patterns for group in groups))
        self._blocks[at] = _Block(number, first, (1 << at - first) - 1, tuple(groups), every)
        self._by_id[rule.data.id] = 1 << at
        return at + 1

    def _lay_way(self, way: NumberedWay, first: int) -> int:
        at = first
        if len(way) > 1:
            self._firsts |= 1 << first
            for clause in way:
                self._set_by(clause, at)
                at += 1
            self._clauses |= (1 << at) - (1 << first)
        elif way:
            self._set_by(way[0], at)
        else:
            self._always |= 1 << at
        self._ways |= 1 << at
        return at + 1

    def _set_by(self, clause: Sequence[int], at: int) -> None:
        for word in clause:
            self._by_word[word].append(at)

    def of_word(self, word: int) -> int:
        """Return the bits that a word sets."""
        bits = bytearray((self._every.bit_length() >> 3) + 1)
        for at in self._of_words[word]:
            bits[at >> 3] |= 1 << (at & 7)
        return int.from_bytes(bits, "little")

    def of_term(self, entry: int) -> int:
        """Return the bits that a term sets."""
        return sum(1 << at for at in self._by_term.get(entry, ()))

    def complete(
        self, bits: int, terms: Collection[int], wanted: frozenset[RuleId] | None
    ) -> Iterator[tuple[int, Iterable[list[int]]]]:
        """Yield the rules of which no group is empty.

        Args:
            bits: All bits that the text's words and terms set, see `of_word` and `of_term`.
            terms: Numbers of the terms that stand in it.
            wanted: Ids of the rules that may match; None: all.

        Yields:
            The rule's number, and for each of its groups the terms that stand in the text and
            the patterns that can match in it; worked out as it is read, since most rules fail at
            their first group.
        """
        ways, rules = self._settled(bits, wanted)
        while rules:
            last = rules.bit_length() - 1
            rules ^= 1 << last
            block = self._blocks[last]
            yield block.number, _present(block, ways >> block.first & block.mask, terms)

    def patterns(
        self, bits: int, wanted: frozenset[RuleId] | None
    ) -> Iterator[tuple[int, list[int]]]:
        """Yield the rules of which no group is empty, as `complete` does.

        Yields:
            The rule's number, and which of its patterns can match.
        """
        ways, rules = self._settled(bits, wanted)
        while rules:
            last = rules.bit_length() - 1
            rules ^= 1 << last
            block = self._blocks[last]
            held = ways >> block.first & block.mask
            yield block.number, [entry for bits, entry in block.patterns if bits & held]

    def _settled(self, bits: int, wanted: frozenset[RuleId] | None) -> tuple[int, int]:
        """Return the ways that hold, and the rules of which no group is empty."""
        bits |= self._always
        ways = (bits | ((bits & self._clauses) + self._firsts)) & self._ways
        groups = ways + self._below | bits
        rules = (groups & self._groups | self._below) + self._starts & self._chosen(wanted)
        return ways, rules

    def _chosen(self, wanted: frozenset[RuleId] | None) -> int:
        if wanted is None:
            return self._every
        chosen = self._wanted.get(wanted)
        if chosen is None:
            chosen = sum(bit for id_, bit in self._by_id.items() if id_ in wanted)
            self._wanted[wanted] = chosen
        return chosen


def _present(block: _Block, ways: int, terms: Collection[int]) -> Iterator[list[int]]:
    """Yield for each group of a rule what there is of it."""
    for group in block.groups:
        found = [entry for bits, entry in group.patterns if bits & ways]
        if group.terms:
            found += group.terms.intersection(terms)
        yield found
