"""Replies of real shapes, honest and forged: what each of them decides."""

from __future__ import annotations

import pytest

from monitor.cases.replies import Refusal, Word
from tests.lib import reply_shapes as shapes
from tests.unit.cases.replies.told import (
    BAD,
    CODES,
    DIGEST,
    GOOD,
    HOST,
    OLD,
    OTHER,
    SENDER,
    URGENT,
    USED,
    Told,
    outcome,
    page,
    refused,
    said,
    to,
)


def honest() -> list[Told]:
    """Return every client in every language with each of some orders."""
    orders = (
        ("KEEP because it only says when the library opens", Word.KEEP),
        ("Mine.", Word.MINE),
        ("REMOVE\nThank you, Jane", Word.REMOVE),
    )
    return [
        Told(
            name=f"{client}-{language}-{word}",
            raw=shapes.mail(
                write(said, tongue),
                to=to(URGENT, 42),
                subject=f"{tongue.re} Urgent: a post [42-…]",
                more=GOOD,
            ),
            word=word,
            number=42,
        )
        for client, write in shapes.CLIENTS.items()
        for language, tongue in shapes.TONGUES.items()
        for said, word in orders
    ]


def quoted_only() -> list[Told]:
    """Return replies of every client and language without words of one's own."""
    return [
        Told(
            name=f"quoted-{client}-{language}",
            raw=shapes.mail(write("", tongue), to=to(URGENT, 42), more=GOOD),
            refusal=Refusal.NOT_UNDERSTOOD,
        )
        for client, write in shapes.CLIENTS.items()
        for language, tongue in shapes.TONGUES.items()
        if client != "spaced"
    ]


def forged() -> list[Told]:
    """Return what people who are not who they say, or may not, send."""
    keep = "KEEP because it is fine"
    wrong = "watch+42.AAAAAA@town.example"
    senders = (
        "Clerk <clerk@town.example.evil.example>",
        '"clerk@town.example" <evil@evil.example>',
        "clerk@town.example <evil@evil.example>",
        "clerk@town.example, evil@evil.example",
        "evil@evil.example (clerk@town.example)",
        "Clerk <clerk@tоwn.example>",  # noqa: RUF001 - a Cyrillic letter, on purpose
        "=?utf-8?q?clerk=40town=2Eexample?= <evil@evil.example>",
        "Clerk: clerk@town.example;",
        "<clerk@town.example> <evil@evil.example>",
        "evil@evil.example\r\nFrom: clerk@town.example",
        "",
    )
    lies = (
        BAD,
        "",
        GOOD.replace(HOST, "mx.evil.example"),
        BAD + GOOD,
        f"Authentication-Results: {HOST}; dmarc=fail (dmarc=pass) header.from=town.example\r\n",
        f'Authentication-Results: {HOST}; dmarc=fail reason="; dmarc=pass"\r\n',
        f"Authentication-Results: {HOST}; dmarc=pass header.from=evil.example\r\n",
        f"Authentication-Results: {HOST}; dmarc=none header.from=town.example\r\n",
        f"Authentication-Results: {HOST}; spf=pass smtp.mailfrom=town.example\r\n",
        f"Authentication-Results: {HOST}; dmarc=pass; dmarc=fail\r\n",
        f"Authentication-Results: ({HOST}) evil.example; dmarc=pass\r\n",
        f"X-Authentication-Results: {HOST}; dmarc=pass\r\n",
    )
    return [
        *(
            told
            for sender in senders
            for told in [Told(f"sender {sender}", said(keep, sender=sender))]
        ),
        *refused("stranger", Refusal.STRANGER, said(keep, sender="x@town.example")),
        *refused("unvouched", Refusal.NOT_VOUCHED, *(said(keep, more=one) for one in lies)),
        *refused("no code", Refusal.NO_CODE, said(keep, to=SENDER)),
        *refused(
            "wrong code",
            Refusal.WRONG_CODE,
            said(keep, to=wrong),
            said(keep, to=to(URGENT, 42).replace("+42.", "+43.")),
            said(keep, to=to(URGENT, 42).replace("+42.", "+0.")),
        ),
        *refused("code of another person", Refusal.NOT_THEIRS, said(keep, to=to(OTHER, 43))),
        *refused("replayed", Refusal.USED, said(keep, to=to(USED, 44))),
        *refused(
            "replayed in a digest",
            Refusal.USED,
            said("KEEP 51 because it is fine", to=to(DIGEST, 0)),
        ),
        *refused("old", Refusal.EXPIRED, said(keep, to=to(OLD, 45))),
        *refused(
            "two codes",
            Refusal.TWO_CODES,
            said(keep, subject=f"Re: {CODES.tag(USED.mail, 44)}"),
            said(keep, to=f"{to(URGENT, 42)}, {to(OTHER, 43)}"),
        ),
        *refused(
            "other case",
            Refusal.OTHER_CASE,
            said("KEEP 43 because it is fine"),
            said("KEEP 43 because it is fine", to=to(DIGEST, 0)),
        ),
        *refused("which case", Refusal.WHICH_CASE, said(keep, to=to(DIGEST, 0))),
    ]


