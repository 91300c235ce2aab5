r"""Which words must stand in a text before a pattern can match at all.

A pattern runs only on texts that hold what it needs, and all patterns' words are sought
together in one pass over the *sieved* text: every digit is ``0``, all that is neither letter nor
digit is a blank, there is a blank at either end, and the symbols that patterns name (as control
bytes, see `monitor.checks.patterns`) come once more at the end. So ``\b`` beside a letter is a
blank too, and "git" is not found in "digital". The reader here knows the part of RE2's syntax
that rules are written in; at anything else it gives up on that pattern, which then always runs.
So a mistake on the careful side costs time, never a finding.
"""

from __future__ import annotations

import re
from functools import lru_cache
from math import fsum
from typing import TYPE_CHECKING, NamedTuple

from monitor.checks.syntax import Cursor, UnknownError

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST = 400
_MOST_JOINED = 60
_MOST_CLAUSES = 4
LONGEST_SOUGHT = 14  # what follows hardly makes a word rarer, and takes long at the start
_WHOLE = 2  # blanks of a whole word
_OFTEN, _RARELY, _BY_LETTER = 0.5, 0.02, 0.3
_LONG_NUMBER = 6
# By the number of letters: without a blank beside them, with one, with two.
_SHARES = {1: (1.0, 0.7, 0.15), 2: (0.6, 0.3, 0.1), 3: (0.2, 0.1, 0.03), 4: (0.06, 0.04, 0.02)}
_LITTLE = frozenset(
    """a about all an and any are as at be been but by can do for from get has have he her here his
    how i if in into is it its just like me more my new no not now of on one or our out over please
    she so some than that the their them then there these they this those to today up us was we
    were what when where which who will with would you your free see time people""".split()  # noqa: SIM905 - a list of ninety quoted words is harder to read
)
_MOST_TIMES = 8
_SYMBOLS = frozenset(chr(byte) for byte in range(1, 0x20) if not chr(byte).isspace())
_NO_LETTER = re.compile(r"[^a-z]+").fullmatch
_ONCE = (1, 1)
_EDGE = "\0"  # a word boundary, until it is known what stands on its sides
_LONGEST = 40
# A run of plain characters, without the last one where a repetition follows it.
_PLAIN = re.compile(r"[^\\.\[\](){}|?*+^$]+(?![?*+{])")
_EMPTY = frozenset({""})
_ONLY_BLANK = frozenset({" "})
_POINTS = frozenset("BAz")
_OPENINGS = frozenset("[\\")
_ONLY_EDGE = frozenset({_EDGE})
_PARTS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(|\)(\\b)?", re.DOTALL)


class Clause(NamedTuple):
    """One thing that a match needs: a word, or all that one of several ways to match needs.

    Attributes:
        words: Any of them will do.
        ways: So will all clauses of any of these.
    """

    words: frozenset[str]
    ways: tuple[Needs, ...] = ()


Needs = tuple[Clause, ...]
"""All of these are needed."""


class _Known(NamedTuple):
    """What is known of a part of a pattern.

    Attributes:
        exact: All texts the part can match; None when they are too many.
        start: Every match begins with one of these; None when that is not known.
        needs: What every match holds beside that.
        ends: A match ends with a blank; None: it does, or is empty.
    """

    exact: frozenset[str] | None = None
    start: frozenset[str] | None = None
    needs: Needs = ()
    ends: bool | None = False

    def ends_blank(self, *, was_blank: bool) -> bool:
        """Return whether there is a blank at its end, for what comes before it."""
        if self.exact is not None:
            return all(word.endswith(" ") or (was_blank and not word) for word in self.exact)
        return was_blank if self.ends is None else self.ends

    def all(self) -> Needs:
        return (*self.needs, *_clause(self.exact))


_ANYTHING = _Known()


def needs_of(pattern: str) -> Needs:
    """Return what a text must hold for a pattern to match in it.

    Args:
        pattern: RE2 syntax. White space in it and in the text counts as one blank.

    Returns:
        Clauses, the rarest first, each of at most 400 lower-case words beside its ways; none
        when nothing is known.
    """
    reader = _Reader(pattern)
    try:
        known = reader.choice()
        if not reader.is_at_end:
            return ()
    except (UnknownError, IndexError):
        return ()
    return _plain(known.all())


