"""What a listing on Bluesky shows, and when its posts count as published."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.lib.bluesky_reader import (
    DAY,
    HANDLE,
    HOUR,
    MINUTE,
    NOW,
    SINCE,
    listed,
    reader,
    texts,
)
from tests.lib.bluesky_server import FEED, PROFILE, BlueskyTown, Member
from tests.lib.http_server import Reply

# --- what is listed ---------------------------------------------------------------------------


def test_a_post_is_read_with_its_lasting_address(town: BlueskyTown, elm: Member) -> None:
    """It is named by the account's lasting id, so that a changed handle changes nothing."""
    uri = town.post(elm, "The library opens at ten.", at=NOW - HOUR)
    (post,) = listed(reader(town, did=elm.did))
    assert (post.platform_id, post.current_id, post.author) == (uri, None, "")
    assert post.url == f"https://bsky.app/profile/{elm.did}/post/{uri.rsplit('/', 1)[1]}"
    assert (post.published_at, post.content.own) == (NOW - HOUR, "The library opens at ten.")
    assert town.asked() == [FEED]


def test_the_first_reading_learns_the_lasting_id_by_the_handle(
    town: BlueskyTown, elm: Member
) -> None:
    """Profile and listing are two requests; the probe is paid with the profile."""
    town.post(elm, "The library opens at ten.")
    connector = reader(town)
    profile = connector.profile()
    connector.probe()
    assert profile is not None
    assert (profile.platform_id, profile.handle) == (elm.did, HANDLE)
    assert len(listed(connector)) == 1
    assert town.asked() == [PROFILE, FEED]
    assert town.server.connections == 1
    assert [each.param("actor") for each in town.server.requests] == [HANDLE, elm.did]


def test_pages_are_followed_to_the_end_of_the_window(town: BlueskyTown, elm: Member) -> None:
    """250 posts of the look-back come in three pages; what is older is not asked for."""
    for number in range(250):
        town.post(elm, f"Notice {number}", at=NOW - number * 2 * HOUR)
    for number in range(250):
        town.post(elm, f"Old notice {number}", at=SINCE - DAY - number * HOUR)
    posts = listed(reader(town, did=elm.did))
    assert texts(posts) == [f"Notice {number}" for number in range(250)]
    assert town.asked() == [FEED] * 3


def test_an_empty_page_with_a_cursor_is_not_the_end(town: BlueskyTown, elm: Member) -> None:
    """Bluesky has sent pages on which everything was filtered out."""
    town.post(elm, "The library opens at ten.", at=NOW - DAY)
    town.next(FEED, Reply(json={"feed": [], "cursor": "2026-11-24T11:00:00.000Z"}))
    assert texts(listed(reader(town, did=elm.did))) == ["The library opens at ten."]


def test_a_listing_without_end_is_given_up(town: BlueskyTown, elm: Member) -> None:
    """The same cursor again ends the listing, with a gap."""
    endless = Reply(json={"feed": [], "cursor": "2026-11-24T11:00:00.000Z"})
    town.next(FEED, endless, endless)
    batch = list(reader(town, did=elm.did).posts(since=SINCE))[-1]
    assert (batch.complete, batch.note) == (False, "Bluesky's list of posts had no end")
    assert batch.gap == (SINCE, NOW)


def test_more_posts_than_wanted_leave_a_gap(town: BlueskyTown, elm: Member) -> None:
    """The limit holds; what lies behind it is said."""
    for number in range(12):
        town.post(elm, f"Notice {number}", at=NOW - number * HOUR)
    batch = list(reader(town, did=elm.did).posts(since=SINCE, limit=10))[-1]
    assert (len(batch.posts), batch.note) == (10, "there were more than 10 posts")
    assert batch.gap == (SINCE, NOW - 9 * HOUR)


def test_a_window_in_the_past_is_read_alone(town: BlueskyTown, elm: Member) -> None:
    """What is newer than its end is passed over, however much it is."""
    for number in range(150):
        town.post(elm, f"Notice {number}", at=NOW - number * HOUR)
    posts = listed(reader(town, did=elm.did), until=NOW - 140 * HOUR, limit=50)
    assert texts(posts) == [f"Notice {number}" for number in range(140, 150)]


def test_the_pinned_post_is_read_however_old_it_is(town: BlueskyTown, elm: Member) -> None:
    """It stands first, out of order, and neither ends the listing nor comes twice."""
    old = town.post(elm, "Pinned years ago.", at=NOW - 900 * DAY)
    new = town.post(elm, "The library opens at ten.", at=NOW - HOUR)
    elm.face["pinnedPost"] = town.ref(old)
    connector = reader(town)
    profile = connector.profile()
    assert profile is not None
    assert profile.content.fields["pinned"] == old
    assert [post.platform_id for post in listed(connector)] == [old, new]


def test_an_empty_list_says_that_it_should_show_everything(town: BlueskyTown, elm: Member) -> None:
    """So that an empty one after there were posts is suspicious, and no news."""
    (batch,) = reader(town, did=elm.did).posts(since=SINCE)
    assert (batch.posts, batch.complete, batch.lists_window) == ((), True, True)


def test_what_is_no_post_of_the_account_makes_the_listing_incomplete(
    town: BlueskyTown, elm: Member
) -> None:
    """The rest is kept, and the note says why."""
    town.post(elm, "The library opens at ten.")
    other = town.account("other.example")
    town.post(other, "Somebody else's words.")
    odd = [town._items(elm)[0][1], town._items(other)[0][1], "?", {"post": {}}]
    town.next(FEED, Reply(json={"feed": odd}))
    (batch,) = reader(town, did=elm.did).posts(since=SINCE)
    assert texts(list(batch.posts)) == ["The library opens at ten."]
    assert (batch.complete, batch.gap is not None) == (False, True)
    assert "no post of the account" in batch.note


# --- when it was published ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stated", "received", "believed"),
    [
        (NOW - HOUR, NOW - HOUR + MINUTE, NOW - HOUR),
        (NOW + 400 * DAY, NOW - HOUR, NOW - HOUR),  # from the future: when it arrived
        (NOW - 3 * DAY, NOW - HOUR, NOW - HOUR),  # set back: its key was made when it was written
    ],
)
def test_a_writers_clock_is_believed_only_as_far_as_it_fits(
    town: BlueskyTown, elm: Member, stated: datetime, received: datetime, believed: datetime
) -> None:
    """A date that was set by hand moves no post out of a pre-election period."""
    town.post(elm, "Vote for the hall.", at=stated, indexed_at=received)
    (post,) = listed(reader(town, did=elm.did))
    assert post.published_at is not None
    assert abs(post.published_at - believed) < timedelta(seconds=1)


def test_a_post_without_any_usable_time_is_kept(town: BlueskyTown, elm: Member) -> None:
    """Its first reading stands in for the time."""
    town.post(elm, "Undated.")
    item = town._items(elm)[0][1]
    item["post"] |= {"indexedAt": "soon", "uri": f"at://{elm.did}/app.bsky.feed.post/self"}
    item["post"]["record"] = {**item["post"]["record"], "createdAt": "yesterday"}
    town.next(FEED, Reply(json={"feed": [item]}))
    (post,) = listed(reader(town, did=elm.did))
    assert (post.published_at, post.content.own) == (None, "Undated.")
