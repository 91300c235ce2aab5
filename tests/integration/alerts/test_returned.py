"""Mails that come back: matched to the outbox, remembered, told, and deciding nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from config.types import BounceAction, CaseState, RecipientState
from monitor import morning
from monitor.replying import handle_inbox
from tests.integration.alerts.small_town import (
    CLERK,
    DEPUTY,
    SUPPLIER,
    SmallTown,
    small_town,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DSN = """\
From: MAILER-DAEMON@mx.example
Return-Path: <>
Subject: Undelivered Mail Returned to Sender
To: clerkwatch@fernbeck-tc.gov.uk
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}

--b
Content-Type: text/rfc822-headers

Message-ID: {message_id}
Subject: REMOVE

--b--
"""


@pytest.fixture
def town(tmp_path: Path) -> Iterator[SmallTown]:
    """Return a small town where one urgent mail has been taken by the server."""
    with small_town(tmp_path) as made:
        made.threaten(1)
        assert made.judge() == 1
        assert len(made.deliver()) == 1
        yield made


def come_back(
    town: SmallTown, address: str, *, action: str = "failed", status: str = "5.2.2", named: str = ""
) -> None:
    """Let a report about the town's first mail arrive, and look into the inbox."""
    [mail, *_] = town.app.repository.mails()
    raw = DSN.format(
        address=address, action=action, status=status, message_id=named or mail.message_id
    )
    town.put(raw.encode())
    handle_inbox(town.app)


def states(town: SmallTown) -> dict[str, RecipientState]:
    """Return each recipient's state of the first mail."""
    return {one.address: one.state for one in town.app.repository.mails()[0].recipients}


def test_the_technician_is_told_that_the_deputys_mailbox_is_full(town: SmallTown) -> None:
    """The state changes, and one mail says whose mail came back and why; the ledger is whole."""
    come_back(town, DEPUTY)
    come_back(town, DEPUTY)
    town.deliver()
    [told] = town.mails(SUPPLIER)
    assert states(town) == {CLERK: RecipientState.ACCEPTED, DEPUTY: RecipientState.BOUNCED}
    assert told["Subject"] == (
        "The urgent mail of Monday 23 November to the deputy came back: the mailbox is full"
    )
    assert told["Auto-Submitted"] == "auto-generated"
    assert "not sent again by itself" in words(told)
    assert len(town.mails(CLERK)) == 1
    verified = town.app.repository.verify_ledger()
    assert verified.faults == ()


def test_the_deputy_and_the_technician_are_told_when_the_clerks_own_mail_comes_back(
    town: SmallTown,
) -> None:
    """Who gets no mails is not told by mail; who stands in is."""
    come_back(town, CLERK.upper(), status="5.1.1")
    town.deliver()
    assert len(town.mails(CLERK)) == 1
    for address in (DEPUTY, SUPPLIER):
        assert "to the Clerk came back: the address does not exist" in words(
            town.mails(address)[-1]
        )


def test_a_late_mail_is_no_failure(town: SmallTown) -> None:
    """While a server still tries, nothing is said at once and the state stays."""
    come_back(town, DEPUTY, action="delayed", status="4.4.1")
    town.deliver()
    assert town.mails(SUPPLIER) == []
    assert states(town)[DEPUTY] is RecipientState.ACCEPTED
    [late] = town.app.repository.bounces()
    assert late.action is BounceAction.DELAYED
    come_back(town, DEPUTY)
    assert states(town)[DEPUTY] is RecipientState.BOUNCED


def test_a_forged_report_about_no_mail_of_ours_is_ignored(town: SmallTown) -> None:
    """An unknown Message-ID, though of the right form, changes nothing and decides nothing."""
    come_back(town, CLERK, named=f"<{'0' * 32}@fernbeck-tc.gov.uk>")
    come_back(town, CLERK, named="<anything@evil.example>")
    town.deliver()
    assert town.app.repository.bounces() == []
    assert town.mails(SUPPLIER) == []
    assert [case.state for case in town.app.repository.cases()] == [CaseState.OPEN]


def test_the_mail_about_a_returned_mail_coming_back_ends_there(town: SmallTown) -> None:
    """Two broken addresses never write of each other."""
    come_back(town, DEPUTY)
    town.deliver()
    notice = town.app.repository.mails()[-1]
    come_back(town, SUPPLIER, named=notice.message_id)
    assert [one.key for one in town.app.repository.bounces()] == [
        town.app.repository.mails()[0].key,
        notice.key,
    ]
    assert len(town.app.repository.mails()) == 2


def test_the_next_digest_says_it_in_a_sentence(town: SmallTown) -> None:
    """The Clerk reads which mail came back; a day later it is not said again."""
    come_back(town, DEPUTY)
    town.clock.advance(timedelta(days=1))
    morning.send(town.app, by="test", within_s=0.01)
    said = words(town.mails(CLERK)[-1])
    assert (
        "The urgent mail of Monday 23 November to the deputy came back: the mailbox is full."
        in (said)
    )
    town.clock.advance(timedelta(days=1))
    morning.send(town.app, by="test", within_s=0.01)
    assert "came back" not in words(town.mails(CLERK)[-1])
