"""What is read of an Instagram account through Graph: posts, carousels, stories, its own face."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from config.errors import AccessError, ContractError, LaterError, ReadError
from config.types import Reason
from tests.lib.http_server import Reply
from tests.lib.instagram_reader import DAY, HOUR, NOW, SINCE, listed, reader
from tests.lib.instagram_server import (
    ACCOUNT,
    ME,
    MEDIA,
    NUMBER,
    STORIES,
    TOKEN,
    InstagramTown,
    not_shown,
    problem,
)

if TYPE_CHECKING:
    from connectors.base import FetchedPost


def captions(posts: list[FetchedPost]) -> list[str]:
    """Return the words of posts."""
    return [post.content.own for post in posts]


# --- what is listed ---------------------------------------------------------------------------


def test_a_post_is_read_as_its_viewer_sees_it(instagram: InstagramTown) -> None:
    """Caption, description, links that are written out, and a name for the picture that lasts."""
    number = instagram.post(
        "Opens at ten. https://elm.example/library", at=NOW - HOUR, alt_text="A hall"
    )
    (post,) = listed(reader(instagram, known=NUMBER))
    assert (post.platform_id, post.author) == (number, "")
    assert post.url == f"https://www.instagram.com/p/{number}/"
    assert (post.published_at, post.edited_at) == (NOW - HOUR, None)
    assert post.content.own == "Opens at ten. https://elm.example/library"
    assert [(extra.kind, extra.text) for extra in post.content.extras] == [("alt", "A hall")]
    assert post.content.links == ("https://elm.example/library",)
    assert post.content.pictures == (number,)
    assert [still.name for still in post.stills] == [number]


def test_a_carousel_is_read_with_every_picture(instagram: InstagramTown) -> None:
    """Each picture's own name and description."""
    number = instagram.post("The fair", parts=3)
    parts = instagram._posts[number].parts
    parts[0]["alt_text"], parts[2]["alt_text"] = "A tent", "A band"
    (post,) = listed(reader(instagram, known=NUMBER))
    assert post.content.pictures == (f"{number}0", f"{number}1", f"{number}2")
    assert [extra.text for extra in post.content.extras] == ["A tent", "A band"]
    assert len(post.stills) == 3


def test_a_reel_is_read_like_a_post(instagram: InstagramTown) -> None:
    """Its still picture stands for the film."""
    instagram.post(
        "The fair",
        kind="REELS",
        media_type="VIDEO",
        thumbnail_url="https://cdn.example/frame.jpg",
        video_title="Summer",
    )
    (post,) = listed(reader(instagram, known=NUMBER))
    assert [still.address for still in post.stills] == ["https://cdn.example/frame.jpg"]
    assert [extra.text for extra in post.content.extras] == ["Summer"]


def test_a_story_is_read_while_it_stands(instagram: InstagramTown) -> None:
    """It is named apart, since it ends by itself."""
    number = instagram.post("Come today!", kind="STORY", at=NOW - HOUR)
    (post,) = listed(reader(instagram, known=NUMBER))
    assert (post.platform_id, post.content.own) == (f"story {number}", "Come today!")


def test_nothing_new_costs_two_requests(instagram: InstagramTown) -> None:
    """Posts and stories; the account is known by its number."""
    instagram.post("One")
    listed(reader(instagram, known=NUMBER))
    assert instagram.asked() == [MEDIA, STORIES]


def test_the_first_reading_learns_the_number_through_the_page(instagram: InstagramTown) -> None:
    """The token's page is linked to the account; the probe is paid with the profile."""
    instagram.post("One")
    connector = reader(instagram)
    profile = connector.profile()
    connector.probe()
    assert profile is not None
    assert (profile.platform_id, profile.handle) == (NUMBER, "elmtown")
    assert len(listed(connector)) == 1
    assert instagram.asked() == [ME, ACCOUNT, MEDIA, STORIES]


def test_pages_are_followed_to_the_end_of_the_window(instagram: InstagramTown) -> None:
    """120 posts of the look-back come in three pages; what is older is not asked for."""
    for number in range(120):
        instagram.post(f"Post {number}", at=NOW - number * 5 * HOUR)
    for number in range(200):
        instagram.post(f"Old {number}", at=SINCE - DAY - number * HOUR)
    posts = listed(reader(instagram, known=NUMBER))
    assert captions(posts) == [f"Post {number}" for number in range(120)]
    assert instagram.asked() == [*[MEDIA] * 3, STORIES]


