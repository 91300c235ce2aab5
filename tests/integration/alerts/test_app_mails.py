"""The wired application's mails: from configuration, policy and rules to finished bytes."""

from __future__ import annotations

import dataclasses
import email
from datetime import UTC, datetime, timedelta
from email.policy import default
from typing import TYPE_CHECKING

import pytest

from config.settings import load
from config.types import RunKind, Severity
from monitor.alerts.digest import compose_digest
from monitor.alerts.gather import gather
from monitor.alerts.outbox import deliver_due
from monitor.alerts.urgent import urgent_mail
from monitor.app import build
from monitor.clock import SteppedClock
from monitor.judging import polls_of
from storage.open import open_repository
from tests.integration.alerts.servers import Mailbox, mail_server
from tests.lib import records

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path

    from config.types import CaseId
    from monitor.app import App

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
TOML = """
[council]
name = "Fernbeck Town Council"
email_domain = "fernbeck-tc.gov.uk"

[mail]
host = "127.0.0.1"
port = {port}
security = "none"
sender = "clerkwatch@fernbeck-tc.gov.uk"

[[people]]
role = "clerk"
name = "Clerk"
email = "clerk@fernbeck-tc.gov.uk"

[[people]]
role = "technical"
name = "Supplier"
email = "help@it-supplier.example"

[budget.x]
usd_per_month = 5.00

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

[[polls]]
id = "parish.2027-05-06"
type = "parish"
date = 2027-05-06
"""


@pytest.fixture
def mailbox() -> Mailbox:
    """Return the town's mailbox."""
    return Mailbox()


@pytest.fixture
def app(tmp_path: Path, mailbox: Mailbox) -> Iterator[App]:
    """Return the application as it is wired for a small town, with a real mail server."""
    file = tmp_path / "clerkwatch.toml"
    with mail_server(mailbox) as port:
        file.write_text(TOML.format(port=port), encoding="utf-8")
        store = open_repository(f"sqlite:///{tmp_path / 'clerkwatch.db'}", create=True)
        wired = build(load(file, environ={}), clock=SteppedClock(NOW), repository=store, environ={})
        store.sync_register(wired.register, at=NOW - timedelta(days=7))
        yield wired
        store.close()


def opened(app: App, severity: Severity = Severity.URGENT, *, history: bool = False) -> CaseId:
    """Read a post and open a case on it."""
    store = app.repository
    run = store.begin_run(RunKind.SCAN, by="daemon", at=NOW)
    text = "vote for nobody you know"
    store.record(run, records.COUNCIL, [records.post("77", text, read_at=NOW, published_at=NOW)])
    version = next(one for lot in store.versions() for one in lot)
    with store.writing() as transaction:
        finding = transaction.add_finding(
            version.id, records.finding("hate/slur", clause="terms.2", severity=severity), at=NOW
        )
        case = transaction.open_case(
            version.subject,
            severity=severity,
            history=history,
            due_at=NOW + timedelta(days=1),
            at=NOW,
            by="clerkwatch",
        )
        transaction.attach(case, finding)
    return case


def read(body: bytes) -> tuple[EmailMessage, str]:
    """Return a mail and its text part on one line."""
    message = email.message_from_bytes(body, policy=default)
    part = message.get_body(("plain",))
    return message, " ".join(part.get_content().split()) if part else ""


def test_an_urgent_case_is_told_inside_its_transaction(app: App, mailbox: Mailbox) -> None:
    """Composed while the case's transaction is open, queued once, and delivered."""
    number = opened(app)
    for _ in range(2):
        with app.repository.writing() as transaction:
            mail = urgent_mail(app, transaction.case(number), as_of=NOW)
            assert mail is not None
            transaction.queue_mail(mail, at=NOW)
    report = deliver_due(app.repository, app.transport, sender=app.settings.mail.sender, now=NOW)
    message, text = read(mailbox.taken["clerk@fernbeck-tc.gov.uk"][0])
    assert (report.accepted, len(mailbox.offered)) == (1, 1)
    assert message["Subject"] == f"Urgent: a post on X may be hateful [case {number}]"
    assert "It may breach Terms of Use 2" in text


def test_a_second_urgent_mail_about_a_case_is_in_the_thread_of_the_first(app: App) -> None:
    """What is found later refers to the first mail, and no platform's words reach a header."""
    number = opened(app)
    store = app.repository
    version = next(one for lot in store.versions() for one in lot)
    for rule in ("", "abuse/threat"):
        with store.writing() as transaction:
            if rule:
                more = records.finding(rule, clause="terms.2", severity=Severity.URGENT)
                transaction.attach(number, transaction.add_finding(version.id, more, at=NOW))
            mail = urgent_mail(app, transaction.case(number), as_of=NOW)
            assert mail is not None
            assert transaction.queue_mail(mail, at=NOW)
    first, second = (read(mail.body)[0] for mail in store.mails())
    assert first["In-Reply-To"] is None
    assert (second["In-Reply-To"], second["References"]) == (first["Message-ID"],) * 2
    for message in (first, second):
        assert str(message["List-Id"]) == "clerkwatch <clerkwatch.fernbeck-tc.gov.uk>"
        assert message["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(
    ("severity", "history"), [(Severity.REVIEW, False), (Severity.URGENT, True)]
)
def test_what_can_wait_is_not_mailed_at_once(
    app: App,
    severity: Severity,
    history: bool,  # noqa: FBT001 - pytest hands parameters over by name
) -> None:
    """A matter for review and an older post are for the morning."""
    case = app.repository.case(opened(app, severity, history=history))
    assert case is not None
    assert urgent_mail(app, case, as_of=NOW) is None


def test_a_case_of_an_account_that_left_the_register_is_not_mailed(app: App) -> None:
    """Nothing is said about an account that is watched no more."""
    case = app.repository.case(opened(app))
    assert case is not None
    assert urgent_mail(dataclasses.replace(app, register=()), case, as_of=NOW) is None


def test_mondays_digest_from_the_towns_own_configuration(app: App) -> None:
    """Policy words, polls, overdue review, costs and who was not told all come from settings."""
    opened(app, Severity.REVIEW)
    facts = gather(
        app.repository,
        settings=app.settings,
        register=app.register,
        policy=app.policy,
        rules=app.judge.rules,
        rules_digest=app.judge.digest,
        polls=polls_of(app.settings, app.repository),
        as_of=NOW,
    )
    mail = compose_digest(facts, sender=app.settings.mail.sender, people=app.settings.people)
    _, text = read(mail.body)
    assert mail.subject == "1 post needs a decision, 1 account not read — Mon 23 Nov"
    for said in (
        "“must not be used in an abusive or hateful manner”",
        "X @FernbeckTC, never read so far",
        "The details have gone to your technical contact.",
        "Thursday 6 May 2027, town council election",
        "The Social Media Policy was due for review in September/October 2020.",
        "X has cost $0.00 this month of $5.00.",
        "Those who post on X @FernbeckTC have not been told of the monitoring.",
    ):
        assert said in text
