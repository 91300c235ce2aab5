"""A person's decisions on a case: the same functions for commands and (later) for replies.

What is possible from where stands in `life`. Each function carries one step out in one
transaction, with who, when and why, and does nothing when it was done before. Asking an
account's owner is in `request`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from config.errors import OperatorError
from config.types import SubjectKind
from monitor.alerts.asking import request_key
from monitor.cases.life import Step, is_outstanding, move, request_count
from monitor.decide import words_hash

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from config.types import CaseId
    from monitor.cases.life import Move
    from monitor.cases.owners import Owners
    from storage.repository import Repository, Transaction
    from storage.values import Case, NewMail

    Withdrawal = Callable[[Case], NewMail | None]
    """Writes the mail that takes a request back, for an owner who has had it."""


class Decision(Protocol):
    """One decision on one case."""

    def __call__(
        self,
        repository: Repository,
        number: CaseId,
        *,
        by: str,
        because: str,
        at: datetime,
        owners: Owners | None = None,
    ) -> Case:
        """Carry it out and return the case as it stands afterwards."""
        ...


def acknowledge(
    repository: Repository,
    number: CaseId,
    *,
    by: str,
    because: str,
    at: datetime,
    owners: Owners | None = None,
) -> Case:
    """Note that somebody is dealing with a case; a second time changes nothing.

    Args:
        repository: Where the case is.
        number: Which case.
        by: Who decides.
        because: Why; may be empty.
        at: When; aware UTC.
        owners: Who answers for which account.

    Raises:
        OperatorError: There is no such case, or it is past being taken up.
    """
    return take(repository, number, Step.ACKNOWLEDGE, by=by, because=because, at=at, owners=owners)


def escalate(
    repository: Repository,
    number: CaseId,
    *,
    by: str,
    because: str,
    at: datetime,
    owners: Owners | None = None,
) -> Case:
    """Say that somebody above or outside has to decide; arguments as in `acknowledge`.

    What was asked of the owner stands.

    Raises:
        OperatorError: No such case, no reason, or it is closed.
    """
    return take(repository, number, Step.ESCALATE, by=by, because=because, at=at, owners=owners)


def note(
    repository: Repository,
    number: CaseId,
    *,
    by: str,
    because: str,
    at: datetime,
    owners: Owners | None = None,
) -> Case:
    """Keep something with a case, closed ones too; the same words twice in a row are kept once.

    Raises:
        OperatorError: No such case, or no words.
    """
    return take(repository, number, Step.NOTE, by=by, because=because, at=at, owners=owners)


def reopen(
    repository: Repository,
    number: CaseId,
    *,
    by: str,
    because: str,
    at: datetime,
    owners: Owners | None = None,
    due_at: datetime | None = None,
) -> Case:
    """Open a closed case again; arguments as in `acknowledge`.

    Args:
        repository: Where the case is.
        number: Which case.
        by: Who decides.
        because: Why; owed.
        at: When; aware UTC.
        owners: Who answers for which account.
        due_at: By when it is to be decided; None: as before.

    Raises:
        OperatorError: No such case, no reason, or it is not closed.
        StorageError: Another case is open on the same post.
    """
    return take(
        repository,
        number,
        Step.REOPEN,
        by=by,
        because=because,
        at=at,
        owners=owners,
        due_at=due_at,
    )


def dismiss(
    repository: Repository,
    number: CaseId,
    *,
    by: str,
    because: str,
    at: datetime,
    until: date | None = None,
    owners: Owners | None = None,
    withdrawal: Withdrawal | None = None,
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
        owners: Who answers for which account.
        withdrawal: Writes to an owner who was asked meanwhile.

    Raises:
        OperatorError: No such case, no reason, or it is closed otherwise.
    """
    _known(repository, number)
    with repository.writing() as transaction:
        case = transaction.case(number)
        step = move(Step.DISMISS, case, by=by, because=because, owners=owners)
        if step is None:
            return case
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
                because=step.because,
                at=at,
            )
        what = step.what if until is None else f"accepted until {until.isoformat()}"
        _write(transaction, case, step, by=by, at=at, what=what)
        _take_back(transaction, case, at=at, withdrawal=withdrawal)
    return _known(repository, number)


