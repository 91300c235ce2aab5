"""Pictures of posts on the whole way: what is said when nobody reads them, and when we do."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from config.types import CoverageStatus
from monitor import morning
from monitor.demo.crest import photograph
from monitor.demo.world import Body, Site
from monitor.pictures.reader import Unread
from monitor.pictures.run import MOST, read_pictures
from monitor.rescan import Range, rescan
from tests.integration.pipeline.village import CLEAN, KITCHENS, THREAT, Village
from tests.lib.pictures import ByHeart

if TYPE_CHECKING:
    from collections.abc import Callable

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
POSTER, FAIR = "A poster", "A fair"


def show(town: Village, *pictures: str, text: str = "See you on Friday.") -> str:
    """Publish a post with pictures a minute from now; return its id."""
    body = Body(text=text, title="News", pictures=pictures)
    return town.world.publish("blog", town.clock.now() + timedelta(minutes=1), body=body)


def digest(town: Village) -> str:
    """Return the digest as it would be now, in one line."""
    return " ".join(morning.compose(town.app, now=town.clock.now()).text.split())


def asked(town: Village) -> int:
    """Return how often a picture was asked for."""
    return sum(".jpg" in one.path for one in town.script.requests())


def reading(town: Village, reader: ByHeart) -> ByHeart:
    """Let the application read pictures from now on."""
    town._app = dataclasses.replace(town.app, pictures=reader)
    return reader


@pytest.fixture
def blog(village: Village) -> Village:
    """A village with a blog that has been read before."""
    village.account(Site.FEED, label="blog")
    village.publish("blog", CLEAN, ago=2 * DAY)
    village.scan()
    return village


def test_without_the_extra_the_digest_says_how_many_were_not_read(blog: Village) -> None:
    """No picture is fetched for it."""
    show(blog, POSTER, "A hall")
    show(blog, FAIR)
    blog.scan(after=HOUR)
    assert "text in 3 pictures." in digest(blog)
    assert asked(blog) == 0


def test_a_breach_that_stands_in_a_picture_alone_is_found(blog: Village) -> None:
    """With exactly its words as the quote, and a card that says where they stand."""
    reader = reading(blog, ByHeart({photograph(POSTER): KITCHENS}))
    show(blog, POSTER)
    blog.scan(after=HOUR)
    case = blog.case()
    assert not case.history
    assert case.text.endswith(f"\n{KITCHENS}")
    for found in case.findings:
        (start, end), *_ = found.finding.spans
        assert case.text[start:end] == found.finding.quote
        assert (found.finding.quote or "?") in KITCHENS
    said = digest(blog)
    assert "Found in the words in picture 1, as a programme read them." in said
    assert "With 1 picture (its text was read)." in said
    assert "text in 1 picture" not in said
    assert len(reader.read) == 1
    assert blog.store.verify_ledger().faults == ()


def test_what_is_urgent_in_a_picture_is_told_at_once(blog: Village) -> None:
    """As if it stood in the post, although the post's own words were judged before."""
    reading(blog, ByHeart({photograph(POSTER): THREAT}))
    show(blog, POSTER)
    blog.scan(after=HOUR)
    assert len(blog.urgent()) == 1


def test_a_known_post_s_pictures_are_read_once(blog: Village) -> None:
    """Not at the next readings, nor after a restart."""
    reader = reading(blog, ByHeart({photograph(POSTER): KITCHENS}))
    show(blog, POSTER)
    blog.scan(after=HOUR)
    before = asked(blog)
    for _ in range(3):
        blog.scan(after=HOUR)
    assert (len(reader.read), len(blog.cases())) == (1, 1)
    assert asked(blog) == before


def test_a_new_picture_behind_a_post_is_a_new_version_and_judged(blog: Village) -> None:
    """What stood in the old one is not taken for what stands there now."""
    reading(blog, ByHeart({photograph(FAIR): KITCHENS}))
    post = show(blog, POSTER)
    blog.scan(after=HOUR)
    assert blog.cases() == []
    was = blog.world.post(post)
    assert was is not None
    more = dataclasses.replace(was.newest.body, pictures=(POSTER, FAIR))
    blog.world.edit(post, blog.clock.now() + timedelta(minutes=1), body=more)
    blog.scan(after=HOUR)
    case = blog.case()
    assert case.edited
    assert case.text.endswith(KITCHENS)


def test_the_same_bytes_are_not_read_again(blog: Village) -> None:
    """In an edited post, or another one: the words are those that were read before."""
    reader = reading(blog, ByHeart({photograph(POSTER): KITCHENS}))
    show(blog, POSTER)
    show(blog, POSTER, text="Once more, for everyone.")
    blog.scan(after=HOUR)
    assert len(reader.read) == 1
    texts = [one.words.text for one in blog.versions("blog")]
    assert sum(text.endswith(KITCHENS) for text in texts) == 2


def test_judging_again_judges_the_same_words(blog: Village) -> None:
    """A rescan adds and withdraws nothing, and reads no picture."""
    reader = reading(blog, ByHeart({photograph(POSTER): KITCHENS}))
    show(blog, POSTER)
    blog.scan(after=HOUR)
    again = rescan(blog.app, Range(), as_of=blog.clock.now(), dry_run=True).outcome
    assert (again.added, again.withdrawn) == ((), ())
    assert len(reader.read) == 1


