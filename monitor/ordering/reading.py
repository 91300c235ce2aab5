"""Orders that change nothing: the evidence pack, a report, a search, each sent by mail."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from config.errors import OperatorError
from monitor.cases.replies.dates import day_in
from monitor.cases.replies.words import DATE
from monitor.ordering.values import Clerking, Ordered
from monitor.papers import found_mail, pack_mail, period_of, report_mail

if TYPE_CHECKING:
    from config.types import CaseId
    from monitor.cases.replies.words import Order
    from monitor.papers import Paper
    from storage.repository import Transaction

_EXAMPLE = "FIND library from 1 March 2026 to 31 May 2026"
_FIND = re.compile(
    rf"(?P<words>.*?)(?:\s+from\s+(?P<since>{DATE}))?(?:\s+(?:to|until)\s+(?P<until>{DATE}))?",
    re.ASCII | re.IGNORECASE | re.DOTALL,
)


def pack(desk: Clerking, number: CaseId, order: Order) -> Ordered:
    """Send a case's evidence pack to who asks for it."""
    del order  # there is nothing more to it
    paper = pack_mail(
        desk.app,
        number,
        to=desk.person,
        at=desk.at,
        asked=desk.reply,
        follows=desk.follows,
    )
    with desk.app.repository.writing() as transaction:
        return _sent(paper, desk, transaction)


def report(desk: Clerking, order: Order, transaction: Transaction) -> Ordered:
    """Send the report of a year or a month to who asks for it."""
    paper = report_mail(
        desk.app,
        period_of(order.named, zone=desk.app.settings.zone(), at=desk.at),
        to=desk.person,
        at=desk.at,
        asked=desk.reply,
        follows=desk.follows,
    )
    return _sent(paper, desk, transaction)


def find(desk: Clerking, order: Order, transaction: Transaction) -> Ordered:
    """Send what a search finds to who asks for it."""
    match = _FIND.fullmatch(order.named)
    words = match["words"] if match is not None else ""
    if match is None or not any(map(str.isalnum, words)):
        raise OperatorError("there is no word to look for", remedy=f"Write for example {_EXAMPLE}")
    since, until = (
        day_in(said, near=desk.today, later=False, example=_EXAMPLE) if said else None
        for said in (match["since"], match["until"])
    )
    if since is not None and until is not None and until < since:
        raise OperatorError("the days are in the wrong order", remedy=f"Write like {_EXAMPLE}")
    paper = found_mail(
        desk.app,
        words,
        since,
        until,
        to=desk.person,
        at=desk.at,
        asked=desk.reply,
        follows=desk.follows,
    )
    return _sent(paper, desk, transaction)


def _sent(paper: Paper, desk: Clerking, transaction: Transaction) -> Ordered:
    """Queue a paper; it is the answer itself, in the same thread."""
    paper.queue(transaction, at=desk.at)
    return Ordered(subject=paper.mail.subject, said=(), is_answered=True)
