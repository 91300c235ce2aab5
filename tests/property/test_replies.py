"""Laws of replies: nothing makes the parser raise, and no change to a header lets a reply in."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.cases.replies import parse
from tests.unit.cases.replies.test_shapes import ALL, Told, outcome

REFUSED = [told for told in ALL if told.word is None]
NAMES = (
    "Auto-Submitted",
    "Precedence",
    "Received",
    "Reply-To",
    "Sender",
    "In-Reply-To",
    "References",
    "X-Forwarded-For",
    "Content-Language",
    "ARC-Authentication-Results",
    "DKIM-Signature",
)


@given(raw=st.binary(max_size=2000))
def test_any_bytes_are_read_without_an_error(raw: bytes) -> None:
    """Whatever the bytes, a reply comes out, and it never decides by itself."""
    assert parse(raw, sender="watch@town.example").key


@given(
    head=st.lists(st.sampled_from((*NAMES, "From", "To", "Subject", "Content-Type")), max_size=6),
    values=st.lists(st.text(max_size=80), min_size=6, max_size=6),
    body=st.text(max_size=300),
)
def test_any_mail_is_read_without_an_error(head: list[str], values: list[str], body: str) -> None:
    """Whatever stands in known headers, nothing raises."""
    lines = [f"{name}: {value}" for name, value in zip(head, values, strict=False)]
    raw = "\n".join([*lines, "", body]).encode("utf-8", "surrogatepass")
    assert parse(raw, sender="watch@town.example").key


@settings(max_examples=400)
@given(
    told=st.sampled_from(REFUSED),
    name=st.sampled_from(NAMES),
    value=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60),
    place=st.integers(min_value=0, max_value=8),
)
def test_no_added_header_lets_a_refused_reply_in(
    told: Told, name: str, value: str, place: int
) -> None:
    """A header added anywhere below the first never makes a refused reply decide."""
    head, gap, body = told.raw.partition(b"\r\n\r\n")
    fields = re.split(rb"\r\n(?![ \t])", head)
    fields.insert(1 + place % max(1, len(fields)), f"{name}: {value}".encode())
    assert outcome(b"\r\n".join(fields) + gap + body)[0] is None
