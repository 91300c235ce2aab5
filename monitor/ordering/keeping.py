"""Orders about what is kept: HOLD stops every purge, DO NOT COPY stops copying."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.types import HoldReason
from monitor.cases import copying
from monitor.cases.holds import put_hold
from monitor.cases.request import owners_of
from monitor.ordering.values import Clerking, Ordered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from config.types import CaseId
    from monitor.cases.replies.words import Order
    from storage.repository import Transaction
    from storage.values import Hold

_WHY: Mapping[HoldReason, str] = {
    HoldReason.FOI: "an information request",
    HoldReason.COMPLAINT: "a complaint",
    HoldReason.DISCIPLINARY: "a disciplinary matter",
    HoldReason.POLICE: "a police or court matter",
    HoldReason.OTHER: "your reason",
}


def hold(desk: Clerking, number: CaseId, order: Order) -> Ordered:
    """Stop every purge of what belongs to a case."""
    put = put_hold(desk.app.repository, by=desk.by, because=order.said, at=desk.at, case=number)
    what = f"everything about case {number}"
    return _held(put, what, after="The decision is still open: reply to the same mail again.")


def hold_all(desk: Clerking, order: Order, transaction: Transaction) -> Ordered:
    """Stop every purge of anything."""
    del transaction  # what is put takes part in it by itself
    put = put_hold(desk.app.repository, by=desk.by, because=order.said, at=desk.at)
    return _held(put, "everything that is kept", after="")


def stop_copying(desk: Clerking, number: CaseId) -> tuple[str, ...]:
    """Stop copying and take away what was kept of the media; say so in sentences.

    It commits by itself and before the order does, because files are only taken away for a
    decision that was kept. Safe to repeat.

    Raises:
        OperatorError: No such case, or who orders answers for its account.
    """
    app = desk.app
    copying.stop_copying(
        app.repository, number, by=desk.by, because="", at=desk.at, owners=owners_of(app)
    )
    return copying.said_of(app.repository, app.evidence, at=desk.at)


def do_not_copy(desk: Clerking, number: CaseId, order: Order) -> Ordered:
    """Confirm what `stop_copying` did."""
    del order  # nobody has to describe it
    return Ordered(subject=f"Case {number}: copying has stopped", said=desk.prepared)


def _held(put: Hold, what: str, *, after: str) -> Ordered:
    said = (
        f"Hold {put.id}: {what} stays, because of {_WHY[put.reason]}, until the hold is released.",
        f"Your words are kept with it: {put.because}",
    )
    return Ordered(
        subject=f"Hold {put.id}: nothing is purged", said=(*said, after) if after else said
    )
