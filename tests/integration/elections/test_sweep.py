"""A window opens: what stands there is listed once, older posts are read, LEAVE is remembered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from threading import Event
from typing import TYPE_CHECKING

import pytest

from config.types import CaseState, CoverageStatus, PollId
from connectors.x import POST_READ
from monitor import morning
from monitor.alerts.review import by_risk
from monitor.cases import decisions
from monitor.demo.world import Site
from monitor.due import Due
from monitor.elections import sweep, upkeep
from storage.values import Candidate
from tests.integration.elections.polling import (
    NAMED,
    STATIONS,
    enter,
    mails,
    moved,
    poll,
    said,
)

if TYPE_CHECKING:
    from decimal import Decimal

    from tests.integration.pipeline.village import Village

POLL_DAY = date(2026, 12, 17)
NOTICE = date(2026, 11, 5)
OLD = "Ask Wilhelmina Tarrant why the swimming pool closed."


@pytest.fixture
def opened(village: Village) -> Village:
    """A village on the morning of the day on which its window opens.

    One post of last week and one of last spring name a candidate, beside a plain notice.
    """
    village.publish("council-facebook", NAMED, ago=timedelta(days=7))
    village.publish("council-facebook", STATIONS, ago=timedelta(days=6))
    village.publish("council-facebook", OLD, ago=timedelta(days=200))
    enter(village, poll(POLL_DAY, notice_on=NOTICE))
    village.scan()
    moved(village, 2026, 11, 4, 7, 0)
    morning.send(village.app, by="test")
    moved(village, 2026, 11, 5, 7, 0)
    return village


def test_when_a_window_opens_older_posts_are_read_and_listed(opened: Village) -> None:
    """The mail's subject counts them; the polling stations are not among them."""
    app = opened.app
    assert [one.poll for one in sweep.to_begin(app, now=opened.clock.now())] == [poll(POLL_DAY).id]
    upkeep.put_due(app, now=opened.clock.now())
    [account] = sweep.to_read(app, now=opened.clock.now())
    done = sweep.read(app, account)
    assert done is not None
    assert done.coverage.status is CoverageStatus.READ
    assert sweep.to_read(app, now=opened.clock.now()) == ()
    morning.send(app, by="test")
    mail = mails(opened, "digest:")[-1]
    assert str(mail["Subject"]).startswith(
        "The pre-election period starts on Thu 5 Nov: 2 older posts to review"
    )
    text = said(mail)
    assert "THE PRE-ELECTION PERIOD" in text
    assert "swimming pool closed" in text
    assert "polling stations" not in text
    assert "Older posts, because of the pre-election period" in text


def test_the_daemon_finds_the_sweep_due_and_does_it_once(opened: Village) -> None:
    """The database says what is due; afterwards nothing is."""
    due = Due(app=opened.app, random=Random(1))  # noqa: S311 - spreads pulls, guards nothing
    names: list[str] = []
    for _ in range(4):
        units = due.units(frozenset())
        names += [name for name, _ in units]
        for _, work in units:
            work()
        opened.clock.advance(timedelta(minutes=2))
    assert names.count("sweep council-facebook") == 1
    assert len([one for one in opened.store.sweeps() if one.account is not None]) == 1


def test_after_a_kill_the_account_is_due_again_and_nothing_is_twice(opened: Village) -> None:
    """Pages that were recorded stay; the second reading notes the end."""
    app = opened.app
    sweep.begin_due(app, now=opened.clock.now())
    [account] = sweep.to_read(app, now=opened.clock.now())
    app.stop.set()  # between two pages, as SIGTERM does
    done = sweep.read(app, account)
    assert done is not None
    assert done.coverage.status is not CoverageStatus.READ
    again = opened.restart()
    assert sweep.to_read(again, now=opened.clock.now()) == (account,)
    done = sweep.read(again, account)
    assert done is not None
    assert done.coverage.status is CoverageStatus.READ
    assert sweep.to_read(again, now=opened.clock.now()) == ()
    posts = [case.platform_id for case in opened.store.cases()]
    assert len(posts) == len(set(posts))


class StopAfter(Event):
    """Tells to stop once it was asked so often: between two pages that are known."""

    def __init__(self, times: int) -> None:
        """Count down from here."""
        super().__init__()
        self._left = times

    def is_set(self) -> bool:
        """Return whether it is time."""
        self._left -= 1
        return self._left < 0


