"""What the Clerk is told before a period: reminders, the daily question, the briefing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from monitor import morning
from monitor.elections import upkeep
from storage.values import Absence
from tests.integration.elections.polling import enter, mails, moved, poll, said

if TYPE_CHECKING:
    from tests.integration.pipeline.village import Village

POLL_DAY = date(2027, 1, 14)
"""A town council election; the notice was published on 1 December 2026."""
NOTICE = date(2026, 12, 1)


def mornings(village: Village, first: date, last: date) -> dict[date, str]:
    """Send the digest of each day; return their texts by day."""
    told = {}
    day = first
    while day <= last:
        moved(village, day.year, day.month, day.day, 7, 0)
        morning.send(village.app, by="test")
        told[day] = said(mails(village, "digest:")[-1])
        day += timedelta(days=1)
    return told


@pytest.fixture
def told(village: Village) -> dict[date, str]:
    """The digests from 2 November to 2 December, one a day."""
    enter(village, poll(POLL_DAY, notice_on=NOTICE, candidates=()))
    return mornings(village, date(2026, 11, 2), date(2026, 12, 2))


def test_reminders_come_28_14_7_and_1_day_before_once_each(told: dict[date, str]) -> None:
    """On these mornings and on no other."""
    reminded = {day: text for day, text in told.items() if "Reminder: the pre-election" in text}
    assert list(reminded) == [
        date(2026, 11, 3),
        date(2026, 11, 17),
        date(2026, 11, 24),
        date(2026, 11, 30),
    ]
    assert "starts in 28 days, on Tuesday 1 December" in reminded[date(2026, 11, 3)]
    assert "starts tomorrow" in reminded[date(2026, 11, 30)]


def test_the_briefing_goes_out_14_days_before_and_when_it_opens(village: Village) -> None:
    """Two mails, each once, to whoever is there."""
    enter(village, poll(POLL_DAY, notice_on=NOTICE, candidates=()))
    mornings(village, date(2026, 11, 16), date(2026, 12, 3))
    for _ in range(2):
        upkeep.put_due(village.app, now=village.clock.now())
    before, opening = mails(village, "briefing:")
    assert str(before["Subject"]).startswith(
        "Briefing: the pre-election period starts on Tue 1 Dec"
    )
    assert str(before["Date"]).startswith("Tue, 17 Nov 2026")
    assert str(opening["Date"]).startswith("Tue, 01 Dec 2026")
    assert "started on Tue 1 Dec" in str(opening["Subject"])
    text = said(before)
    for part in ("WHAT CHANGES", "WHICH ACCOUNTS", "WHOM TO TELL", "WHAT STAYS ALLOWED"):
        assert part in text.upper()
    assert "council-facebook (facebook, council): Jo Marsh" in text
    assert "Thursday 14 January" in text
    assert before.get_body(("html",)) is not None


def test_the_briefing_goes_to_who_stands_in(village: Village) -> None:
    """The Clerk is away, so the deputy gets it."""
    village.add(
        '\n[[people]]\nrole = "deputy"\nname = "Deputy"\nemail = "deputy@fernbeck-tc.gov.uk"\n'
    )
    enter(village, poll(POLL_DAY, notice_on=NOTICE, candidates=()))
    at = moved(village, 2026, 11, 17, 8, 0)
    away = Absence(
        person="clerk@fernbeck-tc.gov.uk",
        from_on=date(2026, 11, 10),
        until_on=date(2026, 11, 20),
        cover="deputy@fernbeck-tc.gov.uk",
        entered_at=at,
        entered_by="Clerk",
    )
    with village.store.writing() as transaction:
        transaction.put_absence(away, at=at)
    upkeep.put_due(village.app, now=at)
    [mail] = mails(village, "briefing:")
    assert "deputy@" in str(mail["To"])


def test_mornings_that_were_missed_fold_into_one_reminder(village: Village) -> None:
    """Nothing ran for two weeks: the next mail says how many days are left now."""
    enter(village, poll(POLL_DAY, notice_on=NOTICE, candidates=()))
    mornings(village, date(2026, 11, 10), date(2026, 11, 10))
    [text] = mornings(village, date(2026, 11, 26), date(2026, 11, 26)).values()
    assert text.count("Reminder: the pre-election") == 1
    assert "starts in 5 days" in text


def test_without_a_notice_the_digest_asks_daily_in_the_fourteen_working_days(
    village: Village,
) -> None:
    """From the fourteenth working day before the last day on, until the notice is entered."""
    enter(village, poll(POLL_DAY, candidates=()))
    texts = mornings(village, date(2026, 11, 9), date(2026, 12, 4))
    asked = [day for day, text in texts.items() if "A date is needed" in text]
    assert asked
    assert asked == [day for day in texts if day >= asked[0]]
    assert all("clerkwatch elections notice" in texts[day] for day in asked)
    enter(village, poll(POLL_DAY, notice_on=date(2026, 12, 4), candidates=()))
    [text] = mornings(village, date(2026, 12, 5), date(2026, 12, 5)).values()
    assert "A date is needed" not in text
