"""More programmes, every word, banners and footers around them, and sentences that only look so.

The expectation stands beside each reply, written by hand: a word and a case, or none.
"""

from __future__ import annotations

import pytest

from monitor.cases.replies import Refusal, Word
from tests.lib import reply_clients as clients
from tests.lib import reply_shapes as shapes
from tests.unit.cases.replies.told import (
    DIGEST,
    GOOD,
    URGENT,
    USED,
    Told,
    outcome,
    refused,
    said,
    to,
)

ORDERS = (
    ("KEEP because it only says when the library opens", Word.KEEP, 42),
    ("LEAVE because the poll is over on Thursday", Word.LEAVE, 42),
    ("REMOVE", Word.REMOVE, 42),
    ("HOLD police", Word.HOLD, 42),
    ("DO NOT COPY", Word.DO_NOT_COPY, 42),
    ("KEEP ALL older than 1 January 2026 because it is history", Word.KEEP_ALL, 0),
)
WORDS = (
    ("KEEP because it is fine", Word.KEEP, 42),
    ("keep because it is fine", Word.KEEP, 42),
    ("LEAVE because it is fine", Word.LEAVE, 42),
    ("MINE", Word.MINE, 42),
    ("Remove", Word.REMOVE, 42),
    ("Remove because the owner agreed", Word.REMOVE, 42),
    ("CORRECT", Word.CORRECT, 42),
    ("UNDO.", Word.UNDO, 42),
    ("ESCALATE because it is the Mayor's", Word.ESCALATE, 42),
    ("REOPEN because it is back", Word.REOPEN, 42),
    ("GONE because I looked at noon", Word.GONE, 42),
    ("CLOSE ACCOUNT because nobody looks after it", Word.CLOSE_ACCOUNT, 42),
    ("Close account 42 because nobody looks after it", Word.CLOSE_ACCOUNT, 42),
    ("NOTE rang the owner", Word.NOTE, 42),
    ("HOLD because of an FOI request", Word.HOLD, 42),
    ("HOLD FOI 2026/17", Word.HOLD, 42),
    ("HOLD 42 complaint", Word.HOLD, 42),
    ("HOLD ALL because the police rang", Word.HOLD_ALL, 0),
    ("Do not copy", Word.DO_NOT_COPY, 42),
    ("DO NOT COPY 42.", Word.DO_NOT_COPY, 42),
    ("DO NOT COPY\nJane", Word.DO_NOT_COPY, 42),
    ("DO  NOT  COPY", Word.DO_NOT_COPY, 42),
    ("PACK", Word.PACK, 42),
    ("Pack 42", Word.PACK, 42),
    ("OPEN because a resident rang", Word.OPEN, 0),
    ("OPEN a resident rang", Word.OPEN, 0),
    ("KEEP ALL older than 2026-01-01 because it is history", Word.KEEP_ALL, 0),
    ("keep all older than 1 January 2026: because it is history", Word.KEEP_ALL, 0),
    ("KEEP ALL older than 1 January 2026\nbecause it is history", Word.KEEP_ALL, 0),
    ("LEAVE ALL older than 1st January 2026 because it is history", Word.LEAVE_ALL, 0),
    ("REVIEWED nextdoor", Word.REVIEWED, 0),
    ("NOTICE 22 March", Word.NOTICE, 0),
    ("NOTICE parish.2027-05-06 22 March 2027", Word.NOTICE, 0),
    ("COVER deputy until 18 August", Word.COVER, 0),
    ("COVER Mrs Smith until 18 August 2027", Word.COVER, 0),
    ("REPORT 2026", Word.REPORT, 0),
    ("Report March 2026.", Word.REPORT, 0),
    ("REPORT 2026-03", Word.REPORT, 0),
    ("FIND library", Word.FIND, 0),
    ("FIND library vote from 1 March 2026 to 31 May 2026", Word.FIND, 0),
    ("KEEP because fine\nREMOVE", Word.KEEP, 42),
    ("HOLD police\nREMOVE", Word.HOLD, 42),
)
"""Every word, as people may write it."""
SENTENCES = (
    *("KEEP ALL", "KEEP ALL because it is history", "KEEP ALL older because it is history"),
    "KEEP ALL older than 1 January 2026",
    "KEEP ALL older than yesterday because it is history",
    "KEEP ALL 42 because it is fine",
    "Keep all of it because it is fine",
    "Keep all your receipts",
    *("LEAVE ALL", "LEAVE ALL older than 1 January 2026 because …", "Leave it all"),
    "Do not copy me in next time",
    "Do not copy the Mayor",
    "Do not copy\nthe Mayor into this, please",
    *("Don't copy", "DONT COPY", "DO NOT", "DO NOT COPY me in next time", "Please DO NOT COPY"),
    "DO NOT COPY?",
    "I do not copy",
    *("HOLD", "HOLD …", "HOLD because …", "HOLD on", "Hold on a minute", "HOLD ON, I am driving"),
    *("Hold police", "HOLD it", "HOLD the line", "HOLD up", "Holding police"),
    *("OPEN", "OPEN …", "Open the attachment", "OPEN it", "Opening hours because", "OPEN this"),
    *("Open because a resident rang",),
    *("PACK it", "Packed", "PACK up because I leave", "Pack the boxes", "PACKAGE"),
    *("REPORT", "REPORT it", "Report this to the police", "REPORT SUSPICIOUS", "REPORT 20"),
    *("REPORT Smarch", "REPORT in 2026", "Reports 2026"),
    *("FIND", "Find it", "Find out who wrote it", "FINDING 42"),
    *("COVER", "COVER deputy", "Cover deputy until 18 August", "COVER until 18 August", "COVERED"),
    "COVER deputy until Monday",
    *("CLOSE", "Close it", "CLOSE 42", "CLOSE ACCOUNT", "CLOSE ACCOUNT 42", "Close the account"),
    *("Close account because …", "CLOSE because it is done"),
    *("GONE", "Gone", "Gone because", "Gone fishing because it is Friday", "REOPEN", "Reopen it"),
    *("NOTICE", "NOTICE board", "Notice 22 March", "NOTICE tomorrow", "NOTICE 22"),
    "Re: KEEP because it is fine",
    "1. KEEP because it is fine",
    "- REMOVE or not?",
    "\u202eHCUM OS TSUJ PEEK",
    "ＤＯ ＮＯＴ ＣＯＰＹ",  # noqa: RUF001 - full-width letters, on purpose
    "НOLD police",  # noqa: RUF001 - a Cyrillic letter, on purpose
    "HΟLD police",  # noqa: RUF001 - a Greek letter, on purpose
    "DO NOT CO\u200bPY",
    "KE\u0000EP because it is fine",
    "REMO\u0000VE",
    "\u0000\u0000",
)
"""What decides nothing."""


