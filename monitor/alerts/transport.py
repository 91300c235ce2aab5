"""How finished bytes reach a mail server: SMTP by the standard library, and nothing else.

Certificates are always verified with ``starttls`` and ``tls``, on loopback too: a relay
with a private certificate is named by its ``ca_file``. There is no "do not verify"; who
wants none says ``security = "none"``, which the settings allow only on this machine.
A whole conversation has one deadline, whatever the server does in between.
"""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from config.errors import MailError, SettingsError
from monitor.alerts.mending import Met, remedy_for
from monitor.alerts.tokens import xoauth2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pydantic import SecretStr

    from monitor.alerts.tokens import Tokens

Answer = tuple[int, bytes]

_PERMANENT = range(500, 600)
_OK = range(200, 300)
_MOST_SAID = 200
_LOOPBACK = ("127.", "localhost", "::1", "[::1]")


class Transport(Protocol):
    """Hands one mail to a server. Used from one thread at a time."""

    def send(
        self, body: bytes, sender: str, recipients: Sequence[str]
    ) -> Mapping[str, MailError | None]:
        """Offer finished bytes for some recipients.

        Args:
            body: Headers and body, CRLF lines, 7-bit.
            sender: Envelope sender.
            recipients: Envelope addresses, each once; at least one.

        Returns:
            For every recipient: None if the server has accepted the mail for it, else the
            error; ``permanent`` says whether another try makes sense. Never raises for
            what a server or the network does.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpTransport:
    """SMTP with per-recipient results and one deadline over the whole conversation.

    Attributes:
        host: Name of the server.
        port: Its port.
        security: ``none``, ``starttls`` (never falls back to none) or ``tls``.
        username: For a login; empty: none.
        password: With ``username``.
        tokens: With ``username``, in place of a password: XOAUTH2.
        ca_file: PEM file of a private certificate authority, instead of the system's.
        deadline_s: Seconds for one mail, from connecting to the last answer; less than the
            twenty that the daemon has left when it is told to end.
        greeting: Name said in EHLO; empty: the domain of the sender.
        hide: Takes secrets out of what the server says; it may give back what it was sent.
    """

    host: str
    port: int
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: str = ""
    password: SecretStr | None = None
    tokens: Tokens | None = None
    ca_file: Path | None = None
    deadline_s: float = 15.0
    greeting: str = ""
    hide: Callable[[str], str] = str

    def __post_init__(self) -> None:
        """Refuse a password that would cross the network in clear.

        Raises:
            SettingsError: ``security`` is none, there is a login, and the server is elsewhere.
        """
        is_near = self.host.startswith(_LOOPBACK)
        if (self.username or self.tokens) and self.security == "none" and not is_near:
            raise SettingsError(
                "the mail password would cross the network in clear",
                key="mail.security",
                remedy='Set security = "starttls" or "tls".',
            )

    def send(
        self, body: bytes, sender: str, recipients: Sequence[str]
    ) -> Mapping[str, MailError | None]:
        """Offer one mail in one conversation; see `Transport.send`.

        A refusal before the recipients are named (greeting, TLS, login, sender) concerns
        our configuration, not a recipient: it is always temporary, so that no mail is lost
        while somebody mends it. When the connection breaks after the words were sent,
        nobody can tell whether they were accepted: temporary too, and the same Message-ID
        goes out again.
        """
        results: dict[str, MailError | None] = {}
        talk = _Conversation(self, sender)
        try:
            with talk.connected() as smtp:
                taken = talk.offer(smtp, recipients, results)
                if taken:
                    talk.hand_over(smtp, body, taken, results)
        except (OSError, smtplib.SMTPException, ValueError, MailError) as cause:
            # ssl errors are OSErrors, a host name that cannot be encoded is a ValueError.
            for address in recipients:
                if address not in results:
                    results[address] = talk.failed(address, cause)
        return {address: self._discreet(error) for address, error in results.items()}

    def greet(self, sender: str) -> MailError | None:
        """Connect, secure and log in, offer nothing and say goodbye; for ``doctor``.

        Returns:
            None if all of it works, else what did not, with what to do about it.
        """
        talk = _Conversation(self, sender)
        try:
            with talk.connected():
                return None
        except (OSError, smtplib.SMTPException, ValueError, MailError) as cause:
            met = Met(
                step=talk.step,
                is_late=talk.is_over(),
                host=self.host,
                port=self.port,
                security=self.security,
            )
            remedy = remedy_for(cause, met)
            said = self.hide(str(talk.failed("", cause)))
            return MailError(said, recipient="", permanent=False, remedy=remedy)

    def _discreet(self, error: MailError | None) -> MailError | None:
        """Return an error without secrets: its words, and not what caused it."""
        if error is None:
            return None
        said = self.hide(str(error))
        return MailError(said, recipient=error.recipient, permanent=error.permanent)


class _Conversation:
    """One conversation with the server: which step it is in, and when it must be over."""

    def __init__(self, transport: SmtpTransport, sender: str) -> None:
        self._how = transport
        self._sender = sender
        self.step = "connecting"
        self._ends = time.monotonic() + transport.deadline_s

    @contextlib.contextmanager
    def connected(self) -> Iterator[smtplib.SMTP]:
        """Connect, secure and log in; the deadline's alarm cuts the line, wherever it is."""
        how = self._how
        # Before the line is opened: a server hangs up on who says nothing for long.
        self.step = "getting a token"
        token = None if how.tokens is None else how.tokens.token(within_s=self._left())
        self.step = "connecting"
        greeting = how.greeting or self._sender.rpartition("@")[2] or "localhost"
        smtp = smtplib.SMTP(local_hostname=greeting, timeout=how.deadline_s)
        line = socket.create_connection((how.host, how.port), self._left())
        with alarm(line, self._left()):
            try:
                self._greet(smtp, line, token)
                yield smtp
                self.step = "saying goodbye"
                # Every recipient has its answer by now: what goes wrong here changes nothing.
                with contextlib.suppress(OSError, smtplib.SMTPException):
                    smtp.quit()
            finally:
                smtp.close()
                line.close()

    def offer(
        self, smtp: smtplib.SMTP, recipients: Sequence[str], results: dict[str, MailError | None]
    ) -> list[str]:
        """Name sender and recipients; return those the server takes, note the others."""
        self.step = "naming the sender"
        _expect(smtp.mail(self._sender))
        self.step = "naming a recipient"
        taken = []
        for address in recipients:
            code, said = smtp.rcpt(address)
            if code in _OK:
                taken.append(address)
            else:
                results[address] = _refused(address, (code, said), is_final=code in _PERMANENT)
                if code == 421:  # noqa: PLR2004 - RFC 5321 section 3.8: the server hangs up
                    raise smtplib.SMTPServerDisconnected("the server closed the service")
        return taken

    def hand_over(
        self,
        smtp: smtplib.SMTP,
        body: bytes,
        taken: Sequence[str],
        results: dict[str, MailError | None],
    ) -> None:
        """Send the words and note the one answer for all recipients that were taken."""
        self.step = "sending the words; whether they were accepted is unknown"
        try:
            answer = smtp.data(body)
        except smtplib.SMTPDataError as refused:  # DATA itself was refused, no words were sent
            code = refused.smtp_code
            said = refused.smtp_error
            answer = (code, said if isinstance(said, bytes) else said.encode())
        for address in taken:
            is_ok = answer[0] in _OK
            final = answer[0] in _PERMANENT
            results[address] = None if is_ok else _refused(address, answer, is_final=final)

    def failed(self, address: str, cause: Exception) -> MailError:
        """Return the temporary error of a recipient whose answer never came."""
        if isinstance(cause, MailError):  # it says by itself what is wrong
            return MailError(str(cause), recipient=address, permanent=False)
        how = "in time" if self.is_over() else "as it should"
        what = f"the mail server did not answer {how} while {self.step}"
        error = MailError(what, recipient=address, permanent=False)
        error.__cause__ = cause
        return error

    def _greet(self, smtp: smtplib.SMTP, line: socket.socket, token: SecretStr | None) -> None:
        """Bring an open line to the point at which a mail can be offered."""
        how = self._how
        context = ssl.create_default_context(cafile=how.ca_file) if how.security != "none" else None
        self.step = "securing the line"
        if context and how.security == "tls":
            line = context.wrap_socket(line, server_hostname=how.host)
        smtp.sock = line
        smtp.file = None
        self.step = "greeting"
        _expect(smtp.getreply())
        smtp.ehlo_or_helo_if_needed()
        if context and how.security == "starttls":
            self.step = "securing the line"
            # smtplib checks the certificate against this name, which connect() would have set.
            smtp._host = how.host  # type: ignore[attr-defined]  # noqa: SLF001 - as said above
            smtp.starttls(context=context)
            smtp.ehlo_or_helo_if_needed()
        self.step = "logging in"
        if token is not None:
            self._present(smtp, token)
        elif how.username and how.password is not None:
            smtp.login(how.username, how.password.get_secret_value())

    def _present(self, smtp: smtplib.SMTP, token: SecretStr) -> None:
        """Log in with a token.

        Raises:
            MailError: The server refuses it; nothing of what the server said is repeated,
                because it may hold the token.
        """
        said = xoauth2(self._how.username, token)
        try:
            # A refusal comes as a challenge, which is answered with nothing (then comes 535).
            smtp.auth("XOAUTH2", lambda challenge=None: said if challenge is None else "")
        except smtplib.SMTPServerDisconnected:
            raise
        except smtplib.SMTPException as cause:
            code = cause.smtp_code if isinstance(cause, smtplib.SMTPAuthenticationError) else 0
        else:
            return
        if self._how.tokens is not None:
            self._how.tokens.forget()
        raise MailError(
            f"the mail server refused the token for its mailbox ({code or 'no proper answer'})",
            recipient="",
            permanent=False,
        )

    def is_over(self) -> bool:
        """Return whether the time for it has passed."""
        return time.monotonic() >= self._ends

    def _left(self) -> float:
        """Return the seconds left, never zero: a socket takes that as "do not wait at all"."""
        return max(0.01, self._ends - time.monotonic())


@contextlib.contextmanager
def alarm(line: socket.socket, seconds: float) -> Iterator[None]:
    """Cut a line after some seconds, wherever its owner is then waiting.

    A second handle of the same connection is used, because wrapping a line in TLS takes
    the first one away. Time-outs of single reads would not do: a server that sends a byte
    now and then could hold the line for ever.
    """
    handle = socket.fromfd(line.fileno(), line.family, line.type, line.proto)  # also of TLS lines

    def cut() -> None:
        with contextlib.suppress(OSError):  # the line is gone already
            handle.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        handle.close()


def _expect(answer: Answer) -> None:
    """Go on if the server said yes.

    Raises:
        SMTPResponseException: It did not.
    """
    if answer[0] not in _OK:
        raise smtplib.SMTPResponseException(answer[0], answer[1])


def _refused(address: str, answer: Answer, *, is_final: bool) -> MailError:
    """Return the error for one recipient from the server's answer, one hardened line of it."""
    said = answer[1].decode("utf-8", "replace")
    words = "".join(char if char.isprintable() else " " for char in said)[:_MOST_SAID].strip()
    what = f"the mail server said {answer[0]} {words}".strip()
    return MailError(what, recipient=address, permanent=is_final)
