"""How often a part of a pattern comes, as every reader of patterns reads it."""

from __future__ import annotations

import pytest

from monitor.checks.syntax import Cursor, UnknownError


@pytest.mark.parametrize(
    ("written", "times"),
    [
        ("?", (0, 1)),
        ("*", (0, None)),
        ("+?", (1, None)),
        ("{3}", (3, 3)),
        ("{2,5}", (2, 5)),
        ("{0,40}?", (0, 40)),
        ("{2,}", (2, None)),
    ],
)
def test_how_often(written: str, times: tuple[int, int | None]) -> None:
    """At least and at most, and the reader stands behind all of it."""
    cursor = Cursor(f"{written}x")
    assert cursor.repeats() == times
    assert cursor.peek() == "x"


def test_nothing_said() -> None:
    """A part that says nothing comes once; the reader stays where it is."""
    cursor = Cursor("x{3}")
    assert cursor.repeats() is None
    assert cursor.at == 0


@pytest.mark.parametrize("written", ["{,5}", "{a}", "{1,b}"])
def test_written_otherwise(written: str) -> None:
    """The reader gives up rather than guess."""
    with pytest.raises(UnknownError):
        Cursor(written).repeats()


def test_breaks_off() -> None:
    """A pattern that ends within a count is not read on."""
    with pytest.raises(IndexError):
        Cursor("{3").repeats()


def test_groups() -> None:
    """A group that only takes parts together is read; one that does more is not."""
    cursor = Cursor("?:x")
    cursor.opens_plainly()
    assert cursor.peek() == "x"
    with pytest.raises(UnknownError):
        Cursor("?i:x").opens_plainly()
