"""Orders about one case: each calls the function that the command calls, and says what came."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from config.errors import OperatorError
from config.types import CaseState
from monitor.cases import byhand, decisions
from monitor.cases.life import last_step, standing
from monitor.cases.replies.dates import day_in
from monitor.cases.request import (
    due_again,
    owners_of,
    request_closure,
    request_removal,
    withdrawal_of,
)
from monitor.ordering.values import Clerking, Ordered

if TYPE_CHECKING:
    from config.types import CaseId
    from monitor.cases.replies.words import Order
    from monitor.cases.request import Requested
    from storage.values import Case

_CLOSE = "CLOSE ACCOUNT until 7 May 2027 because of the election"


def keep(desk: Clerking, number: CaseId, order: Order) -> Ordered:
    """Close a case as not a breach."""
    after = decisions.dismiss(
        desk.app.repository,
        number,
        by=desk.by,
        because=order.said,
        at=desk.at,
        owners=owners_of(desk.app),
        withdrawal=partial(withdrawal_of, desk.app, at=desk.at),
    )
    return stood_before(desk, after) or Ordered(
        subject=f"Case {number} is closed: not a breach",
        said=(
            f"Case {number} is closed: not a breach.",
            f"Your reason is kept with it: {order.said}",
            "The same rule stays quiet on the same words on that account.",
        ),
    )


def leave(desk: Clerking, number: CaseId, order: Order) -> Ordered:
    """Close a case as left: it may be a breach, and stays up."""
    after = decisions.leave(
        desk.app.repository,
        number,
        by=desk.by,
        because=order.said,
        at=desk.at,
        owners=owners_of(desk.app),
        withdrawal=partial(withdrawal_of, desk.app, at=desk.at),
    )
    return stood_before(desk, after) or Ordered(
        subject=f"Case {number} is closed: left",
        said=(
            f"Case {number} is closed: it may be a breach, and stays up.",
            f"Your reason is kept with it: {order.said}",
        ),
    )


def mine(desk: Clerking, number: CaseId, order: Order) -> Ordered:
    """Note that who orders is dealing with a case."""
    after = decisions.acknowledge(
        desk.app.repository,
        number,
        by=desk.by,
        because=order.said,
        at=desk.at,
        owners=owners_of(desk.app),
    )
    said = f"Case {number} is yours: the morning mail lists it as being dealt with."
    return stood_before(desk, after) or Ordered(subject=f"Case {number} is yours", said=(said,))


def _ask(desk: Clerking, number: CaseId, order: Order, *, correct: bool) -> Ordered:
    requested = request_removal(
        desk.app, number, by=desk.by, because=order.said, at=desk.at, correct=correct
    )
    what = "correct it" if correct else "take it down"
    return stood_before(desk, requested.case) or _asked(desk, requested, what)


def _asked(desk: Clerking, requested: Requested, what: str) -> Ordered:
    """Return what is confirmed of a request that waits to leave."""
    case, calendar = requested.case, desk.calendar()
    owner = next((one.owner for one in desk.app.register if one.id == case.account), "")
    leaves, by = calendar.moment(requested.leaves_at), calendar.moment(case.due_at)
    return Ordered(
        subject=f"Case {case.id}: the owner is asked to {what}",
        said=(
            f"{owner or 'The owner'} is asked by mail to {what}, by {by}.",
            f"The mail leaves on {leaves} at the earliest. Until then UNDO stops it.",
        ),
    )


def undo(desk: Clerking, number: CaseId, order: Order) -> Ordered:
    """Stop a request that has not left yet."""
    case = decisions.undo(
        desk.app.repository,
        number,
        by=desk.by,
        because=order.said,
        at=desk.at,
        owners=owners_of(desk.app),
        due_at=due_again(desk.app, number, at=desk.at),
    )
    stands = "is open again" if case.state is CaseState.OPEN else "stands as before"
    return Ordered(
        subject=f"Case {number}: the request was stopped",
        said=(f"The request was stopped before it left. Case {number} {stands}.",),
    )


def escalate(desk: Clerking, number: CaseId, order: Order) -> Ordered:
    """Say that somebody above or outside has to decide."""
    after = decisions.escalate(
        desk.app.repository,
        number,
        by=desk.by,
        because=order.said,
        at=desk.at,
        owners=owners_of(desk.app),
    )
    return stood_before(desk, after) or Ordered(
        subject=f"Case {number} is escalated",
        said=(
            f"Case {number} waits for somebody above or outside to decide.",
            f"Your reason is kept with it: {order.said}",
        ),
    )


def note(desk: Clerking, number: CaseId, order: Order) -> Ordered:
    """Keep words with a case."""
    decisions.note(desk.app.repository, number, by=desk.by, because=order.said, at=desk.at)
    return Ordered(
        subject=f"Case {number}: your note is kept",
        said=(f"Your note is kept with case {number}. It decides nothing.",),
    )


def remove(desk: Clerking, number: CaseId, order: Order) -> Ordered:
    """Ask the owner to take it down."""
    return _ask(desk, number, order, correct=False)


def correct(desk: Clerking, number: CaseId, order: Order) -> Ordered:
    """Ask the owner to correct it."""
    return _ask(desk, number, order, correct=True)


def close_account(desk: Clerking, number: CaseId, order: Order) -> Ordered:
    """Ask the owner to close the whole account, for good or until a day."""
    until = None
    if order.named:
        until = day_in(order.named, near=desk.today, later=True, example=_CLOSE)
    requested = request_closure(
        desk.app, number, by=desk.by, because=order.said, at=desk.at, until=until
    )
    period = "" if until is None else f", and to keep it closed until {desk.calendar().day(until)}"
    return stood_before(desk, requested.case) or _asked(
        desk, requested, f"close the account{period}"
    )


def reopen(desk: Clerking, number: CaseId, order: Order) -> Ordered:
    """Open a closed case again."""
    after = decisions.reopen(
        desk.app.repository,
        number,
        by=desk.by,
        because=order.said,
        at=desk.at,
        owners=owners_of(desk.app),
        due_at=due_again(desk.app, number, at=desk.at),
    )
    by = desk.calendar().moment(after.due_at)
    return stood_before(desk, after) or Ordered(
        subject=f"Case {number} is open again",
        said=(
            f"Case {number} is open again. Please decide by {by}.",
            f"Your reason is kept with it: {order.said}",
        ),
    )


def gone(desk: Clerking, number: CaseId, order: Order) -> Ordered:
    """Close a case because a person looked where no programme reads."""
    case = desk.app.repository.case(number)
    if case is not None and owners_of(desk.app).owns(desk.by, case.account):
        raise OperatorError(
            f"{desk.by} answers for {case.account}: nobody decides a case on their own account",
            remedy="Let the deputy or another listed person look",
        )
    after = byhand.seen_gone(desk.app, number, by=desk.by, because=order.said, at=desk.at)
    return stood_before(desk, after) or Ordered(
        subject=f"Case {number} is closed: no longer visible",
        said=(
            f"Case {number} is closed: you looked, and it is no longer visible.",
            f"What you wrote is kept with it: {order.said}",
        ),
    )


def stood_before(desk: Clerking, after: Case) -> Ordered | None:
    """Return what is answered if the order changed nothing, because it stood so already.

    Args:
        desk: Who orders, and when.
        after: The case as it stands now.
    """
    newest = last_step(after)
    if newest is None or newest.at == desk.at:
        return None
    return Ordered(
        subject=f"Case {after.id} stood so already",
        said=("Nothing had to be changed.", how_it_stands(desk, after)),
    )


def how_it_stands(desk: Clerking, case: Case) -> str:
    """Return where a case stands, since when, and by whom, in one sentence or two."""
    newest = last_step(case)
    said = f"Case {case.id} is {standing(case)}"
    if newest is None:
        return f"{said}."
    said = f"{said} since {desk.calendar().moment(newest.at)}, by {newest.by}."
    return f"{said} The reason given: {newest.because}" if newest.because else said