def test_a_list_without_end_is_given_up(instagram: InstagramTown) -> None:
    """The same next page again ends the listing, with a gap."""
    paging = {"cursors": {"after": "x"}, "next": "https://graph.example/x"}
    instagram.next(MEDIA, *[Reply(json={"data": [], "paging": paging})] * 3)
    batch = list(reader(instagram, known=NUMBER).posts(since=SINCE))[-1]
    assert (batch.complete, batch.note) == (False, "Instagram's list of posts had no end")
    assert batch.gap == (SINCE, NOW)


def test_more_posts_than_wanted_leave_a_gap(instagram: InstagramTown) -> None:
    """The limit ends it at a page; what lies behind it is said."""
    for number in range(120):
        instagram.post(f"Post {number}", at=NOW - number * HOUR)
    batch = list(reader(instagram, known=NUMBER).posts(since=SINCE, limit=50))[-1]
    assert (batch.complete, batch.note) == (False, "there were more than 50 posts")


def test_an_empty_list_says_that_it_should_show_everything(instagram: InstagramTown) -> None:
    """So that an empty one after there were posts is suspicious, and no news."""
    (batch,) = reader(instagram, known=NUMBER).posts(since=SINCE)
    assert (batch.posts, batch.complete, batch.lists_window) == ((), True, True)


def test_what_is_no_post_makes_the_listing_incomplete(instagram: InstagramTown) -> None:
    """The rest is kept, and the note says why."""
    own = instagram.view(instagram._posts[instagram.post("Ours")])
    instagram.next(MEDIA, Reply(json={"data": [own, "?", {"id": "../x"}, {}]}))
    (batch,) = reader(instagram, known=NUMBER).posts(since=SINCE)
    assert (captions(list(batch.posts)), batch.complete) == (["Ours"], False)


def test_another_accounts_post_is_anothers(instagram: InstagramTown) -> None:
    """What two accounts publish together may stand under the other's name."""
    connector = reader(instagram, known=NUMBER)
    connector.profile()
    instagram.post("Together", username="shop")
    (post,) = listed(connector)
    assert post.author == "shop"


def test_graph_that_wants_smaller_pages_gets_them(instagram: InstagramTown) -> None:
    """It says so with an error that looks like a fault; after three times it is one."""
    too_much = problem(1, "Please reduce the amount of data you're asking for", status=500)
    instagram.post("One")
    instagram.next(MEDIA, too_much, too_much)
    assert captions(listed(reader(instagram, known=NUMBER))) == ["One"]
    instagram.next(MEDIA, *[too_much] * 4)
    with pytest.raises(LaterError):
        listed(reader(instagram, known=NUMBER))


@pytest.mark.parametrize("knows_alt", [True, False])
def test_a_graph_without_descriptions_is_read_without_them(
    instagram: InstagramTown, *, knows_alt: bool
) -> None:
    """From which version on it has them is not documented: both are survived, and remembered."""
    instagram.knows_alt = knows_alt
    instagram.post("One")
    connector = reader(instagram, known=NUMBER)
    assert captions(listed(connector)) == ["One"]
    left = dict(connector.validators())
    assert ("without_alt" in left) is not knows_alt
    instagram._asked.clear()
    listed(reader(instagram, known=NUMBER, before=left))
    assert instagram.asked() == [MEDIA, STORIES]


def test_a_nearly_used_up_allowance_ends_the_listing(instagram: InstagramTown) -> None:
    """At nine tenths reading stops, with a gap."""
    instagram.headers = {"X-App-Usage": '{"call_count":95,"total_time":1,"total_cputime":1}'}
    for number in range(120):
        instagram.post(f"Post {number}", at=NOW - number * HOUR)
    batch = list(reader(instagram, known=NUMBER).posts(since=SINCE))[-1]
    assert (batch.complete, "nearly used up" in batch.note) == (False, True)


# --- edits --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change", [{"caption": "New"}, {"more": {"alt_text": "New"}}, {"parts": [{"id": "99"}]}]
)
def test_every_change_that_viewers_see_is_a_new_version(
    instagram: InstagramTown, change: dict[str, Any]
) -> None:
    """Instagram tells no time of an edit: the content is compared."""
    number = instagram.post("Old", at=NOW - DAY)
    (before,) = listed(reader(instagram, known=NUMBER))
    instagram.edit(number, **change)
    (after,) = listed(reader(instagram, known=NUMBER))
    assert after.content.digest() != before.content.digest()


def test_addresses_and_counts_are_no_edit(instagram: InstagramTown) -> None:
    """They are signed and counted anew with each answer."""
    number = instagram.post("One", parts=2)
    (before,) = listed(reader(instagram, known=NUMBER))
    instagram.edit(number, more={"like_count": 99, "comments_count": 7})
    (after,) = listed(reader(instagram, known=NUMBER))
    assert after.content.digest() == before.content.digest()


