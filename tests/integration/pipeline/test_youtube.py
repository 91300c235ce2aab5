"""YouTube through the whole way of a post: read, recorded, judged, verified, told."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from config.types import CaseState, CoverageStatus, Outcome, Reason, Resolution
from monitor.pseudonyms import is_pseudonym
from tests.integration.pipeline.village import (
    CLEAN,
    DAY,
    HALF_AN_HOUR,
    SALE,
    THREAT,
    with_youtube,
)
from tests.lib.http_server import Reply
from tests.lib.youtube_server import (
    CHANNELS,
    EMBED,
    KEY,
    UPLOADS,
    VIDEOS,
    YouTubeTown,
    refusal,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.values import Coverage
    from tests.integration.pipeline.village import Village
    from tests.lib.youtube_server import Channel

HOUR = timedelta(hours=1)


@pytest.fixture
def town(village: Village) -> Iterator[YouTubeTown]:
    """Run YouTube by the village's clock and register the council's channel there."""
    with with_youtube(village) as running:
        yield running


@pytest.fixture
def fern(town: YouTubeTown) -> Channel:
    """Let the council open a channel."""
    return town.channel("Fernbeck Town Council", "fernbeck")


def outcomes(village: Village) -> dict[str, Outcome | None]:
    """Return by id what was last seen of each post of the last month."""
    account = village.app.register[0].id
    due = village.store.due_posts(account, as_of=village.clock.now(), look_back=30 * DAY)
    return {post.platform_id: post.last_outcome for post in due}


def counts(read: Coverage) -> tuple[int, int, int, int]:
    """Return how many posts were new, edited, gone, and not to be told."""
    one = read.recorded
    return one.new, one.edited, one.gone, one.cannot_tell


def test_a_breach_is_told_at_once_and_only_once(
    village: Village, town: YouTubeTown, fern: Channel
) -> None:
    """Two readings of the same list make no second post, case or mail."""
    town.upload(fern, "Library", CLEAN)
    village.scan()
    village.clock.advance(HALF_AN_HOUR)
    town.upload(fern, "Warning", THREAT)
    assert counts(village.covered()) == (1, 0, 0, 0)
    assert counts(village.covered(after=HALF_AN_HOUR)) == (0, 0, 0, 0)
    assert len(village.urgent()) == 1


def test_a_comment_is_judged_as_anothers_word(
    village: Village, town: YouTubeTown, fern: Channel
) -> None:
    """It is a post of its own, under the video."""
    video = town.upload(fern, "Library", CLEAN)
    village.scan()
    village.clock.advance(HALF_AN_HOUR)
    town.comment(video, "bo", THREAT)
    assert counts(village.covered()) == (1, 0, 0, 0)
    (found,) = [one for one in village.versions() if one.author]
    assert (is_pseudonym(found.author), found.words.text) == (True, THREAT)


def test_an_edit_of_a_description_is_a_second_version(
    village: Village, town: YouTubeTown, fern: Channel
) -> None:
    """A harmless video whose words are replaced by a threat is news."""
    number = town.upload(fern, "Library", CLEAN)
    village.scan()
    town.edit(number, description=THREAT)
    assert counts(village.covered(after=HALF_AN_HOUR)) == (0, 1, 0, 0)
    assert len(village.urgent()) == 1


def test_a_new_thumbnail_is_a_second_version_once(
    village: Village, town: YouTubeTown, fern: Channel
) -> None:
    """It is fetched when the video changes, and not again."""
    number = town.upload(fern, "Library", CLEAN)
    village.scan()
    assert counts(village.covered(after=HALF_AN_HOUR)) == (0, 0, 0, 0)
    town.edit(number, picture=b"another")
    assert counts(village.covered(after=HALF_AN_HOUR)) == (0, 1, 0, 0)
    assert counts(village.covered(after=HALF_AN_HOUR)) == (0, 0, 0, 0)


@pytest.mark.parametrize("how", ["remove", "private"])
def test_a_breach_that_is_no_longer_shown_is_closed_after_two_readings(
    village: Village, town: YouTubeTown, fern: Channel, how: str
) -> None:
    """Deleted or private, YouTube says the same: no longer visible, twice."""
    town.upload(fern, "Library", CLEAN)
    village.scan()
    number = town.upload(fern, "Sale", SALE)
    village.scan(after=HALF_AN_HOUR)
    if how == "remove":
        town.remove(number)
    else:
        town.edit(number, state="private")
    assert counts(village.covered(after=HALF_AN_HOUR)) == (0, 0, 1, 0)
    village.scan(after=HOUR)
    case = village.case()
    assert (case.state, case.resolution) == (CaseState.CLOSED, Resolution.REMOVED)


def test_an_unlisted_breach_is_not_closed(
    village: Village, town: YouTubeTown, fern: Channel
) -> None:
    """Whoever has the address still sees it."""
    town.upload(fern, "Library", CLEAN)
    village.scan()
    number = town.upload(fern, "Sale", SALE)
    village.scan(after=HALF_AN_HOUR)
    town.edit(number, state="unlisted")
    village.scan(after=HALF_AN_HOUR)
    village.scan(after=HOUR)
    assert village.case().state is CaseState.OPEN


def test_a_closed_channel_is_one_trouble_and_no_deletion(
    village: Village, town: YouTubeTown, fern: Channel
) -> None:
    """Every video stays what it was; when the channel is back, reading goes on."""
    for number in range(5):
        town.upload(fern, f"Notice {number}", at=village.clock.now() - number * HOUR)
    village.scan()
    fern.is_open = False
    read = village.covered(after=HALF_AN_HOUR)
    assert (read.reason, counts(read)) == (Reason.ACCOUNT_GONE, (0, 0, 0, 0))
    assert set(outcomes(village).values()) == {Outcome.PRESENT}
    fern.is_open = True
    town.upload(fern, "We are back", at=village.clock.now() + HOUR)
    back = village.covered(after=2 * HOUR)
    assert (back.status, counts(back)) == (CoverageStatus.READ, (1, 0, 0, 0))


def test_a_list_that_is_suddenly_empty_is_suspicious_and_nothing_is_gone(
    village: Village, town: YouTubeTown, fern: Channel
) -> None:
    """The videos still answer one by one: the list is wrong, and coverage says so."""
    for number in range(5):
        town.upload(fern, f"Notice {number}", at=village.clock.now() - number * HOUR)
    village.scan()
    fern.has_uploads = False
    read = village.covered(after=HALF_AN_HOUR)
    assert read.status is CoverageStatus.PARTIAL
    assert "empty although there were posts" in read.error
    assert set(outcomes(village).values()) == {Outcome.PRESENT}


TROUBLES: list[tuple[str, Reply, Reason]] = [
    (UPLOADS, refusal(500, "backendError"), Reason.TRANSIENT),
    (UPLOADS, refusal(403, "rateLimitExceeded"), Reason.RATE_LIMIT),
    (UPLOADS, Reply(body="<html>sign in</html>"), Reason.TRANSIENT),
    (UPLOADS, refusal(400, "keyInvalid"), Reason.AUTH_EXPIRED),
    (UPLOADS, refusal(403, "accessNotConfigured"), Reason.FORBIDDEN),
    (VIDEOS, refusal(500, "backendError"), Reason.TRANSIENT),
    (EMBED, Reply(status=500), Reason.PARTIAL),
    (CHANNELS, refusal(400, "badRequest", detail="API_KEY_INVALID"), Reason.AUTH_EXPIRED),
]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_no_trouble_on_the_way_makes_a_deletion(
    village: Village, town: YouTubeTown, fern: Channel, trouble: tuple[str, Reply, Reason]
) -> None:
    """A video is deleted and YouTube fails at one question: told when it is well again."""
    town.upload(fern, "Library", CLEAN)
    lost = town.upload(fern, "Bins", "Bins are collected on Friday.")
    village.scan()
    town.remove(lost)
    call, reply, reason = trouble
    town.next(call, reply)
    read = village.covered(after=HALF_AN_HOUR)
    assert read.recorded.gone == 0
    assert reason is Reason.PARTIAL or read.reason is reason
    assert KEY not in read.error
    assert village.covered(after=2 * HOUR).recorded.gone == 1


def test_used_up_units_are_waited_for_until_the_day_begins_in_california(
    village: Village, town: YouTubeTown, fern: Channel
) -> None:
    """Nothing is asked before; then what came meanwhile is read, each once."""
    town.upload(fern, "Library", CLEAN)
    village.scan()
    town.next(UPLOADS, refusal(403, "quotaExceeded"))
    assert village.covered(after=HALF_AN_HOUR).reason is Reason.QUOTA_MONEY
    town.upload(fern, "Bins", "Bins are collected on Friday.")
    before = len(town.asked())
    assert village.covered(after=2 * HOUR).status is CoverageStatus.FAILED
    assert len(town.asked()) == before
    read = village.covered(after=DAY)
    assert (read.status, read.recorded.new) == (CoverageStatus.READ, 1)


def test_an_outage_is_filled_afterwards(village: Village, town: YouTubeTown, fern: Channel) -> None:
    """What was published meanwhile is read later, each once."""
    town.upload(fern, "Library", CLEAN)
    village.scan()
    for number in range(3):
        village.clock.advance(2 * HOUR)
        town.upload(fern, f"Notice {number}")
        town.next(UPLOADS, refusal(503, "backendError"))
        town.next(CHANNELS, refusal(503, "backendError"))
        assert village.covered(insist=True).status is CoverageStatus.FAILED
    town.forget_troubles()
    read = village.covered(after=2 * HOUR)
    assert (read.status, counts(read)) == (CoverageStatus.READ, (3, 0, 0, 0))
