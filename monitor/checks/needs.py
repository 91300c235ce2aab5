"""What a text must hold for a pattern to match: clauses of words, rated by how rare they are.

All clauses are needed, and of each clause one word will do, or all that one of its ways needs.
Words stand as `monitor.checks.sieve.sieved` makes them of a text.
"""

from __future__ import annotations

import re
from functools import lru_cache
from math import fsum
from typing import TYPE_CHECKING, NamedTuple

from monitor.checks.sieve import SYMBOLS, WITHOUT_SYMBOLS

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST = 400
"""Words of one clause."""
LONGEST_SOUGHT = 14  # what follows hardly makes a word rarer, and takes long at the start
EDGE = "\0"
"""A word boundary, until it is known what stands on its sides."""
_MOST_CLAUSES = 4
_WHOLE = 2  # blanks of a whole word
_OFTEN, _RARELY, _BY_LETTER = 0.5, 0.02, 0.3
_LONG_NUMBER = 6
# By the number of letters: without a blank beside them, with one, with two.
_SHARES = {1: (1.0, 0.7, 0.15), 2: (0.6, 0.3, 0.1), 3: (0.2, 0.1, 0.03), 4: (0.06, 0.04, 0.02)}
_LITTLE = frozenset(
    """a about all an and any are as at be been but by can do for from get has have he her here his
    how i if in into is it its just like me more my new no not now of on one or our out over please
    she so some than that the their them then there these they this those to today up us was we
    were what when where which who will with would you your free see time people""".split()  # noqa: SIM905 - a list of ninety quoted words is harder to read
)
_NO_LETTER = re.compile(r"[^a-z]+").fullmatch
_NOTHING: frozenset[str] = frozenset()


class Clause(NamedTuple):
    """One thing that a match needs: a word, or all that one of several ways to match needs.

    Attributes:
        words: Any of them will do.
        ways: So will all clauses of any of these.
    """

    words: frozenset[str]
    ways: tuple[Needs, ...] = ()


Needs = tuple[Clause, ...]
"""All of these are needed."""


def trigger(needs: Needs) -> frozenset[str] | None:
    """Return a set of words of which one must be there, the rarest; None if there is none.

    Args:
        needs: As `monitor.checks.literals.needs_of` returns them.
    """
    for words, ways in needs:
        sets = [trigger(way) for way in ways]
        sure = [one for one in sets if one is not None]
        found = words.union(*sure)
        if len(sure) == len(sets) and len(found) <= MOST:
            return found
    return None


def _settled(word: str) -> str:
    """Turn boundaries beside a letter or digit at either end into blanks; drop the others."""
    if EDGE not in word:
        return word
    plain = word.replace(EDGE, "")
    first = " " if word.startswith(EDGE) and plain[:1].isalnum() else ""
    last = " " if word.endswith(EDGE) and plain[-1:].isalnum() else ""
    return f"{first}{plain}{last}"


def _sought(word: str) -> str:
    """Return a settled word as it is sought: not all of a long one, whose beginning is rare."""
    return _settled(word)[:LONGEST_SOUGHT]


@lru_cache(maxsize=1024)
def _worth(words: frozenset[str]) -> float:
    """Rate a set from 0 to 1: the rarer its words are in English, the better."""
    if len(words) > MOST:
        return 0.0
    expected = []
    for word in words:
        settled = _settled(word)
        inside = settled.strip()
        if not SYMBOLS.isdisjoint(settled):
            expected.append(_RARELY)
        elif not inside or len(settled) == 1:
            return 0.0
        else:
            expected.append(_share(inside, len(settled) - len(inside)))
    return 1 / (1 + fsum(expected))  # the same sum in whatever order a set has its words


def _share(inside: str, blanks: int) -> float:
    """Estimate the share of posts that hold a word with so many blanks around it."""
    if inside in _LITTLE:
        return _OFTEN
    if _NO_LETTER(inside):
        return _OFTEN if len(inside) < _LONG_NUMBER else _RARELY
    shares = _SHARES.get(len(inside))
    return _BY_LETTER ** (len(inside) - 1) if shares is None else shares[min(blanks, 2)]


def rarest(*sets: frozenset[str] | None) -> frozenset[str] | None:
    """Return the set whose words are rarest; None if none is worth seeking."""
    best, worth = None, 0.0
    for words in sets:
        if words:
            rated = _worth(words)
            if rated > worth:
                best, worth = words, rated
    return best


def needed(words: frozenset[str] | None) -> Needs:
    """Return words as a clause, if they are worth seeking."""
    return (Clause(words),) if words and _worth(words) else ()


def any_of(ways: Sequence[Needs]) -> Needs:
    """Return what is needed when any of several ways will do."""
    words: frozenset[str] = frozenset()
    several = []
    for needs in ways:
        if not needs:
            return ()
        if len(needs) == 1 and not needs[0].ways:
            words |= needs[0].words
        else:
            several.append(needs)
    return (Clause(words, tuple(several)),) if len(words) <= MOST else ()


def as_sought(needs: Needs) -> Needs:
    """Return clauses as they are sought: few, the rarest first, no word twice."""
    settled = {_settled_clause(clause) for clause in needs}
    rated = sorted(settled, key=lambda one: (-_worth(trigger((one,)) or _NOTHING), _order(one)))
    return tuple(
        one
        for at, one in enumerate(rated[:_MOST_CLAUSES])
        if at == 0 or not any(map(_is_everywhere, one.words))
    )


def _settled_clause(clause: Clause) -> Clause:
    """Return a clause as it is sought; where a symbol stands among letters, both are needed."""
    words = set()
    beside: dict[str, set[str]] = {}
    for word in clause.words:
        symbol = next((char for char in word if char in SYMBOLS), "")
        if symbol:
            beside.setdefault(symbol, set()).add(_sought(word.translate(WITHOUT_SYMBOLS)))
        else:
            words.add(_sought(word))
    ways = list(map(as_sought, clause.ways))
    for symbol, texts in sorted(beside.items()):
        if _worth(frozenset(texts)):
            ways.append((Clause(frozenset({symbol})), Clause(_shortest(frozenset(texts)))))
        else:
            words.add(symbol)
    return Clause(_shortest(frozenset(words)), tuple(ways))


def _is_everywhere(word: str) -> bool:
    """Whether a word is a scrap that nearly every post holds, several times."""
    inside = word.strip()
    blanks = len(word) - len(inside)
    return blanks < _WHOLE and word not in SYMBOLS and _share(inside, blanks) >= _OFTEN


def _order(clause: Clause) -> list[object]:
    """Return what puts clauses into the same order on every run."""
    return [sorted(clause.words), [list(map(_order, way)) for way in clause.ways]]


def _shortest(words: frozenset[str]) -> frozenset[str]:
    """Drop words that hold another one."""
    kept: list[str] = []
    for word in sorted(words, key=len):
        if not any(one in word for one in kept):
            kept.append(word)
    return frozenset(kept)
