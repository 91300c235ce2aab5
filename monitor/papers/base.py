"""What every paper that goes out by mail shares."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING

from config.types import MailKind
from monitor.alerts.enclosing import Posting
from monitor.alerts.facts import Stamp

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from config.types import CaseId
    from monitor.alerts.message import Addressee
    from monitor.app import App
    from storage.repository import Transaction
    from storage.values import NewMail


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A finished mail with a paper, and what the ledger says of it.

    Attributes:
        mail: For the outbox.
        noted: What happened, for a ledger entry; empty: queueing alone is entered.
        facts: What that entry commits to.
    """

    mail: NewMail
    noted: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)

    def queue(self, transaction: Transaction, *, at: datetime) -> bool:
        """Put it into the outbox; False, and nothing is written, if its key is there already.

        Raises:
            StorageError: The database refused.
        """
        is_new = transaction.queue_mail(self.mail, at=at)
        if is_new and self.noted:
            transaction.note(self.noted, at=at, facts=self.facts)
        return is_new


def key_of(what: str, asked: str) -> str:
    """Return the natural key of a paper.

    Args:
        what: Which paper: ``pack:42``, ``report``, ``found``.
        asked: What asked for it: the digest of a reply, or the days it is about.
    """
    return f"{MailKind.PAPER.value}:{what}:{asked[:32]}"


def posting(
    app: App,
    key: str,
    *,
    to: tuple[Addressee, ...],
    at: datetime,
    follows: str = "",
    case: CaseId | None = None,
) -> Posting:
    """Return how a paper goes out.

    Raises:
        StorageError: The database cannot be read.
    """
    council = app.settings.council
    entries, head = app.repository.ledger_head()
    return Posting(
        key=key,
        council=council.name,
        sender=app.settings.mail.sender,
        zone=council.timezone,
        as_of=at,
        stamp=Stamp(
            version=version("clerkwatch"), entries=entries, head=head, rules=app.judge.digest
        ),
        to=to,
        codes=app.codes,
        follows=follows,
        case=case,
    )
