"""What is searched for, taken apart."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.wanted import Wanted


@pytest.mark.parametrize(
    ("query", "text", "is_found"),
    [
        ("vote", "Voters were asked", True),
        ("voters", "vote", False),
        ("library saturday", "On Saturday the library opens", True),
        ("library sunday", "On Saturday the library opens", False),
        ('"library opens"', "On Saturday the LIBRARY opens", True),
        ('"library open"', "On Saturday the library opens", False),
        ("cafe", "The Café is open", True),
        ("café", "the CAFE", True),
        ("NOT OR", "or not", True),
        ("text:vote*", "text: votes", True),
        ("", "anything", False),
        ("!!! --", "anything !!!", False),
        ('"', "anything", False),
    ],
)
def test_words_are_found_as_a_person_expects(query: str, text: str, *, is_found: bool) -> None:
    """Case and accents do not matter, words may go on, phrases stand as they are."""
    assert Wanted.of(query).is_in(text) is is_found


@given(st.text(max_size=60), st.text(alphabet="abcéÉ ß1_-\"*()'\n", max_size=60))
def test_no_query_is_syntax(query: str, latin: str) -> None:
    """SQLite's FTS5 takes whatever was typed, and never as its own language."""
    table = sqlite3.connect(":memory:")
    table.execute("CREATE VIRTUAL TABLE t USING fts5(text)")
    for typed in (query, latin):
        wanted = Wanted.of(typed)
        if wanted.phrases:
            table.execute("SELECT 1 FROM t WHERE t MATCH ?", (wanted.expression(),)).fetchall()
    table.close()


LATIN = st.text(alphabet="abvoteéÀñ '\"-.,#@1", max_size=40)


@given(LATIN, st.lists(LATIN, min_size=1, max_size=8))
def test_the_index_and_the_reader_answer_alike(query: str, texts: list[str]) -> None:
    """For Latin letters both find the same texts."""
    wanted = Wanted.of(query)
    table = sqlite3.connect(":memory:")
    table.execute(
        "CREATE VIRTUAL TABLE t USING fts5(text, tokenize='unicode61 remove_diacritics 2')"
    )
    table.executemany("INSERT INTO t(text) VALUES (?)", [(text,) for text in texts])
    read = {number for number, text in enumerate(texts, start=1) if wanted.is_in(text)}
    indexed = set()
    if wanted.phrases:
        rows = table.execute("SELECT rowid FROM t WHERE t MATCH ?", (wanted.expression(),))
        indexed = {number for (number,) in rows}
    table.close()
    assert indexed == read


@given(st.text(max_size=400), st.text(max_size=10))
def test_a_snippet_is_a_piece_of_the_text(text: str, query: str) -> None:
    """At most 160 characters of it, and the words looked for where they stand."""
    found = Wanted.of(query).snippet(text).removeprefix("…").removesuffix("…")
    assert len(found) <= 160
    assert found in text or found.strip("…") in text


def test_a_snippet_shows_the_words() -> None:
    """Deep in a long text, cut at spaces on both sides."""
    text = "the town hall " * 60 + "and a marvellous parade " + "on the green " * 60
    found = Wanted.of("marvellous").snippet(text)
    assert "a marvellous parade" in found
    assert found.startswith("…")
    assert found.endswith("…")