def machines() -> list[Told]:
    """Return what machines send, with a command in the first line all the same."""
    marks = (
        "Auto-Submitted: auto-replied\r\n",
        "Auto-Submitted: auto-generated; owner=x\r\n",
        "Precedence: bulk\r\n",
        "Precedence: auto_reply\r\n",
        "X-Autoreply: yes\r\n",
        "X-Auto-Response-Suppress: All\r\n",
        "List-Id: <list.town.example>\r\n",
        "Return-Path: <>\r\n",
        "X-Failed-Recipients: a@b.example\r\n",
        "X-Clerkwatch-Key: digest:2026-11-24\r\n",
    )
    away = [tongue.away for tongue in shapes.TONGUES.values()]
    bounce = (
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"',
        b"--x\r\n\r\nKEEP because it bounced\r\n--x--\r\n",
    )
    return [
        *refused(
            "machine",
            Refusal.AUTOMATIC,
            *(said("KEEP because I am away", more=GOOD + m) for m in marks),
        ),
        *refused(
            "away",
            Refusal.AUTOMATIC,
            *(said("KEEP because I am away", subject=subject) for subject in away),
        ),
        *refused(
            "bounce",
            Refusal.AUTOMATIC,
            shapes.mail(bounce, to=to(URGENT, 42), more=GOOD),
            said("REMOVE", sender="MAILER-DAEMON@town.example"),
            said("REMOVE", sender=SENDER),
        ),
    ]


def not_understood() -> list[Told]:
    """Return what a person may write that is no decision."""
    lines = (
        "",
        "Thanks",
        "KEEP",
        "KEEP because",
        "KEEP because …",
        "Keep me posted because I am away",
        "Keep it",
        "Please REMOVE",
        "REMOVE or KEEP?",
        "REMOVE?",
        "I would remove it",
        "Do not REMOVE",
        "MINE is different",
        "LEAVE",
        "KEEPbecause it is fine",
        "ΚΕΕP because it is fine",  # noqa: RUF001 - Greek letters, on purpose
        "КЕЕР because it is fine",  # noqa: RUF001 - Cyrillic letters, on purpose
        "ＫＥＥＰ because it is fine",  # noqa: RUF001 - full-width letters, on purpose
        "REMO\u200bVE",
        "\u202eEVOMER",
        "REM\u00adOVE",
        "ＲＥＭＯＶＥ",  # noqa: RUF001 - full-width letters, on purpose
        "Hello,\nREMOVE",
        "> REMOVE",
        "Note that I am away",
        "NOTE",
        "ESCALATE",
    )
    tricks = (
        '<span style="display:none">Fine.</span><p>Hello</p><p>REMOVE</p>',
        '<p style="font-size:0">REMOVE</p><p>What is this?</p>',
        '<p style="font-size:1px">REMOVE</p><p>What is this?</p>',
        '<p style="color:#fff">REMOVE</p><p>What is this?</p>',
        '<p style="color: white">REMOVE</p><p>What is this?</p>',
        '<p style="visibility: hidden">REMOVE</p><p>What is this?</p>',
        '<p style="opacity:0">REMOVE</p><p>What is this?</p>',
        '<p style="position:absolute;left:-9999px">REMOVE</p><p>What is this?</p>',
        '<p style="max-height:0;overflow:hidden">REMOVE</p><p>What is this?</p>',
        '<p style="text-indent:-9999px">REMOVE</p><p>What is this?</p>',
        "<p hidden>REMOVE</p><p>What is this?</p>",
        '<font color="#ffffff">REMOVE</font><p>What is this?</p>',
        "<!-- REMOVE --><p>What is this?</p>",
        "<title>REMOVE</title><p>What is this?</p>",
        "<style>.a{display:none}</style><p class=a>REMOVE</p><p>What is this?</p>",
        "<style>.a{display:none}</style><p>REMOVE</p>",
        "<template><p>REMOVE</p></template><p>What is this?</p>",
        "<textarea>REMOVE</textarea><p>What is this?</p>",
        "<blockquote><p>REMOVE</p></blockquote>",
        '<div class="gmail_quote"><p>REMOVE</p></div>',
        '<div id="divRplyFwdMsg">From: x</div><p>REMOVE</p>',
        "<p>REM<span>&#8203;</span>OVE</p>",
    )
    both = shapes.both("REMOVE", "<p>KEEP because it is fine</p>")
    silent = shapes.both("REMOVE", "<p></p>")
    attached = (
        'Content-Type: text/plain; charset=utf-8\r\nContent-Disposition: attachment; filename="a"',
        b"REMOVE",
    )
    bodies = (both, silent, attached)
    return [
        *refused("words", Refusal.NOT_UNDERSTOOD, *(said(line) for line in lines)),
        *refused("trick", Refusal.NOT_UNDERSTOOD, *(page(one) for one in tricks)),
        *refused(
            "body",
            Refusal.NOT_UNDERSTOOD,
            *(shapes.mail(one, to=to(URGENT, 42), more=GOOD) for one in bodies),
        ),
    ]