def needed_words(pattern: str) -> frozenset[str] | None:
    """Return texts of which every match of a pattern holds at least one.

    Args:
        pattern: As for `needs_of`.

    Returns:
        At most 400 lower-case texts; None when no such set is known.
    """
    return trigger(needs_of(pattern))


def trigger(needs: Needs) -> frozenset[str] | None:
    """Return a set of words of which one must be there, the rarest; None if there is none.

    Args:
        needs: As `needs_of` returns them.
    """
    for words, ways in needs:
        sets = [trigger(way) for way in ways]
        sure = [one for one in sets if one is not None]
        found = words.union(*sure)
        if len(sure) == len(sets) and len(found) <= _MOST:
            return found
    return None


def sieved(narrowed: bytes) -> bytes:
    """Return a text as the words are sought in it."""
    return b" %b %b" % (without_symbols(narrowed), narrowed.translate(None, _NOT_SYMBOLS))


def without_symbols(narrowed: bytes) -> bytes:
    """Return a stretch of text as it stands in the sieved one; its symbols are blanks there."""
    return narrowed.translate(_SIEVE)


def _sieve(char: str) -> str:
    """Return what becomes of one character of a pattern."""
    if char in _SYMBOLS:
        return char
    if not char.isascii() or not char.isalnum():
        return " "
    return "0" if char.isdigit() else char.lower()


_SIEVE = bytes(32 if chr(byte) in _SYMBOLS else ord(_sieve(chr(byte))) for byte in range(256))
_SIEVED = {code: _sieve(chr(code)) for code in range(256)}
_WITHOUT_SYMBOLS = {ord(char): " " for char in _SYMBOLS}
_NOT_SYMBOLS = bytes(byte for byte in range(256) if chr(byte) not in _SYMBOLS)


def _settled(word: str) -> str:
    """Turn boundaries beside a letter or digit at either end into blanks; drop the others."""
    if _EDGE not in word:
        return word
    plain = word.replace(_EDGE, "")
    first = " " if word.startswith(_EDGE) and plain[:1].isalnum() else ""
    last = " " if word.endswith(_EDGE) and plain[-1:].isalnum() else ""
    return f"{first}{plain}{last}"


def _sought(word: str) -> str:
    """Return a settled word as it is sought: not all of a long one, whose beginning is rare."""
    return _settled(word)[:LONGEST_SOUGHT]


@lru_cache(maxsize=1024)
def _worth(words: frozenset[str]) -> float:
    """Rate a set from 0 to 1: the rarer its words are in English, the better."""
    if len(words) > _MOST:
        return 0.0
    expected = []
    for word in words:
        settled = _settled(word)
        inside = settled.strip()
        if not _SYMBOLS.isdisjoint(settled):
            expected.append(_RARELY)
        elif not inside or len(settled) == 1:
            return 0.0
        else:
            expected.append(_share(inside, len(settled) - len(inside)))
    return 1 / (1 + fsum(expected))  # the same sum in whatever order a set has its words


def _share(inside: str, blanks: int) -> float:
    """Estimate the share of posts that hold a word with so many blanks around it."""
    if inside in _LITTLE:
        return _OFTEN
    if _NO_LETTER(inside):
        return _OFTEN if len(inside) < _LONG_NUMBER else _RARELY
    shares = _SHARES.get(len(inside))
    return _BY_LETTER ** (len(inside) - 1) if shares is None else shares[min(blanks, 2)]


def _better(*sets: frozenset[str] | None) -> frozenset[str] | None:
    """Return the set whose words are rarest; None if none is worth seeking."""
    best, worth = None, 0.0
    for words in sets:
        if words:
            rated = _worth(words)
            if rated > worth:
                best, worth = words, rated
    return best


def _clause(words: frozenset[str] | None) -> Needs:
    """Return words as a clause, if they are worth seeking."""
    return (Clause(words),) if words and _worth(words) else ()


def _any_of(branches: Sequence[_Known]) -> Needs:
    """Return what is needed when any of several branches will do."""
    words: frozenset[str] = frozenset()
    ways = []
    for branch in branches:
        needs = branch.all()
        if not needs:
            return ()
        if len(needs) == 1 and not needs[0].ways:
            words |= needs[0].words
        else:
            ways.append(needs)
    return (Clause(words, tuple(ways)),) if len(words) <= _MOST else ()


