"""Mails made to keep the reader busy: each is read in bounded time, and decides nothing by it."""

from __future__ import annotations

import time

import pytest

from monitor.cases.replies import parse
from monitor.cases.replies.forwarded import forwarded_in

HEAD = b"From: clerk@town.example\r\nTo: watch+42.ABCDEF@town.example\r\nSubject: x\r\n"
PAGE = HEAD + b"Content-Type: text/html\r\n\r\n"
SECONDS = 10.0
"""Far above what they take, and far below what they took before they were bounded."""
MAILS = {
    "parts": HEAD + b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n' + b"--x\r\n" * 400_000,
    "one line": HEAD + b"\r\n" + b"REMOVE " * 1_700_000,
    "lines": HEAD + b"\r\n" + b"> q\r\n" * 2_400_000,
    "signatures": HEAD + b"\r\n" + b"-----BEGIN PGP SIGNED MESSAGE-----\r\n\r\n" * 2_000,
    "deep quotes": PAGE + b"<div><blockquote>" * 12_000,
    "deep": PAGE + b"<div>" * 39_000 + b"REMOVE",
    "styles": PAGE + b"<p style='color:red'>x" * 9_000,
    "spaces": HEAD + b"\r\nKEEP" + b" " * 190_000 + b"x",
    "mails within mails": HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 3_000 + b"REMOVE",
}


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_made_to_take_long_does_not(name: str) -> None:
    """It is read in seconds, orders nothing, and reports nothing that takes long either."""
    began = time.monotonic()
    reply = parse(MAILS[name], sender="watch@town.example")
    forwarded_in(MAILS[name])
    assert reply.order is None
    assert time.monotonic() - began < SECONDS


def test_pictures_and_words_of_a_report_are_found_in_a_mail_within_the_mail() -> None:
    """A report forwarded as an attachment gives its address, words and pictures; links are bare."""
    link = "https://eur02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fx.example%2Fp%2F7&d=1"
    lines = (
        'Content-Type: multipart/mixed; boundary="o"',
        *("", "--o", "Content-Type: text/plain", "", "OPEN because a resident wrote"),
        *("--o", "Content-Type: message/rfc822", "", "Subject: look"),
        *('Content-Type: multipart/mixed; boundary="i"', "", "--i", "Content-Type: text/plain"),
        *("", f"Look: {link}", '"Only they kept the library open, vote"'),
        *("--i", 'Content-Type: image/png; name="a.png"', "Content-Transfer-Encoding: base64"),
        *("", "QUJD", "--i--", "--o--", ""),
    )
    raw = HEAD + "\r\n".join(lines).encode()
    found = forwarded_in(raw)
    assert found.addresses == ("https://x.example/p/7",)
    assert found.words == "Only they kept the library open, vote"
    assert [(one.name, one.content) for one in found.pictures] == [("a.png", b"ABC")]
