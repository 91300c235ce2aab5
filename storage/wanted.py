"""What a person searches for, taken apart once: pure, and never any engine's syntax.

Words are runs of letters and digits; case and accents do not matter. Every word asked for
must occur; a word also finds longer words that begin with it (``vote`` finds ``voters``),
words "in double quotes" are a phrase and must stand so. The index of the database and the
plain reader below answer alike for Latin scripts; a test holds them against each other.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MOST_WORDS = 20
"""More words than this tell nothing more and cost time: the rest is left out."""
_MOST_LENGTH = 60
_PIECE = re.compile(r'"([^"]*)"|([^\s"]+)')
_WORD = re.compile(r"[^\W_]+")
_LETTERS = re.compile("[^\x00-\x7f]")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that must stand one after the other.

    Attributes:
        words: In lower case, without accents.
        is_prefix: The last word may go on.
    """

    words: tuple[str, ...]
    is_prefix: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """A search, taken apart. All phrases must occur; with none, nothing is found."""

    phrases: tuple[Phrase, ...]

    @classmethod
    def of(cls, query: str) -> Wanted:
        """Take what a person typed apart; whatever was typed, nothing is refused."""
        found: dict[Phrase, None] = {}
        for quoted, bare in _PIECE.findall(query):
            words = tuple(word[:_MOST_LENGTH] for word in words_of(quoted or bare))
            if words:
                found[Phrase(words, is_prefix=not quoted)] = None
        return cls(tuple(found)[:MOST_WORDS])

    def expression(self) -> str:
        """Return the query for SQLite's FTS5: strings of words only, each in quotes.

        No letter of the query stands outside a quoted string, so that none of FTS5's own
        words, columns or operators can be meant.
        """
        return " AND ".join(
            f'"{" ".join(phrase.words)}"{" *" if phrase.is_prefix else ""}'
            for phrase in self.phrases
        )

    def is_in(self, text: str) -> bool:
        """Return whether a text has every phrase."""
        words = words_of(text)
        return bool(self.phrases) and all(_has(words, phrase) for phrase in self.phrases)

    def place_in(self, text: str) -> int | None:
        """Return where in a text the first phrase found begins; None if none stands there."""
        folded = [(match.start(), _folded(match.group())) for match in _WORD.finditer(text)]
        words = [word for _, word in folded]
        places = [
            folded[start][0]
            for phrase in self.phrases
            for start in range(len(words))
            if _stands(words, start, phrase)
        ]
        return min(places, default=None)

    def snippet(self, text: str, *, most: int = 160) -> str:
        """Return the words around the first one found, cut at spaces, with "…" where cut.

        Args:
            text: As stored; making it harmless is for whoever shows it.
            most: Longest result in characters, without the two "…".
        """
        place = self.place_in(text) or 0
        start = max(0, place - most // 3)
        if start:
            space = text.find(" ", start, place)
            start = space + 1 if space >= 0 else place
        end = min(len(text), start + most)
        if end < len(text):
            space = text.rfind(" ", place + 1, end)
            end = space if space > start else end
        return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case, without accents."""
    return [_folded(match.group()) for match in _WORD.finditer(text)]


def _folded(word: str) -> str:
    if not _LETTERS.search(word):
        return word.lower()
    apart = unicodedata.normalize("NFD", word)
    return "".join(char for char in apart if not unicodedata.combining(char)).lower()


def _has(words: list[str], phrase: Phrase) -> bool:
    return any(_stands(words, start, phrase) for start in range(len(words)))


def _stands(words: list[str], start: int, phrase: Phrase) -> bool:
    """Return whether a phrase begins at a word of a text."""
    *whole, last = phrase.words
    end = start + len(whole)
    if end >= len(words) or words[start:end] != whole:
        return False
    return words[end].startswith(last) if phrase.is_prefix else words[end] == last
