"""Reports that go out by themselves: which are due, each once, and what they say."""

from __future__ import annotations

import email
from datetime import UTC, date, datetime, timedelta
from email.policy import default
from random import Random
from typing import TYPE_CHECKING

import pytest

from config.types import CaseState, Resolution
from monitor.due import Due
from monitor.papers import regular
from storage.values import Absence
from tests.integration.pipeline.village import SALE, THREAT, Village
from tests.lib.figures import figures_of_file, figures_of_page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path

    from monitor.demo.world import Site

PRAISE = "We delivered record investment in our parks, as we said we would."
"""Found inside a period only."""
POLL = """
[[polls]]
id = "parish.2026-12-03"
type = "parish"
date = 2026-12-03
area = "whole"
notice = 2026-10-26
"""


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    """A village with one account, read once on Monday 2 November."""
    from monitor.demo.world import Site as Sites  # noqa: PLC0415 - the servers start with it

    with Village(tmp_path) as made:
        site: Site = Sites.FACEBOOK
        made.account(site)
        made.publish("council-facebook", SALE)
        made.scan()
        yield made


def moved(village: Village, *moment: int) -> datetime:
    """Move the clock to a council date and time; return the instant."""
    year, month, day, hour, minute = moment
    zone = village.app.settings.zone()
    at = datetime(year, month, day, hour, minute, tzinfo=zone).astimezone(UTC)
    village.clock.move_to(at)
    return at


def keys(village: Village) -> list[str]:
    """Return the keys of the papers that are due now."""
    return [one.key for one in regular.due(village.app, now=village.clock.now())]


def sent(village: Village) -> list[EmailMessage]:
    """Write what is due, and return the papers in the outbox, oldest first."""
    regular.send_due(village.app)
    return [
        email.message_from_bytes(mail.body, policy=default)
        for mail in village.store.mails()
        if mail.key.startswith("paper:")
    ]


def text_of(mail: EmailMessage) -> str:
    """Return the text part on one line."""
    part = mail.get_body(("plain",))
    assert part is not None
    return " ".join(part.get_content().split())


def test_a_months_page_is_due_on_the_first_working_day_after_it(village: Village) -> None:
    """Not on the last of the month, not before seven, not on the New Year's holiday; then once."""
    for moment in [(2026, 11, 30, 12, 0), (2026, 12, 1, 6, 59)]:
        moved(village, *moment)
        assert keys(village) == []
    moved(village, 2026, 12, 1, 7, 0)
    assert keys(village) == ["paper:monthly:2026-11"]
    [mail] = sent(village)
    assert mail["Subject"] == "Report for November 2026: 1 post flagged"
    assert "November 2026: 1 post was flagged, 1 undecided." in text_of(mail)
    assert keys(village) == []
    assert regular.send_due(village.app) == 0
    for moment in [(2027, 1, 1, 12, 0), (2027, 1, 2, 12, 0)]:
        moved(village, *moment)
        assert keys(village) == []
    moved(village, 2027, 1, 4, 7, 30)
    assert keys(village) == ["paper:monthly:2026-12"]


def test_missed_months_are_one_mail(village: Village) -> None:
    """After a winter without power one mail covers November to February."""
    moved(village, 2027, 3, 9, 10, 0)
    assert keys(village) == ["paper:monthly:2027-02"]
    [mail] = sent(village)
    assert "1 November 2026 to 28 February 2027" in mail["Subject"]
    assert keys(village) == []


def test_after_a_window_its_paper_says_what_was_taken_down(village: Village) -> None:
    """On the day after the poll; with what is still undecided, and page and file agreeing."""
    village.add(POLL)
    village.restart()
    moved(village, 2026, 11, 10, 9, 0)
    village.publish("council-facebook", THREAT)
    village.scan()
    with village.store.writing() as transaction:
        transaction.step_case(
            max(village.cases(), key=lambda case: case.id).id,
            to=CaseState.CLOSED,
            resolution=Resolution.REMOVED,
            by="Clerk",
            because="",
            what="no longer visible",
            at=village.clock.now() + timedelta(days=1),
        )
    moved(village, 2026, 12, 3, 22, 30)
    assert "paper:window:2026-12-03" not in keys(village)
    moved(village, 2026, 12, 4, 7, 0)
    assert keys(village) == ["paper:monthly:2026-11", "paper:window:2026-12-03"]
    mail = sent(village)[-1]
    assert mail["Subject"] == "After the pre-election period: 2 posts flagged"
    text = text_of(mail)
    assert "Taken down or changed in the period".upper() in text
    assert "upheld: removed, closed on 11 November 2026" in text
    page, file = (part.get_payload(decode=True) for part in mail.iter_attachments())
    figures = figures_of_file(file.decode())  # type: ignore[union-attr] # decoded bytes
    assert figures_of_page(page.decode()) == figures  # type: ignore[union-attr] # the same
    assert [row[5] for row in figures["closed"]] == ["upheld: removed"]
    assert THREAT not in text


