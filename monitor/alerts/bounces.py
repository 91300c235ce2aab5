"""Mails that came back: what a server says of a mail of ours that another had taken.

Three shapes are read: reports by the standard (RFC 3464), reports without their
machine-readable part, and plain texts as older servers write them. Whose mail it was is told
by our own Message-ID and nothing else, so what names none of our mails says nothing. All
of it is text from outside: it is searched, never shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import policy
from email.parser import BytesParser
from itertools import islice
from typing import TYPE_CHECKING

from config.types import BounceAction
from monitor.cases.replies.headers import sender_of, values
from monitor.cases.replies.parts import content, inner

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from email.message import Message

_OURS = r"<[0-9a-f]{32}@[A-Za-z0-9.-]{1,253}>"
_MESSAGE_ID = re.compile(_OURS)
_MOST_TEXT = 200_000
_MOST_PARTS = 50
_ROBOTS = re.compile(r"(?:mailer-daemon|postmaster|microsoftexchange[0-9a-f]*)@", re.IGNORECASE)
_QMAIL = re.compile(r"Hi\. This is the qmail-send program", re.IGNORECASE)
_DEFERRED = re.compile(
    r"delivery (?:has been |is )?delayed|has not yet been delivered|will (?:be retried|keep trying)"
    r"|still being retried|will retry for|warning message only|message delayed|delayed mail"
    r"|not yet delivered",
    re.IGNORECASE,
)
# Where the report ends and a copy of our own mail begins, which may hold any words.
_COPY = re.compile(
    r"^(?:-{2,}[^\n]*(?:copy of the|original message|below this line|headers)[^\n]*"
    r"|(?:Return-Path|Received|From|Message-ID): [^\n]*)$",
    re.IGNORECASE | re.MULTILINE,
)
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_SMTP = re.compile(r"(?<![\d.])(?:[45]\d\d)[ -]#?([45]\.\d{1,3}\.\d{1,3})(?![\d.])")
_FULL = re.compile(r"mailbox (?:is )?full|over ?quota|quota exceeded|out of storage", re.IGNORECASE)
_UNKNOWN = re.compile(
    r"no such user|user unknown|unknown user|no mailbox here|does(?:n't| not) exist"
    r"|wasn't found|address not found|recipient not found|couldn't be found",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[^\s<>@,;:\"()\[\]\\]{1,64}@[A-Za-z0-9.-]{1,253}")
_NOTHING_BAD = frozenset({"delivered", "relayed", "expanded"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What is said of one recipient.

    Attributes:
        addresses: Every address under which the recipient is named, in small letters.
        status: Code of RFC 3463; empty: none.
    """

    addresses: tuple[str, ...]
    action: BounceAction
    status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one returned mail says.

    Attributes:
        message_ids: Message-IDs in it that look like ours.
        failures: By recipient; good news is left out.
        named: Every address it names anywhere, in small letters.
    """

    message_ids: tuple[str, ...]
    failures: tuple[Failure, ...]
    named: frozenset[str]


def read_report(raw: bytes) -> Report | None:
    """Return what a returned mail says; None for every other mail. Never raises.

    Args:
        raw: The mail as it came.
    """
    try:
        message = BytesParser(policy=policy.compat32).parsebytes(raw)
        parts = list(islice(_outer(message), _MOST_PARTS))
        statuses = [part for part in parts if part.get_content_type() == "message/delivery-status"]
        text = _text(parts, "text/plain") or _text(parts, "text/html")
        if not statuses and not _is_from_a_server(message, text):
            return None
        return _report(message, parts, statuses, text)
    except RecursionError:
        return None


def matched(report: Report, recipients: Sequence[str]) -> tuple[tuple[str, BounceAction, str], ...]:
    """Return which of a mail's recipients a report speaks of: (address, action, status).

    Args:
        report: As read; one of its Message-IDs is the mail's.
        recipients: The mail's envelope addresses.

    Returns:
        The address is empty where the mail had several recipients and none of them is named,
        for example because an address is forwarded.
    """
    known = {address.lower(): address for address in recipients}
    found: dict[tuple[str, BounceAction], str] = {}
    for failure in report.failures:
        ours = [known[one] for one in failure.addresses if one in known]
        if not ours and not failure.addresses:
            ours = [known[one] for one in sorted(report.named) if one in known]
        if not ours:
            ours = list(recipients) if len(recipients) == 1 else [""]
        for address in ours:
            found.setdefault((address, failure.action), failure.status)
    return tuple((address, action, status) for (address, action), status in found.items())


def reason(status: str) -> str:
    """Return why a mail came back, in plain words; nothing that a server wrote."""
    subject = ".".join(status.split(".")[1:])
    known = {
        "1.1": "the address does not exist",
        "1.2": "the address does not exist",
        "1.3": "the address does not exist",
        "1.10": "the address does not exist",
        "2.1": "the mailbox is switched off",
        "2.2": "the mailbox is full",
        "2.3": "the mail is too large",
        "3.4": "the mail is too large",
        "4.1": "the recipient's mail server cannot be reached",
        "4.4": "the recipient's mail server cannot be found",
        "4.6": "it went round in circles",
        "4.7": "it could not be delivered in time",
    }
    if subject in known:
        return known[subject]
    families = {
        "1": "the address does not exist",
        "2": "the mailbox does not take it",
        "3": "the recipient's mail server does not take it",
        "4": "the recipient's mail server cannot be reached",
        "7": "the recipient's mail server refuses mails from us",
    }
    return families.get(subject.partition(".")[0], "no reason was given")


def _is_from_a_server(message: Message, text: str) -> bool:
    """Return whether a mail without a machine-readable part is a server's report."""
    if message.get_content_type() == "multipart/report" or "X-Failed-Recipients" in message:
        return True
    return bool(_ROBOTS.match(sender_of(message)) or _QMAIL.search(text))


