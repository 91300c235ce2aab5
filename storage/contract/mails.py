"""The outbox, and the mails that came in.

The rules for every method are those of `storage.repository`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from config.types import (
        CaseId,
        MailId,
        MailKind,
    )
    from storage.values import (
        NewMail,
        NewReply,
        Offered,
        OutboxMail,
        Standstill,
    )


class MailSteps(Protocol):
    """Writes about mails."""

    def queue_mail(
        self, mail: NewMail, *, at: datetime, not_before: datetime | None = None
    ) -> bool:
        """Put finished bytes into the outbox; False if the key is there already.

        ``not_before`` is when it may be offered to a server at the earliest; None: at once.
        """
        ...

    def cancel_mail(self, key: str, *, why: str, at: datetime) -> bool:
        """Stop a mail for everybody whose server has not answered for it yet.

        Returns:
            Whether nobody gets it any more: no server took or refused it, and nobody is
            offering it at this moment. A second call says the same.
        """
        ...

    def hasten_mails(self, *, at: datetime, until: datetime) -> int:
        """Let urgent mails go that wait for the keeping of evidence; return how many.

        Only those that were never offered to a server, and never a request that waits so that
        it can be undone.

        Args:
            at: They are due from now on.
            until: Only those that would be due by then.
        """
        ...

    def stand_still(self, *, by: str, why: str, at: datetime) -> bool:
        """Let no mail leave until a person says so; False if none leaves already."""
        ...

    def end_standstill(self, *, by: str, at: datetime) -> bool:
        """Let mails leave again; False if they do already."""
        ...

    def add_reply(self, reply: NewReply, *, at: datetime) -> bool:
        """Note what came of a mail that was sent to us; False if it was noted before."""
        ...

    def use_code(self, mail: str, number: int, *, at: datetime) -> bool:
        """Use a code of a mail up; False if it was used before.

        Args:
            mail: Natural key of the mail that offered it.
            number: The case, or 0 for the mail as a whole.
            at: When.
        """
        ...


class Mails(Protocol):
    """Mails as they stand."""

    def mail(self, key: str) -> OutboxMail | None:
        """Return the mail with this natural key, or None."""
        ...

    def mails(
        self, *, due_at: datetime | None = None, kind: MailKind | None = None, limit: int = 100
    ) -> list[OutboxMail]:
        """Return mails, oldest first; with ``due_at`` those with a queued recipient due then."""
        ...

    def refused_since(self, since: datetime) -> list[OutboxMail]:
        """Return mails of any kind, made since then, that a server refused for good for somebody.

        Oldest first.
        """
        ...

    def standstill(self) -> Standstill | None:
        """Return since when no mail leaves, and why; None: they leave."""
        ...

    def claim_mail(self, mail: MailId, *, owner: str, until: datetime, now: datetime) -> bool:
        """Take the right to offer a mail to a server; False while another holds it.

        Nobody gets it during a standstill. Of several processes that ask at once exactly one
        gets it. A claim that is late (``until`` has passed) counts as abandoned.

        Args:
            mail: Which mail.
            owner: Who asks.
            until: When the claim counts as abandoned.
            now: The present moment.
        """
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
        """Note what one recipient's server said.

        Args:
            mail: Which mail.
            address: Which recipient.
            accepted: The server took it: this recipient is done.
            at: When.
            next_at: When to try again; None with ``accepted`` False: refused for good.
            error: What the server said, without the mail's words.
        """
        ...

    def refused_mails(self) -> Mapping[str, Sequence[CaseId]]:
        """Return by key what a server refused for good for somebody, with the cases it told of.

        Of urgent mails and requests only the newest of each kind about a case.
        """
        ...

    def offers(self, case: CaseId | None, *, since: datetime) -> list[Offered]:
        """Return the mails since then that tell of a case.

        With None those that can be answered as a whole: digests, answers and papers.
        """
        ...

    def has_reply(self, mailbox: str, uid: str) -> bool:
        """Return whether a mail in a mailbox was handled."""
        ...

    def has_reply_bytes(self, digest: str) -> bool:
        """Return whether a mail of these very bytes was handled, wherever it lay."""
        ...

    def newest_reply(self, mailbox: str) -> str | None:
        """Return the greatest uid handled in a mailbox, as text; None for none."""
        ...

    def answers(self, sender: str, *, since: datetime) -> int:
        """Return how often a sender was answered without having decided anything."""
        ...