@pytest.mark.parametrize("site", [Site.X, Site.FACEBOOK])
def test_an_interrupted_account_goes_on_where_it_was_and_pays_nothing_twice(
    village: Village, site: Site
) -> None:
    """Stopped after two of three pages, it reads the third page on the next day, and only it."""
    label = village.account(site, label="many")
    for number in range(250):
        text = f"Notice number {number} of the past year."
        village.publish(label, text, ago=timedelta(days=40, hours=number))
    village.add("\n[budget.x]\nusd_per_month = 100\n")
    enter(village, poll(POLL_DAY, notice_on=date(2026, 11, 2)))
    village.scan()
    sweep.begin_due(village.app, now=village.clock.now())
    [account] = [one for one in village.app.register if one.id == label]
    before, month = spent(village), village.clock.now().date().replace(day=1)
    done = sweep.read(replace(village.app, stop=StopAfter(1)), account)
    assert done is not None
    assert (done.coverage.status, done.coverage.recorded.posts) == (CoverageStatus.PARTIAL, 200)
    assert account in sweep.to_read(village.app, now=village.clock.now())
    village.clock.advance(timedelta(days=1))  # what was paid for is no longer free
    assert village.clock.now().date().replace(day=1) == month
    asked = village.asked(label)
    done = sweep.read(village.restart(), account)
    assert done is not None
    assert done.coverage.status is CoverageStatus.READ
    assert done.coverage.recorded.posts <= 51  # the second in which it stopped is read again
    assert village.asked(label) - asked == 1
    assert account not in sweep.to_read(village.app, now=village.clock.now())
    assert len([v for v in village.versions(label) if "Notice number" in v.words.text]) == 250
    if site is Site.X:
        assert spent(village) - before <= 251 * POST_READ


def spent(village: Village) -> Decimal:
    """Return what X has cost in this month."""
    month = village.clock.now().date().replace(day=1)
    return village.store.spend("council_x", month=month).amount


def test_what_is_pinned_comes_first_in_the_list(village: Village) -> None:
    """By what the profile names now, whatever the reason of a finding says."""
    label = village.account(Site.X)
    village.publish(label, NAMED, ago=timedelta(days=7))
    pinned = village.publish(label, OLD, ago=timedelta(days=9))
    village.world.change_profile(replace(village.world.account(label), pinned=pinned))
    enter(village, poll(POLL_DAY, notice_on=date(2026, 11, 2)))
    village.scan()
    upkeep.put_due(village.app, now=village.clock.now())
    cases = village.store.cases(states=(CaseState.OPEN,))
    assert [case.text for case in by_risk(cases)] == [OLD, NAMED]
    assert [case.pinned for case in by_risk(cases)] == [True, False]
    assert {case.pinned for case in village.store.outlines(states=(CaseState.OPEN,))} == {
        True,
        False,
    }


def test_what_is_left_does_not_come_again_in_this_period(opened: Village) -> None:
    """Neither a longer list of candidates nor a second window that comes and goes asks again."""
    app = opened.app
    upkeep.put_due(app, now=opened.clock.now())
    standing = [
        case
        for case in opened.store.cases(states=(CaseState.OPEN,))
        if any(one.finding.basis == "standing" for one in case.findings)
    ]
    assert standing
    for case in standing:
        decisions.leave(opened.store, case.id, by="Clerk", because="known", at=opened.clock.now())
    more = (Candidate(name="Wilhelmina Tarrant"), Candidate(name="Ebenezer Holloway"))
    enter(opened, poll(POLL_DAY, notice_on=NOTICE, candidates=more))
    assert [c for c in opened.store.cases(states=(CaseState.OPEN,)) if _is_standing(c)] == []
    other = poll(date(2026, 12, 10), name=PollId("second.2026-12-10"), notice_on=date(2026, 11, 5))
    enter(opened, other)
    for case in opened.store.cases(states=(CaseState.OPEN,)):
        decisions.leave(opened.store, case.id, by="Clerk", because="known", at=opened.clock.now())
    enter(opened, replace(other, area="none"))
    assert [c for c in opened.store.cases(states=(CaseState.OPEN,)) if _is_standing(c)] == []


def _is_standing(case: object) -> bool:
    return any(one.finding.basis == "standing" for one in case.findings)  # type: ignore[attr-defined]


def test_money_stops_the_sweep_and_the_gap_is_said(village: Village) -> None:
    """Half of the month's budget is for the daily reading; what could not be read is told."""
    label = village.account(Site.X)
    for number in range(40):
        village.publish(
            label, f"Notice number {number} of the year.", ago=timedelta(days=35 + number)
        )
    village.publish(label, NAMED, ago=timedelta(days=2))
    village.add("\n[budget.x]\nusd_per_month = 0.20\n")
    enter(village, poll(POLL_DAY, notice_on=date(2026, 11, 2)))
    village.scan()
    [account] = [
        one for one in sweep.to_read(village.app, now=village.clock.now()) if one.id == label
    ]
    sweep.begin_due(village.app, now=village.clock.now())
    done = sweep.read(village.app, account)
    assert done is not None
    assert done.coverage.status is CoverageStatus.PARTIAL
    assert done.coverage.gaps
    month = village.clock.now().date().replace(day=1)
    spent = village.store.spend("council_x", month=month).amount
    assert spent <= 0.20
