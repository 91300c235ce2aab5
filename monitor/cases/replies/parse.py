"""From the bytes of a mail to a `Reply`: never raises, whatever the bytes are."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from email import policy
from email.parser import BytesParser
from typing import TYPE_CHECKING

from monitor.cases.replies.body import Body, body_of
from monitor.cases.replies.codes import codes_in_addresses, codes_in_subject
from monitor.cases.replies.headers import (
    automatic,
    recipients_of,
    reports,
    sender_of,
    subject_of,
    values,
)
from monitor.cases.replies.quoting import first_said
from monitor.cases.replies.words import begins_order, lacking, order_in, order_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from email.message import Message

    from monitor.cases.replies.codes import Code
    from monitor.cases.replies.headers import Report
    from monitor.cases.replies.words import Order, Word

_MOST_TEXT = 20_000
_MOST_BELOW = 50
_MOST_BOUNDARIES = 5000
_MOST_LINES = 500_000
_MESSAGE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,250}>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One mail that came in.

    Attributes:
        key: Digest of its bytes: the same mail is the same reply.
        sender: Bare address in small letters; empty unless there is exactly one.
        subject: As shown.
        message_id: With angle brackets; empty if it has none that can be named.
        codes: The codes it carries, each once.
        automatic: Why a machine seems to have written it; empty: a person.
        reports: What servers report of its authenticity, topmost first.
        line: Its first unquoted line; empty if there is none.
        order: What that line orders; None: not understood.
        lacks: The word that the line would order if it said why, or until when; else None.
        has_more: Further down stands another order, which is not taken.
        text: Everything unquoted, for a note or an answer; at most 20,000 characters.
    """

    key: str
    sender: str = ""
    subject: str = ""
    message_id: str = ""
    codes: tuple[Code, ...] = ()
    automatic: str = ""
    reports: tuple[Report, ...] = ()
    line: str = ""
    order: Order | None = None
    lacks: Word | None = None
    has_more: bool = False
    text: str = ""


def is_bounded(raw: bytes) -> bool:
    """Return whether a mail has no more parts and lines than a person's programme writes.

    Each costs time and memory however short it is, so this is asked before anything is taken
    apart. Pictures of 12 MB have some 160,000 lines.
    """
    parts = raw.count(b"\n--") + raw.count(b"\r--")
    return parts <= _MOST_BOUNDARIES and raw.count(b"\n") + raw.count(b"\r") <= _MOST_LINES


def parse(raw: bytes, *, sender: str) -> Reply:
    """Return what a mail says; bytes that are no mail give a reply without a sender.

    Args:
        raw: The mail as it came.
        sender: Bare address of ours to which replies go.
    """
    key = hashlib.sha256(raw).hexdigest()
    if not is_bounded(raw):
        return Reply(key=key, automatic="too many parts or lines")
    try:
        message = BytesParser(policy=policy.compat32).parsebytes(raw)
        return _read(message, key=key, ours=sender)
    except RecursionError:
        # Parts nested a thousand deep: no person's programme writes that.
        return Reply(key=key, automatic="parts nested too deeply")


def _read(message: Message, *, key: str, ours: str) -> Reply:
    who = sender_of(message)
    subject = subject_of(message)
    found = (*codes_in_addresses(recipients_of(message), sender=ours), *codes_in_subject(subject))
    body = body_of(message)
    lines, text = first_said(body.text)
    order = _agreed(lines, body)
    named = _MESSAGE_ID.search(next(iter(values(message, "Message-ID")), ""))
    return Reply(
        key=key,
        sender=who,
        subject=subject,
        message_id=named[0] if named else "",
        codes=tuple(dict.fromkeys(found)),
        automatic=automatic(message, sender=who) or ("From" if who == ours.lower() else ""),
        reports=reports(message),
        line=lines[0] if lines else "",
        order=order,
        lacks=lacking(lines[0]) if lines and order is None else None,
        has_more=_has_more(text, of=len(lines)),
        text=text[:_MOST_TEXT],
    )


def _has_more(text: str, *, of: int) -> bool:
    """Return whether below the first ``of`` lines another line is an order in capitals."""
    below = text.split("\n")[of:]
    return any(begins_order(line) and order_of(line) is not None for line in below[:_MOST_BELOW])


def _agreed(lines: Sequence[str], body: Body) -> Order | None:
    """Return what the first line orders, unless another form of the same mail says otherwise."""
    order = order_in(lines)
    if order is None or body.is_doubtful:
        return None
    if body.other is None:
        return order
    other = order_in(first_said(body.other)[0])
    is_same = other is not None and (other.word, other.case) == (order.word, order.case)
    return order if is_same else None
