"""Versions to be judged, their findings, and what happens to a block that fails."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from config.errors import StorageError
from config.types import AccountId, Basis, FindingId, RuleId, RunId, Severity
from storage.values import Quieted
from tests.lib.records import COUNCIL, MAYOR, START, at, finding, post

if TYPE_CHECKING:
    from collections.abc import Callable

    from config.types import VersionId
    from storage.repository import Repository
    from storage.values import StoredFinding


@pytest.fixture
def version(store: Repository, run: RunId) -> VersionId:
    """The version of a post that was just read."""
    store.record(run, COUNCIL, [post()])
    return store.stale_versions({COUNCIL: "stamp"})[0].id


def known(store: Repository) -> tuple[StoredFinding, ...]:
    """Return the findings of the only version."""
    ((version,),) = list(store.versions())
    return version.known


def test_a_judged_version_is_stale_under_another_stamp_only(
    store: Repository, version: VersionId
) -> None:
    """A version waits again as soon as its account's stamp is another."""
    with store.writing() as steps:
        steps.mark_judged([version], under="b")

    assert store.stale_versions({COUNCIL: "b"}) == []
    assert [stale.id for stale in store.stale_versions({COUNCIL: "a"})] == [version]
    assert [stale.id for stale in store.stale_versions({COUNCIL: "c"})] == [version]
    assert store.stale_versions({MAYOR: "a"}) == []


def test_stale_versions_come_by_id_whatever_they_were_judged_under(
    store: Repository, run: RunId
) -> None:
    """Accounts and old stamps are mixed; the order is that of the ids, up to the limit."""
    for number in range(12):
        account = (COUNCIL, MAYOR)[number % 2]
        store.record(run, account, [post(str(number), f"Post {number}")])
    ids = [version.id for lot in store.versions() for version in lot]
    with store.writing() as steps:
        steps.mark_judged(ids[::3], under="old")
        steps.mark_judged(ids[1::3], under="zold")

    stale = store.stale_versions({COUNCIL: "new", MAYOR: "old"}, limit=7)
    assert [version.id for version in stale] == [
        one for number, one in enumerate(ids) if number % 3 or number % 2 == 0
    ][:7]


def test_history_is_gone_through_in_lots(store: Repository, run: RunId) -> None:
    """Lots are full but for the last, ordered by id, and hold what was asked for."""
    lot = [post(str(n), f"Post {n}", published_at=at(-n)) for n in range(25)]
    store.record(run, COUNCIL, lot)
    store.record(run, MAYOR, [post("mayor", "Mayor's post")])

    sizes = [len(part) for part in store.versions(lot=10)]
    chosen = {"accounts": [COUNCIL], "since": at(-9), "until": at(-2)}
    found = [one for part in store.versions(lot=3, **chosen) for one in part]  # type: ignore[arg-type] # a table of arguments
    assert sizes == [10, 10, 6]
    assert [one.subject_platform_id for one in found] == [str(n) for n in range(3, 10)]
    assert store.count_versions(**chosen) == 7  # type: ignore[arg-type] # the same table
    assert list(store.versions(accounts=[AccountId("nobody")])) == []


def test_a_finding_comes_back_as_it_was_found(store: Repository, version: VersionId) -> None:
    """Every field of a finding is remembered, and when it was found."""
    found = replace(
        finding(quote="The library", matched=("library",), is_masked=True, score=0.625),
        spans=((0, 11), (20, 22)),
        basis=Basis.STANDING,
        context="parish.2027-05-06",
    )
    with store.writing() as steps:
        number = steps.add_finding(version, found, at=at(3))

    (stored,) = known(store)
    assert (stored.id, stored.finding, stored.found_at) == (number, found, at(3))


def test_the_same_finding_twice_is_one(store: Repository, version: VersionId) -> None:
    """Judging again with the same rule leaves finding and ledger as they were."""
    with store.writing() as steps:
        first = steps.add_finding(version, finding(), at=START)
    before = store.ledger_head()

    with store.writing() as steps:
        assert steps.add_finding(version, finding(), at=at(5)) == first
    assert store.ledger_head() == before
    assert len(known(store)) == 1


def test_context_and_basis_make_another_finding(store: Repository, version: VersionId) -> None:
    """One rule may hold on two bases and in two windows."""
    with store.writing() as steps:
        for context in ("", "parish.2027-05-06"):
            for basis in Basis:
                one = replace(finding(), context=context, basis=basis)
                steps.add_finding(version, one, at=START)
    assert len(known(store)) == 4


