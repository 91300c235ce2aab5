"""RE2 behind a small typed wall: no pattern here can take more than linear time.

Patterns run on one byte a character. That keeps positions of bytes and of characters the
same, and RE2's programs a fifth of the size they have on UTF-8, where every "anything but a
full stop" is a machine of its own. The bytes are ASCII, because RE2's filter wants its
literals in UTF-8: a wider character that some pattern names takes the place of a control
character, which plain text never holds; all others become one byte that no pattern names.
"""

from __future__ import annotations

import re
from operator import methodcaller
from typing import TYPE_CHECKING, Protocol, cast

import re2

from monitor.checks.confusables import Characters, translated
from monitor.checks.prepared import NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

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
_span = methodcaller("span")


class _Match(Protocol):
    def span(self) -> Span: ...


class _Compiled(Protocol):
    programsize: int

    def finditer(self, text: bytes) -> Iterator[_Match]: ...


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

    __slots__ = ("_compiled", "written")

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
        self._compiled: _Compiled | None = None
        if self.written not in prepared:
            self._check()

    def _check(self) -> None:
        try:
            compiled = self._compile()
        except re2.error as cause:
            said = cause.args[0] if cause.args else cause
            text = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
            raise PatternError(f"{text} (RE2 has no look-around or back-references)") from cause
        size = compiled.programsize
        if size > _LARGEST_PROGRAM:
            raise PatternError(f"it compiles to {size} steps, {_LARGEST_PROGRAM} are allowed")
        if next(compiled.finditer(b""), None) is not None:
            raise PatternError("it matches the empty text")

    def _compile(self) -> _Compiled:
        return cast("_Compiled", re2.compile(self.written, _options()))

    def _ready(self) -> _Compiled:
        # Another thread may let go of it meanwhile.
        compiled = self._compiled
        if compiled is None:
            compiled = self._compiled = self._compile()
        return compiled

    def forget(self) -> None:
        """Let go of what is compiled; the next text compiles it again."""
        self._compiled = None

    def stands(self, narrowed: bytes) -> bool:
        """Return whether there is any match in a narrowed text."""
        matches = self._ready().finditer(narrowed)
        return any(start < end for start, end in map(_span, matches))

    def spans(self, narrowed: bytes) -> list[Span]:
        """Return the first matches in a narrowed text, in order, at most `MOST_MATCHES`."""
        spans: list[Span] = []
        for match in self._ready().finditer(narrowed):
            span = match.span()
            if span[0] < span[1]:
                spans.append(span)
                if len(spans) == MOST_MATCHES:
                    break
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
        asked = re2.Set.SearchSet(_options())
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


def let_go() -> None:
    """Let go of what RE2's module itself keeps: the last 128 patterns, whoever compiled them.

    Each may grow to several megabytes while it matches ever new texts.
    """
    re2.purge()


def words_in(patterns: Iterable[str]) -> set[str]:
    """Return the words that patterns spell out, for the lexicon of disguised words."""
    together = "\n".join(patterns).lower()  # one pass for all: there are two thousand
    words: set[str] = set()
    for word, maybe in set(_LETTERS.findall(_ESCAPES.sub(" ", together))):
        words |= {word, word[:-1]} if maybe else {word}
    return words


def _options() -> re2.Options:
    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    options.never_capture = True  # only where a match stands is asked; groups cost time
    options.encoding = re2.Options.Encoding.LATIN1
    return options
