"""Finished bytes: the same each time, safe in every header, taken by every server."""

from __future__ import annotations

import dataclasses
import email
import json
import re
from email.policy import SMTP, default
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.errors import MailError
from config.types import CaseId, Role
from monitor.alerts.digest import MOST_BYTES
from monitor.alerts.hardening import one_line
from monitor.alerts.message import (
    MOST_ENCLOSED,
    Letter,
    checked,
    enclosed,
    finish,
    fits,
    message_id,
)
from tests.unit.alerts.builders import (
    AS_OF,
    COUNCIL,
    PARTY,
    STAMP,
    case,
    facts,
    finding,
    working_day,
)
from tests.unit.alerts.letters import SHOWN, finished, hostile_morning
from tests.unit.alerts.people import CLERK, SENDER, Somebody

if TYPE_CHECKING:
    from email.message import EmailMessage


def parsed(body: bytes) -> EmailMessage:
    """Return a mail as a reader's programme sees it."""
    return email.message_from_bytes(body, policy=default)


def letter(**changes: object) -> Letter:
    """Return a small letter."""
    values: dict[str, object] = {
        "key": "digest:2026-11-24",
        "kind": "digest",
        "council": COUNCIL,
        "sender": SENDER,
        "people": (CLERK,),
        "subject": "No decision needed — Tue 24 Nov",
        "text": "Nothing was flagged. ☕\n",
        "html": "<p>Nothing was flagged. ☕</p>",
        "at": AS_OF,
        "zone": "Europe/London",
        "stamp": STAMP,
    }
    return Letter(**{**values, **changes})  # type: ignore[arg-type]  # keys are its own


def test_the_same_facts_give_the_same_bytes() -> None:
    """Composed again after a kill it is the same mail, byte for byte."""
    assert finished(working_day()) == finished(working_day())


def test_each_mail_has_a_message_id_of_its_own() -> None:
    """Another day, another council, another id; the sender's domain stands in it."""
    ids = {
        message_id(key, council=council, sender=SENDER)
        for key in ("digest:2026-11-24", "digest:2026-11-25")
        for council in ("A", "B")
    }
    assert len(ids) == 4
    assert all(one.endswith("@ashcombe-tc.example>") for one in ids)


def test_the_bytes_are_what_every_server_takes() -> None:
    """7-bit, CRLF line ends only, no line over 998 characters."""
    body = finished(working_day()).body
    lines = body.split(b"\r\n")
    assert body.isascii()
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    assert max(map(len, lines)) <= 998


def test_the_parts_are_text_html_and_record() -> None:
    """Text first, HTML as the better choice, the record as an attachment in JSON."""
    message = parsed(finished(working_day()).body)
    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "application/json",
    ]
    record = json.loads(next(message.iter_attachments()).get_content())
    assert [one["id"] for one in record["cases"]] == [44, 42, 43]
    assert record["ledger"] == {"entries": 4021, "head": STAMP.head}


def test_the_record_holds_rules_and_no_words_of_posts() -> None:
    """A second disclosure is ours: the attachment names rules, never what was written."""
    message = parsed(finished(working_day()).body)
    packed = str(json.loads(next(message.iter_attachments()).get_content()))
    assert "party-politics/endorsement" in packed
    assert not any(word in packed for word in ("Milly", "library", "TOWN20"))


def test_the_headers_say_what_kind_of_mail_it_is() -> None:
    """A mailbox can sort it, and no out-of-office answer is provoked."""
    message = parsed(finished(working_day()).body)
    assert {name: message[name] for name in HEADERS} == HEADERS


