"""The life of a case: what a step makes of it, or why it is refused and what is possible instead.

`TABLE` is the whole truth; nothing else decides what is possible. It is pure: it takes a
case as it stands. No case ends by age: there is no step for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from config.errors import OperatorError
from config.types import CaseState, Resolution
from monitor.cases.owners import Owners
from monitor.cases.table import ASKED, BESIDE, REQUESTS, TABLE, Step, Way

if TYPE_CHECKING:
    from collections.abc import Iterable

    from storage.values import Case, CaseEvent

__all__ = [
    "BESIDE",
    "REQUESTS",
    "TABLE",
    "Move",
    "Step",
    "Way",
    "answers",
    "asked",
    "asks_to_close",
    "assigned_to",
    "before_request",
    "closed_until",
    "is_done",
    "is_hijack",
    "is_outstanding",
    "last_step",
    "move",
    "possible",
    "request_count",
    "request_event",
    "standing",
    "was_closed_on_request",
]


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
    if is_done(step, case) or _is_same_again(step, case, by=by, because=because):
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
        resolution=case.resolution if step in BESIDE else way.resolution,
        what=way.does,
        because=because.strip(),
    )


def is_done(step: Step, case: Case) -> bool:
    """Return whether a case stands where a step leads, by that very step."""
    way = TABLE[step]
    if step in REQUESTS:
        return asked(case) is step
    if step in BESIDE:
        return False
    if step is Step.UNDO:
        last = last_step(case)
        return case.state not in ASKED and last is not None and last.what == way.does
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
    if case.state not in ASKED:
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


def asks_to_close(case: Case) -> bool:
    """Return whether an owner has been asked to close the account, and nobody took it back."""
    event = request_event(case)
    is_closure = event is not None and event.what == TABLE[Step.REQUEST_CLOSURE].does
    return is_closure and is_outstanding(case)


def was_closed_on_request(case: Case) -> bool:
    """Return whether a case ended because its account was closed, as was asked."""
    last = last_step(case)
    if case.resolution is not Resolution.REMOVED or last is None:
        return False
    event = request_event(case)
    was_asked = event is not None and event.what == TABLE[Step.REQUEST_CLOSURE].does
    looked = last.what == TABLE[Step.LOOKED].does and was_asked
    return looked or last.what == TABLE[Step.ACCOUNT_CLOSED].does


def is_hijack(case: Case) -> bool:
    """Return whether what was found says that the account may be in somebody else's hands."""
    rules = (stored.finding.rule for stored in case.findings)
    return any(rule.partition("/")[2].startswith(("hijack", "takeover")) for rule in rules)


def assigned_to(case: Case) -> str:
    """Return who deals with a case, as last assigned; empty if nobody was named."""
    return _newest_because(case, Step.ASSIGN)


def closed_until(case: Case) -> date | None:
    """Return the last day on which a closed account is to stay closed; None: for good."""
    event, names = request_event(case), _names([Step.PERIOD])
    said = next((one for one in reversed(case.events) if one.what in names), None)
    if event is None or said is None or said.at < event.at:
        return None
    try:
        return date.fromisoformat(said.because)
    except ValueError:
        return None


def answers(case: Case) -> tuple[CaseEvent, ...]:
    """Return what the account's owner has said about a case, oldest first."""
    return tuple(event for event in case.events if event.what == TABLE[Step.ANSWER].does)


def request_count(case: Case) -> int:
    """Return how often something was asked of the owner, requests that were undone too."""
    names = _names(REQUESTS)
    return sum(event.what in names for event in case.events)


def last_step(case: Case) -> CaseEvent | None:
    """Return the newest event that led somewhere; None if there is none."""
    beside = _names(BESIDE)
    return next((event for event in reversed(case.events) if event.what not in beside), None)


def before_request(case: Case) -> CaseState:
    """Return where a case stood before what was asked last; open if it was never asked."""
    event = request_event(case)
    return event.from_state or CaseState.OPEN if event is not None else CaseState.OPEN


def _is_same_again(step: Step, case: Case, *, by: str, because: str) -> bool:
    """Return whether this was written down already: a note twice in a row, an answer ever."""
    if step not in BESIDE:
        return False
    said = (TABLE[step].does, because.strip())
    if step is Step.ANSWER:
        return any((event.what, event.because) == said for event in case.events)
    if step is Step.ASSIGN:
        return bool(because.strip()) and assigned_to(case) == because.strip()
    last = case.events[-1] if case.events else None
    return last is not None and (last.what, last.because, last.by) == (*said, by)


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


def _newest_because(case: Case, step: Step) -> str:
    said = (event.because for event in reversed(case.events) if event.what == TABLE[step].does)
    return next(said, "")


def _was_closed(case: Case) -> bool:
    last = last_step(case)
    return last is not None and last.from_state is CaseState.CLOSED
