"""What one line of a reply orders: a word, perhaps a case's number, perhaps a reason.

The grammar is narrow on purpose. "Keep me posted" or "Remove it?" is a sentence to a person,
not a decision, and nothing that only looks like a word (Cyrillic or Greek letters, full-width
ones) is one: such a line is kept as a note and answered with the choices.

A word is followed by nothing (`BARE`), by ``because`` and a reason (`REASON_OWED`), by words
of any kind, which only capitals make an order (`FREE`), or by what its own pattern says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Word(StrEnum):
    """The words that decide, as they are written."""

    KEEP = "KEEP"
    LEAVE = "LEAVE"
    MINE = "MINE"
    REMOVE = "REMOVE"
    CORRECT = "CORRECT"
    CLOSE_ACCOUNT = "CLOSE ACCOUNT"
    UNDO = "UNDO"
    ESCALATE = "ESCALATE"
    REOPEN = "REOPEN"
    GONE = "GONE"
    NOTE = "NOTE"
    HOLD = "HOLD"
    DO_NOT_COPY = "DO NOT COPY"
    PACK = "PACK"
    OPEN = "OPEN"
    HOLD_ALL = "HOLD ALL"
    KEEP_ALL = "KEEP ALL"
    LEAVE_ALL = "LEAVE ALL"
    REVIEWED = "REVIEWED"
    NOTICE = "NOTICE"
    COVER = "COVER"
    REPORT = "REPORT"
    FIND = "FIND"


REASON_OWED = frozenset(
    {Word.KEEP, Word.LEAVE, Word.ESCALATE, Word.REOPEN, Word.GONE, Word.CLOSE_ACCOUNT}
)
"""Words that decide only with ``because`` and a reason."""
ABOUT_ALL = frozenset(
    {
        *(Word.OPEN, Word.HOLD_ALL, Word.KEEP_ALL, Word.LEAVE_ALL, Word.REVIEWED, Word.NOTICE),
        *(Word.COVER, Word.REPORT, Word.FIND),
    }
)
"""Words that are about no case that there is."""
READING = frozenset({Word.PACK, Word.REPORT, Word.FIND})
"""Words that change nothing: what is asked for comes by mail."""
BESIDE = frozenset({Word.NOTE, Word.HOLD})
"""Words about a case that leave its decision to be made: the mail can still be answered."""
FREE = frozenset({Word.NOTE, Word.HOLD, Word.HOLD_ALL, Word.OPEN, Word.REVIEWED})
"""Words followed by words of any kind."""
_GIVES_REASON = frozenset({Word.HOLD, Word.HOLD_ALL, Word.OPEN})
_BULK = frozenset({Word.KEEP_ALL, Word.LEAVE_ALL, Word.HOLD_ALL})

# What writing programmes put around a line, and what may stand between its parts.
_AROUND = " \t*_\"'\u201c\u201d\u2018\u2019«»`"
_DASHES = "\u2013\u2014-"
# Longest first, so that "KEEP ALL" is never KEEP with something behind it.
_WORDS = "|".join(
    word.value.replace(" ", r"\s+") for word in sorted(Word, key=lambda word: -len(word.value))
)
# ASCII: the long s is no s, the sign for kelvins no k.
_HEAD = re.compile(
    rf"(?P<word>{_WORDS})(?:\s+(?:case\s+)?#?(?P<number>[0-9]{{1,9}})(?![\w/.-]*[\w]))?"
    rf"(?P<tail>(?:[\s.,;:!{_DASHES}].*)?)",
    re.ASCII | re.IGNORECASE | re.DOTALL,
)
_BECAUSE = re.compile(
    rf"[\s,;:{_DASHES}]*because\b[\s:,{_DASHES}]*(?P<reason>.*)",
    re.ASCII | re.IGNORECASE | re.DOTALL,
)
_NOTHING = re.compile(rf"[\s.,;:!{_DASHES}]*")
DATE = (
    r"(?:\d{4}-\d{2}-\d{2}|\d{1,2}(?:st|nd|rd|th)?\s+[a-z]{3,9}(?:,?\s+\d{4})?|"
    r"\d{1,2}[/.]\d{1,2}[/.]\d{4})"
)
"""How a day may be written."""
_PATTERNS = {
    word: re.compile(pattern, re.ASCII | re.IGNORECASE | re.DOTALL)
    for word, pattern in {
        Word.KEEP_ALL: rf"\s+older\s+than\s+(?P<named>{DATE})(?P<rest>.*)",
        Word.LEAVE_ALL: rf"\s+older\s+than\s+(?P<named>{DATE})(?P<rest>.*)",
        Word.COVER: rf"\s+(?P<named>\S.{{0,100}}?\s+until\s+{DATE})(?P<rest>[\s.!]*)",
        Word.NOTICE: rf"\s*:?\s*(?P<named>(?:\S*[a-z]\S*\s+)?{DATE})(?P<rest>[\s.!]*)",
        Word.REPORT: r"\s+(?P<named>\d{4}(?:-\d{2})?|[a-z]{3,9}\s+\d{4})(?P<rest>[\s.!]*)",
        Word.FIND: r"\s+(?P<named>\S.*)(?P<rest>)",
    }.items()
}
_UNTIL = re.compile(rf"\s+until\s+(?P<day>{DATE})", re.ASCII | re.IGNORECASE)
# "HOLD on", "OPEN it": said to a person even in capitals.
_PHRASES = re.compile(
    r"(?:on|off|up|out|it|them|that|this|please|tight|back|your|the|until|and|or)\b",
    re.IGNORECASE | re.ASCII,
)
_IN_CAPITALS = FREE | {Word.NOTICE, Word.COVER, Word.FIND}
_MOST_REASON = 1000
_WRAPPED = 55


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A line that was understood.

    Attributes:
        word: What to do.
        case: The case it names itself; None: it names none.
        said: The reason, the note, the account or the date, as written; empty if none.
        named: Where there is something beside a reason: the day, the month or year, who
            covers until when, the words to find; as written.
    """

    word: Word
    case: int | None = None
    said: str = ""
    named: str = ""


