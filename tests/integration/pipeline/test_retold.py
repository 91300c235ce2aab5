"""Twenty-two stories, each told on every platform that is read, to a common end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from config.types import CaseState, CoverageStatus, Reason, Resolution, SubjectKind
from tests.integration.pipeline.stages import (
    CUT,
    DAY,
    DOWN,
    FACES,
    HALF,
    HALVED,
    HOUR,
    WALL,
    Stage,
)
from tests.integration.pipeline.village import CLEAN, SALE, THREAT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.integration.pipeline.stages import Trouble
    from tests.integration.pipeline.village import Village

BINS, HALL = "Bins are collected on Friday.", "The hall is closed on Monday."


@pytest.fixture
def stage(
    village: Village,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Stage]:
    """Open one platform by the village's clock, with the council's account registered."""
    face = request.param(village)
    stage = Stage(village, face, monkeypatch, capsys)
    with stage.opened():
        stage.register()
        yield stage
        stage.ends_well()
    assert face.wrong() == []


def on_each(story: Callable[..., None]) -> Any:
    """Tell a story on every platform."""
    names = [face.__name__ for face in FACES]
    return pytest.mark.parametrize("stage", FACES, ids=names, indirect=True)(story)


@on_each
def test_an_edit_there_and_back(stage: Stage) -> None:
    """Two versions; the first is the present one again, and the case tells of the other."""
    post = stage.post(CLEAN)
    stage.post(BINS, ago=HOUR)
    stage.scan()
    stage.face.edit(post, SALE)
    assert stage.counts(HALF) == (0, 1, 0, 0)
    stage.face.edit(post, CLEAN)
    stage.scan(HALF)
    assert stage.texts(post) == [CLEAN, SALE]
    case = stage.village.case()
    assert (case.state, case.is_edited_away) == (CaseState.OPEN, True)


@on_each
def test_three_edits_between_two_readings(stage: Stage) -> None:
    """The last one stands; whatever else the platform tells of, it is one post."""
    post = stage.post(CLEAN)
    stage.scan()
    for text in (BINS, HALL, f"{CLEAN} Bring books."):
        stage.face.edit(post, text)
    assert stage.scan(HALF).recorded.edited >= 1
    assert stage.texts(post)[0] == f"{CLEAN} Bring books."


@on_each
def test_taken_down_and_put_back(stage: Stage) -> None:
    """The same post again: its case is opened again, and nothing is new."""
    stage.post(CLEAN, ago=HOUR)
    stage.scan()
    post = stage.post(SALE)
    stage.scan(HALF)
    restore = stage.delete(post)
    assert stage.counts(HALF) == (0, 0, 1, 0)
    stage.scan(HOUR)
    closed = stage.village.case()
    assert (closed.state, closed.resolution) == (CaseState.CLOSED, Resolution.REMOVED)
    restore()
    assert stage.scan(HOUR).recorded.new == 0
    assert stage.village.case().state is CaseState.OPEN


@on_each
def test_nothing_is_gone_while_nobody_is_let_in(stage: Stage) -> None:
    """Three refused readings; then one post is gone and one new, each once."""
    stage.post(CLEAN, ago=HOUR)
    lost = stage.post(BINS, ago=HOUR)
    stage.scan()
    stage.delete(lost)
    stage.refuses(stage.face.refused, readings=3)
    for _ in range(3):
        read = stage.scan(HOUR, insist=True)
        assert (read.status, read.recorded.gone) == (CoverageStatus.FAILED, 0)
        assert read.reason in {Reason.AUTH_EXPIRED, Reason.FORBIDDEN}
    stage.post(HALL)
    assert stage.counts(2 * HOUR) == (1, 0, 1, 0)


@on_each
def test_a_first_reading_that_breaks_off(stage: Stage) -> None:
    """What the first page showed is kept; the second one's posts come later, each once."""
    posts = stage.fill(2)
    stage.breaks_off()
    read = stage.scan()
    assert read.status is not CoverageStatus.READ
    assert 0 < read.recorded.new < len(posts)
    assert stage.scan(2 * HOUR).recorded.new == len(posts) - read.recorded.new