def leave(
    repository: Repository,
    number: CaseId,
    *,
    by: str,
    because: str,
    at: datetime,
    owners: Owners | None = None,
    withdrawal: Withdrawal | None = None,
) -> Case:
    """Close a case as left: it may be a breach, and stays up; arguments as in `dismiss`.

    Unlike `dismiss` nothing becomes quiet: the same words on another post are a case again.

    Raises:
        OperatorError: No such case, no reason, or it is closed otherwise.
    """
    _known(repository, number)
    with repository.writing() as transaction:
        case = transaction.case(number)
        step = move(Step.LEAVE, case, by=by, because=because, owners=owners)
        if step is None:
            return case
        _write(transaction, case, step, by=by, at=at)
        _take_back(transaction, case, at=at, withdrawal=withdrawal)
    return _known(repository, number)


def undo(
    repository: Repository,
    number: CaseId,
    *,
    by: str,
    because: str,
    at: datetime,
    owners: Owners | None = None,
    due_at: datetime | None = None,
) -> Case:
    """Stop a request that has not left yet; the case stands again where it stood before.

    Args:
        repository: Where the case is.
        number: Which case.
        by: Who decides.
        because: Why; may be empty.
        at: When; aware UTC.
        owners: Who answers for which account.
        due_at: By when it is to be decided again; None: as it is.

    Raises:
        OperatorError: No such case, nothing was asked, or the mail has left already.
    """
    _known(repository, number)
    with repository.writing() as transaction:
        case = transaction.case(number)
        step = move(Step.UNDO, case, by=by, because=because, owners=owners)
        if step is None:
            return case
        if not _stop(transaction, case, at=at):
            raise OperatorError(
                f"the request of case {number} has left already, or is leaving now",
                remedy="Take it back by deciding otherwise: dismiss or leave, with --because; "
                "the owner is then told that nothing is asked any more",
            )
        _write(transaction, case, step, by=by, at=at, due_at=due_at)
    return _known(repository, number)


def take(
    repository: Repository,
    number: CaseId,
    step: Step,
    *,
    by: str,
    because: str,
    at: datetime,
    owners: Owners | None = None,
    due_at: datetime | None = None,
) -> Case:
    """Take a step that changes nothing but the case; arguments as in `reopen`.

    Raises:
        OperatorError: No such case, or the step is refused.
    """
    _known(repository, number)
    with repository.writing() as transaction:
        case = transaction.case(number)
        made = move(step, case, by=by, because=because, owners=owners)
        if made is None:
            return case
        _write(transaction, case, made, by=by, at=at, due_at=due_at)
    return _known(repository, number)


def _write(
    transaction: Transaction,
    case: Case,
    step: Move,
    *,
    by: str,
    at: datetime,
    due_at: datetime | None = None,
    what: str = "",
) -> None:
    transaction.step_case(
        case.id,
        to=step.to,
        resolution=step.resolution,
        by=by,
        because=step.because,
        what=what or step.what,
        at=at,
        due_at=due_at,
    )


def _take_back(
    transaction: Transaction,
    case: Case,
    *,
    at: datetime,
    withdrawal: Withdrawal | None,
) -> None:
    """Stop what was asked of the owner or, if they have had it, tell them so."""
    if not is_outstanding(case) or _stop(transaction, case, at=at) or withdrawal is None:
        return
    mail = withdrawal(case)
    if mail is not None:
        transaction.queue_mail(mail, at=at)


def _stop(transaction: Transaction, case: Case, *, at: datetime) -> bool:
    key = request_key(case, request_count(case))
    return transaction.cancel_mail(key, why=f"case {case.id} was decided otherwise", at=at)


def _known(repository: Repository, number: CaseId) -> Case:
    case = repository.case(number)
    if case is None:
        raise OperatorError(f"there is no case {number}", remedy="See: clerkwatch cases list --all")
    return case