def order_of(line: str) -> Order | None:
    """Return what a line orders; None if it is no order, or lacks the reason that is owed.

    Args:
        line: One line, or a line with those that continue it, joined by spaces.
    """
    head = _headed(line)
    if head is None or (head[0] in _IN_CAPITALS and head[1] != head[0].value):
        return None
    word, _, number, tail = head
    if word in ABOUT_ALL and number is not None:
        # The number of "NOTICE 22 March" or "REPORT 2026" belongs to what follows.
        tail, number = f" {number}{tail}", None
    if word in FREE:
        return _free(word, number, tail)
    if word in _PATTERNS:
        return _patterned(word, tail)
    return _reasoned(word, number, tail)


def order_in(lines: Sequence[str]) -> Order | None:
    """Return what the first line orders, with its reason as far as the lines below continue it.

    Args:
        lines: The first line and those right below it.
    """
    if not lines:
        return None
    alone, whole = order_of(lines[0]), order_of(" ".join(lines))
    if alone is None:
        is_one_line = whole is None or (whole.word in ABOUT_ALL and whole.word not in _BULK)
        return None if is_one_line else whole
    if alone.word is Word.DO_NOT_COPY and len(lines) > 1 and not begins_order(lines[0]):
        # "Do not copy" above "the Mayor into this" is a sentence; it cannot be taken back.
        return None
    # A programme that wraps lines fills them; below a short line stands something else.
    may_go_on = alone.said and (alone.word not in ABOUT_ALL or alone.word in _BULK)
    is_wrapped = len(lines[0]) >= _WRAPPED and may_go_on
    return whole if is_wrapped and whole is not None else alone


def begins_order(line: str) -> bool:
    """Return whether a line starts with a word that decides, in capitals."""
    head = _headed(line)
    return head is not None and head[1] == head[0].value


def lacking(line: str) -> Word | None:
    """Return the word of a line that would decide if it said more; None if it is no such line.

    ``KEEP`` or ``HOLD 42`` is understood but for its reason, ``COVER deputy`` but for its day,
    so the answer can ask for that.
    """
    head = _headed(line)
    if head is None or head[0] not in REASON_OWED | FREE | set(_PATTERNS):
        return None
    word, written, _, tail = head
    if word in _PATTERNS and written == word.value:
        return word if order_of(line) is None else None
    tail = (because["reason"] if (because := _BECAUSE.fullmatch(tail)) else tail).replace("...", "")
    is_written = word not in _IN_CAPITALS or written == word.value
    return word if is_written and _NOTHING.fullmatch(tail) else None


def _headed(line: str) -> tuple[Word, str, int | None, str] | None:
    """Return a line's word, as it is written, its case and what follows; None: no word."""
    match = _HEAD.fullmatch(line.strip(_AROUND).replace("\u2026", "..."))
    if match is None:
        return None
    written = " ".join(match["word"].split())
    number = None if match["number"] is None else int(match["number"])
    return Word(written.upper()), written, number, match["tail"]


def _reasoned(word: Word, number: int | None, tail: str) -> Order | None:
    """Return an order with its reason, or without one where none is owed."""
    until = _UNTIL.match(tail) if word is Word.CLOSE_ACCOUNT else None
    tail = tail if until is None else tail[until.end() :]
    because = _BECAUSE.fullmatch(tail)
    if because is None:
        is_bare = word not in REASON_OWED and _NOTHING.fullmatch(tail)
        return Order(word=word, case=number) if is_bare else None
    said = _reason(because["reason"])
    if word in REASON_OWED and not _says_something(said):
        return None
    return Order(word=word, case=number, said=said, named="" if until is None else until["day"])


def _free(word: Word, number: int | None, tail: str) -> Order | None:
    """Return an order that is followed by words of any kind; None if there are none."""
    because = _BECAUSE.fullmatch(tail) if word in _GIVES_REASON else None
    if because is not None:
        tail = because["reason"]
    said = " ".join(tail.split()).strip(f"{_AROUND}:,;{_DASHES}")[:_MOST_REASON].rstrip(" .!")
    if not any(letter.isalnum() for letter in said):
        return None
    if word in _GIVES_REASON and because is None and _PHRASES.match(said):
        return None
    return Order(word=word, case=number, said=said)


def _patterned(word: Word, tail: str) -> Order | None:
    """Return an order whose words have a form of their own; None if they have not."""
    match = _PATTERNS[word].fullmatch(tail)
    if match is None:
        return None
    named = " ".join(match["named"].split()).strip(f"{_AROUND}.,;:!")[:_MOST_REASON]
    if not _says_something(named, least=str.isalnum):
        return None
    if word not in _BULK:
        return Order(word=word, named=named)
    because = _BECAUSE.fullmatch(match["rest"])
    said = _reason(because["reason"]) if because is not None else ""
    return Order(word=word, named=named, said=said) if _says_something(said) else None


def _reason(text: str) -> str:
    return " ".join(text.split()).strip(_AROUND)[:_MOST_REASON]


def _says_something(said: str, *, least: Callable[[str], bool] = str.isalpha) -> bool:
    return any(least(letter) for letter in said)
