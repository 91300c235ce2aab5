"""Laws of the small town's story."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from datetime import date, datetime, timedelta
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.policy import load_policy
from config.types import Kind, SubjectKind
from monitor.demo import cast, story
from monitor.demo.world import World

_TOLD = story.load()


def test_story_is_big_enough() -> None:
    """About two hundred posts stand on four accounts of the council and one of a member."""
    counted = Counter(account.kind for account in _TOLD.accounts)

    assert 180 <= len(_TOLD.posts) <= 230
    assert counted == {Kind.COUNCIL: 3, Kind.MAYORAL: 1, Kind.MEMBER: 1}


def test_every_clause_that_shows_is_breached() -> None:
    """Each clause that a post or a profile can breach is breached at least once."""
    clauses = {planted.clause for planted in _TOLD.planted()}

    assert clauses == {
        *(f"terms.{number}" for number in range(1, 8)),
        *(f"requirements.{number}" for number in range(2, 7)),
        "freeze",
    }


def test_enough_is_planted_on_each_day() -> None:
    """At least sixteen posts breach a clause, eight or more of them on the second day."""
    posts = [each for each in _TOLD.planted() if each.subject is SubjectKind.POST]

    assert len(posts) >= 16
    assert sum(each.day == 2 for each in posts) >= 8


def test_near_misses_are_many_and_harmless() -> None:
    """At least twenty-five look-alikes stand there, none of them planted, each with its why."""
    near = _TOLD.near_misses()
    planted = {each.platform_id for each in _TOLD.planted()}

    assert len(near) >= 25
    assert not planted & {each.platform_id for each in near}
    assert all(each.why and each.resembles for each in near)


def test_topics_belong_to_their_clauses() -> None:
    """Each planted topic is one that the bundled policy maps to the planted clause."""
    policy = load_policy("elstree-borehamwood-2017")

    assert [(each.topic, each.clause) for each in _TOLD.planted()] == [
        (each.topic, policy.topics[each.topic].clause) for each in _TOLD.planted()
    ]


def test_ids_are_unique_and_lasting() -> None:
    """No two posts share an id, and the story told again has the same ids."""
    ids = [post.platform_id for post in _TOLD.posts]
    again = story.load.__wrapped__(story.LAST_MORNING)

    assert len(set(ids)) == len(ids)
    assert [post.platform_id for post in again.posts] == ids


def test_words_are_never_repeated() -> None:
    """No two posts say the same: nothing is made from a template."""
    texts = [post.text() for post in _TOLD.posts if not post.reposts]
    openings = Counter(" ".join(text.split()[:4]).casefold() for text in texts)

    assert len(set(texts)) == len(texts)
    assert max(openings.values()) == 1


def test_one_thing_of_each_kind_befalls_the_town() -> None:
    """On day two a post is edited into a breach, a planted one goes, and a token dies."""
    edits = [edit for post in _TOLD.posts for edit in post.edits]
    gone = [post for post in _TOLD.posts if post.deleted_at is not None]
    dead = [account for account in _TOLD.accounts if account.token_dies_at is not None]

    assert [bool(edit.clause) and edit.at > _TOLD.first_day for edit in edits] == [True]
    assert [bool(post.clause) for post in gone] == [True]
    assert [account.page.label for account in dead] == ["mayor-facebook"]
    for at in (gone[0].deleted_at, dead[0].token_dies_at):
        assert at is not None
        assert _TOLD.first_day < at < _TOLD.second_day


def test_nothing_is_planted_where_nobody_can_read() -> None:
    """The account whose token dies has no breach on the second day that would be missed."""
    assert not [
        each for each in _TOLD.planted() if each.account == "mayor-facebook" and each.day == 2
    ]


def test_a_repost_is_planted_with_the_words_it_repeats() -> None:
    """One planted post has no words of its own: what is wrong is what it repeats."""
    reposts = [post for post in _TOLD.posts if post.reposts]
    words = [each.text for each in _TOLD.planted() if each.platform_id == reposts[0].platform_id]

    assert [post.text() for post in reposts] == [""]
    assert ["Promoted by" in text for text in words] == [True]


def test_one_post_is_hostile() -> None:
    """One planted post carries markup, a control character and a direction override."""
    hostile = [
        post for post in _TOLD.posts if "onerror" in post.body.text and "\u202e" in post.body.text
    ]

    assert [bool(post.clause) and "\x07" in post.body.text for post in hostile] == [True]


def test_every_number_is_one_that_nobody_has() -> None:
    """Telephone numbers come from the ranges kept for fiction, links from names kept for it."""
    free = ("07700 900", "020 7946 0", "0808 2000 247")  # the last is the national helpline
    for post in _TOLD.posts:
        numbers = re.findall(r"\b0\d{2,4} \d[\d ]{5,}", post.text())
        assert [number for number in numbers if not number.startswith(free)] == []
        assert all(".example" in link for link in post.body.links)


def test_nobody_real_is_named() -> None:
    """No office-holder of national politics, whom the rules know by name, is in the story."""
    listed = resources.files("config.rules") / "lists" / "politicians.toml"
    names = [name for name in tomllib.loads(listed.read_text("utf-8"))["words"] if " " in name]
    told = "\n".join(post.text() for post in _TOLD.posts).casefold()

    assert names
    assert [name for name in names if name in told] == []


def test_telling_fills_the_world() -> None:
    """By its last morning the world shows every post but the one that went."""
    world = World(clock=lambda: _TOLD.second_day)
    _TOLD.tell(world)
    shown = sum(len(world.timeline(account.page.label)) for account in _TOLD.accounts)

    assert shown == len(_TOLD.posts) - 1


@given(st.dates(min_value=date(2025, 1, 1), max_value=date(2028, 6, 30)))
def test_window_is_open_on_any_morning(today: date) -> None:
    """Whatever the morning, the poll is a Thursday ahead and its notice lies behind."""
    poll, notice = story.poll_days(today)

    assert poll.weekday() == 3
    assert notice.weekday() < 5
    assert notice < today - timedelta(days=1)
    assert today + timedelta(days=21) <= poll


def test_story_can_end_on_another_morning() -> None:
    """Told for a morning in summer, every post still lies in the four weeks before it."""
    morning = datetime(2027, 7, 6, 7, 0, tzinfo=cast.ZONE)
    told = story.load(morning)

    assert len(told.posts) == len(_TOLD.posts)
    assert all(morning - timedelta(days=30) < post.at < morning for post in told.posts)
    assert told.first_day == morning - timedelta(days=1)


@pytest.mark.parametrize("when", ["", "1", "-1 7:00", "-1 25:00", "yesterday 07:00"])
def test_malformed_times_are_refused(when: str) -> None:
    """A time of the story that is none is an error, not a guess."""
    with pytest.raises(ValueError, match=r"story|iso|hour|time"):
        cast.moment(when, story.LAST_MORNING)
