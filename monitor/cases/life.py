"""The life of a case: which step leads from where to where, and what is owed for it.

`TABLE` is the whole truth; nothing else decides what is possible. It is pure: it takes a
case as it stands and says what a step would make of it, or why it is refused and what is
possible instead. No case ends by age: there is no step for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from config.errors import OperatorError
from config.types import CaseState, Resolution
from monitor.cases.owners import Owners

if TYPE_CHECKING:
    from collections.abc import Iterable

    from storage.values import Case, CaseEvent


class Step(StrEnum):
    """What may happen to a case; the value is the command's name where a person does it."""

    ACKNOWLEDGE = "acknowledge"
    REQUEST_REMOVAL = "request-removal"
    REQUEST_CORRECTION = "request-removal --correct"
    UNDO = "undo"
    DISMISS = "dismiss"
    LEAVE = "leave"
    ESCALATE = "escalate"
    REOPEN = "reopen"
    NOTE = "note"
    LOOKED = "gone"
    MISSED = "missed once"
    SHOWN = "shown again in time"
    GONE = "proved gone"
    CORRECTED = "proved corrected"
    BACK = "visible again"


_UNDECIDED = (CaseState.OPEN, CaseState.ACKNOWLEDGED, CaseState.ESCALATED)
_ASKED = (CaseState.REMOVAL_REQUESTED, CaseState.VERIFYING)
_NOT_CLOSED = tuple(state for state in CaseState if state is not CaseState.CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One line of the table.

    Attributes:
        step: What happens.
        starts: States from which it may.
        to: Where it leads; None: where the case was before what is undone, or stays.
        resolution: How the case is closed by it; None where it is not.
        ended: For steps from ``closed``: the resolutions that they may start from.
        does: What the event says; lasting, because `asked` reads it back.
        means: For the Clerk's page: when it is taken.
        by_person: A person takes it; else clerkwatch does, by what a reading showed.
        owes_reason: Nothing without why.
        owes_owner: Nothing unless the account's owner can be written to.
        is_decision: Not for a person who owns the account.
    """

    step: Step
    starts: tuple[CaseState, ...]
    to: CaseState | None
    does: str
    means: str
    resolution: Resolution | None = None
    ended: tuple[Resolution, ...] = tuple(Resolution)
    by_person: bool = True
    owes_reason: bool = False
    owes_owner: bool = False
    is_decision: bool = False


TABLE = {
    way.step: way
    for way in (
        Way(
            step=Step.ACKNOWLEDGE,
            starts=(CaseState.OPEN, CaseState.ESCALATED),
            to=CaseState.ACKNOWLEDGED,
            does="is being dealt with",
            means="I am dealing with it",
        ),
        Way(
            step=Step.REQUEST_REMOVAL,
            starts=_UNDECIDED,
            to=CaseState.REMOVAL_REQUESTED,
            does="removal asked for",
            means="the owner is asked by mail to take it down",
            owes_owner=True,
            is_decision=True,
        ),
        Way(
            step=Step.REQUEST_CORRECTION,
            starts=_UNDECIDED,
            to=CaseState.REMOVAL_REQUESTED,
            does="correction asked for",
            means="the owner is asked by mail to correct it",
            owes_owner=True,
            is_decision=True,
        ),
        Way(
            step=Step.UNDO,
            starts=_ASKED,
            to=None,
            does="request undone before it left",
            means="stop a request that has not left yet",
            is_decision=True,
        ),
        Way(
            step=Step.DISMISS,
            starts=(*_UNDECIDED, *_ASKED),
            to=CaseState.CLOSED,
            resolution=Resolution.DISMISSED,
            does="not a breach",
            means="it is not a breach; the same rule stays quiet on the same words there",
            owes_reason=True,
            is_decision=True,
        ),
        Way(
            step=Step.LEAVE,
            starts=(*_UNDECIDED, *_ASKED),
            to=CaseState.CLOSED,
            resolution=Resolution.LEFT,
            does="left as it is",
            means="it may be a breach and stays up",
            owes_reason=True,
            is_decision=True,
        ),
        Way(
            step=Step.ESCALATE,
            starts=(CaseState.OPEN, CaseState.ACKNOWLEDGED, *_ASKED),
            to=CaseState.ESCALATED,
            does="escalated",
            means="somebody above or outside has to decide",
            owes_reason=True,
        ),
        Way(
            step=Step.REOPEN,
            starts=(CaseState.CLOSED,),
            to=CaseState.OPEN,
            does="opened again",
            means="a closed case has to be decided once more",
            owes_reason=True,
        ),
        Way(
            step=Step.NOTE,
            starts=tuple(CaseState),
            to=None,
            does="note",
            means="something to keep with the case, such as the owner's answer",
            owes_reason=True,
        ),
        Way(
            step=Step.LOOKED,
            starts=_NOT_CLOSED,
            to=CaseState.CLOSED,
            resolution=Resolution.REMOVED,
            does="no longer there, as a person saw",
            means="a person looked where no programme reads: it is no longer there",
            owes_reason=True,
        ),
        Way(
            step=Step.MISSED,
            starts=(CaseState.REMOVAL_REQUESTED,),
            to=CaseState.VERIFYING,
            does="not found once",
            means="one reading no longer showed it; a second one has to say the same",
            by_person=False,
        ),
        Way(
            step=Step.SHOWN,
            starts=(CaseState.VERIFYING,),
            to=CaseState.REMOVAL_REQUESTED,
            does="shown again",
            means="the second reading showed it: it still has to go",
            by_person=False,
        ),
        Way(
            step=Step.GONE,
            starts=(CaseState.OPEN, CaseState.ACKNOWLEDGED, *_ASKED),
            to=CaseState.CLOSED,
            resolution=Resolution.REMOVED,
            does="no longer visible",
            means="two readings at least ten minutes apart no longer showed it",
            by_person=False,
        ),
        Way(
            step=Step.CORRECTED,
            starts=_ASKED,
            to=CaseState.CLOSED,
            resolution=Resolution.CORRECTED,
            does="corrected",
            means="it was edited, and nothing is found in the new words",
            by_person=False,
        ),
        Way(
            step=Step.BACK,
            starts=(CaseState.CLOSED,),
            ended=(Resolution.REMOVED, Resolution.CORRECTED),
            to=CaseState.OPEN,
            does="visible again",
            means="a reading showed again what was removed or corrected",
            by_person=False,
        ),
    )
}
"""Every step, in the order in which pages and messages name them."""

REQUESTS = (Step.REQUEST_REMOVAL, Step.REQUEST_CORRECTION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What a step makes of a case.

    Attributes:
        to: The state afterwards.
        resolution: How it is closed; None where it is not.
        what: For the event.
        because: For the event.
    """

    to: CaseState
    resolution: Resolution | None
    what: str
    because: str


def move(
    step: Step, case: Case, *, by: str, because: str = "", owners: Owners | None = None
) -> Move | None:
    """Return what a step makes of a case.

    Args:
        step: Which step.
        case: As it stands now.
        by: Who takes it.
        because: Why; owed by some steps.
        owners: Who answers for which account; None: nobody is known to.

    Returns:
        The move; None when the case stands there already by that very step, so that doing
        it again changes nothing.

    Raises:
        OperatorError: The step is refused; the message says why and what is possible.
    """
    way = TABLE[step]
    owners = owners or Owners()
    if is_done(step, case) or _is_same_note(step, case, by=by, because=because):
        return None
    if case.state not in way.starts or not _has_ended_so(way, case):
        raise OperatorError(
            f"case {case.id} is {standing(case)}, so this cannot be done: {step.value}",
            remedy=f"Possible now: {', '.join(one.value for one in possible(case))}",
        )
    if way.by_person and not by.strip():
        raise OperatorError("it must be known who decides", remedy="Add --by NAME")
    if way.owes_reason and not because.strip():
        raise OperatorError("a reason is owed", remedy='Add --because "…"')
    if way.is_decision and owners.owns(by, case.account):
        raise OperatorError(
            f"{by} answers for {case.account}: nobody decides a case on their own account",
            remedy="Let the deputy or another listed person decide, or escalate it",
        )
    if way.owes_owner:
        _check_owner(case, owners)
    return Move(
        to=way.to or (before_request(case) if step is Step.UNDO else case.state),
        resolution=case.resolution if step is Step.NOTE else way.resolution,
        what=way.does,
        because=because.strip(),
    )


def is_done(step: Step, case: Case) -> bool:
    """Return whether a case stands where a step leads, by that very step."""
    way = TABLE[step]
    if step in REQUESTS:
        return asked(case) is step
    if step is Step.NOTE:
        return False
    if step is Step.UNDO:
        last = last_step(case)
        return case.state not in _ASKED and last is not None and last.what == way.does
    if step in (Step.REOPEN, Step.BACK):
        return case.state is CaseState.OPEN and _was_closed(case)
    return case.state is way.to and case.resolution is way.resolution


def possible(case: Case) -> tuple[Step, ...]:
    """Return the steps that a person may take from where a case stands."""
    return tuple(
        way.step
        for way in TABLE.values()
        if way.by_person and case.state in way.starts and _has_ended_so(way, case)
    )


def standing(case: Case) -> str:
    """Return where a case stands, in words."""
    said = case.state.value.replace("_", " ")
    if case.resolution is not None:
        said += f" ({case.resolution.value.replace('_', ' ')})"
    return said


def asked(case: Case) -> Step | None:
    """Return what was asked of the owner last; None if nothing is being asked for."""
    if case.state not in _ASKED:
        return None
    said = _newest(case, _names(REQUESTS))
    return next((step for step in REQUESTS if TABLE[step].does == said), None)


def is_outstanding(case: Case) -> bool:
    """Return whether an owner has been asked for something that nobody has taken back since.

    Also of an escalated case: what was asked of the owner stands.
    """
    names, undone = _names(REQUESTS), TABLE[Step.UNDO].does
    for event in reversed(case.events):
        if event.what in names:
            return True
        if event.what == undone or event.from_state is CaseState.CLOSED:
            return False
    return False


def request_event(case: Case) -> CaseEvent | None:
    """Return the newest event by which something was asked of the owner, or None."""
    names = _names(REQUESTS)
    return next((event for event in reversed(case.events) if event.what in names), None)


def request_count(case: Case) -> int:
    """Return how often something was asked of the owner, requests that were undone too."""
    names = _names(REQUESTS)
    return sum(event.what in names for event in case.events)


def last_step(case: Case) -> CaseEvent | None:
    """Return the newest event that is no note; None if there is none."""
    note = TABLE[Step.NOTE].does
    return next((event for event in reversed(case.events) if event.what != note), None)


def before_request(case: Case) -> CaseState:
    """Return where a case stood before what was asked last; open if it was never asked."""
    event = request_event(case)
    return event.from_state or CaseState.OPEN if event is not None else CaseState.OPEN


def _is_same_note(step: Step, case: Case, *, by: str, because: str) -> bool:
    """Return whether the newest event is this very note, so that it is not kept twice."""
    last = case.events[-1] if case.events else None
    if step is not Step.NOTE or last is None or last.what != TABLE[step].does:
        return False
    return (last.by, last.because) == (by, because.strip())


def _check_owner(case: Case, owners: Owners) -> None:
    account = owners.account(case.account)
    if account is None:
        raise OperatorError(
            f"{case.account} is not in the register, so nobody is known who could be asked",
            remedy="Register it again, or close the case: leave, dismiss",
        )
    if not account.owner_email:
        raise OperatorError(
            f"{case.account} has no owner_email, so {account.owner or 'its owner'} cannot be asked",
            remedy=f'Add owner_email = "…" under id = "{case.account}", or ask by telephone and '
            f"note it: clerkwatch cases acknowledge {case.id}",
        )


def _has_ended_so(way: Way, case: Case) -> bool:
    return case.resolution is None or case.resolution in way.ended


def _names(steps: Iterable[Step]) -> frozenset[str]:
    return frozenset(TABLE[step].does for step in steps)


def _newest(case: Case, names: frozenset[str]) -> str:
    return next((event.what for event in reversed(case.events) if event.what in names), "")


def _was_closed(case: Case) -> bool:
    last = last_step(case)
    return last is not None and last.from_state is CaseState.CLOSED
