"""What is read of a YouTube channel with a key: videos, their faces, the channel's own face."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from config.errors import AccessError, ContractError, LaterError, ReadError
from config.types import Reason
from connectors.base import ReaderState
from tests.lib.http_server import Reply
from tests.lib.youtube_reader import DAY, HOUR, MINUTE, NOW, SINCE, listed, reader, run, titles
from tests.lib.youtube_server import (
    CHANNELS,
    KEY,
    UPLOADS,
    VIDEOS,
    Channel,
    YouTubeTown,
    refusal,
)

# --- what is listed ---------------------------------------------------------------------------


def test_a_video_is_read_with_everything_that_viewers_see(
    youtube: YouTubeTown, channel: Channel
) -> None:
    """Title, description, tags, both again in Welsh; where its links lead."""
    words = {"cy": {"title": "Y llyfrgell", "description": "Am ddeg."}}
    number = youtube.upload(
        channel,
        "The library",
        "Opens at ten.\nhttps://elm.example/library.",
        at=NOW - HOUR,
        tags=["library", "elm"],
        localizations={**words, "en": {"title": "The library", "description": ""}},
    )
    (post,) = listed(reader(youtube, known=channel.id))
    assert (post.platform_id, post.author) == (f"yt:video:{number}", "")
    assert post.url == f"https://www.youtube.com/watch?v={number}"
    assert (post.published_at, post.edited_at, post.raw) == (NOW - HOUR, None, None)
    assert post.content.own == "Opens at ten.\nhttps://elm.example/library."
    assert [(extra.kind, extra.text) for extra in post.content.extras] == [
        ("title", "The library"),
        ("title", "Y llyfrgell"),
        ("title", "Am ddeg."),
        ("tag", "library"),
        ("tag", "elm"),
    ]
    assert post.content.links == ("https://elm.example/library",)


def test_nothing_new_costs_two_requests_and_the_units_are_counted(
    youtube: YouTubeTown, channel: Channel
) -> None:
    """The list and its videos, once the channel is known; a picture is fetched once."""
    youtube.upload(channel, "One", at=NOW - DAY)
    _, left = run(youtube, channel, {})
    assert youtube.asked() == [CHANNELS, UPLOADS, VIDEOS]
    before = len(youtube.server.requests)
    _, left = run(youtube, channel, left)
    assert len(youtube.server.requests) - before == 2
    assert left["units"] == f"2026-11-24 {youtube.units}" == "2026-11-24 5"


def test_the_first_reading_learns_the_channel_by_its_name(
    youtube: YouTubeTown, channel: Channel
) -> None:
    """The probe is paid with the profile."""
    youtube.upload(channel, "One")
    connector = reader(youtube)
    profile = connector.profile()
    connector.probe()
    assert profile is not None
    assert (profile.platform_id, profile.handle) == (channel.id, "@elmtown")
    assert len(listed(connector)) == 1
    assert youtube.asked() == [CHANNELS, UPLOADS, VIDEOS]


def test_pages_are_followed_past_the_end_of_the_window(
    youtube: YouTubeTown, channel: Channel
) -> None:
    """A hundred videos of the look-back, then older ones until it is sure that they are."""
    for number in range(100):
        youtube.upload(channel, f"Video {number}", at=NOW - number * 7 * HOUR)
    for number in range(300):
        youtube.upload(channel, f"Old {number}", at=SINCE - DAY - number * HOUR)
    posts, left = run(youtube, channel, {})
    assert titles(posts) == [f"Video {number}" for number in range(100)]
    assert youtube.asked().count(UPLOADS) == 4  # a hundred older ones, once a day
    before = youtube.asked().count(UPLOADS)
    run(youtube, channel, left)
    assert youtube.asked().count(UPLOADS) - before == 3  # 25 older ones are enough


def test_a_scheduled_video_that_stands_deeper_is_found(
    youtube: YouTubeTown, channel: Channel
) -> None:
    """It was uploaded long ago and published today: the list shows it where it was uploaded."""
    for number in range(10):
        youtube.upload(channel, f"Video {number}", at=NOW - number * DAY)
    for number in range(60):
        youtube.upload(channel, f"Old {number}", at=SINCE - DAY - number * HOUR)
    early = SINCE - DAY - 20 * HOUR - 30 * MINUTE
    gap = (NOW - HOUR - early).total_seconds()
    youtube.upload(channel, "Premiere", at=NOW - HOUR, deeper=gap)
    assert "Premiere" in titles(listed(reader(youtube, known=channel.id)))


def test_a_video_far_down_is_found_once_a_day(youtube: YouTubeTown, channel: Channel) -> None:
    """Most readings stop earlier; the next day's first one does not."""
    youtube.upload(channel, "New", at=NOW - DAY)
    for number in range(150):
        youtube.upload(channel, f"Old {number}", at=SINCE - DAY - number * HOUR)
    _, left = run(youtube, channel, {})
    early = SINCE - DAY - 70 * HOUR - 30 * MINUTE
    youtube.upload(channel, "Late", at=NOW - HOUR, deeper=(NOW - HOUR - early).total_seconds())
    posts, left = run(youtube, channel, left, as_of=NOW + HOUR)
    assert titles(posts) == ["New"]
    posts, _ = run(youtube, channel, left, as_of=NOW + 25 * HOUR)
    assert titles(posts) == ["New", "Late"]


