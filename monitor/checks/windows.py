"""Where in one long text rules can match at all: in the parts that hold what they need.

In a long text nearly every word stands somewhere, so that nearly every rule could match. But all
that a rule needs stands within so many words: a pattern's match has its reach
(`monitor.checks.reach`), and groups must stand near each other. So the text is cut into parts of
`PART` words, and a few that follow each other are asked like a short post: what takes no more
words than a part has lies within two, what takes no more than two parts have within three, and so
on. What may take still more is asked of the whole text, as of a short one.
"""

from __future__ import annotations

from collections import defaultdict
from functools import reduce
from itertools import accumulate, chain, compress
from math import ceil
from operator import or_
from typing import TYPE_CHECKING

from monitor.checks.needs import LONGEST_SOUGHT
from monitor.checks.reach import LONGEST_PHRASE, longest_phrase
from monitor.checks.sieve import sieved
from monitor.checks.sought import Standing
from monitor.checks.vocabulary import Symbol, Term

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from config.types import RuleId
    from monitor.checks.patterns import Pattern, Span
    from monitor.checks.places import Places
    from monitor.checks.vocabulary import CompiledRule, Literal

PART = 80
"""Words of one part."""
_MOST_PARTS = 3
_FAR = float("inf")
_Rules = frozenset["RuleId"]
_WHOLE = -1


class Extents:
    """Which rules can be asked in parts; the same for every text."""

    def __init__(
        self,
        rules: Sequence[CompiledRule],
        entries: Mapping[int, Literal | Pattern],
        reaches: Mapping[int, int | None],
        *,
        whole: Collection[int],
    ) -> None:
        """Work out how many words all that a rule needs can take.

        Args:
            rules: All of them.
            entries: Terms and patterns by number.
            reaches: The most words of a match, by the number of each pattern.
            whole: Numbers of patterns that are asked of the whole text whatever rules need.
        """
        terms = {number: words_of(one) for number, one in entries.items() if number not in reaches}
        most: dict[int, float] = dict(terms)
        most |= {number: _FAR if reach is None else reach for number, reach in reaches.items()}
        phrases = dict.fromkeys((n for n, words in most.items() if words > LONGEST_PHRASE), _FAR)
        self._plans = (Plan(rules, most, whole), Plan(rules, most | phrases, whole))
        self.margin = max(LONGEST_SOUGHT, *terms.values()) + 1
        self.groups = [[frozenset(group.entries) for group in rule.groups] for rule in rules]

    def plan(self, narrowed: bytes) -> Plan:
        """Return how a text is asked; otherwise if it has phrases longer than are counted."""
        return self._plans[longest_phrase(narrowed) > LONGEST_PHRASE]


class Plan:
    """How many parts a rule is asked in."""

    def __init__(
        self, rules: Sequence[CompiledRule], most: Mapping[int, float], whole: Collection[int]
    ) -> None:
        """Sort the rules.

        Args:
            rules: All of them.
            most: The most words of a match, by the number of each term and pattern.
            whole: Numbers of patterns that are asked of the whole text.
        """
        far = (number for number, words in most.items() if words > PART * _MOST_PARTS)
        self.far = frozenset(far).union(whole)
        self._every = frozenset(rule.data.id for rule in rules)
        self._in_whole: set[RuleId] = set()
        self._in_parts: dict[RuleId, int] = {}
        for rule in rules:
            self._sort(rule, most)
        self._chosen: dict[_Rules | None, tuple[dict[int, _Rules], _Rules]] = {}

    def _sort(self, rule: CompiledRule, most: Mapping[int, float]) -> None:
        """Sort in a rule: one of one group as a whole and in parts, by each of its entries."""
        id_, near = rule.data.id, rule.data.near
        if len(rule.groups) == 1:
            entries = self.far.intersection(rule.groups[0].entries)
            words = max(
                (most[one] for one in rule.groups[0].entries if one not in entries), default=_FAR
            )
            if entries:
                self._in_whole.add(id_)
        elif near is None or near.words is None:
            words = _FAR
        else:
            each = sorted(max(most[entry] for entry in group.entries) for group in rule.groups)
            words = each[-2] + near.words + each[-1]
        if words <= PART * _MOST_PARTS:
            self._in_parts[id_] = max(1, ceil(words / PART)) + 1
        else:
            self._in_whole.add(id_)

    def chosen(self, wanted: _Rules | None) -> tuple[dict[int, _Rules], _Rules]:
        """Return which rules are asked in so many parts that follow each other, and in the whole.

        Args:
            wanted: Ids of those that may match; None: all.
        """
        chosen = self._chosen.get(wanted)
        if chosen is None:
            every = self._every if wanted is None else self._every & wanted
            in_parts: dict[int, _Rules] = {}
            for number in sorted(set(self._in_parts.values())):
                in_parts[number] = frozenset(
                    id_ for id_ in every if self._in_parts.get(id_) == number
                )
            chosen = self._chosen[wanted] = (in_parts, every & self._in_whole)
        return chosen


