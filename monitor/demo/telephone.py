"""From finding to removal by replies alone: a Clerk with a telephone, an owner, and a forger.

Nobody types a command: mails go out and come in by SMTP, and clerkwatch reads, sends and looks.
"""

from __future__ import annotations

import re
import smtplib
from dataclasses import dataclass
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from typing import TYPE_CHECKING

from config.types import CaseId
from monitor.alerts.outbox import deliver_due
from monitor.cases.proof import verify
from monitor.demo.receiving import deliver
from monitor.replying import handle_inbox

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.app import App
    from monitor.demo.run import DemoTown
    from storage.values import Case

FORGER = "mail.evil.example"
REMOVABLE = ("council-facebook", "council-x")
_CODE = re.compile(r"\[(\d+)-[2-9A-Za-z]{6}\]")
_LOOK = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that somebody did, and what came of it.

    Attributes:
        at: When; aware UTC.
        who: Who did it, as a word for a sentence.
        did: What: the line that was answered, or what was done on the platform.
        case: On which case.
        state: Of that case afterwards.
        resolution: Likewise; empty while it is open.
        told: Subject of the mail that clerkwatch answered with; empty: none.
    """

    at: datetime
    who: str
    did: str
    case: CaseId
    state: str
    resolution: str = ""
    told: str = ""


def decide(app: App, town: DemoTown) -> list[Step]:
    """Let people answer mails until a post is gone and another one was kept.

    Raises:
        LookupError: The town's story has no urgent mail that this needs.
        MailError: A mail could not be sent or read.
    """
    return _Telephone(app, town).tell()


class _Telephone:
    """The people of the story and what they did so far."""

    def __init__(self, app: App, town: DemoTown) -> None:
        self.app = app
        self.town = town
        self.steps: list[Step] = []
        self._number = 0

    def tell(self) -> list[Step]:
        """Live the story; see `decide`."""
        removed, kept = self._urgent()
        number, other = self._about(removed), self._about(kept)
        clerk, owner = self._first(removed), self._case(number).account
        self._passes(timedelta(minutes=20))
        forged = "KEEP because it is fine"
        self._answers(
            removed, forged, by=clerk, who="Somebody else, in the Clerk's name", on=number
        )
        stop = self._answers(removed, "REMOVE", by=clerk, who="The Clerk", on=number)
        self._passes(timedelta(minutes=5))
        again = self._answers(stop, "UNDO", by=clerk, who="The Clerk", on=number)
        self._answers(again, "REMOVE", by=clerk, who="The Clerk", on=number)
        self._passes(timedelta(minutes=16))
        request = self._newest("request")
        said = "Sorry, it is coming down now."
        self._answers(request, said, by=self._first(request), who="The owner", on=number)
        self._takes_down(number, owner)
        why = "KEEP because it quotes a newspaper"
        self._answers(kept, why, by=clerk, who="The Clerk", on=other)
        return self.steps

    def _urgent(self) -> tuple[EmailMessage, EmailMessage]:
        """Return a mail on a post that its owner can take down, and another one."""
        mails = [one for one in self._mails() if one["X-Clerkwatch-Kind"] == "urgent"]
        found = [one for one in mails if self._case(self._about(one)).account in REMOVABLE]
        if not found or len(mails) < 2:  # noqa: PLR2004  # this one and another one
            message = "the story has no two urgent mails to answer"
            raise LookupError(message)
        return found[0], next(one for one in mails if one is not found[0])

    def _answers(
        self, mail: EmailMessage, line: str, *, by: str, who: str, on: CaseId
    ) -> EmailMessage:
        """Answer a mail, let clerkwatch read its inbox, and return its newest answer."""
        is_forged = who.startswith("Somebody")
        before = len(self.town.mails)
        self._post(self._reply(mail, line, by=by), by=by, via=FORGER if is_forged else "")
        handle_inbox(self.app)
        self._deliver()
        new = [str(kept.message()["Subject"]) for kept in self.town.mails[before:]]
        self._note(who, f"answers “{line}”", on, told=new[-1] if new else "")
        return self._mails()[-1]

    def _takes_down(self, number: CaseId, account: str) -> None:
        """Take the post down on its platform, and let clerkwatch look twice."""
        self.town.world.delete(self._case(number).platform_id, self.app.clock.now())
        self._note("The owner", f"takes the post down on {account}", number)
        for place in ("once", "twice"):
            self._passes(_LOOK)
            verify(self.app, by="demo", insist=True)
            self._note("clerkwatch", f"has looked {place}", number)

    def _reply(self, mail: EmailMessage, line: str, *, by: str) -> EmailMessage:
        """Return a reply as a telephone writes it."""
        self._number += 1
        reply = EmailMessage(policy=policy.SMTP)
        reply["From"] = by
        reply["To"] = str(mail["Reply-To"])
        reply["Subject"] = f"Re: {mail['Subject']}"
        reply["Message-ID"] = f"<reply-{self._number}@phone.example>"
        reply["In-Reply-To"] = str(mail["Message-ID"])
        reply.set_content(f"{line}\n\nSent from my telephone\n\n> {mail['Subject']}\n")
        return reply

    def _post(self, mail: EmailMessage, *, by: str, via: str) -> None:
        """Send a mail by SMTP, as the sender's own server does; it is then delivered."""
        server = via or f"mail.{by.partition('@')[2]}"
        to = [one.addr_spec for one in mail["To"].addresses][:1]
        with smtplib.SMTP("127.0.0.1", self.town.incoming.port, local_hostname=server) as line:
            line.sendmail(by, to, mail.as_bytes())
        deliver(self.town.incoming.mails[-1], self.town.folder)

    def _passes(self, time: timedelta) -> None:
        """Let time pass, and let clerkwatch send what is due."""
        self.town.clock.advance(time)
        self._deliver()

    def _deliver(self) -> None:
        app = self.app
        sender = app.settings.mail.sender
        deliver_due(app.repository, app.transport, sender=sender, now=app.clock.now())

    def _note(self, who: str, did: str, number: CaseId, *, told: str = "") -> None:
        case = self._case(number)
        resolution = case.resolution.value if case.resolution is not None else ""
        self.steps.append(
            Step(
                at=self.app.clock.now(),
                who=who,
                did=did,
                case=number,
                state=case.state.value,
                resolution=resolution,
                told=told,
            )
        )

    def _mails(self) -> list[EmailMessage]:
        return [kept.message() for kept in self.town.mails]

    def _newest(self, kind: str) -> EmailMessage:
        return [mail for mail in self._mails() if mail["X-Clerkwatch-Kind"] == kind][-1]

    def _about(self, mail: EmailMessage) -> CaseId:
        """Return the case that a mail's subject names, for which its code is good."""
        match = _CODE.search(str(mail["Subject"]))
        if match is None:
            message = "an urgent mail that no reply may answer"
            raise LookupError(message)
        return CaseId(int(match[1]))

    def _first(self, mail: EmailMessage) -> str:
        return str(mail["To"].addresses[0].addr_spec)

    def _case(self, number: CaseId) -> Case:
        case = self.app.repository.case(number)
        if case is None:
            message = f"there is no case {number}"
            raise LookupError(message)
        return case
