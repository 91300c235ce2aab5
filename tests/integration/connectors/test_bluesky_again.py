"""Posts on Bluesky read again: reposts, edits, deletions, and what only looks like one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config.errors import LaterError
from config.types import Outcome, Reason
from connectors.base import KnownPost
from tests.lib.bluesky_reader import (
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
from tests.lib.bluesky_server import POSTS, PROFILE, RECORD, BlueskyTown, Member, problem
from tests.lib.bluesky_views import external
from tests.lib.http_server import Reply

# --- reposts ------------------------------------------------------------------------------------


@pytest.mark.parametrize("tells", [True, False])
def test_a_repost_is_judged_by_the_full_words_of_the_other_post(
    town: BlueskyTown, elm: Member, *, tells: bool
) -> None:
    """It is the same post whether or not Bluesky names the sharing itself."""
    town.tells_reposts = tells
    other = town.account("shop.example")
    preview = external("https://shop.example", "Big sale", "20% off")
    uri = town.post(other, "Kitchens!", at=NOW - 90 * DAY, embed=preview)
    sharing = town.repost(elm, uri, at=NOW - HOUR)
    (post,) = listed(reader(town, did=elm.did))
    assert post.platform_id == f"repost {uri}"
    assert post.current_id == (sharing if tells else None)
    assert (post.content.own, post.content.is_repost) == ("", True)
    assert [(extra.text, extra.by) for extra in post.content.extras] == [
        ("Kitchens!", "shop.example"),
        ("Big sale\n20% off", "shop.example"),
    ]
    assert post.published_at is not None
    assert abs(post.published_at - (NOW - HOUR)) < timedelta(seconds=1)


def test_a_repost_that_stands_is_read_again_by_its_own_record(
    town: BlueskyTown, elm: Member
) -> None:
    """Both the sharing and the shared post must stand; the content is that of the listing."""
    uri = town.post(town.account("shop.example"), "Kitchens!", at=NOW - 2 * DAY)
    sharing = town.repost(elm, uri, at=NOW - HOUR)
    (before,) = listed(reader(town, did=elm.did))
    (answer,) = again(town, elm, f"repost {uri}", current_id=sharing)
    assert answer.post is not None
    assert (answer.outcome, answer.post.content) == (Outcome.PRESENT, before.content)
    assert answer.post.published_at == before.published_at


def test_a_repost_that_was_taken_back_is_gone(town: BlueskyTown, elm: Member) -> None:
    """The other's post stands; what the account did with it does not."""
    uri = town.post(town.account("shop.example"), "Kitchens!", at=NOW - 2 * DAY)
    sharing = town.repost(elm, uri, at=NOW - HOUR)
    town.delete(sharing)
    (answer,) = again(town, elm, f"repost {uri}", current_id=sharing)
    assert verdicts([answer]) == [GONE]
    assert answer.detail == "the account no longer shares it"


def test_a_repost_of_a_deleted_post_is_gone(town: BlueskyTown, elm: Member) -> None:
    """Nobody sees it any more, and the words say whose doing it was."""
    uri = town.post(town.account("shop.example"), "Kitchens!", at=NOW - 2 * DAY)
    sharing = town.repost(elm, uri, at=NOW - HOUR)
    town.delete(uri)
    (answer,) = again(town, elm, f"repost {uri}", current_id=sharing)
    assert verdicts([answer]) == [GONE]
    assert answer.detail == "Bluesky says that the shared post is no longer there"


def test_a_repost_of_somebody_suspended_cannot_be_told(town: BlueskyTown, elm: Member) -> None:
    """The council's account is well, the other's is not: no deletion is invented."""
    shop = town.account("shop.example")
    uri = town.post(shop, "Kitchens!", at=NOW - 2 * DAY)
    sharing = town.repost(elm, uri, at=NOW - HOUR)
    shop.state = "takendown"
    assert verdicts(again(town, elm, f"repost {uri}", current_id=sharing)) == [PARTIAL]


def test_a_repost_without_its_own_record_cannot_be_told(town: BlueskyTown, elm: Member) -> None:
    """That the other's post stands does not say that it is still shared."""
    uri = town.post(town.account("shop.example"), "Kitchens!", at=NOW - 2 * DAY)
    town.repost(elm, uri, at=NOW - HOUR)
    assert verdicts(again(town, elm, f"repost {uri}")) == [PARTIAL]


def test_a_broken_answer_about_others_posts_does_not_hide_ones_own(
    town: BlueskyTown, elm: Member
) -> None:
    """A suspended author in a lot has been seen to make the whole answer a 500."""
    own = town.post(elm, "The library opens at ten.", at=NOW - HOUR)
    uri = town.post(town.account("shop.example"), "Kitchens!", at=NOW - 2 * DAY)
    town.next(POSTS, Reply(json={"posts": [town._view(own)]}), Reply(status=500))
    assert verdicts(again(town, elm, own, f"repost {uri}")) == [
        PRESENT,
        (Outcome.CANNOT_TELL, Reason.TRANSIENT),
    ]


# --- edits and deletions ------------------------------------------------------------------------


def test_a_record_that_is_written_anew_is_an_edit_of_the_same_post(
    town: BlueskyTown, elm: Member
) -> None:
    """Bluesky's app cannot edit, but the protocol can: same address, other words."""
    uri = town.post(elm, "The library opens at ten.", at=NOW - HOUR)
    (before,) = listed(reader(town, did=elm.did))
    town.put(uri, "20% off all kitchens.")
    (after,) = listed(reader(town, did=elm.did))
    assert (after.platform_id, after.published_at) == (uri, before.published_at)
    assert after.content.digest() != before.content.digest()


