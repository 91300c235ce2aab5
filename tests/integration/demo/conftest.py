"""A small town for each test: its clock, its world, and the servers on loopback."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.clock import SteppedClock
from monitor.demo.world import Site, TownAccount, World

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
X_TOKEN = "x-token-of-quarrington"
PAGE_TOKEN = "page-token-of-quarrington"


@pytest.fixture
def clock() -> SteppedClock:
    """A clock that stands a week after the first post."""
    return SteppedClock(START + timedelta(days=7))


@pytest.fixture
def world(clock: SteppedClock) -> World:
    """A made-up town with an account on each platform and no posts."""
    town = World(clock=clock.now)
    accounts = (
        TownAccount(
            label="x",
            site=Site.X,
            platform_id="4172",
            handle="QuarringtonTC",
            name="Quarrington Town Council",
            description="Official. Complaints: the Clerk.",
            website="https://quarrington.example/complaints",
            token=X_TOKEN,
        ),
        TownAccount(
            label="page",
            site=Site.FACEBOOK,
            platform_id="100777",
            handle="quarringtontc",
            name="Quarrington Town Council",
            description="Official.",
            email="clerk@quarrington.example",
            picture=b"\x89PNG not really",
            token=PAGE_TOKEN,
        ),
        TownAccount(
            label="blog", site=Site.FEED, platform_id="3", handle="notes", name="Quarrington Notes"
        ),
    )
    for account in accounts:
        town.add_account(account)
    return town
