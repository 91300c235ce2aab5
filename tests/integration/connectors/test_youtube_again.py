"""Videos and comments on YouTube read again: edits, deletions, and what only looks like one."""

from __future__ import annotations

import pytest

from config.errors import AccessError, LaterError
from config.types import Outcome, Reason
from connectors.base import KnownPost, ReaderState
from tests.lib.http_server import Reply
from tests.lib.youtube_reader import (
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
    run,
    verdicts,
)
from tests.lib.youtube_server import (
    CHANNELS,
    COMMENTS,
    EMBED,
    THREADS,
    UPLOADS,
    VIDEOS,
    Channel,
    YouTubeTown,
    refusal,
)

NOTHING = Reply(json={"kind": "youtube#videoListResponse", "items": []})


def test_videos_are_read_again_fifty_a_request(youtube: YouTubeTown, channel: Channel) -> None:
    """A hundred and twenty cost three."""
    ids = [youtube.upload(channel, str(n), at=NOW - n * DAY) for n in range(120)]
    names = [f"yt:video:{each}" for each in ids]
    assert verdicts(again(youtube, channel, *names)) == [PRESENT] * 120
    assert youtube.asked() == [VIDEOS] * 3


def test_what_the_listing_has_shown_is_not_asked_again(
    youtube: YouTubeTown, channel: Channel
) -> None:
    """It is answered from there."""
    number = youtube.upload(channel, "One")
    connector = reader(youtube, known=channel.id)
    listed(connector)
    before = len(youtube.asked())
    (answer,) = connector.reread([KnownPost(platform_id=f"yt:video:{number}")])
    assert (answer.outcome, len(youtube.asked())) == (Outcome.PRESENT, before)


@pytest.mark.parametrize("how", ["remove", "private"])
def test_a_video_that_is_no_longer_shown_is_gone_after_three_questions(
    youtube: YouTubeTown, channel: Channel, how: str
) -> None:
    """The API, asked for it alone, the embedding service, and the channel."""
    number = youtube.upload(channel, "Lost", at=NOW - DAY)
    if how == "remove":
        youtube.remove(number)
    else:
        youtube.edit(number, state="private")
    (answer,) = again(youtube, channel, f"yt:video:{number}")
    assert verdicts([answer]) == [GONE]
    assert answer.detail == "YouTube says that it shows no such video"
    assert youtube.asked() == [VIDEOS, VIDEOS, EMBED, CHANNELS]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_whatever_the_embedding_service_refuses_with_agrees(
    youtube: YouTubeTown, channel: Channel, status: int
) -> None:
    """Which of them a private and a deleted video get is not documented: both are survived."""
    number = youtube.upload(channel, "Lost", at=NOW - DAY)
    youtube.remove(number)
    youtube.next(EMBED, Reply(status=status, body="no"))
    assert verdicts(again(youtube, channel, f"yt:video:{number}")) == [GONE]


@pytest.mark.parametrize(
    "reply", [Reply(status=500), Reply(status=429), Reply(json={"title": "x"})]
)
def test_an_embedding_service_that_does_not_agree_proves_nothing(
    youtube: YouTubeTown, channel: Channel, reply: Reply
) -> None:
    """It still shows the video, or cannot say: the API alone is not believed."""
    number = youtube.upload(channel, "Lost", at=NOW - DAY)
    youtube.remove(number)
    youtube.next(EMBED, reply)
    assert verdicts(again(youtube, channel, f"yt:video:{number}")) == [PARTIAL]


def test_a_video_that_is_left_out_of_one_answer_stands(
    youtube: YouTubeTown, channel: Channel
) -> None:
    """Asked for alone it is there again."""
    number = youtube.upload(channel, "One", at=NOW - DAY)
    youtube.next(VIDEOS, NOTHING)
    assert verdicts(again(youtube, channel, f"yt:video:{number}")) == [PRESENT]


def test_a_video_that_is_left_out_of_two_answers_stands(
    youtube: YouTubeTown, channel: Channel
) -> None:
    """Everybody can still see it, as the embedding service shows."""
    number = youtube.upload(channel, "One", at=NOW - DAY)
    youtube.next(VIDEOS, NOTHING, NOTHING)
    assert verdicts(again(youtube, channel, f"yt:video:{number}")) == [PARTIAL]


def test_an_unlisted_video_stands_and_is_said_to_be_unlisted(
    youtube: YouTubeTown, channel: Channel
) -> None:
    """It has left the list, and opens by its address."""
    number = youtube.upload(channel, "One", at=NOW - DAY)
    youtube.edit(number, state="unlisted")
    connector = reader(youtube, known=channel.id)
    assert listed(connector) == []
    (answer,) = connector.reread([KnownPost(platform_id=f"yt:video:{number}")])
    assert (answer.outcome, answer.detail) == (
        Outcome.PRESENT,
        "unlisted: it opens by its address",
    )


