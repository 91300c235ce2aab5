"""How texts are laid out for the tables, and the way back to the original."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.checks.grams import bundled_swaps, grams, joined, laid_out, places
from monitor.checks.normalise import Normaliser

SWAPS = bundled_swaps()
PLAIN = Normaliser()


def test_layout() -> None:
    """Words stand between single blanks, digits are noughts, an emoji is a word."""
    assert laid_out("ring 101, now!\n\nyes😀ok", SWAPS) == " ring 000 now yes 😀 ok "


def test_grams_stand_in_the_layout() -> None:
    """Every n-gram is a piece of the laid-out text, so an automaton finds it there."""
    laid = laid_out("the daft old fool", SWAPS)
    assert " the daft old " in grams(laid)
    assert "daf" in grams(laid)
    assert all(name in laid for name in grams(laid))


def test_members_of_a_class_lay_out_alike() -> None:
    """Exchanging one member of a class for another changes nothing a table can see."""
    for members in SWAPS.classes.values():
        assert len({laid_out(f"we like {member} here", SWAPS) for member in members}) == 1


def test_private_characters_are_never_taken_from_a_text() -> None:
    """A text cannot fake the word that stands for a class."""
    assert laid_out("a \ue000 b", SWAPS) == " a b "


@given(st.text(max_size=200))
def test_places(text: str) -> None:
    """The words' places in the laid-out text are where they stand, and spans are in bounds."""
    normal = PLAIN(text)
    laid = laid_out(normal.text, SWAPS)
    found = places(normal.text, SWAPS)
    assert [laid[start:end] for start, end, _, _ in found] == laid.split()
    for _, _, start, end in found:
        first, last = normal.span(start, end)
        assert 0 <= first <= last <= len(text)


def test_joined() -> None:
    """Words side by side are quoted as one."""
    assert joined([(4, 8), (0, 3), (12, 15)]) == ((0, 8), (12, 15))
