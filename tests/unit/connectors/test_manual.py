"""Accounts that only a person may look at."""

from __future__ import annotations

from datetime import UTC, datetime

from config.register import Account
from config.types import AccountId, Kind, Outcome
from connectors import find
from connectors.base import Circumstances, KnownPost, ReaderState
from connectors.door import Door
from tests.lib.meter import FreeMeter

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def no_look_up(host: str, port: int) -> list[str]:
    """Fail: nothing may be asked.

    Raises:
        AssertionError: Always.
    """
    raise AssertionError(f"{host}:{port} was looked up")


def test_nothing_is_asked_and_nothing_is_claimed() -> None:
    """No request is made; of a known post, only a person can tell."""
    platform = find("manual")
    account = Account(
        id=AccountId("group"),
        platform="manual",
        handle="Elm residents' group",
        kind=Kind.OFFICER,
        owner="A. Officer",
    )
    connector = platform.open(
        Circumstances(
            account=account,
            door=Door(clock=lambda: NOW, lookup=no_look_up),
            secret=None,
            state=ReaderState(),
            meter=FreeMeter(),
            as_of=NOW,
        )
    )
    connector.probe()
    told = list(connector.reread([KnownPost(platform_id="1")]))
    assert platform.by_hand
    assert not platform.needs_credential
    assert connector.profile() is None
    assert list(connector.posts(since=NOW)) == []
    assert connector.validators() == {}
    assert [each.outcome for each in told] == [Outcome.CANNOT_TELL]
