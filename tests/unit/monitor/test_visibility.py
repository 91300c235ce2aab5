"""Which cases are closed because their post is gone, and which are opened again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from config.types import CaseState, Outcome, Resolution, RunKind, Severity, SubjectKind
from monitor.cases.visibility import SURE_AFTER, has_come_back, has_gone, settle_visibility
from storage.open import open_repository
from tests.lib import records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.repository import Repository
    from storage.values import Case, Seen

LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def store() -> Iterator[Repository]:
    """Return a record in memory with an open case on a post."""
    made = open_repository("sqlite://")
    made.sync_register([records.account()], at=records.START)
    read(made, records.post())
    (version,) = [one for lot in made.versions() for one in lot]
    with made.writing() as steps:
        case = steps.open_case(
            version.subject,
            severity=Severity.REVIEW,
            history=False,
            due_at=records.at(days=1),
            at=records.START,
            by="clerkwatch",
        )
        steps.attach(case, steps.add_finding(version.id, records.finding(), at=records.START))
    yield made
    made.close()


def read(store: Repository, *seen: Seen) -> None:
    """Record readings."""
    run = store.begin_run(RunKind.SCAN, by="test", at=seen[0].at)
    store.record(run, records.COUNCIL, list(seen))


def settled(store: Repository, minutes: float) -> Case:
    """Settle at some minutes and return the case."""
    settle_visibility(store, records.COUNCIL, zone=LONDON, at=records.at(minutes))
    (case,) = store.cases()
    return case


def test_two_readings_ten_minutes_apart(store: Repository) -> None:
    """Nine minutes are not enough, ten are; what lies between does not matter."""
    read(store, records.gone(read_at=records.at(30)))
    assert settled(store, 30).state is CaseState.OPEN
    read(store, records.unread(read_at=records.at(35)))
    assert settled(store, 35).state is CaseState.OPEN
    read(store, records.gone(read_at=records.at(39)))
    assert settled(store, 39).state is CaseState.OPEN
    read(store, records.gone(read_at=records.at(40)))
    case = settled(store, 40)
    assert (case.state, case.resolution) == (CaseState.CLOSED, Resolution.REMOVED)
    assert (case.last_visible_at, case.gone_since) == (records.START, records.at(30))
    assert case.events[-1].because == (
        "last seen 2 November 2026, 09:00, first found missing 2 November 2026, 09:30"
    )
    assert settle_visibility(store, records.COUNCIL, zone=LONDON, at=records.at(41)) == 0


def test_a_post_seen_in_between_begins_anew(store: Repository) -> None:
    """Gone, there again, gone: only what followed the last sight of it counts."""
    read(store, records.gone(read_at=records.at(10)))
    read(store, records.post(read_at=records.at(20)))
    read(store, records.gone(read_at=records.at(25)))
    case = settled(store, 25)
    assert (case.state, case.gone_since) == (CaseState.OPEN, records.at(25))


def test_an_unclear_reading_closes_nothing(store: Repository) -> None:
    """The newest reading itself must say that it is gone."""
    read(store, records.gone(read_at=records.at(10)))
    read(store, records.unread(read_at=records.at(60)))
    assert settled(store, 60).state is CaseState.OPEN


def test_seen_again_it_is_open_again(store: Repository) -> None:
    """The same case, once, with an event; a second look changes nothing."""
    for minutes in (10, 30):
        read(store, records.gone(read_at=records.at(minutes)))
    assert settled(store, 30).state is CaseState.CLOSED
    read(store, records.post(read_at=records.at(60)))
    case = settled(store, 60)
    assert (case.state, case.resolution, case.closed_at) == (CaseState.OPEN, None, None)
    assert (case.events[-1].what, case.events[-1].because) == (
        "visible again",
        "seen again 2 November 2026, 10:00",
    )
    assert len(settled(store, 61).events) == len(case.events)


def test_seen_again_while_another_case_is_open_on_it(store: Repository) -> None:
    """One post has one open case: the old one stays closed."""
    for minutes in (10, 30):
        read(store, records.gone(read_at=records.at(minutes)))
    old = settled(store, 30)
    with store.writing() as steps:
        steps.open_case(
            old.subject,
            severity=Severity.REVIEW,
            history=False,
            due_at=records.at(days=1),
            at=records.at(31),
            by="Jo Marsh",
        )
    read(store, records.post(read_at=records.at(60)))
    settle_visibility(store, records.COUNCIL, zone=LONDON, at=records.at(60))
    assert sorted(case.state.value for case in store.cases()) == ["closed", "open"]


def test_profiles_are_never_gone_and_other_ends_stay(store: Repository) -> None:
    """A profile's case, and one that a person closed otherwise, are left alone."""
    (case,) = store.cases()
    late = records.START + SURE_AFTER
    gone = replace(
        case,
        visible=False,
        last_outcome=Outcome.GONE,
        gone_since=records.START,
        last_read_at=late,
    )
    assert has_gone(gone)
    assert not has_gone(replace(gone, subject_kind=SubjectKind.PROFILE))
    assert not has_gone(replace(gone, last_read_at=late - timedelta(seconds=1)))
    assert not has_gone(replace(gone, gone_since=None))
    back = replace(case, resolution=Resolution.REMOVED, closed_at=records.START)
    assert has_come_back(back)
    assert not has_come_back(replace(back, resolution=Resolution.DISMISSED))
    assert not has_come_back(replace(back, visible=False))
    assert not has_come_back(replace(back, closed_at=late))
