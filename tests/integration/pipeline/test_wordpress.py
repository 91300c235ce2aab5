"""A WordPress site through the whole way of a post: read, recorded, judged, verified, told."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from config.types import (
    CaseState,
    CoverageStatus,
    Outcome,
    Reason,
    Resolution,
    Severity,
    SubjectKind,
)
from tests.integration.pipeline.village import CLEAN, DAY, HALF_AN_HOUR, SALE, THREAT
from tests.lib.http_server import Reply
from tests.lib.wordpress_server import (
    INDEX,
    LIST,
    LOGIN,
    ME,
    SINGLE,
    WordPressTown,
    problem,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.values import Coverage
    from tests.integration.pipeline.village import Village

HOUR = timedelta(hours=1)


@pytest.fixture
def site(village: Village) -> Iterator[WordPressTown]:
    """Run a WordPress by the village's clock and register it as the council's site."""
    with WordPressTown(village.clock.now) as running:
        village.environ["CLERKWATCH_SECRET_SITE"] = LOGIN
        village.register(
            'id = "council-site"\nplatform = "wordpress"\nhandle = "https://news.example"\n'
            'kind = "council"\nowner = "Jo Marsh"\ncredential = "site"\n'
            f'api_base = "{running.server.url}"\n'
        )
        yield running
    assert running.wrong == []


def outcomes(village: Village) -> dict[str, Outcome | None]:
    """Return by id what was last seen of each post of the last month."""
    account = village.app.register[0].id
    due = village.store.due_posts(account, as_of=village.clock.now(), look_back=30 * DAY)
    return {post.platform_id: post.last_outcome for post in due}


def counts(read: Coverage) -> tuple[int, int, int, int]:
    """Return how many posts were new, edited, gone, and not to be told."""
    one = read.recorded
    return one.new, one.edited, one.gone, one.cannot_tell


def test_a_breach_is_told_at_once_and_only_once(village: Village, site: WordPressTown) -> None:
    """Two readings of the same list make no second post, case or mail."""
    site.post("Library", f"<p>{CLEAN}</p>")
    village.scan()
    village.clock.advance(HALF_AN_HOUR)
    site.post("Warning", f"<p>{THREAT}</p>")
    assert counts(village.covered()) == (1, 0, 0, 0)
    assert counts(village.covered(after=HALF_AN_HOUR)) == (0, 0, 0, 0)
    assert len(village.urgent()) == 1


def test_a_page_of_years_ago_that_is_changed_today_is_judged(
    village: Village, site: WordPressTown
) -> None:
    """The page about the council stood there quietly; now it sells kitchens."""
    page = site.post("About", f"<p>{CLEAN}</p>", base="pages", at=village.clock.now() - 900 * DAY)
    site.post("Library", f"<p>{CLEAN}</p>")
    village.scan()
    village.clock.advance(HALF_AN_HOUR)
    site.edit(page, content=f"<p>{SALE}</p>")
    village.scan()
    (found,) = [one.finding for one in village.findings()]
    assert (found.rule.split("/")[0], found.severity) == ("commerce", Severity.REVIEW)


def test_a_threat_that_was_edited_away_between_two_readings_is_found(
    village: Village, site: WordPressTown
) -> None:
    """Nobody read it while it stood there; the site's revisions still tell it."""
    number = site.post("Library", f"<p>{CLEAN}</p>")
    village.scan()
    site.edit(number, content=f"<p>{THREAT}</p>", at=village.clock.now() + timedelta(minutes=5))
    site.edit(number, content=f"<p>{CLEAN}!</p>", at=village.clock.now() + timedelta(minutes=9))
    read = village.covered(after=HALF_AN_HOUR)
    assert (counts(read), read.recorded.posts) == ((0, 2, 0, 0), 1)
    texts = [one.words.text for one in village.versions() if one.subject_kind is SubjectKind.POST]
    assert len([text for text in texts if THREAT in text]) == 1
    assert counts(village.covered(after=HALF_AN_HOUR)) == (0, 0, 0, 0)


@pytest.mark.parametrize("how", ["trash", "delete", "private"])
def test_a_breach_that_was_taken_down_is_closed_after_two_readings(
    village: Village, site: WordPressTown, how: str
) -> None:
    """In the bin, deleted or private: no longer visible, twice."""
    site.post("Library", f"<p>{CLEAN}</p>")
    village.scan()
    number = site.post("Sale", f"<p>{SALE}</p>")
    village.scan(after=HALF_AN_HOUR)
    if how == "delete":
        site.delete(number)
    else:
        site.set(number, status=how)
    assert counts(village.covered(after=HALF_AN_HOUR)) == (0, 0, 1, 0)
    village.scan(after=HOUR)
    case = village.case()
    assert (case.state, case.resolution) == (CaseState.CLOSED, Resolution.REMOVED)


