"""Mail servers that do not answer as they should: each has a remedy of its own."""

from __future__ import annotations

import smtplib
import socket
import ssl

import pytest

from config.errors import MailError
from monitor.alerts.mending import Met, remedy_for


def met(step: str = "connecting", *, is_late: bool = False) -> Met:
    """Return a conversation that came so far."""
    return Met(step=step, is_late=is_late, host="mail.example", port=587, security="starttls")


@pytest.mark.parametrize(
    ("cause", "how", "said"),
    [
        (socket.gaierror(-2, "Name or service not known"), met(), "cannot be resolved"),
        (ConnectionRefusedError(111, "Connection refused"), met(), "Nobody listens at"),
        (OSError(113, "No route to host"), met(), "does a firewall let"),
        (TimeoutError("timed out"), met(is_late=True), "does a firewall let"),
        (smtplib.SMTPResponseException(421, b"later"), met("greeting"), "tried again by itself"),
        (smtplib.SMTPResponseException(554, b"go away"), met("greeting"), "refuses this machine"),
        (smtplib.SMTPServerDisconnected("closed"), met("greeting"), "hangs up"),
        (smtplib.SMTPServerDisconnected("closed"), met("greeting", is_late=True), "says nothing"),
        (
            ssl.SSLCertVerificationError(1, "certificate verify failed"),
            met("securing the line"),
            "clock is right",
        ),
        (ssl.SSLError(1, "wrong version number"), met("securing the line"), "465 wants tls"),
        (smtplib.SMTPNotSupportedError("no"), met("securing the line"), "465 wants tls"),
        (smtplib.SMTPServerDisconnected("x"), met("securing the line"), "465 wants tls"),
        (smtplib.SMTPAuthenticationError(535, b"no"), met("logging in"), "mail_password"),
        (smtplib.SMTPNotSupportedError("no"), met("logging in"), "[mail] auth"),
        (
            MailError("no token", recipient="", permanent=False),
            met("getting a token"),
            "mail_client_secret",
        ),
    ],
)
def test_each_failure_has_its_own_remedy(cause: Exception, how: Met, said: str) -> None:
    """The name, the port, the certificate, the login, the network: and that nothing is lost."""
    remedy = remedy_for(cause, how)

    assert said in remedy
    assert remedy.endswith("; mails wait until it works")
