"""A small council's post office: a real SMTP server for what comes in, before a real Dovecot.

It does what a receiving server does with mail for clerkwatch: takes it by SMTP, says in
``Authentication-Results`` whether the sender's domain stands behind it (here: whether it
came from that domain's own mail server), and delivers it into the IMAP mailbox.
"""

from __future__ import annotations

import imaplib
import smtplib
import socket
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Self

from aiosmtpd.controller import Controller

from tests.lib.dovecot import PASSWORD

if TYPE_CHECKING:
    from email.message import EmailMessage
    from types import TracebackType

    from aiosmtpd.smtp import SMTP, Envelope, Session


class PostOffice:
    """Takes mail by SMTP while entered, and puts it into the mailbox of ``watch``."""

    def __init__(self, *, name: str, imap_port: int) -> None:
        """Prepare it.

        Args:
            name: By which it signs its reports (authserv-id).
            imap_port: Of the Dovecot that it delivers to.
        """
        self._name = name
        self._imap_port = imap_port
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port: int = probe.getsockname()[1]
        self._controller = Controller(self, hostname="127.0.0.1", port=self._port)

    def __enter__(self) -> Self:
        """Listen."""
        self._controller.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        self._controller.stop()

    async def handle_DATA(  # noqa: N802 - the name that the server calls
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take a mail, report on its sender, deliver it."""
        del server
        content = envelope.content
        raw = content if isinstance(content, bytes) else str(content).encode()
        sender = message_from_bytes(raw, policy=policy.SMTP)["From"].addresses[0].domain
        is_own = session.host_name == f"mail.{sender}"
        report = (
            f"Authentication-Results: {self._name};\r\n dmarc={'pass' if is_own else 'fail'}"
            f" header.from={sender}\r\n"
        )
        line = imaplib.IMAP4("127.0.0.1", self._imap_port)
        line.login("watch", PASSWORD)
        line.append("INBOX", "", "", report.encode() + raw)
        line.logout()
        return "250 delivered"

    def send(self, mail: EmailMessage | bytes, *, by: str, via: str = "") -> None:
        """Send a mail to clerkwatch, as a person's programme does.

        Args:
            mail: What is sent.
            by: Who sends it: a bare address.
            via: The server it comes from; empty: that of the sender's own domain.
        """
        raw = mail if isinstance(mail, bytes) else mail.as_bytes()
        server = via or f"mail.{by.partition('@')[2]}"
        with smtplib.SMTP("127.0.0.1", self._port, local_hostname=server, timeout=20) as line:
            line.sendmail(by, ["clerkwatch@elstreeborehamwood-tc.gov.uk"], raw)
