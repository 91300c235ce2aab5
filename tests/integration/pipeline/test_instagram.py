"""Instagram through the whole way of a post: read, recorded, judged, verified, told."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from config.types import CaseState, CoverageStatus, Outcome, Reason, Resolution
from tests.integration.pipeline.village import CLEAN, DAY, HALF_AN_HOUR, SALE, THREAT
from tests.lib.http_server import Reply
from tests.lib.instagram_server import (
    ACCOUNT,
    MEDIA,
    SINGLE,
    STORIES,
    TOKEN,
    InstagramTown,
    not_shown,
    problem,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.values import Coverage
    from tests.integration.pipeline.village import Village

HOUR = timedelta(hours=1)


@pytest.fixture
def town(village: Village) -> Iterator[InstagramTown]:
    """Run Instagram by the village's clock and register the council's account there."""
    with InstagramTown(village.clock.now) as running:
        village.environ["CLERKWATCH_SECRET_PAGE"] = TOKEN
        village.register(
            'id = "council-instagram"\nplatform = "instagram"\nhandle = "elmtown"\n'
            'kind = "council"\nowner = "Jo Marsh"\ncredential = "page"\n'
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


def test_a_breach_is_told_at_once_and_only_once(village: Village, town: InstagramTown) -> None:
    """Two readings of the same list make no second post, case or mail."""
    town.post(CLEAN)
    village.scan()
    village.clock.advance(HALF_AN_HOUR)
    town.post(THREAT)
    assert counts(village.covered()) == (1, 0, 0, 0)
    assert counts(village.covered(after=HALF_AN_HOUR)) == (0, 0, 0, 0)
    assert len(village.urgent()) == 1


def test_an_edited_caption_is_a_second_version(village: Village, town: InstagramTown) -> None:
    """Same number, other words."""
    number = town.post(CLEAN)
    village.scan()
    town.edit(number, caption=THREAT)
    assert counts(village.covered(after=HALF_AN_HOUR)) == (0, 1, 0, 0)
    assert len(village.urgent()) == 1


def test_a_deleted_breach_is_closed_after_two_readings(
    village: Village, town: InstagramTown
) -> None:
    """Graph no longer shows it and shows the account, twice."""
    town.post(CLEAN)
    village.scan()
    number = town.post(SALE)
    village.scan(after=HALF_AN_HOUR)
    town.delete(number)
    assert counts(village.covered(after=HALF_AN_HOUR)) == (0, 0, 1, 0)
    village.scan(after=HOUR)
    case = village.case()
    assert (case.state, case.resolution) == (CaseState.CLOSED, Resolution.REMOVED)


def test_an_archived_breach_stays_open_where_graph_still_tells_of_it(
    village: Village, town: InstagramTown
) -> None:
    """It cannot be told whether the public still sees it: a person looks."""
    town.post(CLEAN)
    village.scan()
    number = town.post(SALE)
    village.scan(after=HALF_AN_HOUR)
    town.keeps_archived = True
    town.edit(number, is_archived=True)
    assert counts(village.covered(after=HALF_AN_HOUR)) == (0, 0, 0, 1)
    village.scan(after=HOUR)
    assert village.case().state is CaseState.OPEN


def test_stories_that_end_are_no_alarm(village: Village, town: InstagramTown) -> None:
    """An account with nothing but stories: all are gone the next day, and all is well."""
    for number in range(4):
        town.post(f"Come today {number}!", kind="STORY")
    assert counts(village.covered()) == (4, 0, 0, 0)
    read = village.covered(after=25 * HOUR)
    assert (read.status, counts(read)) == (CoverageStatus.READ, (0, 0, 4, 0))
    read = village.covered(after=HOUR)
    assert (read.status, counts(read)) == (CoverageStatus.READ, (0, 0, 0, 0))


def test_all_posts_missing_at_once_are_not_believed(village: Village, town: InstagramTown) -> None:
    """Even posts that Graph does not show: all at once is rarely a deletion."""
    ids = [town.post(f"Notice {n}", at=village.clock.now() - n * HOUR) for n in range(6)]
    village.scan()
    for each in ids:
        town.delete(each)
    read = village.covered(after=HALF_AN_HOUR)
    assert (read.status, read.recorded.gone) == (CoverageStatus.PARTIAL, 0)
    assert "vanished at once" in read.error


def test_a_list_that_is_suddenly_empty_is_suspicious_and_nothing_is_gone(
    village: Village, town: InstagramTown
) -> None:
    """The posts still answer by their numbers: the list is wrong, and coverage says so."""
    for number in range(5):
        town.post(f"Notice {number}", at=village.clock.now() - number * HOUR)
    village.scan()
    town.next(MEDIA, Reply(json={"data": []}))
    read = village.covered(after=HALF_AN_HOUR)
    assert (read.status, read.recorded.gone) == (CoverageStatus.PARTIAL, 0)
    assert Outcome.GONE not in outcomes(village).values()
    assert village.covered(after=HALF_AN_HOUR).status is CoverageStatus.READ


TROUBLES: list[tuple[str, Reply, Reason]] = [
    (MEDIA, Reply(status=500), Reason.TRANSIENT),
    (MEDIA, problem(4, "limit"), Reason.RATE_LIMIT),
    (MEDIA, problem(190, "x", subcode=460), Reason.AUTH_EXPIRED),
    (MEDIA, problem(10, "x"), Reason.FORBIDDEN),
    (MEDIA, not_shown(), Reason.ACCOUNT_GONE),
    (STORIES, Reply(status=500), Reason.TRANSIENT),
    (SINGLE, problem(80002, "limit"), Reason.RATE_LIMIT),
    (ACCOUNT, problem(190, "x", subcode=463), Reason.AUTH_EXPIRED),
    (ACCOUNT, not_shown(), Reason.ACCOUNT_GONE),
]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_no_trouble_on_the_way_makes_a_deletion(
    village: Village, town: InstagramTown, trouble: tuple[str, Reply, Reason]
) -> None:
    """A post is deleted and Graph fails at one question: told when it is well again."""
    town.post(CLEAN)
    lost = town.post("Bins are collected on Friday.")
    village.scan()
    town.delete(lost)
    call, reply, reason = trouble
    town.next(call, reply)
    read = village.covered(after=HALF_AN_HOUR)
    assert (read.reason, read.recorded.gone) == (reason, 0)
    assert TOKEN not in read.error
    assert village.covered(after=2 * HOUR).recorded.gone == 1


def test_an_outage_is_filled_afterwards(village: Village, town: InstagramTown) -> None:
    """What was posted meanwhile is read later, each once."""
    town.post(CLEAN)
    village.scan()
    for number in range(3):
        village.clock.advance(2 * HOUR)
        town.post(f"Notice {number}")
        town.next(MEDIA, Reply(status=503))
        town.next(ACCOUNT, Reply(status=503))
        assert village.covered(insist=True).status is CoverageStatus.FAILED
    town.forget_troubles()
    read = village.covered(after=2 * HOUR)
    assert (read.status, counts(read)) == (CoverageStatus.READ, (3, 0, 0, 0))