def test_what_went_because_of_the_window_alone_may_be_put_back(village: Village) -> None:
    """It is listed apart, with its words and where it stood; what breaches all year is not."""
    village.add(POLL)
    village.restart()
    moved(village, 2026, 11, 10, 9, 0)
    village.publish("council-facebook", THREAT)
    village.publish("council-facebook", PRAISE)
    village.scan()
    for case in village.cases():
        if case.text in {THREAT, PRAISE}:
            with village.store.writing() as transaction:
                transaction.step_case(
                    case.id,
                    to=CaseState.CLOSED,
                    resolution=Resolution.REMOVED,
                    by="Clerk",
                    because="",
                    what="no longer visible",
                    at=village.clock.now() + timedelta(days=1),
                )
    moved(village, 2026, 12, 4, 7, 0)
    text = " ".join(text_of(sent(village)[-1]).split())
    back, rest = text.split("TAKEN DOWN OR CHANGED FOR OTHER REASONS")
    assert "HIDDEN OR TAKEN DOWN BECAUSE OF THE PERIOD: MAY BE PUT BACK" in back
    assert "We delivered record investment" in back
    assert "upheld: removed, closed on 11 November 2026" in rest
    assert "We delivered record investment" not in rest
    assert THREAT not in text


def test_a_window_that_does_not_touch_the_town_has_no_paper(village: Village) -> None:
    """Nor has one that ended more than sixty days ago."""
    village.add(POLL.replace('"whole"', '"none"'))
    village.restart()
    moved(village, 2026, 12, 4, 7, 0)
    assert keys(village) == ["paper:monthly:2026-11"]
    village.amend('"none"', '"whole"')
    moved(village, 2027, 3, 1, 7, 0)
    assert keys(village) == ["paper:monthly:2027-02"]


def test_draft_facts_for_the_return_come_in_april(village: Village) -> None:
    """On the first working day of April, the year to 31 March; by July no more."""
    moved(village, 2027, 3, 31, 12, 0)
    sent(village)
    moved(village, 2027, 4, 1, 7, 0)
    assert keys(village) == ["paper:monthly:2027-03", "paper:annual:2027-03-31"]
    mail = sent(village)[-1]
    assert mail["Subject"] == "Draft facts for the annual return 2026-27"
    text = text_of(mail)
    assert "Assertion 10" in text
    assert "1 account in the register, 0 of them members'" in text
    assert "1 of 1 address told and deciding: on the council's own domain" in text
    assert "Safeguarding Policy Last reviewed not entered, review due by no day entered" in text
    assert "Facts for the Clerk, not a statement of compliance." in text
    assert "clerk@" not in text
    moved(village, 2028, 7, 3, 7, 0)
    assert keys(village) == ["paper:monthly:2028-06"]


def test_reports_can_be_turned_off(village: Village) -> None:
    """Then nothing is due, whatever day it is."""
    village.add("\n[schedule]\nreports = false\n")
    village.restart()
    moved(village, 2027, 4, 1, 7, 0)
    assert keys(village) == []


def test_the_daemon_sends_them_after_the_morning_mail(village: Village) -> None:
    """First the accounts and the digest; then the papers, which are not due again."""
    moved(village, 2026, 12, 1, 7, 0)
    due = Due(app=village.app, random=Random(1))  # noqa: S311 - spreads pulls, guards nothing
    names = []
    for _ in range(3):
        units = due.units(frozenset())
        names.append({name for name, _ in units})
        for _, work in units:
            work()
        village.clock.advance(timedelta(minutes=11))
    assert "digest" in names[0]
    assert "papers" not in names[0]
    assert "papers" in names[1]
    assert "papers" not in names[2]
    assert village.store.mail("paper:monthly:2026-11") is not None


def test_a_paper_is_the_same_however_often_it_is_written(village: Village) -> None:
    """The same moment and the same record give the same bytes: a kill costs nothing."""
    at = moved(village, 2026, 12, 1, 7, 0)
    [one] = regular.due(village.app, now=at)
    first, second = (regular.write(village.app, one, at=at).mail.body for _ in range(2))
    assert first == second


def test_a_paper_goes_to_whoever_stands_in(village: Village) -> None:
    """While the Clerk is away the deputy gets it."""
    village.add(
        '\n[[people]]\nrole = "deputy"\nname = "Deputy"\nemail = "deputy@fernbeck-tc.gov.uk"\n'
    )
    village.restart()
    at = moved(village, 2026, 12, 1, 7, 0)
    away = Absence(
        person="clerk@fernbeck-tc.gov.uk",
        from_on=date(2026, 11, 27),
        until_on=date(2026, 12, 4),
        cover="deputy@fernbeck-tc.gov.uk",
        entered_at=at,
        entered_by="test",
    )
    with village.store.writing() as transaction:
        transaction.put_absence(away, at=at)
    [mail] = sent(village)
    assert [one.addr_spec for one in mail["To"].addresses] == ["deputy@fernbeck-tc.gov.uk"]
