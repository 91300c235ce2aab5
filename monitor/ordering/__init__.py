"""Carries out what a reply orders: the same functions as the commands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from config.errors import OperatorError
from config.types import Role
from monitor.cases.preserve import preserve
from monitor.cases.replies.words import Word
from monitor.ordering import deciding, keeping, reading, reported, town
from monitor.ordering.values import Clerking, Ordered
from monitor.people.rota import Rota, folded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from config.types import CaseId
    from monitor.cases.replies.words import Order
    from storage.repository import Transaction

    AboutCase = Callable[[Clerking, CaseId, Order], Ordered]
    AboutTown = Callable[[Clerking, Order, Transaction], Ordered]

__all__ = ["CASE", "TOWN", "Clerking", "Ordered", "order_case", "order_town", "prepare"]

CASE: Mapping[Word, AboutCase] = {
    Word.KEEP: deciding.keep,
    Word.LEAVE: deciding.leave,
    Word.MINE: deciding.mine,
    Word.REMOVE: deciding.remove,
    Word.CORRECT: deciding.correct,
    Word.CLOSE_ACCOUNT: deciding.close_account,
    Word.UNDO: deciding.undo,
    Word.ESCALATE: deciding.escalate,
    Word.REOPEN: deciding.reopen,
    Word.GONE: deciding.gone,
    Word.NOTE: deciding.note,
    Word.HOLD: keeping.hold,
    Word.DO_NOT_COPY: keeping.do_not_copy,
    Word.PACK: reading.pack,
}
"""What carries out each word about a case."""
TOWN: Mapping[Word, AboutTown] = {
    Word.REVIEWED: town.reviewed,
    Word.NOTICE: town.notice,
    Word.HOLD_ALL: keeping.hold_all,
    Word.KEEP_ALL: town.keep_all,
    Word.LEAVE_ALL: town.leave_all,
    Word.OPEN: reported.open_case,
    Word.COVER: town.cover,
    Word.REPORT: reading.report,
    Word.FIND: reading.find,
}
"""What carries out each word about no case that there is."""
_TAKES_DOWN = frozenset({Word.REMOVE, Word.CORRECT, Word.CLOSE_ACCOUNT})
"""Words after which something may no longer be there to be kept."""
_ANYBODY = frozenset({Word.COVER, Word.OPEN, Word.REVIEWED})
"""Words about no case that everybody may use who may decide at all."""


def prepare(desk: Clerking, order: Order, number: CaseId) -> Clerking:
    """Do what must be committed before the order is; safe to repeat.

    What is to go is kept first, as far as it can be: outside of the order's own transaction,
    because pictures may have to be fetched.

    Raises:
        OperatorError: It is refused.
    """
    if order.word in _TAKES_DOWN:
        preserve(desk.app, as_of=desk.at, case=number)
    if order.word is not Word.DO_NOT_COPY:
        return desk
    return replace(desk, prepared=keeping.stop_copying(desk, number))


def order_case(desk: Clerking, order: Order, number: CaseId) -> Ordered:
    """Carry out an order about a case.

    Raises:
        OperatorError: It is refused; the message says why and what is possible.
        MailError: The owner's address is not usable.
    """
    return CASE[order.word](desk, number, order)


def order_town(desk: Clerking, order: Order, transaction: Transaction) -> Ordered:
    """Carry out an order about no case that there is.

    Raises:
        OperatorError: What it names is not known, or is refused.
    """
    if order.word not in _ANYBODY and not _runs_the_town(desk):
        raise OperatorError(
            f"{order.word.value} is for the Clerk, the deputy, or whoever stands in for them",
            remedy="Ask one of them",
        )
    return TOWN[order.word](desk, order, transaction)


def _runs_the_town(desk: Clerking) -> bool:
    """Return whether who orders decides on more than the cases that were sent to them."""
    people = desk.app.settings.people
    address = folded(desk.person.email)
    roles = {one.role for one in people if folded(one.email) == address}
    rota = Rota.of(desk.app.settings, desk.app.repository.absences())
    return bool(roles & {Role.CLERK, Role.DEPUTY}) or address in {
        folded(one.email) for one in rota.who_decides(desk.at)
    }