def test_a_withdrawn_finding_is_kept_and_can_be_revived(
    store: Repository, version: VersionId
) -> None:
    """Withdrawing says when and why, once; finding it again makes it hold again."""
    with store.writing() as steps:
        number = steps.add_finding(version, finding(), at=START)
        steps.withdraw_finding(number, why="the rule was changed", at=at(1))
        steps.withdraw_finding(number, why="again", at=at(2))
    (withdrawn,) = known(store)
    assert (withdrawn.withdrawn_at, withdrawn.withdrawn_why) == (at(1), "the rule was changed")

    with store.writing() as steps:
        assert steps.add_finding(version, finding(), at=at(3)) == number
    (revived,) = known(store)
    assert (revived.withdrawn_at, revived.found_at) == (None, START)


def test_a_changed_severity_is_taken_over(store: Repository, version: VersionId) -> None:
    """When an account's kind changes, the same rule may be more serious."""
    with store.writing() as steps:
        steps.add_finding(version, finding(), at=START)
        steps.add_finding(version, finding(severity=Severity.URGENT), at=at(1))

    assert [one.finding.severity for one in known(store)] == [Severity.URGENT]
    assert store.verify_ledger().faults == ()


def test_withdrawing_what_was_never_found_is_an_error(store: Repository) -> None:
    """A wrong number is said, not swallowed."""
    with pytest.raises(StorageError, match="finding 99 does not exist"), store.writing() as steps:
        steps.withdraw_finding(FindingId(99), why="", at=START)


def test_a_block_that_fails_leaves_nothing(store: Repository, version: VersionId) -> None:
    """Findings, marks and ledger entries of a block come together or not at all."""
    before = store.ledger_head()

    def fail() -> None:
        with store.writing() as steps:
            steps.add_finding(version, finding(), at=START)
            steps.mark_judged([version], under="stamp")
            raise KeyError

    with pytest.raises(KeyError):
        fail()

    assert known(store) == ()
    assert store.ledger_head() == before
    assert [stale.id for stale in store.stale_versions({COUNCIL: "stamp"})] == [version]


def test_a_block_sees_its_own_writing(store: Repository, version: VersionId) -> None:
    """Inside a block its thread reads what it has written, others what was committed."""
    seen_outside: list[int] = []
    with store.writing() as steps:
        steps.add_finding(version, finding(), at=START)
        other = threading.Thread(target=lambda: seen_outside.append(len(known(store))))
        other.start()
        other.join()
        assert (len(known(store)), seen_outside) == (1, [0])


def test_a_block_within_a_block_is_an_error(store: Repository, run: RunId) -> None:
    """Two blocks of one thread would wait for each other for ever."""
    with pytest.raises(StorageError, match="open in this thread already"), store.writing():
        store.record(run, COUNCIL, [post()])


def test_a_quieted_rule_is_remembered_and_the_newest_decision_holds(store: Repository) -> None:
    """A second decision on the same words replaces the first; both are in the ledger."""
    before = store.ledger_head()[0]
    rule = RuleId("contact/complaints-route")
    for until in (date(2027, 1, 31), None, None):
        with store.writing() as steps:
            steps.quiet(
                COUNCIL,
                rule,
                words_hash="",
                until=until,
                case=None,
                by="Jo Marsh",
                because="The page is being built",
                at=START,
            )

    assert store.quieted() == [Quieted(account=COUNCIL, rule=rule, words_hash="", until=None)]
    assert store.ledger_head()[0] == before + 2


def test_writers_of_two_connections_take_turns(
    store: Repository, run: RunId, open_again: Callable[[], Repository]
) -> None:
    """Two processes that write at once both succeed, and the ledger stays one chain."""
    other = open_again()
    mine = [post(f"m{n}", f"Mine {n}") for n in range(20)]
    theirs = [post(f"t{n}", f"Theirs {n}") for n in range(20)]

    def write(repository: Repository, lot: list[object], account: AccountId) -> None:
        for one in lot:
            repository.record(run, account, [one])  # type: ignore[list-item] # readings

    threads = [
        threading.Thread(target=write, args=(store, mine, COUNCIL)),
        threading.Thread(target=write, args=(other, theirs, MAYOR)),
        threading.Thread(target=write, args=(other, mine, MAYOR)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert store.count_versions() == 60
    assert store.verify_ledger().faults == ()
