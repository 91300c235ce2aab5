"""Scheduled posts of a WordPress site: judged before anybody can see them, and told as that."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from config.types import Appearing, CaseState, CoverageStatus, Outcome, Resolution
from monitor import morning
from tests.integration.pipeline.test_wordpress import counts
from tests.integration.pipeline.village import CLEAN, DAY, HALF_AN_HOUR, SALE, THREAT
from tests.lib.wordpress_server import LOGIN, WordPressTown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.pipeline.village import Village

HOUR = timedelta(hours=1)
POLL = (
    '\n[[polls]]\nid = "parish.2027-05-06"\ntype = "parish"\ndate = 2027-05-06\narea = "whole"\n'
    "notice = 2027-03-22\n"
)
CAMPAIGN = "Vote for Rowan Marsh of the Fernbeck Party on Thursday."


@pytest.fixture
def site(village: Village) -> Iterator[WordPressTown]:
    """Run a WordPress whose login may see what is scheduled."""
    with WordPressTown(village.clock.now) as running:
        village.environ["CLERKWATCH_SECRET_SITE"] = LOGIN
        village.register(
            'id = "council-site"\nplatform = "wordpress"\nhandle = "https://news.example"\n'
            'kind = "council"\nowner = "Jo Marsh"\ncredential = "site"\n'
            f'api_base = "{running.server.url}"\n'
        )
        running.post("Library", f"<p>{CLEAN}</p>", at=village.clock.now() - DAY)
        yield running
    assert running.wrong == []


def scheduled(village: Village, site: WordPressTown, text: str, *, days: float = 3) -> int:
    """Schedule a post some days ahead, and read it; return its number."""
    village.scan()
    number = site.schedule("Notice", f"<p>{text}</p>", at=village.clock.now() + days * DAY)
    assert counts(village.covered(after=HALF_AN_HOUR)) == (1, 0, 0, 0)
    return number


def appearing(village: Village, text: str) -> Appearing | None:
    """Return what is known of the appearing of the post with these words."""
    (found,) = [one for one in village.versions() if text in one.words.text]
    return found.appearing


def digest(village: Village) -> str:
    """Return the morning mail of now as one line."""
    return " ".join(morning.compose(village.app, now=village.clock.now()).text.split())


@pytest.mark.parametrize("base", ["posts", "pages"])
def test_it_is_judged_and_told_before_it_appears(
    village: Village, site: WordPressTown, base: str
) -> None:
    """A threat that is to appear on Thursday is a mail today, which says so."""
    village.scan()
    at = village.clock.now() + 3 * DAY
    site.schedule("Warning", f"<p>{THREAT}</p>", at=at, base=base)
    village.scan(after=HALF_AN_HOUR)
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


def test_what_appears_as_it_was_is_the_same_post_and_no_edit(
    village: Village, site: WordPressTown
) -> None:
    """One case before and after; from then on it is called visible."""
    number = scheduled(village, site, SALE)
    case = village.case()
    village.clock.advance(3 * DAY)
    site.set(number, status="publish")
    assert counts(village.covered(after=HALF_AN_HOUR)) == (0, 0, 0, 0)
    now = village.case()
    assert (now.id, now.is_scheduled, now.edited, now.visible) == (case.id, False, False, True)
    assert appearing(village, SALE) is Appearing.APPEARED
    assert "Still visible" in digest(village)


def test_what_is_taken_back_before_it_appears_is_no_deletion(
    village: Village, site: WordPressTown
) -> None:
    """Nothing counts as gone; the case ends, and says that nobody ever saw it."""
    number = scheduled(village, site, SALE)
    site.set(number, status="draft")
    assert counts(village.covered(after=HALF_AN_HOUR)) == (0, 0, 0, 0)
    village.scan(after=HOUR)
    case = village.case()
    assert (case.state, case.resolution) == (CaseState.CLOSED, Resolution.REMOVED)
    assert (case.is_taken_back, case.last_outcome) == (True, Outcome.GONE)
    assert "taken back before it appeared" in case.events[-1].because
    assert "no longer visible between" not in digest(village)


def test_what_is_taken_back_in_the_last_minutes_is_no_deletion_either(
    village: Village, site: WordPressTown
) -> None:
    """Its hour has come when that is read, but nobody was seen to be shown it."""
    number = scheduled(village, site, SALE)
    village.clock.advance(3 * DAY - HALF_AN_HOUR - timedelta(minutes=5))
    site.set(number, status="draft")
    assert counts(village.covered(after=HALF_AN_HOUR)) == (0, 0, 0, 0)
    village.scan(after=HOUR)
    assert village.case().is_taken_back
    because = village.case().events[-1].because
    assert "taken back, or gone before it was seen to have appeared" in because
    assert "no longer visible between" not in digest(village)


def test_what_is_scheduled_again_after_that_opens_its_case_again(
    village: Village, site: WordPressTown
) -> None:
    """Taking it back for an hour decides nothing."""
    number = scheduled(village, site, SALE)
    site.set(number, status="draft")
    village.scan(after=HALF_AN_HOUR)
    village.scan(after=HOUR)
    site.set(number, status="future", at=village.clock.now() + 9 * DAY)
    village.scan(after=HALF_AN_HOUR)
    case = village.case()
    assert (case.state is CaseState.CLOSED, case.is_scheduled) == (False, True)
    assert case.published_at == village.clock.now() - HALF_AN_HOUR + 9 * DAY


def test_a_date_that_moves_into_an_election_period_is_judged_by_the_new_one(
    village: Village, site: WordPressTown
) -> None:
    """The same words: harmless there in November, a breach in April; and back again."""
    village.add(POLL)
    village.scan()
    text = "The mayor opens the new play area and praises the council's record."
    number = site.schedule("Play", f"<p>{text}</p>", at=village.clock.now() + 3 * DAY)
    village.scan(after=HALF_AN_HOUR)

    def contexts() -> set[str]:
        return {one.finding.context for one in village.findings() if not one.withdrawn_at}

    assert contexts() <= {""}
    site.set(number, at=datetime(2027, 4, 15, 9, tzinfo=UTC))
    assert counts(village.covered(after=HALF_AN_HOUR)) == (0, 0, 0, 0)
    (version,) = [one for one in village.versions() if "play area" in one.words.text]
    assert version.published_at.date() == date(2027, 4, 15)
    inside = contexts()
    site.set(number, at=village.clock.now() + 3 * DAY)
    village.scan(after=HALF_AN_HOUR)
    assert "parish.2027-05-06" in inside
    assert contexts() <= {""}


def test_a_campaign_post_scheduled_before_the_period_for_a_day_inside_it(
    village: Village, site: WordPressTown
) -> None:
    """It is judged by the day on which it will appear, before and after it did."""
    village.add(POLL)
    village.clock.advance(datetime(2027, 3, 1, 9, tzinfo=UTC) - village.clock.now())
    number = scheduled(village, site, CAMPAIGN, days=45)
    before = {one.finding.basis for one in village.findings() if one.finding.context}
    village.clock.advance(45 * DAY)
    site.set(number, status="publish")
    village.scan(after=HALF_AN_HOUR)
    after = {one.finding.basis for one in village.findings() if one.finding.context}
    assert before == after
    assert {basis.value for basis in before} == {"published"}


def test_an_edit_before_it_appears_is_one_more_version(
    village: Village, site: WordPressTown
) -> None:
    """A harmless notice becomes a threat while it waits."""
    number = scheduled(village, site, CLEAN + " All are welcome.")
    site.edit(number, content=f"<p>{THREAT}</p>")
    assert counts(village.covered(after=HALF_AN_HOUR)) == (0, 1, 0, 0)
    assert (len(village.urgent()), village.case().is_scheduled) == (1, True)


@pytest.mark.parametrize("how", ["the login is taken away", "the login may no longer see it"])
def test_a_login_that_sees_less_takes_nothing_back(
    village: Village, site: WordPressTown, how: str
) -> None:
    """Strangers never saw it: that they do not see it now says nothing; then it appears."""
    number = scheduled(village, site, SALE)
    if how == "the login is taken away":
        village.amend('credential = "site"\n', "")
    else:
        site.abilities = ["read"]
    for _ in range(3):
        read = village.covered(after=8 * HOUR)
        assert (read.status, read.recorded.gone) == (CoverageStatus.READ, 0)
    case = village.case()
    assert (case.state, case.last_outcome) == (CaseState.OPEN, Outcome.CANNOT_TELL)
    village.clock.advance(3 * DAY)
    site.set(number, status="publish")
    village.scan(after=HALF_AN_HOUR)
    assert (village.case().visible, village.case().is_scheduled) == (True, False)


def test_a_dead_login_is_one_trouble(village: Village, site: WordPressTown) -> None:
    """The application password was revoked: the account is not read, nothing is taken back."""
    scheduled(village, site, SALE)
    village.environ["CLERKWATCH_SECRET_SITE"] = "clerk:revo kedd pass word"
    village.restart()
    read = village.covered(after=HALF_AN_HOUR)
    assert (read.status, read.recorded.gone) == (CoverageStatus.FAILED, 0)
    assert village.case().last_outcome is Outcome.PRESENT


def test_a_visible_post_that_is_put_off_is_scheduled_and_its_case_stays(
    village: Village, site: WordPressTown
) -> None:
    """It will be there again: nobody is told that it went."""
    village.scan()
    number = site.post("Sale", f"<p>{SALE}</p>", at=village.clock.now() + timedelta(minutes=10))
    village.scan(after=HALF_AN_HOUR)
    site.set(number, status="future", at=village.clock.now() + 9 * DAY)
    assert counts(village.covered(after=HALF_AN_HOUR)) == (0, 0, 0, 0)
    assert (village.case().is_scheduled, village.case().state) == (True, CaseState.OPEN)


def test_nothing_new_costs_three_requests_with_what_is_scheduled(
    village: Village, site: WordPressTown
) -> None:
    """It comes with the lists that are asked for anyway."""
    scheduled(village, site, CLEAN + " All are welcome.")
    village.scan(after=HALF_AN_HOUR)
    before = len(site.asked())
    village.scan(after=HALF_AN_HOUR)
    assert len(site.asked()) - before <= 3
