"""A person's decisions on a case: the same functions for commands and (later) for replies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from config.errors import OperatorError
from config.types import CaseState, Resolution, SubjectKind
from monitor.decide import words_hash

if TYPE_CHECKING:
    from datetime import date, datetime

    from config.types import CaseId
    from storage.repository import Repository
    from storage.values import Case

UNDECIDED = frozenset({CaseState.OPEN, CaseState.ACKNOWLEDGED, CaseState.ESCALATED})
"""States from which a person may still say "not a breach"."""


class Step(Protocol):
    """One decision on one case."""

    def __call__(
        self, repository: Repository, number: CaseId, *, by: str, because: str, at: datetime
    ) -> Case:
        """Carry it out and return the case as it stands afterwards."""
        ...


def acknowledge(
    repository: Repository, number: CaseId, *, by: str, because: str, at: datetime
) -> Case:
    """Note that somebody is dealing with a case; a second time changes nothing.

    Raises:
        OperatorError: There is no such case, or it is past being taken up.
    """
    case = _case(repository, number)
    if case.state is CaseState.ACKNOWLEDGED:
        return case
    _refuse_unless(case, frozenset({CaseState.OPEN, CaseState.ESCALATED}), "acknowledged")
    with repository.writing() as transaction:
        transaction.step_case(
            number,
            to=CaseState.ACKNOWLEDGED,
            resolution=None,
            by=by,
            because=because,
            what="is being dealt with",
            at=at,
        )
    return _case(repository, number)


def dismiss(
    repository: Repository,
    number: CaseId,
    *,
    by: str,
    because: str,
    at: datetime,
    until: date | None = None,
) -> Case:
    """Close a case as not a breach and keep its rules quiet on the same words there.

    What a profile lacks is accepted whatever else the profile says.

    Args:
        repository: Where the case is.
        number: Which case.
        by: Who decides.
        because: Why; owed.
        at: When; aware UTC.
        until: Last day on which the rules stay quiet; None: for good.

    Raises:
        OperatorError: No such case, no reason, or it is closed otherwise.
    """
    case = _case(repository, number)
    if case.state is CaseState.CLOSED and case.resolution is Resolution.DISMISSED:
        return case
    if not because.strip():
        raise OperatorError("a reason is owed", remedy='Add --because "…"')
    _refuse_unless(case, UNDECIDED, "dismissed")
    with repository.writing() as transaction:
        for stored in case.findings:
            found = stored.finding
            # What a profile lacks it lacks whatever its words are; words are accepted as they are.
            is_lack = case.subject_kind is SubjectKind.PROFILE and found.quote is None
            transaction.quiet(
                case.account,
                found.rule,
                words_hash="" if is_lack else words_hash(found, case.text),
                until=until,
                case=number,
                by=by,
                because=because,
                at=at,
            )
        transaction.step_case(
            number,
            to=CaseState.CLOSED,
            resolution=Resolution.DISMISSED,
            by=by,
            because=because,
            what="not a breach" if until is None else f"accepted until {until.isoformat()}",
            at=at,
        )
    return _case(repository, number)


def _case(repository: Repository, number: CaseId) -> Case:
    case = repository.case(number)
    if case is None:
        raise OperatorError(f"there is no case {number}", remedy="See: clerkwatch cases list --all")
    return case


def _refuse_unless(case: Case, allowed: frozenset[CaseState], what: str) -> None:
    if case.state not in allowed:
        said = case.state.value.replace("_", " ")
        if case.resolution is not None:
            said += f" ({case.resolution.value.replace('_', ' ')})"
        possible = ", ".join(sorted(state.value for state in allowed))
        raise OperatorError(
            f"case {case.id} is {said} and cannot be {what}",
            remedy=f"That is possible while a case is: {possible}",
        )