def honest() -> list[Told]:
    """Return every further client in every language with each of some orders."""
    return [
        Told(
            name=f"{client}-{language}-{word}",
            raw=shapes.mail(
                write(order, tongue),
                to=to(URGENT, 42),
                subject=f"{tongue.re} Urgent: a post [42-…]",
                more=GOOD,
            ),
            word=word,
            number=number,
        )
        for client, write in clients.CLIENTS.items()
        for language, tongue in shapes.TONGUES.items()
        for order, word, number in ORDERS
    ]


def older_clients() -> list[Told]:
    """Return the clients of `reply_shapes` with the words that came later."""
    return [
        Told(
            name=f"{client}-{word}",
            raw=shapes.mail(write(order, shapes.TONGUES["en"]), to=to(URGENT, 42), more=GOOD),
            word=word,
            number=number,
        )
        for client, write in shapes.CLIENTS.items()
        for order, word, number in ORDERS
    ]


def quoted_only() -> list[Told]:
    """Return replies of every further client without words of one's own."""
    return [
        Told(
            name=f"quoted-{client}-{language}",
            raw=shapes.mail(write("", tongue), to=to(URGENT, 42), more=GOOD),
            refusal=Refusal.NOT_UNDERSTOOD,
        )
        for client, write in clients.CLIENTS.items()
        for language, tongue in shapes.TONGUES.items()
    ]


def under_banners() -> list[Told]:
    """Return orders under each banner, with and without an empty line, as text and as HTML."""
    found: list[Told] = []
    for place, banner in enumerate(clients.BANNERS):
        for order, word, number in ORDERS:
            for gap in ("\n", "\n\n"):
                above = f"{banner}{gap}{order}"
                texts = (
                    shapes.text_part(f"{above}\n\n{shapes.marked()}\n"),
                    shapes.html_part(
                        f"<div><table><tr><td>{shapes.shown(banner)}</td></tr></table>"
                        f"{gap.replace(chr(10), '<br>')}<p>{order}</p></div>"
                    ),
                    shapes.gmail(above, shapes.TONGUES["en"]),
                )
                found += [
                    Told(
                        f"banner {place} {len(gap)} {kind} {word}",
                        shapes.mail(body, to=to(URGENT, 42), more=GOOD),
                        word,
                        number,
                    )
                    for kind, body in enumerate(texts)
                ]
    return found


