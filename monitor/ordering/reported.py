"""OPEN: a case on what somebody reported, out of the mail that was forwarded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.errors import OperatorError
from monitor.alerts.wording import count
from monitor.cases import byhand
from monitor.cases.given import keep_pictures
from monitor.cases.replies.forwarded import forwarded_in
from monitor.ordering.values import Clerking, Ordered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.register import Account
    from config.types import CaseId
    from monitor.cases.replies.forwarded import Picture
    from monitor.cases.replies.words import Order
    from storage.repository import Transaction

_HOW = (
    "Forward it again, or answer this mail: OPEN and why in the first line, and below it the "
    "address of the post"
)


def open_case(desk: Clerking, order: Order, transaction: Transaction) -> Ordered:
    """Open a case on a post that somebody reported; its words are judged like any others."""
    del transaction  # what is recorded, judged and opened takes part in it by itself
    reported = forwarded_in(desk.raw)
    account, address, why = _where(desk, order, reported.addresses)
    case = byhand.open_case(
        desk.app,
        url=address,
        text=reported.words,
        account=account,
        by=desk.by,
        because=why,
        at=desk.at,
    )
    is_new = case.opened_at == desk.at
    stands = "A case is open" if is_new else "A case was open already"
    said = [f"{stands} on this post: case {case.id}, account {account.id}.", f"Address: {address}"]
    said += _pictures(desk, case.id, reported.pictures)
    if case.findings:
        said.append("What may be wrong with it is in the morning mail.")
    else:
        said.append("No rule finds anything in its words: it is for you to judge.")
    return Ordered(subject=f"Case {case.id} is open: {account.id}", said=tuple(said))


def _pictures(desk: Clerking, number: CaseId, pictures: Sequence[Picture]) -> list[str]:
    """Keep the pictures that came with the report; return what to say of them."""
    if not pictures:
        return []
    app = desk.app
    given = keep_pictures(
        app.repository,
        app.evidence,
        number,
        [(one.name, one.content) for one in pictures],
        by=desk.by,
        origin="came with the report, by mail",
        at=desk.at,
    )
    said = [f"{count(given.kept, 'picture')} kept with the case as evidence."] if given.kept else []
    if given.refused:
        refused = count(given.refused, "picture")
        said.append(f"{refused} could not be kept: no picture, too large, or not allowed.")
    return said


def _where(desk: Clerking, order: Order, addresses: Sequence[str]) -> tuple[Account, str, str]:
    """Return the account and address of what was reported, and why it was.

    The account is told by the address, or named first: ``OPEN council-x a resident rang``.

    Raises:
        OperatorError: There is no address, or it does not say on which account it stands.
    """
    register = desk.app.register
    first, _, rest = order.said.partition(" ")
    named = next((one for one in register if one.id.casefold() == first.casefold()), None)
    if not addresses:
        raise OperatorError("the address of the post was not found in your mail", remedy=_HOW)
    if named is not None:
        return named, addresses[0], rest
    for address in addresses:
        try:
            return byhand.account_of(register, address), address, order.said
        except (OperatorError, ValueError):
            continue
    known = ", ".join(one.id for one in register)
    raise OperatorError(
        "the address does not say on which account this stands",
        remedy=f"Name it first, for example OPEN {register[0].id if register else 'account'} "
        f"because a resident rang. Registered are: {known}",
    )
