"""Two processes on one database send at once: each mail is accepted exactly once."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from config.types import MailId, RecipientState
from monitor.alerts.outbox import CLAIM_FOR, deliver_due
from monitor.alerts.transport import SmtpTransport
from monitor.leases import name_of_this_process
from storage.open import open_repository
from tests.integration.alerts.servers import Mailbox, mail_server
from tests.lib.records import mail

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from storage.repository import Repository

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
SENDER = "clerkwatch@fernbeck.example"
CLERK = "clerk@fernbeck.example"
MAILS = 12
# What the daemon, or a scan by hand, does with the outbox; it begins when a line comes in.
PROCESS = """
import sys
from datetime import datetime
from monitor.alerts.outbox import deliver_due
from monitor.alerts.transport import SmtpTransport
from storage.open import open_repository

url, port, now, sender = sys.argv[1:]
store = open_repository(url)
transport = SmtpTransport(host="127.0.0.1", port=int(port), security="none")
print("ready", flush=True)
sys.stdin.readline()
report = deliver_due(store, transport, sender=sender, now=datetime.fromisoformat(now))
print(report.accepted, report.failed, flush=True)
"""


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Return the address of the database."""
    return f"sqlite:///{tmp_path / 'clerkwatch.db'}"


@pytest.fixture
def store(url: str) -> Iterator[Repository]:
    """Return a database in which a dozen mails are due."""
    opened = open_repository(url, create=True)
    with opened.writing() as transaction:
        for number in range(MAILS):
            transaction.queue_mail(mail(f"digest:{number}"), at=NOW)
    yield opened
    opened.close()


def states(store: Repository) -> set[RecipientState]:
    """Return the states in which recipients are."""
    return {one.state for queued in store.mails() for one in queued.recipients}


def test_two_processes_send_each_mail_once(store: Repository, url: str) -> None:
    """The daemon and a scan deliver at the same moment: no mail arrives twice, none is lost."""
    mailbox = Mailbox()
    with mail_server(mailbox) as port, ExitStack() as stack:
        arguments = (url, str(port), NOW.isoformat(), SENDER)
        processes = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", PROCESS, *arguments],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for _ in range(2)
        ]
        for each in processes:
            assert each.stdout is not None
            assert each.stdout.readline() == "ready\n"
        for each in processes:
            assert each.stdin is not None
            each.stdin.write("go\n")
            each.stdin.flush()
        # The last line: what structlog writes stands before it.
        said = [each.communicate(timeout=60)[0].splitlines()[-1].split() for each in processes]
    assert sum(int(accepted) for accepted, _ in said) == MAILS
    assert {failed for _, failed in said} == {"0"}
    assert (len(mailbox.taken[CLERK]), len(set(mailbox.taken[CLERK]))) == (MAILS, MAILS)
    assert states(store) == {RecipientState.ACCEPTED}


def test_a_mail_in_another_process_hands_is_left_to_it(store: Repository) -> None:
    """While another process offers a mail this one sends the others; late, it takes it over."""
    mine = store.mails()[0]
    other = "another-machine:1:abcd"
    assert store.claim_mail(mine.id, owner=other, until=NOW + CLAIM_FOR, now=NOW)
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        transport = SmtpTransport(host="127.0.0.1", port=port, security="none")
        rounds = [
            deliver_due(store, transport, sender=SENDER, now=NOW + after).accepted
            for after in (timedelta(), CLAIM_FOR)
        ]
    assert rounds == [MAILS - 1, 1]


def test_a_mail_that_a_dead_process_held_is_sent_at_once(store: Repository) -> None:
    """After a kill nobody waits for the claim to end: that process is no more."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    host = name_of_this_process().partition(":")[0]
    owner = f"{host}:{ended.pid}:abcd"
    for number in range(1, MAILS + 1):
        assert store.claim_mail(MailId(number), owner=owner, until=NOW + CLAIM_FOR, now=NOW)
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        transport = SmtpTransport(host="127.0.0.1", port=port, security="none")
        report = deliver_due(store, transport, sender=SENDER, now=NOW)
    assert report.accepted == MAILS
    assert {queued.claimed_by for queued in store.mails()} == {""}
