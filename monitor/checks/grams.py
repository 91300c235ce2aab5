"""How a plain text is laid out for the tables: words with a blank on each side.

Letters stay, every digit is ``0``, an emoji is a word of its own, all else is a blank; links
and handles are left out, because they are nobody's words. Names of equal standing
(`tables/swaps.toml`) become one word for their class, so no table can weigh one of them more
than another. Training and judging lay texts out by this one module.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING

import tomli

from monitor.checks.confusables import Characters, translated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from monitor.checks.patterns import Span

_FIRST_SYMBOL = 0x2190
_VARIATIONS = range(0xFE00, 0xFE10)
_PRIVATE = range(0xE000, 0xF900)
"""Code points without a meaning: one stands for each class, and none is taken from a text."""
_LINK = re.compile(r"https?://\S+")  # by itself, it is found by its first letters
_PASSED_OVER = re.compile(rf"{_LINK.pattern}|@user\b|(?<!\w)@\w+|\[(?:url|user)\]")
_MOST_PARTS = 4
_LETTERS = (3, 4, 5)
_EXPLAINED_GAP = 1


class _Laid(Characters):
    """What becomes of each character in the layout."""

    def becomes(self, code: int) -> str:
        char = chr(code)
        if char.isdigit():
            return "0"
        if char.isalpha():
            return char
        if code in _PRIVATE or code < _FIRST_SYMBOL or char.isspace() or code in _VARIATIONS:
            return " "
        return f" {char} "


LAID: Characters = _Laid()
"""Lays characters out, for `translated`."""


class Swaps:
    """Classes of names that may change places."""

    def __init__(self, classes: dict[str, list[str]]) -> None:
        """Take classes by name; a name of several words is written with blanks."""
        self.classes = classes
        self._single: dict[str, str] = {}
        self._several: dict[tuple[str, ...], str] = {}
        for code, (_, members) in zip(_PRIVATE, sorted(classes.items()), strict=False):
            word = chr(code)
            for member in members:
                parts = tuple(member.split())
                if len(parts) == 1:
                    self._single[member] = word
                else:
                    self._several[parts] = word
        self._firsts = frozenset(parts[0] for parts in self._several)
        self._named = self._firsts.union(self._single)
        stated = repr(sorted((name, sorted(members)) for name, members in classes.items()))
        self.digest = hashlib.sha256(stated.encode()).hexdigest()[:16]

    def words(self, words: Sequence[str]) -> list[str]:
        """Put the class's word in the place of each name."""
        if self._named.isdisjoint(words):
            return list(words)
        if self._firsts.isdisjoint(words):
            return list(map(self._single.get, words, words))
        found: list[str] = []
        last = 0
        # Name by name: between those of several words nothing is looked at twice.
        for first in [at for at, word in enumerate(words) if word in self._firsts]:
            if first < last:
                continue
            several, end = self._several_at(words, first)
            if several is not None:
                between = words[last:first]
                found += map(self._single.get, between, between)
                found.append(several)
                last = end
        rest = words[last:]
        found += map(self._single.get, rest, rest)
        return found

    def _several_at(self, words: Sequence[str], at: int) -> tuple[str | None, int]:
        """Return what stands for a name of several words that begins at one, and where it ends."""
        for length in range(min(_MOST_PARTS, len(words) - at), 1, -1):
            several = self._several.get(tuple(words[at : at + length]))
            if several is not None:
                return several, at + length
        return None, at + 1

    def placed(self, words: Sequence[str]) -> Iterator[tuple[str, int, int]]:
        """Yield each word with the range of the words it stands for."""
        at = 0
        while at < len(words):
            word = words[at]
            several, end = self._several_at(words, at) if word in self._firsts else (None, at + 1)
            yield several or self._single.get(word, word), at, end
            at = end


@lru_cache(maxsize=1)
def bundled_swaps() -> Swaps:
    """Return the classes that the bundled tables were trained with."""
    text = files("monitor.checks.tables").joinpath("swaps.toml").read_text(encoding="utf-8")
    return Swaps(tomli.loads(text))


def laid_out(text: str, swaps: Swaps) -> str:
    """Lay a plain text out: one blank before, between and after its words.

    Args:
        text: As `monitor.checks.normalise` made it plain.
        swaps: The classes.
    """
    return f" {' '.join(own_words(text, swaps))} "


def own_words(text: str, swaps: Swaps) -> list[str]:
    """Return the words of a plain text as they are laid out.

    Args:
        text: As `monitor.checks.normalise` made it plain.
        swaps: The classes.
    """
    return swaps.words(translated(_without_links(text), LAID).split())


def _without_links(text: str) -> str:
    """Blank links, handles and what stands for them in published sets; positions stay."""
    if "@" in text or "[" in text:
        # Nothing goes beyond its line, and of a long text most lines have none.
        return "\n".join(
            _PASSED_OVER.sub(_blank, line) if "@" in line or "[" in line or "://" in line else line
            for line in text.split("\n")
        )
    if "://" in text:
        return _LINK.sub(_blank, text)
    return text


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def grams(laid: str) -> set[str]:
    """Return every n-gram that a table may weigh: 1 to 3 words, and 3 to 5 letters of a word.

    Each counts once a text, however many words have it.
    """
    words = laid.split()
    found = {f" {one} {two} " for one, two in pairwise(words)}
    found.update(f" {' '.join(words[at : at + 3])} " for at in range(len(words) - 2))
    for word in set(words):
        found.update(within(word))
    return found


def within(word: str) -> list[str]:
    """Return what a table may weigh within one word; some of it twice."""
    bounded = f" {word} "
    found = [bounded] if len(bounded) > _LETTERS[-1] else []  # else it is among its own parts
    for size in _LETTERS:
        found += [bounded[at : at + size] for at in range(len(bounded) - size + 1)]
    return found


def of_letters(gram: str) -> bool:
    """Return whether an n-gram is a few letters of a word, not whole words."""
    return not (gram.startswith(" ") and gram.endswith(" "))


def places(text: str, swaps: Swaps) -> list[tuple[int, int, int, int]]:
    """Return for each word of the laid-out text where it stands there and in the plain text.

    Only asked for texts whose score must be explained.
    """
    words: list[str] = []
    stands: list[Span] = []
    letters: list[str] = []
    first = last = 0
    for position, char in enumerate(f"{_without_links(text)} "):
        for one in LAID[ord(char)]:
            if one != " ":
                first = first if letters else position
                last = position + 1
                letters.append(one)
            elif letters:
                words.append("".join(letters))
                stands.append((first, last))
                letters = []
    found = []
    at = 1
    for word, start, end in swaps.placed(words):
        found.append((at, at + len(word), stands[start][0], stands[end - 1][1]))
        at += len(word) + 1
    return found


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return ordered spans, those that touch or have one character between them as one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1] + _EXPLAINED_GAP:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)
