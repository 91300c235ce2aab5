"""A small SMTP server on loopback that keeps what it is sent.

Enough of RFC 5321 for any client: EHLO, HELO, MAIL, RCPT, DATA, RSET, NOOP, VRFY and QUIT, with
8BITMIME, SMTPUTF8 and SIZE. It is our own because the demo must run without packages for
development. It delivers nothing: it listens on 127.0.0.1 and keeps mails in memory.
"""

from __future__ import annotations

import re
import socketserver
import threading
from dataclasses import dataclass
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import EmailMessage
    from types import TracebackType

_LONGEST_LINE = 1000
_LONGEST_TEXT_LINE = 65_536  # more than the 1,000 of RFC 5321: our own bug should show as a mail
_MOST_RECIPIENTS = 100
_IDLE_S = 30.0
_PATH = re.compile(r"<([^<>\s]*)>(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMail:
    """One accepted mail.

    Attributes:
        sender: Envelope sender; empty for a bounce.
        recipients: Envelope recipients, in the order given.
        data: The message as received, dots unstuffed, line ends CRLF.
        greeted_as: The name by which the client said who it is.
    """

    sender: str
    recipients: tuple[str, ...]
    data: bytes
    greeted_as: str = ""

    def message(self) -> EmailMessage:
        """Return the parsed message, its line ends made single newlines."""
        return message_from_bytes(self.data.replace(b"\r\n", b"\n"), policy=policy.default)


class SmtpServer:
    """Keeps mails on a free port of 127.0.0.1 while it is entered."""

    def __init__(self, *, largest: int = 10_000_000) -> None:
        """Prepare the server.

        Args:
            largest: Most bytes of one message; bigger ones are refused with 552.
        """
        self._largest = largest
        self._lock = threading.Lock()
        self._kept: list[KeptMail] = []
        self._refused: dict[str, int] = {}
        self._is_down = False
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """Return the port.

        Raises:
            RuntimeError: The server has not been entered.
        """
        if self._server is None:
            message = "the mail server is not running"
            raise RuntimeError(message)
        return int(self._server.server_address[1])

    @property
    def mails(self) -> tuple[KeptMail, ...]:
        """Return the accepted mails, oldest first."""
        with self._lock:
            return tuple(self._kept)

    def refuse(self, recipient: str, *, code: int = 550) -> None:
        """Refuse a recipient from now on: 550 for good, 450 for a while, 250 to take it again."""
        with self._lock:
            self._refused[recipient.casefold()] = code

    def go_down(self, *, is_down: bool = True) -> None:
        """Answer every greeting with 421 (or stop doing so)."""
        with self._lock:
            self._is_down = is_down

    def __enter__(self) -> Self:
        """Take a port and start to listen."""
        self._server = _Server(self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop listening; the mails stay readable."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
        self._server = None

    # For the sessions.

    @property
    def largest(self) -> int:
        """Return the most bytes of one message."""
        return self._largest

    @property
    def is_down(self) -> bool:
        """Return whether greetings are refused."""
        with self._lock:
            return self._is_down

    def verdict(self, recipient: str) -> int:
        """Return the reply code for a recipient."""
        with self._lock:
            return self._refused.get(recipient.casefold(), 250)

    def keep(self, mail: KeptMail) -> None:
        """Keep an accepted mail."""
        with self._lock:
            self._kept.append(mail)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, owner: SmtpServer) -> None:
        self.owner = owner
        super().__init__(("127.0.0.1", 0), _Session)

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay quiet: a client that hangs up in the middle is expected here."""


class _Session(socketserver.StreamRequestHandler):
    server: _Server
    timeout = _IDLE_S

    def setup(self) -> None:
        super().setup()
        self._owner = self.server.owner
        self._greeted_as = ""
        self._sender: str | None = None
        self._recipients: list[str] = []

    def handle(self) -> None:
        if self._owner.is_down:
            self._say("421 town.example Service not available")
            return
        self._say("220 town.example ESMTP")
        while True:
            line = self.rfile.readline(_LONGEST_LINE + 1)
            if not line:
                return
            if len(line) > _LONGEST_LINE:
                self._say("500 Line too long")
                return
            verb, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            if verb.upper() == "QUIT":
                self._say("221 Bye")
                return
            if not self._obey(verb.upper(), rest.strip()):
                return

    def _obey(self, verb: str, rest: str) -> bool:
        """Answer one command; return whether the session goes on."""
        if verb == "DATA":
            return self._data()
        answers: dict[str, Callable[[str], str]] = {
            "EHLO": self._ehlo,
            "HELO": self._helo,
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "RSET": self._rset,
            "NOOP": lambda _: "250 OK",
            "VRFY": lambda _: "252 Send it and see",
        }
        answer = answers.get(verb)
        self._say(answer(rest) if answer is not None else "502 Command not implemented")
        return True

    def _ehlo(self, rest: str) -> str:
        answer = self._helo(rest)
        if not rest:
            return answer
        extensions = ["town.example", "8BITMIME", "SMTPUTF8", f"SIZE {self._owner.largest}"]
        lines = [f"250-{each}" for each in extensions]
        return "\r\n".join([*lines, "250 HELP"])

    def _helo(self, rest: str) -> str:
        if not rest:
            return "501 Say who you are"
        self._greeted_as = rest
        self._forget()
        return "250 town.example"

    def _mail(self, rest: str) -> str:
        if not self._greeted_as:
            return "503 Say EHLO first"
        if self._sender is not None:
            return "503 One sender at a time"
        found = _PATH.fullmatch(rest[5:].strip()) if rest.upper().startswith("FROM:") else None
        if found is None:
            return "501 Syntax: MAIL FROM:<address>"
        size = re.search(r"\bSIZE=(\d{1,12})\b", found[2], re.IGNORECASE)
        if size is not None and int(size[1]) > self._owner.largest:
            return "552 Message too big"
        self._sender = found[1]
        return "250 OK"

    def _rcpt(self, rest: str) -> str:
        if self._sender is None:
            return "503 MAIL first"
        found = _PATH.fullmatch(rest[3:].strip()) if rest.upper().startswith("TO:") else None
        if found is None or not found[1]:
            return "501 Syntax: RCPT TO:<address>"
        if len(self._recipients) >= _MOST_RECIPIENTS:
            return "452 Too many recipients"
        code = self._owner.verdict(found[1])
        if code != 250:  # noqa: PLR2004  # SMTP's word for yes
            return f"{code} {found[1]} is not taken here"
        self._recipients.append(found[1])
        return "250 OK"

    def _rset(self, _: str) -> str:
        self._forget()
        return "250 OK"

    def _data(self) -> bool:
        if self._sender is None or not self._recipients:
            self._say("503 RCPT first")
            return True
        self._say("354 End with a dot on a line of its own")
        pieces: list[bytes] = []
        size, starts = 0, True
        while True:
            piece = self.rfile.readline(_LONGEST_TEXT_LINE)
            if not piece:
                return False  # the client went away: nothing was accepted
            if starts and piece in {b".\r\n", b".\n"}:
                break
            size += len(piece)
            if size <= self._owner.largest:
                pieces.append(piece.removeprefix(b".") if starts else piece)
            starts = piece.endswith(b"\n")
        if size > self._owner.largest:
            self._say("552 Message too big")
        else:
            data = b"".join(pieces)
            mail = KeptMail(
                sender=self._sender,
                recipients=tuple(self._recipients),
                data=data,
                greeted_as=self._greeted_as,
            )
            self._owner.keep(mail)
            self._say("250 Kept")
        self._forget()
        return True

    def _forget(self) -> None:
        self._sender = None
        self._recipients = []

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode("utf-8", "replace") + b"\r\n")
