"""The outbox against a real SMTP server: at least once, the same bytes, nothing lost."""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from config.types import RecipientState
from monitor.alerts.outbox import BACK_OFF, DeliveryReport, back_off, deliver_due
from monitor.alerts.transport import SmtpTransport
from tests.integration.alerts.servers import DROP, HANG, OK, Mailbox, MemoryOutbox, mail_server

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from config.errors import MailError

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
CLERK = "clerk@ashcombe-tc.example"
DEPUTY = "deputy@ashcombe-tc.example"
SENDER = "clerkwatch@ashcombe-tc.example"


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[Mailbox, int]]:
    """Run one server for the module; each test scripts a fresh mailbox."""
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        yield mailbox, port


@pytest.fixture
def mailbox(server: tuple[Mailbox, int]) -> Mailbox:
    """Return the server's mailbox, emptied."""
    server[0].__init__()  # type: ignore[misc]  # the running server keeps this very object
    return server[0]


@pytest.fixture
def transport(server: tuple[Mailbox, int]) -> SmtpTransport:
    """Return the real transport to the server, with a short deadline."""
    return SmtpTransport(host="127.0.0.1", port=server[1], security="none", deadline_s=5)


def deliver(
    outbox: MemoryOutbox, transport: SmtpTransport, *, at: datetime = NOW
) -> DeliveryReport:
    """Run one round of sending."""
    return deliver_due(outbox, transport, sender=SENDER, now=at)


def test_a_mail_reaches_everybody_and_is_not_sent_again(
    mailbox: Mailbox, transport: SmtpTransport
) -> None:
    """What the server accepted is done: a second round offers nothing."""
    outbox = MemoryOutbox()
    outbox.put(CLERK, DEPUTY, at=NOW)
    first, second = deliver(outbox, transport), deliver(outbox, transport)
    assert (first.accepted, second) == (2, DeliveryReport())
    assert len(mailbox.offered) == 1


def test_a_recipient_refused_for_good_does_not_stop_the_other(
    mailbox: Mailbox, transport: SmtpTransport
) -> None:
    """A 550 for one recipient ends that one; the other has the mail, once."""
    outbox = MemoryOutbox()
    mail = outbox.put(CLERK, DEPUTY, at=NOW)
    mailbox.rcpt[CLERK] = ["550 5.1.1 no such user"]
    report = deliver(outbox, transport)
    assert (report.accepted, report.refused, report.failed) == (1, 1, 1)
    assert outbox.states(mail) == {
        CLERK: RecipientState.REFUSED,
        DEPUTY: RecipientState.ACCEPTED,
    }
    assert deliver(outbox, transport, at=NOW + timedelta(days=1)) == DeliveryReport()


def test_a_greylisted_recipient_gets_the_same_bytes_later(
    mailbox: Mailbox, transport: SmtpTransport
) -> None:
    """After a 450 for one of two, only that one is offered the mail again, unchanged."""
    outbox = MemoryOutbox()
    outbox.put(CLERK, DEPUTY, at=NOW)
    mailbox.rcpt[CLERK] = ["450 4.2.0 greylisted"]
    deliver(outbox, transport)
    assert deliver(outbox, transport, at=NOW + timedelta(seconds=59)) == DeliveryReport()
    deliver(outbox, transport, at=NOW + timedelta(minutes=1))
    assert (len(mailbox.taken[CLERK]), len(mailbox.taken[DEPUTY])) == (1, 1)
    assert mailbox.offered[0] == mailbox.offered[1]


