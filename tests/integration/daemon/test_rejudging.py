"""New rules over much history: judged in lots, beside the pulls, in one line of the digest."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from benchmarks.posts import posts
from benchmarks.town import Town
from config.settings import load
from monitor import morning
from monitor.app import build
from monitor.clock import SystemClock
from monitor.demo.world import Site
from monitor.judging import LOT, judge_stale
from monitor.pipeline import scan
from monitor.rescan import Range, rescan
from storage.open import open_repository

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from monitor.app import App

MANY = 1500


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """An account with much history and one with little, read and judged."""
    accounts = [(Site.FACEBOOK, posts(MANY)), (Site.X, posts(3))]
    with Town(tmp_path, accounts) as town:
        environ = town.environ()
        settings = load(tmp_path / "clerkwatch.toml", environ=environ)
        repository = open_repository(settings.storage.url, create=True)
        app = build(settings, clock=SystemClock(), repository=repository, environ=environ)
        repository.sync_register(app.register, at=app.clock.now())
        scan(app, app.register, by="test")
        yield app
        repository.close()


def _changed(app: App) -> App:
    """Return the application with another council's domain: every stamp is stale."""
    council = app.settings.council.model_copy(update={"email_domain": "other.example"})
    return replace(app, settings=app.settings.model_copy(update={"council": council}))


def test_a_pull_ends_between_two_lots_of_a_long_re_judging(app: App) -> None:
    """While thousands are judged again, another account is read and judged to its end."""
    changed = _changed(app)
    other = app.register[1]
    judged = threading.Event()

    def judge_all() -> None:
        judge_stale(changed, as_of=changed.clock.now())
        judged.set()

    worker = threading.Thread(target=judge_all)
    worker.start()
    done = scan(changed, [other], by="test")
    was_over = judged.is_set()
    worker.join(120)

    assert MANY > 2 * LOT
    assert done.coverage[0].status.value == "read"
    assert not was_over


def test_a_dry_run_tells_the_difference_and_writes_nothing(app: App) -> None:
    """Beside the daemon `rescan --dry-run` says what re-judging then does."""
    changed = _changed(app)
    head = app.repository.ledger_head()
    told = rescan(changed, Range(), as_of=changed.clock.now(), dry_run=True).outcome
    untouched = app.repository.ledger_head()
    did = judge_stale(changed, as_of=changed.clock.now() + timedelta(seconds=1))

    assert untouched == head
    assert {found.finding.key() for found in told.added} == {
        found.finding.key() for found in did.added
    }
    assert len(told.withdrawn) == len(did.withdrawn)
    assert did.mails_queued == 0


def test_what_new_rules_find_in_old_posts_floods_nobody(app: App) -> None:
    """No urgent mail leaves, and the digest stays a digest."""
    changed = _changed(app)
    judge_stale(changed, as_of=changed.clock.now())

    sent = morning.send(changed, by="test")

    assert sent.is_accepted
    assert len(sent.composed.text.splitlines()) < MANY / 4
