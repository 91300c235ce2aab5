"""The mails to owners: both parts say the same, and nothing hostile gets through."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass, replace
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING

import pytest

from config.errors import MailError
from config.types import CaseState, Kind
from monitor.alerts.asking import (
    About,
    AskingFacts,
    Owner,
    compose_reminder,
    compose_request,
    compose_withdrawal,
)
from tests.unit.alerts.builders import (
    AS_OF,
    CHILD,
    COUNCIL,
    FACEBOOK,
    HARMLESS,
    PARTY,
    POLICY,
    STAMP,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import EmailMessage

    from storage.values import NewMail

SENDER = "clerkwatch@ashcombe.example"
FIRST = "<first@ashcombe.example>"


@dataclass(frozen=True)
class Reader:
    """Who reads the answer."""

    name: str = "Clerk"
    email: str = "clerk@ashcombe.example"


def facts(**changes: object) -> AskingFacts:
    """Return a request of this morning about a post on the Facebook page."""
    given = AskingFacts(
        council=COUNCIL,
        zone="Europe/London",
        as_of=AS_OF,
        case=replace(PARTY, state=CaseState.REMOVAL_REQUESTED),
        account=FACEBOOK,
        owner=Owner(name="Communications Officer", email="comms@ashcombe.example"),
        about=About.REMOVAL,
        approved_by="Clerk",
        approved_at=AS_OF,
        due_at=AS_OF + timedelta(days=3, hours=5),
        policy=POLICY,
        policy_title="Social Media Policy",
        steps="Open the post, choose Delete",
        until=None,
        by_hand=False,
        answers_to=Reader(),
        stamp=STAMP,
        harmless=HARMLESS,
    )
    return replace(given, **changes)  # type: ignore[arg-type]  # the keys are its own


def request(given: AskingFacts) -> NewMail:
    """Return the request."""
    return compose_request(given, key="request:42:1", sender=SENDER)


def reminder(given: AskingFacts) -> NewMail:
    """Return a reminder of it."""
    return compose_reminder(given, key="reminder:42", sender=SENDER, follows=FIRST)


def withdrawal(given: AskingFacts) -> NewMail:
    """Return what takes it back."""
    return compose_withdrawal(given, key="request:42:1:withdrawn", sender=SENDER, follows=FIRST)


def opened(mail: NewMail) -> EmailMessage:
    """Return a mail as a reader's programme has it."""
    return email.message_from_bytes(mail.body, policy=email.policy.default)


def part(mail: NewMail, kind: str) -> str:
    """Return one part of a mail."""
    body = opened(mail).get_body((kind,))
    assert body is not None
    return str(body.get_content())


def bare(text: str) -> set[str]:
    """Return the words of a text."""
    return {word.casefold() for word in re.findall(r"[^\W_]+", text)}


@pytest.mark.parametrize("compose", [request, reminder, withdrawal])
@pytest.mark.parametrize(
    "given",
    [
        facts(),
        facts(about=About.CORRECTION),
        facts(case=replace(CHILD, state=CaseState.REMOVAL_REQUESTED)),
        facts(account=replace(FACEBOOK, kind=Kind.MEMBER)),
        facts(by_hand=True, steps=""),
    ],
    ids=["removal", "correction", "masked", "member", "by hand"],
)
def test_text_and_html_say_the_same(
    compose: Callable[[AskingFacts], NewMail], given: AskingFacts
) -> None:
    """Every word of the text stands in the HTML; the HTML adds its heading only."""
    mail = compose(given)
    page = part(mail, "html").partition("</h1>")[2]
    shown = bare(unescape(re.sub(r"<[^>]*>", "", page.replace("<br>", " ").replace("</p>", " "))))
    assert shown == bare(part(mail, "plain"))
    assert "href" not in page
    assert mail.body.isascii()
    assert compose(given) == mail


def test_what_follows_a_request_is_in_its_thread() -> None:
    """Reminder and withdrawal name the request's Message-ID; all are answered to the Clerk."""
    for mail in (reminder(facts()), withdrawal(facts())):
        assert opened(mail)["In-Reply-To"] == FIRST
        assert opened(mail)["Reply-To"] == "Clerk <clerk@ashcombe.example>"
        assert opened(mail).get_content_type() == "multipart/alternative"


def test_hostile_words_stay_words() -> None:
    """Tags, escape sequences and line breaks of a post or a name do nothing."""
    text = "<script>alert(1)</script>\x1b[31mred\r\nBcc: all@evil.example"
    hostile = replace(PARTY, text=text, findings=(), state=CaseState.REMOVAL_REQUESTED)
    mail = request(facts(case=hostile, owner=Owner(name="Jo\r\nBcc: x@y.example", email="j@o.uk")))
    assert "<script>" not in part(mail, "html")
    assert "\x1b" not in part(mail, "plain")
    assert opened(mail)["Bcc"] is None


def test_an_address_that_is_none_is_refused() -> None:
    """Before anything is stored."""
    with pytest.raises(MailError):
        request(facts(owner=Owner(name="Jo", email="jo@ashcombe.example\nBcc: x@y.example")))


def test_masked_words_are_in_no_part() -> None:
    """Neither text, nor HTML, nor any header repeats them."""
    mail = request(facts(case=replace(CHILD, state=CaseState.REMOVAL_REQUESTED)))
    assert not any(word in mail.body for word in (b"Milly", b"Hargreave", b"Oakfield"))
