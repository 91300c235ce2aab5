"""RE2 behind a small typed wall: no pattern here can take more than linear time.

Patterns run on one byte a character. That keeps positions of bytes and of characters the
same, and RE2's programs a fifth of the size they have on UTF-8, where every "anything but a
full stop" is a machine of its own. The bytes are ASCII, because RE2's filter wants its
literals in UTF-8: a wider character that some pattern names takes the place of a control
character, which plain text never holds; all others become one byte that no pattern names.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol, cast

import re2

from monitor.checks.confusables import Characters, translated
from monitor.checks.prepared import NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from monitor.checks.prepared import Prepared

Span = tuple[int, int]
"""Start and end of a stretch of text, in code points."""

MOST_MATCHES = 300
"""Most matches of one pattern in one text; a rule needs a few."""
_MEMORY = 4 << 20
_LARGEST_PROGRAM = 5_000
_ESCAPES = re.compile(r"\\[pP]\{[^}]*\}|\\x\{[^}]*\}|\\.|\[[^\]]*\]|\(\?[a-zA-Z]*[:)<]?")
_LETTERS = re.compile(r"([a-z]{3,})(\??)")
_BLANK = re.compile(r"\\.| ", re.DOTALL)
_WIDE = re.compile(r"[^\x00-\x7f]")
_OTHER = "\x1a"
_FREE = [byte for byte in range(1, 0x20) if chr(byte) not in "\t\n\v\f\r" + _OTHER]
_ASCII = 0x80
_SEVERAL = 2
# RE2 without its module's wrapping for Python, which works on each match in Python, keeps patterns
# of its own, and asks a pattern's 13 options for each one that is compiled.
_RE2 = re2._re2.RE2  # noqa: SLF001 - as said above; what it returns is checked by the tests
_ANYWHERE = _RE2.Anchor.UNANCHORED


class _Match(Protocol):
    def __call__(self, anchor: object, text: bytes, start: int, end: int, /) -> Sequence[Span]: ...


class _Compiled(Protocol):
    Match: _Match

    def ok(self) -> bool: ...

    def error(self) -> bytes: ...

    def ProgramSize(self) -> int: ...  # noqa: N802 - RE2's name


def _options() -> re2.Options:
    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    options.never_capture = True  # only where a match stands is asked; groups cost time
    options.encoding = re2.Options.Encoding.LATIN1
    return options


_OPTIONS = _options()


class PatternError(ValueError):
    """A pattern that RE2 does not take, or that would be too large to run quickly."""


class Alphabet(Characters):
    """Which byte stands for which character, for one set of patterns."""

    def __init__(self, patterns: Iterable[str]) -> None:
        """Give every wide character that a pattern names a byte of its own.

        Raises:
            PatternError: The patterns name more of them than there are free bytes.
        """
        super().__init__()
        wide = sorted(set(_WIDE.findall("".join(patterns))))
        if len(wide) > len(_FREE):
            raise PatternError(f"{len(wide)} different characters beyond ASCII; write terms")
        for byte, char in zip(_FREE, wide, strict=False):
            self[ord(char)] = chr(byte)

    def becomes(self, code: int) -> str:
        """Keep ASCII; everything that no pattern names is one and the same."""
        return chr(code) if code < _ASCII else _OTHER

    def narrow(self, text: str) -> bytes:
        """Return a text as one byte a character."""
        return (text if text.isascii() else translated(text, self)).encode("ascii")


class Pattern:
    """One pattern, checked at once and kept compiled from its first use on.

    Nearly all never run, and a thousand that are compiled take as much memory as the rest
    of the judge: so what is compiled may be let go between two runs.
    """

    __slots__ = ("_match", "written")

    def __init__(self, pattern: str, alphabet: Alphabet, prepared: Prepared = NOTHING) -> None:
        """Check a pattern.

        Args:
            pattern: RE2 syntax; a literal blank matches any white space.
            alphabet: Made from this pattern among others.
            prepared: What is known; a pattern in there was checked before.

        Raises:
            PatternError: It is no RE2 pattern, matches the empty text, or is too large.
        """
        spaced = _BLANK.sub(lambda part: r"\s" if part[0] == " " else part[0], pattern)
        self.written = alphabet.narrow(spaced)
        self._match: _Match | None = None
        if self.written not in prepared:
            self._check()

    def _check(self) -> None:
        compiled = self._compiled()
        if not compiled.ok():
            said = compiled.error().decode(errors="replace")
            raise PatternError(f"{said} (RE2 has no look-around or back-references)")
        size = compiled.ProgramSize()
        if size > _LARGEST_PROGRAM:
            raise PatternError(f"it compiles to {size} steps, {_LARGEST_PROGRAM} are allowed")
        if compiled.Match(_ANYWHERE, b"", 0, 0)[0] == (0, 0):
            raise PatternError("it matches the empty text")

    def _compiled(self) -> _Compiled:
        return cast("_Compiled", _RE2(self.written, _OPTIONS))

    def _ready(self) -> _Match:
        # Another thread may let go of it meanwhile.
        match = self._match
        if match is None:
            match = self._match = self._compiled().Match
        return match

    def forget(self) -> None:
        """Let go of what is compiled; the next text compiles it again."""
        self._match = None

    def stands(self, narrowed: bytes) -> bool:
        """Return whether there is any match in a narrowed text."""
        return bool(self.spans(narrowed, most=1))

    def spans(
        self, narrowed: bytes, within: Iterable[Span] | None = None, *, most: int = MOST_MATCHES
    ) -> list[Span]:
        """Return the first matches in a narrowed text, in order.

        Args:
            narrowed: The text.
            within: Stretches, ordered and apart, outside which no match begins or ends; None:
                the whole text. What stands beside a stretch is seen all the same.
            most: So many matches at most.
        """
        match = self._ready()
        spans: list[Span] = []
        for start, end in ((0, len(narrowed)),) if within is None else within:
            at = start
            while at < end:
                span = match(_ANYWHERE, narrowed, at, end)[0]
                first, last = span
                if first < 0:
                    break
                if first < last:
                    spans.append(span)
                    if len(spans) == most:
                        return spans
                at = last if last > at else at + 1
        return spans


class Together:
    """Patterns that are asked together which of them stand in a text, in one pass for all.

    What silences a rule is a dozen patterns, of which as a rule none stands.
    """

    __slots__ = ("_asked", "_is_apart", "patterns")

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        """Keep the patterns; they are compiled when they are asked."""
        self.patterns = tuple(patterns)
        self._asked: re2.Set | None = None
        self._is_apart = len(self.patterns) < _SEVERAL

    def standing(self, narrowed: bytes) -> Sequence[Pattern]:
        """Return those that may stand in a narrowed text; no other does."""
        # Another thread may let go of it meanwhile.
        asked = None if self._is_apart else self._asked or self._compile()
        if asked is None:
            return self.patterns
        return [self.patterns[number] for number in asked.Match(narrowed) or ()]

    def _compile(self) -> re2.Set | None:
        asked = re2.Set.SearchSet(_OPTIONS)
        for pattern in self.patterns:
            asked.Add(pattern.written)
        try:
            asked.Compile()
        except re2.error:  # together they are too large; each by itself was found small enough
            self._is_apart = True
            return None
        self._asked = asked
        return asked

    def forget(self) -> None:
        """Let go of what is compiled; the next text compiles it again."""
        self._asked = None
        for pattern in self.patterns:
            pattern.forget()


def words_in(patterns: Iterable[str]) -> set[str]:
    """Return the words that patterns spell out, for the lexicon of disguised words."""
    together = "\n".join(patterns).lower()  # one pass for all: there are two thousand
    words: set[str] = set()
    for word, maybe in set(_LETTERS.findall(_ESCAPES.sub(" ", together))):
        words |= {word, word[:-1]} if maybe else {word}
    return words
