r"""Which words must stand in a text before a pattern can match at all.

A pattern runs only on texts that hold one of its words, and all patterns' words are sought
together in one pass over the *sieved* text: every digit is ``0``, all that is neither letter nor
digit is a blank, there is a blank at either end, and the symbols that patterns name (as control
bytes, see `monitor.checks.patterns`) come once more at the end. So ``\b`` beside a letter is a
blank too, and "git" is not found in "digital". The reader here knows the part of RE2's syntax
that rules are written in; at anything else it gives up on that pattern, which then always runs.
So a mistake on the careful side costs time, never a finding.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_MOST = 400
_MOST_JOINED = 60
_OFTEN, _RARELY, _BY_LETTER, _SHORT = 0.5, 0.02, 0.3, 2
_LITTLE = frozenset(
    """a about all an and any are as at be been but by can do for from get has have he her here his
    how i if in into is it its just like me more my new no not now of on one or our out over please
    she so some than that the their them then there these they this those to today up us was we
    were what when where which who will with would you your free see time people""".split()  # noqa: SIM905 - a list of ninety quoted words is harder to read
)
_MOST_TIMES = 8
_SYMBOLS = frozenset(chr(byte) for byte in range(1, 0x20) if not chr(byte).isspace())
_NO_LETTER = re.compile(r"[^a-z]+").fullmatch
_EDGE = "\0"  # a word boundary, until it is known what stands on its sides
_LONGEST = 40
# A run of plain characters, without the last one where a repetition follows it.
_PLAIN = re.compile(r"[^\\.\[\](){}|?*+^$]+(?![?*+{])")
_EMPTY = frozenset({""})
_POINTS = frozenset("BAz")
_OPENINGS = frozenset("([\\")


class _UnknownError(Exception):
    """The pattern uses something this reader does not know."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a part of a pattern.

    Attributes:
        exact: All texts the part can match; None when they are too many.
        start: Every match begins with one of these; None when that is not known.
        needed: Every match holds one of these; None when nothing is needed.
    """

    exact: frozenset[str] | None = None
    start: frozenset[str] | None = None
    needed: frozenset[str] | None = None

    def best(self) -> frozenset[str] | None:
        return _better(self.needed, self.exact)


_ANYTHING = _Known()


def needed_words(pattern: str) -> frozenset[str] | None:
    """Return texts of which every match of a pattern holds at least one.

    Args:
        pattern: RE2 syntax. White space in it and in the text counts as one blank.

    Returns:
        At most 400 lower-case texts; None when no such set is known.
    """
    reader = _Reader(pattern)
    try:
        known = reader.choice()
        if reader.at < len(pattern):
            return None
    except (_UnknownError, IndexError):
        return None
    words = known.best()
    return None if words is None else frozenset(map(_settled, words))


def sieved(narrowed: bytes) -> bytes:
    """Return a text as the words are sought in it."""
    return b" %b %b" % (narrowed.translate(_SIEVE), narrowed.translate(None, _NOT_SYMBOLS))


def _sieve(char: str) -> str:
    """Return what becomes of one character of a pattern."""
    if char in _SYMBOLS:
        return char
    if not char.isascii() or not char.isalnum():
        return " "
    return "0" if char.isdigit() else char.lower()


_SIEVE = bytes(32 if chr(byte) in _SYMBOLS else ord(_sieve(chr(byte))) for byte in range(256))
_SIEVED = {code: _sieve(chr(code)) for code in range(256)}
_NOT_SYMBOLS = bytes(byte for byte in range(256) if chr(byte) not in _SYMBOLS)


def _settled(word: str) -> str:
    """Turn boundaries beside a letter or digit at either end into blanks; drop the others."""
    if not _SYMBOLS.isdisjoint(word):
        return next(char for char in word if char in _SYMBOLS)
    if _EDGE not in word:
        return word
    plain = word.replace(_EDGE, "")
    first = " " if word.startswith(_EDGE) and plain[:1].isalnum() else ""
    last = " " if word.endswith(_EDGE) and plain[-1:].isalnum() else ""
    return f"{first}{plain}{last}"


@lru_cache(maxsize=1024)
def _worth(words: frozenset[str]) -> float:
    """Rate a set from 0 to 1: the rarer its words are in English, the better."""
    if len(words) > _MOST:
        return 0.0
    expected = 0.0
    for word in words:
        settled = _settled(word)
        inside = settled.strip()
        if settled in _SYMBOLS:
            expected += _RARELY
        elif not inside or len(settled) == 1:
            return 0.0
        elif len(inside) <= _SHORT or inside in _LITTLE or _NO_LETTER(inside):
            expected += _OFTEN
        else:
            expected += _BY_LETTER ** (len(settled) - 1)
    return 1 / (1 + expected)


def _better(*sets: frozenset[str] | None) -> frozenset[str] | None:
    best, worth = None, 0.0
    for words in sets:
        if words:
            rated = _worth(words)
            if rated > worth:
                best, worth = words, rated
    return best


class _Reader:
    """Recursive descent over one pattern; every choice it cannot follow raises."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self.at = 0

    def _peek(self) -> str:
        return self._pattern[self.at : self.at + 1]

    def _take(self) -> str:
        self.at += 1
        return self._pattern[self.at - 1]

    def choice(self) -> _Known:
        """Read alternatives."""
        branches = [self._sequence()]
        while self._peek() == "|":
            self._take()
            branches.append(self._sequence())
        if len(branches) == 1:
            return branches[0]
        exacts = [branch.exact for branch in branches]
        known = [exact for exact in exacts if exact is not None]
        exact = frozenset().union(*known) if len(known) == len(exacts) else None
        if exact is not None and len(exact) > _MOST:
            exact = None
        needs = [branch.best() for branch in branches]
        sure = [need for need in needs if need is not None]
        needed = frozenset().union(*sure) if len(sure) == len(needs) else None
        starts = [branch.exact or branch.start for branch in branches]
        begun = [start for start in starts if start is not None]
        start = frozenset().union(*begun) if len(begun) == len(starts) else None
        return _Known(exact, start, needed)

    def _sequence(self) -> _Known:
        """Read parts that follow each other; runs of exact parts grow into longer words."""
        run: frozenset[str] | None = _EMPTY
        whole = True
        start: frozenset[str] | None = None
        needed: frozenset[str] | None = None
        while self._peek() not in ("", "|", ")"):
            part = self._repeated()
            grown = _joined(run, part.exact)
            if grown is not None:
                run = grown
                continue
            begun = _joined(run, part.start)
            if whole:
                start = run if begun is None else begun
            whole = False
            needed = _better(needed, run, part.needed, begun)
            run = part.exact if part.exact is not None else _EMPTY
        return _Known(run if whole else None, start, _better(needed, run))

    def _repeated(self) -> _Known:
        part = self._atom()
        sign = self._peek()
        if sign not in ("?", "*", "+", "{"):
            return part
        least, most = self._count()
        if self._peek() == "?":
            self._take()
        if (least, most) == (1, 1):
            return part
        if least == most and part.exact is not None:
            times = _times(part.exact, least)
            if times is not None:
                return _Known(times)
        if least == 0:
            optional = part.exact | _EMPTY if most == 1 and part.exact is not None else None
            return _Known(optional)
        return _Known(None, part.exact, part.best())

    def _count(self) -> tuple[int, int | None]:
        sign = self._take()
        if sign != "{":
            return {"?": (0, 1), "*": (0, None), "+": (1, None)}[sign]
        inside = ""
        while self._peek() != "}":
            inside += self._take()
        self._take()
        least, comma, most = inside.partition(",")
        if not least.isdigit() or (most and not most.isdigit()):
            raise _UnknownError
        upper = int(most) if most else None
        return int(least), upper if comma else int(least)

    def _atom(self) -> _Known:
        letters = _PLAIN.match(self._pattern, self.at)
        if letters:
            self.at = letters.end()
            return _Known(frozenset({letters[0].translate(_SIEVED)}))
        char = self._take()
        if char in _OPENINGS:
            return {"(": self._group, "[": self._class, "\\": self._escaped}[char]()
        if char == ".":
            return _ANYTHING
        if char in "^$":
            return _Known(_EMPTY)
        return _Known(frozenset({_sieve(char)}))

    def _group(self) -> _Known:
        if self._peek() == "?":
            if not self._pattern.startswith("?:", self.at):
                raise _UnknownError
            self.at += 2
        known = self.choice()
        if self._take() != ")":
            raise _UnknownError
        return known

    def _escaped(self) -> _Known:
        char = self._take()
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
            raise _UnknownError
        return _Known(frozenset({_sieve(char)}))

    def _class(self) -> _Known:
        """Read a class; one of a few plain characters is as good as alternatives."""
        members: set[str] = set()
        plain = self._peek() not in ("^", "]")
        first = True
        while first or self._peek() != "]":
            char = self._take()
            if char == "\\":
                char = self._take()
                if char in "snt":
                    char = " "
                elif char == "d":
                    char = "0"
                plain = plain and (not char.isalpha())
            elif char == "[":
                raise _UnknownError
            if self._peek() == "-" and self._pattern[self.at + 1] != "]":
                self._take()
                plain = plain and char.isdigit() and self._take().isdigit()
            members.add(_sieve(char))
            first = False
        self._take()
        return _Known(frozenset(members)) if plain else _ANYTHING


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
