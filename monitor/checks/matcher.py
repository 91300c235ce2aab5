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
from monitor.checks.literals import sieved
from monitor.checks.normalise import Normaliser
from monitor.checks.patterns import let_go
from monitor.checks.places import Places
from monitor.checks.prepared import load_prepared
from monitor.checks.sought import Sought, Standing
from monitor.checks.vocabulary import Vocabulary, alphabet_of, by_sieved, lexicon_of

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
_MOST_POSITIONS = 1_000


class Matcher:
    """Every rule's terms and patterns; what they say never changes, safe in any thread."""

    def __init__(self, rules: Sequence[RuleData], *, prepared: Prepared | None = None) -> None:
        """Compile the rules that have groups; those with a check are left out.

        Args:
            rules: As `config.rules.load_rules` returns them.
            prepared: What is known of their patterns; None: what is bundled.

        Raises:
            RuleError: A pattern is not RE2, matches nothing at all, or is too large; or a
                term is empty once made plain.
        """
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
        ways = {
            entry: prepared.of(pattern.written, numbers)
            for entry, pattern in self._patterns.items()
        }
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
        let_go()
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
        bits, terms = self._standing(normal.text, narrowed)
        found = Found(normal.text, narrowed, self._entries, self._tags | terms)
        layout: Layout | None = None
        matched = []
        for number, groups in self._places.complete(bits, terms, wanted):
            rule = self._rules[number]
            layout = layout or Layout(normal, sources, narrowed)
            spans = _spans(rule, groups, found, layout)
            if spans:
                matched.append((number, rule.data, layout.original(spans)[:MOST_SPANS]))
        return [(rule, spans) for _, rule, spans in sorted(matched, key=itemgetter(0)) if spans]

    def _standing(self, text: str, narrowed: bytes) -> tuple[int, set[int]]:
        """Return the bits that a text sets, and which terms may stand in it."""
        bits, several = self._sought.standing(sieved(narrowed))
        terms = set(several)
        if self._is_ascii_sought or not text.isascii():
            for symbol, entry in self._symbols.items():
                if symbol in text:
                    bits |= self._places.of_term(entry)
                    terms.add(entry)
        return bits, terms


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
