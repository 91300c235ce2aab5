"""What becomes of a case when its post is no longer visible, or is visible again.

A single reading that does not find a post closes nothing: platforms lose posts for minutes.
Two such readings at least ten minutes apart, each with a live probe of account and
credential, do. The post may have been deleted, hidden or restricted; no platform tells
which, so the words are "no longer visible".
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from config.types import CaseState, Outcome, Resolution, SubjectKind

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from config.types import AccountId
    from storage.repository import Repository
    from storage.values import Case

SURE_AFTER = timedelta(minutes=10)
"""Least time between two readings that did not find a post, before its case is closed."""
_WAITING = (CaseState.OPEN, CaseState.ACKNOWLEDGED)
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
    """Return whether a post whose case was closed as removed was shown again since."""
    return (
        case.resolution is Resolution.REMOVED
        and case.closed_at is not None
        and case.visible
        and case.last_read_at >= case.closed_at
    )


def settle_visibility(
    repository: Repository, account: AccountId, *, zone: tzinfo, at: datetime
) -> int:
    """Close an account's cases whose post is gone, reopen those whose post is back.

    Args:
        repository: Where the cases are.
        account: Whose cases.
        zone: The council's, for the sentence in the case.
        at: The present moment; aware UTC.

    Returns:
        How many cases changed. A second call changes nothing.
    """
    changed = 0
    for case in repository.cases(states=_WAITING, account=account):
        if has_gone(case):
            _close(repository, case, zone=zone, at=at)
            changed += 1
    under_way = {case.subject for case in repository.cases(states=_not_closed(), account=account)}
    for case in repository.cases(account=account, resolution=Resolution.REMOVED):
        if has_come_back(case) and case.subject not in under_way:
            _reopen(repository, case, zone=zone, at=at)
            under_way.add(case.subject)
            changed += 1
    return changed


def _not_closed() -> tuple[CaseState, ...]:
    return tuple(state for state in CaseState if state is not CaseState.CLOSED)


def _close(repository: Repository, case: Case, *, zone: tzinfo, at: datetime) -> None:
    gone_since = case.gone_since or case.last_read_at
    first = f"first found missing {_told(gone_since, zone)}"
    if case.last_visible_at is not None:
        first = f"last seen {_told(case.last_visible_at, zone)}, {first}"
    with repository.writing() as transaction:
        transaction.step_case(
            case.id,
            to=CaseState.CLOSED,
            resolution=Resolution.REMOVED,
            by=_BY,
            because=first,
            what="no longer visible",
            at=at,
        )


def _reopen(repository: Repository, case: Case, *, zone: tzinfo, at: datetime) -> None:
    with repository.writing() as transaction:
        transaction.step_case(
            case.id,
            to=CaseState.OPEN,
            resolution=None,
            by=_BY,
            because=f"seen again {_told(case.last_read_at, zone)}",
            what="visible again",
            at=at,
        )


def _told(instant: datetime, zone: tzinfo) -> str:
    return f"{instant.astimezone(zone):%d %B %Y, %H:%M}".lstrip("0")
