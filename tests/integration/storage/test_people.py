"""Who is away, as it is remembered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from storage.values import Absence
from tests.lib.records import START, at

if TYPE_CHECKING:
    from storage.repository import Repository

CLERK, DEPUTY = "clerk@fernbeck.example", "deputy@fernbeck.example"
AWAY = Absence(
    person=CLERK,
    from_on=date(2026, 11, 2),
    until_on=date(2026, 11, 13),
    cover=DEPUTY,
    entered_at=START,
    entered_by="Clerk",
)


def entries(store: Repository) -> int:
    """Return how many entries the ledger has; it must be whole."""
    found = store.verify_ledger()
    assert found.faults == ()
    return found.entries


def test_an_absence_is_entered_once(store: Repository) -> None:
    """The same again changes nothing; another last day changes the one that is there."""
    before = entries(store)
    with store.writing() as steps:
        assert steps.put_absence(AWAY, at=START)
        assert not steps.put_absence(replace(AWAY, entered_by="Deputy"), at=at(1))
    assert store.absences() == [AWAY]
    assert entries(store) == before + 1

    longer = replace(AWAY, until_on=date(2026, 11, 20), entered_at=at(2))
    with store.writing() as steps:
        assert steps.put_absence(longer, at=at(2))
    assert store.absences() == [longer]
    assert entries(store) == before + 2


def test_absences_are_listed_in_order_and_the_past_left_out(store: Repository) -> None:
    """By first day, then person; with a day those that are not over by then."""
    later = replace(AWAY, from_on=date(2026, 12, 1), until_on=date(2026, 12, 1))
    other = replace(AWAY, person="a@fernbeck.example")
    with store.writing() as steps:
        for one in (later, AWAY, other):
            steps.put_absence(one, at=START)
    assert store.absences() == [other, AWAY, later]
    assert store.absences(since=date(2026, 11, 13)) == [other, AWAY, later]
    assert store.absences(since=date(2026, 11, 14)) == [later]


def test_what_did_not_come_about_is_taken_back(store: Repository) -> None:
    """It is gone from the list, the ledger says so, and a second time nothing happens."""
    with store.writing() as steps:
        steps.put_absence(AWAY, at=START)
    before = entries(store)
    with store.writing() as steps:
        assert steps.take_back_absence(AWAY, by="Clerk", at=at(1))
        assert not steps.take_back_absence(AWAY, by="Clerk", at=at(2))
    assert store.absences() == []
    assert entries(store) == before + 1
