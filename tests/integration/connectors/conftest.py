"""A Bluesky for the connector's tests, held to the lexicon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monitor.clock import SteppedClock
from tests.lib.bluesky_reader import HANDLE, NOW
from tests.lib.bluesky_server import BlueskyTown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lib.bluesky_server import Member


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