@on_each
def test_a_limit_in_the_middle_of_a_list(stage: Stage) -> None:
    """Nothing is asked before its time; what is missing comes afterwards."""
    posts = stage.fill(2)
    stage.breaks_on(2, stage.face.limited)
    first = stage.scan()
    assert first.reason is Reason.RATE_LIMIT
    asked = stage.face.asked()
    assert stage.scan(timedelta(minutes=2)).status is not CoverageStatus.READ
    assert stage.face.asked() == asked
    assert stage.scan(2 * HOUR).recorded.new == len(posts) - first.recorded.new


@on_each
def test_an_empty_page_at_the_end_of_a_full_one(stage: Stage) -> None:
    """There is more, and the platform says that there is not: it is read all the same, later."""
    posts = stage.fill(2)
    stage.breaks_on(2, stage.face.empty())
    first, second = stage.scan().recorded, stage.scan(HALF).recorded
    assert (first.new + second.new, first.gone, second.gone) == (len(posts), 0, 0)


@on_each
def test_an_edit_between_two_pages(stage: Stage) -> None:
    """A post of the second page is edited after the first was read: no second post."""
    posts = stage.fill(2)
    stage.between_pages(lambda: stage.face.edit(posts[0], HALL))
    if stage.face.differs.edits_move_up:
        assert stage.scan().recorded.new == len(posts) - 1
        assert stage.counts(HALF) == (1, 0, 0, 0)
    else:
        assert stage.scan().recorded.new == len(posts)
    if stage.face.differs.is_one_document:
        assert stage.counts(HALF) == (0, 1, 0, 0)
    assert stage.texts(posts[0])[0] == HALL


@on_each
def test_a_post_between_two_pages(stage: Stage) -> None:
    """The list moves on by one: what stands on both pages is one post, and none is lost."""
    posts = stage.fill(2)
    stage.between_pages(lambda: stage.post(HALL))
    read = stage.scan()
    later = stage.scan(HALF)
    assert read.recorded.new + later.recorded.new == len(posts) + 1


@on_each
def test_a_deletion_between_two_pages(stage: Stage) -> None:
    """The list moves up by one: what slips between the pages is no deletion, and is read."""
    posts = stage.fill(2)
    stage.scan()
    stage.between_pages(lambda: stage.delete(posts[-1]))
    first, second = stage.scan(HALF).recorded.gone, stage.counts(HALF)
    if stage.face.differs.has_a_second_page:
        assert (first, second) == (0, (0, 0, 1, 0))
    else:
        # Read again in the same reading; a feed then shows one that it had pushed out.
        assert (first, *second[1:]) == (1, 0, 0, 0)


@on_each
def test_an_empty_list_hides_a_deletion_for_one_reading_only(stage: Stage) -> None:
    """The list is wrong and says nothing; the next one is right."""
    for number in range(5):
        stage.post(f"Notice {number}.", ago=number * HOUR)
    lost = stage.post(BINS, ago=HOUR)
    stage.scan()
    stage.shows_nothing()
    read = stage.scan(HALF)
    assert (read.status, read.recorded.gone) == (CoverageStatus.PARTIAL, 0)
    stage.delete(lost)
    stage.wait_for(lost)
    assert stage.counts(HALF) == (0, 0, 1, 0)


@on_each
def test_a_platform_whose_clock_is_ahead(stage: Stage) -> None:
    """What was published in our future is read once, and still there when that has come."""
    stage.post(CLEAN, ago=HOUR)
    stage.post(THREAT, ago=-timedelta(minutes=4))
    stage.scan()
    stage.scan(HALF)
    assert stage.counts(HALF) == (0, 0, 0, 0)
    assert len(stage.village.store.cases()) >= 1


@on_each
def test_a_machine_whose_clock_is_set_back(stage: Stage) -> None:
    """Two hours twice: no post is new again, none is gone."""
    stage.post(CLEAN, ago=3 * HOUR)
    stage.post(BINS, ago=2 * HOUR)
    stage.scan()
    stage.scan(-2 * HOUR)
    assert stage.counts(3 * HOUR) == (0, 0, 0, 0)


