"""Sends what is due from the outbox, at least once, the same bytes each time (law 5).

What a server or the network does never ends in an exception here: it ends in each
recipient's state, in the report, and in the next digest. Mails wait until a server takes
them; nothing is given up but a recipient that a server refuses for good.
"""

from __future__ import annotations

import hashlib
import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

import structlog

from config.types import RecipientState
from monitor.leases import is_abandoned, name_of_this_process

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from config.errors import MailError
    from config.types import MailId, MailKind
    from monitor.alerts.transport import Transport
    from storage.values import OutboxMail, Recipient, Standstill

# One round at a time in a process: a second thread waits and then finds nothing due. Between
# processes (the daemon, and a scan by hand) each mail is claimed before it is offered.
_SENDING = threading.Lock()
_LOG = structlog.get_logger(__name__)
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60))
"""Waits after the first, second … failed try; the last one from then on."""
_LOT = 50
# A server that takes none of three mails in a row is down or busy: the others stay due and
# are offered next time, instead of each waiting for its own time-out now.
_ENOUGH_FAILURES = 3
HELD = "every mail is held since the restore; let them go with: clerkwatch restore --confirm"
CLAIM_FOR = timedelta(minutes=2)
"""How long a mail is ours: far longer than one conversation with a server may last."""


class Outbox(Protocol):
    """The part of `storage.repository.Repository` that sending needs."""

    def mails(
        self, *, due_at: datetime | None = None, kind: MailKind | None = None, limit: int = 100
    ) -> list[OutboxMail]:
        """Return mails, oldest first; with ``due_at`` those with a queued recipient due then."""
        ...

    def mail(self, key: str) -> OutboxMail | None:
        """Return the mail with this natural key, or None."""
        ...

    def standstill(self) -> Standstill | None:
        """Return since when no mail leaves, and why; None: they leave."""
        ...

    def claim_mail(self, mail: MailId, *, owner: str, until: datetime, now: datetime) -> bool:
        """Take the right to offer a mail to a server; False while another holds it."""
        ...

    def release_mail(self, mail: MailId, *, owner: str) -> None:
        """Give the right back; nothing happens if it is not held by ``owner``."""
        ...

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
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """What one round of sending came to; counts are of recipients.

    Attributes:
        accepted: A server has taken the mail for them.
        waiting: They are tried again.
        refused: Refused for good.
        is_cut_short: The round ended before every due mail was offered.
        warnings: One plain sentence each, without addresses and words of mails.
    """

    accepted: int = 0
    waiting: int = 0
    refused: int = 0
    is_cut_short: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def failed(self) -> int:
        """Recipients whose server did not take a mail in this round."""
        return self.waiting + self.refused


def deliver_due(
    repository: Outbox,
    transport: Transport,
    *,
    sender: str,
    now: datetime,
    stop: Callable[[], bool] = lambda: False,
) -> DeliveryReport:
    """Offer every due mail to the server, for those recipients who do not have it yet.

    During a standstill none is offered. A mail that another process is offering is left to
    it. Who dies between the server's yes and noting it leaves a mail that goes out again,
    with the same Message-ID.

    Args:
        repository: Keeps the outbox.
        transport: Hands bytes to a server.
        sender: Envelope sender, where bounces go; may be read by nobody yet.
        now: The present moment, aware UTC.
        stop: Asked between two mails; True ends the round, the rest stays due.

    Raises:
        StorageError: The outbox cannot be read or written; a mail whose acceptance could
            not be noted is offered again.
    """
    with _SENDING:
        if repository.standstill() is not None:
            return DeliveryReport(is_cut_short=True, warnings=(HELD,))
        return _deliver(_Round(repository, transport, sender=sender, now=now), stop)


def _deliver(round_: _Round, stop: Callable[[], bool]) -> DeliveryReport:
    """Go through the due mails, oldest first, until none is left or the round must end."""
    seen: set[MailId] = set()
    while True:
        lot = [mail for mail in round_.due() if mail.id not in seen]
        if not lot:
            return round_.report(is_cut_short=False)
        for mail in lot:
            if stop() or round_.failures >= _ENOUGH_FAILURES:
                return round_.report(is_cut_short=True)
            seen.add(mail.id)
            round_.offer(mail)