def test_a_list_without_end_is_given_up(youtube: YouTubeTown, channel: Channel) -> None:
    """The same next page again ends the listing, with a gap."""
    page = {"kind": "youtube#playlistItemListResponse", "items": [], "nextPageToken": "x"}
    youtube.next(UPLOADS, *[Reply(json=page)] * 3)
    batch = list(reader(youtube, known=channel.id).posts(since=SINCE))[-1]
    assert (batch.complete, batch.note) == (False, "YouTube's list of posts had no end")
    assert batch.gap == (SINCE, NOW)


def test_more_videos_than_wanted_leave_a_gap(youtube: YouTubeTown, channel: Channel) -> None:
    """The limit ends it at a page; what lies behind it is said."""
    youtube.page_size = 10
    for number in range(30):
        youtube.upload(channel, f"Video {number}", at=NOW - number * HOUR)
    batch = list(reader(youtube, known=channel.id).posts(since=SINCE, limit=10))[-1]
    assert (batch.complete, batch.note) == (False, "there were more than 10 posts")


def test_a_channel_without_any_upload_is_empty_and_well(
    youtube: YouTubeTown, channel: Channel
) -> None:
    """It has no list of uploads at all: YouTube answers 404, and the channel answers."""
    channel.has_uploads = False
    (batch,) = reader(youtube, known=channel.id).posts(since=SINCE)
    assert (batch.posts, batch.complete, batch.lists_window) == ((), True, True)


def test_what_is_no_video_of_the_channel_makes_the_listing_incomplete(
    youtube: YouTubeTown, channel: Channel
) -> None:
    """The rest is kept, and the note says why."""
    youtube.upload(channel, "Ours")
    other = youtube.channel("Shop", "shop")
    video = youtube._videos[youtube.upload(other, "Kitchens")]
    own = next(iter(youtube._videos.values()))
    kind = {"kind": "youtube#videoListResponse"}
    youtube.next(VIDEOS, Reply(json={**kind, "items": [youtube.view(own), youtube.view(video)]}))
    (batch,) = reader(youtube, known=channel.id).posts(since=SINCE)
    assert (titles(list(batch.posts)), batch.complete) == (["Ours"], False)


@pytest.mark.parametrize("state", ["upcoming", "live", "none"])
def test_a_broadcast_is_read_before_and_while_it_runs(
    youtube: YouTubeTown, channel: Channel, state: str
) -> None:
    """Its title and description stand there already; that it begins and ends is no edit."""
    number = youtube.upload(channel, "Council meeting", at=NOW - HOUR)
    (before,) = listed(reader(youtube, known=channel.id))
    youtube.edit(
        number,
        more={
            "snippet": {"liveBroadcastContent": state},
            "liveStreamingDetails": {"scheduledStartTime": "2026-11-24T18:00:00Z"},
        },
    )
    (after,) = listed(reader(youtube, known=channel.id))
    assert after.content.digest() == before.content.digest()


