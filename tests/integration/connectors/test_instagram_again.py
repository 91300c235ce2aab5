"""Posts on Instagram read again: edits, deletions, stories that end, and what looks like it."""

from __future__ import annotations

import pytest

from config.errors import AccessError, LaterError
from config.types import Outcome, Reason
from connectors.base import KnownPost
from tests.lib.http_server import Reply
from tests.lib.instagram_reader import (
    DAY,
    GONE,
    HOUR,
    NOW,
    PARTIAL,
    PRESENT,
    again,
    listed,
    reader,
    verdicts,
)
from tests.lib.instagram_server import ACCOUNT, NUMBER, SINGLE, InstagramTown, not_shown, problem


def test_what_the_listing_has_shown_is_not_asked_again(instagram: InstagramTown) -> None:
    """It is answered from there."""
    number = instagram.post("One")
    connector = reader(instagram, known=NUMBER)
    listed(connector)
    (answer,) = connector.reread([KnownPost(platform_id=number)])
    assert answer.outcome is Outcome.PRESENT
    assert SINGLE not in instagram.asked()


def test_an_older_post_is_asked_for_alone(instagram: InstagramTown) -> None:
    """It stands, with other words than before."""
    number = instagram.post("Old", at=NOW - 90 * DAY)
    (before,) = again(instagram, number)
    instagram.edit(number, caption="New")
    (after,) = again(instagram, number)
    assert before.post is not None
    assert after.post is not None
    assert after.post.content.digest() != before.post.content.digest()


def test_a_deleted_post_is_gone_after_it_and_the_account_were_asked(
    instagram: InstagramTown,
) -> None:
    """Graph's one answer for everything counts only while the account answers."""
    number = instagram.post("Lost", at=NOW - DAY)
    instagram.delete(number)
    (answer,) = again(instagram, number)
    assert verdicts([answer]) == [GONE]
    assert answer.detail == "Instagram no longer shows it, and shows the account itself"
    assert instagram.asked() == [SINGLE, ACCOUNT]


def test_nothing_is_gone_with_an_account_that_is_not_shown(instagram: InstagramTown) -> None:
    """A lost permission shows nothing at all: one trouble, no deletions."""
    number = instagram.post("One", at=NOW - DAY)
    instagram.is_there = False
    with pytest.raises(AccessError) as caught:
        again(instagram, number)
    assert caught.value.reason is Reason.ACCOUNT_GONE


def test_nothing_is_gone_with_a_dead_token(instagram: InstagramTown) -> None:
    """Whoever is not let in is shown nothing."""
    number = instagram.post("One", at=NOW - DAY)
    instagram.next(SINGLE, not_shown())
    instagram.next(ACCOUNT, problem(190, "x", subcode=460))
    with pytest.raises(AccessError) as caught:
        again(instagram, number)
    assert caught.value.reason is Reason.AUTH_EXPIRED


@pytest.mark.parametrize("reply", [Reply(status=500), problem(4, "limit"), problem(2, "x")])
def test_nothing_is_gone_while_graph_cannot_say(instagram: InstagramTown, reply: Reply) -> None:
    """It fails at the post or at the probe: the reading ends, and is made up later."""
    number = instagram.post("Lost", at=NOW - DAY)
    instagram.delete(number)
    instagram.next(ACCOUNT, reply)
    with pytest.raises(LaterError):
        again(instagram, number)


@pytest.mark.parametrize(("keeps", "verdict"), [(True, PARTIAL), (False, GONE)])
def test_an_archived_post_is_not_taken_for_one_that_stands(
    instagram: InstagramTown, verdict: tuple[Outcome, Reason], *, keeps: bool
) -> None:
    """Whether Graph still tells of it is not documented: both are survived.

    The list, which went past its time, no longer shows it.
    """
    instagram.post("Kept", at=NOW - 2 * DAY)
    number = instagram.post("Hidden", at=NOW - DAY)
    instagram.edit(number, is_archived=True)
    instagram.keeps_archived = keeps
    connector = reader(instagram, known=NUMBER)
    assert [post.content.own for post in listed(connector)] == ["Kept"]
    assert verdicts(list(connector.reread([KnownPost(platform_id=number)]))) == [verdict]


def test_a_story_that_has_ended_is_gone_and_says_why(instagram: InstagramTown) -> None:
    """Nobody took it down: it ends after a day."""
    number = instagram.post("Come today!", kind="STORY", at=NOW - 25 * HOUR)
    (answer,) = again(instagram, f"story {number}")
    assert verdicts([answer]) == [GONE]
    assert (answer.detail, answer.ends_by_itself) == ("a story ends by itself after 24 hours", True)


def test_a_story_that_was_deleted_is_gone(instagram: InstagramTown) -> None:
    """Before its day was over."""
    number = instagram.post("Come today!", kind="STORY", at=NOW - HOUR)
    instagram.delete(number)
    connector = reader(instagram, known=NUMBER)
    listed(connector)
    assert verdicts(list(connector.reread([KnownPost(platform_id=f"story {number}")]))) == [GONE]


def test_an_answer_about_another_post_proves_nothing(instagram: InstagramTown) -> None:
    """Neither that it stands nor that it is gone."""
    number = instagram.post("One", at=NOW - DAY)
    instagram.next(SINGLE, Reply(json={"id": "5"}))
    assert verdicts(again(instagram, number)) == [PARTIAL]


def test_a_nearly_used_up_allowance_is_kept(instagram: InstagramTown) -> None:
    """The rest of the posts waits."""
    ids = [instagram.post(str(n), at=NOW - n * DAY) for n in range(3)]
    instagram.headers = {"X-App-Usage": '{"call_count":95}'}
    outcomes = verdicts(again(instagram, *ids))
    limited = (Outcome.CANNOT_TELL, Reason.RATE_LIMIT)
    assert outcomes == [PRESENT, limited, limited]


@pytest.mark.parametrize("odd", ["", "../me", "story x", "at://did:plc:x", "1 2"])
def test_an_id_that_is_none_is_not_sent(instagram: InstagramTown, odd: str) -> None:
    """Nothing is asked for what cannot be Instagram's."""
    assert verdicts(again(instagram, odd)) == [(Outcome.CANNOT_TELL, Reason.CONTRACT)]
    assert instagram.asked() == []