class _Round:
    """Counts what one round comes to."""

    def __init__(
        self, repository: Outbox, transport: Transport, *, sender: str, now: datetime
    ) -> None:
        self._repository = repository
        self._transport = transport
        self._sender = sender
        self._now = now
        self._began = time.monotonic()
        self._owner = name_of_this_process()
        self._counts = dict.fromkeys(RecipientState, 0)
        self._warnings: list[str] = []
        self.failures = 0

    def due(self) -> list[OutboxMail]:
        """Return the next lot of due mails, oldest first."""
        return self._repository.mails(due_at=self._now, limit=_LOT)

    def offer(self, mail: OutboxMail) -> None:
        """Offer one mail and note every recipient's answer, unless another process does."""
        if mail.claimed_by and is_abandoned(mail.claimed_by):
            self._repository.release_mail(mail.id, owner=mail.claimed_by)
        # The round may have lasted minutes by now, and a claim is measured from the present.
        now = self._now + timedelta(seconds=time.monotonic() - self._began)
        claimed = self._repository.claim_mail(
            mail.id, owner=self._owner, until=now + CLAIM_FOR, now=now
        )
        if not claimed:
            _LOG.info("mail is being sent elsewhere", mail=mail.id, kind=mail.kind.value)
            return
        try:
            # Between the listing and the claim another process may have sent it.
            fresh = self._repository.mail(mail.key)
            if fresh is not None:
                self._offer(fresh)
        finally:
            self._repository.release_mail(mail.id, owner=self._owner)

    def _offer(self, mail: OutboxMail) -> None:
        due = [one for one in mail.recipients if _is_due(one, self._now)]
        if not due:
            return
        addresses = [recipient.address for recipient in due]
        results = self._transport.send(mail.body, self._sender, addresses)
        for recipient in due:
            self._settle(mail, recipient, results)
        failed = all(
            (error := results.get(address)) is not None and not error.permanent
            for address in addresses
        )
        self.failures = self.failures + 1 if failed else 0

    def report(self, *, is_cut_short: bool) -> DeliveryReport:
        """Return what the round came to."""
        return DeliveryReport(
            accepted=self._counts[RecipientState.ACCEPTED],
            waiting=self._counts[RecipientState.QUEUED],
            refused=self._counts[RecipientState.REFUSED],
            is_cut_short=is_cut_short,
            warnings=tuple(dict.fromkeys(self._warnings)),
        )

    def _settle(
        self, mail: OutboxMail, recipient: Recipient, results: Mapping[str, MailError | None]
    ) -> None:
        """Note one recipient's answer and say it in the log, without the address."""
        error = results[recipient.address]
        next_at = None
        if error is None:
            state = RecipientState.ACCEPTED
        elif error.permanent:
            state = RecipientState.REFUSED
        else:
            state = RecipientState.QUEUED
            next_at = self._now + back_off(recipient.attempts)
        self._repository.settle_recipient(
            mail.id,
            recipient.address,
            accepted=error is None,
            at=self._now,
            next_at=next_at,
            error=str(error)[:500] if error else "",
        )
        self._counts[state] += 1
        log = _LOG.bind(mail=mail.id, kind=mail.kind.value, recipient=_pseudonym(recipient.address))
        if error is None:
            log.info("mail accepted", attempt=recipient.attempts + 1)
            return
        log.warning("mail not accepted", attempt=recipient.attempts + 1, state=state.value)
        again = "it is refused for good" if error.permanent else "it is tried again"
        what = " ".join(error.what.replace(recipient.address, "the address").split())
        self._warnings.append(f"{mail.key}: {what}; {again}")


def back_off(attempts: int) -> timedelta:
    """Return how long to wait after a failed try.

    Args:
        attempts: Tries before the one that has just failed.
    """
    return BACK_OFF[min(attempts, len(BACK_OFF) - 1)]


def _is_due(recipient: Recipient, now: datetime) -> bool:
    """Return whether a recipient is to be offered the mail now."""
    return recipient.state is RecipientState.QUEUED and recipient.next_at <= now


def _pseudonym(address: str) -> str:
    """Return what tells recipients apart in a log without naming them."""
    return hashlib.sha256(address.encode()).hexdigest()[:8]