# --- edits --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change", [{"title": "New"}, {"description": "New"}, {"tags": ["new"]}, {"picture": b"new"}]
)
def test_every_change_that_viewers_see_is_a_new_version(
    youtube: YouTubeTown, channel: Channel, change: dict[str, Any]
) -> None:
    """YouTube tells no time of an edit: the words, and the bytes of the picture, are compared."""
    number = youtube.upload(channel, "Old", "Old", at=NOW - DAY, tags=["old"])
    (before,), left = run(youtube, channel, {})
    (same,), left = run(youtube, channel, left)
    assert same.content.digest() == before.content.digest()
    youtube.edit(number, **change)
    (after,), _ = run(youtube, channel, left)
    assert after.content.digest() != before.content.digest()
    assert after.published_at == before.published_at


def test_a_thumbnail_that_cannot_be_had_is_no_edit(youtube: YouTubeTown, channel: Channel) -> None:
    """The picture that was known stays until it can be fetched again."""
    number = youtube.upload(channel, "One", at=NOW - DAY)
    (before,), left = run(youtube, channel, {})
    assert len(before.content.pictures) == 1
    assert [still.name for still in before.stills] == list(before.content.pictures)
    youtube.edit(number, tags=["new"])
    youtube.server.on(f"/vi/{number}/high.png", Reply(status=503))
    (after,), _ = run(youtube, channel, left)
    assert after.content.pictures == before.content.pictures


# --- the channel's own face -----------------------------------------------------------------------


def test_the_profile_says_what_people_see(youtube: YouTubeTown, channel: Channel) -> None:
    """Name, words, links, key words, picture and banner."""
    channel.face = {
        "snippet": {"description": "Complaints: https://elm.example/complaints"},
        "brandingSettings": {
            "channel": {"keywords": "elm council", "unsubscribedTrailer": "abcdefghijk"},
            "image": {"bannerExternalUrl": "https://yt3.example/banner=w1000"},
        },
    }
    connector = reader(youtube)
    profile = connector.profile()
    assert profile is not None
    fields = profile.content.fields
    assert (fields["name"], fields["handle"]) == ("Elm Town Council", "@elmtown")
    assert fields["links"] == "https://elm.example/complaints"
    assert (fields["keywords"], fields["trailer"]) == ("elm council", "abcdefghijk")
    assert all(fields[name] for name in ("picture", "banner"))
    assert profile.picture == b"face"
    assert [still.name for still in profile.stills] == ["picture", "banner"]


def test_a_channel_that_is_known_by_its_id_shows_no_changed_name(
    youtube: YouTubeTown, channel: Channel
) -> None:
    """The register then says nothing about the name, so none can differ from it."""
    profile = reader(youtube, handle=channel.id).profile()
    assert profile is not None
    assert profile.content.fields["handle"] == ""


@pytest.mark.parametrize(
    "form",
    [
        "@elmtown",
        "https://www.youtube.com/@elmtown",
        "https://youtube.com/@elmtown/videos",
        "{id}",
        "https://www.youtube.com/channel/{id}",
    ],
)
def test_a_channel_may_be_written_in_several_ways(
    youtube: YouTubeTown, channel: Channel, form: str
) -> None:
    """By its name, its id, or its address."""
    profile = reader(youtube, handle=form.format(id=channel.id)).profile()
    assert profile is not None
    assert profile.platform_id == channel.id


@pytest.mark.parametrize("form", ["elmtown", "https://www.youtube.com/c/elm", "UCshort", "@"])
def test_what_names_no_channel_is_said(youtube: YouTubeTown, form: str) -> None:
    """Nothing is asked for a wrong entry in the register."""
    with pytest.raises(ContractError, match="no channel of YouTube"):
        reader(youtube, handle=form).probe()
    assert youtube.asked() == []


