"""Laws of replies: nothing makes the parser raise, and no change to a header lets a reply in."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.cases.replies import parse
from monitor.cases.replies.forwarded import forwarded_in
from tests.unit.cases.replies import test_more_shapes, test_shapes
from tests.unit.cases.replies.told import Told, outcome, said

ALL = [*test_shapes.ALL, *test_more_shapes.ALL]
REFUSED = [told for told in ALL if told.word is None]
DECIDING = [told for told in ALL if told.word is not None]
_CODE = re.compile(rb"\+(\d+)\.([2-9A-Za-z]{6})@|\[(\d+)-([2-9A-Za-z]{6})\]")
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
    assert outcome(raw)[0] is None
    assert forwarded_in(raw).words is not None


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


@settings(max_examples=300)
@given(
    told=st.sampled_from(DECIDING),
    letters=st.text("23456789ABCDEFGHJKLMNPQRSTUVWXYZ", min_size=6, max_size=6),
)
def test_no_mail_without_a_valid_code_decides(told: Told, letters: str) -> None:
    """The same mail with another code, or without one, decides nothing whatever else it says."""
    head, gap, body = told.raw.partition(b"\r\n\r\n")
    codes = {found[1] or found[3] for found in _CODE.findall(head)}
    bare = _CODE.sub(b"@", head)
    assert outcome(bare + gap + body)[0] is None
    other = head
    for code in codes:
        if code.upper() != letters.encode():
            other = other.replace(code, letters.encode())
    assert other == head or outcome(other + gap + body)[0] is None


@settings(max_examples=300)
@given(
    told=st.sampled_from(DECIDING),
    places=st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), min_size=1, max_size=8),
)
def test_a_damaged_mail_is_read_without_an_error(told: Told, places: list[tuple[int, int]]) -> None:
    """Bytes that were changed on the way make no error and no other decision about a case."""
    raw = bytearray(told.raw)
    for place, value in places:
        raw[place % len(raw)] = value
    word, number, _ = outcome(bytes(raw))
    assert word is None or number in {told.number, 0}


@given(text=st.text(max_size=400))
def test_any_words_in_a_good_mail_are_read_without_an_error(text: str) -> None:
    """Whatever a listed person types, nothing raises, and only a word of ours decides."""
    word, _, _ = outcome(said(text.encode("utf-8", "ignore").decode()))
    assert word is None or word.value.split()[0] in text.upper()


def test_a_charset_with_a_nul_is_no_error() -> None:
    """What the standard library raises for such a part stays with that part."""
    broken = said("KEEP").replace(b"utf-8", b"utf\0-8").replace(b"KEEP", b"K\x80EEP")
    assert outcome(broken)[0] is None
