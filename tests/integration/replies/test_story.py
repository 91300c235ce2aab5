"""A post goes, by replies alone: real SMTP out, real SMTP and Dovecot in, real platforms.

To be read as a story. Nothing here runs a command: a Clerk with a telephone answers mails, an
owner answers one, somebody forges one, and clerkwatch reads, sends and looks.
"""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from config.types import CaseState, Resolution
from monitor import morning
from monitor.cases.proof import verify
from tests.integration.replies.desk import CLERK, HOST, ClerksDesk, flat
from tests.integration.replies.post_office import PostOffice
from tests.integration.replies.test_imap import inbox, needs_dovecot
from tests.lib.dovecot import dovecot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path

FORGER = "mail.evil.example"
REMOVABLE = {"council-facebook", "council-x"}


class Story:
    """The town, its post office, and what the people in the story do."""

    def __init__(self, desk: ClerksDesk, office: PostOffice) -> None:
        """Begin after the second day has been read and its urgent mails were sent."""
        self.desk = desk
        self.office = office

    def clerk_answers(self, mail: EmailMessage, line: str) -> EmailMessage:
        """Answer a mail as the Clerk; return the confirmation."""
        self.office.send(self.desk.answer(mail, line), by=CLERK)
        handled = self.desk.look()
        assert (handled.decided, handled.answered, handled.ignored) == (1, 0, 0), line
        return self.desk.newest("answer")

    def somebody_forges(self, mail: EmailMessage, line: str) -> None:
        """Send the Clerk's answer, code and all, from somewhere else."""
        self.office.send(self.desk.answer(mail, line), by=CLERK, via=FORGER)
        handled = self.desk.look()
        assert (handled.decided, handled.answered, handled.ignored) == (0, 0, 1)

    def time_passes(self, minutes: int) -> None:
        """Let time pass, and let clerkwatch send what is due."""
        self.desk.town.clock.advance(timedelta(minutes=minutes))
        self.desk.deliver()


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    """Open the town and its post office."""
    with ExitStack() as opened:
        port = opened.enter_context(dovecot(tmp_path / "imap"))
        office = opened.enter_context(PostOffice(name=HOST, imap_port=port))
        desk = ClerksDesk(tmp_path / "town", vouching=HOST, inbox=inbox(port))
        yield Story(opened.enter_context(desk), office)


@needs_dovecot
def test_from_finding_to_removal_by_replies_alone(story: Story) -> None:
    """Finding, HOLD, REMOVE, UNDO, REMOVE, request, answer, removal, "No longer visible"; KEEP."""
    desk = story.desk
    mails = [mail for mail in desk.mails() if mail["X-Clerkwatch-Kind"] == "urgent"]
    # One of a platform whose post the owner can take down below, and another one.
    urgent = next(mail for mail in mails if desk.case(desk.about(mail)).account in REMOVABLE)
    kept = next(mail for mail in mails if desk.about(mail) != desk.about(urgent))
    number = desk.about(urgent)

    # Somebody has seen the mail and answers in the Clerk's name: nothing happens.
    before = desk.case(number)
    story.somebody_forges(urgent, "KEEP because it is fine")
    assert desk.case(number) == before

    # The Clerk knows of a request for information, so nothing may be purged.
    confirmed = story.clerk_answers(urgent, "HOLD FOI request 17/2026")
    assert f"everything about case {number} stays" in flat(confirmed)

    # REMOVE, a second thought, and REMOVE again, each in answer to the mail before.
    confirmed = story.clerk_answers(urgent, "REMOVE")
    assert "Until then UNDO stops it" in flat(confirmed)
    story.time_passes(5)
    confirmed = story.clerk_answers(confirmed, "UNDO")
    assert "stopped before it left" in flat(confirmed)
    story.time_passes(20)
    assert "request" not in {mail["X-Clerkwatch-Kind"] for mail in desk.mails()}
    assert desk.case(number).state is CaseState.OPEN
    story.clerk_answers(confirmed, "REMOVE")
    story.time_passes(20)
    request = desk.newest("request")

    # The owner answers, takes the post down, and clerkwatch looks twice.
    owner = str(request["To"].addresses[0].addr_spec)
    story.office.send(desk.answer(request, "Sorry, it is down now.", sender=owner), by=owner)
    assert desk.look().answered == 1
    assert f"has answered about case {number}" in flat(desk.newest("answer"))
    desk.town.world.delete(desk.case(number).platform_id, desk.app.clock.now())
    for _ in range(2):
        story.time_passes(30)
        verify(desk.app, by="test", insist=True)
    closed = desk.case(number)
    assert (closed.state, closed.resolution) == (CaseState.CLOSED, Resolution.REMOVED)
    assert [event.because for event in closed.events if event.what == "the owner's answer"] == [
        "Sorry, it is down now."
    ]

    # Another post is no breach: KEEP closes its case, and the same mail again changes nothing.
    other = desk.about(kept)
    story.clerk_answers(kept, "KEEP because it quotes a newspaper")
    assert desk.case(other).resolution is Resolution.DISMISSED

    # The morning mail tells how it ended.
    morning.send(desk.app, by="test")
    assert f"Case {number}" in flat(desk.newest("digest"))
    assert "no longer visible" in flat(desk.newest("digest"))
    assert not desk.app.repository.verify_ledger().faults
