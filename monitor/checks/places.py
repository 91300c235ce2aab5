"""Which rules can match at all: those of which something stands in the text for every group.

A hundred words and patterns are found in an ordinary post, a few of each rule. So what a word
serves is one whole number with a bit for each group of each rule: a plane of bits for all
first groups, one for all second groups, and so on. Adding up what was found and laying the
planes over each other leaves the rules of which no group is empty.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from config.types import RuleId
    from monitor.checks.vocabulary import CompiledRule


class Places:
    """For each word and pattern the rules that use it, each with the group it stands in."""

    def __init__(self, rules: Sequence[CompiledRule], count: int) -> None:
        """Sort the rules' words by where they stand.

        Args:
            rules: Numbered as given.
            count: How many numbers of words and patterns there are.
        """
        self._ids = [rule.data.id for rule in rules]
        self._width = len(rules)
        self._planes = max((len(rule.groups) for rule in rules), default=1)
        # Pairs are shared and held in tuples: there are ten thousand uses.
        uses: list[list[tuple[int, int]]] = [[] for _ in range(count)]
        self._lacking = 0  # groups that a rule does not have are never empty
        for number, rule in enumerate(rules):
            for position, group in enumerate(rule.groups):
                place = (number, position)
                for entry in group.entries:
                    uses[entry].append(place)
            for position in range(len(rule.groups), self._planes):
                self._lacking |= self._bit(number, position)
        shared: dict[int, int] = {}
        self._uses = tuple(map(tuple, uses))
        self._bits = []
        for places in self._uses:
            bits = reduce(or_, (self._bit(*place) for place in places), 0)
            self._bits.append(shared.setdefault(bits, bits))
        self._wanted: dict[frozenset[RuleId], int] = {}

    def _bit(self, number: int, position: int) -> int:
        return 1 << (position * self._width + number)

    def complete(
        self, entries: Sequence[int], wanted: frozenset[RuleId] | None
    ) -> Iterator[tuple[int, list[list[int]]]]:
        """Yield the rules of which no group is empty.

        Args:
            entries: Numbers of what was found.
            wanted: Ids of the rules that may match; None: all.

        Yields:
            The rule's number, and what was found of each of its groups.
        """
        found = reduce(or_, map(self._bits.__getitem__, entries), self._lacking)
        rules = self._chosen(wanted)
        for position in range(self._planes):
            rules &= found >> (position * self._width)
        if not rules:
            return
        every = reduce(or_, (rules << (at * self._width) for at in range(self._planes)))
        groups: dict[int, list[list[int]]] = {}
        while rules:
            number = rules.bit_length() - 1
            rules ^= 1 << number
            groups[number] = [[] for _ in range(self._planes)]
        for entry in entries:
            if self._bits[entry] & every:
                for number, position in self._uses[entry]:
                    if number in groups:
                        groups[number][position].append(entry)
        for number, found_of in groups.items():
            yield number, [group for group in found_of if group]

    def _chosen(self, wanted: frozenset[RuleId] | None) -> int:
        if wanted is None:
            return (1 << self._width) - 1
        chosen = self._wanted.get(wanted)
        if chosen is None:
            chosen = sum(1 << at for at, id_ in enumerate(self._ids) if id_ in wanted)
            self._wanted[wanted] = chosen
        return chosen
