"""Cases that need nothing from the Clerk now: what waits for somebody, and what was closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.types import CaseState, Resolution
from monitor.alerts.hardening import one_line
from monitor.alerts.wording import sentence

if TYPE_CHECKING:
    from monitor.alerts.cards import Desk
    from monitor.alerts.wording import Calendar
    from storage.values import Case, CaseEvent

_REMOVING = frozenset({CaseState.REMOVAL_REQUESTED, CaseState.VERIFYING})


def is_overdue(case: Case, *, calendar: Calendar) -> bool:
    """Return whether a removal that was asked for should have happened by now and has not."""
    return case.state in _REMOVING and calendar.is_past(case.due_at) and case.visible


def waiting_line(case: Case, *, desk: Desk) -> str:
    """Return where a case that is not closed stands."""
    name = f"Case {case.id}, {desk.title(case)}"
    steps = (event for event in reversed(case.events) if event.to_state is case.state)
    step = next(steps, None)
    when = f" on {desk.calendar.day_of(step.at)}" if step else ""
    if case.state in _REMOVING:
        said = f"removal asked for{when}, to be done by {desk.calendar.moment(case.due_at)}"
    else:
        word = "escalated" if case.state is CaseState.ESCALATED else "acknowledged"
        said = f"{word}{when}{_by(step)}"
    overdue = " Overdue." if is_overdue(case, calendar=desk.calendar) else ""
    return f"{name}: {said}. {desk.still(case)}{overdue}"


def gone_line(case: Case, *, desk: Desk) -> str:
    """Return that the post of an open case is no longer visible."""
    return f"Case {case.id}, {desk.title(case)}: {desk.gone(case)}."


def closed_line(case: Case, *, desk: Desk) -> str:
    """Return how a case ended."""
    last = case.events[-1] if case.events else None
    because = f": {one_line(last.because)}" if last and last.because else ""
    if case.resolution is Resolution.REMOVED:
        said = desk.gone(case)
    elif case.resolution is Resolution.NO_LONGER_APPLIES:
        said = f"no longer applies{because}"
    elif case.resolution is Resolution.CORRECTED:
        said = "corrected"
    else:
        word = "left as it is" if case.resolution is Resolution.LEFT else "not a breach"
        said = f"decided{_by(last)}: {word}{because}"
    return f"Case {case.id}, {desk.title(case)}: {sentence(said)} Closed."


def _by(event: CaseEvent | None) -> str:
    """Return who took a step."""
    return f" by {one_line(event.by, most=60)}" if event and event.by else ""