# --- the account's own face -----------------------------------------------------------------------


def test_the_profile_says_what_people_see(instagram: InstagramTown) -> None:
    """Name, words, link; the picture by its bytes, since its address changes each time."""
    instagram.face = {"biography": "Complaints: https://elm.example/c", "website": "elm.example"}
    connector = reader(instagram)
    profile = connector.profile()
    assert profile is not None
    fields = profile.content.fields
    assert (fields["name"], fields["handle"]) == ("Elm Town Council", "elmtown")
    assert fields["links"] == "https://elm.example\nhttps://elm.example/c"
    assert (profile.picture, profile.url) == (b"face", "https://www.instagram.com/elmtown/")
    again = reader(instagram, before=dict(connector.validators())).profile()
    assert again is not None
    assert again.content.digest() == profile.content.digest()
    instagram.picture = b"another"
    changed = reader(instagram).profile()
    assert changed is not None
    assert changed.content.digest() != profile.content.digest()


def test_a_picture_that_cannot_be_had_is_no_change(instagram: InstagramTown) -> None:
    """What was known of it stays."""
    connector = reader(instagram)
    before = connector.profile()
    instagram.server.on("/picture/*", Reply(status=503))
    after = reader(instagram, before=dict(connector.validators())).profile()
    assert before is not None
    assert after is not None
    assert after.content.digest() == before.content.digest()


def test_a_renamed_account_is_found_by_its_number(instagram: InstagramTown) -> None:
    """The register's name is another one now: its profile says so."""
    instagram.username = "elmparish"
    left = {"handle": "elmtown", "username": "elmtown"}
    profile = reader(instagram, known=NUMBER, before=left).profile()
    assert profile is not None
    assert (profile.platform_id, profile.content.fields["handle"]) == (NUMBER, "elmparish")


def test_another_name_in_the_register_is_asked_for_anew(instagram: InstagramTown) -> None:
    """What was learned of the old name is not used for the new one."""
    left = {"handle": "elmparish"}
    reader(instagram, known="17841499999999999", before=left).probe()
    assert instagram.asked() == [ME, ACCOUNT]


@pytest.mark.parametrize(
    "handle", ["elmtown", "@ElmTown", "https://www.instagram.com/elmtown/", NUMBER]
)
def test_an_account_may_be_written_in_several_ways(instagram: InstagramTown, handle: str) -> None:
    """By its name, its address or its number."""
    profile = reader(instagram, handle=handle).profile()
    assert profile is not None
    assert profile.platform_id == NUMBER
    assert (profile.content.fields["handle"] == "") is (handle == NUMBER)


@pytest.mark.parametrize("handle", ["", "a b", "https://x.example/elm", "@"])
def test_what_names_no_account_is_said(instagram: InstagramTown, handle: str) -> None:
    """Nothing is asked for a wrong entry in the register."""
    with pytest.raises(ContractError, match="no account of Instagram"):
        reader(instagram, handle=handle).probe()
    assert instagram.asked() == []


def test_a_token_of_another_page_is_said(instagram: InstagramTown) -> None:
    """Its page is linked to somebody else: nobody else's posts are taken for the council's."""
    with pytest.raises(AccessError, match="linked to the account 'elmtown'"):
        reader(instagram, handle="elmparish").probe()


def test_a_page_without_an_account_is_said(instagram: InstagramTown) -> None:
    """The two were never linked, or the permission is missing."""
    instagram.is_linked = False
    with pytest.raises(AccessError, match="no professional Instagram account") as caught:
        reader(instagram).probe()
    assert caught.value.reason is Reason.FORBIDDEN


def test_an_account_that_is_not_shown_is_one_trouble(instagram: InstagramTown) -> None:
    """Closed, unlinked or no longer permitted: Graph does not say which."""
    instagram.is_there = False
    with pytest.raises(AccessError) as caught:
        list(reader(instagram, known=NUMBER).posts(since=SINCE))
    assert caught.value.reason is Reason.ACCOUNT_GONE
    absence = reader(instagram, known=NUMBER).absence()
    assert absence is not None
    assert absence.is_login_proved  # the page lets the token in
    instagram.token = "another"
    assert reader(instagram, known=NUMBER).absence() is None
    assert reader(instagram).absence() is None


# --- trouble --------------------------------------------------------------------------------------

