"""Scheduled posts of a Facebook page: judged before anybody can see them, and told as that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from config.types import Appearing, CaseState, CoverageStatus, Outcome, Resolution
from monitor import morning
from monitor.demo.faults import Fault, FaultKind
from monitor.demo.world import Condition, Site
from tests.integration.pipeline.test_wordpress import counts
from tests.integration.pipeline.village import CLEAN, DAY, HALF_AN_HOUR, SALE, THREAT

if TYPE_CHECKING:
    from tests.integration.pipeline.village import Village

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
POLL = (
    '\n[[polls]]\nid = "parish.2027-05-06"\ntype = "parish"\ndate = 2027-05-06\narea = "whole"\n'
    "notice = 2027-03-22\n"
)
CAMPAIGN = "Vote for Rowan Marsh of the Fernbeck Party on Thursday."


@pytest.fixture
def label(village: Village) -> str:
    """Register a page on which one harmless post stands."""
    name = village.account(Site.FACEBOOK)
    village.publish(name, CLEAN, ago=DAY)
    return name


def scheduled(village: Village, label: str, text: str, *, days: float = 3) -> str:
    """Schedule a post some days ahead, and read it; return its id."""
    village.scan()
    now = village.clock.now()
    post = village.world.schedule(label, now, text, appears_at=now + days * DAY)
    assert counts(village.covered(after=HALF_AN_HOUR)) == (1, 0, 0, 0)
    return post


def digest(village: Village) -> str:
    """Return the morning mail of now as one line."""
    return " ".join(morning.compose(village.app, now=village.clock.now()).text.split())


def test_it_is_judged_and_told_before_it_appears(village: Village, label: str) -> None:
    """A threat that is to appear on Thursday is a mail today, which says so, and one only."""
    at = village.clock.now() + 3 * DAY
    scheduled(village, label, THREAT)
    case = village.case()
    assert (case.is_scheduled, case.published_at, case.state) == (True, at, CaseState.OPEN)
    (key,) = village.urgent()
    mail = village.store.mail(key)
    assert mail is not None
    said = " ".join(mail.body.decode().replace("=\r\n", "").split())
    assert "Scheduled for Thursday 5 November" in said
    assert "Nobody can see it yet" in said
    assert "Still visible" not in said
    village.scan(after=HALF_AN_HOUR)
    assert len(village.urgent()) == 1


def test_what_appears_as_it_was_is_the_same_post_and_no_edit(village: Village, label: str) -> None:
    """One id, one case, before and after; from then on it is called visible."""
    post = scheduled(village, label, SALE)
    case = village.case()
    assert counts(village.covered(after=3 * DAY)) == (0, 0, 0, 0)
    now = village.case()
    assert (now.id, now.is_scheduled, now.edited, now.visible) == (case.id, False, False, True)
    found = [one for one in village.versions(label) if one.subject_platform_id == post]
    assert [one.appearing for one in found] == [Appearing.APPEARED]
    assert "Still visible" in digest(village)


def test_what_is_taken_back_before_it_appears_is_no_deletion(village: Village, label: str) -> None:
    """Nothing counts as gone; the case ends, and says that nobody ever saw it."""
    post = scheduled(village, label, SALE)
    village.world.delete(post, village.clock.now() + MINUTE)
    assert counts(village.covered(after=HALF_AN_HOUR)) == (0, 0, 0, 0)
    village.scan(after=HOUR)
    case = village.case()
    assert (case.state, case.resolution) == (CaseState.CLOSED, Resolution.REMOVED)
    assert (case.is_taken_back, case.last_outcome) == (True, Outcome.GONE)
    assert "taken back before it appeared" in case.events[-1].because
    assert "no longer visible between" not in digest(village)


def test_what_is_taken_back_in_the_last_minutes_is_no_deletion_either(
    village: Village, label: str
) -> None:
    """Its hour has come when that is read, but nobody was seen to be shown it."""
    post = scheduled(village, label, SALE, days=3)
    village.scan(after=3 * DAY - HOUR)
    village.world.delete(post, village.clock.now() + HALF_AN_HOUR - 5 * MINUTE)
    assert counts(village.covered(after=HALF_AN_HOUR + MINUTE)) == (0, 0, 0, 0)
    village.scan(after=HOUR)
    case = village.case()
    assert (case.state, case.is_taken_back) == (CaseState.CLOSED, True)
    because = case.events[-1].because
    assert "no longer visible" not in because
    assert "taken back, or gone before it was seen to have appeared" in because
    assert "no longer visible between" not in digest(village)


def test_what_appeared_unseen_for_a_while_and_stands_is_visible(
    village: Village, label: str
) -> None:
    """Nobody read the page around that hour; afterwards it is there, as one post."""
    scheduled(village, label, SALE)
    village.world.kill_token(label, village.clock.now())
    village.scan(after=HOUR)
    village.world.revive_token(label, village.clock.now() + 4 * DAY)
    assert counts(village.covered(after=5 * DAY)) == (0, 0, 0, 0)
    assert (village.case().visible, village.case().is_scheduled) == (True, False)


def test_a_date_that_moves_into_an_election_period_is_judged_by_the_new_one(
    village: Village, label: str
) -> None:
    """The same words: harmless there in November, a breach in April; and back again."""
    village.add(POLL)
    text = "The mayor opens the new play area and praises the council's record."
    post = scheduled(village, label, text)

    def contexts() -> set[str]:
        return {one.finding.context for one in village.findings() if not one.withdrawn_at}

    assert contexts() <= {""}
    village.world.reschedule(post, datetime(2027, 4, 15, 9, tzinfo=UTC))
    assert counts(village.covered(after=HALF_AN_HOUR)) == (0, 0, 0, 0)
    assert "parish.2027-05-06" in contexts()
    village.world.reschedule(post, village.clock.now() + 3 * DAY)
    village.scan(after=HALF_AN_HOUR)
    assert contexts() <= {""}


def test_a_campaign_post_scheduled_before_the_period_for_a_day_inside_it(
    village: Village, label: str
) -> None:
    """It is judged by the day on which it will appear, before and after it did."""
    village.add(POLL)
    village.clock.advance(datetime(2027, 3, 1, 9, tzinfo=UTC) - village.clock.now())
    scheduled(village, label, CAMPAIGN, days=45)
    before = {one.finding.basis for one in village.findings() if one.finding.context}
    village.scan(after=46 * DAY)
    after = {one.finding.basis for one in village.findings() if one.finding.context}
    assert before == after
    assert {basis.value for basis in before} == {"published"}


def test_an_edit_before_it_appears_is_one_more_version(village: Village, label: str) -> None:
    """A harmless notice becomes a threat while it waits."""
    post = scheduled(village, label, CLEAN + " All are welcome.")
    village.edit(post, THREAT)
    assert counts(village.covered(after=HALF_AN_HOUR)) == (0, 1, 0, 0)
    assert (len(village.urgent()), village.case().is_scheduled) == (1, True)


def test_a_permission_that_is_taken_away_takes_nothing_back(village: Village, label: str) -> None:
    """Whether it still waits cannot be told; the page is read, and then it appears."""
    scheduled(village, label, SALE)
    village.world.set_condition(label, Condition.NO_SCHEDULED, village.clock.now())
    for _ in range(3):
        read = village.covered(after=8 * HOUR)
        assert (read.status, read.recorded.gone) == (CoverageStatus.READ, 0)
    case = village.case()
    assert (case.state, case.last_outcome) == (CaseState.OPEN, Outcome.CANNOT_TELL)
    village.scan(after=3 * DAY)
    assert (village.case().visible, village.case().is_scheduled) == (True, False)


def test_what_is_taken_back_unseen_is_told_when_the_permission_is_there_again(
    village: Village, label: str
) -> None:
    """Until then nothing is concluded; then it is what it was: taken back."""
    post = scheduled(village, label, SALE, days=9)
    village.world.set_condition(label, Condition.NO_SCHEDULED, village.clock.now())
    village.world.delete(post, village.clock.now() + HOUR)
    assert counts(village.covered(after=8 * HOUR)) == (0, 0, 0, 1)
    village.world.set_condition(label, Condition.NO_SCHEDULED, village.clock.now(), holds=False)
    assert counts(village.covered(after=8 * HOUR)) == (0, 0, 0, 0)
    village.scan(after=HOUR)
    assert (village.case().state, village.case().is_taken_back) == (CaseState.CLOSED, True)


def test_a_scheduled_post_hides_no_list_that_is_suddenly_empty(
    village: Village, label: str
) -> None:
    """Only what is to come is listed: what stood there is asked for, and nothing is gone."""
    scheduled(village, label, CLEAN + " All are welcome.")
    village.script.next_answers(label, Fault(kind=FaultKind.EMPTY))
    read = village.covered(after=HALF_AN_HOUR)
    assert (read.status, read.recorded.gone) == (CoverageStatus.PARTIAL, 0)


def test_nothing_new_costs_two_requests_with_what_is_scheduled(
    village: Village, label: str
) -> None:
    """One list of what is published, one of what is not yet."""
    scheduled(village, label, CLEAN + " All are welcome.")
    village.scan(after=HALF_AN_HOUR)
    asked = village.asked(label)
    village.scan(after=HALF_AN_HOUR)
    assert village.asked(label) - asked == 2
