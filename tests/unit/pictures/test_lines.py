"""From lines in a picture to a text."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from monitor.pictures.lines import Piece, as_text

MOST = 1_000


def line(text: str, top: float, *, left: float = 40, height: float = 40) -> Piece:
    """Return a line of a poster."""
    return Piece(text=text, left=left, top=top, right=left + 20 * len(text), bottom=top + height)


def test_a_sentence_goes_on_in_the_next_line() -> None:
    """Lines of one size right below each other are one paragraph."""
    said = [line("Vote for Alex", 0), line("Marlowe on", 45), line("Thursday", 90)]
    assert as_text(said, most=MOST) == "Vote for Alex Marlowe on Thursday"


def test_what_stands_apart_is_another_sentence() -> None:
    """By a gap, by its size, or beside it."""
    assert as_text([line("Fair", 0), line("Green", 100)], most=MOST) == "Fair\nGreen"
    assert as_text([line("Fair", 0, height=90), line("Green", 95)], most=MOST) == "Fair\nGreen"
    apart = [line("Fair", 0), line("Green", 45, left=900)]
    assert as_text(apart, most=MOST) == "Fair\nGreen"


def test_pieces_of_one_line_are_one_line() -> None:
    """A price stands beside what it is for."""
    assert as_text([line("Tea", 0), line("£2.50", 3, left=400)], most=MOST) == "Tea £2.50"


def test_a_second_column_begins_anew() -> None:
    """Back at the top right is no next line of what stands at the bottom left."""
    said = [line("Tea", 0), line("Cake", 45), line("Saturday", 0, left=600, height=30)]
    assert as_text(said, most=MOST) == "Tea Cake\nSaturday"


def test_control_characters_are_no_words() -> None:
    """Nor are pieces without any; what is left is NFC."""
    said = [line("Caf\u0065\u0301\x00\x1b[31m", 0), line(" \u200b", 45), line("", 90)]
    assert as_text(said, most=MOST) == "Café[31m"


def test_a_pound_read_as_a_cent() -> None:
    """The models know no pound sign; a cent before a number is one."""
    said = [line("Cakes from ¢4.99, tea ¢ 2", 0)]
    assert as_text(said, most=MOST) == "Cakes from £4.99, tea £ 2"
    assert as_text([line("5¢ in the 1930s", 0)], most=MOST) == "5¢ in the 1930s"


def test_the_rest_of_too_much_is_left_out() -> None:
    """Never more than was asked for."""
    assert as_text([line("abcdef", 0)], most=3) == "abc"


numbers = st.floats(-1e6, 1e6)
pieces = st.builds(
    Piece, text=st.text(max_size=20), left=numbers, top=numbers, right=numbers, bottom=numbers
)


@given(st.lists(pieces, max_size=8), st.integers(0, 100))
def test_no_box_whatever_breaks_it(said: list[Piece], most: int) -> None:
    """The words come in their order; nothing but them, spaces and line ends is in it."""
    text = as_text(said, most=most)
    assert len(text) <= most
    assert unicodedata.is_normalized("NFC", text)
    assert {unicodedata.category(one) for one in text if one != "\n"}.isdisjoint({"Cc", "Cs"})
