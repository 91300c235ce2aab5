"""What befalls a post: published, edited, deleted, seen again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from config.types import CaseState, CoverageStatus, Outcome, Resolution, Severity
from monitor.cases.decisions import acknowledge
from monitor.demo.faults import Fault, FaultKind
from monitor.demo.world import Site
from tests.integration.pipeline.village import CLEAN, DAY, HALF_AN_HOUR, SALE, THREAT

if TYPE_CHECKING:
    from tests.integration.pipeline.village import Village

SITES = pytest.mark.parametrize("site", [Site.X, Site.FACEBOOK, Site.FEED])


def with_posts(village: Village, site: Site, *texts: str, kind: str = "council") -> str:
    """Return an account that was read once, with these posts and two harmless ones."""
    label = village.account(site, kind=kind)
    for hours, text in enumerate((CLEAN, "Bins are collected on Friday.", *texts)):
        village.publish(label, text, ago=timedelta(days=2, hours=hours))
    village.scan()
    return label


@SITES
def test_the_first_reading_is_history(village: Village, site: Site) -> None:
    """What stood there before is judged and becomes a case, but no mail leaves at once."""
    with_posts(village, site, THREAT)
    case = village.case()
    assert (case.history, case.state, village.urgent()) == (True, CaseState.OPEN, [])


@SITES
def test_a_new_urgent_breach_is_told_once_at_once(village: Village, site: Site) -> None:
    """It opens a case that is no history, and one mail whatever is read afterwards."""
    label = with_posts(village, site)
    village.publish(label, THREAT, ago=timedelta(minutes=-5))
    village.scan(after=HALF_AN_HOUR)
    village.scan(after=HALF_AN_HOUR)
    case = village.case()
    assert (case.history, case.severity) == (False, Severity.URGENT)
    assert len(village.urgent()) == 1


@SITES
def test_a_harmless_old_post_edited_into_a_breach_is_news(village: Village, site: Site) -> None:
    """The edit is a second version of the same post; the case is not history."""
    label = village.account(site)
    post = village.publish(label, CLEAN, ago=timedelta(minutes=20))
    village.scan()
    village.edit(post, THREAT)
    read = village.covered(after=HALF_AN_HOUR)
    case = village.case()
    assert (read.recorded.new, read.recorded.edited) == (0, 1)
    assert (case.history, case.edited, case.is_edited_away) == (False, True, False)
    assert len(village.urgent()) == 1


@SITES
def test_a_case_of_history_that_becomes_worse_is_told_at_once(village: Village, site: Site) -> None:
    """An old post with an open case, edited into something urgent, is no history any more."""
    label = village.account(site)
    village.publish(label, CLEAN, ago=DAY)
    post = village.publish(label, SALE, ago=timedelta(minutes=20))
    village.scan()
    village.edit(post, THREAT)
    village.scan(after=HALF_AN_HOUR)
    case = village.case()
    assert (case.history, case.severity, len(village.urgent())) == (False, Severity.URGENT, 1)


def test_an_acknowledged_case_that_becomes_worse_is_open_again(village: Village) -> None:
    """Somebody deals with the sale; the threat that took its place nobody has seen yet."""
    label = village.account(Site.FACEBOOK)
    village.scan()
    post = village.publish(label, SALE, ago=timedelta(minutes=-1))
    village.scan(after=HALF_AN_HOUR)
    case = village.case()
    acknowledge(village.store, case.id, by="Clerk", because="", at=village.clock.now())
    village.edit(post, THREAT)
    village.scan(after=HALF_AN_HOUR)
    after = village.store.case(case.id)
    assert after is not None
    assert (after.state, len(village.urgent())) == (CaseState.OPEN, 1)


@SITES
def test_an_edit_there_and_back_again_is_three_observations_of_two_versions(
    village: Village, site: Site
) -> None:
    """A → B → A opens one case for B and nothing for the second A; B's words are kept."""
    label = village.account(site)
    post = village.publish(label, CLEAN, ago=timedelta(minutes=20))
    village.scan()
    for text in (SALE, CLEAN):
        village.edit(post, text)
        village.scan(after=timedelta(minutes=40))
    texts = [one for one in village.versions(label) if one.subject_kind.value == "post"]
    case = village.case()
    assert len(texts) == 2
    assert [one.is_current for one in texts] == [True, False]
    assert (case.state, case.is_edited_away) == (CaseState.OPEN, True)


@SITES
def test_a_flagged_post_that_goes_is_closed_after_two_readings(
    village: Village, site: Site
) -> None:
    """One reading leaves the case open and says so; a second closes it with both times."""
    label = with_posts(village, site, SALE)
    case = village.case()
    last_seen = village.clock.now()
    village.delete(label, SALE)

    first = village.covered(after=HALF_AN_HOUR)
    once = village.store.case(case.id)
    gone_at = village.clock.now()
    village.scan(after=timedelta(minutes=5))
    soon = village.store.case(case.id)
    village.scan(after=HALF_AN_HOUR)
    twice = village.store.case(case.id)

    assert once is not None
    assert soon is not None
    assert twice is not None
    assert first.recorded.gone == 1
    assert (once.state, once.last_outcome, once.visible) == (CaseState.OPEN, Outcome.GONE, False)
    assert soon.state is CaseState.OPEN
    assert (twice.state, twice.resolution) == (CaseState.CLOSED, Resolution.REMOVED)
    assert (twice.last_visible_at, twice.gone_since) == (last_seen, gone_at)
    assert twice.events[-1].what == "no longer visible"
    assert "09:00" in twice.events[-1].because
    assert "09:30" in twice.events[-1].because


@SITES
def test_a_post_that_comes_back_opens_its_case_again(village: Village, site: Site) -> None:
    """Taken down and shown again: the same case is open, with an event that says so."""
    label = with_posts(village, site, SALE)
    number = village.case().id
    post = village.delete(label, SALE)
    village.scan(after=HALF_AN_HOUR)
    village.scan(after=HALF_AN_HOUR)
    closed = village.case()
    village.restore(post)
    village.scan(after=HALF_AN_HOUR)
    back = village.case()
    is_listed_again = site is not Site.X  # X lists only what is new since the cursor
    assert (closed.id, closed.state) == (number, CaseState.CLOSED)
    assert back.id == number
    assert (back.state is CaseState.OPEN) is is_listed_again
    assert (back.events[-1].what == "visible again") is is_listed_again


@SITES
def test_nothing_is_gone_while_the_platform_is_in_trouble(village: Village, site: Site) -> None:
    """Five hundreds, a dead connection and a web page instead of data: nobody deleted anything."""
    label = with_posts(village, site, SALE)
    for kind in (FaultKind.SERVER_ERROR, FaultKind.HTML, FaultKind.CUT):
        village.script.next_answers(label, *[Fault(kind=kind)] * 6)
        read = village.covered(after=timedelta(hours=2))
        assert read.status is not CoverageStatus.READ
        assert read.recorded.gone == 0
        while village.script.take(label):
            pass
    assert all(one.state is CaseState.OPEN for one in village.cases())


def test_a_members_page_is_never_urgent(village: Village) -> None:
    """A threat on a member's own page is for review: the Monitoring Officer's matter."""
    label = village.account(Site.X, kind="member")
    village.scan()
    village.publish(label, THREAT, ago=timedelta(minutes=-1))
    village.scan(after=HALF_AN_HOUR)
    severities = {one.severity for one in village.cases()}
    assert Severity.URGENT not in severities
    assert village.findings(label)
    assert village.urgent() == []