def words_of(one: Literal | Pattern) -> int:
    """Return the most words that a term touches."""
    if isinstance(one, Term):
        return one.key.count(" ") + one.exact.count(" ") + 1
    return one.written.count(" ") + 1 if isinstance(one, Symbol) else 0


class Windows:
    """One long text in parts."""

    def __init__(
        self,
        narrowed: bytes,
        standing: Callable[[bytes], Standing],
        extents: Extents,
        everywhere: Standing,
    ) -> None:
        """Cut a text, and find out what stands in each part.

        Args:
            narrowed: The text as patterns see it.
            standing: Says what stands in a sieved text.
            extents: Which rules can be asked in parts.
            everywhere: What counts as standing in every part.
        """
        words = narrowed.replace(b"\n", b" ").split(b" ")
        starts = accumulate([len(word) + 1 for word in words], initial=0)
        firsts = list(compress(starts, words)) or [0]
        end = len(narrowed)
        self._starts = firsts[::PART]
        self._ends = [*firsts[PART::PART], end]
        # Some of the next part besides, so that no term and no other words are cut.
        seen = [*firsts[PART + extents.margin :: PART], *[end] * len(self._starts)]
        self._parts = [
            everywhere.with_(standing(sieved(narrowed[first:last])))
            for first, last in zip(self._starts, seen, strict=False)
        ]
        self.whole = reduce(Standing.with_, self._parts)
        self._groups = extents.groups
        self._plan = extents.plan(narrowed)
        self._asked = defaultdict[int, int](int, dict.fromkeys(self._plan.far, _WHOLE))

    def candidates(
        self, places: Places, wanted: _Rules | None
    ) -> Iterator[tuple[int, Iterable[list[int]]]]:
        """Yield the rules of which no group is empty: in parts, or of some in the whole text.

        Args:
            places: Says which.
            wanted: Ids of the rules that may match; None: all.

        Yields:
            As `monitor.checks.places.Places.complete` does.
        """
        by_parts, in_whole = self._plan.chosen(wanted)
        numbers: set[int] = set()
        present = set(self.whole.terms)
        for number, groups in places.complete(*self.whole, in_whole):
            each = list(groups)
            entries = set(chain(*each))
            asked = entries & self._plan.far if len(each) == 1 else entries
            self._asked.update(dict.fromkeys(asked, _WHOLE))
            present.update(asked)
            numbers.add(number)
        for many, in_parts in by_parts.items():
            for at in range(len(self._parts)):
                bits = reduce(or_, [part.bits for part in self._parts[at : at + many]])
                for number, patterns in places.patterns(bits, in_parts):
                    numbers.add(number)
                    present.update(patterns)
                    for pattern in patterns:
                        self._asked[pattern] |= ((1 << many) - 1) << at
        for number in numbers:
            yield number, [list(group & present) for group in self._groups[number]]

    def of(self, pattern: int) -> list[Span] | None:
        """Return the stretches in which a pattern is asked; None: the whole text."""
        asked = self._asked[pattern]
        if asked < 0:
            return None
        most = len(self._ends)
        return [
            (self._starts[first], self._ends[min(end, most) - 1]) for first, end in _runs(asked)
        ]

    def of_term(self, term: int) -> list[Span]:
        """Return the stretches in which a term may begin."""
        each = zip(self._starts, self._ends, self._parts, strict=True)
        return [(start, end) for start, end, part in each if term in part.terms]


def _runs(bits: int) -> Iterator[Span]:
    """Yield where ones begin and end, from the lowest on."""
    written = f"{bits:b}"[::-1] + "0"
    first = written.find("1")
    while first >= 0:
        end = written.find("0", first)
        yield first, end
        first = written.find("1", end)
