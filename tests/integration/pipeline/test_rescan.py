"""Judging history again: a dry run writes nothing and says what the real run then does."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from config.errors import StorageError
from config.types import AccountId, CaseState, ClauseId
from monitor.checks.judge import Judge
from monitor.demo.world import Site
from monitor.rescan import Range, Rescanned, rescan
from storage.open import open_repository
from tests.integration.pipeline.village import CLEAN, DAY, SALE, START, THREAT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.app import App
    from tests.integration.pipeline.village import Village

ALL = Range()


@pytest.fixture
def full(village: Village) -> Village:
    """Return a village read under rules that know nothing, so that all is still to be found."""
    village.account(Site.X, label="tweets")
    village.account(Site.FEED, label="blog")
    for label in ("tweets", "blog"):
        for days, text in enumerate((SALE, CLEAN, THREAT), start=1):
            village.publish(label, text, ago=days * DAY)
    app = village.app
    village._app = replace(app, judge=Judge(policy=app.policy, rules=()))
    village.scan()
    assert village.cases() == []
    village._app = replace(village.app, judge=app.judge)
    return village


@contextmanager
def reading_only(village: Village) -> Iterator[App]:
    """Give the application on a connection that can write nothing."""
    store = open_repository(village.app.settings.storage.url, read_only=True)
    yield replace(village.app, repository=store)
    store.close()


def judged(
    app: App, wanted: Range = ALL, *, dry_run: bool, as_of: datetime | None = None
) -> Rescanned:
    """Judge again, at the present moment if no other is given."""
    return rescan(app, wanted, as_of=as_of or app.clock.now(), dry_run=dry_run)


def told(done: Rescanned) -> list[tuple[str, str, str]]:
    """Return the difference as sorted lines."""
    changes = [("+", one) for one in done.outcome.added] + [
        ("-", one) for one in done.outcome.withdrawn
    ]
    return sorted((sign, one.platform_id, one.finding.rule) for sign, one in changes)


def everything(village: Village) -> str:
    """Return a digest of the database's own file and what waits beside it."""
    files = sorted(village.folder.glob("clerkwatch.db*"))
    packed = b"".join(
        one.name.encode() + one.read_bytes() for one in files if one.suffix != ".db-shm"
    )
    return hashlib.sha256(packed).hexdigest()


def test_a_dry_run_writes_nothing_and_tells_the_truth(full: Village) -> None:
    """The file stays as it is to the byte; the real run then changes just what was said."""
    before = everything(full)
    with reading_only(full) as app:
        dry = judged(app, dry_run=True)
    assert everything(full) == before
    real = judged(full.app, dry_run=False)
    assert told(dry) == told(real)
    assert told(real)
    assert dry.outcome.unchanged == real.outcome.unchanged
    assert [one.recorded.posts for one in dry.coverage] == [
        one.recorded.posts for one in real.coverage
    ]


def test_a_real_run_on_a_reading_connection_is_refused(full: Village) -> None:
    """Nothing is half written."""
    with reading_only(full) as app, pytest.raises(StorageError):
        judged(app, dry_run=False)
    assert full.cases() == []


def test_a_second_run_changes_nothing(full: Village) -> None:
    """No finding, no case, no mail; what holds is counted as unchanged."""
    first = judged(full.app, dry_run=False)
    ledger = full.store.ledger_head()
    second = judged(full.app, dry_run=False)
    assert told(second) == []
    assert second.outcome.cases_opened == ()
    assert second.outcome.unchanged == len(first.outcome.added)
    assert full.store.ledger_head() == ledger
    assert full.scan("tweets").outcome.judged == 0


def test_older_posts_are_found_quietly(full: Village) -> None:
    """Cases of a rescan are history: a threat among them makes no mail at once."""
    judged(full.app, dry_run=False)
    assert {one.history for one in full.cases()} == {True}
    assert full.urgent() == []


def test_one_clause_leaves_the_others_for_later(full: Village) -> None:
    """Only its findings are stored and decide how severe the case is; nothing counts as judged."""
    wanted = Range(clauses=(ClauseId("terms.7"),))
    done = judged(full.app, wanted, dry_run=False)
    assert {one.finding.clause for one in done.outcome.added} == {"terms.7"}
    assert {one.severity.value for one in full.cases()} == {"review"}
    rest = judged(full.app, dry_run=False)
    assert {one.finding.clause for one in rest.outcome.added} & {"terms.7"} == set()
    assert rest.outcome.added


def test_one_account_and_a_stretch_of_time(full: Village) -> None:
    """Bounds hold to the instant: from the first inclusive, to the last exclusive."""
    blog = judged(full.app, Range(accounts=[AccountId("blog")]), dry_run=True)
    assert {one.account for one in blog.outcome.added} == {"blog"}
    assert [one.account for one in blog.coverage] == ["blog"]
    wanted = Range(since=START - 3 * DAY, until=START - DAY)
    threats = judged(full.app, wanted, dry_run=True)
    assert {one.published_at for one in threats.outcome.added} == {START - 3 * DAY}
    nothing = judged(full.app, Range(until=START - 3 * DAY), dry_run=True)
    assert nothing.outcome.judged == 0
    assert {one.status.value for one in nothing.coverage} == {"skipped"}


def test_another_moment_is_judged_by_but_not_written_down(full: Village) -> None:
    """As of a day in an open window its findings stand; found they were on the day itself."""
    full.add('\n[[polls]]\nid = "p"\ntype = "parish"\ndate = 2027-05-06\n')
    credit = "We delivered the new playground, thanks to your council."
    full.publish("tweets", credit, ago=timedelta(minutes=-1))
    full.restart()
    full.scan(after=DAY)
    now = judged(full.app, dry_run=True)
    spring = datetime(2027, 4, 20, 12, tzinfo=UTC)
    then = judged(full.app, dry_run=False, as_of=spring)
    assert now.outcome.added == ()
    assert {one.finding.context for one in then.outcome.added} == {"p"}
    found = [one for one in full.findings() if one.finding.context]
    assert {one.found_at for one in found} == {full.clock.now()}
    # The next run judges by the present again and takes back what does not hold yet.
    full.scan()
    assert all(one.withdrawn_at is not None for one in full.findings() if one.finding.context)
    assert [one for one in full.cases() if not one.findings and one.state is CaseState.OPEN] == []
