"""A person's decisions on a case, and what they leave behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from config.errors import OperatorError
from config.types import CaseId, CaseState, Resolution, RunKind, Severity
from monitor.cases.decisions import acknowledge, dismiss
from monitor.decide import words_hash
from storage.open import open_repository
from tests.lib import records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.repository import Repository
    from storage.values import Finding, Seen

WORDS = "vote for nobody you know"


@pytest.fixture
def store() -> Iterator[Repository]:
    """Return a record in memory with one account."""
    made = open_repository("sqlite://")
    made.sync_register([records.account()], at=records.START)
    yield made
    made.close()


def opened(store: Repository, seen: Seen, *findings: Finding) -> CaseId:
    """Record a reading and open a case with findings on it."""
    run = store.begin_run(RunKind.SCAN, by="test", at=records.START)
    store.record(run, records.COUNCIL, [seen])
    (version,) = [one for lot in store.versions() for one in lot]
    with store.writing() as steps:
        case = steps.open_case(
            version.subject,
            severity=Severity.REVIEW,
            history=False,
            due_at=records.at(days=1),
            at=records.START,
            by="clerkwatch",
        )
        for finding in findings:
            steps.attach(case, steps.add_finding(version.id, finding, at=records.START))
    return case


def test_acknowledging_is_noted_once(store: Repository) -> None:
    """The state and who took it; a second time changes nothing."""
    case = opened(store, records.post(text=WORDS), records.finding())
    acknowledge(store, case, by="Jo Marsh", because="", at=records.at(1))
    after = acknowledge(store, case, by="Jo Marsh", because="", at=records.at(2))
    assert after.state is CaseState.ACKNOWLEDGED
    assert [event.by for event in after.events] == ["clerkwatch", "Jo Marsh"]


def test_dismissing_keeps_the_rule_quiet_on_the_same_words(store: Repository) -> None:
    """The case is closed with who and why; the decision names rule and words."""
    found = records.finding(matched=("vote",))
    case = opened(store, records.post(text=WORDS), found)
    after = dismiss(store, case, by="Jo Marsh", because="A quotation", at=records.at(1))
    (quiet,) = store.quieted()
    assert (after.state, after.resolution) == (CaseState.CLOSED, Resolution.DISMISSED)
    assert after.events[-1].because == "A quotation"
    assert (quiet.rule, quiet.words_hash, quiet.until) == (
        found.rule,
        words_hash(found, WORDS),
        None,
    )
    assert dismiss(store, case, by="Jo Marsh", because="", at=records.at(2)) == after


def test_what_a_profile_lacks_is_accepted_whatever_it_says(store: Repository) -> None:
    """Until a day, for any words: the profile may change without the case coming back."""
    lack = records.finding("contact/complaints-route", quote=None)
    case = opened(store, records.profile(), lack)
    until = date(2026, 12, 1)
    after = dismiss(store, case, by="Jo", because="New page", at=records.at(1), until=until)
    assert [(one.words_hash, one.until) for one in store.quieted()] == [("", until)]
    assert after.events[-1].what == "accepted until 2026-12-01"


def test_words_in_a_profile_are_accepted_as_they_are_and_nowhere_else(store: Repository) -> None:
    """A slogan that may stay in the profile does not silence its rule for every post."""
    slogan = records.finding(matched=("vote",))
    case = opened(store, records.profile(description=WORDS), slogan)
    dismiss(store, case, by="Jo", because="A name", at=records.at(1))
    assert [one.words_hash for one in store.quieted()] == [words_hash(slogan, WORDS)]


@pytest.mark.parametrize("because", ["", "   "])
def test_a_reason_is_owed(store: Repository, because: str) -> None:
    """Without one nothing is changed."""
    case = opened(store, records.post(text=WORDS), records.finding())
    with pytest.raises(OperatorError, match="a reason is owed"):
        dismiss(store, case, by="Jo", because=because, at=records.at(1))
    assert store.quieted() == []


def test_no_such_case(store: Repository) -> None:
    """The number is named, with where to look."""
    with pytest.raises(OperatorError, match="there is no case 99"):
        acknowledge(store, CaseId(99), by="Jo", because="", at=records.at(1))


def test_what_is_closed_cannot_be_decided_again(store: Repository) -> None:
    """The refusal says how it stands and from where it would be possible."""
    case = opened(store, records.post(text=WORDS), records.finding())
    with store.writing() as steps:
        steps.step_case(
            case,
            to=CaseState.CLOSED,
            resolution=Resolution.NO_LONGER_APPLIES,
            by="clerkwatch",
            because="",
            what="no finding holds any more",
            at=records.at(1),
        )
    said = r"closed \(no longer applies\), so this cannot be done"
    with pytest.raises(OperatorError, match=f"{said}: dismiss. Possible now: reopen, note"):
        dismiss(store, case, by="Jo", because="No", at=records.at(2))
    with pytest.raises(OperatorError, match=f"{said}: acknowledge"):
        acknowledge(store, case, by="Jo", because="", at=records.at(2))


def test_every_rule_on_a_case_is_decided(store: Repository) -> None:
    """Two findings, two decisions; a withdrawn one is not among them."""
    one, two = records.finding(), records.finding("commerce/discount", clause="terms.7")
    case = opened(store, records.post(text=WORDS), one, two, replace(one, context="p"))
    with store.writing() as steps:
        number = next(s.id for s in steps.case(case).findings if s.finding.context)
        steps.withdraw_finding(number, why="over", at=records.at(1))
    dismiss(store, case, by="Jo", because="No", at=records.at(2))
    assert sorted(quiet.rule for quiet in store.quieted()) == [
        "commerce/discount",
        "party-politics/endorsement",
    ]