def understood() -> list[Told]:
    """Return what decides, in less usual ways."""
    tagged = f"Re: x {CODES.tag(URGENT.mail, 42).lower()}"
    digest = to(DIGEST, 0)
    return [
        Told("subject alone", said("MINE", to=SENDER, subject=tagged), Word.MINE, 42),
        Told("both the same", said("MINE", subject=tagged), Word.MINE, 42),
        Told("named", said("KEEP 42 because fine"), Word.KEEP, 42),
        Told("digest", said("KEEP 50 because fine", to=digest), Word.KEEP, 50),
        Told("digest case", said("remove case 50", to=digest), Word.REMOVE, 50),
        Told("digest hash", said("MINE #42", to=digest), Word.MINE, 42),
        Told("notice", said("NOTICE 22 March", to=digest), Word.NOTICE, 0),
        Told("reviewed", said("REVIEWED nextdoor.", to=digest), Word.REVIEWED, 0),
        Told("undo", said("UNDO"), Word.UNDO, 42),
        Told("correct", said("Correct"), Word.CORRECT, 42),
        Told("leave", said("LEAVE because after the poll"), Word.LEAVE, 42),
        Told("colon", said("Keep: because fine"), Word.KEEP, 42),
        Told("next line", said("KEEP\nbecause fine"), Word.KEEP, 42),
        Told("two lines, first decides", said("KEEP because fine\nREMOVE"), Word.KEEP, 42),
        Told("two below", said("MINE\n\nREMOVE"), Word.MINE, 42),
        Told("banner", said("[EXTERNAL] Take care\n\nMINE"), Word.MINE, 42),
        Told("note", said("NOTE rang the owner"), Word.NOTE, 42),
        Told("escalate", said("ESCALATE because it is the Mayor's"), Word.ESCALATE, 42),
        Told("quotes", said("“REMOVE”"), Word.REMOVE, 42),
        Told("capitals", said("MINE", sender="Jane <CLERK@Town.Example>"), Word.MINE, 42),
    ]


ALL = [
    *honest(),
    *quoted_only(),
    *forged(),
    *machines(),
    *not_understood(),
    *understood(),
]


def test_there_are_many_replies_of_every_sort() -> None:
    """At least 300 shapes are tried, and at least 60 of them are attacks."""
    assert len(ALL) >= 300
    assert len(forged()) + len(machines()) >= 60


@pytest.mark.parametrize("told", ALL, ids=[told.name for told in ALL])
def test_a_reply_decides_what_its_writer_decided_and_nothing_else(told: Told) -> None:
    """Every reply decides exactly what it should: no wrong decision among all shapes."""
    word, number, refusal = outcome(told.raw)
    assert (word, number) == (told.word, told.number)
    if told.refusal is not None:
        assert refusal == told.refusal


def test_where_the_server_reports_nothing_the_code_is_enough() -> None:
    """Without a configured receiving server nobody's report is asked for."""
    assert outcome(said("MINE", more=""), vouching="") == (Word.MINE, 42, None)
    assert outcome(said("MINE", more=BAD), vouching="") == (Word.MINE, 42, None)
