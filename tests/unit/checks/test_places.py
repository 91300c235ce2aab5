"""Which rules can match at all: those of which no group is empty."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, NamedTuple, cast

from hypothesis import given
from hypothesis import strategies as st

from config.types import RuleId
from monitor.checks.places import Places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.checks.vocabulary import CompiledRule

COUNT = 12
WORDS = 8


class _Group(NamedTuple):
    entries: tuple[int, ...]


class _Data(NamedTuple):
    id: RuleId


class _Rule(NamedTuple):
    data: _Data
    groups: tuple[_Group, ...]


entries = st.lists(st.integers(0, COUNT - 1), min_size=1, max_size=4, unique=True).map(tuple)
rules = st.lists(st.lists(entries.map(_Group), min_size=1, max_size=4).map(tuple), max_size=6)
clauses = st.sets(st.integers(0, WORDS - 1), min_size=1, max_size=3).map(sorted)
ways = st.lists(st.lists(clauses, max_size=3).map(tuple), min_size=1, max_size=3)
patterns = st.dictionaries(st.integers(0, COUNT - 1), ways, max_size=COUNT)


@given(
    rules,
    patterns,
    st.sets(st.integers(0, COUNT - 1)),
    st.sets(st.integers(0, WORDS - 1)),
    st.sets(st.integers(0, 5)) | st.none(),
)
def test_no_group_is_empty(
    written: Sequence[tuple[_Group, ...]],
    known: dict[int, list[tuple[list[int], ...]]],
    standing: set[int],
    words: set[int],
    wanted: set[int] | None,
) -> None:
    """A rule comes up, once, exactly when it is wanted and there is something of each group."""
    given_rules = [_Rule(_Data(RuleId(f"a/{at}")), groups) for at, groups in enumerate(written)]
    places = Places(cast("list[CompiledRule]", given_rules), known, WORDS)
    ids = None if wanted is None else frozenset(RuleId(f"a/{at}") for at in wanted)
    terms = standing.difference(known)
    found = terms | {
        entry
        for entry, several in known.items()
        if any(all(words.intersection(clause) for clause in way) for way in several)
    }
    bits = reduce(or_, [*map(places.of_word, words), *map(places.of_term, terms)], 0)
    got = [
        (number, [set(group) for group in groups])
        for number, groups in places.complete(bits, terms, ids)
    ]
    assert sorted(got, key=lambda one: one[0]) == [
        (at, [found & set(group.entries) for group in groups])
        for at, groups in enumerate(written)
        if (wanted is None or at in wanted) and all(found & set(group.entries) for group in groups)
    ]