def _plain(needs: Needs) -> Needs:
    """Return clauses as they are sought: few, the rarest first, no word twice."""
    settled = {_settled_clause(clause) for clause in needs}
    rated = sorted(settled, key=lambda one: (-_worth(trigger((one,)) or _EMPTY), _order(one)))
    return tuple(
        one
        for at, one in enumerate(rated[:_MOST_CLAUSES])
        if at == 0 or not any(map(_is_everywhere, one.words))
    )


def _settled_clause(clause: Clause) -> Clause:
    """Return a clause as it is sought; where a symbol stands among letters, both are needed."""
    words = set()
    beside: dict[str, set[str]] = {}
    for word in clause.words:
        symbol = next((char for char in word if char in _SYMBOLS), "")
        if symbol:
            beside.setdefault(symbol, set()).add(_sought(word.translate(_WITHOUT_SYMBOLS)))
        else:
            words.add(_sought(word))
    ways = list(map(_plain, clause.ways))
    for symbol, texts in sorted(beside.items()):
        if _worth(frozenset(texts)):
            ways.append((Clause(frozenset({symbol})), Clause(_shortest(frozenset(texts)))))
        else:
            words.add(symbol)
    return Clause(_shortest(frozenset(words)), tuple(ways))


def _is_everywhere(word: str) -> bool:
    """Whether a word is a scrap that nearly every post holds, several times."""
    inside = word.strip()
    blanks = len(word) - len(inside)
    return blanks < _WHOLE and word not in _SYMBOLS and _share(inside, blanks) >= _OFTEN


def _order(clause: Clause) -> list[object]:
    """Return what puts clauses into the same order on every run."""
    return [sorted(clause.words), [list(map(_order, way)) for way in clause.ways]]


def _shortest(words: frozenset[str]) -> frozenset[str]:
    """Drop words that hold another one."""
    kept: list[str] = []
    for word in sorted(words, key=len):
        if not any(one in word for one in kept):
            kept.append(word)
    return frozenset(kept)


