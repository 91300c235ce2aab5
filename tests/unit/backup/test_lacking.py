"""What a mail knew: read from its attachment, its headers, or typed; from anybody, for a claim."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import OperatorError
from monitor.backup.lacking import Anchor, anchor_of_mail, compare, read_anchor

OWN = "4f3a" * 16


def mail(record: object = None, header: str = "") -> EmailMessage:
    """Return a mail as ours are: a text, and the record attached."""
    message = EmailMessage()
    message["Date"] = "Mon, 30 Nov 2026 07:00:00 +0000"
    if header:
        message["X-Clerkwatch-Ledger"] = header
    message.set_content("Nothing was flagged.")
    if record is not None:
        message.add_attachment(
            json.dumps(record).encode(), maintype="application", subtype="json", filename="r.json"
        )
    return message


def test_the_attachment_says_it_in_full() -> None:
    """Number, whole hash, when, and the state of each case."""
    record = {
        "as_of": "2026-11-30T07:00:00+00:00",
        "ledger": {"entries": 12, "head": OWN},
        "cases": [{"id": 3, "state": "open"}, {"id": "x"}, "no case", {"id": True}],
    }
    found = anchor_of_mail(mail(record, f"12:{OWN[:32]}").as_bytes())
    assert found == Anchor(
        number=12, digits=OWN, at=datetime(2026, 11, 30, 7, tzinfo=UTC), cases={3: "open"}
    )


def test_the_header_is_enough_also_of_a_mail_forwarded_whole() -> None:
    """32 digits of the hash, and the mail's own date."""
    outer = EmailMessage()
    outer.set_content("See below.")
    outer.add_attachment(mail(header=f"12:{OWN[:32]}"))
    found = anchor_of_mail(outer.as_bytes())
    assert (found.number, found.digits, found.at) == (
        12,
        OWN[:32],
        datetime(2026, 11, 30, 7, tzinfo=UTC),
    )
    assert found.fits(OWN)
    assert not found.fits("0" + OWN[1:])


@pytest.mark.parametrize("text", ["", "12", "12:", "12:4f3a", "x:" + OWN, "12:" + "g" * 64])
def test_what_is_no_head_is_refused(text: str) -> None:
    """Fewer than 16 digits of a hash prove nothing."""
    with pytest.raises(OperatorError, match="is no head"):
        read_anchor(text)


def test_a_mail_without_a_head_is_refused_with_the_remedy() -> None:
    """Somebody else's mail, and one whose attachment was lost."""
    for message in (mail(), mail({"ledger": "none"}), mail(header="none")):
        with pytest.raises(OperatorError, match="where the ledger stood"):
            anchor_of_mail(message.as_bytes())


@given(st.binary(max_size=2000))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """A file that is no mail crashes nothing."""
    for prefix in (b"", b"Content-Type: multipart/mixed; boundary=x\n\n--x\n", b"X-Clerkwatch-"):
        with pytest.raises(OperatorError):
            anchor_of_mail(prefix + data)


def test_a_copy_that_goes_further_lacks_nothing() -> None:
    """And one that has another entry there is not of the same record."""
    anchor = Anchor(number=5, digits=OWN[:16])
    assert compare(anchor, head=(9, "x"), own=OWN, states={}).is_nothing()
    assert compare(anchor, head=(9, "x"), own="0" * 64, states={}).is_other
    assert compare(anchor, head=(5, OWN), own=OWN, states={}).is_nothing()
    assert compare(anchor, head=(4, "x"), own="", states={}).entries == (5, 5)
