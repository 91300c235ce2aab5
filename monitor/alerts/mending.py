"""What to do about a mail server that does not answer as it should: by what went wrong. Pure."""

from __future__ import annotations

import smtplib
import socket
import ssl
from dataclasses import dataclass

from config.errors import MailError

_WAIT = "; mails wait until it works"
_BUSY = range(400, 500)
_TLS = "ports 25 and 587 want starttls, port 465 wants tls"

_BY_KIND: tuple[tuple[type[Exception], str], ...] = (
    (
        MailError,  # a token was refused, or there was none
        (
            "Check tenant, client_id and the secret mail_client_secret "
            "(docs/operators/mail-microsoft-365.md)"
        ),
    ),
    (
        socket.gaierror,
        (
            "The name {host} cannot be resolved: correct [mail] host, or see to this machine's DNS "
            "(resolvectl status)"
        ),
    ),
    (
        ssl.SSLCertVerificationError,
        (
            "Its certificate is not believed: name the server as it does ([mail] host), "
            "give a private authority's ca_file, and see that this machine's clock is right"
        ),
    ),
    (
        smtplib.SMTPAuthenticationError,
        (
            "It does not accept the login: renew the secret mail_password, and see whether that "
            "mailbox may still log in with a password (docs/operators/mail.md)"
        ),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """How far a conversation came, and with whom.

    Attributes:
        step: What was being done, as `monitor.alerts.transport` names it.
        is_late: The time for it had passed.
        host: Name of the server.
        port: Its port.
        security: ``none``, ``starttls`` or ``tls``.
    """

    step: str
    is_late: bool
    host: str
    port: int
    security: str


def remedy_for(cause: Exception, met: Met) -> str:
    """Return what a person should do, without a full stop; the most telling sign counts.

    Args:
        cause: What was raised.
        met: How far the conversation had come.
    """
    for by in (_by_configuration, _by_answer):
        if remedy := by(cause, met):
            return f"{remedy}{_WAIT}"
    return (
        f"Is the network up, and does a firewall let this machine reach {met.host}:{met.port}? "
        f"Check [mail] host and port{_WAIT}"
    )


def _by_configuration(cause: Exception, met: Met) -> str:
    """Return the remedy where name, secret, certificate or port are wrong; empty: they are not."""
    for kind, remedy in _BY_KIND:
        if isinstance(cause, kind):
            return remedy.format(host=met.host)
    if isinstance(cause, ssl.SSLError) or met.step.startswith("securing"):
        return f'It does not speak TLS as security = "{met.security}" asks: {_TLS}'
    if isinstance(cause, smtplib.SMTPNotSupportedError):
        return "It offers no such login there: check [mail] auth, security and port"
    return ""


def _by_answer(cause: Exception, met: Met) -> str:
    """Return the remedy by what the server did; empty: it did nothing."""
    if isinstance(cause, ConnectionRefusedError):
        where = f"{met.host}:{met.port}"
        return f"Nobody listens at {where}: is the server running? Check [mail] host and port"
    if isinstance(cause, smtplib.SMTPResponseException):
        if cause.smtp_code in _BUSY:
            return (
                "It is busy, or lets strangers wait, and is tried again by itself; if it lasts, "
                "ask whoever keeps it whether it lets this machine in"
            )
        return "It refuses this machine: ask whoever keeps it to let it in"
    if met.is_late and met.step == "greeting":
        return f"It takes the line and says nothing: is it overloaded, or is it the port? {_TLS}"
    if isinstance(cause, (smtplib.SMTPServerDisconnected, ConnectionError)) and not met.is_late:
        return "It hangs up: ask whoever keeps it whether it lets this machine in"
    return ""