def test_a_renamed_channel_is_found_by_its_id(youtube: YouTubeTown, channel: Channel) -> None:
    """Even when somebody else has taken its old name."""
    channel.name = "elmparish"
    youtube.upload(youtube.channel("Impostor", "elmtown2"), "Not the council")
    youtube.upload(channel, "Ours")
    connector = reader(youtube, known=channel.id)
    profile = connector.profile()
    assert profile is not None
    assert (profile.platform_id, profile.content.fields["handle"]) == (channel.id, "@elmparish")
    assert titles(listed(connector)) == ["Ours"]


def test_another_name_in_the_register_is_another_channel(
    youtube: YouTubeTown, channel: Channel
) -> None:
    """What was learned of the old name is not used for the new one."""
    other = youtube.channel("Parish", "parish")
    left = {"home": "@elmtown"}
    state = ReaderState(platform_id=channel.id, validators=left)
    profile = reader(youtube, handle="@parish", state=state).profile()
    assert profile is not None
    assert profile.platform_id == other.id


def test_a_closed_channel_is_one_trouble(youtube: YouTubeTown, channel: Channel) -> None:
    """Its list answers 404 and itself nothing: the account is gone, and no video is called so."""
    youtube.upload(channel, "One")
    channel.is_open = False
    with pytest.raises(AccessError, match="no such channel") as caught:
        list(reader(youtube, known=channel.id).posts(since=SINCE))
    assert caught.value.reason is Reason.ACCOUNT_GONE
    assert reader(youtube, known=channel.id).absence() is not None
    channel.is_open = True
    assert reader(youtube, known=channel.id).absence() is None
    assert reader(youtube).absence() is None
    assert reader(youtube, known=channel.id, key="wrong").absence() is None


# --- trouble --------------------------------------------------------------------------------------

MIDNIGHT = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
TROUBLES: list[tuple[Reply, type[ReadError], Reason]] = [
    (refusal(403, "quotaExceeded"), LaterError, Reason.QUOTA_MONEY),
    (refusal(403, "dailyLimitExceeded"), LaterError, Reason.QUOTA_MONEY),
    (refusal(403, "rateLimitExceeded"), LaterError, Reason.RATE_LIMIT),
    (refusal(429, "x", detail="RATE_LIMIT_EXCEEDED"), LaterError, Reason.RATE_LIMIT),
    (refusal(400, "keyInvalid"), AccessError, Reason.AUTH_EXPIRED),
    (refusal(400, "badRequest", detail="API_KEY_INVALID"), AccessError, Reason.AUTH_EXPIRED),
    (refusal(401, "authError"), AccessError, Reason.AUTH_EXPIRED),
    (refusal(403, "accessNotConfigured"), AccessError, Reason.FORBIDDEN),
    (refusal(403, "ipRefererBlocked"), AccessError, Reason.FORBIDDEN),
    (refusal(403, "forbidden"), AccessError, Reason.FORBIDDEN),
    (refusal(400, "invalidPageToken"), ContractError, Reason.CONTRACT),
    (refusal(500, "backendError"), LaterError, Reason.TRANSIENT),
    (Reply(body="<html>sign in</html>"), LaterError, Reason.TRANSIENT),
    (Reply(json={"items": []}), LaterError, Reason.TRANSIENT),
    (Reply(body=b"x" * 11_000_000), ContractError, Reason.CONTRACT),
]


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("call", [UPLOADS, VIDEOS])
def test_every_trouble_has_its_class(
    youtube: YouTubeTown,
    channel: Channel,
    call: str,
    trouble: tuple[Reply, type[ReadError], Reason],
) -> None:
    """Whatever is asked, nothing is gone, and the reason is one that people can act on."""
    youtube.upload(channel, "One")
    reply, kind, reason = trouble
    youtube.next(call, reply)
    with pytest.raises(kind) as caught:
        list(reader(youtube, known=channel.id).posts(since=SINCE))
    assert getattr(caught.value, "reason", None) is reason
    assert KEY not in str(caught.value)
    if reason is Reason.QUOTA_MONEY:
        assert getattr(caught.value, "retry_at", None) == MIDNIGHT


