"""What the platforms declare about themselves is fit for a Clerk's mail."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from config.register import Account
from config.types import AccountId, Kind
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


@pytest.mark.parametrize("name", names())
def test_what_others_write_costs_one_request_more_where_it_can_be_read(name: str) -> None:
    """The account's settings decide; `accounts list --cost` counts it."""
    account = Account(
        id=AccountId("it"), platform=name, handle="x", kind=Kind.COUNCIL, owner="Jo", comments=True
    )
    asking = find(name).asking
    more = {"facebook": 1, "wordpress": 1, "youtube": 1}.get(name, 0)
    assert asking.of(account).pull == asking.pull + more
    assert asking.of(replace(account, comments=False)) == asking


def test_what_is_seen_of_a_page_depends_on_settings_and_permissions() -> None:
    """Nothing is promised before a reading; comments only where they are wanted."""
    page = find("facebook")
    account = Account(
        id=AccountId("it"), platform="facebook", handle="1", kind=Kind.COUNCIL, owner="Jo"
    )
    read = {"scheduled read": "yes", "comments read": "yes", "visitor_posts read": "yes"}
    wanted = replace(account, comments=True)
    assert page.unseen(account, {}) == page.unseen(wanted, {}) == page.blind_spots
    assert set(page.blind_spots) - set(page.unseen(account, read)) == {"scheduled posts"}
    assert set(page.blind_spots) - set(page.unseen(wanted, read)) == {
        "scheduled posts",
        "comments",
        "visitors' posts",
    }
    refused = {"scheduled read": "no", "comments read": "withheld", "visitor_posts read": "no"}
    assert page.unseen(wanted, refused) == page.blind_spots