@pytest.mark.parametrize("status", ["deleted", "rejected"])
def test_a_video_that_youtube_itself_calls_taken_down_is_gone(
    youtube: YouTubeTown, channel: Channel, status: str
) -> None:
    """It is still told of for a while, with that state."""
    number = youtube.upload(channel, "One", at=NOW - DAY, status={"uploadStatus": status})
    assert listed(reader(youtube, known=channel.id)) == []
    assert verdicts(again(youtube, channel, f"yt:video:{number}")) == [GONE]


def test_a_picture_is_remembered_of_videos_that_left_the_window(
    youtube: YouTubeTown, channel: Channel
) -> None:
    """One that cannot be fetched when the video is read again is no edit."""
    number = youtube.upload(channel, "One", at=NOW - DAY)
    name = f"yt:video:{number}"
    (before,), left = run(youtube, channel, {})
    youtube.upload(channel, "Two", at=NOW)
    youtube.edit(number, at=NOW - 60 * DAY)
    youtube.server.on(f"/vi/{number}/high.png", Reply(status=503))
    for _ in range(2):
        _, left = run(youtube, channel, left)
    state = ReaderState(platform_id=channel.id, validators=left)
    (answer,) = reader(youtube, state=state).reread([KnownPost(platform_id=name)])
    assert answer.post is not None
    assert answer.post.content.pictures == before.content.pictures != ()


def test_nothing_is_gone_while_the_channel_does_not_answer(
    youtube: YouTubeTown, channel: Channel
) -> None:
    """YouTube fails at the probe: whether the video is gone cannot be told."""
    number = youtube.upload(channel, "Lost", at=NOW - DAY)
    youtube.remove(number)
    youtube.next(CHANNELS, refusal(503, "backendError"))
    assert verdicts(again(youtube, channel, f"yt:video:{number}")) == [TRANSIENT]


def test_nothing_is_gone_with_a_channel_that_is_gone(
    youtube: YouTubeTown, channel: Channel
) -> None:
    """A closed channel shows nothing: one trouble, no deletions."""
    number = youtube.upload(channel, "One", at=NOW - DAY)
    channel.is_open = False
    with pytest.raises(AccessError) as caught:
        again(youtube, channel, f"yt:video:{number}")
    assert caught.value.reason is Reason.ACCOUNT_GONE


def test_nothing_is_gone_with_a_dead_key(youtube: YouTubeTown, channel: Channel) -> None:
    """Whoever is not let in is shown nothing."""
    number = youtube.upload(channel, "One", at=NOW - DAY)
    with pytest.raises(AccessError) as caught:
        again(youtube, channel, f"yt:video:{number}", key="wrong")
    assert caught.value.reason is Reason.AUTH_EXPIRED


def test_used_up_units_among_the_questions_end_the_run(
    youtube: YouTubeTown, channel: Channel
) -> None:
    """No post is called gone for want of units."""
    number = youtube.upload(channel, "Lost", at=NOW - DAY)
    youtube.remove(number)
    youtube.next(VIDEOS, NOTHING, refusal(403, "quotaExceeded"))
    with pytest.raises(LaterError) as caught:
        again(youtube, channel, f"yt:video:{number}")
    assert caught.value.reason is Reason.QUOTA_MONEY


def test_forty_single_videos_are_enough_for_one_run(youtube: YouTubeTown, channel: Channel) -> None:
    """A hundred vanish: forty are asked singly, the others next time."""
    ids = [youtube.upload(channel, str(n), at=NOW - n * HOUR) for n in range(100)]
    for each in ids:
        youtube.remove(each)
    outcomes = [each.outcome for each in again(youtube, channel, *[f"yt:video:{n}" for n in ids])]
    assert (outcomes.count(Outcome.GONE), outcomes.count(Outcome.CANNOT_TELL)) == (40, 60)


@pytest.mark.parametrize("odd", ["yt:video:short", "17800000", "", "yt:comment:a b", "yt:video:"])
def test_an_id_that_is_none_is_not_sent(youtube: YouTubeTown, channel: Channel, odd: str) -> None:
    """Nothing is asked for what cannot be YouTube's."""
    assert verdicts(again(youtube, channel, odd)) == [(Outcome.CANNOT_TELL, Reason.CONTRACT)]
    assert youtube.asked() == []


# --- comments -------------------------------------------------------------------------------------


