"""X's terms speak of public bodies: until the council has decided, a person looks, no programme."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

import connectors
from config.register import Account, Decision
from config.types import AccountId, Kind
from monitor.alerts.coverage import by_hand_lines
from monitor.alerts.house import watched
from monitor.alerts.wording import Calendar
from monitor.opening import is_by_hand

NOW = datetime(2026, 11, 29, 9, tzinfo=UTC)
ON_X = Account(
    id=AccountId("council-x"), platform="x", handle="AshcombeTC", kind=Kind.COUNCIL, owner="Officer"
)
DECIDED = Decision(by="Finance Committee", on=date(2026, 11, 1), minute="2026/114")


def test_not_yet_decided() -> None:
    """Without a decision nothing is asked of X, no token is wanted, and the digest says why."""
    platform = connectors.of(ON_X)
    assert (platform.title, platform.by_hand, platform.needs_credential) == ("X", True, False)
    assert is_by_hand(ON_X)
    known = watched(ON_X)
    zone = "Europe/London"
    (line,) = by_hand_lines([known.facts()], calendar=Calendar(zone=zone, as_of=NOW), as_of=NOW)
    assert line == (
        "By hand: X @AshcombeTC, X's terms for public bodies not yet decided, not looked at yet "
        "(due). When you have looked: clerkwatch accounts reviewed council-x"
    )


@pytest.mark.parametrize(
    "account",
    [
        replace(ON_X, terms_accepted=DECIDED),
        replace(ON_X, api_base="http://127.0.0.1:8701"),
        replace(ON_X, platform="mastodon"),
    ],
)
def test_decided_or_bound_by_no_such_terms(account: Account) -> None:
    """With a decision, on another server, or on another platform, a programme reads."""
    assert not connectors.of(account).by_hand
    assert not connectors.of(account).undecided


def test_a_decision_is_noticed() -> None:
    """A decision changes the entry's digest, so the ledger has it with the register's changes."""
    assert ON_X.digest() != replace(ON_X, terms_accepted=DECIDED).digest()
