"""A demo town whose Clerk answers mails: the wired application, and a mailbox to answer into."""

from __future__ import annotations

import email.policy
import re
from contextlib import ExitStack
from datetime import timedelta
from email.message import EmailMessage
from typing import TYPE_CHECKING, Self

from config.settings import load
from config.types import CaseId
from monitor.alerts.outbox import deliver_due
from monitor.app import build
from monitor.demo.run import DemoTown
from monitor.pipeline import scan
from monitor.replying import handle_inbox
from storage.open import open_repository

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from monitor.alerts.inbox import Inbox
    from monitor.app import App
    from monitor.replying import Handled
    from storage.values import Case

CLERK = "clerk@elstreeborehamwood-tc.gov.uk"
HOST = "mx.elstreeborehamwood-tc.gov.uk"


class ClerksDesk:
    """The town after its second day has been read, with urgent mails sent, while entered."""

    app: App
    minute = timedelta(minutes=1)

    def __init__(
        self,
        folder: Path,
        *,
        vouching: str = "",
        inbox: Inbox | None = None,
        owner_email: str = "",
        more: str = "",
    ) -> None:
        """Prepare the town.

        Args:
            folder: Where it lives.
            vouching: The receiving server that reports DMARC; empty: none.
            inbox: Takes the place of the maildir.
            owner_email: Who owns every account; empty: as the story has it.
            more: Further lines of the configuration.
        """
        self.folder = folder
        self.maildir = folder / "replies"
        self.town = DemoTown(folder)
        self._vouching = vouching
        self._inbox = inbox
        self._owner_email = owner_email
        self._more = more
        self._count = 0
        self._open = ExitStack()

    def __enter__(self) -> Self:
        """Read both days."""
        with ExitStack() as opening:
            town = opening.enter_context(self.town)
            for name in ("new", "cur", "tmp"):
                (self.maildir / name).mkdir(parents=True)
            inbox = f'\n[mail.inbox]\nmaildir = "replies"\nauthserv_id = "{self._vouching}"\n'
            with town.settings_file.open("a", encoding="utf-8") as writing:
                writing.write(f"{inbox}{self._more}")
            if self._owner_email:
                told = town.settings_file.read_text(encoding="utf-8")
                told = re.sub(r'owner_email = ".*"', f'owner_email = "{self._owner_email}"', told)
                town.settings_file.write_text(told, encoding="utf-8")
            settings = load(town.settings_file, environ=town.environ)
            store = open_repository(settings.storage.url, create=True)
            opening.callback(store.close)
            self.app = build(
                settings,
                clock=town.clock,
                repository=store,
                environ=town.environ,
                inbox=self._inbox,
            )
            store.sync_register(self.app.register, at=town.clock.now())
            scan(self.app, self.app.register, by="test")
            town.advance_to_second_day()
            scan(self.app, self.app.register, by="test")
            self.deliver()
            self._open = opening.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close everything."""
        self._open.close()

    def deliver(self) -> None:
        """Offer what is due to the mail server."""
        app = self.app
        deliver_due(
            app.repository,
            app.transport,
            sender=app.settings.mail.sender,
            now=app.clock.now(),
            stop=app.stop.is_set,
        )

    def mails(self) -> list[EmailMessage]:
        """Return what the mail server got, oldest first."""
        return [kept.message() for kept in self.town.mails]

    def newest(self, kind: str) -> EmailMessage:
        """Return the newest mail of a kind."""
        return [mail for mail in self.mails() if mail["X-Clerkwatch-Kind"] == kind][-1]

    def about(self, mail: EmailMessage) -> CaseId:
        """Return the case that a mail is about."""
        match = re.search(r"\[(\d+)-", str(mail["Subject"]))
        assert match is not None
        return CaseId(int(match[1]))

    def case(self, number: CaseId) -> Case:
        """Return a case as it stands."""
        found = self.app.repository.case(number)
        assert found is not None
        return found

    def answer(self, mail: EmailMessage, text: str, *, sender: str = CLERK) -> bytes:
        """Return a person's plain reply to a mail."""
        reply = EmailMessage(policy=email.policy.SMTP)
        self._count += 1
        reply["From"] = f"Somebody <{sender}>"
        reply["To"] = str(mail["Reply-To"])
        reply["Subject"] = f"Re: {mail['Subject']}"
        reply["Message-ID"] = f"<reply-{self._count}@phone.example>"
        reply["In-Reply-To"] = str(mail["Message-ID"])
        if self._vouching:
            domain = sender.partition("@")[2]
            reply["Authentication-Results"] = f"{HOST}; dmarc=pass header.from={domain}"
        reply.set_content(f"{text}\n\nOn Tuesday the watch wrote:\n> REMOVE\n> KEEP because no\n")
        return reply.as_bytes()

    def forwarded(
        self,
        said: str,
        mail: str,
        *,
        to: str,
        sender: str = CLERK,
        pictures: tuple[bytes, ...] = (),
    ) -> bytes:
        """Return a mail of somebody else's that a person forwards, as Gmail writes it."""
        forward = EmailMessage(policy=email.policy.SMTP)
        self._count += 1
        forward["From"] = f"Somebody <{sender}>"
        forward["To"] = to
        forward["Subject"] = "Fwd: Something on your page"
        forward["Message-ID"] = f"<forward-{self._count}@phone.example>"
        if self._vouching:
            domain = sender.partition("@")[2]
            forward["Authentication-Results"] = f"{HOST}; dmarc=pass header.from={domain}"
        forward.set_content(
            f"{said}\n\n---------- Forwarded message ---------\nFrom: A Resident <a@home.example>\n"
            f"Date: Tue, 24 Nov 2026 at 08:00\nSubject: Something on your page\n"
            f"To: <clerk@town.example>\n\n\n{mail}\n"
        )
        for place, picture in enumerate(pictures):
            name = f"../Screenshot {place}.png"
            forward.add_attachment(picture, maintype="image", subtype="png", filename=name)
        return forward.as_bytes()

    def told(self, digest: EmailMessage) -> list[CaseId]:
        """Return the cases that a digest tells of."""
        since = self.app.clock.now() - timedelta(days=1)
        mails = self.app.repository.offers(None, since=since)
        return [case for mail in mails for case in mail.cases if f"{case}" in words(digest)]

    def numbered(self, answer: EmailMessage) -> CaseId:
        """Return the case that an answer's first sentences name."""
        match = re.search(r"case (\d+)", flat(answer))
        assert match is not None
        return CaseId(int(match[1]))

    def put(self, raw: bytes, *, name: str = "") -> None:
        """Deliver a mail into the maildir."""
        self._count += 1
        (self.maildir / "new" / (name or f"{self._count:04}.mail.host")).write_bytes(raw)

    def look(self) -> Handled:
        """Look into the inbox, and send what follows."""
        handled = handle_inbox(self.app)
        self.deliver()
        return handled


def flat(mail: EmailMessage) -> str:
    """Return the text part of a mail on one line."""
    return " ".join(words(mail).split())


def words(mail: EmailMessage) -> str:
    """Return the text part of a mail."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())
