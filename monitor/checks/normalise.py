"""Text made plain for matching, with the way back to the original code points.

Lower case, look-alikes as plain Latin, invisible characters gone, quotes straight, runs of
blanks one blank, hashtags split into words; and, where that gives a word some rule looks
for, leetspeak read ("1di0t"), stretched letters shortened ("looooser") and spaced letters
joined ("v o t e"). An original word is never touched when the result would be no such word,
so "7pm", "A5" and "www" stay what they are.

The law that matters: for every span of the plain text, ``original[start:end]`` is the very
text a reader sees there. Everything is linear in the length of the text.
"""

from __future__ import annotations

import re
from functools import lru_cache, partial
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any, NamedTuple

import re2

from monitor.checks.confusables import FOLD, FOLD_ONE, ODD, translated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

_SHORTEST = 4  # shorter words decode too easily by chance: A55 is a road
_LONGEST = 40
_LONGEST_RUN = 2_000
_MOST_RUNS = 3
_MANY = 8  # above one in so many, spelling out the whole text is quicker than editing it
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")
_BLANKS = re.compile(r" +\n[ \n]*|\n +[ \n]*| {2,}")
_TAG = re.compile(r"#(\w{4,60})")
_CAMEL = re.compile(
    r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=(?:19|20)\d\d(?!\d))"
)
_SIGNS = "0134579@$!|"
_SIGN_RUN = re.compile(r"[0134579@$!|]+")
_DISGUISED = re.compile(r"[a-z0134579@$!|]+")
_READINGS = (
    str.maketrans(_SIGNS, "oieastgasil"),
    str.maketrans(_SIGNS, "oleastgasil"),
)
_BY_A_LETTER, _RARE = range(2)
_RUN = re.compile(r"([a-z])\1{2,}")
_STRETCHED = re.compile(r"(?<![a-z])[a-z]*?([a-z])\1{2,}[a-z]*")
_SPACED = re.compile(r"(?<![a-z0-9])[a-z](?:[ .\-_*][a-z]){3,}(?![a-z0-9])")
_ENDINGS = ("s", "es", "ed", "er", "ers", "ing", "in", "y")


def _hints() -> Any:
    """Return cheap questions, all asked in one pass, before costly searches.

    They are asked of bytes: whatever is not ASCII may be a letter.
    """
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    hints = re2.Set.SearchSet(options)
    letter, sign = r"[a-z\x80-\xff]", f"[{re.escape(_SIGNS)}]"
    hints.Add(f"{letter}{sign}|{sign}{letter}")
    # "www" is so common that w is left out.
    stretched = "|".join(letter * 3 for letter in "abcdefghijklmnopqrstuvxyz")
    hints.Add(rf"{stretched}|\b[a-z](?:[ .\-_*][a-z]){{3}}\b")
    hints.Compile()
    return hints


_HINTS = _hints()

Edit = tuple[int, int, str]
"""Replace the plain text from start to end by other text."""


class Where(NamedTuple):
    """For each character of a plain text where it begins and ends in the original."""

    starts: Sequence[int]
    ends: Sequence[int]


