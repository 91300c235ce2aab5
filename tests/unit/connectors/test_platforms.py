"""What the platforms declare about themselves is fit for a Clerk's mail."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors import find, names

DOCS = Path(__file__).parents[3] / "docs" / "connectors"
PROPER = ("Reels", "Spaces")


@pytest.mark.parametrize("name", names())
def test_what_is_not_seen_is_said_in_a_few_words(name: str) -> None:
    """The mail lists it in one line; what it means stands on the platform's page."""
    spots = find(name).blind_spots
    assert spots
    assert [spot for spot in spots if len(spot) > 40 or len(spot.split()) > 6] == []
    assert [spot for spot in spots if spot[0].isupper() and not spot.startswith(PROPER)] == []
    assert [spot for spot in spots if any(mark in spot for mark in ".;:,()")] == []


@pytest.mark.parametrize("name", names())
def test_a_platform_has_a_short_name_and_a_page(name: str) -> None:
    """Its title fits before an account's name, and its limits are documented."""
    assert len(find(name).title.split()) <= 4
    assert (DOCS / f"{name}.md").is_file()


@pytest.mark.parametrize("name", names())
def test_how_to_take_a_post_down_is_said_in_sentences(name: str) -> None:
    """A request to an account's owner can quote the steps as they are."""
    steps = find(name).removal_steps
    assert (steps[:1].isupper(), steps.endswith(".")) == (True, True)