BUC = '{"1":[{"type":"instagram","call_count":100,"estimated_time_to_regain_access":19}]}'
TROUBLES: list[tuple[Reply, type[ReadError], Reason]] = [
    (problem(190, "x", subcode=460), AccessError, Reason.AUTH_EXPIRED),
    (problem(190, "x", subcode=463, status=401), AccessError, Reason.AUTH_EXPIRED),
    (problem(10, "(#10) needs instagram_basic"), AccessError, Reason.FORBIDDEN),
    (problem(200, "Permissions error"), AccessError, Reason.FORBIDDEN),
    (problem(4, "Application request limit reached"), LaterError, Reason.RATE_LIMIT),
    (problem(80002, "too many calls"), LaterError, Reason.RATE_LIMIT),
    (problem(2, "Service temporarily unavailable", status=503), LaterError, Reason.TRANSIENT),
    (problem(100, "(#100) Tried accessing nonexisting field (x)"), ContractError, Reason.CONTRACT),
    (not_shown(), AccessError, Reason.ACCOUNT_GONE),
    (Reply(status=500, body="<html>"), LaterError, Reason.TRANSIENT),
    (Reply(json={"data": {}}), ContractError, Reason.CONTRACT),
    (Reply(body=b"x" * 11_000_000), ContractError, Reason.CONTRACT),
]


@pytest.mark.parametrize("call", [MEDIA, STORIES])
@pytest.mark.parametrize("trouble", TROUBLES)
def test_every_trouble_has_its_class(
    instagram: InstagramTown, call: str, trouble: tuple[Reply, type[ReadError], Reason]
) -> None:
    """Whatever is asked, nothing is gone, and the token stands in no error."""
    reply, kind, reason = trouble
    instagram.next(call, reply)
    with pytest.raises(kind) as caught:
        list(reader(instagram, known=NUMBER).posts(since=SINCE))
    assert getattr(caught.value, "reason", None) is reason
    assert "canary" not in str(caught.value).lower()


def test_the_end_of_a_limit_is_read_from_the_headers(instagram: InstagramTown) -> None:
    """Instagram counts in minutes."""
    limited = problem(80002, "too many calls")
    headers = {"X-Business-Use-Case-Usage": BUC}
    instagram.next(MEDIA, Reply(status=400, json=limited.json, headers=headers))
    with pytest.raises(LaterError) as caught:
        list(reader(instagram, known=NUMBER).posts(since=SINCE))
    assert caught.value.retry_at == NOW + timedelta(minutes=19)


@pytest.mark.parametrize(("waited", "hours"), [(None, 1), (timedelta(hours=1), 2)])
def test_a_limit_without_an_end_is_waited_out(
    instagram: InstagramTown, waited: timedelta | None, hours: int
) -> None:
    """The same door as for pages: an hour, then twice as long each time."""
    instagram.next(MEDIA, problem(80002, "limit"))
    with pytest.raises(LaterError) as raised:
        list(reader(instagram, known=NUMBER, waited=waited).posts(since=SINCE))
    assert (raised.value.reason, raised.value.retry_at) == (
        Reason.RATE_LIMIT,
        NOW + timedelta(hours=hours),
    )


def test_the_token_goes_into_the_header_only(instagram: InstagramTown) -> None:
    """Never into an address, out of kept answers, and not to where pictures lie."""
    instagram.post(f"Look: {TOKEN}")
    connector = reader(instagram)
    connector.profile()
    (post,) = listed(connector)
    assert all("canary" not in each.target.lower() for each in instagram.server.requests)
    assert post.raw is not None
    assert TOKEN.encode() not in post.raw
    pictures = [each for each in instagram.server.requests if each.path.startswith("/picture")]
    assert pictures
    assert all("authorization" not in each.headers for each in pictures)


HOSTILE: list[dict[str, Any]] = [
    {"caption": ["x"], "children": "no", "timestamp": "soon", "permalink": "javascript:alert(1)"},
    {"caption": "\x00\ud800 http://[::1", "alt_text": {"a": 1}},
    {"caption": "x" * 400_000, "children": {"data": [None, {"id": 5}, {"alt_text": 7}]}},
    {"media_url": "http://169.254.169.254/", "username": 7, "media_product_type": []},
]


@pytest.mark.parametrize("odd", HOSTILE)
def test_hostile_content_is_words_and_nothing_else(
    instagram: InstagramTown, odd: dict[str, Any]
) -> None:
    """It can be hashed and stored, and has only http links."""
    whole = {**instagram.view(instagram._posts[instagram.post("One")]), **odd}
    instagram.next(MEDIA, Reply(json={"data": [whole]}))
    for batch in reader(instagram, known=NUMBER).posts(since=SINCE):
        for post in batch.posts:
            post.content.text().encode()
            assert "alert" not in post.url
            assert all(each.startswith("http") for each in post.content.links)
