"""Terms and patterns only where they can match; linear whatever they say.

::

    normal text | sieved: words of patterns and terms (`sought`)            -> bits
    bits        | rules whose every group can be there (`places`)           -> candidates
    candidate   | its terms, its patterns | silenced | whose words | near   -> spans

Terms stand in a copy of the text in which everything but letters and digits is a blank, so
"re-elect" and "re elect" are one term and every hit is at word boundaries. A term with a symbol
in it ("50% off") is then compared with the text itself. Where one stands is found out only for
candidates: of most nobody asks.
"""

from __future__ import annotations

from functools import reduce
from itertools import chain
from operator import itemgetter, or_
from typing import TYPE_CHECKING

from monitor.checks.found import Found
from monitor.checks.layout import Layout, Sources, without_nested
from monitor.checks.normalise import Normaliser
from monitor.checks.places import Places
from monitor.checks.prepared import load_prepared
from monitor.checks.sieve import sieved
from monitor.checks.sought import NOTHING, Sought, Standing
from monitor.checks.vocabulary import Vocabulary, alphabet_of, by_sieved, lexicon_of
from monitor.checks.windows import Extents, Windows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from config.rules import RuleData
    from config.types import RuleId
    from monitor.checks.normalise import Normal
    from monitor.checks.patterns import Pattern, Span, Together
    from monitor.checks.prepared import Prepared
    from monitor.checks.vocabulary import CompiledRule, Literal

MOST_SPANS = 10
"""Most spans of one finding."""
LONG = 3_000
"""Characters of a text from which on it is quicker to ask it in parts."""
_MOST_POSITIONS = 1_000


class Matcher:
    """Every rule's terms and patterns; what they say never changes, safe in any thread."""

    def __init__(
        self,
        rules: Sequence[RuleData],
        *,
        prepared: Prepared | None = None,
        long: int = LONG,
    ) -> None:
        """Compile the rules that have groups; those with a check are left out.

        Args:
            rules: As `config.rules.load_rules` returns them.
            prepared: What is known of their patterns; None: what is bundled.
            long: Texts of so many characters or more are asked in parts.

        Raises:
            RuleError: A pattern is not RE2, matches nothing at all, or is too large; or a
                term is empty once made plain.
        """
        self._long = long
        self._extents: Extents | None = None
        self.normalise = Normaliser(lexicon_of(rules))
        self._alphabet = alphabet_of(rules)
        prepared = load_prepared() if prepared is None else prepared
        build = Vocabulary(self.normalise, self._alphabet, prepared)
        self._rules = [build.rule(rule) for rule in rules if rule.need]
        self._symbols = build.symbols
        self._is_ascii_sought = any(map(str.isascii, build.symbols))
        self._patterns = {number: build.compiled[one] for one, number in build.patterns.items()}
        self._compiled: tuple[Pattern | Together, ...] = (
            *build.compiled.values(),
            *build.silencers.values(),
        )
        numbers = dict(zip(prepared.words, range(len(prepared.words)), strict=True))
        known = {
            entry: prepared.of(pattern.written, numbers)
            for entry, pattern in self._patterns.items()
        }
        self._reaches = {entry: reach for entry, (reach, _) in known.items()}
        ways = {entry: several for entry, (_, several) in known.items()}
        self._places = Places(self._rules, ways, len(numbers))
        terms = by_sieved(build.terms, self._alphabet)
        self._sought = Sought([*numbers, *terms], _worths(self._places, len(numbers), terms))
        self._entries: dict[int, Literal | Pattern] = {**build.literals(), **self._patterns}
        silencing = chain.from_iterable((*r.over, *r.around, *r.anywhere) for r in self._rules)
        self._tags = frozenset(self._patterns).intersection(silencing)

    @property
    def patterns(self) -> frozenset[bytes]:
        """Every pattern that the rules' groups look for, as it is run."""
        return frozenset(one.written for one in self._patterns.values())

    @property
    def silencers(self) -> frozenset[bytes]:
        """Every pattern that only silences, as it is run."""
        return frozenset(
            one.written
            for rule in self._rules
            for several in (rule.over_patterns, rule.around_patterns, rule.anywhere_patterns)
            for one in several.patterns
        )

    def forget(self) -> None:
        """Let go of what was compiled and unpacked for texts; it is made again when asked."""
        for one in self._compiled:
            one.forget()
        self._sought.forget()

    def match(
        self,
        normal: Normal,
        sources: Sources,
        wanted: frozenset[RuleId] | None = None,
    ) -> list[tuple[RuleData, tuple[Span, ...]]]:
        """Return the rules that match, in the order given, each with its spans.

        Args:
            normal: The text made plain by ``self.normalise``.
            sources: Whose words stand where.
            wanted: Ids of the rules that may match; None: all.

        Returns:
            Spans count code points of the original text; ordered, none within another,
            at most `MOST_SPANS`.
        """
        narrowed = self._alphabet.narrow(normal.text)
        standing = self._symbols_in(normal.text)
        if len(narrowed) < self._long:
            standing = standing.with_(self._sought.standing(sieved(narrowed)))
            windows, candidates = None, self._places.complete(*standing, wanted)
        else:
            windows = Windows(narrowed, self._sought.standing, self._known_extents(), standing)
            standing, candidates = windows.whole, windows.candidates(self._places, wanted)
        silencing = self._tags.union(standing.terms)
        found = Found(normal.text, narrowed, self._entries, silencing, windows)
        layout: Layout | None = None
        matched = []
        for number, groups in candidates:
            rule = self._rules[number]
            layout = layout or Layout(normal, sources, narrowed)
            spans = _spans(rule, groups, found, layout)
            if spans:
                matched.append((number, rule.data, layout.original(spans)[:MOST_SPANS]))
        return [(rule, spans) for _, rule, spans in sorted(matched, key=itemgetter(0)) if spans]

    def _symbols_in(self, text: str) -> Standing:
        """Return what the terms without a letter or digit come to that stand in a text."""
        if text.isascii() and not self._is_ascii_sought:
            return NOTHING
        found = [entry for symbol, entry in self._symbols.items() if symbol in text]
        return Standing(reduce(or_, map(self._places.of_term, found), 0), found)

    def _known_extents(self) -> Extents:
        if self._extents is None:
            self._extents = Extents(self._rules, self._entries, self._reaches, whole=self._tags)
        return self._extents


