"""A real SMTP server on loopback whose answers are scripted, and an outbox in memory."""

from __future__ import annotations

import asyncio
import dataclasses
import socket
from collections import defaultdict
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from config.types import MailId, MailKind, RecipientState
from storage.values import OutboxMail, Recipient

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from aiosmtpd.smtp import Envelope, Session

OK = "250 OK"
HANG = "hang"
DROP = "drop"


class Mailbox:
    """Keeps what it took and answers as told.

    Attributes:
        taken: For each recipient the bodies the server said OK to, in order.
        offered: Bodies whose words arrived, whatever was answered.
        rcpt: Answers to RCPT by address, used up one by one; then OK.
        data: Answers after the words, used up one by one; then OK. ``DROP`` hangs up without
            an answer, ``HANG`` never answers; a leading ``+`` keeps the mail all the same.
        mail_from: Answers to MAIL FROM, used up one by one; then OK.
    """

    def __init__(self) -> None:
        self.taken: dict[str, list[bytes]] = defaultdict(list)
        self.offered: list[bytes] = []
        self.rcpt: dict[str, list[str]] = defaultdict(list)
        self.data: list[str] = []
        self.mail_from: list[str] = []
        self.was_secure: list[bool] = []

    async def handle_MAIL(  # noqa: N802 - aiosmtpd calls its hooks by the SMTP verb
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer MAIL FROM."""
        answer = self.mail_from.pop(0) if self.mail_from else OK
        if answer == OK:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return await self._answer(server, answer)

    async def handle_RCPT(  # noqa: N802 - as above
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer RCPT TO."""
        answers = self.rcpt[address]
        answer = answers.pop(0) if answers else OK
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return await self._answer(server, answer)

    async def handle_DATA(  # noqa: N802 - as above
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Answer after the words."""
        body = bytes(envelope.content or b"")  # type: ignore[arg-type]  # decode_data is off
        self.offered.append(body)
        self.was_secure.append(session.ssl is not None)
        answer = self.data.pop(0) if self.data else OK
        if answer.startswith("+") or answer == OK:
            for address in envelope.rcpt_tos:
                self.taken[address].append(body)
        return await self._answer(server, answer.removeprefix("+"))

    @staticmethod
    async def _answer(server: SMTP, answer: str) -> str:
        if answer == HANG:
            await asyncio.Event().wait()
        if answer == DROP and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        return answer


class _Server(Controller):
    """An aiosmtpd server, on a free port of loopback, with or without TLS."""

    def __init__(
        self, mailbox: Mailbox, *, context: ssl.SSLContext | None, is_tls: bool, wants_login: bool
    ) -> None:
        extra: dict[str, Any] = {"ssl_context": context} if is_tls else {}
        super().__init__(mailbox, hostname="127.0.0.1", port=0, ready_timeout=10, **extra)
        self._context = None if is_tls else context
        self._wants_login = wants_login

    def factory(self) -> SMTP:
        """Make the session for one connection."""
        return SMTP(
            self.handler,
            hostname="mail.ashcombe-tc.example",
            enable_SMTPUTF8=False,
            tls_context=self._context,
            require_starttls=self._context is not None,
            auth_required=self._wants_login,
            authenticator=lambda *_: AuthResult(success=False),
        )

    def _trigger_server(self) -> None:
        """Learn the port the system chose before anybody asks for it."""
        if self.server is not None:
            self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
        if self.ssl_context is None:
            super()._trigger_server()  # type: ignore[no-untyped-call]  # ships no types for it
        else:
            socket.create_connection((self.hostname, self.port), 5).close()


@contextmanager
def mail_server(
    mailbox: Mailbox,
    *,
    context: ssl.SSLContext | None = None,
    is_tls: bool = False,
    wants_login: bool = False,
) -> Iterator[int]:
    """Run a server until the block ends; yields its port.

    With ``wants_login`` it takes mails only after a login that the mailbox's own ``auth_…``
    method grants.
    """
    server = _Server(mailbox, context=context, is_tls=is_tls, wants_login=wants_login)
    server.start()
    try:
        yield server.port
    finally:
        server.stop()


class MemoryOutbox:
    """The outbox part of a repository, in memory."""

    def __init__(self) -> None:
        self.rows: dict[MailId, OutboxMail] = {}
        self.claims: dict[MailId, tuple[str, datetime]] = {}

    def put(
        self, *addresses: str, at: datetime, body: bytes = b"", kind: MailKind = MailKind.DIGEST
    ) -> MailId:
        """Queue a mail for some addresses."""
        number = MailId(len(self.rows) + 1)
        message_id = f"<{number}@ashcombe-tc.example>"
        self.rows[number] = OutboxMail(
            id=number,
            key=f"{kind.value}:{number}",
            kind=kind,
            message_id=message_id,
            subject="A mail",
            body=body or f"Message-ID: {message_id}\r\nSubject: A mail\r\n\r\nWords.\r\n".encode(),
            created_at=at,
            recipients=tuple(
                Recipient(address=address, state=RecipientState.QUEUED, attempts=0, next_at=at)
                for address in addresses
            ),
        )
        return number

    def mails(
        self, *, due_at: datetime | None = None, kind: MailKind | None = None, limit: int = 100
    ) -> list[OutboxMail]:
        """Return mails, oldest first; with ``due_at`` those with a queued recipient due then."""
        found = [
            mail
            for mail in self.rows.values()
            if kind in {None, mail.kind} and (due_at is None or _is_due(mail.recipients, due_at))
        ]
        return found[:limit]

    def mail(self, key: str) -> OutboxMail | None:
        """Return the mail with this natural key, or None."""
        return next((mail for mail in self.rows.values() if mail.key == key), None)

    def standstill(self) -> None:
        """Say that mails may leave."""

    def claim_mail(self, mail: MailId, *, owner: str, until: datetime, now: datetime) -> bool:
        """Take the right to offer a mail; False while another holds it."""
        if mail in self.claims and self.claims[mail][1] > now:
            return False
        self.claims[mail] = (owner, until)
        return True

    def release_mail(self, mail: MailId, *, owner: str) -> None:
        """Give the right back."""
        if self.claims.get(mail, ("",))[0] == owner:
            del self.claims[mail]

    def settle_recipient(
        self,
        mail: MailId,
        address: str,
        *,
        accepted: bool,
        at: datetime,
        next_at: datetime | None = None,
        error: str = "",
    ) -> None:
        """Note what one recipient's server said."""
        state = RecipientState.QUEUED if next_at else RecipientState.REFUSED
        self.rows[mail] = dataclasses.replace(
            self.rows[mail],
            recipients=tuple(
                dataclasses.replace(
                    one,
                    state=RecipientState.ACCEPTED if accepted else state,
                    attempts=one.attempts + 1,
                    next_at=next_at or one.next_at,
                    accepted_at=at if accepted else None,
                    last_error=error,
                )
                if one.address == address
                else one
                for one in self.rows[mail].recipients
            ),
        )

    def states(self, mail: MailId) -> dict[str, RecipientState]:
        """Return each recipient's state."""
        return {one.address: one.state for one in self.rows[mail].recipients}


def _is_due(recipients: Sequence[Recipient], at: datetime) -> bool:
    return any(one.state is RecipientState.QUEUED and one.next_at <= at for one in recipients)
