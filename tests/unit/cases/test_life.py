"""The state table: every step from every state, who may take it and what is owed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from config.errors import OperatorError
from config.types import AccountId, CaseState, Resolution
from monitor.cases.life import (
    BESIDE,
    REQUESTS,
    TABLE,
    Step,
    asked,
    move,
    possible,
    request_count,
)
from monitor.cases.owners import Owners
from storage.values import Case, CaseEvent
from tests.lib import records
from tests.unit.alerts.builders import PARTY

PAGE = Path(__file__).parents[3] / "docs" / "clerks" / "cases.md"
OWNED = replace(
    records.account(str(PARTY.account)), owner="Jo Marsh", owner_email="jo@ashcombe.example"
)
OWNERS = Owners(register=(OWNED,))

O, A, R, V, E, C = CaseState  # noqa: E741  # one letter a column, as in the table below
ALLOWED = {
    # step                    open ackn. req. verif. escal. closed
    Step.ACKNOWLEDGE: (A, None, None, None, A, None),
    Step.REQUEST_REMOVAL: (R, R, None, None, R, None),
    Step.REQUEST_CORRECTION: (R, R, None, None, R, None),
    Step.REQUEST_CLOSURE: (R, R, None, None, R, None),
    Step.UNDO: (None, None, O, O, None, None),
    Step.DISMISS: (C, C, C, C, C, None),
    Step.LEAVE: (C, C, C, C, C, None),
    Step.ESCALATE: (E, E, E, E, None, None),
    Step.REOPEN: (None, None, None, None, None, O),
    Step.NOTE: (O, A, R, V, E, C),
    Step.LINKED: (O, A, R, V, E, C),
    Step.PERIOD: (None, None, R, V, None, None),
    Step.ASSIGN: (O, A, R, V, E, None),
    Step.ANSWER: (O, A, R, V, E, C),
    Step.COVER: (O, A, R, V, None, None),
    Step.LOOKED: (C, C, C, C, C, None),
    Step.MISSED: (None, None, V, None, None, None),
    Step.SHOWN: (None, None, None, R, None, None),
    Step.GONE: (C, C, C, C, None, None),
    Step.ACCOUNT_CLOSED: (None, None, C, C, None, None),
    Step.CORRECTED: (None, None, C, C, None, None),
    Step.BACK: (None, None, None, None, None, O),
}
"""Where each step leads from each state; None: refused, or nothing to do."""


def standing(state: CaseState, resolution: Resolution | None = None, *what: str) -> Case:
    """Return a case in a state, with events that say these words."""
    if state is C and resolution is None:
        resolution = Resolution.REMOVED
    events = tuple(
        CaseEvent(at=records.START, by="Clerk", what=one, from_state=O, to_state=state)
        for one in what
    )
    return replace(PARTY, state=state, resolution=resolution, events=events)


def taken(step: Step, case: Case, *, by: str = "Clerk") -> CaseState | None:
    """Return where a step leads; None when it is refused or changes nothing."""
    try:
        made = move(step, case, by=by, because="because", owners=OWNERS)
    except OperatorError:
        return None
    return made.to if made else None


def test_the_table_below_names_every_step() -> None:
    """No step is without its line."""
    assert set(ALLOWED) == set(Step) == set(TABLE)


@pytest.mark.parametrize("step", list(Step))
@pytest.mark.parametrize("place", range(len(CaseState)))
def test_every_step_from_every_state(step: Step, place: int) -> None:
    """It leads where the table says, or is refused."""
    assert taken(step, standing(list(CaseState)[place])) is ALLOWED[step][place]


@pytest.mark.parametrize("step", list(Step))
@pytest.mark.parametrize("state", list(CaseState))
def test_a_refusal_says_why_and_what_is_possible(step: Step, state: CaseState) -> None:
    """It names the case, where it stands and every step that a person may take instead."""
    case = standing(state)
    if state in TABLE[step].starts or taken(step, case) is not None:
        return
    try:
        assert move(step, case, by="Clerk", because="because", owners=OWNERS) is None
    except OperatorError as error:
        said = str(error)
        assert f"case {case.id} is {state.value.replace('_', ' ')}" in said
        assert all(one.value in said for one in possible(case))


@pytest.mark.parametrize("state", list(CaseState))
def test_something_is_always_possible(state: CaseState) -> None:
    """No case is stuck: from every state a person can go on."""
    assert set(possible(standing(state))) > {Step.NOTE}


@pytest.mark.parametrize("step", [step for step in Step if TABLE[step].owes_reason])
def test_a_reason_that_is_owed_must_be_given(step: Step) -> None:
    """White space is none."""
    state = TABLE[step].starts[0]
    with pytest.raises(OperatorError, match="a reason is owed"):
        move(step, standing(state), by="Clerk", because="  ", owners=OWNERS)


@pytest.mark.parametrize("step", REQUESTS)
@pytest.mark.parametrize(
    ("owners", "said"),
    [
        (Owners(), "not in the register"),
        (Owners(register=(replace(OWNED, owner_email=""),)), "no owner_email.*Add owner_email"),
    ],
)
def test_nobody_is_asked_who_cannot_be_written_to(step: Step, owners: Owners, said: str) -> None:
    """The refusal says what to write where."""
    with pytest.raises(OperatorError, match=said):
        move(step, standing(O), by="Clerk", because="because", owners=owners)


@dataclass(frozen=True)
class Listed:
    """A person who may decide."""

    name: str
    email: str


@pytest.mark.parametrize("step", [step for step in Step if TABLE[step].is_decision])
@pytest.mark.parametrize(
    "by", ["Jo Marsh", "jo  MARSH", "JO@ashcombe.example", "Deputy", "jo@home"]
)
def test_nobody_decides_a_case_on_an_account_they_own(step: Step, by: str) -> None:
    """Not by name, not by address, not under the name of an office with the same address."""
    people = (Listed("Deputy", "jo@ashcombe.example"), Listed("Jo Marsh", "jo@home"))
    owners = Owners(register=(OWNED,), people=people)
    with pytest.raises(OperatorError, match="nobody decides a case on their own account"):
        move(step, standing(TABLE[step].starts[0]), by=by, because="because", owners=owners)
    assert not owners.owns("Clerk", OWNED.id)
    assert not owners.owns("Jo Marsh", AccountId("another"))


@pytest.mark.parametrize("step", list(Step))
def test_a_step_taken_twice_changes_nothing(step: Step) -> None:
    """Where a case stands by a step already, the step makes no second event."""
    way = TABLE[step]
    if step in BESIDE:
        note = CaseEvent(
            at=records.START, by="Clerk", what=way.does, from_state=O, to_state=O, because="because"
        )
        case = replace(standing(O), events=(note,))
    else:
        before = way.starts[0]
        case = standing(way.to or O, way.resolution, way.does)
        case = replace(case, events=(replace(case.events[0], from_state=before),))
    assert move(step, case, by="Clerk", because="because", owners=OWNERS) is None


def test_what_was_asked_is_read_back_from_the_events() -> None:
    """The newest request counts; an undone one is still counted, for the next one's number."""
    names = [TABLE[step].does for step in (Step.REQUEST_REMOVAL, Step.REQUEST_CORRECTION)]
    case = standing(R, None, *names)
    assert asked(case) is Step.REQUEST_CORRECTION
    assert request_count(case) == 2
    assert asked(replace(case, state=O)) is None


