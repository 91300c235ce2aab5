"""What the platforms declare about themselves is fit for a Clerk's mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from config.register import Account
from config.types import AccountId, Kind
from connectors import find, names
from connectors.base import Copies, KnownBy, Platform, PostIds
from connectors.lasting import GRAPH_VERSION

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs" / "connectors"
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


def missing(name: str) -> list[str]:
    """Return what has to be written beside a platform's file, and is not there."""
    tests = [f"tests/{part}/connectors/test_{name}.py" for part in ("integration", "unit")]
    beside = [] if any((ROOT / one).is_file() for one in tests) else [tests[0]]
    page = f"docs/connectors/{name}.md"
    return beside if (ROOT / page).is_file() else [page, *beside]


@pytest.mark.parametrize("name", names())
def test_a_platform_has_its_tests_and_its_page(name: str) -> None:
    """That is all that is written beside its file; whoever adds one is told what is missing."""
    assert missing(name) == []
    assert missing("gazette") == [
        "docs/connectors/gazette.md",
        "tests/integration/connectors/test_gazette.py",
    ]


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
    more = {"facebook": 1, "wordpress": 1, "youtube": 1}.get(name, asking.others)
    assert bool(asking.others) <= ("comments" in find(name).takes)
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


@pytest.mark.parametrize("name", names())
def test_a_platform_is_called_by_its_files_name(name: str) -> None:
    """What it declares of its copies is a time, and refreshing comes before it runs out."""
    declared = find(name)
    assert declared.name == name
    for span in (declared.copies.gone, declared.copies.unread):
        assert span is None or span > timedelta(days=7)
    assert bool(declared.copies.asked_by) == (declared.copies != Copies())


def test_a_platform_that_declares_nothing_has_no_limits_and_no_ids() -> None:
    """Its accounts are called by their own name, and an address says nothing but itself."""
    plain = Platform(name="plain", title="Plain", open=find("manual").open, needs_credential=False)
    account = Account(
        id=AccountId("it"), platform="plain", handle="x", kind=Kind.COUNCIL, owner="Jo"
    )
    assert (plain.known_by, plain.copies, plain.takes) == (
        KnownBy.OWN_NAME,
        Copies(),
        frozenset(),
    )
    assert plain.ids_of(account, "https://plain.example/1") == PostIds()
    assert plain.lasts_of(account) == ()


@pytest.mark.parametrize(
    ("name", "url", "expected"),
    [
        ("x", "https://x.com/AshcombeTC/status/1799", PostIds(ids=("1799",), is_certain=True)),
        ("x", "https://x.com/i/web/statuses/17?s=20", PostIds(ids=("17",), is_certain=True)),
        ("x", "https://x.com/AshcombeTC", PostIds()),
        (
            "facebook",
            "https://fb.example/posts/9912345/?r=1",
            PostIds(ids=("7_9912345", "9912345")),
        ),
        ("facebook", "https://fb.example/t/posts/pfbid0abc", PostIds()),
        ("feed", "https://town.example/12345", PostIds()),
    ],
)
def test_what_an_address_tells_of_a_post(name: str, url: str, expected: PostIds) -> None:
    """X' number is the post's id; Facebook's may be; elsewhere the address is all there is."""
    account = Account(id=AccountId("it"), platform=name, handle="7", kind=Kind.COUNCIL, owner="Jo")
    assert find(name).ids_of(account, url) == expected


@pytest.mark.parametrize(
    ("name", "version", "expected"),
    [
        ("x", "", ["x-fields"]),
        ("facebook", "", [f"graph-{GRAPH_VERSION}"]),
        ("instagram", "v21.0", ["graph-v21.0"]),
        ("instagram", "v99.0", []),
        ("feed", "", []),
    ],
)
def test_what_ends_on_a_day(name: str, version: str, expected: list[str]) -> None:
    """Each platform knows of its own: a version, or when its field names were looked at."""
    account = Account(
        id=AccountId("it"),
        platform=name,
        handle="7",
        kind=Kind.COUNCIL,
        owner="Jo",
        api_version=version,
    )
    assert [one.id for one in find(name).lasts_of(account)] == expected
