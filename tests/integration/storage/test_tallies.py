"""What reports count, by the database."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from config.types import CaseState, CoverageStatus, Resolution, RunKind, Severity
from storage.values import Coverage, Gap, Recorded, Review
from tests.lib import records
from tests.lib.records import COUNCIL, MAYOR, START, at

if TYPE_CHECKING:
    from datetime import datetime

    from config.types import AccountId, CaseId, RunId
    from storage.repository import Repository

HALF_HOUR = timedelta(minutes=30)


def cover(
    store: Repository,
    minutes: float,
    *,
    account: AccountId = COUNCIL,
    status: CoverageStatus = CoverageStatus.READ,
    kind: RunKind = RunKind.SCAN,
    new: int = 0,
) -> None:
    """Store one reading that ended so many minutes after the start."""
    run = store.begin_run(kind, by="daemon", at=at(minutes))
    line = Coverage(
        account=account, status=status, recorded=Recorded(new=new), ended_at=at(minutes)
    )
    store.cover(run, line)
    store.end_run(run, at=at(minutes))


def opened(store: Repository, run: RunId, *, when: datetime = START) -> CaseId:
    """Record a post and open a case with one finding on it."""
    store.record(run, COUNCIL, [records.post(read_at=when)])
    [version] = store.stale_versions({COUNCIL: "s"})
    with store.writing() as transaction:
        finding = transaction.add_finding(version.id, records.finding(), at=when)
        case = transaction.open_case(
            version.subject,
            severity=Severity.REVIEW,
            history=False,
            due_at=when + timedelta(days=2),
            at=when,
            by="clerkwatch",
        )
        transaction.attach(case, finding)
    return case


def close(store: Repository, case: CaseId, resolution: Resolution, when: datetime) -> None:
    """Close a case."""
    with store.writing() as transaction:
        transaction.step_case(
            case,
            to=CaseState.CLOSED,
            resolution=resolution,
            by="Clerk",
            because="A permitted notice of the fête",
            what="closed",
            at=when,
        )


def test_readings_are_summed_by_account(store: Repository) -> None:
    """Complete ones with their gaps, the others by number; rescans do not count."""
    for minutes in (0, 30, 60, 200, 230):
        cover(store, minutes, new=2)
    cover(store, 90, status=CoverageStatus.FAILED)
    cover(store, 120, status=CoverageStatus.PARTIAL, new=1)
    cover(store, 150, kind=RunKind.RESCAN)
    cover(store, 10, account=MAYOR, status=CoverageStatus.SKIPPED)
    council, mayor = store.coverage_totals(since=START, until=at(300), every=HALF_HOUR)
    assert (council.complete, council.failed, council.partial) == (5, 1, 1)
    assert council.recorded.new == 11
    assert (council.first_at, council.last_at) == (at(0), at(230))
    assert council.longest == Gap(start=at(60), end=at(200))
    assert council.missed == 4
    assert (mayor.skipped, mayor.complete, mayor.first_at, mayor.longest) == (1, 0, None, None)


def test_a_period_begins_with_its_first_instant_and_ends_before_its_last(
    store: Repository,
) -> None:
    """A reading at the start counts, one at the end does not."""
    cover(store, 0)
    cover(store, 60)
    [total] = store.coverage_totals(since=START, until=at(60), every=HALF_HOUR)
    assert (total.complete, total.last_at) == (1, START)


def test_a_case_is_counted_without_its_words(store: Repository, run: RunId) -> None:
    """Clause and rule of its findings, its steps, and when the post went."""
    case = opened(store, run)
    store.record(run, COUNCIL, [records.gone(read_at=at(50))])
    store.record(run, COUNCIL, [records.gone(read_at=at(70))])
    close(store, case, Resolution.REMOVED, at(80))
    [found] = store.tally(since=START, until=at(days=1)).cases
    assert [(mark.clause, mark.rule) for mark in found.marks] == [
        ("terms.5", "party-politics/endorsement")
    ]
    assert (found.resolution, found.closed_at, found.gone_at) == (
        Resolution.REMOVED,
        at(80),
        at(50),
    )
    assert [state for _, state in found.steps] == [CaseState.OPEN, CaseState.CLOSED]
    assert "library" not in repr(found)


def test_a_post_that_came_back_went_when_it_went_last(store: Repository, run: RunId) -> None:
    """Gone, shown again, gone: the second time counts."""
    case = opened(store, run)
    store.record(run, COUNCIL, [records.gone(read_at=at(10))])
    store.record(run, COUNCIL, [records.post(read_at=at(20))])
    store.record(run, COUNCIL, [records.gone(read_at=at(30))])
    close(store, case, Resolution.REMOVED, at(40))
    [found] = store.tally(since=START, until=at(days=1)).cases
    assert found.gone_at == at(30)


def test_what_was_over_before_the_period_is_left_out(store: Repository, run: RunId) -> None:
    """What was opened before and closed in it is there; what was closed before is not."""
    case = opened(store, run)
    close(store, case, Resolution.DISMISSED, at(days=2))
    inside = store.tally(since=at(days=1), until=at(days=3)).cases
    assert [one.id for one in inside] == [case]
    assert store.tally(since=at(days=3), until=at(days=4)).cases == ()
    assert store.tally(since=at(days=-2), until=START).cases == ()


def test_money_is_counted_by_days(store: Repository) -> None:
    """Each day of the period whole; the day after its end is not in it."""
    for days in (-1, 0, 1, 2):
        store.charge("x_bearer", ids=["1", "2"], price=Decimal("0.005"), at=at(days=days))
    midnight = START.replace(hour=0)
    found = store.tally(since=midnight, until=midnight + timedelta(days=2)).charges
    assert [(one.credential, one.resources, one.amount) for one in found] == [
        ("x_bearer", 4, Decimal("0.020"))
    ]


def test_lookings_by_hand_are_listed(store: Repository) -> None:
    """Those of the period, oldest first."""
    with store.writing() as transaction:
        for days in (3, 1, 9):
            transaction.add_review(Review(account=COUNCIL, at=at(days=days), by="Clerk"))
    found = store.tally(since=START, until=at(days=5)).reviews
    assert [one.at for one in found] == [at(days=1), at(days=3)]