def test_another_request_must_first_be_undone() -> None:
    """Whoever asked for removal and wants a correction is told of undo."""
    case = standing(R, None, TABLE[Step.REQUEST_REMOVAL].does)
    with pytest.raises(OperatorError, match="Possible now: undo"):
        move(Step.REQUEST_CORRECTION, case, by="Clerk", owners=OWNERS)


def test_what_was_decided_does_not_come_back_by_itself() -> None:
    """Only what was removed or corrected is open again because it is shown."""
    ended = {one for one in Resolution if taken(Step.BACK, standing(C, one)) is O}
    assert ended == {Resolution.REMOVED, Resolution.CORRECTED}


def test_the_page_for_the_clerk_has_the_table() -> None:
    """docs/clerks/cases.md has each step with its states, in the table's order."""
    text = PAGE.read_text("utf-8")
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", text, re.MULTILINE)[1:]
    expected = []
    for way in TABLE.values():
        name = f"`{way.step.value}`" if way.by_person else way.step.value
        starts = ", ".join(state.value.replace("_", " ") for state in way.starts)
        to = way.to.value.replace("_", " ") if way.to else "where it was"
        if way.resolution is not None:
            to += f": {way.resolution.value}"
        starts = "any" if len(way.starts) == len(CaseState) else starts
        means = way.means + ("; why is owed" if way.owes_reason else "")
        expected.append((name, means, starts, to))
    assert rows == expected, "\n".join(f"| {' | '.join(row)} |" for row in expected)
