"""New rules over much history: judged in lots, beside the pulls, in one line of the digest."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, cast

import pytest

from benchmarks.posts import posts
from benchmarks.town import Town
from config.settings import load
from monitor import morning
from monitor.app import build
from monitor.checks.judge import Judge
from monitor.clock import SystemClock
from monitor.demo.world import Site
from monitor.judging import LOT, judge_stale
from monitor.pipeline import scan
from monitor.rescan import Range, rescan
from storage.open import open_repository

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    from monitor.app import App
    from monitor.lock import Turns

MANY = 1500
BREACHES = 40


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """Much history, judged by fewer rules than are in force now."""
    breaches = [f"Vote Labour on Thursday at hall {number}!" for number in range(BREACHES)]
    accounts = [(Site.FACEBOOK, [*posts(MANY), *breaches]), (Site.X, posts(3))]
    with Town(tmp_path, accounts) as town:
        environ = town.environ()
        settings = load(tmp_path / "clerkwatch.toml", environ=environ)
        repository = open_repository(settings.storage.url, create=True)
        app = build(settings, clock=SystemClock(), repository=repository, environ=environ)
        repository.sync_register(app.register, at=app.clock.now())
        fewer = [rule for rule in app.judge.rules if not rule.id.startswith("party-politics/")]
        judge = Judge(policy=app.policy, rules=fewer)
        scan(replace(app, judge=judge), app.register, by="test")
        yield app
        repository.close()


class FirstLotDone:
    """Turns at judging; whoever has had the first one waits, until told, to ask for the next."""

    def __init__(self, turns: Turns) -> None:
        """Let the turns pass on."""
        self._turns = turns
        self.taken = 0
        self.reached, self.told = threading.Event(), threading.Event()

    def __enter__(self) -> None:
        """Ask for a turn."""
        if self.taken == 1:
            self.reached.set()
            assert self.told.wait(120)
        self._turns.__enter__()
        self.taken += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the turn to the next."""
        self._turns.__exit__(kind, error, trace)


def test_a_pull_ends_between_two_lots_of_a_long_re_judging(app: App) -> None:
    """While thousands are judged again, another account is read and judged to its end."""
    other = app.register[1]
    turns = FirstLotDone(app.judging)
    beside = replace(app, judging=cast("Turns", turns))

    with ThreadPoolExecutor(1) as worker:
        judging = worker.submit(judge_stale, beside, as_of=app.clock.now())
        assert turns.reached.wait(120)
        done = scan(app, [other], by="test")
        was_over = judging.done()
        turns.told.set()
        outcome = judging.result(120)

    assert done.coverage[0].status.value == "read"
    assert not was_over
    assert turns.taken > MANY // LOT
    assert len(outcome.added) >= BREACHES


def test_a_dry_run_tells_the_difference_and_writes_nothing(app: App) -> None:
    """Beside the daemon `rescan --dry-run` says what re-judging then does."""
    head = app.repository.ledger_head()
    told = rescan(app, Range(), as_of=app.clock.now(), dry_run=True).outcome
    untouched = app.repository.ledger_head()
    did = judge_stale(app, as_of=app.clock.now() + timedelta(seconds=1))

    assert untouched == head
    assert {found.finding.key() for found in told.added} == {
        found.finding.key() for found in did.added
    }
    assert len(told.added) >= BREACHES
    assert len(told.withdrawn) == len(did.withdrawn)
    assert did.mails_queued == 0


def test_what_new_rules_find_in_old_posts_floods_nobody(app: App) -> None:
    """No urgent mail leaves, and the digest stays a digest."""
    judge_stale(app, as_of=app.clock.now())

    sent = morning.send(app, by="test")

    assert sent.is_accepted
    assert len(sent.composed.text.splitlines()) < MANY / 4