def _outer(message: Message) -> Iterator[Message]:
    """Return a mail's parts, without looking into mails that are attached to it."""
    yield message
    if message.get_content_maintype() == "multipart":
        for part in inner(message):
            yield from _outer(part)


def _report(
    message: Message, parts: Sequence[Message], statuses: Sequence[Message], text: str
) -> Report:
    said = _COPY.split(text, maxsplit=1)[0]
    ids = [*_ids(parts), *_MESSAGE_ID.findall(text)]
    for name in ("In-Reply-To", "References"):
        ids += [found for value in values(message, name) for found in _MESSAGE_ID.findall(value)]
    failures = tuple(failure for part in statuses for failure in _failures(part))
    if not statuses:
        failures = (_plain_failure(message, said),)
    named = frozenset(address.lower() for address in _ADDRESS.findall(said))
    return Report(message_ids=tuple(dict.fromkeys(ids)), failures=failures, named=named)


def _ids(parts: Sequence[Message]) -> Iterator[str]:
    """Return the Message-IDs of the mails, or headers of mails, that came back."""
    for part in parts:
        kind = part.get_content_type()
        if kind == "text/rfc822-headers":
            yield from _MESSAGE_ID.findall(_text([part], kind))
        elif kind in {"message/rfc822", "message/global"}:
            for mail in inner(part):
                for value in values(mail, "Message-ID"):
                    yield from _MESSAGE_ID.findall(value)


def _failures(part: Message) -> Iterator[Failure]:
    """Return what a machine-readable part says of each recipient."""
    for block in inner(part):
        said = {name: _first(block, name) for name in ("Action", "Status")}
        action = said["Action"].lower()
        addresses = [
            address.lower()
            for name in ("Original-Recipient", "Final-Recipient", "X-Actual-Recipient")
            for address in _ADDRESS.findall(_first(block, name).partition(";")[2])
        ]
        if not action or action in _NOTHING_BAD:
            continue
        status = _STATUS.search(said["Status"])
        yield Failure(
            addresses=tuple(dict.fromkeys(addresses)),
            action=BounceAction.DELAYED if action == "delayed" else BounceAction.FAILED,
            status=_better(status[1] if status else "", _first(block, "Diagnostic-Code")),
        )


def _better(status: str, diagnostic: str) -> str:
    """Return the diagnostic's own code where the status says only that something failed."""
    if status.partition(".")[2] not in {"", "0.0"}:
        return status
    found = _SMTP.search(diagnostic) or _STATUS.search(diagnostic)
    return found[1] if found else status


def _plain_failure(message: Message, said: str) -> Failure:
    """Return what a report says that only a person can read."""
    subject = " ".join(values(message, "Subject"))
    found = _SMTP.search(said) or _STATUS.search(said)
    status = found[1] if found else ""
    if not status and _FULL.search(said):
        status = "5.2.2"
    elif not status and _UNKNOWN.search(said):
        status = "5.1.1"
    is_late = bool(_DEFERRED.search(f"{subject}\n{said}"))
    named = _ADDRESS.findall(" ".join(values(message, "X-Failed-Recipients")))
    return Failure(
        addresses=tuple(dict.fromkeys(address.lower() for address in named)),
        action=BounceAction.DELAYED if is_late else BounceAction.FAILED,
        status=status,
    )


def _first(message: Message, name: str) -> str:
    return next(iter(values(message, name)), "")


def _text(parts: Sequence[Message], kind: str) -> str:
    """Return the words of the parts of a kind."""
    words = [
        content(part)[:_MOST_TEXT].decode("utf-8", "replace")
        for part in parts
        if part.get_content_type() == kind
    ]
    return "\n".join(words)[:_MOST_TEXT]