def _worths(
    places: Places, words: int, terms: Mapping[str, Sequence[int]]
) -> Callable[[int], Standing]:
    """Return what says what is worth of what is sought: the words first, then the terms."""
    of_terms = list(terms.values())

    def worth(number: int) -> Standing:
        if number < words:
            return Standing(places.of_word(number))
        several = of_terms[number - words]
        return Standing(reduce(or_, map(places.of_term, several)), several)

    return worth


def _spans(
    rule: CompiledRule, present: Iterable[Sequence[int]], found: Found, layout: Layout
) -> list[Span] | None:
    """Return the spans of a rule whose every group can be there; None if one is not.

    What silences is asked last: most rules fail because a pattern that can match does not.
    """
    groups: list[list[Span]] = []
    for entries in present:
        if len(entries) == 1:
            spans = list(found.spans(entries[0]))
        else:
            spans = sorted({span for entry in entries for span in found.spans(entry)})
        if not spans:
            return None
        groups.append(spans[:_MOST_POSITIONS])
    if any(found.silenced_by(rule.anywhere)) or layout.any_stands(rule.anywhere_patterns):
        return None
    over = sorted([*found.silenced_by(rule.over), *layout.spans_of(rule.over_patterns)])
    around = sorted([*found.silenced_by(rule.around), *layout.spans_of(rule.around_patterns)])
    for number, group in enumerate(rule.groups):
        spans = layout.heard(groups[number], over, around, rule.data.unless.around_words)
        groups[number] = layout.spoken_by(spans, group.where)
        if not groups[number]:
            return None
    shown = [number for number, group in enumerate(rule.groups) if not group.is_support]
    if rule.data.near is not None and len(groups) > 1:
        return layout.close(groups, rule.data.near, shown)
    return _some_of_each([groups[number] for number in shown])


def _some_of_each(groups: Sequence[Sequence[Span]]) -> list[Span]:
    """Return the first match of each group, then more, so that no group goes unshown."""
    if len(groups) == 1:
        return without_nested(groups[0])
    chosen = dict.fromkeys(group[0] for group in groups)
    for group in groups:
        for span in group[1:MOST_SPANS]:
            chosen.setdefault(span)
    return without_nested(sorted(list(chosen)[:MOST_SPANS]))