def test_correcting_by_deleting_and_posting_anew_is_two_posts(
    town: BlueskyTown, elm: Member
) -> None:
    """What people do where there is no edit: the old one is gone, the new one is new."""
    old = town.post(elm, "The libary opens at ten.", at=NOW - HOUR)
    town.delete(old)
    new = town.post(elm, "The library opens at ten.")
    connector = reader(town, did=elm.did)
    assert [post.platform_id for post in listed(connector)] == [new]
    answers = list(connector.reread([KnownPost(platform_id=old), KnownPost(platform_id=new)]))
    assert {each.platform_id: each.outcome for each in answers} == {
        old: Outcome.GONE,
        new: Outcome.PRESENT,
    }


def test_a_deleted_post_is_gone_after_record_and_account_were_asked(
    town: BlueskyTown, elm: Member
) -> None:
    """Left out of the list, no such record, and the account is well: three questions."""
    kept = town.post(elm, "Kept", at=NOW - HOUR)
    lost = town.post(elm, "Lost", at=NOW - DAY)
    town.delete(lost)
    answers = again(town, elm, kept, lost)
    assert verdicts(answers) == [PRESENT, GONE]
    assert answers[1].detail == "Bluesky says that there is no such post"
    assert town.asked() == [POSTS, RECORD, PROFILE]


@pytest.mark.parametrize(
    "said",
    [
        problem("RecordNotFound", "Could not locate record: at://x"),
        problem("InvalidRequest", "Could not locate record: at://x"),
    ],
)
def test_both_spellings_of_a_missing_record_are_understood(
    town: BlueskyTown, elm: Member, said: Reply
) -> None:
    """Older servers name every such problem InvalidRequest."""
    lost = town.post(elm, "Lost", at=NOW - DAY)
    town.delete(lost)
    town.next(RECORD, said)
    assert verdicts(again(town, elm, lost)) == [GONE]


def test_a_post_that_is_only_not_shown_cannot_be_told(town: BlueskyTown, elm: Member) -> None:
    """The index lags, or moderators hide it: the record stands, so it is not gone."""
    uri = town.post(elm, "Hidden", at=NOW - DAY)
    town.hide(uri)
    assert verdicts(again(town, elm, uri)) == [PARTIAL]
    town.hide(uri, is_hidden=False)
    assert verdicts(again(town, elm, uri)) == [PRESENT]


@pytest.mark.parametrize(
    "said",
    [
        problem("MethodNotImplemented", "Method Not Implemented", 501),
        problem("XRPCNotSupported", "XRPCNotSupported", 404),
        problem("InvalidRequest", "something new"),
        Reply(body="<html>hello</html>"),
        Reply(json={"uri": "at://other", "value": {}}),
    ],
)
def test_a_server_that_does_not_say_whether_a_record_is_there_proves_nothing(
    town: BlueskyTown, elm: Member, said: Reply
) -> None:
    """Whatever it answers instead, the post is not called gone."""
    lost = town.post(elm, "Lost", at=NOW - DAY)
    town.delete(lost)
    town.next(RECORD, said)
    assert verdicts(again(town, elm, lost)) == [PARTIAL]


def test_nothing_is_gone_while_the_account_does_not_answer(town: BlueskyTown, elm: Member) -> None:
    """Bluesky is down for the probe: whether the post is gone cannot be told."""
    lost = town.post(elm, "Lost", at=NOW - DAY)
    town.delete(lost)
    town.next(PROFILE, Reply(status=503))
    assert verdicts(again(town, elm, lost)) == [(Outcome.CANNOT_TELL, Reason.TRANSIENT)]


def test_two_failures_are_enough_and_the_rest_waits(town: BlueskyTown, elm: Member) -> None:
    """A server in trouble is not asked forty times; none of them is called gone."""
    lost = [town.post(elm, f"Lost {number}", at=NOW - number * HOUR) for number in range(6)]
    for uri in lost:
        town.delete(uri)
    town.next(RECORD, *[Reply(status=500)] * 6)
    outcomes = [each.outcome for each in again(town, elm, *lost)]
    assert set(outcomes) == {Outcome.CANNOT_TELL}
    assert town.asked().count(RECORD) == 2


def test_forty_records_are_enough_for_one_run(town: BlueskyTown, elm: Member) -> None:
    """A hundred posts vanish: 25 a request, forty asked singly, the others next time."""
    lost = [town.post(elm, f"Lost {number}", at=NOW - number * HOUR) for number in range(100)]
    for uri in lost:
        town.delete(uri)
    outcomes = [each.outcome for each in again(town, elm, *lost)]
    assert outcomes.count(Outcome.GONE) == 40
    assert outcomes.count(Outcome.CANNOT_TELL) == 60
    assert town.asked() == [POSTS] * 4 + [RECORD] * 40 + [PROFILE]


def test_a_rate_limit_among_the_questions_ends_the_run(town: BlueskyTown, elm: Member) -> None:
    """The time Bluesky names is obeyed for the whole account."""
    lost = town.post(elm, "Lost", at=NOW - DAY)
    town.delete(lost)
    town.next(RECORD, Reply(status=429, headers={"Retry-After": "30"}))
    with pytest.raises(LaterError) as caught:
        again(town, elm, lost)
    assert caught.value.retry_at == NOW + timedelta(seconds=30)


@pytest.mark.parametrize("odd", ["1780000000000000000", "at://did:plc:x/app.bsky.feed.like/3", ""])
def test_an_id_that_is_none_of_the_accounts_is_not_sent(
    town: BlueskyTown, elm: Member, odd: str
) -> None:
    """Nothing is asked for what cannot be a post of this account."""
    assert verdicts(again(town, elm, odd)) == [(Outcome.CANNOT_TELL, Reason.CONTRACT)]
    assert town.asked() == []