def banners_alone() -> list[Told]:
    """Return banners above nothing, or above a sentence: they decide nothing."""
    return [
        *refused(
            "banner alone",
            Refusal.NOT_UNDERSTOOD,
            *(said(banner) for banner in clients.BANNERS),
            *(said(f"{banner}\n\nWhat is this?") for banner in clients.BANNERS),
            *(said(f"{banner}\n\nWhat is this?\n\nREMOVE") for banner in clients.BANNERS),
        )
    ]


def above_footers() -> list[Told]:
    """Return orders, and a sentence, above each footer."""
    return [
        *(
            Told(f"footer {place}", said(f"MINE\n\n{footer}"), Word.MINE, 42)
            for place, footer in enumerate(clients.FOOTERS)
        ),
        *refused(
            "footer",
            Refusal.NOT_UNDERSTOOD,
            *(said(f"What is this?\n\n{footer}") for footer in clients.FOOTERS),
        ),
    ]


def words() -> list[Told]:
    """Return every word as it is understood, and sentences that are none."""
    return [
        *(Told(f"word {text}", said(text), word, number) for text, word, number in WORDS),
        *refused("sentence", Refusal.NOT_UNDERSTOOD, *(said(text) for text in SENTENCES)),
        *(
            Told(f"reading {text}", said(text, to=to(USED, 44)), word, number)
            for text, word, number in (
                ("PACK", Word.PACK, 44),
                ("REPORT 2026", Word.REPORT, 0),
                ("FIND library", Word.FIND, 0),
            )
        ),
        *refused(
            "used",
            Refusal.USED,
            *(
                said(text, to=to(USED, 44))
                for text in ("HOLD police", "DO NOT COPY", "UNDO", "NOTE x", "CORRECT")
            ),
        ),
        *refused(
            "which",
            Refusal.WHICH_CASE,
            *(said(text, to=to(DIGEST, 0)) for text in ("PACK", "DO NOT COPY", "HOLD police")),
        ),
    ]


def machines() -> list[Told]:
    """Return answers to invitations, and mails that say they are written by a machine."""
    calendar = (
        'Content-Type: multipart/alternative; boundary="c"',
        (
            b"--c\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nREMOVE\r\n--c\r\nContent-Type: "
            b"text/calendar; method=REPLY\r\n\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
            b"--c--\r\n"
        ),
    )
    subjects = ("Accepted: Meeting", "Declined: Meeting", "Tentative: Meeting", "Zugesagt: Treffen")
    own = said("REMOVE", more=GOOD + "X-Clerkwatch-Key: urgent:a\r\nAuto-Submitted: no\r\n")
    return [
        *refused(
            "invitation",
            Refusal.AUTOMATIC,
            shapes.mail(calendar, to=to(URGENT, 42), more=GOOD),
            *(said("REMOVE", subject=subject) for subject in subjects),
        ),
        *refused("own mail", Refusal.AUTOMATIC, own),
    ]


def within() -> list[Told]:
    """Return orders that stand only in a mail within the mail, or in parts that disagree."""
    inner = said("REMOVE")
    nested = (
        'Content-Type: multipart/mixed; boundary="n"',
        b"--n\r\nContent-Type: text/plain\r\n\r\nWhat is this?\r\n--n\r\n"
        b"Content-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--n--\r\n",
    )
    only = ("Content-Type: message/rfc822", inner)
    forms = (
        shapes.both("DO NOT COPY", "<p>HOLD police</p>"),
        shapes.both("KEEP ALL older than 1 January 2026 because x", "<p>KEEP because x</p>"),
        shapes.both("HOLD police", "<p>HOLD 42 police</p>"),
        shapes.both("OPEN because x", '<p style="display:none">OPEN because x</p>'),
    )
    return refused(
        "within",
        Refusal.NOT_UNDERSTOOD,
        *(shapes.mail(body, to=to(URGENT, 42), more=GOOD) for body in (nested, only, *forms)),
    )


ALL = [
    *honest(),
    *older_clients(),
    *quoted_only(),
    *under_banners(),
    *banners_alone(),
    *above_footers(),
    *words(),
    *machines(),
    *within(),
]


def test_there_are_many_more_replies_of_every_sort() -> None:
    """Every word is tried, and at least a thousand shapes."""
    assert len(ALL) >= 1000
    assert {told.word for told in ALL} - {None} == set(Word)


@pytest.mark.parametrize("told", ALL, ids=[told.name for told in ALL])
def test_a_reply_decides_what_its_writer_decided_and_nothing_else(told: Told) -> None:
    """Every reply decides exactly what it should: no wrong decision among all shapes."""
    word, number, refusal = outcome(told.raw)
    assert (word, number) == (told.word, told.number)
    if told.refusal is not None:
        assert refusal == told.refusal