HEADERS = {
    "Auto-Submitted": "auto-generated",
    "List-Id": "clerkwatch <clerkwatch.ashcombe-tc.example>",
    "X-Clerkwatch-Kind": "digest",
    "X-Clerkwatch-Key": "digest:2026-11-24",
    "X-Clerkwatch-Run": "812",
    "X-Clerkwatch-Ledger": f"4021:{STAMP.head[:32]}",
    "X-Clerkwatch-Rules": "c0ffee00c0ffee00",
    "X-Clerkwatch-Version": "0.1.0",
    "Date": "Tue, 24 Nov 2026 07:00:00 +0000",
    "From": "clerkwatch for Ashcombe Town Council <clerkwatch@ashcombe-tc.example>",
    "To": "Town Clerk <clerk@ashcombe-tc.example>",
    "Subject": "3 posts need a decision, 1 account not read — Tue 24 Nov",
}


def test_the_digest_goes_to_the_clerk_alone() -> None:
    """The deputy is told at once of what is urgent; the morning mail is the Clerk's."""
    assert finished(working_day()).recipients == ("clerk@ashcombe-tc.example",)


def test_no_name_makes_a_header() -> None:
    """Line ends in a council's, a person's or an account's name add no header and no recipient."""
    evil = Somebody(role=Role.CLERK, name='C"\r\nBcc: x@y.example\r\n\r\nHi', email=CLERK.email)
    message = parsed(finished(hostile_morning(), evil).body)
    assert message["Bcc"] is None
    assert [one.addr_spec for one in message["To"].addresses] == [CLERK.email]
    assert [one.addr_spec for one in message["From"].addresses] == [SENDER]


@settings(max_examples=60)
@given(name=st.text(max_size=60), subject=st.text(max_size=300), council=st.text(max_size=60))
def test_any_text_stands_safely_in_headers(name: str, subject: str, council: str) -> None:
    """Whatever stands in a name or subject, there is one recipient and no header more."""
    person = Somebody(role=Role.CLERK, name=name, email=CLERK.email)
    body = finish(letter(people=(person,), subject=subject, council=council))
    message = email.message_from_bytes(body, policy=SMTP)
    assert sorted(set(message.keys())) == sorted(message.keys())
    assert len(message.keys()) == len(EXPECTED_NAMES)
    assert [one.addr_spec for one in message["To"].addresses] == [CLERK.email]


TEXTS = st.text(st.sampled_from("ab —é🎄=?_[]:,"), min_size=1, max_size=220)


@settings(max_examples=150, deadline=None)
@given(subject=TEXTS)
def test_a_subject_is_read_as_it_was_written(subject: str) -> None:
    """Wherever a long subject is folded, no space appears and none is lost."""
    shown = parsed(finish(letter(subject=subject)))["Subject"]
    assert str(shown) == one_line(subject)


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_every_reviewed_subject_is_read_as_it_was_written(name: str) -> None:
    """The subjects of the golden mails survive the header, and no line of it is long."""
    body = finish(letter(subject=SHOWN[name].subject))
    header = body[body.index(b"\r\nSubject: ") + 2 : body.index(b"\r\nDate: ")]
    assert str(parsed(body)["Subject"]) == SHOWN[name].subject
    assert max(map(len, header.split(b"\r\n"))) <= 76


EXPECTED_NAMES = email.message_from_bytes(finish(letter())).keys()


def test_text_survives_the_journey() -> None:
    """What was written is what is read, beyond ASCII too."""
    message = parsed(finish(letter(text="Łódź ☕\n")))
    text = message.get_body(("plain",))
    assert text is not None
    assert text.get_content().replace("\r\n", "\n") == "Łódź ☕\n"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "clerk",
        "clerk@",
        "@example.org",
        "a@b@c.example",
        "clerk@example.org\r\nBcc: x@y.example",
        "clerk @example.org",
        "Clerk <clerk@example.org>",
        "clérk@example.org",
        f"{'x' * 65}@example.org",
        f"clerk@{'x' * 64}.example",
        f"clerk@{'.'.join(['x' * 60] * 5)}",
    ],
)
def test_what_is_no_usable_address_is_refused(address: str) -> None:
    """An address that could break a header or the conversation never gets there."""
    with pytest.raises(MailError) as caught:
        checked(address)
    assert caught.value.permanent is True


