"""The finished bytes of a mail: made once, kept in the outbox, sent again unchanged.

Nothing here is random: Message-ID and boundaries come from the mail's key, Date from
``as_of``. So a mail that is composed again after a kill is the same mail, and a server or
a reader that already has it can tell. The bytes are 7-bit, so that every server takes them.
"""

from __future__ import annotations

import hashlib
import json
import re
import textwrap
from dataclasses import dataclass, field
from email.charset import QP, Charset
from email.header import Header
from email.headerregistry import Address, AddressHeader
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

from config.errors import MailError
from monitor.alerts.hardening import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from config.types import Role
    from monitor.alerts.facts import Stamp

_LINE = 76
# RFC 5321 section 4.1.2, dot-string and domain; quoted local parts and literals are not taken.
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*")
_MOST_SUBJECT = 200
MOST_ENCLOSED = 7 * 1024 * 1024
"""Most bytes of files in one mail: just under 10 MB as they travel, which every server takes."""
_KINDS = {
    "zip": "application/zip",
    "html": "text/html",
    "csv": "text/csv",
    "json": "application/json",
    "txt": "text/plain",
}
_UNSAFE = re.compile(r"[^a-z0-9]+")
_MOST_STEM = 60
# Names that open a device on Windows, whatever stands after the dot.
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
)
_MOST_LOCAL = 64
_MOST_ADDRESS = 254


class _WholeWords(EmailPolicy):
    """The standard policy, but for headers whose words reach a person.

    The library folds a long line between plain and encoded words so that readers' programmes
    show two spaces, or none, at the seam (cpython 92081 and others). Here such a text is one
    run of encoded words, which readers join without anything between, and a plain one is
    folded at single spaces.
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Return a header as it goes over the line, its line ends included."""
        folded: str | None = None
        if name.lower() == "subject":
            folded = _folded(name, str(value))
        elif isinstance(value, AddressHeader):
            named = f",{self.linesep} ".join(_mailbox(name, one) for one in value.addresses)
            folded = f"{name}: {named}"
        if folded is None:
            return super().fold_binary(name, value)
        return f"{folded}{self.linesep}".encode("ascii")


_POLICY = _WholeWords(linesep="\r\n", cte_type="7bit", max_line_length=_LINE)


class Addressee(Protocol):
    """Somebody to whom a mail goes."""

    @property
    def name(self) -> str:
        """As addressed in mails."""
        ...

    @property
    def email(self) -> str:
        """Where mails go."""
        ...


class Person(Addressee, Protocol):
    """Somebody who is told and may decide; `config.settings.Person` is one."""

    @property
    def role(self) -> Role:
        """Which part they have."""
        ...

    @property
    def working(self) -> frozenset[int]:
        """Their week days, 0 for Monday."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyAddress:
    """Where the answer to a mail goes."""

    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A file that goes with a mail; made by `enclosed`, so that its name is harmless.

    Attributes:
        name: As the reader's programme saves it.
        content: All of it.
    """

    name: str
    content: bytes

    @property
    def kind(self) -> str:
        """The media type that its name says, so that neither can lie about the other."""
        return _KINDS[self.name.rpartition(".")[2]]


def enclosed(stem: str, suffix: str, content: bytes) -> Enclosure:
    """Return a file for a mail under a name that is safe on every system.

    Args:
        stem: What it should be called; whatever is no Latin letter or digit becomes a dash.
        suffix: ``zip``, ``html``, ``csv``, ``json`` or ``txt``; decides the media type.
        content: All of it.
    """
    if suffix not in _KINDS:
        raise ValueError(f"no file of kind {suffix!r} goes with a mail")
    safe = _UNSAFE.sub("-", stem.lower()).strip("-")[:_MOST_STEM].rstrip("-")
    if not safe or safe in _DEVICES:
        safe = f"paper-{safe}".rstrip("-")
    return Enclosure(name=f"{safe}.{suffix}", content=content)