class _Reader(Cursor):
    r"""Recursive descent over one pattern; every choice it cannot follow raises.

    A boundary beside a group belongs to each of its alternatives: ``\b(git|twit)`` is
    ``(\bgit|\btwit)``, and "git" in "digital" is not worth a look.
    """

    def __init__(self, pattern: str) -> None:
        super().__init__(pattern)
        self._closed_by_edge = _closed_by_edge(pattern)

    def choice(self, before: frozenset[str] = _EMPTY, after: frozenset[str] = _EMPTY) -> _Known:
        """Read alternatives, with what stands before and after each of them."""
        branches = [self._sequence(before, after)]
        while self.peek() == "|":
            self.take()
            branches.append(self._sequence(before, after))
        if len(branches) == 1:
            return branches[0]
        exacts = [branch.exact for branch in branches]
        known = [exact for exact in exacts if exact is not None]
        exact = frozenset().union(*known) if len(known) == len(exacts) else None
        if exact is not None and len(exact) > _MOST:
            exact = None
        starts = [branch.exact or branch.start for branch in branches]
        begun = [start for start in starts if start is not None]
        start = frozenset().union(*begun) if len(begun) == len(starts) else None
        ends = all(branch.ends_blank(was_blank=False) for branch in branches)
        return _Known(exact, start, () if exact is not None else _any_of(branches), ends)

    def _sequence(self, before: frozenset[str], after: frozenset[str]) -> _Known:
        """Read parts that follow each other; runs of exact parts grow into longer words."""
        run: frozenset[str] | None = before
        whole = True
        is_blank = False
        start: frozenset[str] | None = None
        needs: Needs = ()
        while self.peek() not in ("", "|", ")"):
            part = self._repeated(_edge_of(run))
            is_blank = part.ends_blank(was_blank=is_blank)
            grown = _joined(run, part.exact)
            if grown is not None:
                run = grown
                continue
            begun = _joined(run, part.start)
            if whole:
                start = run if begun is None else begun
            whole = False
            needs += (*_clause(_better(run, begun)), *part.needs)
            run = part.exact if part.exact is not None else _ONLY_BLANK if is_blank else _EMPTY
        run = _joined(run, after) or run
        if whole:
            return _Known(run, start)
        return _Known(None, start, (*needs, *_clause(run)), is_blank and not after - _EMPTY)

    def _repeated(self, before: frozenset[str]) -> _Known:
        part = self._atom(before)
        least, most = self.repeats() or _ONCE
        if (least, most) == _ONCE:
            return part
        if least == most and part.exact is not None:
            times = _times(part.exact, least)
            if times is not None:
                return _Known(times)
        ends = part.ends_blank(was_blank=False)
        if least == 0:
            optional = part.exact | _EMPTY if most == 1 and part.exact is not None else None
            return _Known(optional, ends=None if ends else False)
        return _Known(None, part.exact, part.all(), ends)

    def _atom(self, before: frozenset[str]) -> _Known:
        letters = _PLAIN.match(self.pattern, self.at)
        if letters:
            self.at = letters.end()
            return _Known(frozenset({letters[0].translate(_SIEVED)}))
        char = self.take()
        if char == "(":
            return self._group(before)
        if char in _OPENINGS:
            return {"[": self._class, "\\": self._escaped}[char]()
        if char == ".":
            return _ANYTHING
        if char in "^$":  # there is a blank at either end of a sieved text
            return _Known(_ONLY_BLANK)
        return _Known(frozenset({_sieve(char)}))

    def _group(self, before: frozenset[str]) -> _Known:
        after = _ONLY_EDGE if self.at - 1 in self._closed_by_edge else _EMPTY
        self.opens_plainly()
        known = self.choice(before, after)
        if self.take() != ")":
            raise UnknownError
        return known

    def _escaped(self) -> _Known:
        char = self.take()
        if char == "b":
            return _Known(frozenset({_EDGE}))
        if char in _POINTS:
            return _Known(_EMPTY)
        if char in "snt":
            return _Known(frozenset({" "}))
        if char == "d":
            return _Known(frozenset({"0"}))
        if char in "DwWS":
            return _ANYTHING
        if char.isalnum():
            raise UnknownError
        return _Known(frozenset({_sieve(char)}))

    def _class(self) -> _Known:
        """Read a class; one of a few plain characters is as good as alternatives."""
        members: set[str] = set()
        plain = self.peek() not in ("^", "]")
        first = True
        while first or self.peek() != "]":
            char = self.take()
            if char == "\\":
                char = self.take()
                if char in "snt":
                    char = " "
                elif char == "d":
                    char = "0"
                plain = plain and (not char.isalpha())
            elif char == "[":
                raise UnknownError
            if self.peek() == "-" and self.pattern[self.at + 1] != "]":
                self.take()
                plain = plain and char.isdigit() and self.take().isdigit()
            members.add(_sieve(char))
            first = False
        self.take()
        return _Known(frozenset(members)) if plain else _ANYTHING


def _edge_of(run: frozenset[str] | None) -> frozenset[str]:
    """Return a boundary if whatever comes next begins at one."""
    return _ONLY_EDGE if run and all(word.endswith(_EDGE) for word in run) else _EMPTY


def _closed_by_edge(pattern: str) -> frozenset[int]:
    """Return where the groups begin after which a word boundary follows at once."""
    open_at: list[int] = []
    found: set[int] = set()
    for part in _PARTS.finditer(pattern):
        if part[0] == "(":
            open_at.append(part.start())
        elif part[0].startswith(")") and open_at:
            begins = open_at.pop()
            if part[1]:
                found.add(begins)
    return frozenset(found)


def _times(exact: frozenset[str], count: int) -> frozenset[str] | None:
    """Return every text of a part repeated; None if too many."""
    run: frozenset[str] | None = _EMPTY
    for _ in range(count if count <= _MOST_TIMES else 0):
        run = _joined(run, exact)
    return run if 0 < count <= _MOST_TIMES else None


def _joined(run: frozenset[str] | None, part: frozenset[str] | None) -> frozenset[str] | None:
    """Return every text of a run followed by every text of a part; None if too many."""
    if run is None or part is None or len(run) * len(part) > _MOST_JOINED:
        return None
    joined = frozenset(first + second for first in run for second in part)
    return joined if all(len(word) <= _LONGEST for word in joined) else None
