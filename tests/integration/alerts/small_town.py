"""A small town wired with a real mail server and a maildir, and no platform at all."""

from __future__ import annotations

import email
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.policy import default
from typing import TYPE_CHECKING

from config.settings import load
from config.types import RunKind
from monitor.alerts.outbox import deliver_due
from monitor.app import build
from monitor.clock import SteppedClock
from monitor.judging import judge_stale
from storage.open import open_repository
from storage.values import AccountState
from tests.integration.alerts.servers import Mailbox, mail_server
from tests.lib import records

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path

    from monitor.app import App

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
CLERK = "clerk@fernbeck-tc.gov.uk"
DEPUTY = "deputy@fernbeck-tc.gov.uk"
SUPPLIER = "help@it-supplier.example"
THREAT = "Come here again and we'll break your legs. {}"
"""Urgent under terms.2."""
TOML = """
[council]
name = "Fernbeck Town Council"
email_domain = "fernbeck-tc.gov.uk"

[mail]
host = "127.0.0.1"
port = {port}
security = "none"
sender = "clerkwatch@fernbeck-tc.gov.uk"
{mail}

[mail.inbox]
maildir = "replies"

[[people]]
role = "clerk"
name = "Clerk"
email = "clerk@fernbeck-tc.gov.uk"

[[people]]
role = "deputy"
name = "Deputy"
email = "deputy@fernbeck-tc.gov.uk"

[[people]]
role = "technical"
name = "Supplier"
email = "help@it-supplier.example"

[[accounts]]
id = "council-x"
platform = "x"
terms_accepted.by = "Finance Committee"
terms_accepted.on = 2026-11-01
terms_accepted.minute = "2026/114"
handle = "FernbeckTC"
kind = "council"
owner = "Communications Officer"
credential = "x_bearer"
{more}
"""


class SmallTown:
    """The wired application with its mailbox and its inbox.

    Attributes:
        clock: Moved by the test.
    """

    def __init__(self, app: App, mailbox: Mailbox, clock: SteppedClock, folder: Path) -> None:
        self.app = app
        self.mailbox = mailbox
        self.clock = clock
        self.folder = folder
        self._count = 0

    def threaten(self, number: int, *, text: str = THREAT) -> None:
        """Read a number of posts, each of which is urgent."""
        store, now = self.app.repository, self.clock.now()
        run = store.begin_run(RunKind.SCAN, by="daemon", at=now)
        posts = [
            records.post(
                str(self._count + one),
                text.format(self._count + one),
                read_at=now,
                published_at=now - timedelta(minutes=5),
            )
            for one in range(number)
        ]
        self._count += number
        store.record(run, records.COUNCIL, posts)

    def judge(self) -> int:
        """Judge what is new; return how many mails were queued."""
        return judge_stale(self.app, as_of=self.clock.now()).mails_queued

    def deliver(self) -> list[EmailMessage]:
        """Offer what is due, and return everything the server has taken for the Clerk."""
        deliver_due(
            self.app.repository,
            self.app.transport,
            sender=self.app.settings.mail.sender,
            now=self.clock.now(),
        )
        return self.mails(CLERK)

    def mails(self, address: str) -> list[EmailMessage]:
        """Return what the server has taken for somebody."""
        taken = self.mailbox.taken[address]
        return [email.message_from_bytes(one, policy=default) for one in taken]

    def put(self, raw: bytes) -> None:
        """Deliver a mail to clerkwatch."""
        self._count += 1
        (self.folder / "replies" / "new" / f"{self._count:06}.mail").write_bytes(raw)


@contextmanager
def small_town(
    folder: Path, *, mail: str = "", more: str = "", at: datetime = NOW
) -> Iterator[SmallTown]:
    """Run a small town.

    Args:
        folder: Where it lives.
        mail: More keys of ``[mail]``.
        more: More tables.
        at: When it is.
    """
    for name in ("new", "cur", "tmp"):
        (folder / "replies" / name).mkdir(parents=True)
    file = folder / "clerkwatch.toml"
    mailbox, clock = Mailbox(), SteppedClock(at)
    with mail_server(mailbox) as port:
        file.write_text(TOML.format(port=port, mail=mail, more=more), encoding="utf-8")
        store = open_repository(f"sqlite:///{folder / 'clerkwatch.db'}", create=True)
        try:
            wired = build(load(file, environ={}), clock=clock, repository=store, environ={})
            # A first complete reading long ago, so that what is read now is no history.
            store.sync_register(wired.register, at=at - timedelta(days=7))
            week_ago = at - timedelta(days=7)
            state = AccountState(account=records.COUNCIL, first_complete_at=week_ago)
            store.save_account_state(state)
            yield SmallTown(wired, mailbox, clock, folder)
        finally:
            store.close()


def words(mail: EmailMessage) -> str:
    """Return the text part of a mail on one line."""
    part = mail.get_body(("plain",))
    assert part is not None
    return " ".join(str(part.get_content()).split())
