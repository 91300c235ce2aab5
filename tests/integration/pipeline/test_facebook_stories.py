"""What befalls a Facebook page on which others write: each story ends in what really was."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from config.types import CaseState, CoverageStatus, Outcome, Reason, Resolution
from monitor.demo.faults import Fault, FaultKind
from monitor.demo.world import Condition
from monitor.pseudonyms import is_pseudonym
from monitor.retention.purge import purge
from tests.integration.pipeline.pages import BOTH, HALF, HOUR, MINUTE, Page
from tests.integration.pipeline.village import CLEAN, DAY, SALE, THREAT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.pipeline.village import Village

NICE, NICER = "What a lovely photograph.", "What a lovely photograph, thank you all."
SHAME = "You never mend the road."


@pytest.fixture
def page(
    village: Village, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Page]:
    """Open a page on which others write; what was recorded is held against the truth at the end."""
    page = Page(village, monkeypatch, capsys)
    page.open()
    page.scan(timedelta())
    yield page
    page.ends_well()


def test_a_comment_is_written_edited_and_removed(page: Page) -> None:
    """One comment, two versions, one deletion; the name over it is another's."""
    said = page.comment(page.stood[0], NICE)
    assert page.counts() == (1, 0, 0, 0)
    page.edit(said, NICER)
    assert page.counts() == (0, 1, 0, 0)
    assert page.texts(said) == [NICER, NICE]
    (now, _) = page.versions(said)
    assert is_pseudonym(now.author)
    assert now.parent_id == page.stood[0]
    page.delete(said)
    assert page.counts() == (0, 0, 1, 0)
    assert page.counts() == (0, 0, 0, 0)
    assert page.outcome(said) in {Outcome.GONE, None}


def test_an_answer_of_the_page_is_judged_as_its_own_word(page: Page) -> None:
    """A threat below a resident's comment is urgent, and told once."""
    said = page.comment(page.stood[0], SHAME)
    page.scan()
    answer = page.comment(said, THREAT, by="")
    assert page.counts() == (1, 0, 0, 0)
    (found,) = page.versions(answer)
    assert (found.author, found.parent_id) == ("", said)
    assert len(page.village.urgent()) == 1
    page.delete(answer)
    assert page.counts() == (0, 0, 1, 0)
    page.scan(HOUR)
    case = page.village.case()
    assert (case.state, case.resolution) == (CaseState.CLOSED, Resolution.REMOVED)


def test_a_visitors_post_is_hidden_and_later_deleted(page: Page) -> None:
    """Hidden from the timeline it still opens by its address; deleted it is gone, once."""
    visit = page.visit(SHAME)
    assert page.counts() == (1, 0, 0, 0)
    page.hide(visit)
    assert page.counts() == (0, 0, 0, 0)
    assert page.outcome(visit) is Outcome.PRESENT
    page.delete(visit)
    assert page.counts() == (0, 0, 1, 0)


def test_a_comment_that_the_page_hides_is_no_longer_visible(page: Page) -> None:
    """Facebook's own word for this comment: only its writer and their friends see it."""
    said = page.comment(page.stood[0], NICE)
    page.scan()
    page.hide(said)
    page.down.add(said)
    page.deletions += 1
    assert page.counts() == (0, 0, 1, 0)
    assert page.counts() == (0, 0, 0, 0)


def test_scheduled_then_published_then_edited_then_removed(page: Page) -> None:
    """One post from the first look to the last, under one id, with one case."""
    post = page.schedule(SALE, ahead=3 * HOUR)
    assert page.counts() == (1, 0, 0, 0)
    case = page.village.case()
    assert case.is_scheduled
    assert page.counts(4 * HOUR) == (0, 0, 0, 0)
    assert (page.village.case().id, page.village.case().is_scheduled) == (case.id, False)
    page.comment(post, NICE)
    page.edit(post, f"{SALE} Today only.")
    assert page.counts() == (1, 1, 0, 0)
    page.delete(post)
    page.delete(page.stood[-1])
    assert page.counts() == (0, 0, 2, 0)
    page.scan(HOUR)
    assert page.village.case().resolution is Resolution.REMOVED
    assert not page.village.case().is_taken_back


@pytest.mark.parametrize("before", [2 * HOUR, 5 * MINUTE], ids=["hours before", "minutes before"])
def test_scheduled_then_cancelled(page: Page, before: timedelta) -> None:
    """Taken back, whenever that is noticed; never a deletion, and never called one."""
    post = page.schedule(SALE, ahead=5 * HOUR)
    page.scan()
    page.scan(5 * HOUR - HALF - before)
    page.delete(post, was_public=False)
    assert page.counts(10 * MINUTE) == (0, 0, 0, 0)
    page.scan(HOUR)
    case = page.village.case()
    assert (case.state, case.is_taken_back) == (CaseState.CLOSED, True)
    assert "taken back" in case.events[-1].because


