"""A window opens: what stands there is listed once, older posts are read, LEAVE is remembered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest

from config.types import CaseState, CoverageStatus, PollId
from monitor import morning
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
    if sweep.to_read(again, now=opened.clock.now()):
        assert sweep.read(again, account) is not None
    posts = [case.platform_id for case in opened.store.cases()]
    assert len(posts) == len(set(posts))


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
