"""Where in one long text rules can match at all: in the parts that hold what they need.

In a long text nearly every word stands somewhere, so that nearly every rule could match. But all
that a rule needs stands within so many words: a pattern's match has its reach
(`monitor.checks.reach`), and groups must stand near each other. So the text is cut into parts of
`PART` words, and each two parts that follow each other are asked like a short post; whatever
takes at most `PART` words lies within two such parts. What may take more is asked of the whole
text, as of a short one.
"""

from __future__ import annotations

from collections import defaultdict
from functools import reduce
from itertools import accumulate, chain, compress
from typing import TYPE_CHECKING

from monitor.checks.literals import LONGEST_SOUGHT, sieved
from monitor.checks.reach import LONGEST_PHRASE, longest_phrase
from monitor.checks.sought import Standing
from monitor.checks.vocabulary import Symbol, Term

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from config.types import RuleId
    from monitor.checks.patterns import Pattern, Span
    from monitor.checks.places import Places
    from monitor.checks.vocabulary import CompiledRule, Literal

PART = 120
"""Words of one part."""
Candidate = tuple[int, "Iterable[list[int]]"]
"""A rule's number, with what there may be of each of its groups."""
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
        self.margin = max(LONGEST_SOUGHT, *terms.values()) + 1
        most = {**terms, **{number: _most(reach) for number, reach in reaches.items()}}
        phrases = {number for number, words in most.items() if words > LONGEST_PHRASE}
        far = {number for number, words in most.items() if words > PART}
        # Of no use in parts: always, and in a text with longer phrases.
        self.whole = (far.union(whole), far.union(whole, phrases))
        self._every = frozenset(rule.data.id for rule in rules)
        self._single = frozenset(rule.data.id for rule in rules if len(rule.groups) == 1)
        together = {rule.data.id: _together(rule, most) for rule in rules}
        short = frozenset(id_ for id_, (words, _) in together.items() if words <= PART)
        long = frozenset(id_ for id_, (_, longest) in together.items() if longest > LONGEST_PHRASE)
        self._short = (short, short - long)
        self._chosen: dict[tuple[_Rules | None, bool], tuple[_Rules, _Rules]] = {}
        self.groups = [[frozenset(group.entries) for group in rule.groups] for rule in rules]

    def chosen(self, wanted: _Rules | None, *, has_phrases: bool) -> tuple[_Rules, _Rules]:
        """Return which rules are asked in parts, and which of the whole text.

        Both: those of one group, of which each term and pattern is asked for itself.

        Args:
            wanted: Those that may match; None: all.
            has_phrases: Whether the text has a longer one than `monitor.checks.reach` counts.
        """
        case = (wanted, has_phrases)
        chosen = self._chosen.get(case)
        if chosen is None:
            every = self._every if wanted is None else self._every & wanted
            short = every & self._short[has_phrases]
            chosen = self._chosen[case] = (short | every & self._single, every - short)
        return chosen


def _most(reach: int | None) -> float:
    return float("inf") if reach is None else reach


def _together(rule: CompiledRule, most: Mapping[int, float]) -> tuple[float, float]:
    """Return the most words that all that a rule needs takes, and that any of it takes."""
    each = sorted(max(most[entry] for entry in group.entries) for group in rule.groups)
    near = rule.data.near
    if len(each) == 1:
        return each[0], each[0]
    if near is None or near.words is None:
        return float("inf"), each[-1]
    return each[-2] + near.words + each[-1], each[-1]


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
            _both(everywhere, standing(sieved(narrowed[first:last])))
            for first, last in zip(self._starts, seen, strict=False)
        ]
        self.whole = reduce(_both, self._parts)
        self._extents = extents
        self._has_phrases = longest_phrase(narrowed) > LONGEST_PHRASE
        self._far = extents.whole[self._has_phrases]
        self._asked = defaultdict[int, int](int, dict.fromkeys(self._far, _WHOLE))

    def candidates(self, places: Places, wanted: _Rules | None) -> Iterator[Candidate]:
        """Yield the rules of which no group is empty: in two parts, or of some in the whole text.

        Args:
            places: Says which.
            wanted: Ids of the rules that may match; None: all.
        """
        in_parts, in_whole = self._extents.chosen(wanted, has_phrases=self._has_phrases)
        numbers: set[int] = set()
        present = set(self.whole.terms)
        for number, groups in places.complete(*self.whole, in_whole):
            each = list(groups)
            asked = self._far.intersection(each[0]) if len(each) == 1 else set(chain(*each))
            self._asked.update(dict.fromkeys(asked, _WHOLE))
            present.update(asked)
            numbers.add(number)
        for at, part in enumerate(self._parts):
            both = reduce(_both, self._parts[at + 1 : at + 2], part)
            for number, patterns in places.patterns(both.bits, in_parts):
                numbers.add(number)
                for pattern in patterns:
                    self._asked[pattern] |= 1 << at
                present.update(patterns)
        for number in numbers:
            yield number, [list(group & present) for group in self._extents.groups[number]]

    def of(self, pattern: int) -> list[Span] | None:
        """Return the stretches in which a pattern is asked; None: the whole text."""
        asked = self._asked[pattern]
        if asked < 0:
            return None
        last = len(self._ends) - 1
        return [(self._starts[first], self._ends[min(end, last)]) for first, end in _runs(asked)]

    def of_term(self, term: int) -> list[Span]:
        """Return the stretches in which a term may begin."""
        each = zip(self._starts, self._ends, self._parts, strict=True)
        return [(start, end) for start, end, part in each if term in part.terms]


def _both(one: Standing, other: Standing) -> Standing:
    return Standing(one.bits | other.bits, {*one.terms, *other.terms})


def _runs(bits: int) -> Iterator[Span]:
    """Yield where ones begin and end, from the lowest on."""
    written = f"{bits:b}"[::-1] + "0"
    first = written.find("1")
    while first >= 0:
        end = written.find("0", first)
        yield first, end
        first = written.find("1", end)