def test_the_token_dies_between_the_list_and_the_single_ones(page: Page) -> None:
    """A comment was deleted, and the token dies before it is asked for: nothing is gone yet."""
    said = page.comment(page.stood[0], NICE)
    page.scan()
    page.delete(said)
    page.when_asked("/visitor_posts", lambda: page.suffer(Condition.TOKEN_DEAD))
    read = page.scan()
    assert (read.reason, read.recorded.gone) == (Reason.AUTH_EXPIRED, 0)
    assert page.outcome(said) is Outcome.PRESENT
    page.suffer(Condition.TOKEN_DEAD, holds=False)
    assert page.counts(2 * HOUR) == (0, 0, 1, 0)


@pytest.mark.parametrize("condition", [Condition.NO_OTHERS, Condition.OTHERS_WITHHELD])
def test_the_permission_is_taken_away_between_the_list_and_the_single_ones(
    page: Page, condition: Condition
) -> None:
    """Not shown and not permitted look the same: what cannot be told is not called gone."""
    said, visit = page.comment(page.stood[0], NICE), page.visit(SHAME)
    page.scan()
    page.delete(said)
    page.when_asked(f"/{said.removeprefix('comment ')}", lambda: page.suffer(condition))
    assert page.counts() == (0, 0, 0, 1)
    assert page.outcome(visit) is Outcome.PRESENT
    page.suffer(condition, holds=False)
    assert page.counts() == (0, 0, 1, 0)


@pytest.mark.parametrize("condition", [Condition.NO_OTHERS, Condition.OTHERS_WITHHELD])
def test_the_permission_is_taken_away_for_two_days(page: Page, condition: Condition) -> None:
    """The page's own posts are read on; what others wrote stands as it was, and is named."""
    for number in range(4):
        page.comment(page.stood[0], f"{NICE} {number}")
    visit = page.visit(SHAME)
    page.scan()
    page.suffer(condition)
    lost = page.post(f"{CLEAN} Until noon.")
    read = page.scan()
    assert (read.status, read.recorded.new, read.recorded.gone) == (CoverageStatus.READ, 1, 0)
    assert "pages_read_user_content" in read.error
    for _ in range(4):
        assert page.scan(12 * HOUR).recorded.gone == 0
    page.delete(lost)
    assert page.scan(HOUR).recorded.gone == 1
    page.suffer(condition, holds=False)
    page.delete(visit)
    assert page.counts(7 * HOUR) == (0, 0, 1, 0)


@pytest.mark.parametrize(
    ("condition", "spots"),
    [
        (Condition.NO_OTHERS, BOTH),
        (Condition.OTHERS_WITHHELD, {"comments"}),
        (Condition.NO_SCHEDULED, {"scheduled posts"}),
    ],
)
def test_what_the_token_may_not_see_is_named_at_the_end(
    page: Page, condition: Condition, spots: set[str]
) -> None:
    """The readings are whole; `accounts show` says what they do not hold."""
    page.comment(page.stood[0], NICE)
    page.scan()
    page.suffer(condition)
    page.scan(7 * HOUR)
    page.unseen |= spots
    # Whether what is no longer shown still stands cannot be told: it is not called gone.
    if condition is not Condition.NO_SCHEDULED:
        assert page.outcome(page.stood[-1]) is Outcome.CANNOT_TELL
        page.down.add(page.stood[-1])


def test_all_permission_is_taken_away_and_given_back(page: Page) -> None:
    """Nothing can be read: one trouble of the page; afterwards each change is told once."""
    said = page.comment(page.stood[0], NICE)
    page.scan()
    page.suffer(Condition.FORBIDDEN)
    page.delete(said)
    for _ in range(2):
        read = page.scan(2 * HOUR, insist=True)
        assert (read.reason, read.recorded.gone) == (Reason.FORBIDDEN, 0)
    page.suffer(Condition.FORBIDDEN, holds=False)
    page.comment(page.stood[1], NICER)
    assert page.counts(2 * HOUR) == (1, 0, 1, 0)


def test_the_same_words_written_anew_have_another_id(page: Page) -> None:
    """Removed and written again: one is gone and one is new."""
    old = page.comment(page.stood[0], NICE)
    page.scan()
    page.delete(old)
    page.village.clock.advance(MINUTE)
    page.comment(page.stood[0], NICE)
    assert page.counts() == (1, 0, 1, 0)


@pytest.mark.parametrize("words", [SALE, f"{SALE} Last days."], ids=["same words", "other words"])
def test_an_id_that_comes_again_is_the_same_comment(page: Page, words: str) -> None:
    """Removed, and put back by Facebook: never a second one. Its words are dealt with anew."""
    said = page.comment(page.stood[0], SALE, by="")
    page.scan()
    page.delete(said)
    page.scan()
    page.scan(HOUR)
    assert page.village.case().resolution is Resolution.REMOVED
    page.restore(said)
    page.edit(said, words)
    assert page.counts() == (0, int(words != SALE), 0, 0)
    assert page.texts(said) == list(dict.fromkeys([words, SALE]))
    assert page.village.cases()[-1].state is CaseState.OPEN
    assert len(page.village.cases()) == (1 if words == SALE else 2)