@on_each
def test_another_name_is_the_same_account(stage: Stage) -> None:
    """Read on under its lasting id, with everything that was known."""
    stage.post(CLEAN, ago=HOUR)
    stage.scan()
    stage.face.rename()
    stage.post(BINS)
    assert stage.counts(7 * HOUR) == (1, 0, 0, 0)


@on_each
def test_a_day_without_the_account(stage: Stage) -> None:
    """Closed, one trouble; open again, what was deleted and posted meanwhile is told."""
    stage.post(CLEAN, ago=HOUR)
    lost = stage.post(BINS, ago=HOUR)
    stage.scan()
    stage.face.close(is_closed=True)
    for _ in range(2):
        read = stage.scan(2 * HOUR, insist=True)
        assert (read.reason, read.recorded.gone) == (Reason.ACCOUNT_GONE, 0)
    stage.face.close(is_closed=False)
    stage.delete(lost)
    stage.post(HALL)
    assert stage.counts(DAY) == (1, 0, 1, 0)


@pytest.mark.parametrize("trouble", [WALL, CUT, HALVED], ids=["wall", "cut", "halved"])
@on_each
def test_a_second_page_that_is_none(stage: Stage, trouble: Trouble) -> None:
    """A sign-in page, a broken connection, half a document: nothing of it is believed."""
    posts = stage.fill(2)
    stage.scan()
    stage.delete(posts[2])
    stage.breaks_on(2, trouble)
    assert stage.scan(HALF).recorded.gone == 0
    stage.wait_for(posts[2])
    assert stage.scan(2 * HOUR).recorded.gone == 1


@on_each
def test_two_days_of_outage(stage: Stage) -> None:
    """More than a page of posts came meanwhile: all of them are read, each once.

    What a feed had no room for is said to be missing, once.
    """
    stage.post(CLEAN, ago=HOUR)
    stage.scan()
    stage.refuses(DOWN, readings=2)
    stage.scan(DAY, insist=True)
    stage.scan(DAY, insist=True)
    posts = stage.fill(2)
    assert stage.counts(2 * HOUR) == (len(posts), 0, 0, 0)
    if stage.face.differs.is_one_document:
        assert (stage.read[-1].status, len(stage.read[-1].gaps)) == (CoverageStatus.PARTIAL, 1)
        assert stage.counts(HALF) == (0, 0, 0, 0)


@on_each
def test_the_same_words_posted_anew(stage: Stage) -> None:
    """Taken down and posted again: one gone and one new, and the new one is a case, too."""
    stage.post(CLEAN, ago=HOUR)
    stage.scan()
    old = stage.post(SALE)
    stage.scan(HALF)
    stage.delete(old)
    stage.village.clock.advance(HALF)
    stage.post(SALE)
    assert stage.counts() == (1, 0, 1, 0)
    stage.scan(HOUR)
    states = sorted(
        case.state.value for case in stage.village.store.cases(subject=SubjectKind.POST)
    )
    assert states == ["closed", "open"]


@on_each
def test_an_account_without_posts_that_begins(stage: Stage) -> None:
    """Empty is no news and no trouble; the first post is."""
    assert stage.scan().status is CoverageStatus.READ
    stage.post(THREAT)
    assert stage.counts(HALF) == (1, 0, 0, 0)
    assert len(stage.village.urgent()) == 1


@on_each
def test_a_restart_between_every_two_readings(stage: Stage) -> None:
    """What is remembered is enough: no second post, case or mail."""
    post = stage.post(CLEAN, ago=HOUR)
    stage.scan()
    stage.village.restart()
    stage.face.edit(post, THREAT)
    assert stage.counts(HALF) == (0, 1, 0, 0)
    stage.village.restart()
    assert stage.counts(HALF) == (0, 0, 0, 0)
    assert len(stage.village.urgent()) == 1
