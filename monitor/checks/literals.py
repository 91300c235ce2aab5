"""Which words must stand in a text before a pattern can match at all.

A pattern runs only on texts that hold one of its words, and all patterns' words are sought
together in one pass. The reader here knows the part of RE2's syntax that rules are written
in; at anything else it gives up on that pattern, which then always runs. So a mistake on
the careful side costs time, never a finding.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MOST = 400
_MOST_JOINED = 40
_LONG_ENOUGH = 6
_COMMON = frozenset(("", " ", ",", ".", "-", "'", "!", "?", ":", "(", ")", "/"))
_LONGEST = 40
# A run of plain characters, without the last one where a repetition follows it.
_PLAIN = re.compile(r"[^\\.\[\](){}|?*+^$]+(?![?*+{])")
_EMPTY = frozenset({""})
_POINTS = frozenset("bBAz")
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
    return known.best()


def _worth(words: frozenset[str] | None) -> tuple[int, int]:
    """Rate a set: the longer its shortest word the better, then the fewer the better."""
    if not words or len(words) > _MOST:
        return (0, 0)
    shortest = min(map(len, words))
    if shortest <= 1 and any(
        len(word) <= 1 and (word.isalnum() or word in _COMMON) for word in words
    ):
        return (0, 0)
    return (min(shortest, _LONG_ENOUGH), -len(words))


def _better(*sets: frozenset[str] | None) -> frozenset[str] | None:
    best, worth = None, (0, 0)
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
        return _Known(exact, needed=needed)

    def _sequence(self) -> _Known:
        """Read parts that follow each other; runs of exact parts grow into longer words."""
        run: frozenset[str] | None = _EMPTY
        whole = True
        needed: frozenset[str] | None = None
        while self._peek() not in ("", "|", ")"):
            part = self._repeated()
            grown = _joined(run, part.exact)
            if grown is not None:
                run = grown
                continue
            whole = False
            needed = _better(needed, run, part.needed, _joined(run, part.start))
            run = part.exact if part.exact is not None else _EMPTY
        return _Known(run if whole else None, needed=_better(needed, run))

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
            return _Known(frozenset({letters[0].lower().replace("\n", " ")}))
        char = self._take()
        if char in _OPENINGS:
            return {"(": self._group, "[": self._class, "\\": self._escaped}[char]()
        if char == ".":
            return _ANYTHING
        if char in "^$":
            return _Known(_EMPTY)
        return _Known(frozenset({" " if char.isspace() else char.lower()}))

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
        if char in _POINTS:
            return _Known(_EMPTY)
        if char in "snt":
            return _Known(frozenset({" "}))
        if char in "dDwWS":
            return _ANYTHING
        if char.isalnum():
            raise _UnknownError
        return _Known(frozenset({char}))

    def _class(self) -> _Known:
        """Read a class; one of a few plain characters is as good as alternatives."""
        members: set[str] = set()
        plain = self._peek() not in ("^", "]")
        first = True
        while first or self._peek() != "]":
            char = self._take()
            if char == "\\":
                char = self._take()
                plain = plain and not char.isalnum()
            elif char == "[":
                raise _UnknownError
            if self._peek() == "-" and self._pattern[self.at + 1] != "]":
                plain = False
            members.add(" " if char.isspace() else char.lower())
            first = False
        self._take()
        return _Known(frozenset(members)) if plain else _ANYTHING


def _joined(run: frozenset[str] | None, part: frozenset[str] | None) -> frozenset[str] | None:
    """Return every text of a run followed by every text of a part; None if too many."""
    if run is None or part is None or len(run) * len(part) > _MOST_JOINED:
        return None
    joined = frozenset(first + second for first in run for second in part)
    return joined if all(len(word) <= _LONGEST for word in joined) else None
