"""All rules' words in one automaton, all patterns in one filter; linear whatever a rule says.

::

    normal text | automaton (terms at word boundaries) | filter (patterns)   -> found
    found       | rules whose every group was found                         -> candidates
    candidate   | drop silenced matches | where | near                      -> spans

Terms are sought in a copy of the text in which everything but letters and digits is a
blank, so "re-elect" and "re elect" are one term and every hit is at word boundaries. A
term with a symbol in it ("50% off") is then compared with the text itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ahocorasick_rs import AhoCorasick, Implementation

from config.errors import RuleError
from monitor.checks.layout import Layout, Sources, without_nested
from monitor.checks.normalise import Lexicon, Normaliser
from monitor.checks.patterns import (
    MOST_MATCHES,
    Alphabet,
    Pattern,
    PatternError,
    PatternFilter,
    words_in,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from config.rules import RuleData
    from monitor.checks.normalise import Normal
    from monitor.checks.patterns import Span

MOST_SPANS = 10
"""Most spans of one finding."""
_MOST_POSITIONS = 300
_TAG = re.compile(r"^#[A-Za-z0-9]+$")
_LOOSE = frozenset(" -'\"/.,:;!?()[]{}_\n")


class _Blanked(dict[int, str]):
    """Everything but letters and digits becomes a blank; filled as characters come up."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        self[code] = found = char if char.isalnum() else " "
        return found


_BLANKED = _Blanked()


@dataclass(frozen=True, slots=True)
class _Term:
    """One literal: what the automaton seeks, and what must be compared beside it."""

    key: str
    is_open: bool  # any ending may follow
    exact: str  # compared with the text itself; empty when the key says it all
    lead: int  # how far the exact text begins before the key

    def sought(self) -> str:
        return f" {self.key}" if self.is_open else f" {self.key} "