def fits(files: Iterable[Enclosure]) -> bool:
    """Return whether files are small enough for one mail."""
    return sum(len(file.content) for file in files) <= MOST_ENCLOSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Everything a mail is finished from.

    Attributes:
        key: Natural key in the outbox.
        kind: For a header, so that a mailbox can sort: ``digest``, ``urgent``, ``technical``.
        council: Name; part of the Message-ID, and who the mail is from.
        sender: Bare address.
        people: To whom; at least one.
        at: Date of the mail; aware.
        zone: IANA zone the Date is given in.
        record: What the attachment holds; must be JSON. Empty: there is no attachment.
        answers_to: Who reads what is answered; None: nobody does.
        answers_also: Another address that an answer goes to; None: none does.
        follows: Message-ID of the mail that this one belongs to; empty: none.
        files: What goes with it, in order; together they must fit (`fits`).
    """

    key: str
    kind: str
    council: str
    sender: str
    people: tuple[Addressee, ...]
    subject: str
    text: str
    html: str
    at: datetime
    zone: str
    stamp: Stamp
    record: Mapping[str, object] = field(default_factory=dict)
    answers_to: Addressee | None = None
    answers_also: Addressee | None = None
    follows: str = ""
    files: tuple[Enclosure, ...] = ()


def finish(letter: Letter) -> bytes:
    """Return the finished bytes: CRLF lines, 7-bit, the same for the same letter.

    Raises:
        MailError: An address cannot stand in a header (``permanent``), nobody is told, or the
            files are too large.
    """
    if not letter.people:
        raise MailError("nobody is there to be told", recipient="", permanent=True)
    if not fits(letter.files):
        raise MailError("the files are too large for a mail", recipient="", permanent=True)
    message = EmailMessage(policy=_POLICY)
    message["From"] = _named(f"clerkwatch for {letter.council}", letter.sender)
    message["To"] = [_named(person.name, person.email) for person in letter.people]
    read_by = [one for one in (letter.answers_to, letter.answers_also) if one is not None]
    if read_by:
        message["Reply-To"] = [_named(one.name, one.email) for one in read_by]
    message["Subject"] = one_line(letter.subject, most=_MOST_SUBJECT)
    message["Date"] = format_datetime(letter.at.astimezone(ZoneInfo(letter.zone)))
    message["Message-ID"] = message_id(letter.key, council=letter.council, sender=letter.sender)
    if letter.follows:
        message["In-Reply-To"] = letter.follows
        message["References"] = letter.follows
    for name, value in _headers(letter):
        message[name] = value
    message.set_content(letter.text, charset="utf-8")
    message.add_alternative(letter.html, subtype="html", charset="utf-8")
    if letter.record:
        packed = json.dumps(letter.record, indent=1, sort_keys=True, ensure_ascii=True)
        message.add_attachment(
            packed.encode(), maintype="application", subtype="json", filename="clerkwatch.json"
        )
    for file in letter.files:
        _attach(message, file)
    for place, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"={_digest(letter.key, str(place))}=")
    return message.as_bytes()


def message_id(key: str, *, council: str, sender: str) -> str:
    """Return the lasting Message-ID of the mail with a key, angle brackets included."""
    return f"<{_digest(key, council, sender)}@{_domain(checked(sender))}>"


def checked(address: str) -> str:
    """Return a bare address as it may stand in headers and in the SMTP conversation.

    Args:
        address: As configured; the domain may be an international one.

    Returns:
        The same address, its domain in ASCII.

    Raises:
        MailError: It is none, is too long, or needs SMTPUTF8, which few servers take.
    """
    local, _, domain = address.rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError as cause:
        raise MailError("not a mail address", recipient=address, permanent=True) from cause
    usable = f"{local}@{domain}"
    is_short = len(local) <= _MOST_LOCAL and len(usable) <= _MOST_ADDRESS
    if not (is_short and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain)):
        raise MailError("not a usable mail address", recipient=address, permanent=True)
    return usable


def envelope(people: Iterable[Addressee]) -> tuple[str, ...]:
    """Return the addresses of people, each once, in their order.

    Raises:
        MailError: One of them is no usable address.
    """
    return tuple(dict.fromkeys(checked(person.email) for person in people))


def _attach(message: EmailMessage, file: Enclosure) -> None:
    """Attach a file byte for byte: in base64, so that no line end on the way is changed."""
    maintype, _, subtype = file.kind.partition("/")
    message.add_attachment(
        file.content,
        maintype=maintype,
        subtype=subtype,
        filename=file.name,
        params={"charset": "utf-8"} if maintype == "text" else None,
    )


def _headers(letter: Letter) -> list[tuple[str, str]]:
    """Return the headers that programmes read."""
    stamp = letter.stamp
    domain = _domain(checked(letter.sender))
    return [
        ("List-Id", f"clerkwatch <clerkwatch.{domain}>"),
        # RFC 3834: an answer to a mail says so.
        ("Auto-Submitted", "auto-replied" if letter.kind == "answer" else "auto-generated"),
        # Exchange and Outlook: no out-of-office answers to a machine.
        ("X-Auto-Response-Suppress", "All"),
        ("X-Clerkwatch-Kind", letter.kind),
        ("X-Clerkwatch-Key", letter.key),
        ("X-Clerkwatch-Version", stamp.version),
        ("X-Clerkwatch-Run", str(stamp.run) if stamp.run is not None else "none"),
        ("X-Clerkwatch-Ledger", f"{stamp.entries}:{stamp.head[:32]}"),
        ("X-Clerkwatch-Rules", stamp.rules or "none"),
    ]


def _named(name: str, address: str) -> Address:
    """Return a name with its address for a header."""
    return Address(display_name=one_line(name, most=100), addr_spec=checked(address))


def _folded(name: str, text: str) -> str:
    """Return a header of one line of text; read back, it is exactly that text."""
    whole = f"{name}: {text}"
    lines = textwrap.wrap(whole, _LINE, break_long_words=False, break_on_hyphens=False)
    is_plain = text.isascii() and "=?" not in text and " ".join(lines) == whole
    if is_plain and lines[0] != f"{name}:" and all(len(line) <= _LINE for line in lines):
        return "\r\n ".join(lines)
    return f"{name}: {_encoded(text, name=name)}"


def _encoded(text: str, *, name: str) -> str:
    """Return text as encoded words (RFC 2047), in lines of at most 76 characters.

    Args:
        text: Any text without control characters.
        name: Of the header whose first line it begins on.
    """
    charset = Charset("utf-8")
    # Mostly ASCII, so this stays readable to a person who looks at the raw mail.
    charset.header_encoding = QP
    header = Header(text, charset=charset, maxlinelen=_LINE, header_name=name)
    return header.encode(splitchars="", linesep="\r\n")


def _mailbox(header: str, address: Address) -> str:
    """Return a name with its address as both stand in a header."""
    name = address.display_name
    if name.isascii() and "=?" not in name:
        return str(address)
    return f"{_encoded(name, name=header)}\r\n <{address.addr_spec}>"


def _domain(address: str) -> str:
    """Return the domain of a checked address."""
    return address.rpartition("@")[2]


def _digest(*parts: str) -> str:
    """Return 32 hexadecimal digits for parts that name one mail."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
