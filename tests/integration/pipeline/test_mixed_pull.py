"""Fifty accounts on all platforms in one pull: a quiet one is cheap, and a hang is its own."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from config.types import CoverageStatus
from monitor.pipeline import scan
from tests.integration.pipeline.village import CLEAN, HALF_AN_HOUR
from tests.lib.http_server import Reply
from tests.lib.mixed_town import MixedTown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.register import Account
    from tests.integration.pipeline.village import Village
    from tests.lib.http_server import Asked

ACCOUNTS, POSTS = 50, 3
MOST = 3
FACE = {"wordpress": 4, "instagram": 1}
"""What the account's own face costs beyond that, every six hours: index, kinds, icon, its page."""
HOUR = timedelta(hours=1)


@pytest.fixture
def town(village: Village) -> Iterator[MixedTown]:
    """Run fifty accounts on eight platforms and register them."""
    texts = [CLEAN, "Bins are collected on Friday.", "The hall is closed on Monday."]
    with MixedTown(village.clock.now, accounts=ACCOUNTS, texts=texts, wait_s=0) as running:
        village.environ |= running.environ
        for entry in running.entries.values():
            village.register(entry)
        village.add("\n[budget.x]\nusd_per_month = 1000.00\n")
        yield running


def test_a_quiet_pull_asks_three_times_an_account_at_most(
    village: Village, town: MixedTown
) -> None:
    """On every platform; a day later too, when posts are read again by the plan."""
    first = village.scan().coverage
    assert {read.status for read in first} == {CoverageStatus.READ}
    assert sum(read.recorded.new for read in first) == POSTS * ACCOUNTS
    asked = quiet(village, town, HALF_AN_HOUR)
    assert {label: number for label, number in asked.items() if number > MOST} == {}
    for after in (7 * HOUR, 24 * HOUR):
        beyond = {
            label: asked
            for label, asked in quiet(village, town, after).items()
            if asked > MOST + FACE.get(label.partition("-")[0], 0)
        }
        assert beyond == {}


def quiet(village: Village, town: MixedTown, after: timedelta) -> dict[str, int]:
    """Return what each account is asked in a pull that finds nothing new."""
    before = town.asked()
    read = village.scan(after=after).coverage
    assert {each.status for each in read} == {CoverageStatus.READ}
    assert sum(each.recorded.new + each.recorded.edited for each in read) == 0
    assert sum(each.recorded.gone + each.recorded.cannot_tell for each in read) == 0
    return {label: asked - before[label] for label, asked in town.asked().items()}


def test_an_account_that_hangs_delays_no_other(village: Village, town: MixedTown) -> None:
    """The first of the register never answers: forty-nine are read and judged before it ends."""
    village.scan()
    settled: list[str] = []
    all_others = threading.Event()
    hung = next(label for label in town.labels if label in town.servers)
    accounts = sorted(village.app.register, key=lambda account: account.id != hung)

    def waits(_asked: Asked) -> Reply:
        assert all_others.wait(30), f"only {len(settled)} accounts were settled while one hung"
        return Reply(status=500)

    def done(account: Account) -> None:
        settled.append(account.id)
        if len(settled) == ACCOUNTS - 1:
            all_others.set()

    town.hang(hung, waits)
    village.clock.advance(HALF_AN_HOUR)
    read = scan(village.app, accounts, by="test", progress=done).coverage
    assert settled == [*(account.id for account in accounts[1:]), hung]
    failed = [each.account for each in read if each.status is not CoverageStatus.READ]
    assert failed == [hung]