def test_the_units_of_a_day_are_not_used_up(youtube: YouTubeTown, channel: Channel) -> None:
    """At nine thousand reading stops until the day begins anew in California."""
    left = {"units": "2026-11-24 8999"}
    connector = reader(youtube, state=ReaderState(platform_id=channel.id, validators=left))
    with pytest.raises(LaterError) as caught:
        list(connector.posts(since=SINCE))
    assert (caught.value.reason, caught.value.retry_at) == (Reason.QUOTA_MONEY, MIDNIGHT)
    assert len(youtube.asked()) == 1
    assert connector.validators()["units"] == "2026-11-24 9000"
    youtube.upload(channel, "One")
    posts, left = run(youtube, channel, left, as_of=MIDNIGHT)
    assert (len(posts), left["units"]) == (1, "2026-11-25 3")


def test_the_key_goes_into_the_header_only(youtube: YouTubeTown, channel: Channel) -> None:
    """Never into an address, nor to where pictures lie."""
    youtube.upload(channel, "One")
    listed(reader(youtube, known=channel.id))
    assert all("canary" not in each.target for each in youtube.server.requests)
    pictures = [each for each in youtube.server.requests if each.path.startswith("/vi/")]
    assert pictures
    assert all("x-goog-api-key" not in each.headers for each in pictures)


# --- without a key --------------------------------------------------------------------------------


def test_without_a_key_the_public_feed_is_read(youtube: YouTubeTown, channel: Channel) -> None:
    """Its videos carry the same ids, so that a key that comes later makes no second posts."""
    number = youtube.upload(channel, "The library opens", at=NOW - HOUR)
    entry = (
        f"<entry><id>yt:video:{number}</id><title>The library opens</title>"
        f'<link rel="alternate" href="https://www.youtube.com/watch?v={number}"/>'
        "<published>2026-11-24T11:00:00+00:00</published></entry>"
    )
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Elm</title>{entry}</feed>'
    headers = {"Content-Type": "text/xml; charset=UTF-8"}
    youtube.server.on("/feeds/videos.xml", Reply(body=feed, headers=headers))
    connector = reader(youtube, handle=channel.id, key=None)
    profile = connector.profile()
    assert profile is not None
    assert profile.platform_id == channel.id
    (post,) = listed(connector)
    assert post.platform_id == listed(reader(youtube, handle=channel.id))[0].platform_id
    youtube.server.on("/feeds/videos.xml", Reply(status=404))
    with pytest.raises(LaterError):  # which YouTube's feed did for days: no closed channel
        reader(youtube, handle=channel.id, key=None).probe()


def test_without_a_key_a_name_is_not_enough(youtube: YouTubeTown, channel: Channel) -> None:
    """The feed is found by the channel's id only: that is said, and nothing is asked."""
    with pytest.raises(AccessError, match="by its id only"):
        reader(youtube, key=None).probe()
    assert youtube.server.requests == []


HOSTILE: list[dict[str, Any]] = [
    {"snippet": {"title": ["x"], "description": 5, "tags": "no", "thumbnails": {"high": "x"}}},
    {"snippet": {"description": "x" * 400_000, "title": "\x00\ud800"}},
    {"localizations": {"en": 5, "cy": {"title": {}}}, "status": []},
    {"snippet": {"description": "javascript:alert(1) http://[::1 https://a.example/" + "b" * 5000}},
    {"snippet": {"thumbnails": {"high": {"url": "http://169.254.169.254/latest"}}}},
]


@pytest.mark.parametrize("odd", HOSTILE)
def test_hostile_content_is_words_and_nothing_else(
    youtube: YouTubeTown, channel: Channel, odd: dict[str, Any]
) -> None:
    """It can be hashed and stored, and no address of it is asked."""
    video = youtube._videos[youtube.upload(channel, "One")]
    whole = youtube.view(video)
    whole["snippet"]["thumbnails"] = {}
    for name, part in odd.items():
        whole[name] = {**whole.get(name, {}), **part} if isinstance(part, dict) else part
    youtube.next(VIDEOS, Reply(json={"kind": "youtube#videoListResponse", "items": [whole, 5]}))
    batches = list(reader(youtube, known=channel.id).posts(since=SINCE))
    for post in batches[0].posts:
        post.content.text().encode()
        assert len(post.content.digest()) == 64
        assert all(each.startswith("http") for each in post.content.links)
