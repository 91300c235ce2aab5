"""A briefing says the same in both parts, and nothing in it can harm."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, date, datetime

from selectolax.lexbor import LexborHTMLParser

from config.types import MailKind
from monitor.alerts.briefing import BriefingFacts, Section, briefing_key, compose_briefing
from monitor.alerts.enclosing import Posting
from monitor.alerts.facts import Stamp
from tests.unit.alerts.letters import HOSTILE_TEXT
from tests.unit.alerts.people import CLERK, SENDER

FACTS = BriefingFacts(
    subject="The pre-election period starts on Mon 22 Mar: 9 older posts to review",
    title="The pre-election period starts on Monday 22 March.",
    opening=("It ends when the poll closes on Thursday 6 May.",),
    sections=(
        Section(
            heading="What changes",
            paragraphs=("Posts that name a party are flagged at once.", "Members' pages are not."),
            bullets=("council-x", "mayor-facebook"),
            note="Handed-over accounts are left out.",
        ),
        Section(heading="What to do", bullets=("Look at the older posts.",)),
    ),
    foot=("clerkwatch only flags: a person decides.",),
)


def posting() -> Posting:
    """Return how it goes out."""
    return Posting(
        key=briefing_key("parish.2027-05-06", date(2027, 3, 22)),
        council="Ashcombe Town Council",
        sender=SENDER,
        zone="Europe/London",
        as_of=datetime(2027, 3, 15, 7, tzinfo=UTC),
        stamp=Stamp(version="0.1.0"),
        to=(CLERK,),
    )


def parts(facts: BriefingFacts) -> tuple[str, str]:
    """Return both parts as plain words."""
    mail = compose_briefing(facts, posting())
    message = email.message_from_bytes(mail.body, policy=email.policy.default)
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    seen = LexborHTMLParser(html.get_content()).body
    assert seen is not None
    return " ".join(text.get_content().split()), " ".join(seen.text(separator=" ").split())


def test_both_parts_say_everything_in_order() -> None:
    """Title, opening, paragraphs, lists, notes and foot stand in text and HTML alike."""
    said = [
        FACTS.title,
        *FACTS.opening,
        "what changes",
        *FACTS.sections[0].paragraphs,
        *FACTS.sections[0].bullets,
        FACTS.sections[0].note,
        "what to do",
        *FACTS.sections[1].bullets,
        *FACTS.foot,
    ]
    for part in parts(FACTS):
        places = [part.casefold().find(one.casefold()) for one in said]
        assert -1 not in places
        assert places == sorted(places)


def test_it_has_a_kind_and_a_key_of_its_own() -> None:
    """The same briefing is the same mail, one for a poll and a date."""
    mail = compose_briefing(FACTS, posting())
    assert mail == compose_briefing(FACTS, posting())
    assert mail.kind is MailKind.BRIEFING
    assert mail.key == "briefing:parish.2027-05-06:2027-03-22"
    assert mail.subject == FACTS.subject
    assert b"X-Clerkwatch-Kind: briefing" in mail.body


def test_hostile_words_stay_words() -> None:
    """Control characters, HTML and header lines in any text do nothing."""
    evil = BriefingFacts(
        subject=f"News\r\nBcc: x@y.example {HOSTILE_TEXT}",
        title=HOSTILE_TEXT,
        sections=(Section(heading=HOSTILE_TEXT, paragraphs=(HOSTILE_TEXT,), bullets=("<img>",)),),
    )
    mail = compose_briefing(evil, posting())
    message = email.message_from_bytes(mail.body, policy=email.policy.default)
    assert message["Bcc"] is None
    html = message.get_body(("html",))
    assert html is not None
    tree = LexborHTMLParser(html.get_content())
    assert not tree.css("script, img, a")
    assert "\x1b" not in html.get_content()


def test_a_long_list_is_shortened_and_said_to_be() -> None:
    """At most 100 KB; what was left out is counted or named, paragraphs stay."""
    long = BriefingFacts(
        subject="s",
        title="t",
        sections=(Section(heading="h", paragraphs=("kept",), bullets=("word " * 100,) * 2000),),
    )
    mail = compose_briefing(long, posting(), shorter="More: clerkwatch cases list")
    assert len(mail.body) <= 100_000
    message = email.message_from_bytes(mail.body, policy=email.policy.default)
    text = message.get_body(("plain",))
    assert text is not None
    assert "kept" in text.get_content()
    assert "More: clerkwatch cases list" in text.get_content()
