"""The register, leases, runs with coverage, money and reviews."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from config.errors import SettingsError, StorageError
from config.types import (
    AccountId,
    CaseState,
    CoverageStatus,
    Kind,
    Reason,
    Resolution,
    RunId,
    RunKind,
    Severity,
    SubjectId,
)
from storage.values import (
    AccountState,
    Attestation,
    Coverage,
    Gap,
    Grant,
    HeldLogin,
    LastingGap,
    Recorded,
    Review,
)
from tests.lib.records import COUNCIL, MAYOR, START, account, at, post

if TYPE_CHECKING:
    from storage.repository import Repository

BOTH = [account(), account(MAYOR, kind=Kind.MAYORAL)]


def test_the_first_register_is_a_change(empty: Repository) -> None:
    """Every account of a new database is registered, and the next digest says so."""
    made = empty.sync_register(BOTH, at=START)

    assert [(one.account, one.what.split(":")[0]) for one in made] == [
        (COUNCIL, "registered"),
        (MAYOR, "registered"),
    ]
    assert empty.register_changes() == made
    assert empty.ledger_head()[0] == 2


def test_the_same_register_again_is_no_change(store: Repository) -> None:
    """A start with an unchanged configuration writes nothing into the ledger."""
    before = store.ledger_head()
    assert store.sync_register(BOTH, at=at(1)) == []
    assert store.ledger_head() == before


def test_a_change_says_what_it_is(store: Repository) -> None:
    """The Clerk reads what was and what is."""
    (change,) = store.sync_register([replace(BOTH[0], owner="Sam Reed"), BOTH[1]], at=at(1))
    assert change.what == "changed: owner Jo Marsh → Sam Reed"


def test_a_vanished_account_is_retired_and_may_come_back(store: Repository) -> None:
    """Its posts stay; the list shows it last; a return is a change as well."""
    (change,) = store.sync_register(BOTH[1:], at=at(1))
    assert change.account == COUNCIL
    assert [(row.id, row.retired_at) for row in store.accounts()] == [
        (MAYOR, None),
        (COUNCIL, at(1)),
    ]

    (back,) = store.sync_register(BOTH, at=at(2))
    assert back.what.startswith("registered again")
    assert [(row.id, row.retired_at) for row in store.accounts()] == [
        (COUNCIL, None),
        (MAYOR, None),
    ]


def test_an_account_with_an_open_case_may_not_vanish(store: Repository, run: RunId) -> None:
    """Deleting lines is no way round a case: the error names account, case and remedy."""
    store.record(run, COUNCIL, [post()])
    with store.writing() as steps:
        case = steps.open_case(
            SubjectId(1), severity=Severity.REVIEW, history=False, due_at=START, at=START, by="x"
        )
    with pytest.raises(SettingsError, match=f"council-x .case {case}.") as refused:
        store.sync_register(BOTH[1:], at=at(1))
    assert "Put the account back" in str(refused.value)
    assert [row.retired_at for row in store.accounts()] == [None, None]

    with store.writing() as steps:
        steps.step_case(
            case,
            to=CaseState.CLOSED,
            resolution=Resolution.LEFT,
            by="x",
            because="",
            what="left",
            at=at(2),
        )
    assert len(store.sync_register(BOTH[1:], at=at(3))) == 1


def test_a_told_change_is_not_told_again(store: Repository) -> None:
    """What a digest has told waits no more; what came later does."""
    store.sync_register(BOTH[1:], at=at(9))
    with store.writing() as steps:
        steps.acknowledge_register_changes(upto=at(5))

    assert [one.account for one in store.register_changes()] == [COUNCIL]
    assert len(store.register_changes(untold=False)) == 3


def test_the_state_of_an_account_is_replaced_whole(store: Repository) -> None:
    """What the next run needs comes back as it was left; before that it is empty."""
    assert store.account_state(COUNCIL) == AccountState(account=COUNCIL)
    left = AccountState(
        account=COUNCIL,
        platform_id="42",
        cursor="1001",
        validators={"https://fernbeck.example/feed": 'W/"abc"'},
        retry_at=at(60),
        reason=Reason.RATE_LIMIT,
        last_read_at=at(1),
        last_tried_at=at(2),
        first_complete_at=at(3),
        profile_read_at=at(4),
        failing_since=at(5),
    )
    store.save_account_state(left)
    assert store.account_state(COUNCIL) == left
    assert store.accounts()[0].state == left

    store.save_account_state(AccountState(account=COUNCIL))
    assert store.account_state(COUNCIL) == AccountState(account=COUNCIL)


def test_what_is_lost_is_kept_with_the_state_until_somebody_looks(
    store: Repository, run: RunId
) -> None:
    """Kept once, however often it is told; a review of that account ends it, of none other."""

    def gap(account: AccountId, start: int, *, found: int, why: str = "pushed out") -> LastingGap:
        return LastingGap(
            account=account, start=at(start), end=at(50), why=why, found_at=at(found), run=run
        )

    assert store.open_gaps() == []
    first, second, mayors = (
        gap(COUNCIL, 10, found=60),
        gap(COUNCIL, 5, found=61),
        gap(MAYOR, 10, found=60),
    )
    store.save_account_state(AccountState(account=COUNCIL), lost=[first])
    again = gap(COUNCIL, 10, found=70, why="other words")
    store.save_account_state(AccountState(account=COUNCIL, cursor="2"), lost=[again, second])
    store.save_account_state(AccountState(account=MAYOR), lost=[mayors])
    assert store.account_state(COUNCIL).cursor == "2"
    assert store.open_gaps() == [second, first, mayors]

    with store.writing() as transaction:
        transaction.add_review(Review(account=COUNCIL, at=at(59), by="Clerk"))
    assert store.open_gaps() == [second, first, mayors]
    with store.writing() as transaction:
        transaction.add_review(Review(account=COUNCIL, at=at(60), by="Clerk"))
    assert store.open_gaps() == [second, mayors]
    with store.writing() as transaction:
        transaction.add_review(Review(account=COUNCIL, at=at(80), by="Clerk"))
    store.save_account_state(AccountState(account=COUNCIL), lost=[first])
    assert store.open_gaps() == [mayors]
    later = gap(COUNCIL, 55, found=90)
    store.save_account_state(AccountState(account=COUNCIL), lost=[later])
    assert store.open_gaps() == [later, mayors]


def test_nothing_is_lost_twice_or_half(store: Repository, run: RunId) -> None:
    """A gap that cannot be kept leaves the state as it was: both or none."""
    stranger = LastingGap(
        account=AccountId("nobody"), start=at(1), end=at(2), why="x", found_at=at(3), run=run
    )
    with pytest.raises(StorageError):
        store.save_account_state(AccountState(account=COUNCIL, cursor="9"), lost=[stranger])
    assert store.account_state(COUNCIL) == AccountState(account=COUNCIL)


def test_one_reader_holds_an_account(store: Repository) -> None:
    """Another waits until the holder gives it back or is late; the holder may renew."""
    assert store.lease(COUNCIL, owner="a:1", until=at(10), now=START)
    assert not store.lease(COUNCIL, owner="b:2", until=at(12), now=at(9))
    assert store.lease(COUNCIL, owner="a:1", until=at(20), now=at(9))
    assert store.lease(COUNCIL, owner="b:2", until=at(30), now=at(20))

    store.release(COUNCIL, owner="a:1")
    assert not store.lease(COUNCIL, owner="a:1", until=at(30), now=at(21))
    store.release(COUNCIL, owner="b:2")
    assert store.lease(COUNCIL, owner="a:1", until=at(30), now=at(21))


def test_leases_of_the_dead_are_cleared(store: Repository) -> None:
    """At its start the daemon forgets what earlier daemons held, and nothing else."""
    store.lease(COUNCIL, owner="daemon%:1", until=at(99), now=START)
    store.lease(MAYOR, owner="daemon:2", until=at(99), now=START)
    store.clear_leases(owner_prefix="daemon%")

    assert store.lease(COUNCIL, owner="c", until=at(5), now=START)
    assert not store.lease(MAYOR, owner="c", until=at(5), now=START)


def test_a_run_holds_its_coverage(store: Repository, run: RunId) -> None:
    """Coverage comes back whole; a second one for the account replaces the first."""
    covered = Coverage(
        account=COUNCIL,
        status=CoverageStatus.PARTIAL,
        recorded=Recorded(posts=5, new=2, edited=1, gone=1, cannot_tell=3),
        gaps=(Gap(start=at(-60), end=at(-30)),),
        reason=Reason.QUOTA_MONEY,
        error="The month's budget is spent",
        ended_at=at(1),
    )
    store.cover(run, Coverage(account=COUNCIL, status=CoverageStatus.FAILED))
    store.cover(run, covered)
    store.end_run(run, at=at(2))
    later = store.begin_run(RunKind.RESCAN, by="Jo Marsh", at=at(5))

    newest, oldest = store.runs()
    assert (newest.id, newest.kind, newest.by, newest.ended_at) == (
        later,
        RunKind.RESCAN,
        "Jo Marsh",
        None,
    )
    assert (oldest.coverage, oldest.ended_at) == ((covered,), at(2))
    assert [one.id for one in store.runs(since=at(1))] == [later]
    assert [one.id for one in store.runs(limit=1)] == [later]


def test_a_resource_is_paid_once_a_utc_day(store: Repository) -> None:
    """The same id on the same UTC day is free, on the next it costs again; sums are exact."""
    price = Decimal("0.005")
    midnight = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)
    summer = timezone(timedelta(hours=1))

    assert store.charge("x_bearer", ids=["1", "2", "1"], price=price, at=midnight) == Decimal(
        "0.01"
    )
    same_day = datetime(2026, 12, 1, 0, 30, tzinfo=summer)
    assert store.charge("x_bearer", ids=["2", "3"], price=price, at=same_day) == price
    assert (
        store.charge("x_bearer", ids=["1"], price=price, at=midnight + timedelta(minutes=2))
        == price
    )
    assert store.charge("x_bearer", ids=[], price=price, at=midnight) == 0

    november = store.spend("x_bearer", month=date(2026, 11, 17))
    assert (november.resources, november.amount) == (3, Decimal("0.015"))
    assert store.spend("x_bearer", month=date(2026, 12, 1)).amount == price
    assert store.spend("other", month=date(2026, 12, 1)).amount == 0


def test_the_newest_review_counts(store: Repository) -> None:
    """A person looked, by hand; the same note twice is one entry."""
    assert store.last_review(COUNCIL) is None
    newest = Review(account=COUNCIL, at=at(days=2), by="Jo Marsh", note="All quiet")
    for review in (newest, Review(account=COUNCIL, at=START, by="Sam Reed"), newest):
        with store.writing() as steps:
            steps.add_review(review)

    assert store.last_review(COUNCIL) == newest
    assert store.last_review(MAYOR) is None


def test_the_newest_grant_and_attestation_count(store: Repository) -> None:
    """The same twice is one entry; what was said comes back as it was."""
    grant = Grant(
        credential="x_bearer",
        account=COUNCIL,
        at=at(2),
        by="Jo Marsh",
        expires_at=at(days=60),
        whose="a system user's token",
    )
    said = Attestation(
        account=COUNCIL,
        at=at(2),
        by="Jo Marsh",
        logins=(
            HeldLogin(name="Jo Marsh", address="jo@fernbeck.example"),
            HeldLogin(name="Sam Reed", address="sam@events.example", organisation="Reed Events"),
        ),
        removed=("Kim Lee",),
        note="shared phone",
    )
    assert (store.last_grant("x_bearer"), store.last_attestation(COUNCIL)) == (None, None)
    entries, _ = store.ledger_head()
    for moment in (2, 1, 2):
        with store.writing() as steps:
            steps.add_grant(replace(grant, at=at(moment)))
            steps.add_attestation(replace(said, at=at(moment)))

    assert store.last_grant("x_bearer") == grant
    assert store.last_grant("other") is None
    assert store.last_attestation(COUNCIL) == said
    assert store.last_attestation(MAYOR) is None
    assert store.ledger_head()[0] == entries + 4
    assert store.verify_ledger().faults == ()


def test_an_instant_without_a_zone_is_refused(store: Repository) -> None:
    """Nobody knows when it is."""
    with pytest.raises(StorageError, match="no time zone"):
        store.begin_run(RunKind.SCAN, by="x", at=START.replace(tzinfo=None))
