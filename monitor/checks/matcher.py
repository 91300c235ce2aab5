"""All rules' words in one automaton, patterns only where they can match; linear whatever they say.

::

    normal text | automaton (terms at word boundaries), words of patterns   -> found
    found       | rules whose every group can be there (`places`)           -> candidates
    candidate   | run its patterns | drop silenced | whose words | near     -> spans

Terms are sought in a copy of the text in which everything but letters and digits is a
blank, so "re-elect" and "re elect" are one term and every hit is at word boundaries. A
term with a symbol in it ("50% off") is then compared with the text itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING

from monitor.checks.confusables import translated
from monitor.checks.layout import Layout, Sources, without_nested
from monitor.checks.literals import sieved
from monitor.checks.normalise import Normaliser
from monitor.checks.patterns import MOST_MATCHES, let_go
from monitor.checks.places import Places
from monitor.checks.prepared import load_prepared
from monitor.checks.sought import Sought
from monitor.checks.vocabulary import BLANKED, Vocabulary, alphabet_of, automaton_of, lexicon_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from config.rules import RuleData
    from config.types import RuleId
    from monitor.checks.normalise import Normal
    from monitor.checks.patterns import Pattern, Span
    from monitor.checks.prepared import Prepared
    from monitor.checks.vocabulary import CompiledRule, Term

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
        self._terms = build.terms
        self._symbols = build.symbols
        self._is_ascii_sought = any(map(str.isascii, build.symbols))
        self._automaton, self._by_sought = automaton_of(build.terms)
        self._patterns = {number: build.compiled[one] for one, number in build.patterns.items()}
        self._every = tuple(build.compiled.values())
        numbers = dict(zip(prepared.words, range(len(prepared.words)), strict=True))
        ways = {
            entry: prepared.of(pattern.written, numbers)
            for entry, pattern in self._patterns.items()
        }
        self._places = Places(self._rules, ways, len(numbers))
        self._sought = Sought(tuple(numbers), self._places.of_word)

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
            for one in several
        )

    def forget(self) -> None:
        """Let go of what was compiled and unpacked for texts; it is made again when asked."""
        for pattern in self._every:
            pattern.forget()
        let_go()
        self._sought.forget()
        self._places.forget()

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
        words = self._sought.bits(sieved(narrowed))
        terms = self._terms_in(normal.text)
        found = _Found(terms, self._patterns, narrowed, {})
        layout: Layout | None = None
        matched = []
        for number, groups in self._places.complete(words, terms, wanted):
            rule = self._rules[number]
            layout = layout or Layout(normal, sources, narrowed)
            spans = _spans(rule, groups, found, layout)
            if spans:
                matched.append((number, rule.data, layout.original(spans)[:MOST_SPANS]))
        return [(rule, spans) for _, rule, spans in sorted(matched, key=itemgetter(0)) if spans]

    def _terms_in(self, text: str) -> dict[int, list[Span]]:
        """Return where each term stands."""
        blanked = f" {translated(text, BLANKED)} "
        terms: dict[int, list[Span]] = {}
        simple, special = self._by_sought
        for number, start, end in self._automaton.find_matches_as_indexes(
            blanked, overlapping=True
        ):
            entry = simple[number]
            if entry >= 0:
                if entry in terms:
                    terms[entry].append((start, end - 2))
                else:
                    terms[entry] = [(start, end - 2)]
            else:
                for one in special[number]:
                    span = _fitted(self._terms[one], text, blanked, start, end)
                    if span is not None:
                        terms.setdefault(one, []).append(span)
        for symbol, entry in self._symbols.items() if self._may_hold_symbols(text) else ():
            if symbol in text:
                terms[entry] = _everywhere(symbol, text)
        return terms

    def _may_hold_symbols(self, text: str) -> bool:
        return self._is_ascii_sought or not text.isascii()


@dataclass(frozen=True, slots=True)
class _Found:
    """What stands in one text; a pattern runs only when everything else of a rule can be there."""

    terms: Mapping[int, Sequence[Span]]
    patterns: Mapping[int, Pattern]
    narrowed: bytes
    runs: dict[int, Sequence[Span]]

    def spans(self, entry: int) -> Sequence[Span]:
        """Return where a term or a pattern stands; each pattern runs at most once a text."""
        pattern = self.patterns.get(entry)
        if pattern is None:
            return self.terms.get(entry, ())
        known = self.runs.get(entry)
        if known is None:
            known = self.runs[entry] = pattern.spans(self.narrowed)
        return known


def _everywhere(symbol: str, text: str) -> list[Span]:
    spans: list[Span] = []
    start = text.find(symbol)
    while start >= 0 and len(spans) < MOST_MATCHES:
        spans.append((start, start + len(symbol)))
        start = text.find(symbol, start + len(symbol))
    return spans


def _fitted(term: Term, text: str, blanked: str, start: int, end: int) -> Span | None:
    """Return where a term stands, symbols and open ending included; None if it does not."""
    first, last = start, start + len(term.key)
    if term.exact:
        first -= term.lead
        if first < 0 or not text.startswith(term.exact, first):
            return None
        last = first + len(term.exact)
    if term.is_open:
        last = max(last, blanked.index(" ", end) - 1)
    return first, last


def _spans(
    rule: CompiledRule, present: Iterable[Sequence[int]], found: _Found, layout: Layout
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
    if any(found.spans(entry) for entry in rule.anywhere) or any(
        layout.stands(pattern) for pattern in rule.anywhere_patterns
    ):
        return None
    over = _silencers(rule.over, rule.over_patterns, found, layout)
    around = _silencers(rule.around, rule.around_patterns, found, layout)
    for number, group in enumerate(rule.groups):
        spans = layout.heard(groups[number], over, around, rule.data.unless.around_words)
        groups[number] = layout.spoken_by(spans, group.where)
        if not groups[number]:
            return None
    shown = [number for number, group in enumerate(rule.groups) if not group.is_support]
    if rule.data.near is not None and len(groups) > 1:
        return layout.close(groups, rule.data.near, shown)
    return _some_of_each([groups[number] for number in shown])


def _silencers(
    entries: tuple[int, ...],
    patterns: tuple[Pattern, ...],
    found: _Found,
    layout: Layout,
) -> list[Span]:
    spans = [span for entry in entries for span in found.spans(entry)]
    for pattern in patterns:
        spans += layout.pattern_spans(pattern)
    return sorted(spans)


def _some_of_each(groups: Sequence[Sequence[Span]]) -> list[Span]:
    """Return the first match of each group, then more, so that no group goes unshown."""
    if len(groups) == 1:
        return without_nested(groups[0])
    chosen = dict.fromkeys(group[0] for group in groups)
    for group in groups:
        for span in group[1:MOST_SPANS]:
            chosen.setdefault(span)
    return without_nested(sorted(list(chosen)[:MOST_SPANS]))
