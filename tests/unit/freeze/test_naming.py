"""Names in texts: found as whole words, whatever the spelling; spans count the original."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.freeze.naming import names_in, speaks_of, standing_names, words_of
from storage.values import Candidate


def test_spans_count_the_original_text() -> None:
    """Also behind characters that are folded to several or none."""
    text = "\u200b\ufb01rst: Ada  QUILLFEATHER!"
    ((start, end),) = names_in(text, ("ada quillfeather",)).spans
    assert text[start:end] == "Ada  QUILLFEATHER"


def test_the_longest_name_wins() -> None:
    """Ada Quillfeather-Brown is not cut short."""
    text = "Ada Quillfeather-Brown"
    ((start, end),) = names_in(text, ("Ada Quillfeather", "Ada Quillfeather-Brown")).spans
    assert text[start:end] == text


@pytest.mark.parametrize("names", [(), ("",), ("@",), (" ",)])
def test_empty_names_are_found_nowhere(names: tuple[str, ...]) -> None:
    """A blank line in a candidates' file does not match every post."""
    assert names_in("Any text at all", names).spans == ()


@given(st.text(max_size=60), st.lists(st.text(max_size=12), max_size=4))
def test_no_text_and_no_name_make_it_fail(text: str, names: list[str]) -> None:
    """Names are literals, whatever they hold; each span lies within the text."""
    for start, end in names_in(text, tuple(names)).spans:
        assert 0 <= start < end <= len(text)


@pytest.mark.parametrize("name", ["permitted-notices", "candidate-notices"])
def test_the_lists_that_the_freeze_needs_are_shipped(name: str) -> None:
    """Each holds words, and finds its own first word."""
    first = words_of(name)[0]
    assert speaks_of(f"Here is the {first.upper()}.", name, is_list=True)


@pytest.mark.parametrize(
    ("text", "names_one"),
    [
        ("Well done Desmond! Thirty years with the lifeboat.", True),
        ("Good luck desmond!", True),
        ("Vote Desmond!", True),
        ("Well done Desmond Tutton!", False),
        ("Desmond is on the desk until noon.", False),
        ("Well done Hettie!", False),
    ],
)
def test_a_given_name_counts_only_where_a_cheer_ends_with_it(text: str, *, names_one: bool) -> None:
    """A given name alone is everybody's; a cheer to one of that name is for the Clerk to see."""
    standing = standing_names([Candidate(name="Desmond Orrell"), Candidate(name="Lorna Quaife")])
    assert bool(names_in(text, standing).spans) is names_one
