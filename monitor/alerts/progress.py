"""Cases that need nothing from the Clerk now: what waits for somebody, and what was closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.types import CaseState, Kind, Resolution
from monitor.alerts.hardening import one_line
from monitor.alerts.wording import sentence, the
from monitor.cases.life import (
    TABLE,
    Step,
    asked,
    closed_until,
    last_step,
    request_event,
    was_closed_on_request,
)
from monitor.cases.table import ASKED
from monitor.people.handing import covered

if TYPE_CHECKING:
    from monitor.alerts.cards import Desk
    from storage.values import Case, CaseEvent

_REMOVING = frozenset({CaseState.REMOVAL_REQUESTED, CaseState.VERIFYING})


_ASKED_FOR = {
    Step.REQUEST_CORRECTION: "to correct it",
    Step.REQUEST_CLOSURE: "to close the account",
}


def is_overdue(case: Case, *, desk: Desk) -> bool:
    """Return whether what was asked for should have happened by now and has not.

    A member was only reminded: nothing is due from them.
    """
    known = desk.accounts.get(case.account)
    if known is not None and known.kind is Kind.MEMBER:
        return False
    return case.state in _REMOVING and desk.calendar.is_past(case.due_at) and case.visible


def waiting_line(case: Case, *, desk: Desk) -> str:
    """Return where a case that is not closed stands: who was asked for what, and what was seen."""
    name = f"Case {case.id}, {desk.title(case)}"
    said = _asked(case, desk=desk) if case.state in _REMOVING else _taken_up(case, desk=desk)
    overdue = " Overdue." if is_overdue(case, desk=desk) else ""
    again = " It is looked at once more before the case is closed."
    more = again if case.state is CaseState.VERIFYING and not case.visible else ""
    too = ""
    if case.state in _REMOVING and covered(case) is not None:
        too = f" It is {desk.also_asked(case)}."
    return f"{name}: {said}. {desk.still(case)}{overdue}{too}{more}"


def _asked(case: Case, *, desk: Desk) -> str:
    """Return who was asked for what, when and by when."""
    event = request_event(case)
    when = f" {_on(desk, event)}" if event else ""
    step = asked(case) or Step.REQUEST_REMOVAL
    what = _ASKED_FOR.get(step, "to take it down")
    known = desk.accounts.get(case.account)
    due = desk.calendar.moment(case.due_at)
    if known is not None and known.kind is Kind.MEMBER:
        return f"the member was reminded{when}"
    owner = one_line(known.owner) if known and known.owner else "the owner"
    return f"{the(owner)} was asked{when} {what} by {due}"


def _taken_up(case: Case, *, desk: Desk) -> str:
    """Return who has the case in hand."""
    steps = (event for event in reversed(case.events) if event.to_state is case.state)
    step = next(steps, None)
    word = "escalated" if case.state is CaseState.ESCALATED else "acknowledged"
    too = f"; {desk.also_asked(case)}" if covered(case) is not None else ""
    return f"{word}{f' {_on(desk, step)}' if step else ''}{_by(step)}{too}"


def _on(desk: Desk, event: CaseEvent) -> str:
    """Return on which day a step was taken."""
    return f"on {desk.calendar.day_of(event.at)}"


def covered_line(case: Case, *, desk: Desk) -> str:
    """Return what did not happen in time and who is asked too."""
    due = desk.calendar.moment(case.due_at)
    also = desk.also_asked(case)
    late = "it still stood after" if case.state in ASKED else "nobody had decided by"
    return f"Case {case.id}, {desk.title(case)}: {late} {due}; it is {also}."


def gone_line(case: Case, *, desk: Desk) -> str:
    """Return that the post of an open case is no longer visible."""
    return f"Case {case.id}, {desk.title(case)}: {desk.gone(case)}."


def to_open_line(case: Case, *, desk: Desk) -> str:
    """Return that an account which was closed for a period may be opened again."""
    until = closed_until(case)
    day = f" until {desk.calendar.day(until)}" if until else ""
    known = desk.accounts.get(case.account)
    told = " Its owner has been told." if known and known.is_owner_reachable else ""
    return (
        f"Case {case.id}, {desk.title(case)}: it was to stay closed{day}. It may be opened again."
        f"{told}"
    )


def closed_line(case: Case, *, desk: Desk) -> str:
    """Return how a case ended."""
    last = last_step(case)
    because = f": {one_line(last.because)}" if last and last.because else ""
    if case.resolution is Resolution.REMOVED:
        looked = last is not None and last.what == TABLE[Step.LOOKED].does
        said = f"no longer there, as seen{_by(last)}" if looked else desk.gone(case)
        if was_closed_on_request(case):
            said = f"the account was closed: {said}"
    elif case.resolution is Resolution.NO_LONGER_APPLIES:
        said = f"no longer applies{because}"
    elif case.resolution is Resolution.CORRECTED:
        said = f"corrected{because}"
    else:
        word = "left as it is" if case.resolution is Resolution.LEFT else "not a breach"
        said = f"decided{_by(last)}: {word}{because}"
    return f"Case {case.id}, {desk.title(case)}: {sentence(said)} Closed."


def _by(event: CaseEvent | None) -> str:
    """Return who took a step."""
    return f" by {one_line(event.by, most=60)}" if event and event.by else ""
