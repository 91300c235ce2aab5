"""What becomes of a case when its post is no longer visible, corrected, or visible again.

A single reading that does not find a post closes nothing: platforms lose posts for minutes.
Two such readings at least ten minutes apart, each with a live probe of account and
credential, do. The post may have been deleted, hidden or restricted; no platform tells
which, so the words are "no longer visible".
"""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from config.types import CaseState, Outcome, Resolution, SubjectKind
from monitor.cases.life import (
    TABLE,
    Step,
    asked,
    asks_to_close,
    closed_until,
    request_event,
    was_closed_on_request,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, tzinfo

    from config.types import AccountId, Severity
    from storage.repository import Repository
    from storage.values import AccountSight, Case

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


def is_account_gone(sight: AccountSight | None) -> bool:
    """Return whether two readings far enough apart say that the account itself is gone."""
    return (
        sight is not None
        and sight.outcome is Outcome.GONE
        and sight.gone_since is not None
        and sight.last_read_at - sight.gone_since >= SURE_AFTER
    )


def has_come_back(case: Case, sight: AccountSight | None = None, *, zone: tzinfo = UTC) -> bool:
    """Return whether what was closed as removed or corrected was shown again since.

    What was corrected is back when words are shown again that were found before; an account
    that was closed on request, when the account itself is, before its period is over.
    """
    if was_closed_on_request(case):
        if sight is None or sight.outcome is not Outcome.PRESENT:
            return False
        until, seen_on = closed_until(case), sight.last_read_at.astimezone(zone).date()
        is_wanted = until is not None and until < seen_on
        return _is_after(case, sight.last_read_at) and not is_wanted
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
    standing = repository.cases(states=_not_closed(), account=account)
    sight = repository.account_sight(account)
    closed_by = _closing_case(standing, sight)
    for case in standing:
        step = _step(case, is_clean, sight=sight, closed_by=closed_by)
        if step is not None and case.state in TABLE[step].starts:
            because = _why(case, step, zone, sight=sight, closed_by=closed_by)
            _write(repository, case, step, because=because, at=at)
            changed += 1
    under_way = {case.subject for case in repository.cases(states=_not_closed(), account=account)}
    for resolution in TABLE[Step.BACK].ended:
        for case in repository.cases(account=account, resolution=resolution):
            if has_come_back(case, sight, zone=zone) and case.subject not in under_way:
                due_at = due_by(case.severity) if due_by is not None else None
                because = _why(case, Step.BACK, zone, sight=sight)
                _write(repository, case, Step.BACK, because=because, at=at, due_at=due_at)
                under_way.add(case.subject)
                changed += 1
    return changed


def _closing_case(standing: Sequence[Case], sight: AccountSight | None) -> Case | None:
    """Return the case by which an account was asked to be closed and now is; None if not so."""
    if not is_account_gone(sight):
        return None
    asked = (case for case in standing if asks_to_close(case))
    return min(asked, key=lambda case: case.id, default=None)


def _step(
    case: Case,
    is_clean: Callable[[Case], bool] | None,
    *,
    sight: AccountSight | None,
    closed_by: Case | None,
) -> Step | None:
    """Return what the newest readings of a case lead to, if anything."""
    if asked(case) is Step.REQUEST_CLOSURE:
        return _step_of_closing(case, sight)
    return _step_of_post(case, is_clean, is_account_closed=closed_by is not None)


def _step_of_post(
    case: Case, is_clean: Callable[[Case], bool] | None, *, is_account_closed: bool
) -> Step | None:
    """Return what readings of a post, or of a profile, lead to, if anything."""
    is_post = case.subject_kind is SubjectKind.POST
    if has_gone(case) or (is_account_closed and is_post):
        return Step.GONE
    if case.last_outcome is Outcome.GONE and is_post:
        return Step.MISSED
    if not case.visible:
        return None
    if case.state is CaseState.VERIFYING:
        return Step.SHOWN
    is_asked = case.state in TABLE[Step.CORRECTED].starts
    if is_asked and case.is_edited_away and is_clean is not None and is_clean(case):
        return Step.CORRECTED
    return None


def _step_of_closing(case: Case, sight: AccountSight | None) -> Step | None:
    """Return what readings of an account that should be closed lead to, if anything."""
    if sight is None or not _is_after_request(case, sight.last_read_at):
        return None
    if is_account_gone(sight):
        return Step.ACCOUNT_CLOSED
    if sight.outcome is Outcome.GONE:
        return Step.MISSED
    is_shown = sight.outcome is Outcome.PRESENT
    return Step.SHOWN if is_shown and case.state is CaseState.VERIFYING else None


def _is_after_request(case: Case, instant: datetime) -> bool:
    event = request_event(case)
    return event is not None and instant >= event.at


def _is_after(case: Case, instant: datetime) -> bool:
    return case.closed_at is not None and instant >= case.closed_at


def _not_closed() -> tuple[CaseState, ...]:
    return tuple(state for state in CaseState if state is not CaseState.CLOSED)


def _why(
    case: Case,
    step: Step,
    zone: tzinfo,
    *,
    sight: AccountSight | None,
    closed_by: Case | None = None,
) -> str:
    """Return the times that a step rests on."""
    is_about_account = asked(case) is Step.REQUEST_CLOSURE or was_closed_on_request(case)
    if is_about_account and sight is not None:
        return _why_account(step, sight, zone)
    if step is Step.GONE and closed_by is not None and sight is not None:
        return f"the account was closed (case {closed_by.id}): {_why_account(step, sight, zone)}"
    read = _told(case.last_read_at, zone)
    if step in (Step.SHOWN, Step.BACK):
        return f"seen again {read}"
    if step is Step.CORRECTED:
        return f"other words seen {read}, in which nothing is found"
    if case.is_taken_back:
        return f"{case.taken_back}, as read {read}"
    first = f"first found missing {_told(case.gone_since or case.last_read_at, zone)}"
    if case.last_visible_at is not None:
        first = f"last seen {_told(case.last_visible_at, zone)}, {first}"
    return first


def _why_account(step: Step, sight: AccountSight, zone: tzinfo) -> str:
    """Return the times that a step about a whole account rests on."""
    if step in (Step.SHOWN, Step.BACK):
        return f"the account was seen again {_told(sight.last_read_at, zone)}"
    first = f"first found missing {_told(sight.gone_since or sight.last_read_at, zone)}"
    if sight.last_visible_at is not None:
        first = f"last seen {_told(sight.last_visible_at, zone)}, {first}"
    return f"{first}; {sight.detail}" if sight.detail else first


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