def test_a_limit_without_a_time_in_the_middle_of_many_comments(page: Page) -> None:
    """What came with the list is kept; nobody asks for an hour; then each comes once."""
    busy = page.stood[0]
    page.village.clock.advance(HOUR)
    for number in range(40):
        page.comment(busy, f"{NICE} {number}")
    page.when_asked(
        "/comments",
        lambda: page.village.script.next_answers(page.label, Fault(kind=FaultKind.RATE_LIMIT)),
    )
    # The fault is for the answer after the one that is being made.
    for number in range(100):
        page.comment(busy, f"{NICER} {number}")
    first = page.scan(MINUTE)
    assert first.reason is Reason.RATE_LIMIT
    asked = page.asked()
    page.village.restart()
    assert page.scan(58 * MINUTE, insist=True).status is CoverageStatus.FAILED
    assert page.asked() == asked
    assert page.counts(2 * MINUTE)[0] + first.recorded.new == 140


def test_a_post_goes_with_all_that_stands_below_it(page: Page) -> None:
    """Each of them is gone, once; that so many go at once is no sudden blindness."""
    post = page.post(CLEAN)
    below = [page.comment(post, f"{NICE} {number}") for number in range(5)]
    below.append(page.comment(below[0], NICER))
    page.scan()
    page.delete(post)
    for each in below:
        page.down.add(each)
        page.deletions += 1
    assert page.counts() == (0, 0, 7, 0)
    assert page.counts() == (0, 0, 0, 0)


def test_switched_off_for_a_while(page: Page) -> None:
    """Nothing of others is asked meanwhile, and nothing concluded; it goes on where it was."""
    said = page.comment(page.stood[0], NICE)
    page.scan()
    page.village.amend("comments = true\n", "")
    for _ in range(2):
        read = page.scan(HOUR)
        assert (read.status, read.recorded.gone) == (CoverageStatus.READ, 0)
    assert page.outcome(said) is Outcome.CANNOT_TELL
    page.village._entries[-1] += "comments = true\n"
    page.village.restart()
    page.edit(said, NICER)
    assert page.counts(HOUR) == (0, 1, 0, 0)


def test_an_outage_of_a_week_is_filled(page: Page) -> None:
    """Comments and visitors' posts of all the time come afterwards, each once."""
    page.village.script.next_answers(page.label, *[Fault(kind=FaultKind.SERVER_ERROR)] * 3)
    assert page.scan(insist=True).status is CoverageStatus.FAILED
    while page.village.script.take(page.label):
        pass
    for number in range(6):
        page.village.clock.advance(DAY)
        page.comment(page.stood[0], f"{NICE} {number}")
        page.visit(f"{SHAME} {number}")
    assert page.counts() == (12, 0, 0, 0)


def test_a_restart_between_every_two_readings(page: Page) -> None:
    """What is remembered is enough: nothing comes twice, nothing is asked twice."""
    said = page.comment(page.stood[0], NICE)
    page.schedule(CLEAN, ahead=9 * DAY)
    page.visit(SHAME)
    page.scan()
    page.village.restart()
    page.edit(said, NICER)
    assert page.counts() == (0, 1, 0, 0)
    page.village.restart()
    asked = page.asked()
    assert page.counts() == (0, 0, 0, 0)
    assert page.asked() - asked == 3


def test_a_month_with_comments_costs_three_requests_a_reading(page: Page) -> None:
    """Also for comments whose post has left the window: they come with the list for a week more."""
    old = page.stood[2]
    page.village.clock.advance(26 * DAY)
    page.comment(old, NICE)
    page.scan()
    for days in range(1, 5):
        page.village.clock.advance(DAY)
        page.post(f"{CLEAN} Day {days}.")
        asked = page.asked()
        assert page.scan().recorded.new == 1
        assert page.asked() - asked == 3 + 1  # a day later the page itself, too; it has no picture


def test_what_others_wrote_is_purged_with_their_name(page: Page) -> None:
    """Thirty days after it was last seen; the page's own answer stays."""
    said = page.comment(page.stood[0], NICE)
    answer = page.comment(said, "Thank you!", by="")
    page.scan()
    called = page.versions(said)[0].author
    assert [one.author for one in page.village.store.by_author(called)] == [called]
    page.delete(said)
    page.delete(answer)
    assert page.counts() == (0, 0, 2, 0)
    page.village.clock.advance(31 * DAY)
    done = purge(page.village.app, now=page.village.clock.now())
    assert len(done.gone) == 2
    assert page.village.store.by_author(called) == []
    assert page.versions(said) == []
    page.scan(timedelta())
    page.stood = [name for name in page.stood if name not in {said, answer}]
