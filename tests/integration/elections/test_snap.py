"""A poll that nobody knew of: history is judged again at once, and one mail tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from config.types import CaseState, PollStatus, Resolution
from monitor.elections import late
from monitor.elections.changing import judge_now
from tests.integration.elections.polling import NAMED, STATIONS, enter, mails, poll, said

if TYPE_CHECKING:
    from tests.integration.pipeline.village import Village

POLL_DAY = date(2026, 12, 3)
LATE = "briefing:known-late:"


def test_a_snap_poll_judges_history_at_once_and_one_mail_tells_the_difference(
    village: Village,
) -> None:
    """Twelve posts since the window's start are one mail with ten of them, not twelve mails."""
    for number in range(12):
        village.publish("council-facebook", f"{NAMED} {number}", ago=timedelta(hours=number))
    village.publish("council-facebook", STATIONS, ago=timedelta(hours=3))
    village.publish("council-facebook", f"{NAMED} Long ago.", ago=timedelta(days=20))
    before = village.scan().outcome
    village.clock.advance(timedelta(hours=1))
    known = {case.id for case in village.store.cases()}

    outcome = enter(village, poll(POLL_DAY, notice_on=date(2026, 10, 26)))

    since = [found for found in outcome.added if found.finding.basis == "published"]
    assert before.mails_queued == 0
    assert len({found.platform_id for found in since}) == 12
    [mail] = mails(village, LATE)
    assert "12 posts flagged" in str(mail["Subject"])
    text = said(mail)
    assert "published before the window was known" in text
    assert "Monday 26 October" in text
    assert "And 2 more posts" in text
    assert mail["To"] == "Clerk <clerk@fernbeck-tc.gov.uk>"
    assert mails(village, "urgent:") == []
    assert {case.id for case in village.store.cases(states=(CaseState.OPEN,))} > known
    # Nothing comes twice: not from the same change, not from the daemon that finds it.
    judge_now(village.app, at=village.clock.now())
    village.clock.advance(timedelta(minutes=5))
    village.scan()
    assert not late.is_due(village.app, at=village.clock.now())
    assert len(mails(village, LATE)) == 1


def test_a_kill_between_the_change_and_its_mail_loses_nothing(village: Village) -> None:
    """The database says that the mail is due: whoever looks next queues it."""
    village.publish("council-facebook", NAMED, ago=timedelta(hours=2))
    village.scan()
    at = village.clock.now()
    row = poll(POLL_DAY, notice_on=date(2026, 10, 26), entered_at=at)
    with village.store.writing() as transaction:
        transaction.put_poll(row, at=at)
    village.restart()
    assert not late.is_due(village.app, at=at)  # nothing was judged again yet
    village.scan(after=timedelta(minutes=1))
    assert late.is_due(village.app, at=village.clock.now())
    assert late.put_due(village.app, at=village.clock.now()) == 1
    assert not late.is_due(village.app, at=village.clock.now())


def test_a_later_notice_withdraws_what_was_found_and_no_mail_alarms(village: Village) -> None:
    """Presumed from 27 October, published on 9 November: what stood before it is no case."""
    enter(village, poll(POLL_DAY))
    village.publish("council-facebook", NAMED, ago=timedelta(hours=2))
    village.scan()
    [case] = village.store.cases(states=(CaseState.OPEN,))
    village.clock.advance(timedelta(hours=1))
    outcome = enter(village, poll(POLL_DAY, notice_on=date(2026, 11, 9)))
    assert outcome.added == ()
    assert [found.finding.context for found in outcome.withdrawn] == [poll(POLL_DAY).id] * len(
        outcome.withdrawn
    )
    closed = village.store.case(case.id)
    assert closed is not None
    assert closed.resolution in {None, Resolution.NO_LONGER_APPLIES}
    assert mails(village, LATE) == []


def test_a_cancelled_poll_withdraws_at_once(village: Village) -> None:
    """It ended before the post was published, so nothing applies to it any more."""
    enter(village, poll(POLL_DAY, candidates=()))
    text = "Meet the candidates at the hustings in Mill Hall tonight."
    village.publish("council-facebook", text, ago=timedelta(hours=2))
    village.scan()
    assert village.store.cases(states=(CaseState.OPEN,))
    gone = replace(
        poll(POLL_DAY, candidates=()),
        status=PollStatus.CANCELLED,
        end=village.clock.now() - timedelta(days=3),
    )
    outcome = enter(village, gone)
    assert outcome.withdrawn
    left = [one.finding for case in village.store.cases() for one in case.findings]
    assert [finding.rule for finding in left if finding.context] == []
