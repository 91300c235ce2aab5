"""What all rules look for, with a number for each distinct term, symbol and pattern."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.errors import RuleError
from monitor.checks.confusables import Characters, translated
from monitor.checks.normalise import Lexicon, Normaliser
from monitor.checks.patterns import (
    MOST_MATCHES,
    Alphabet,
    Pattern,
    PatternError,
    Together,
    words_in,
)
from monitor.checks.sieve import without_symbols

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from config.rules import RuleData
    from monitor.checks.patterns import Span
    from monitor.checks.prepared import Prepared

_TAG = re.compile(r"^#[A-Za-z0-9]+$")
# Small letters in words of several need nothing done, unless a letter stands three times.
_IS_PLAIN = re.compile(r"[a-z]{2,}(?: [a-z]{2,})*")
_STRETCHED = re.compile(r"(.)\1\1")
_LOOSE = frozenset(" -'\"/.,:;!?()[]{}_\n")


class _Blanked(Characters):
    """Everything but letters and digits becomes a blank."""

    def becomes(self, code: int) -> str:
        char = chr(code)
        return char if char.isalnum() else " "


BLANKED: Characters = _Blanked()
"""Blanks everything but letters and digits, for `translated`."""


@dataclass(frozen=True, slots=True)
class Term:
    """One literal: what is sought, and what must be compared beside it.

    Attributes:
        key: Letters, digits and blanks only.
        is_open: Any ending may follow.
        exact: Compared with the text itself; empty when the key says it all.
        lead: How far the exact text begins before the key.
    """

    key: str
    is_open: bool
    exact: str
    lead: int

    def sought(self) -> str:
        """Return the literal with its word boundaries, as it is sought in a text `blanked`."""
        return f" {self.key}" if self.is_open else f" {self.key} "

    def spans(self, text: str, blanked: str, within: Iterable[Span] | None = None) -> list[Span]:
        """Return where the term stands, symbols and open ending included.

        Args:
            text: A plain text.
            blanked: The same, see `blanked`.
            within: Stretches, ordered and apart, outside which it does not begin; None: anywhere.
        """
        sought = self.sought()
        found = []
        for begin, end in ((0, len(blanked)),) if within is None else within:
            last = end + len(sought) - 1
            start = blanked.find(sought, begin, last)
            while start >= 0:
                span = self._fitted(text, blanked, start)
                if span is not None:
                    found.append(span)
                start = blanked.find(sought, start + 1, last)
        return found

    def _fitted(self, text: str, blanked: str, start: int) -> Span | None:
        """Return all of the term where its key stands; None if the rest of it does not."""
        first, last = start, start + len(self.key)
        if self.exact:
            first -= self.lead
            if first < 0 or not text.startswith(self.exact, first):
                return None
            last = first + len(self.exact)
        if self.is_open:
            last = max(last, blanked.index(" ", start + 1 + len(self.key)) - 1)
        return first, last


@dataclass(frozen=True, slots=True)
class Symbol:
    """A term without a letter or digit, an emoji for example; it is found anywhere."""

    written: str

    def spans(self, text: str, _blanked: str, _within: Iterable[Span] | None = None) -> list[Span]:
        """Return where the first of them stand, at most `MOST_MATCHES`."""
        found: list[Span] = []
        start = text.find(self.written)
        while start >= 0 and len(found) < MOST_MATCHES:
            found.append((start, start + len(self.written)))
            start = text.find(self.written, start + len(self.written))
        return found


Literal = Term | Symbol


@dataclass(frozen=True, slots=True)
class CompiledGroup:
    """A group with numbers for words."""

    entries: tuple[int, ...]
    where: str
    is_support: bool


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule with numbers for words."""

    data: RuleData
    groups: tuple[CompiledGroup, ...]
    over: frozenset[int]
    over_patterns: Together
    around: frozenset[int]
    around_patterns: Together
    anywhere: frozenset[int]
    anywhere_patterns: Together