def test_an_international_domain_is_written_in_ascii() -> None:
    """No server needs SMTPUTF8 for our mails."""
    assert checked("clerk@rat-münchen.example") == "clerk@xn--rat-mnchen-eeb.example"


def test_nobody_to_tell_is_an_error() -> None:
    """A mail to nobody is never queued as if it had been sent."""
    with pytest.raises(MailError, match="nobody"):
        finish(letter(people=()))


@pytest.mark.parametrize("filler", ["x", "é", "🎄", "<&\"'>", "\n", "https://a.example/ "])
def test_the_mail_stays_under_100_kb(filler: str) -> None:
    """However much there is to tell, and in whatever script, less is told in full."""
    text = "Vote Independent " + filler * (40_000 // len(filler))
    many = tuple(
        dataclasses.replace(
            case(1, finding(text, "Vote Independent", reason=filler * 300), text=text),
            id=CaseId(number),
            history=number % 2 == 0,
        )
        for number in range(1, 400)
    )
    mail = finished(
        facts(
            cases=tuple(one for one in many if not one.history),
            history=tuple(one for one in many if one.history),
            waiting=many[:150],
        )
    )
    assert len(mail.body) <= MOST_BYTES
    assert len(mail.cases) == 399


def test_a_mail_tells_which_cases_it_tells_of() -> None:
    """The outbox knows the cases, so that history is told once."""
    assert finished(facts(history=(PARTY,))).cases == (42,)


# --- files that go with a mail --------------------------------------------------------------


@given(st.text(max_size=120), st.sampled_from(["zip", "html", "csv", "json", "txt"]))
def test_a_files_name_is_harmless_whatever_it_was_to_be(stem: str, suffix: str) -> None:
    """Small Latin letters, digits and dashes, one dot, no path, no device, no second ending."""
    name = enclosed(stem, suffix, b"").name
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,70}\.(zip|html|csv|json|txt)", name)
    assert name.partition(".")[0] not in {"con", "prn", "aux", "nul", "com1", "lpt9"}


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("../../etc/passwd", "etc-passwd.csv"),
        ("CON", "paper-con.csv"),
        ("", "paper.csv"),
        ('a"\r\nBcc: x@y.example', "a-bcc-x-y-example.csv"),
        ("\u202egpj.exe", "gpj-exe.csv"),
    ],
)
def test_hostile_file_names_are_made_plain(stem: str, name: str) -> None:
    """What would be a path, a device, a header or another ending is only letters."""
    assert enclosed(stem, "csv", b"").name == name


@given(st.binary(max_size=3000))
@settings(max_examples=50, deadline=None)
def test_files_arrive_byte_for_byte(content: bytes) -> None:
    """Whatever is in them, on 7-bit lines that every server takes."""
    names = ("zip", "csv", "html")
    body = finish(letter(files=tuple(enclosed("a", name, content) for name in names)))
    assert body.isascii()
    assert max(map(len, body.split(b"\r\n"))) <= 998
    parts = list(parsed(body).iter_attachments())
    assert [part.get_payload(decode=True) for part in parts] == [content] * 3
    assert [part.get_content_type() for part in parts] == [
        "application/zip",
        "text/csv",
        "text/html",
    ]
    assert {part.get_content_disposition() for part in parts} == {"attachment"}


def test_files_that_are_too_large_are_refused() -> None:
    """Together, not each; and a file of another kind is not made at all."""
    half = enclosed("half", "zip", bytes(MOST_ENCLOSED // 2 + 1))
    assert fits((half,))
    assert not fits((half, half))
    with pytest.raises(MailError, match="too large"):
        finish(letter(files=(half, half)))
    with pytest.raises(ValueError, match="exe"):
        enclosed("a", "exe", b"")