def test_comments_are_left_alone_unless_they_are_wanted(
    youtube: YouTubeTown, channel: Channel
) -> None:
    """Others wrote them: the council decides whether they are read."""
    youtube.comment(youtube.upload(channel, "One"), "bo", "Hello")
    assert len(listed(reader(youtube, known=channel.id))) == 1
    assert THREADS not in youtube.asked()


def test_comments_are_posts_of_other_authors_under_their_video(
    youtube: YouTubeTown, channel: Channel
) -> None:
    """Answers hang on the comment; what the channel itself wrote is its own word."""
    video = youtube.upload(channel, "One", at=NOW - 2 * DAY)
    top = youtube.comment(video, "bo", "Buy kitchens", at=NOW - DAY)
    own = youtube.comment(video, "elmtown", "Please don't.", at=NOW - HOUR, parent=top)
    posts = {post.platform_id: post for post in listed(reader(youtube, comments=True))}
    first, second = posts[f"yt:comment:{top}"], posts[f"yt:comment:{own}"]
    assert (first.author, first.parent_id) == ("@bo", f"yt:video:{video}")
    assert (second.author, second.parent_id) == ("", f"yt:comment:{top}")
    assert first.url == f"https://www.youtube.com/watch?v={video}&lc={top}"
    assert (first.content.own, first.edited_at) == ("Buy kitchens", None)


def test_answers_that_a_thread_does_not_hold_are_asked_for(
    youtube: YouTubeTown, channel: Channel
) -> None:
    """YouTube tells only some of them with the thread."""
    video = youtube.upload(channel, "One", at=NOW - 2 * DAY)
    top = youtube.comment(video, "bo", "First", at=NOW - DAY)
    for number in range(9):
        youtube.comment(video, "al", f"Answer {number}", at=NOW - HOUR, parent=top)
    assert len(listed(reader(youtube, known=channel.id, comments=True))) == 11
    assert youtube.asked().count(COMMENTS) == 1


def test_pages_of_comments_end_where_the_window_ends(
    youtube: YouTubeTown, channel: Channel
) -> None:
    """Older ones than that are not asked for."""
    video = youtube.upload(channel, "One", at=NOW - 400 * DAY)
    for number in range(300):
        youtube.comment(video, "bo", f"Comment {number}", at=NOW - number * DAY)
    posts = listed(reader(youtube, known=channel.id, comments=True))
    assert len(posts) == 31
    assert youtube.asked().count(THREADS) == 2


def test_an_edited_comment_tells_when(youtube: YouTubeTown, channel: Channel) -> None:
    """The same comment, a later time."""
    video = youtube.upload(channel, "One", at=NOW - 2 * DAY)
    top = youtube.comment(video, "bo", "Old", at=NOW - DAY)
    youtube.rewrite(top, "New")
    (answer,) = again(youtube, channel, f"yt:comment:{top}")
    assert answer.post is not None
    assert (answer.post.content.own, answer.post.edited_at) == ("New", NOW)


def test_a_deleted_comment_is_gone(youtube: YouTubeTown, channel: Channel) -> None:
    """Asked for alone it is not there, and the channel is well."""
    video = youtube.upload(channel, "One", at=NOW - 2 * DAY)
    kept = youtube.comment(video, "bo", "Kept", at=NOW - DAY)
    lost = youtube.comment(video, "bo", "Lost", at=NOW - DAY)
    youtube.withdraw(lost)
    answers = again(youtube, channel, f"yt:comment:{kept}", f"yt:comment:{lost}")
    assert verdicts(answers) == [PRESENT, GONE]
    assert youtube.asked() == [COMMENTS, COMMENTS, CHANNELS]


def test_a_channel_with_comments_off_is_read_without_them(
    youtube: YouTubeTown, channel: Channel
) -> None:
    """That is the council's choice, and no failure."""
    youtube.upload(channel, "One")
    youtube.next(THREADS, refusal(403, "commentsDisabled"))
    assert len(listed(reader(youtube, known=channel.id, comments=True))) == 1


def test_a_failure_among_the_comments_ends_the_reading_and_keeps_the_videos(
    youtube: YouTubeTown, channel: Channel
) -> None:
    """The videos were handed over before the comments were asked for."""
    youtube.upload(channel, "One")
    youtube.next(THREADS, refusal(500, "backendError"))
    pages = reader(youtube, known=channel.id, comments=True).posts(since=NOW - 30 * DAY)
    assert len(next(pages).posts) == 1
    with pytest.raises(LaterError):
        next(pages)
    assert youtube.asked().count(UPLOADS) == 1
