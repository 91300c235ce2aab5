"""What becomes of a case when its post is no longer visible, corrected, or visible again.

A single reading that does not find a post closes nothing: platforms lose posts for minutes.
Two such readings at least ten minutes apart, each with a live probe of account and
credential, do. The post may have been deleted, hidden or restricted; no platform tells
which, so the words are "no longer visible".
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from config.types import CaseState, Outcome, Resolution, SubjectKind
from monitor.cases.life import TABLE, Step

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, tzinfo

    from config.types import AccountId, Severity
    from storage.repository import Repository
    from storage.values import Case

SURE_AFTER = timedelta(minutes=10)
"""Least time between two readings that did not find a post, before its case is closed."""
_BY = "clerkwatch"


def has_gone(case: Case) -> bool:
    """Return whether two readings far enough apart say that a case's post is gone."""
    return (
        case.subject_kind is SubjectKind.POST
        and case.last_outcome is Outcome.GONE
        and case.gone_since is not None
        and case.last_read_at - case.gone_since >= SURE_AFTER
    )


def has_come_back(case: Case) -> bool:
    """Return whether what was closed as removed or corrected was shown again since.

    What was corrected is back when words are shown again that were found before.
    """
    if case.closed_at is None or not case.visible or case.last_read_at < case.closed_at:
        return False
    if case.resolution is Resolution.CORRECTED:
        return bool(case.findings) and not case.is_edited_away
    return case.resolution is Resolution.REMOVED


def settle_visibility(
    repository: Repository,
    account: AccountId,
    *,
    zone: tzinfo,
    at: datetime,
    is_clean: Callable[[Case], bool] | None = None,
    due_by: Callable[[Severity], datetime] | None = None,
) -> int:
    """Take the steps that readings lead to: gone, missed once, shown again, corrected, back.

    Args:
        repository: Where the cases are.
        account: Whose cases.
        zone: The council's, for the sentence in the case.
        at: The present moment; aware UTC.
        is_clean: Whether nothing at all is found in the words that are shown now; None: not
            known, so nothing is closed as corrected.
        due_by: By when a case that is open again is to be decided; None: as before.

    Returns:
        How many cases changed. A second call changes nothing.
    """
    changed = 0
    for case in repository.cases(states=_not_closed(), account=account):
        step = _step(case, is_clean)
        if step is not None and case.state in TABLE[step].starts:
            _write(repository, case, step, because=_why(case, step, zone), at=at)
            changed += 1
    under_way = {case.subject for case in repository.cases(states=_not_closed(), account=account)}
    for resolution in TABLE[Step.BACK].ended:
        for case in repository.cases(account=account, resolution=resolution):
            if has_come_back(case) and case.subject not in under_way:
                due_at = due_by(case.severity) if due_by is not None else None
                because = _why(case, Step.BACK, zone)
                _write(repository, case, Step.BACK, because=because, at=at, due_at=due_at)
                under_way.add(case.subject)
                changed += 1
    return changed


def _step(case: Case, is_clean: Callable[[Case], bool] | None) -> Step | None:
    """Return what the newest readings of a case lead to, if anything."""
    if has_gone(case):
        return Step.GONE
    if case.last_outcome is Outcome.GONE and case.subject_kind is SubjectKind.POST:
        return Step.MISSED
    if not case.visible:
        return None
    if case.state is CaseState.VERIFYING:
        return Step.SHOWN
    is_asked = case.state in TABLE[Step.CORRECTED].starts
    if is_asked and case.is_edited_away and is_clean is not None and is_clean(case):
        return Step.CORRECTED
    return None


def _not_closed() -> tuple[CaseState, ...]:
    return tuple(state for state in CaseState if state is not CaseState.CLOSED)


def _why(case: Case, step: Step, zone: tzinfo) -> str:
    """Return the times that a step rests on."""
    read = _told(case.last_read_at, zone)
    if step in (Step.SHOWN, Step.BACK):
        return f"seen again {read}"
    if step is Step.CORRECTED:
        return f"other words seen {read}, in which nothing is found"
    first = f"first found missing {_told(case.gone_since or case.last_read_at, zone)}"
    if case.last_visible_at is not None:
        first = f"last seen {_told(case.last_visible_at, zone)}, {first}"
    return first


def _write(
    repository: Repository,
    case: Case,
    step: Step,
    *,
    because: str,
    at: datetime,
    due_at: datetime | None = None,
) -> None:
    way = TABLE[step]
    with repository.writing() as transaction:
        transaction.step_case(
            case.id,
            to=way.to or case.state,
            resolution=way.resolution,
            by=_BY,
            because=because,
            what=way.does,
            at=at,
            due_at=due_at,
        )


def _told(instant: datetime, zone: tzinfo) -> str:
    return f"{instant.astimezone(zone):%d %B %Y, %H:%M}".lstrip("0")
