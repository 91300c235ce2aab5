"""Every platform's page answers the same questions, in the same order, and its examples load."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

import pytest

import connectors
from config.settings.register import AccountEntry
from monitor.fitting import misfitting
from tests.docs.map import ROOT

if TYPE_CHECKING:
    from pathlib import Path

HEADINGS = [
    "Token and permission",
    "Set-up, step by step",
    "What is read",
    "When a post is no longer visible",
    "What cannot be seen",
    "What it costs",
    "Terms and law",
    "When something is wrong",
]
PAGES = ROOT / "docs" / "connectors"
EACH = pytest.mark.parametrize("name", connectors.names())


def page(name: str) -> Path:
    """Return a platform's page."""
    return PAGES / f"{name}.md"


def told(name: str) -> dict[str, str]:
    """Return what stands under each heading of a page, in its order."""
    text = re.sub(r"^```.*?^```", "", page(name).read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@EACH
def test_a_page_has_every_heading_in_order(name: str) -> None:
    """Which token, which permission, the steps, what is not seen, terms, cost; others between."""
    said = told(name)
    assert [heading for heading in said if heading in HEADINGS] == HEADINGS
    assert {heading for heading in HEADINGS if not said[heading].strip()} == set()


def test_no_page_is_of_no_platform() -> None:
    """A page that nobody can set up would mislead."""
    assert sorted(each.stem for each in PAGES.glob("*.md")) == sorted(connectors.names())


@EACH
def test_the_accounts_on_a_page_can_be_registered(name: str) -> None:
    """Each example is what the configuration takes, with every line that is commented out."""
    blocks = re.findall(
        r"^```toml\n(.*?)^```", page(name).read_text("utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    stated = [
        entry
        for block in blocks
        for form in (block, re.sub(r"^# (?=\w+ = )", "", block, flags=re.MULTILINE))
        for entry in tomllib.loads(form).get("accounts", [])
    ]
    entries = [AccountEntry.model_validate(entry) for entry in stated]
    assert {entry.platform for entry in entries} == {name}
    assert [key for entry in entries for key in misfitting(entry)] == []


@EACH
def test_every_blind_spot_stands_on_the_page(name: str) -> None:
    """What the mails name as not seen is told on the page in the same words."""
    said = " ".join(told(name)["What cannot be seen"].casefold().replace("*", "").split())
    spots = [spot.casefold() for spot in connectors.find(name).blind_spots]
    assert [spot for spot in spots if spot not in said] == []


@EACH
def test_the_permissions_that_are_asked_for_stand_on_the_page(name: str) -> None:
    """What `accounts connect` tells somebody to tick is what the page says."""
    login = connectors.find(name).login
    steps = " ".join(login.steps) if login is not None else ""
    named = set(re.findall(r"\b(?:pages|instagram)_[a-z_]+\b", steps))
    assert named <= set(re.findall(r"`(\w+)`", told(name)["Token and permission"]))


@EACH
def test_the_keys_that_only_some_platforms_take_stand_on_the_page(name: str) -> None:
    """Whoever sets the account up learns there that it may be said."""
    text = page(name).read_text("utf-8")
    assert [key for key in connectors.find(name).takes if f"{key} = " not in text] == []