class Vocabulary:
    """Gives every distinct term and pattern a number; the same words in two rules share one.

    Attributes:
        terms: Literals with letters or digits, by number.
        symbols: Numbers of terms without a letter or digit.
        patterns: Numbers of the groups' patterns, as written.
        compiled: The same patterns compiled, in the same order.
        silencers: The patterns that silence; the same ones of two rules are asked once.
        count: How many numbers are given out.
    """

    def __init__(self, normalise: Normaliser, alphabet: Alphabet, prepared: Prepared) -> None:
        """Start empty; `rule` fills it."""
        self._normalise = normalise
        self._alphabet = alphabet
        self._prepared = prepared
        self.terms: dict[int, Term] = {}
        self.symbols: dict[str, int] = {}
        self.patterns: dict[str, int] = {}
        self.compiled: dict[str, Pattern] = {}
        self.silencers: dict[tuple[str, ...], Together] = {}
        self._numbers: dict[Term, int] = {}
        self._written: dict[str, int] = {}
        self.count = 0

    def rule(self, rule: RuleData) -> CompiledRule:
        """Take in one rule.

        Raises:
            RuleError: A term is empty once made plain, or a pattern cannot be used.
        """
        unless = rule.unless
        return CompiledRule(
            data=rule,
            groups=tuple(
                CompiledGroup(
                    entries=(
                        *self._entries(rule, group.terms),
                        *(self._pattern(rule, pattern) for pattern in group.patterns),
                    ),
                    where=group.where,
                    is_support=group.support,
                )
                for group in rule.need
            ),
            over=frozenset(self._entries(rule, unless.terms)),
            over_patterns=self._together(rule, unless.patterns),
            around=frozenset(self._entries(rule, unless.around)),
            around_patterns=self._together(rule, unless.around_patterns),
            anywhere=frozenset(self._entries(rule, unless.anywhere)),
            anywhere_patterns=self._together(rule, unless.anywhere_patterns),
        )

    def literals(self) -> dict[int, Literal]:
        """Return every term by its number, those without letters and digits too."""
        symbols = {number: Symbol(written) for written, number in self.symbols.items()}
        return {**self.terms, **symbols}

    def _together(self, rule: RuleData, patterns: Sequence[str]) -> Together:
        """Check silencing patterns, which run only once a rule is about to match."""
        written = tuple(patterns)
        if written not in self.silencers:
            self.silencers[written] = Together([self._checked(rule, one) for one in written])
        return self.silencers[written]

    def _entries(self, rule: RuleData, terms: Iterable[str]) -> tuple[int, ...]:
        return tuple(dict.fromkeys(self._entry(rule, term) for term in terms))

    def _entry(self, rule: RuleData, written: str) -> int:
        """Number a term; a list's words come up in many rules and are made plain once."""
        if written not in self._written:
            self._written[written] = self._number(rule, written)
        return self._written[written]

    def _number(self, rule: RuleData, written: str) -> int:
        if _TAG.match(written):
            return self._pattern(rule, _tag_pattern(written.lower()))
        is_open = written.endswith("*")
        plain = _plain(self._normalise, written.removesuffix("*").strip())
        if not plain:
            raise RuleError(
                f"the term {written!r} is empty once made plain", rule=rule.id, file=rule.file
            )
        blanked = translated(plain, BLANKED)
        key = blanked.strip()
        if not key:
            return self._symbol(plain)
        term = Term(
            key=key,
            is_open=is_open,
            exact="" if all(c.isalnum() or c in _LOOSE for c in plain) else plain,
            lead=len(blanked) - len(blanked.lstrip()),
        )
        number = self._numbers.setdefault(term, self.count)
        if number == self.count:
            self.count += 1
            self.terms[number] = term
        return number

    def _symbol(self, plain: str) -> int:
        """Number a term without letters or digits."""
        if plain not in self.symbols:
            self.symbols[plain] = self.count
            self.count += 1
        return self.symbols[plain]

    def _pattern(self, rule: RuleData, written: str) -> int:
        if written not in self.patterns:
            self.compiled[written] = self._checked(rule, written)
            self.patterns[written] = self.count
            self.count += 1
        return self.patterns[written]

    def _checked(self, rule: RuleData, written: str) -> Pattern:
        try:
            return Pattern(written, self._alphabet, self._prepared)
        except PatternError as cause:
            raise RuleError(
                f"the pattern {written!r} cannot be used",
                rule=rule.id,
                file=rule.file,
                remedy="Write it in RE2's syntax, shorter, or as terms.",
            ) from cause


def _plain(normalise: Normaliser, term: str) -> str:
    """Return a term made plain; most are as they stand, and there are thousands."""
    if _IS_PLAIN.fullmatch(term) and not _STRETCHED.search(term):
        return term
    return normalise(term).text.strip()


def _tag_pattern(tag: str) -> str:
    """Seek a hashtag however its words were split: ``#votered`` also in ``#vote red``."""
    return "#" + " ?".join(tag[1:]) + r"\b"


def alphabet_of(rules: Iterable[RuleData]) -> Alphabet:
    """Return the alphabet of all patterns together.

    Raises:
        RuleError: They name too many different wide characters.
    """
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


def blanked(text: str) -> str:
    """Return a plain text as terms are sought in it: one blank longer at either end."""
    return f" {translated(text, BLANKED)} "


def by_sieved(terms: Mapping[int, Term], alphabet: Alphabet) -> dict[str, tuple[int, ...]]:
    """Return by what a sieved text must hold the terms that can stand in it only then."""
    numbers: dict[str, list[int]] = {}
    for number, term in terms.items():
        sought = without_symbols(alphabet.narrow(term.sought()))
        numbers.setdefault(sought.decode("ascii"), []).append(number)
    return {sought: tuple(several) for sought, several in numbers.items()}


def lexicon_of(rules: Iterable[RuleData]) -> Lexicon:
    """Collect the words that rules look for, plain, for reading disguised ones."""
    groups = [group for rule in rules for group in rule.need]
    normalise = Normaliser()
    words: set[str] = set()
    for term in {term for group in groups for term in group.terms}:
        words.update(translated(_plain(normalise, term), BLANKED).split())
    words |= words_in({pattern for group in groups for pattern in group.patterns})
    return Lexicon(words)
