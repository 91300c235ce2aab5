"""In how many ways a pattern can match, each with all that a text must hold for it.

What a pattern needs is nested: all of these, any of those (`monitor.checks.needs`). Multiplied
out it is a few ways of a few clauses each, and every clause is a set of words of which one will
do: what `monitor.checks.places` lays out as single bits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.checks.needs import trigger

if TYPE_CHECKING:
    from monitor.checks.needs import Clause, Needs

MOST_WAYS = 16
Way = tuple[frozenset[str], ...]
"""Of each of these sets one word is needed; none: the pattern may match in any text."""


def ways_of(needs: Needs) -> tuple[Way, ...]:
    """Return in which ways a pattern can match.

    Args:
        needs: What it needs.

    Returns:
        At least one way; at most `MOST_WAYS`. Where there would be more, some say less than is
        known, so that a pattern runs in vain; never too much.
    """
    ways: list[Way] = [()]
    for clause in needs:
        each = _each(clause)
        if len(ways) * len(each) > MOST_WAYS:
            sought = trigger((clause,))
            each = [()] if sought is None else [(sought,)]
        ways = [(*one, *other) for one in ways for other in each]
    return tuple(ways)


def _each(clause: Clause) -> list[Way]:
    """Return in which ways one clause holds."""
    words: list[Way] = [(clause.words,)] if clause.words else []
    return [*words, *(way for needs in clause.ways for way in ways_of(needs))]