@dataclass(frozen=True, slots=True)
class _Group:
    entries: tuple[int, ...]
    where: str


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A rule with numbers for words."""

    data: RuleData
    groups: tuple[_Group, ...]
    over: tuple[int, ...]
    over_patterns: tuple[Pattern, ...]
    around: tuple[int, ...]
    around_patterns: tuple[Pattern, ...]
    anywhere: tuple[int, ...]
    anywhere_patterns: tuple[Pattern, ...]


class Matcher:
    """Every rule's terms and patterns, compiled once; immutable, safe in any thread."""

    def __init__(self, rules: Sequence[RuleData]) -> None:
        """Compile the rules that have groups; those with a check are left out.

        Raises:
            RuleError: A pattern is not RE2, matches nothing at all, or is too large; or a
                term is empty once made plain.
        """
        self.normalise = Normaliser(_lexicon(rules))
        self._alphabet = _alphabet(rules)
        build = _Builder(self.normalise, self._alphabet)
        self._rules = [build.rule(rule) for rule in rules if rule.need]
        self._terms = build.terms
        self._symbols = build.symbols
        self._automaton, self._by_sought = _automaton(build.terms)
        self._pattern_entries = list(build.patterns.values())
        self._patterns = [build.compiled[written] for written in build.patterns]
        self._filter = PatternFilter(self._patterns)
        self._uses: dict[int, list[tuple[int, int]]] = {}
        self._full: list[int] = []
        for number, rule in enumerate(self._rules):
            self._full.append((1 << len(rule.groups)) - 1)
            for bit, group in enumerate(rule.groups):
                for entry in group.entries:
                    self._uses.setdefault(entry, []).append((number, 1 << bit))

    def match(
        self,
        normal: Normal,
        sources: Sources,
        wanted: Callable[[RuleData], bool] = lambda _: True,
    ) -> list[tuple[RuleData, tuple[Span, ...]]]:
        """Return the rules that match, in the order given, each with its spans.

        Args:
            normal: The text made plain by ``self.normalise``.
            sources: Whose words stand where.
            wanted: Rules that may match; asked before anything costly.

        Returns:
            Spans count code points of the original text; ordered, none within another,
            at most `MOST_SPANS`.
        """
        narrowed = self._alphabet.narrow(normal.text)
        found = self._find(normal.text, narrowed)
        masks: dict[int, int] = {}
        for entry in found.entries():
            for number, bit in self._uses.get(entry, ()):
                masks[number] = masks.get(number, 0) | bit
        layout: Layout | None = None
        matched = []
        for number in sorted(masks):
            rule = self._rules[number]
            if masks[number] != self._full[number] or not wanted(rule.data):
                continue
            layout = layout or Layout(normal, sources, narrowed)
            spans = _spans(rule, found, layout)
            if spans:
                matched.append((rule.data, layout.original(spans)[:MOST_SPANS]))
        return [(rule, spans) for rule, spans in matched if spans]

    def _find(self, text: str, narrowed: bytes) -> _Found:
        """Return where each term stands, and which patterns match."""
        blanked = f" {text.translate(_BLANKED)} "
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
        for symbol, entry in self._symbols.items():
            if symbol in text:
                terms[entry] = _everywhere(symbol, text)
        patterns = {
            self._pattern_entries[number]: self._patterns[number]
            for number in self._filter.matching(narrowed)
        }
        return _Found(terms=terms, patterns=patterns, narrowed=narrowed)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What stands in one text; where a pattern stands is asked only when a rule needs it."""

    terms: dict[int, list[Span]]
    patterns: dict[int, Pattern]
    narrowed: bytes

    def entries(self) -> Iterator[int]:
        yield from self.terms
        yield from self.patterns

    def spans(self, entry: int) -> Sequence[Span]:
        known = self.terms.get(entry)
        if known is None:
            pattern = self.patterns.get(entry)
            known = pattern.spans(self.narrowed) if pattern else []
            self.terms[entry] = known
        return known


class _Builder:
    """Gives every distinct term and pattern a number; the same words in two rules share one."""

    def __init__(self, normalise: Normaliser, alphabet: Alphabet) -> None:
        self._normalise = normalise
        self._alphabet = alphabet
        self.terms: dict[int, _Term] = {}
        self.symbols: dict[str, int] = {}
        self.patterns: dict[str, int] = {}
        self.compiled: dict[str, Pattern] = {}
        self._numbers: dict[_Term, int] = {}
        self._next = 0

    def rule(self, rule: RuleData) -> _Compiled:
        unless = rule.unless
        return _Compiled(
            data=rule,
            groups=tuple(
                _Group(
                    entries=(
                        *self._entries(rule, group.terms),
                        *(self._pattern(rule, pattern) for pattern in group.patterns),
                    ),
                    where=group.where,
                )
                for group in rule.need
            ),
            over=self._entries(rule, unless.terms),
            over_patterns=tuple(self._apart(rule, unless.patterns)),
            around=self._entries(rule, unless.around),
            around_patterns=tuple(self._apart(rule, unless.around_patterns)),
            anywhere=self._entries(rule, unless.anywhere),
            anywhere_patterns=tuple(self._apart(rule, unless.anywhere_patterns)),
        )

    def _apart(self, rule: RuleData, patterns: Iterable[str]) -> Iterable[Pattern]:
        """Compile silencing patterns, which run only once a rule is about to match."""
        return (_checked(rule, pattern, self._alphabet) for pattern in patterns)

    def _entries(self, rule: RuleData, terms: Iterable[str]) -> tuple[int, ...]:
        return tuple(dict.fromkeys(self._entry(rule, term) for term in terms))

    def _entry(self, rule: RuleData, written: str) -> int:
        if _TAG.match(written):
            return self._pattern(rule, _tag_pattern(written.lower()))
        is_open = written.endswith("*")
        plain = self._normalise(written.removesuffix("*").strip()).text.strip()
        if not plain:
            raise RuleError(
                f"the term {written!r} is empty once made plain", rule=rule.id, file=rule.file
            )
        blanked = plain.translate(_BLANKED)
        key = blanked.strip()
        if not key:
            return self._symbol(plain)
        term = _Term(
            key=key,
            is_open=is_open,
            exact="" if all(c.isalnum() or c in _LOOSE for c in plain) else plain,
            lead=len(blanked) - len(blanked.lstrip()),
        )
        number = self._numbers.setdefault(term, self._next)
        if number == self._next:
            self._next += 1
            self.terms[number] = term
        return number

    def _symbol(self, plain: str) -> int:
        """A term without letters or digits, an emoji for example, is found anywhere."""
        if plain not in self.symbols:
            self.symbols[plain] = self._next
            self._next += 1
        return self.symbols[plain]

    def _pattern(self, rule: RuleData, written: str) -> int:
        if written not in self.patterns:
            self.compiled[written] = _checked(rule, written, self._alphabet)
            self.patterns[written] = self._next
            self._next += 1
        return self.patterns[written]


def _tag_pattern(tag: str) -> str:
    """Seek a hashtag however its words were split: ``#votered`` also in ``#vote red``."""
    return "#" + " ?".join(tag[1:]) + r"\b"