def test_a_list_that_is_suddenly_empty_is_suspicious_and_nothing_is_gone(
    village: Village, site: WordPressTown
) -> None:
    """The posts still answer by their numbers: the list is wrong, and coverage says so."""
    for number in range(5):
        site.post(f"Notice {number}", "", at=village.clock.now() - number * HOUR)
    village.scan()
    site.next(LIST, *[Reply(json=[])] * 3)
    read = village.covered(after=HALF_AN_HOUR)
    assert read.status is CoverageStatus.PARTIAL
    assert "empty although there were posts" in read.error
    assert set(outcomes(village).values()) == {Outcome.PRESENT}


def test_all_posts_missing_at_once_are_not_believed(village: Village, site: WordPressTown) -> None:
    """Even posts that the site says are missing: all at once is rarely a deletion."""
    ids = [
        site.post(f"Notice {number}", "", at=village.clock.now() - number * HOUR)
        for number in range(6)
    ]
    village.scan()
    for each in ids:
        site.delete(each)
    read = village.covered(after=HALF_AN_HOUR)
    assert (read.status, read.recorded.gone) == (CoverageStatus.PARTIAL, 0)
    assert "vanished at once" in read.error


TROUBLES: list[tuple[str, Reply, Reason]] = [
    (LIST, Reply(status=500, body="<html>database"), Reason.TRANSIENT),
    (LIST, Reply(status=429, headers={"Retry-After": "60"}), Reason.RATE_LIMIT),
    (LIST, Reply(body="<html>maintenance</html>"), Reason.TRANSIENT),
    (LIST, problem("rest_not_logged_in", 401), Reason.FORBIDDEN),
    (LIST, problem("incorrect_password", 401), Reason.AUTH_EXPIRED),
    (SINGLE, Reply(status=429), Reason.RATE_LIMIT),
    (ME, problem("incorrect_password", 401), Reason.AUTH_EXPIRED),
]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_no_trouble_on_the_way_makes_a_deletion(
    village: Village, site: WordPressTown, trouble: tuple[str, Reply, Reason]
) -> None:
    """A post is deleted and the site fails at one question: told when it is well again."""
    site.post("Library", f"<p>{CLEAN}</p>")
    lost = site.post("Bins", "<p>Bins are collected on Friday.</p>")
    village.scan()
    site.delete(lost)
    call, reply, reason = trouble
    site.next(call, reply)
    read = village.covered(after=HALF_AN_HOUR)
    assert (read.reason, read.recorded.gone) == (reason, 0)
    assert "canary" not in read.error
    assert village.covered(after=2 * HOUR).recorded.gone == 1


def test_a_site_that_closes_its_interface_loses_nothing(
    village: Village, site: WordPressTown
) -> None:
    """It is said, nothing is gone or corrected, and what came meanwhile is read afterwards."""
    site.post("Library", f"<p>{CLEAN}</p>")
    village.scan()
    site.is_open = False
    site.post("Bins", "<p>Bins are collected on Friday.</p>")
    read = village.covered(after=HALF_AN_HOUR)
    assert (read.reason, counts(read)) == (Reason.FORBIDDEN, (0, 0, 0, 0))
    site.is_open = True
    assert counts(village.covered(after=2 * HOUR)) == (1, 0, 0, 0)


def test_a_site_with_a_feed_only_is_read_and_its_opening_is_no_news(
    village: Village, site: WordPressTown
) -> None:
    """The same posts under the same ids: none is new, none edited."""
    site.is_open = False
    site.post("Library", f"<p>{CLEAN}</p>")
    site.post("Bins", "<p>Bins are collected on Friday.</p>")
    assert counts(village.covered()) == (2, 0, 0, 0)
    site.is_open = True
    read = village.covered(after=25 * HOUR)
    assert (read.status, counts(read)) == (CoverageStatus.READ, (0, 0, 0, 0))


def test_an_outage_is_filled_afterwards(village: Village, site: WordPressTown) -> None:
    """What was published meanwhile is read later, each once."""
    site.post("Library", f"<p>{CLEAN}</p>")
    village.scan()
    for number in range(3):
        village.clock.advance(2 * HOUR)
        site.post(f"Notice {number}", "")
        site.next(LIST, Reply(status=503))
        site.next(INDEX, Reply(status=503))
        assert village.covered(insist=True).status is CoverageStatus.FAILED
    site.forget_troubles()
    read = village.covered(after=2 * HOUR)
    assert (read.status, counts(read)) == (CoverageStatus.READ, (3, 0, 0, 0))