def test_a_line_cut_after_the_words_means_sending_them_again(
    mailbox: Mailbox, transport: SmtpTransport
) -> None:
    """Nobody can tell whether they were accepted: the same Message-ID goes out again."""
    outbox = MemoryOutbox()
    mail = outbox.put(CLERK, at=NOW)
    mailbox.data = [f"+{DROP}"]
    report = deliver(outbox, transport)
    assert (report.waiting, outbox.states(mail)[CLERK]) == (1, RecipientState.QUEUED)
    assert "unknown" in outbox.rows[mail].recipients[0].last_error
    deliver(outbox, transport, at=NOW + timedelta(minutes=1))
    assert len(set(mailbox.taken[CLERK])) == 1
    assert outbox.states(mail)[CLERK] is RecipientState.ACCEPTED


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("554 5.6.0 not wanted", RecipientState.REFUSED),
        ("552 5.2.2 mailbox full", RecipientState.REFUSED),
        ("451 4.3.0 try later", RecipientState.QUEUED),
    ],
)
def test_the_answer_after_the_words_decides(
    mailbox: Mailbox, transport: SmtpTransport, answer: str, state: RecipientState
) -> None:
    """A 5xx after the words is final, a 4xx is not."""
    outbox = MemoryOutbox()
    mail = outbox.put(CLERK, at=NOW)
    mailbox.data = [answer]
    deliver(outbox, transport)
    assert outbox.states(mail)[CLERK] is state


def test_a_refused_sender_loses_no_mail(mailbox: Mailbox, transport: SmtpTransport) -> None:
    """A 5xx to MAIL FROM is our own configuration's fault: the mail waits to be sent."""
    outbox = MemoryOutbox()
    mail = outbox.put(CLERK, at=NOW)
    mailbox.mail_from = ["553 5.7.1 sender not allowed"]
    deliver(outbox, transport)
    assert outbox.states(mail)[CLERK] is RecipientState.QUEUED
    deliver(outbox, transport, at=NOW + timedelta(hours=1))
    assert outbox.states(mail)[CLERK] is RecipientState.ACCEPTED


def test_a_closing_server_fails_only_whom_it_did_not_answer(
    mailbox: Mailbox, transport: SmtpTransport
) -> None:
    """A 421 in the middle of the recipients leaves all of them waiting, and no error."""
    outbox = MemoryOutbox()
    mail = outbox.put(CLERK, DEPUTY, at=NOW)
    mailbox.rcpt[DEPUTY] = ["421 4.3.2 closing"]
    deliver(outbox, transport)
    assert set(outbox.states(mail).values()) == {RecipientState.QUEUED}


def test_a_server_that_hangs_is_given_up_at_the_deadline(
    mailbox: Mailbox, server: tuple[Mailbox, int]
) -> None:
    """A server that never answers costs the deadline, not for ever, and the mail waits."""
    outbox = MemoryOutbox()
    mail = outbox.put(CLERK, at=NOW)
    mailbox.data = [HANG]
    hasty = SmtpTransport(host="127.0.0.1", port=server[1], security="none", deadline_s=0.3)
    report = deliver(outbox, hasty)
    assert report.waiting == 1
    assert "in time" in outbox.rows[mail].recipients[0].last_error


def test_a_server_that_is_down_is_a_warning_and_not_asked_for_every_mail() -> None:
    """With nothing listening the round ends after three mails; all of them wait."""
    outbox = MemoryOutbox()
    for _ in range(5):
        outbox.put(CLERK, at=NOW)
    nowhere = SmtpTransport(host="127.0.0.1", port=1, security="none", deadline_s=1)
    report = deliver(outbox, nowhere)
    assert (report.waiting, report.is_cut_short, len(report.warnings)) == (3, True, 3)
    assert len(outbox.mails(due_at=NOW)) == 2


def test_stop_ends_the_round_between_two_mails(mailbox: Mailbox, transport: SmtpTransport) -> None:
    """SIGTERM lets the mail in hand finish and leaves the next one due."""
    outbox = MemoryOutbox()
    for _ in range(3):
        outbox.put(CLERK, at=NOW)
    asked = iter([False, True])
    report = deliver_due(outbox, transport, sender=SENDER, now=NOW, stop=lambda: next(asked))
    assert (report.accepted, report.is_cut_short) == (1, True)
    assert len(outbox.mails(due_at=NOW)) == 2


