"""Each word is carried out, explained where it lacks something, and told of to the Clerk."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor import ordering
from monitor.cases.replies.accept import Refusal
from monitor.cases.replies.explaining import why_not
from monitor.cases.replies.words import ABOUT_ALL, FREE, REASON_OWED, Word, order_of

PAGE = Path(__file__).parents[4] / "docs" / "clerks" / "replies.md"


@pytest.mark.parametrize("word", Word)
def test_every_word_is_carried_out_and_documented(word: Word) -> None:
    """A word is about a case or about none, never both, and stands in the Clerk's page."""
    is_about_case, is_about_town = word in ordering.CASE, word in ordering.TOWN
    assert (is_about_case, is_about_town) == (word not in ABOUT_ALL, word in ABOUT_ALL)
    rows = [line for line in PAGE.read_text(encoding="utf-8").split("\n") if line.startswith("| `")]
    assert any(line.startswith((f"| `{word.value}`", f"| `{word.value} ")) for line in rows)


@pytest.mark.parametrize("word", sorted(FREE | REASON_OWED))
def test_a_word_that_lacks_something_is_explained(word: Word) -> None:
    """Who writes a word alone is told what else it needs, with an example that is understood."""
    said = why_not(Refusal.NOT_UNDERSTOOD, lacks=word, report_to="x@y.example")
    assert word.value in said[0]
    example = said[1].partition("for example ")[2].rstrip(".")
    order = order_of(example)
    assert order is not None
    assert order.word is word
