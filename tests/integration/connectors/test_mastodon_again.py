"""Posts on Mastodon read again: edits, deletions, and what only looks like one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config.errors import AccessError, LaterError
from config.types import Outcome, Reason
from connectors.base import KnownPost
from tests.lib.http_server import Reply
from tests.lib.mastodon_reader import (
    CANARY,
    DAY,
    GONE,
    HOUR,
    NOW,
    PARTIAL,
    PRESENT,
    TRANSIENT,
    again,
    listed,
    reader,
    verdicts,
)
from tests.lib.mastodon_server import (
    ACCOUNT,
    BATCH,
    LIST,
    SINGLE,
    MastodonTown,
    Member,
    missing,
    problem,
)


def test_posts_are_read_again_twenty_a_request(instance: MastodonTown, member: Member) -> None:
    """Fifty cost three requests, and each is answered once."""
    ids = [instance.post(member, f"<p>{n}</p>", at=NOW - n * DAY) for n in range(50)]
    assert verdicts(again(instance, member, *ids)) == [PRESENT] * 50
    assert instance.asked() == [BATCH] * 3


def test_what_the_listing_has_shown_is_not_asked_again(
    instance: MastodonTown, member: Member
) -> None:
    """It is answered from there, and costs nothing."""
    number = instance.post(member, "<p>One</p>")
    connector = reader(instance, known=member.id)
    listed(connector)
    (answer,) = connector.reread([KnownPost(platform_id=number)])
    assert answer.outcome is Outcome.PRESENT
    assert instance.asked() == [LIST]


def test_an_edit_keeps_the_number(instance: MastodonTown, member: Member) -> None:
    """The same post with other words, and the time of the edit."""
    number = instance.post(member, "<p>One</p>", at=NOW - DAY)
    (before,) = again(instance, member, number)
    instance.edit(number, "<p>Two</p>", at=NOW - HOUR)
    (after,) = again(instance, member, number)
    assert before.post is not None
    assert after.post is not None
    assert after.post.content.digest() != before.post.content.digest()
    assert (after.post.published_at, after.post.edited_at) == (NOW - DAY, NOW - HOUR)


def test_a_deleted_post_is_gone_after_it_and_the_account_were_asked(
    instance: MastodonTown, member: Member
) -> None:
    """Left out of the lot, "record not found", and the account is well: three questions."""
    kept = instance.post(member, "<p>Kept</p>", at=NOW - HOUR)
    lost = instance.post(member, "<p>Lost</p>", at=NOW - DAY)
    instance.delete(lost)
    answers = again(instance, member, kept, lost)
    assert verdicts(answers) == [PRESENT, GONE]
    assert answers[1].detail == "the Mastodon server says that there is no such post"
    assert instance.asked() == [BATCH, SINGLE, ACCOUNT]


def test_delete_and_redraft_is_one_gone_and_one_new(instance: MastodonTown, member: Member) -> None:
    """The new one has another number."""
    old = instance.post(member, "<p>The libary</p>", at=NOW - HOUR)
    instance.delete(old)
    new = instance.post(member, "<p>The library</p>")
    connector = reader(instance, known=member.id)
    assert [post.platform_id for post in listed(connector)] == [new]
    answers = connector.reread([KnownPost(platform_id=old), KnownPost(platform_id=new)])
    assert {each.platform_id: each.outcome for each in answers} == {
        old: Outcome.GONE,
        new: Outcome.PRESENT,
    }


def test_a_post_that_is_only_not_listed_stands(instance: MastodonTown, member: Member) -> None:
    """Absence from a list is asked about, and the post itself answers."""
    number = instance.post(member, "<p>Hidden</p>", at=NOW - DAY)
    instance.hide(number)
    connector = reader(instance, known=member.id)
    assert listed(connector) == []
    (answer,) = connector.reread([KnownPost(platform_id=number)])
    assert answer.outcome is Outcome.PRESENT


def test_a_boost_that_was_taken_back_is_gone(instance: MastodonTown, member: Member) -> None:
    """The other's post stands; the sharing of it does not."""
    number = instance.post(instance.account("shop"), "<p>Kitchens!</p>", at=NOW - 2 * DAY)
    boost = instance.boost(member, number, at=NOW - HOUR)
    instance.delete(boost)
    assert verdicts(again(instance, member, boost)) == [GONE]


def test_a_boost_of_a_deleted_post_is_gone(instance: MastodonTown, member: Member) -> None:
    """Nobody sees it any more."""
    number = instance.post(instance.account("shop"), "<p>Kitchens!</p>", at=NOW - 2 * DAY)
    boost = instance.boost(member, number, at=NOW - HOUR)
    instance.delete(number)
    assert verdicts(again(instance, member, boost)) == [GONE]


def test_an_older_server_is_asked_one_by_one(instance: MastodonTown, member: Member) -> None:
    """Before 4.3 several posts cannot be asked for at once; that is found out once a run."""
    instance.has_batches = False
    ids = [instance.post(member, f"<p>{n}</p>", at=NOW - n * DAY) for n in range(25)]
    instance.delete(ids[3])
    outcomes = verdicts(again(instance, member, *ids))
    assert outcomes == [GONE if index == 3 else PRESENT for index in range(25)]
    assert instance.asked() == [BATCH, *[SINGLE] * 25, ACCOUNT]


