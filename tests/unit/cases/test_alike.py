"""Which words count as nearly the same: pairs as people write them, near misses too."""

# ruff: noqa: E501  # one pair a line, as the posts were written

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.cases.alike import are_alike, folded

SALE = "20% off all kitchens at Bradley's this weekend. Use code TOWN20 at the till."
VOTE = (
    "Only the Borehamwood Independents kept the library open. Give them your support on Thursday!"
)
FETE = "The summer fete is on Saturday at ten in Meadow Park. Bring the children and a picnic."
LONG = (
    "Councillor Jo Marsh has asked us to say that the scheme at Mill Lane will go ahead whatever "
    "the residents think of it, and that those who complain should move somewhere else."
)

ALIKE = [
    ("the same", SALE, SALE),
    ("another case", SALE, SALE.upper()),
    (
        "other marks and spaces",
        SALE,
        "20 % off  all kitchens -- at Bradleys this weekend!! Use code TOWN20, at the till",
    ),
    ("with a link and a tag", VOTE, f"{VOTE} https://example.org/vote?x=1"),
    ("a typing error", VOTE, VOTE.replace("Independents", "Independants")),
    ("another number", SALE, SALE.replace("20%", "25%").replace("TOWN20", "TOWN25")),
    ("another day", VOTE, VOTE.replace("Thursday", "polling day")),
    ("a word put in", VOTE, VOTE.replace("Only the", "As we all know, only the")),
    ("a sentence put behind a long one", LONG, f"{LONG} Sorry!"),
]
DIFFERENT = [
    ("other matters", SALE, VOTE),
    ("the same shape about another firm", SALE, "Half price on every sofa at Holt & Sons from Monday. Say the word SOFA50 on the phone."),
    ("the same opening", FETE, "The summer fete is on again after all: thank you to everybody who wrote to us about it."),
    ("the opposite side of the same matter", VOTE, "The library stays open on Thursday. Give the volunteers your thanks and your old books."),
    ("a quotation in a long answer", VOTE, f"Somebody wrote on our page: {VOTE} This was not the council and has been taken down. We are sorry, and here is how to reach us if you wish to know more about it."),
    ("short and usual", "Happy Christmas everybody!", "Happy Christmas everybody!"),
    ("short with many words", "See you all at ten on the day", "See you all at ten on the day"),
    ("nothing", "", ""),
    ("links only", "https://example.org/a", "https://example.org/a"),
    ("marks only", "!!! ??? ...", "!!! ??? ..."),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), [pytest.param(*pair[1:], id=pair[0]) for pair in ALIKE])
def test_nearly_the_same_words_are_alike(one: str, other: str) -> None:
    """A word, a number or a mark changed, either way round."""
    assert are_alike(folded(one), folded(other))
    assert are_alike(folded(other), folded(one))


@pytest.mark.parametrize(
    ("one", "other"), [pytest.param(*pair[1:], id=pair[0]) for pair in DIFFERENT]
)
def test_other_words_are_not(one: str, other: str) -> None:
    """The same matter, shape or opening is not the same post; short words are everybody's."""
    assert not are_alike(folded(one), folded(other))


@given(st.text(max_size=400))
def test_what_is_compared_is_lasting_and_never_short(text: str) -> None:
    """Folding twice is folding once; what is too short is nothing."""
    said = folded(text)
    assert folded(said) == said
    assert said == "" or len(said.split()) >= 7
