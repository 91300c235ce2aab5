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

from monitor.checks.syntax import Cursor, UnknownError

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
    except (UnknownError, IndexError):
        return None
    return part.blanks + 1 if reader.is_at_end else None


def longest_phrase(narrowed: bytes) -> int:
    """Return the most blanks that a text has without anything that ends a phrase.

    Args:
        narrowed: The text as patterns see it.
    """
    blanks = map(_count_blanks, narrowed.translate(_MARKS).split(_END))
    return max(blanks)


class _Reader(Cursor):
    """Recursive descent over one pattern; every choice it cannot follow raises."""

    def choice(self) -> _Part:
        """Read alternatives; the longest counts."""
        part = self._sequence()
        while self.peek() == "|":
            self.take()
            other = self._sequence()
            part = _Part(max(part.blanks, other.blanks), part.kinds | other.kinds)
        return part

    def _sequence(self) -> _Part:
        whole = _NOTHING
        while self.peek() not in ("", "|", ")"):
            part = self._atom()
            whole = _Part(whole.blanks + self._repeated(part), whole.kinds | part.kinds)
        return whole

    def _repeated(self, part: _Part) -> int:
        counted = self.repeats()
        if counted is None:
            return part.blanks
        _, times = counted
        if times is not None:
            if part.is_one and part.kinds != _CLASSES["s"]:
                times = (times + 1) // _SEVERAL
            return times * part.blanks
        if part.kinds <= _CLASSES["s"] or _BLANK not in part.kinds:
            return min(part.blanks, 1)
        if part.kinds <= _IN_PHRASES:
            return LONGEST_PHRASE
        raise UnknownError

    def _atom(self) -> _Part:
        char = self.take()
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
        self.opens_plainly()
        part = self.choice()
        self.take()
        return part._replace(is_one=False)

    def _escaped(self) -> _Part:
        char = self.take()
        if char in _ZERO_WIDTH:
            return _NOTHING
        if char in _CLASSES:
            return _one(_CLASSES[char])
        if char.isalnum():
            raise UnknownError
        return _one(_kind(char))

    def _class(self) -> frozenset[str]:
        """Return the kinds of a class; of one that says what it is not, all but blanks it names."""
        kinds = frozenset[str]()
        is_negated = self.peek() == "^"
        if is_negated:
            self.take()
        first, names_blanks = True, False
        while first or self.peek() != "]":
            names_blanks = names_blanks or self.pattern.startswith(r"\s", self.at)
            kinds |= self._member()
            first = False
        self.take()
        if is_negated:
            return _SOLID if names_blanks else _ALL
        return kinds

    def _member(self) -> frozenset[str]:
        """Read a character or a range of a class."""
        char = self.take()
        if char == "[":
            raise UnknownError
        if char == "\\":
            return self._escaped().kinds
        if self.peek() != "-" or self.pattern[self.at + 1] == "]":
            return _kind(char)
        self.take()
        last = self.take()
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