@pytest.mark.parametrize(
    "said",
    [
        Reply(status=404, body="<html>The page you are looking for isn't here</html>"),
        problem("Not Found", 404),
        problem("Validation failed", 422),
        Reply(json={"id": "5"}),
        Reply(body="<html>sign in</html>"),
        Reply(json=[]),
    ],
)
def test_an_answer_that_is_not_the_servers_own_word_proves_nothing(
    instance: MastodonTown, member: Member, said: Reply
) -> None:
    """A proxy's 404 is no deletion, nor is anything else that is said instead."""
    lost = instance.post(member, "<p>Lost</p>", at=NOW - DAY)
    instance.delete(lost)
    instance.next(SINGLE, said)
    assert verdicts(again(instance, member, lost)) == [PARTIAL]


def test_an_erased_post_is_gone(instance: MastodonTown, member: Member) -> None:
    """410 says so whatever stands in it."""
    lost = instance.post(member, "<p>Lost</p>", at=NOW - DAY)
    instance.delete(lost)
    instance.next(SINGLE, Reply(status=410))
    assert verdicts(again(instance, member, lost)) == [GONE]


def test_nothing_is_gone_while_the_account_does_not_answer(
    instance: MastodonTown, member: Member
) -> None:
    """The server is down for the probe: whether the post is gone cannot be told."""
    lost = instance.post(member, "<p>Lost</p>", at=NOW - DAY)
    instance.delete(lost)
    instance.next(ACCOUNT, Reply(status=503))
    assert verdicts(again(instance, member, lost)) == [TRANSIENT]


def test_nothing_is_gone_with_a_dead_token(instance: MastodonTown, member: Member) -> None:
    """Whoever is not let in is shown nothing: that is no deletion."""
    lost = instance.post(member, "<p>Lost</p>", at=NOW - DAY)
    instance.delete(lost)
    instance.next(ACCOUNT, problem("The access token was revoked", 401))
    with pytest.raises(AccessError) as caught:
        again(instance, member, lost, token=CANARY)
    assert caught.value.reason is Reason.AUTH_EXPIRED


def test_two_failures_are_enough_and_the_rest_waits(instance: MastodonTown, member: Member) -> None:
    """A server in trouble is not asked forty times; none of them is called gone."""
    lost = [instance.post(member, f"<p>{n}</p>", at=NOW - n * HOUR) for n in range(6)]
    for each in lost:
        instance.delete(each)
    instance.next(SINGLE, *[Reply(status=500)] * 6)
    assert {each.outcome for each in again(instance, member, *lost)} == {Outcome.CANNOT_TELL}
    assert instance.asked().count(SINGLE) == 2


def test_forty_single_posts_are_enough_for_one_run(instance: MastodonTown, member: Member) -> None:
    """A hundred posts vanish: forty asked singly, the others next time."""
    lost = [instance.post(member, f"<p>{n}</p>", at=NOW - n * HOUR) for n in range(100)]
    for each in lost:
        instance.delete(each)
    outcomes = [each.outcome for each in again(instance, member, *lost)]
    assert (outcomes.count(Outcome.GONE), outcomes.count(Outcome.CANNOT_TELL)) == (40, 60)
    assert instance.asked() == [BATCH] * 5 + [SINGLE] * 40 + [ACCOUNT]


def test_a_rate_limit_among_the_questions_ends_the_run(
    instance: MastodonTown, member: Member
) -> None:
    """The time the server names is obeyed for the whole account."""
    lost = instance.post(member, "<p>Lost</p>", at=NOW - DAY)
    instance.delete(lost)
    instance.next(SINGLE, Reply(status=429, headers={"Retry-After": "30"}))
    with pytest.raises(LaterError) as caught:
        again(instance, member, lost)
    assert caught.value.retry_at == NOW + timedelta(seconds=30)


@pytest.mark.parametrize("odd", ["at://did:plc:x/app.bsky.feed.post/3", "", "../accounts/1", "a b"])
def test_an_id_that_is_none_is_not_sent(instance: MastodonTown, member: Member, odd: str) -> None:
    """Nothing is asked for what cannot be a post of any Mastodon server."""
    assert verdicts(again(instance, member, odd)) == [(Outcome.CANNOT_TELL, Reason.CONTRACT)]
    assert instance.asked() == []


def test_a_post_of_somebody_else_is_not_taken_for_ones_own(
    instance: MastodonTown, member: Member
) -> None:
    """A number that belongs to another account proves nothing."""
    other = instance.post(instance.account("shop"), "<p>Kitchens!</p>")
    assert verdicts(again(instance, member, other)) == [PARTIAL]


def test_a_missing_lot_is_no_deletion(instance: MastodonTown, member: Member) -> None:
    """The answer "not found" for a whole lot means that lots are not known: each is asked."""
    number = instance.post(member, "<p>One</p>", at=NOW - DAY)
    instance.next(BATCH, missing())
    assert verdicts(again(instance, member, number)) == [PRESENT]
