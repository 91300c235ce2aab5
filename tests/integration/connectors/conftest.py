"""Platforms on loopback for the connectors' tests, each held to its contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monitor.clock import SteppedClock
from tests.lib.bluesky_reader import HANDLE, NOW
from tests.lib.bluesky_server import BlueskyTown
from tests.lib.instagram_server import InstagramTown
from tests.lib.mastodon_reader import NAME
from tests.lib.mastodon_server import MastodonTown
from tests.lib.wordpress_server import WordPressTown
from tests.lib.youtube_server import YouTubeTown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lib.bluesky_server import Member
    from tests.lib.mastodon_server import Member as MastodonMember
    from tests.lib.youtube_server import Channel


@pytest.fixture
def clock() -> SteppedClock:
    """Return the story's clock."""
    return SteppedClock(NOW)


@pytest.fixture
def town(clock: SteppedClock) -> Iterator[BlueskyTown]:
    """Run Bluesky; afterwards nothing has been asked or answered against the lexicon."""
    with BlueskyTown(clock.now) as running:
        yield running
    assert running.wrong == []


@pytest.fixture
def elm(town: BlueskyTown) -> Member:
    """Let the council join."""
    return town.account(HANDLE, displayName="Elm Town Council", description="Official.")


@pytest.fixture
def instance(clock: SteppedClock) -> Iterator[MastodonTown]:
    """Run Mastodon; afterwards nothing has been asked or answered against Mastodon.py."""
    with MastodonTown(clock.now) as running:
        yield running
    assert running.wrong == []


@pytest.fixture
def member(instance: MastodonTown) -> MastodonMember:
    """Let the council join."""
    return instance.account(NAME, display_name="Elm Town Council", note="<p>Official.</p>")


@pytest.fixture
def youtube(clock: SteppedClock) -> Iterator[YouTubeTown]:
    """Run YouTube; afterwards nothing has been asked or answered against Google's document."""
    with YouTubeTown(clock.now) as running:
        yield running
    assert running.wrong == []


@pytest.fixture
def channel(youtube: YouTubeTown) -> Channel:
    """Let the council open a channel."""
    return youtube.channel("Elm Town Council", "elmtown")


@pytest.fixture
def site(clock: SteppedClock) -> Iterator[WordPressTown]:
    """Run a WordPress; afterwards nothing has been asked or answered against its description."""
    with WordPressTown(clock.now) as running:
        yield running
    assert running.wrong == []


@pytest.fixture
def instagram(clock: SteppedClock) -> Iterator[InstagramTown]:
    """Run Instagram; afterwards nothing has been asked that Meta's own tables do not hold."""
    with InstagramTown(clock.now) as running:
        yield running
    assert running.wrong == []