class MeetingTransport:
    """Accepts everything, and gives a second sender the chance to come in beside the first."""

    def __init__(self) -> None:
        self.meeting = threading.Barrier(2)
        self.sent = 0

    def send(
        self, body: bytes, sender: str, recipients: Sequence[str]
    ) -> Mapping[str, MailError | None]:
        """Accept after a moment, or as soon as somebody else sends too."""
        with contextlib.suppress(threading.BrokenBarrierError):
            self.meeting.wait(timeout=0.1)
        self.sent += 1
        return dict.fromkeys(recipients)


def test_two_threads_do_not_send_one_mail_twice() -> None:
    """Pulls that end together both deliver: the mail leaves once all the same."""
    outbox, transport = MemoryOutbox(), MeetingTransport()
    outbox.put(CLERK, at=NOW)
    with ThreadPoolExecutor(2) as pool:
        rounds = [
            pool.submit(deliver_due, outbox, transport, sender=SENDER, now=NOW) for _ in range(2)
        ]
    assert sum(one.result().accepted for one in rounds) == 1
    assert transport.sent == 1


def test_the_waits_grow_to_an_hour() -> None:
    """1, 5, 15, 30 and 60 minutes, then hourly for as long as it takes."""
    minutes = [back_off(tries).total_seconds() / 60 for tries in range(7)]
    assert minutes == [1, 5, 15, 30, 60, 60, 60]


def test_no_address_stands_in_a_log_or_a_warning(
    mailbox: Mailbox, transport: SmtpTransport
) -> None:
    """Logs and warnings tell recipients apart without naming them, whatever a server says."""
    outbox = MemoryOutbox()
    outbox.put(CLERK, DEPUTY, at=NOW)
    mailbox.rcpt[CLERK] = [f"550 5.1.1 <{CLERK}> unknown"]
    with capture_logs() as logs:
        report = deliver(outbox, transport)
    said = f"{logs} {report.warnings}"
    assert len(logs) == 2
    assert CLERK not in said
    assert DEPUTY not in said


def test_a_line_of_a_single_dot_arrives_whole(mailbox: Mailbox, transport: SmtpTransport) -> None:
    """A post cannot end the mail early and start one of its own."""
    outbox = MemoryOutbox()
    body = b"Subject: x\r\n\r\nOne\r\n.\r\nMAIL FROM:<evil@example.org>\r\n..two\r\n"
    outbox.put(CLERK, at=NOW, body=body)
    deliver(outbox, transport)
    assert mailbox.taken[CLERK] == [body]


ANSWERS = st.sampled_from([OK, "450 4.2.0 later", "421 4.3.2 closing", DROP])
AFTER = st.sampled_from([OK, "451 4.3.0 later", DROP, "452 4.3.1 full"])


SCRIPTS = st.fixed_dictionaries(
    {
        "clerk": st.lists(ANSWERS, max_size=3),
        "deputy": st.lists(ANSWERS, max_size=3),
        "after": st.lists(AFTER, max_size=3),
        "senders": st.lists(st.sampled_from([OK, "550 5.7.1 no", DROP]), max_size=2),
    }
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(script=SCRIPTS)
def test_whatever_fails_everybody_has_each_mail_once(
    mailbox: Mailbox, transport: SmtpTransport, script: dict[str, list[str]]
) -> None:
    """After any temporary failures each recipient was told OK exactly once per mail."""
    mailbox.__init__()  # type: ignore[misc]  # hypothesis runs many examples in one test
    mailbox.rcpt[CLERK], mailbox.rcpt[DEPUTY] = list(script["clerk"]), list(script["deputy"])
    mailbox.data, mailbox.mail_from = list(script["after"]), list(script["senders"])
    outbox = MemoryOutbox()
    mails = [outbox.put(CLERK, DEPUTY, at=NOW), outbox.put(DEPUTY, at=NOW)]
    at = NOW
    for _ in range(16):
        deliver(outbox, transport, at=at)
        at += BACK_OFF[-1]
    taken = {address: sorted(bodies) for address, bodies in mailbox.taken.items()}
    bodies = [outbox.rows[mail].body for mail in mails]
    assert taken == {CLERK: bodies[:1], DEPUTY: sorted(bodies)}
    assert all(set(outbox.states(mail).values()) == {RecipientState.ACCEPTED} for mail in mails)
