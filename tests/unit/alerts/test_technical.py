"""The mail for the technician: details, without a word of any post."""

from __future__ import annotations

import dataclasses
import email
from email.policy import default

from config.types import AccountId
from monitor.alerts.technical import compose_technical
from tests.unit.alerts.builders import facts, working_day
from tests.unit.alerts.people import CLERK, EVERYBODY, SENDER, SUPPLIER

ERRORS = {AccountId("council-x"): "401 Unauthorized\r\nfrom api.x.example \x1b[31m"}


def test_details_of_what_fails_go_to_the_technician() -> None:
    """Label, class, since when, the platform's own error, and the refused mail; no posts."""
    given = dataclasses.replace(working_day(), refused=("urgent:9:ab",))
    mail = compose_technical(given, sender=SENDER, people=EVERYBODY, errors=ERRORS)
    assert mail is not None
    message = email.message_from_bytes(mail.body, policy=default)
    part = message.get_body(("plain",))
    said = " ".join(part.get_content().split()) if part else ""
    assert (mail.recipients, mail.key) == ((SUPPLIER.email,), "technical:2026-11-24")
    assert mail.subject == (
        "clerkwatch: 1 account could not be read, 1 mail refused by a server — Tue 24 Nov"
    )
    assert "Account council-x: auth_expired" in said
    assert "401 Unauthorized from api.x.example" in said
    assert "Mail urgent:9:ab: a server refused it for good." in said
    assert "library" not in said


def test_nothing_is_sent_when_all_is_well_or_nobody_is_there() -> None:
    """No technical mail on a good day, and none without a person for it."""
    good = compose_technical(facts(), sender=SENDER, people=EVERYBODY, errors={})
    nobody = compose_technical(working_day(), sender=SENDER, people=(CLERK,), errors={})
    assert (good, nobody) == (None, None)