def _alphabet(rules: Iterable[RuleData]) -> Alphabet:
    rules = list(rules)
    try:
        return Alphabet(
            pattern
            for rule in rules
            for patterns in (
                *(group.patterns for group in rule.need),
                rule.unless.patterns,
                rule.unless.around_patterns,
                rule.unless.anywhere_patterns,
            )
            for pattern in patterns
        )
    except PatternError as cause:
        raise RuleError(
            "the patterns of all rules together cannot be used", rule="rules", file=rules[0].file
        ) from cause


def _everywhere(symbol: str, text: str) -> list[Span]:
    spans: list[Span] = []
    start = text.find(symbol)
    while start >= 0 and len(spans) < MOST_MATCHES:
        spans.append((start, start + len(symbol)))
        start = text.find(symbol, start + len(symbol))
    return spans


def _checked(rule: RuleData, written: str, alphabet: Alphabet) -> Pattern:
    try:
        return Pattern(written, alphabet)
    except PatternError as cause:
        raise RuleError(
            f"the pattern {written!r} cannot be used",
            rule=rule.id,
            file=rule.file,
            remedy="Write it in RE2's syntax, shorter, or as terms.",
        ) from cause


def _automaton(
    terms: Mapping[int, _Term],
) -> tuple[AhoCorasick, tuple[list[int], list[tuple[int, ...]]]]:
    """Build the automaton, and beside it which terms each of its literals stands for."""
    by_sought: dict[str, list[int]] = {}
    for number, term in terms.items():
        by_sought.setdefault(term.sought(), []).append(number)
    simple: list[int] = []
    for numbers in by_sought.values():
        only = terms[numbers[0]]
        is_simple = len(numbers) == 1 and not only.is_open and not only.exact
        simple.append(numbers[0] if is_simple else -1)
    automaton = AhoCorasick(list(by_sought), implementation=Implementation.ContiguousNFA)
    return automaton, (simple, [tuple(numbers) for numbers in by_sought.values()])


def _fitted(term: _Term, text: str, blanked: str, start: int, end: int) -> Span | None:
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


def _spans(rule: _Compiled, found: _Found, layout: Layout) -> list[Span] | None:
    """Return the spans of a rule whose every group was found; None if it is silenced."""
    if any(entry in found.terms for entry in rule.anywhere) or any(
        layout.pattern_spans(pattern) for pattern in rule.anywhere_patterns
    ):
        return None
    unless = rule.data.unless
    over = _silencers(rule.over, rule.over_patterns, found, layout)
    around = _silencers(rule.around, rule.around_patterns, found, layout)
    groups = []
    for group in rule.groups:
        spans = sorted({span for entry in group.entries for span in found.spans(entry)})
        spans = layout.heard(spans[:_MOST_POSITIONS], over, around, unless.around_words)
        spans = layout.spoken_by(spans, group.where)
        if not spans:
            return None
        groups.append(spans)
    if rule.data.near is not None and len(groups) > 1:
        return layout.close(groups, rule.data.near)
    return _some_of_each(groups)


def _silencers(
    entries: tuple[int, ...],
    patterns: tuple[Pattern, ...],
    found: _Found,
    layout: Layout,
) -> list[Span]:
    spans = [span for entry in entries for span in found.terms.get(entry, ())]
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


def _lexicon(rules: Iterable[RuleData]) -> Lexicon:
    """Collect the words that rules look for, plain, for reading disguised ones."""
    plain = Normaliser()
    words: set[str] = set()
    for rule in rules:
        for group in rule.need:
            for term in group.terms:
                words.update(plain(term).text.translate(_BLANKED).split())
            for pattern in group.patterns:
                words |= words_in(pattern)
    return Lexicon(words)
