"""What one line of a reply orders: a word, perhaps a case's number, perhaps a reason.

The grammar is narrow on purpose. "Keep me posted" or "Remove it?" is a sentence to a person,
not a decision, and nothing that only looks like a word (Cyrillic or Greek letters, full-width
ones) is one: such a line is kept as a note and answered with the choices.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class Word(StrEnum):
    """The words that decide."""

    KEEP = "KEEP"
    LEAVE = "LEAVE"
    MINE = "MINE"
    REMOVE = "REMOVE"
    CORRECT = "CORRECT"
    UNDO = "UNDO"
    ESCALATE = "ESCALATE"
    NOTE = "NOTE"
    REVIEWED = "REVIEWED"
    NOTICE = "NOTICE"


REASON_OWED = frozenset({Word.KEEP, Word.LEAVE, Word.ESCALATE})
"""Words that decide only with ``because`` and a reason."""
ABOUT_ALL = frozenset({Word.REVIEWED, Word.NOTICE})
"""Words that are about no case."""
_FREE = frozenset({Word.NOTE, Word.REVIEWED, Word.NOTICE})

# What writing programmes put around a line, and what may stand between its parts.
_AROUND = " \t*_\"'\u201c\u201d\u2018\u2019«»`"
_DASHES = "\u2013\u2014-"
_ORDER = re.compile(
    r"(?P<word>[A-Za-z]{4,8})(?:\s+(?:case\s+)?#?(?P<number>[0-9]{1,9})(?![\w/.-]*[\w]))?"
    rf"(?P<tail>(?:[\s.,;:!{_DASHES}].*)?)",
    re.ASCII | re.DOTALL,
)
# ASCII: the long s is no s.
_BECAUSE = re.compile(
    rf"[\s,;:{_DASHES}]*because\b[\s:,{_DASHES}]*(?P<reason>.*)",
    re.ASCII | re.IGNORECASE | re.DOTALL,
)
_NOTHING = re.compile(rf"[\s.,;:!{_DASHES}]*")
_MOST_REASON = 1000
_WRAPPED = 55


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A line that was understood.

    Attributes:
        word: What to do.
        case: The case it names itself; None: it names none.
        said: The reason, the note, the account or the date, as written; empty if none.
    """

    word: Word
    case: int | None = None
    said: str = ""


def order_of(line: str) -> Order | None:
    """Return what a line orders; None if it is no order, or lacks the reason that is owed.

    Args:
        line: One line, or a line with those that continue it, joined by spaces.
    """
    # A dotless or long letter changes case to an ASCII one: only what is ASCII is compared.
    match = _ORDER.fullmatch(line.strip(_AROUND).replace("\u2026", "..."))
    if match is None or match["word"].upper() not in Word.__members__:
        return None
    word = Word(match["word"].upper())
    number = None if match["number"] is None else int(match["number"])
    tail = match["tail"]
    if word in _FREE:
        return _free(word, match["word"], number, tail)
    reason = _BECAUSE.fullmatch(tail)
    if reason is not None:
        said = " ".join(reason["reason"].split()).strip(_AROUND)[:_MOST_REASON]
        if word in REASON_OWED and not any(letter.isalpha() for letter in said):
            return None
        return Order(word=word, case=number, said=said)
    if word in REASON_OWED or not _NOTHING.fullmatch(tail):
        return None
    return Order(word=word, case=number)


def order_in(lines: Sequence[str]) -> Order | None:
    """Return what the first line orders, with its reason as far as the lines below continue it.

    Args:
        lines: The first line and those right below it.
    """
    if not lines:
        return None
    alone, whole = order_of(lines[0]), order_of(" ".join(lines))
    if alone is None:
        return None if whole is None or whole.word in ABOUT_ALL else whole
    # A programme that wraps lines fills them; below a short line stands something else.
    is_wrapped = len(lines[0]) >= _WRAPPED and alone.said and alone.word not in ABOUT_ALL
    return whole if is_wrapped and whole is not None else alone


def begins_order(line: str) -> bool:
    """Return whether a line starts with a word that decides, in capitals."""
    first = re.match(r"[A-Z]{4,8}\b", line.strip(_AROUND), re.ASCII)
    return first is not None and first[0] in Word.__members__


def _free(word: Word, written: str, number: int | None, tail: str) -> Order | None:
    """Return an order that is followed by words of any kind; None if there are none."""
    if word in ABOUT_ALL:
        # The number of "NOTICE 22 March" belongs to the date.
        tail, number = f"{number if number is not None else ''}{tail}", None
    said = " ".join(tail.split()).strip(f"{_AROUND}:,;{_DASHES}")[:_MOST_REASON].rstrip(" .!")
    # "Note that …" and "Reviewed it" are sentences; only capitals make these words orders.
    if written != word.value or not any(letter.isalnum() for letter in said):
        return None
    return Order(word=word, case=number, said=said)