def test_a_picture_that_cannot_be_read_is_said_and_the_post_stands(blog: Village) -> None:
    """In the coverage with the reason, in the digest as a number; the account counts as read."""
    bad = Unread(why="it is no picture that can be shown, or is damaged", is_final=True)
    reader = reading(blog, ByHeart({photograph(POSTER): bad, photograph(FAIR): "Tea at three"}))
    show(blog, POSTER, FAIR, text=KITCHENS)
    covered = blog.covered(after=HOUR)
    assert covered.status is CoverageStatus.READ
    assert covered.error.endswith(
        "the text in 1 picture was not read (it is no picture that can be shown, or is damaged)"
    )
    assert "text in 1 picture." in digest(blog)
    assert "With 2 pictures (the text in 1 of them was read)." in digest(blog)
    blog.scan(after=DAY)
    assert len(reader.read) == 2


def test_a_picture_that_is_not_given_out_is_tried_again(blog: Village) -> None:
    """An hour later; the words are found then, and are news."""
    reader = reading(
        blog, ByHeart({photograph(POSTER): Unread(why="reading it failed", is_final=False)})
    )
    show(blog, POSTER)
    blog.scan(after=HOUR)
    blog.scan(after=timedelta(minutes=30))
    assert len(reader.read) == 1
    reader.words[photograph(POSTER)] = KITCHENS
    blog.scan(after=HOUR)
    assert not blog.case().history


def test_a_page_in_place_of_a_picture_waits_for_a_new_address(blog: Village) -> None:
    """What is no picture never reaches the findings, and is not asked for at every reading."""
    blog.pictures[POSTER] = b""
    reading(blog, ByHeart())
    show(blog, POSTER)
    covered = blog.covered(after=HOUR)
    assert "its server sent nothing (200)" in covered.error
    assert blog.store.verify_ledger().faults == ()


def test_where_reading_does_not_work_everything_else_does(blog: Village) -> None:
    """Posts are judged by their words; coverage says why; nothing counts as a try."""
    reader = reading(blog, ByHeart({photograph(POSTER): THREAT}, is_broken=True))
    show(blog, POSTER, text=KITCHENS)
    covered = blog.covered(after=HOUR)
    assert covered.status is CoverageStatus.READ
    assert "what reads pictures cannot be started" in covered.error
    assert "text in 1 picture." in digest(blog)
    assert blog.urgent() == []
    reader.is_broken = False
    blog.scan(after=timedelta(minutes=5))
    assert len(blog.urgent()) == 1


def test_a_run_reads_so_many_and_no_more(blog: Village) -> None:
    """The newest first; what is left follows, and a stop in the middle costs nothing."""
    reader = reading(blog, ByHeart())
    for number in range(MOST + 2):
        show(blog, f"Picture {number}")
        blog.clock.advance(timedelta(minutes=1))
    blog.scan(after=HOUR)
    assert len(reader.read) == MOST
    blog.scan(after=HOUR)
    assert len(reader.read) == MOST + 2


def test_a_stop_in_the_middle_is_no_try(blog: Village) -> None:
    """The next start reads the picture as if nothing had been."""
    reader = reading(blog, ByHeart({photograph(POSTER): KITCHENS}))
    reader.then = blog.app.stop.set
    show(blog, POSTER)
    blog.scan(after=HOUR)
    reader.then = lambda: None
    blog.app.stop.clear()
    blog.scan(after=HOUR)
    assert len(reader.read) == 2
    assert len(blog.cases()) == 1


def test_a_secret_in_a_picture_is_not_kept(blog: Village) -> None:
    """What is taken out of posts is taken out of their pictures."""
    secret = blog.environ["CLERKWATCH_SECRET_BLOG"]
    reading(blog, ByHeart({photograph(POSTER): f"the token is {secret}"}))
    show(blog, POSTER)
    blog.scan(after=HOUR)
    (words,) = [one.words.text for one in blog.versions("blog") if "token is" in one.words.text]
    assert secret not in words


def test_what_is_gone_meanwhile_is_not_found_any_more(blog: Village) -> None:
    """A purge between fetching and adding wins: nothing is written."""
    reader = reading(blog, ByHeart({photograph(POSTER): KITCHENS}))

    def purge() -> None:
        (version,) = [one for one in blog.versions("blog") if one.words.pictures]
        with blog.store.writing() as steps:
            steps.purge_versions(
                version.subject,
                [version.id],
                why="erased",
                with_papers=True,
                forget_author=True,
                at=blog.clock.now(),
            )

    reader.then = purge
    show(blog, POSTER)
    blog.scan(after=HOUR)
    assert blog.cases() == []
    assert blog.store.search("kitchen", limit=5).hits == ()
    assert blog.store.verify_ledger().faults == ()


def test_no_time_left_reads_nothing(blog: Village) -> None:
    """The bound holds before the first picture, too."""
    reader = ByHeart()
    show(blog, POSTER)
    blog.scan(after=HOUR)
    app = dataclasses.replace(blog.app, pictures=reader)
    ticks: Callable[[], float] = iter([0.0, 61.0]).__next__
    came = read_pictures(app, app.register[0], as_of=blog.clock.now(), monotonic=ticks)
    assert (came.read, reader.read, came.said) == (0, [], "")
