"""What the headers of a mail say: from whom, whether a machine wrote, who vouches for it.

Everything here is text from outside. Where two readings of a header are possible, the one
that decides nothing is taken: two senders are none, a comment is never a result.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from email.message import Message

_BARE = r"[^\s<>@,;:\"()\[\]\\]+@[^\s<>@,;:\"()\[\]\\]+"
# One mailbox: a bare address, or a name without commas, groups and comments before <it>.
_MAILBOX = re.compile(
    rf"\s*(?:(?P<bare>{_BARE})|(?:\"(?:[^\"\\]|\\.)*\"|[^<>\"@,;:()\\])*<\s*(?P<named>{_BARE})\s*>)\s*"
)
_MOST_SUBJECT = 500
_MOST_HEADER = 10_000
_AUTOMATIC_SUBJECT = re.compile(
    r"\s*(?:automatic reply|auto[- ]?reply|autoreply|out of (?:the )?office|automatische antwort|"
    r"abwesenheitsnotiz|réponse automatique|absence du bureau|respuesta automática|"
    r"risposta automatica|resposta automática|automatisch antwoord|afwezig|autosvar|"
    r"automatisk svar|automaattinen vastaus|odpowiedź automatyczna|undeliver|delivery status|"
    r"mail delivery|returned mail|failure notice|unzustellbar|non remis|read:|gelesen:)",
    re.IGNORECASE,
)
_ROBOTS = re.compile(
    r"(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?)[+=@-]", re.IGNORECASE
)
_WRITES_BY_MACHINE = (
    "X-Autoreply",
    "X-Autorespond",
    "X-Auto-Response-Suppress",
    "X-Failed-Recipients",
    "X-Clerkwatch-Key",
    "List-Id",
    "List-Unsubscribe",
    "Feedback-Id",
)
_RECIPIENTS = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one ``Authentication-Results`` header reports.

    Attributes:
        host: The server that wrote it, by its own word (authserv-id), in small letters.
        dmarc: Every DMARC result in it, in small letters.
        domains: The ``header.from`` beside each DMARC result, in small letters.
    """

    host: str
    dmarc: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()


def values(message: Message, name: str) -> list[str]:
    """Return a header's values as text on one line each, encoded words decoded, in order."""
    return [_plain(str(value)) for key, value in message.raw_items() if key.lower() == name.lower()]


def sender_of(message: Message) -> str:
    """Return the bare address of who wrote it, in small letters; empty unless it is just one."""
    raw = [str(value) for key, value in message.raw_items() if key.lower() == "from"]
    if len(raw) != 1 or len(raw[0]) > _MOST_HEADER or not raw[0].isascii():
        return ""
    match = _MAILBOX.fullmatch(" ".join(raw[0].split()))
    return (match["bare"] or match["named"]).lower() if match else ""


def subject_of(message: Message) -> str:
    """Return the subject; of several the first."""
    return next(iter(values(message, "Subject")), "")[:_MOST_SUBJECT]


def recipients_of(message: Message) -> str:
    """Return everything that says to whom the mail went, a header a line."""
    return "\n".join(value for name in _RECIPIENTS for value in values(message, name))


def automatic(message: Message, *, sender: str) -> str:
    """Return why a machine seems to have written it; empty for a person.

    Args:
        message: The mail.
        sender: As `sender_of` returns it.
    """
    said = [value.lower() for value in values(message, "Auto-Submitted")]
    if any(value.split(";")[0].strip() != "no" for value in said):
        return "Auto-Submitted"
    named = next((name for name in _WRITES_BY_MACHINE if name in message), "")
    if named:
        return named
    signs = {
        "Precedence": _has(message, "Precedence", {"bulk", "junk", "list", "auto_reply"}),
        "Return-Path": _has(message, "Return-Path", {"<>"}),
        "Content-Type": message.get_content_type()
        in {"multipart/report", "message/delivery-status"},
        "From": _ROBOTS.match(sender) is not None,
        "Subject": _AUTOMATIC_SUBJECT.match(subject_of(message)) is not None,
    }
    return next((sign for sign, is_there in signs.items() if is_there), "")


def _has(message: Message, name: str, words: set[str]) -> bool:
    """Return whether a header is one of some words."""
    return any(value.strip().lower() in words for value in values(message, name))


def reports(message: Message) -> tuple[Report, ...]:
    """Return what servers report of the mail's authenticity, topmost first."""
    raw = [
        str(value) for key, value in message.raw_items() if key.lower() == "authentication-results"
    ]
    return tuple(_report(value[:_MOST_HEADER]) for value in raw)


def _report(text: str) -> Report:
    """Read one header (RFC 8601), its comments and quoted strings left out first."""
    bare = _without_comments(" ".join(text.split()))
    host, *results = bare.split(";")
    host_words = host.split()
    dmarc: list[str] = []
    domains: list[str] = []
    for result in results:
        words = re.sub(r"\s*=\s*", "=", result).split()
        if not words or not re.match(r"dmarc(?:/\d+)?=", words[0], re.IGNORECASE):
            continue
        dmarc.append(words[0].partition("=")[2].lower())
        domains += [
            word.partition("=")[2].lower()
            for word in words[1:]
            if word.lower().startswith("header.from=")
        ]
    return Report(
        host=host_words[0].lower() if host_words else "",
        dmarc=tuple(dmarc),
        domains=tuple(domains),
    )


def _without_comments(text: str) -> str:
    """Return a structured header without its comments; quoted strings lose their contents."""
    kept: list[str] = []
    depth, is_quoted, is_escaped = 0, False, False
    for character in text:
        if is_escaped:
            is_escaped = False
            continue
        if character == "\\" and (depth or is_quoted):
            is_escaped = True
        elif is_quoted:
            is_quoted = character != '"'
        elif character == '"' and not depth:
            is_quoted = True
        elif character == "(":
            depth += 1
        elif character == ")" and depth:
            depth -= 1
        elif not depth:
            kept.append(character)
    return "".join(kept)


def _plain(value: str) -> str:
    """Return a header's value on one line, encoded words decoded where they can be."""
    # Bytes beyond ASCII are UTF-8 (RFC 6532), or say nothing.
    raw = value[:_MOST_HEADER].encode("utf-8", "surrogateescape")
    flat = " ".join(raw.decode("utf-8", "replace").split())
    try:
        decoded = str(make_header(decode_header(flat)))
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        decoded = flat  # as it came: it is then no code and no known subject
    return " ".join(decoded.split())
