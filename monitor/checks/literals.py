r"""Which words must stand in a text before a pattern can match at all.

A pattern runs only on texts that hold what it needs, and all patterns' words are sought
together in one pass over the sieved text (`monitor.checks.sieve`). There ``\b`` beside a letter
is a blank too, so "git" is not found in "digital". The reader here knows the part of RE2's syntax
that rules are written in; at anything else it gives up on that pattern, which then always runs.
So a mistake on the careful side costs time, never a finding.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from monitor.checks.needs import EDGE, MOST, Needs, any_of, as_sought, needed, rarest, trigger
from monitor.checks.sieve import SIEVED, sieved_char
from monitor.checks.syntax import Cursor, UnknownError

_MOST_JOINED = 60
_MOST_TIMES = 8
_ONCE = (1, 1)
_LONGEST = 40
# A run of plain characters, without the last one where a repetition follows it.
_PLAIN = re.compile(r"[^\\.\[\](){}|?*+^$]+(?![?*+{])")
_EMPTY = frozenset({""})
_ONLY_BLANK = frozenset({" "})
_POINTS = frozenset("BAz")
_OPENINGS = frozenset("[\\")
_ONLY_EDGE = frozenset({EDGE})
_PARTS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(|\)(\\b)?", re.DOTALL)


class _Known(NamedTuple):
    """What is known of a part of a pattern.

    Attributes:
        exact: All texts the part can match; None when they are too many.
        start: Every match begins with one of these; None when that is not known.
        needs: What every match holds beside that.
        ends: A match ends with a blank; None: it does, or is empty.
    """

    exact: frozenset[str] | None = None
    start: frozenset[str] | None = None
    needs: Needs = ()
    ends: bool | None = False

    def ends_blank(self, *, was_blank: bool) -> bool:
        """Return whether there is a blank at its end, for what comes before it."""
        if self.exact is not None:
            return all(word.endswith(" ") or (was_blank and not word) for word in self.exact)
        return was_blank if self.ends is None else self.ends

    def all(self) -> Needs:
        return (*self.needs, *needed(self.exact))


_ANYTHING = _Known()


def needs_of(pattern: str) -> Needs:
    """Return what a text must hold for a pattern to match in it.

    Args:
        pattern: RE2 syntax. White space in it and in the text counts as one blank.

    Returns:
        Clauses, the rarest first, each of at most 400 lower-case words beside its ways; none
        when nothing is known.
    """
    reader = _Reader(pattern)
    try:
        known = reader.choice()
        if not reader.is_at_end:
            return ()
    except (UnknownError, IndexError):
        return ()
    return as_sought(known.all())


def needed_words(pattern: str) -> frozenset[str] | None:
    """Return texts of which every match of a pattern holds at least one.

    Args:
        pattern: As for `needs_of`.

    Returns:
        At most 400 lower-case texts; None when no such set is known.
    """
    return trigger(needs_of(pattern))


class _Reader(Cursor):
    r"""Recursive descent over one pattern; every choice it cannot follow raises.

    A boundary beside a group belongs to each of its alternatives: ``\b(git|twit)`` is
    ``(\bgit|\btwit)``, and "git" in "digital" is not worth a look.
    """

    def __init__(self, pattern: str) -> None:
        super().__init__(pattern)
        self._closed_by_edge = _closed_by_edge(pattern)

    def choice(self, before: frozenset[str] = _EMPTY, after: frozenset[str] = _EMPTY) -> _Known:
        """Read alternatives, with what stands before and after each of them."""
        branches = [self._sequence(before, after)]
        while self.peek() == "|":
            self.take()
            branches.append(self._sequence(before, after))
        if len(branches) == 1:
            return branches[0]
        exacts = [branch.exact for branch in branches]
        known = [exact for exact in exacts if exact is not None]
        exact = frozenset().union(*known) if len(known) == len(exacts) else None
        if exact is not None and len(exact) > MOST:
            exact = None
        starts = [branch.exact or branch.start for branch in branches]
        begun = [start for start in starts if start is not None]
        start = frozenset().union(*begun) if len(begun) == len(starts) else None
        ends = all(branch.ends_blank(was_blank=False) for branch in branches)
        return _Known(
            exact, start, () if exact is not None else any_of([one.all() for one in branches]), ends
        )

    def _sequence(self, before: frozenset[str], after: frozenset[str]) -> _Known:
        """Read parts that follow each other; runs of exact parts grow into longer words."""
        run: frozenset[str] | None = before
        whole = True
        is_blank = False
        start: frozenset[str] | None = None
        needs: Needs = ()
        while self.peek() not in ("", "|", ")"):
            part = self._repeated(_edge_of(run))
            is_blank = part.ends_blank(was_blank=is_blank)
            grown = _joined(run, part.exact)
            if grown is not None:
                run = grown
                continue
            begun = _joined(run, part.start)
            if whole:
                start = run if begun is None else begun
            whole = False
            needs += (*needed(rarest(run, begun)), *part.needs)
            run = part.exact if part.exact is not None else _ONLY_BLANK if is_blank else _EMPTY
        run = _joined(run, after) or run
        if whole:
            return _Known(run, start)
        return _Known(None, start, (*needs, *needed(run)), is_blank and not after - _EMPTY)

    def _repeated(self, before: frozenset[str]) -> _Known:
        part = self._atom(before)
        least, most = self.repeats() or _ONCE
        if (least, most) == _ONCE:
            return part
        if least == most and part.exact is not None:
            times = _times(part.exact, least)
            if times is not None:
                return _Known(times)
        ends = part.ends_blank(was_blank=False)
        if least == 0:
            optional = part.exact | _EMPTY if most == 1 and part.exact is not None else None
            return _Known(optional, ends=None if ends else False)
        return _Known(None, part.exact, part.all(), ends)

    def _atom(self, before: frozenset[str]) -> _Known:
        letters = _PLAIN.match(self.pattern, self.at)
        if letters:
            self.at = letters.end()
            return _Known(frozenset({letters[0].translate(SIEVED)}))
        char = self.take()
        if char == "(":
            return self._group(before)
        if char in _OPENINGS:
            return {"[": self._class, "\\": self._escaped}[char]()
        if char == ".":
            return _ANYTHING
        if char in "^$":  # there is a blank at either end of a sieved text
            return _Known(_ONLY_BLANK)
        return _Known(frozenset({sieved_char(char)}))

    def _group(self, before: frozenset[str]) -> _Known:
        after = _ONLY_EDGE if self.at - 1 in self._closed_by_edge else _EMPTY
        self.opens_plainly()
        known = self.choice(before, after)
        if self.take() != ")":
            raise UnknownError
        return known

    def _escaped(self) -> _Known:
        char = self.take()
        if char == "b":
            return _Known(frozenset({EDGE}))
        if char in _POINTS:
            return _Known(_EMPTY)
        if char in "snt":
            return _Known(frozenset({" "}))
        if char == "d":
            return _Known(frozenset({"0"}))
        if char in "DwWS":
            return _ANYTHING
        if char.isalnum():
            raise UnknownError
        return _Known(frozenset({sieved_char(char)}))

    def _class(self) -> _Known:
        """Read a class; one of a few plain characters is as good as alternatives."""
        members: set[str] = set()
        plain = self.peek() not in ("^", "]")
        first = True
        while first or self.peek() != "]":
            char = self.take()
            if char == "\\":
                char = self.take()
                if char in "snt":
                    char = " "
                elif char == "d":
                    char = "0"
                plain = plain and (not char.isalpha())
            elif char == "[":
                raise UnknownError
            if self.peek() == "-" and self.pattern[self.at + 1] != "]":
                self.take()
                plain = plain and char.isdigit() and self.take().isdigit()
            members.add(sieved_char(char))
            first = False
        self.take()
        return _Known(frozenset(members)) if plain else _ANYTHING


def _edge_of(run: frozenset[str] | None) -> frozenset[str]:
    """Return a boundary if whatever comes next begins at one."""
    return _ONLY_EDGE if run and all(word.endswith(EDGE) for word in run) else _EMPTY


def _closed_by_edge(pattern: str) -> frozenset[int]:
    """Return where the groups begin after which a word boundary follows at once."""
    open_at: list[int] = []
    found: set[int] = set()
    for part in _PARTS.finditer(pattern):
        if part[0] == "(":
            open_at.append(part.start())
        elif part[0].startswith(")") and open_at:
            begins = open_at.pop()
            if part[1]:
                found.add(begins)
    return frozenset(found)


def _times(exact: frozenset[str], count: int) -> frozenset[str] | None:
    """Return every text of a part repeated; None if too many."""
    run: frozenset[str] | None = _EMPTY
    for _ in range(count if count <= _MOST_TIMES else 0):
        run = _joined(run, exact)
    return run if 0 < count <= _MOST_TIMES else None


def _joined(run: frozenset[str] | None, part: frozenset[str] | None) -> frozenset[str] | None:
    """Return every text of a run followed by every text of a part; None if too many."""
    if run is None or part is None or len(run) * len(part) > _MOST_JOINED:
        return None
    joined = frozenset(first + second for first in run for second in part)
    return joined if all(len(word) <= _LONGEST for word in joined) else None