class Normal:
    """A text made plain.

    Attributes:
        original: The text given.
        text: The same made plain.
    """

    __slots__ = ("_where", "original", "text")

    def __init__(
        self, original: str, text: str, where: Where | Callable[[], Where] | None = None
    ) -> None:
        """Keep both.

        Args:
            original: The text given.
            text: The same made plain.
            where: Where each character stands, or what works that out once it is asked for: of
                most texts nobody asks. None when both have the same positions.
        """
        self.original = original
        self.text = text
        self._where = where

    @property
    def starts(self) -> Sequence[int] | None:
        """For each plain character where it begins in the original; None: at the same place."""
        where = self._mapped()
        return None if where is None else where.starts

    @property
    def ends(self) -> Sequence[int] | None:
        """The same for where it ends."""
        where = self._mapped()
        return None if where is None else where.ends

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the original code points of a non-empty stretch of ``text``."""
        where = self._mapped()
        return (start, end) if where is None else (where.starts[start], where.ends[end - 1])

    def _mapped(self) -> Where | None:
        where = self._where
        if where is not None and not isinstance(where, Where):
            where = self._where = where()
        return where


class Lexicon:
    """The words that rules look for; decides which disguised words are worth reading."""

    def __init__(self, words: Iterable[str]) -> None:
        """Keep the words of two letters or more; they must be plain already."""
        self._words = frozenset(word for word in words if len(word) > 1)
        self.known = lru_cache(maxsize=8192)(self._known)
        self.read = lru_cache(maxsize=8192)(self._read)
        self.split = lru_cache(maxsize=8192)(self._split)

    def _knows(self, word: str) -> bool:
        """Whether a word, with or without a common ending, is one that a rule looks for."""
        if len(word) < _SHORTEST:
            return False
        if word in self._words:
            return True
        return any(
            word.endswith(ending)
            and len(word) - len(ending) >= _SHORTEST
            and word[: -len(ending)] in self._words
            for ending in _ENDINGS
        )

    def _known(self, word: str) -> str | None:
        """Return the known word behind a spelling; runs of a letter may be one or two."""
        if len(word) <= _LONGEST and self._knows(word):
            return word
        runs = len(_RUN.findall(word))
        if not 0 < runs <= _MOST_RUNS:
            return None
        for repeats in product((1, 2), repeat=runs):
            short = _shortened(word, repeats)
            if len(short) <= _LONGEST and self._knows(short):
                return short
        return None

    def _read(self, word: str) -> str | None:
        """Return the known word that leetspeak stands for."""
        if word.isalpha() or not any(map(str.isalpha, word)):
            return None
        for reading in _READINGS:
            read = self._known(word.translate(reading))
            if read is not None:
                return read
        return None

    def _split(self, joined: str) -> tuple[int, ...] | None:
        """Return where a joined text falls into known words; None if it does not.

        Fewest words win; an empty tuple means that it is one known word.
        """
        best: dict[int, tuple[int, ...]] = {0: ()}
        for end in range(1, len(joined) + 1):
            for start, before in list(best.items()):
                if end - start > _LONGEST or joined[start:end] not in self._words:
                    continue
                cuts = (*before, start) if start else ()
                if end not in best or len(cuts) < len(best[end]):
                    best[end] = cuts
        return best.get(len(joined))


def _shortened(word: str, repeats: Sequence[int]) -> str:
    """Cut each run of a letter to its number of repeats."""
    counts = iter(repeats)
    return _RUN.sub(lambda run: run[1] * next(counts), word)


class Normaliser:
    """Makes texts plain; built once from the words that rules look for."""

    def __init__(self, lexicon: Lexicon | None = None) -> None:
        """Without a lexicon no disguised word is read and only CamelCase hashtags split."""
        self._lexicon = lexicon or Lexicon(())

    def __call__(self, original: str) -> Normal:
        """Make a text plain. Never fails, whatever the text holds."""
        folded = translated(original, FOLD_ONE)
        odd = folded.count(ODD)
        if odd * _MANY > len(folded):
            normal = _spelt_out(original)
        elif odd:
            normal = _edited(Normal(original, folded), list(_odd(original, folded)))
        else:
            normal = Normal(original, folded)
        for step in self._steps(normal.text):
            edits = list(step(normal))
            if edits:
                normal = _edited(normal, edits)
        return normal

    def _steps(self, text: str) -> Iterator[Callable[[Normal], Iterable[Edit]]]:
        """Choose by cheap tests which steps can find anything at all."""
        if "  " in text or " \n" in text or "\n " in text:
            yield _blanks
        if "#" in text:
            yield self._tags
        hints = _HINTS.Match(text.encode("utf-8", "surrogatepass")) or ()
        if _BY_A_LETTER in hints:
            yield self._leet
        if _RARE in hints:
            yield self._stretched
            yield self._spaced

    def _tags(self, normal: Normal) -> Iterator[Edit]:
        for match in _TAG.finditer(normal.text):
            tag, first = match[1], match.start(1)
            cased = _cased(normal, first, match.end(1))
            humps = [0, *(cut.start() for cut in _CAMEL.finditer(cased)), len(tag)]
            for start, end in pairwise(humps):
                if start:
                    yield first + start, first + start, " "
                for cut in self._lexicon.split(tag[start:end]) or ():
                    yield first + start + cut, first + start + cut, " "

    def _leet(self, normal: Normal) -> Iterator[Edit]:
        text, last = normal.text, 0
        for match in _SIGN_RUN.finditer(text):
            start, end = match.span()
            in_front = text[end : end + 1].isalpha()
            if start < last or not (in_front or text[start - 1 : start].isalpha()):
                continue
            if not in_front and not match[0].strip("!"):  # an exclamation after a plain word
                continue
            first = start
            while first > last and start - first < _LONGEST and text[first - 1] in _LETTERS:
                first -= 1
            whole = _DISGUISED.match(text, first, first + _LONGEST + 1)
            last = whole.end() if whole else end
            word = text[first:last].rstrip("!")
            if _SHORTEST <= len(word) <= _LONGEST:
                read = self._lexicon.read(word)
                if read is not None:
                    yield first, first + len(word), read

    def _stretched(self, normal: Normal) -> Iterator[Edit]:
        for match in _STRETCHED.finditer(normal.text):
            read = self._lexicon.known(match[0]) if len(match[0]) <= _LONGEST_RUN else None
            if read is not None and read != match[0]:
                yield match.start(), match.end(), read

    def _spaced(self, normal: Normal) -> Iterator[Edit]:
        for match in _SPACED.finditer(normal.text):
            joined = match[0][::2]
            cuts = self._lexicon.split(joined) if len(joined) <= _LONGEST else None
            if cuts is not None:
                words = [joined[a:b] for a, b in pairwise([0, *cuts, len(joined)])]
                if max(map(len, words)) >= _SHORTEST:
                    yield match.start(), match.end(), " ".join(words)


def _odd(original: str, folded: str) -> Iterator[Edit]:
    """Yield what becomes of the characters that are not one for one."""
    position = folded.find(ODD)
    while position >= 0:
        yield position, position + 1, FOLD[ord(original[position])]
        position = folded.find(ODD, position + 1)


def _spelt_out(original: str) -> Normal:
    """Fold a text in which some characters become none or several."""
    parts = [FOLD[ord(char)] for char in original]
    return Normal(original, "".join(parts), partial(_of_parts, parts))


def _of_parts(parts: Sequence[str]) -> Where:
    starts = [position for position, plain in enumerate(parts) for _ in plain]
    return Where(starts, [start + 1 for start in starts])


def _edited(normal: Normal, edits: Sequence[Edit]) -> Normal:
    """Apply edits that are in order and do not overlap."""
    before = normal.text
    parts: list[str] = []
    last = 0
    for start, end, text in edits:
        parts += (before[last:start], text)
        last = end
    parts.append(before[last:])
    return Normal(normal.original, "".join(parts), partial(_moved, normal, edits))


def _moved(normal: Normal, edits: Sequence[Edit]) -> Where:
    """Return where everything stands after the edits."""
    count = len(normal.text)
    starts_before = range(count) if normal.starts is None else normal.starts
    ends_before = range(1, count + 1) if normal.ends is None else normal.ends
    starts: list[int] = []
    ends: list[int] = []
    last = 0
    for start, end, text in edits:
        starts += starts_before[last:start]
        ends += ends_before[last:start]
        if start < end:
            first, final = starts_before[start], ends_before[end - 1]
        else:  # an insertion stands for nothing of the original
            first = final = starts_before[start]
        starts += [first] * len(text)
        ends += [final] * len(text)
        last = end
    starts += starts_before[last:]
    ends += ends_before[last:]
    return Where(starts, ends)


def _blanks(normal: Normal) -> Iterator[Edit]:
    """One blank for many; an empty line stays, because no sentence goes on beyond it."""
    for match in _BLANKS.finditer(normal.text):
        lines = match[0].count("\n")
        yield match.start(), match.end(), "\n" * min(lines, 2) if lines else " "


def _cased(normal: Normal, start: int, end: int) -> str:
    """Return a stretch of plain text in the original's case."""
    if normal.starts is None:
        return normal.original[start:end]
    return "".join(
        plain.upper() if normal.original[at].isupper() else plain
        for plain, at in zip(normal.text[start:end], normal.starts[start:end], strict=True)
    )
