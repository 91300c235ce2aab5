r"""How many words a match of a pattern takes, so that it need not be sought in all of a long text.

A word is what stands between two blanks. What may come again without end either holds no blank,
or is taken for no more words than people write without a full stop or comma; whether a text has
more is for `longest_phrase` to say.

The reader knows the part of RE2's syntax that rules are written in; at anything else it gives up
on that pattern, which is then sought everywhere. So a mistake on the careful side costs time,
never a finding.
"""

from __future__ import annotations

from operator import methodcaller
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_PHRASE = 40
"""For so many blanks counts what may come again without end."""
_SEVERAL = 2
_count_blanks: Callable[[bytes], int] = methodcaller("count", b" ")

# Kinds of character.
_BLANK, _PHRASE, _STOP = "blank", "phrase", "stop"
_ALL = frozenset({_BLANK, _PHRASE, _STOP})
_SOLID = _ALL - {_BLANK}
_IN_PHRASES = frozenset({_BLANK, _PHRASE})
_ZERO_WIDTH = frozenset("bBAz")
_CLASSES = {
    "w": frozenset({_PHRASE}),
    "d": frozenset({_PHRASE}),
    "s": frozenset({_BLANK}),
    "n": frozenset({_BLANK}),
    "t": frozenset({_BLANK}),
    "W": _ALL,
    "S": _SOLID,
    "D": _ALL,
}


class _UnknownError(Exception):
    """The pattern uses something this reader does not know."""


class _Part(NamedTuple):
    """A part of a pattern.

    Attributes:
        blanks: The most words that begin within it: after so many blanks.
        kinds: Of what kinds its characters are.
        is_one: It is one character, of which no two in a row begin a word.
    """

    blanks: int
    kinds: frozenset[str]
    is_one: bool = False


_NOTHING = _Part(0, frozenset())


def reach_of(pattern: str) -> int | None:
    """Return the most words that a match of a pattern touches; None if that is not known.

    Args:
        pattern: RE2 syntax, as it is run. Without end are at most `LONGEST_PHRASE` words.
    """
    reader = _Reader(pattern)
    try:
        part = reader.choice()
    except (_UnknownError, IndexError):
        return None
    return part.blanks + 1 if reader.at == len(pattern) else None


def longest_phrase(narrowed: bytes) -> int:
    """Return the most blanks that a text has without anything that ends a phrase.

    Args:
        narrowed: The text as patterns see it.
    """
    blanks = map(_count_blanks, narrowed.translate(_MARKS).split(_END))
    return max(blanks)


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

    def choice(self) -> _Part:
        """Read alternatives; the longest counts."""
        part = self._sequence()
        while self._peek() == "|":
            self._take()
            other = self._sequence()
            part = _Part(max(part.blanks, other.blanks), part.kinds | other.kinds)
        return part

    def _sequence(self) -> _Part:
        whole = _NOTHING
        while self._peek() not in ("", "|", ")"):
            part = self._atom()
            whole = _Part(whole.blanks + self._repeated(part), whole.kinds | part.kinds)
        return whole

    def _repeated(self, part: _Part) -> int:
        if self._peek() not in ("?", "*", "+", "{"):
            return part.blanks
        times = self._times()
        if self._peek() == "?":
            self._take()
        if times is not None:
            if part.is_one and part.kinds != _CLASSES["s"]:
                times = (times + 1) // _SEVERAL
            return times * part.blanks
        if part.kinds <= _CLASSES["s"] or _BLANK not in part.kinds:
            return min(part.blanks, 1)
        if part.kinds <= _IN_PHRASES:
            return LONGEST_PHRASE
        raise _UnknownError

    def _times(self) -> int | None:
        """Return how often a part comes at most; None: without end."""
        sign = self._take()
        if sign != "{":
            return 1 if sign == "?" else None
        inside = ""
        while self._peek() != "}":
            inside += self._take()
        self._take()
        least, comma, most = inside.partition(",")
        if not least.isdigit() or (most and not most.isdigit()):
            raise _UnknownError
        return int(most or least) if most or not comma else None

    def _atom(self) -> _Part:
        char = self._take()
        if char == "(":
            return self._group()
        if char == "[":
            return _one(self._class())
        if char == "\\":
            return self._escaped()
        if char in "^$":
            return _NOTHING
        return _one(_ALL if char == "." else _kind(char))

    def _group(self) -> _Part:
        if self._peek() == "?":
            if not self._pattern.startswith("?:", self.at):
                raise _UnknownError
            self.at += 2
        part = self.choice()
        self._take()
        return part._replace(is_one=False)

    def _escaped(self) -> _Part:
        char = self._take()
        if char in _ZERO_WIDTH:
            return _NOTHING
        if char in _CLASSES:
            return _one(_CLASSES[char])
        if char.isalnum():
            raise _UnknownError
        return _one(_kind(char))

    def _class(self) -> frozenset[str]:
        """Return the kinds of a class; of one that says what it is not, all but blanks it names."""
        kinds = frozenset[str]()
        is_negated = self._peek() == "^"
        if is_negated:
            self._take()
        first, names_blanks = True, False
        while first or self._peek() != "]":
            names_blanks = names_blanks or self._pattern.startswith(r"\s", self.at)
            kinds |= self._member()
            first = False
        self._take()
        if is_negated:
            return _SOLID if names_blanks else _ALL
        return kinds

    def _member(self) -> frozenset[str]:
        """Read a character or a range of a class."""
        char = self._take()
        if char == "[":
            raise _UnknownError
        if char == "\\":
            return self._escaped().kinds
        if self._peek() != "-" or self._pattern[self.at + 1] == "]":
            return _kind(char)
        self._take()
        last = self._take()
        is_within = any(a <= char <= last <= z for a, z in ("az", "AZ", "09"))
        return _kind(char) if is_within and last.isalnum() else _ALL


def _one(kinds: frozenset[str]) -> _Part:
    return _Part(int(_BLANK in kinds), kinds, is_one=True)


def _kind(char: str) -> frozenset[str]:
    if char.isspace():
        return _CLASSES["s"]
    is_phrase = char.isascii() and (char.isalnum() or char in "_'&-")
    return frozenset({_PHRASE if is_phrase else _STOP})


_END = b"."
_MARKS = b"".join(
    {_BLANK: b" ", _PHRASE: b"x", _STOP: _END}[next(iter(_kind(chr(byte))))] for byte in range(256)
)
