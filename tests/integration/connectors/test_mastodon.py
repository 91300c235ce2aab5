"""What a listing on Mastodon shows, what its posts say, and the account's own face."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from mastodon import Mastodon

from config.errors import AccessError, ContractError, LaterError
from config.types import Reason
from connectors.base import ReaderState
from tests.lib.http_server import Reply
from tests.lib.mastodon_reader import (
    CANARY,
    DAY,
    HANDLE,
    HOUR,
    MINUTE,
    NOW,
    SINCE,
    again,
    listed,
    only,
    reader,
    texts,
)
from tests.lib.mastodon_server import (
    ACCOUNT,
    HISTORY,
    LIST,
    LOOKUP,
    PINNED,
    MastodonTown,
    Member,
    card,
    link,
    missing,
    picture,
    poll,
    problem,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors.base import FetchedPost

# --- what is listed ---------------------------------------------------------------------------


def test_the_server_of_these_tests_is_read_by_mastodon_py(
    instance: MastodonTown, member: Member
) -> None:
    """The package that is the contract reads the same posts from it, with types."""
    instance.post(member, "<p>The library opens at ten.</p>", at=NOW - HOUR)
    client = Mastodon(api_base_url=instance.server.url)
    found = client.account_lookup("elmtown")
    (status,) = client.account_statuses(found.id, limit=40)
    assert (status.content, status.created_at) == ("<p>The library opens at ten.</p>", NOW - HOUR)
    assert isinstance(status.created_at, datetime)


def test_a_post_is_read_with_its_address(instance: MastodonTown, member: Member) -> None:
    """Its words without markup, its time, and the page that a person can open."""
    number = instance.post(member, "<p>The library<br>opens at ten.</p>", at=NOW - HOUR)
    (post,) = listed(reader(instance, known=member.id))
    assert (post.platform_id, post.author, post.parent_id) == (number, "", None)
    assert post.url == f"{instance.server.url}/@elmtown/{number}"
    assert (post.published_at, post.edited_at) == (NOW - HOUR, None)
    assert post.content.own == "The library\nopens at ten."
    assert instance.asked() == [LIST]


def test_the_first_reading_learns_the_number_by_the_name(
    instance: MastodonTown, member: Member
) -> None:
    """Account, pinned posts and listing are three requests; the probe costs nothing more."""
    instance.post(member, "<p>The library opens at ten.</p>")
    connector = reader(instance)
    profile = connector.profile()
    connector.probe()
    assert profile is not None
    assert (profile.platform_id, profile.handle) == (member.id, "elmtown")
    assert len(listed(connector)) == 1
    assert instance.asked() == [LOOKUP, PINNED, LIST]
    assert instance.server.connections == 1


@pytest.mark.parametrize("has_links", [True, False])
def test_pages_are_followed_to_the_end_of_the_window(
    instance: MastodonTown, member: Member, *, has_links: bool
) -> None:
    """100 posts of the look-back come in three pages; what is older is not asked for."""
    instance.has_links = has_links
    for number in range(100):
        instance.post(member, f"<p>Notice {number}</p>", at=NOW - number * 7 * HOUR)
    for number in range(90):
        instance.post(member, f"<p>Old {number}</p>", at=SINCE - DAY - number * HOUR)
    posts = listed(reader(instance, known=member.id))
    assert texts(posts) == [f"Notice {number}" for number in range(100)]
    assert instance.asked() == [LIST] * 3


def test_a_short_page_is_not_the_end(instance: MastodonTown, member: Member) -> None:
    """Servers leave out what the reader may not see after they have cut the page."""
    instance.page_limit = 3
    for number in range(8):
        instance.post(member, f"<p>Notice {number}</p>", at=NOW - number * HOUR)
    assert len(listed(reader(instance, known=member.id))) == 8


def test_a_listing_without_end_is_given_up(instance: MastodonTown, member: Member) -> None:
    """The same next page again ends the listing, with a gap."""
    place = f"<{instance.server.url}/x?max_id=42>; rel=next"
    endless = Reply(json=[], headers={"Link": place})
    instance.next(LIST, endless, endless, endless)
    batch = list(reader(instance, known=member.id).posts(since=SINCE))[-1]
    assert (batch.complete, batch.note) == (
        False,
        "the Mastodon server's list of posts had no end",
    )
    assert batch.gap == (SINCE, NOW)


def test_more_posts_than_wanted_leave_a_gap(instance: MastodonTown, member: Member) -> None:
    """The limit holds; what lies behind it is said."""
    for number in range(12):
        instance.post(member, f"<p>Notice {number}</p>", at=NOW - number * HOUR)
    batch = list(reader(instance, known=member.id).posts(since=SINCE, limit=10))[-1]
    assert (len(batch.posts), batch.note) == (10, "there were more than 10 posts")
    assert batch.gap == (SINCE, NOW - 9 * HOUR)


def test_a_window_in_the_past_is_read_alone(instance: MastodonTown, member: Member) -> None:
    """What is newer than its end is passed over, however much it is."""
    for number in range(90):
        instance.post(member, f"<p>Notice {number}</p>", at=NOW - number * HOUR)
    posts = listed(reader(instance, known=member.id), until=NOW - 80 * HOUR, limit=50)
    assert texts(posts) == [f"Notice {number}" for number in range(80, 90)]


def test_pinned_posts_are_read_with_the_profile_however_old(
    instance: MastodonTown, member: Member
) -> None:
    """They neither come twice nor end the listing, and the profile names them."""
    old = instance.post(member, "<p>Pinned years ago.</p>", at=NOW - 900 * DAY, pinned=True)
    new = instance.post(member, "<p>The library opens.</p>", at=NOW - HOUR, pinned=True)
    connector = reader(instance, known=member.id)
    profile = connector.profile()
    assert profile is not None
    assert profile.content.fields["pinned"] == f"{new} {old}"
    assert [post.platform_id for post in listed(connector)] == [new, old]


def test_an_empty_list_says_that_it_should_show_everything(
    instance: MastodonTown, member: Member
) -> None:
    """So that an empty one after there were posts is suspicious, and no news."""
    (batch,) = reader(instance, known=member.id).posts(since=SINCE)
    assert (batch.posts, batch.complete, batch.lists_window) == ((), True, True)


def test_what_is_no_post_of_the_account_makes_the_listing_incomplete(
    instance: MastodonTown, member: Member
) -> None:
    """The rest is kept, and the note says why."""
    own = instance.view(instance.post(member, "<p>The library opens at ten.</p>"))
    other = instance.view(instance.post(instance.account("shop"), "<p>Another's words.</p>"))
    instance.next(LIST, Reply(json=[own, other, "?", {"id": 5}, {}]))
    (batch,) = reader(instance, known=member.id).posts(since=SINCE)
    assert texts(list(batch.posts)) == ["The library opens at ten."]
    assert (batch.complete, batch.gap is not None) == (False, True)


def test_a_direct_message_is_nobodys_post(instance: MastodonTown, member: Member) -> None:
    """With the account's own token the list holds private messages: they are not taken."""
    instance.token = CANARY
    lost = instance.post(member, "<p>Between us.</p>", visibility="direct")
    instance.post(member, "<p>For followers.</p>", visibility="private")
    assert texts(listed(reader(instance, known=member.id, token=CANARY))) == ["For followers."]
    (answer,) = again(instance, member, lost, token=CANARY)
    assert answer.post is None


# --- what a post says -------------------------------------------------------------------------


def test_everything_that_a_reader_sees_is_read(instance: MastodonTown, member: Member) -> None:
    """Content warning, text, alternative texts, options of a poll, the preview of a link."""
    instance.post(
        member,
        f"<p>Which day? {link('https://elm.example/news')}</p>",
        spoiler_text="Bins",
        media_attachments=[picture(7, "A hall"), picture(8)],
        poll=poll("Friday", "Never"),
        card=card("https://elm.example/news", "News", "All of it"),
    )
    content = only(instance, member)
    assert content.own == "Which day? https://elm.example/news"
    assert [(extra.kind, extra.text) for extra in content.extras] == [
        ("title", "Bins"),
        ("alt", "A hall"),
        ("poll", "Friday"),
        ("poll", "Never"),
        ("attachment", "News\nAll of it"),
    ]
    assert (content.links, content.pictures) == (("https://elm.example/news",), ("7", "8"))


def test_an_address_behind_other_words_is_told(instance: MastodonTown, member: Member) -> None:
    """Mastodon shows addresses itself; other servers let them stand behind words."""
    instance.post(member, '<p>See <a href="https://party.example/join">here</a>.</p>')
    content = only(instance, member)
    assert [(extra.kind, extra.text) for extra in content.extras] == [
        ("link", "https://party.example/join")
    ]


def test_names_and_tags_are_no_links(instance: MastodonTown, member: Member) -> None:
    """Mastodon makes addresses of them by itself; they lead to no page of anybody's choice."""
    instance.post(
        member,
        '<p><a href="https://other.example/@bo" class="u-url mention">@bo</a> '
        '<a href="https://social.example/tags/Elm" class="mention hashtag">#Elm</a></p>',
        mentions=[
            {
                "id": "5",
                "username": "bo",
                "acct": "bo@other.example",
                "url": "https://other.example/@bo",
            }
        ],
        tags=[{"name": "elm", "url": "https://social.example/tags/elm"}],
    )
    content = only(instance, member)
    assert (content.own, content.links, content.extras) == ("@bo #Elm", (), ())


def test_a_boost_is_judged_by_the_full_words_of_the_other_post(
    instance: MastodonTown, member: Member
) -> None:
    """It is a post of its own, and nothing of it is the council's own word."""
    shop = instance.account("shop")
    number = instance.post(
        shop, "<p>Kitchens!</p>", at=NOW - 90 * DAY, media_attachments=[picture(3, "A hob")]
    )
    boost = instance.boost(member, number, at=NOW - HOUR)
    (post,) = listed(reader(instance, known=member.id))
    assert (post.platform_id, post.published_at) == (boost, NOW - HOUR)
    assert post.url == f"{instance.server.url}/@shop/{number}"
    assert (post.content.own, post.content.is_repost) == ("", True)
    assert [(extra.text, extra.by) for extra in post.content.extras] == [
        ("Kitchens!", "shop"),
        ("A hob", "shop"),
    ]


@pytest.mark.parametrize(
    ("state", "shown"), [("accepted", True), ("pending", False), ("revoked", False)]
)
def test_a_quoted_post_is_read_where_readers_see_it(
    instance: MastodonTown, member: Member, state: str, *, shown: bool
) -> None:
    """Only an accepted quotation is shown under the words of the council."""
    other = instance.view(instance.post(instance.account("shop"), "<p>Kitchens!</p>"))
    quote = {"state": state, "quoted_status": other}
    instance.post(member, "<p>Look at this.</p>", quote=quote)
    content = only(instance, member)
    assert [(extra.text, extra.by) for extra in content.extras] == (
        [("Kitchens!", "shop")] if shown else []
    )


def test_an_answer_to_ones_own_post_names_it(instance: MastodonTown, member: Member) -> None:
    """A thread hangs together; an answer to somebody else stands alone."""
    first = instance.post(member, "<p>One</p>", at=NOW - HOUR)
    instance.post(member, "<p>Two</p>", in_reply_to_id=first, in_reply_to_account_id=member.id)
    instance.post(member, "<p>To bo</p>", in_reply_to_id="9", in_reply_to_account_id="8")
    parents = {post.content.own: post.parent_id for post in listed(reader(instance))}
    assert parents == {"One": None, "Two": first, "To bo": None}


def test_counts_and_addresses_of_media_are_no_edit(instance: MastodonTown, member: Member) -> None:
    """A favourite more, and files on another server, leave the content as it is."""
    number = instance.post(member, "<p>A hall</p>", media_attachments=[picture(7)])
    (before,) = listed(reader(instance, known=member.id))
    moved = {**picture(7), "url": "https://elsewhere.example/7.png"}
    instance._statuses[number].more = {"favourites_count": 99, "media_attachments": [moved]}
    (after,) = listed(reader(instance, known=member.id))
    assert after.content.digest() == before.content.digest()
    assert [still.address for still in after.stills] == ["https://elsewhere.example/7.png"]


# --- edits ------------------------------------------------------------------------------------


def said_before(post: FetchedPost) -> list[tuple[str, datetime | None]]:
    """Return what a post said before, with the time of each edit."""
    return [(each.content.own, each.edited_at) for each in post.earlier]


def run(
    town: MastodonTown, member: Member, before: dict[str, str]
) -> tuple[list[FetchedPost], dict[str, str]]:
    """Read once with what the run before has left; return the posts and what is left now."""
    state = ReaderState(platform_id=member.id, validators=before)
    connector = reader(town, state=state)
    return listed(connector), dict(connector.validators())


def test_what_came_and_went_between_two_readings_is_in_the_history(
    instance: MastodonTown, member: Member
) -> None:
    """Each version is handed over once, whenever it was there; the history is asked once."""
    number = instance.post(member, "<p>One</p>", at=NOW - 5 * HOUR)
    _, left = run(instance, member, {})
    instance.edit(number, "<p>Two</p>", at=NOW - 4 * HOUR)
    instance.edit(number, "<p>Three</p>", at=NOW - 3 * HOUR)
    (post,), left = run(instance, member, left)
    assert (post.content.own, post.edited_at) == ("Three", NOW - 3 * HOUR)
    assert said_before(post) == [("Two", NOW - 4 * HOUR)]
    (post,), left = run(instance, member, left)
    assert said_before(post) == []
    instance.edit(number, "<p>Four</p>", at=NOW - 2 * HOUR)
    instance.edit(number, "<p>Five</p>", at=NOW - HOUR)
    (post,), _ = run(instance, member, left)
    assert said_before(post) == [("Four", NOW - 2 * HOUR)]
    assert instance.asked() == [LIST, LIST, HISTORY, LIST, LIST, HISTORY]


def test_a_post_that_was_edited_before_it_was_seen_tells_all_it_said(
    instance: MastodonTown, member: Member
) -> None:
    """The first version carries no time of an edit."""
    number = instance.post(member, "<p>One</p>", at=NOW - 5 * HOUR)
    instance.edit(number, "<p>Two</p>", at=NOW - 4 * HOUR)
    (post,), _ = run(instance, member, {})
    assert said_before(post) == [("One", None)]


def test_an_edit_of_a_description_or_a_warning_is_an_edit(
    instance: MastodonTown, member: Member
) -> None:
    """The text stays the same, and still there is a new version."""
    number = instance.post(
        member, "<p>A hall</p>", at=NOW - HOUR, media_attachments=[picture(7, "Old")]
    )
    (before,) = listed(reader(instance, known=member.id))
    instance.edit(number, "<p>A hall</p>", media_attachments=[picture(7, "New")])
    (after,) = listed(reader(instance, known=member.id))
    assert after.content.digest() != before.content.digest()


@pytest.mark.parametrize("reply", [missing(), Reply(status=500), Reply(json={"a": 1})])
def test_a_server_without_a_history_is_read_all_the_same(
    instance: MastodonTown, member: Member, reply: Reply
) -> None:
    """The present version is what counts; nothing is invented for the rest."""
    number = instance.post(member, "<p>One</p>", at=NOW - 5 * HOUR)
    instance.edit(number, "<p>Two</p>", at=NOW - 4 * HOUR)
    instance.next(HISTORY, reply)
    (post,), _ = run(instance, member, {})
    assert (post.content.own, said_before(post)) == ("Two", [])


def test_ten_histories_are_enough_for_one_run(instance: MastodonTown, member: Member) -> None:
    """The others are asked for in the next one."""
    for number in range(13):
        made = instance.post(member, f"<p>{number}</p>", at=NOW - (9 + number) * HOUR)
        instance.edit(made, f"<p>{number} again</p>", at=NOW - HOUR)
    _, left = run(instance, member, {})
    assert instance.asked().count(HISTORY) == 10
    run(instance, member, left)
    assert instance.asked().count(HISTORY) == 13


# --- the account's own face -------------------------------------------------------------------


def test_the_profile_says_what_people_see(instance: MastodonTown, member: Member) -> None:
    """Name, words, links in every place they may stand, which of them are proved."""
    place = f"{instance.server.url}/avatars/original"
    instance.server.on(
        "/avatars/original/abc.png", Reply(body=b"png", headers={"Content-Type": "image/png"})
    )
    member.face |= {
        "note": f"<p>Complaints: {link('https://elm.example/complaints')}</p>",
        "fields": [
            {
                "name": "Web",
                "value": link("https://elm.example"),
                "verified_at": "2026-01-01T00:00:00.000Z",
            },
            {"name": "Office", "value": "01632 960001", "verified_at": None},
        ],
        "avatar_static": f"{place}/abc.png",
        "header_static": f"{place}/def.png",
    }
    connector = reader(instance)
    profile = connector.profile()
    assert profile is not None
    fields = profile.content.fields
    assert fields["name"] == "Elm Town Council"
    assert fields["description"] == "Complaints: https://elm.example/complaints"
    assert fields["links"] == "https://elm.example/complaints\nhttps://elm.example"
    assert fields["verified"] == "https://elm.example"
    assert "Office: 01632 960001" in profile.content.text()
    assert profile.picture == b"png"
    assert connector.validators()["picture"] == fields["picture"]
    assert [still.name for still in profile.stills] == ["picture", "banner"]


def test_a_lost_proof_of_the_website_is_a_change(instance: MastodonTown, member: Member) -> None:
    """The council's page no longer names the account: worth a look."""
    row = {"name": "Web", "value": link("https://elm.example"), "verified_at": None}
    digests = set()
    for proved in (None, "2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z"):
        member.face["fields"] = [{**row, "verified_at": proved}]
        profile = reader(instance).profile()
        assert profile is not None
        digests.add(profile.content.digest())
    assert len(digests) == 2


def test_an_account_that_has_moved_says_where(instance: MastodonTown, member: Member) -> None:
    """It is still read: what stands there stands there."""
    member.face["moved"] = {
        **instance.who(member),
        "url": "https://new.example/@elm",
        "moved": None,
    }
    instance.post(member, "<p>We have moved.</p>")
    connector = reader(instance)
    profile = connector.profile()
    assert profile is not None
    assert profile.content.fields["moved"] == "https://new.example/@elm"
    assert len(listed(connector)) == 1


@pytest.mark.parametrize("state", ["suspended", "deleted", "erased"])
def test_no_post_is_called_gone_when_the_account_is(
    instance: MastodonTown, member: Member, state: str
) -> None:
    """One trouble with the account, not a hundred deletions."""
    number = instance.post(member, "<p>The library opens at ten.</p>", at=NOW - DAY)
    member.state = state
    word = "suspended" if state == "suspended" else "no such account"
    asks: list[Callable[[], object]] = [
        lambda: again(instance, member, number),
        reader(instance, known=member.id).profile,
    ]
    if state != "suspended":  # whose list is merely empty
        asks.append(lambda: list(reader(instance, known=member.id).posts(since=SINCE)))
    for ask in asks:
        with pytest.raises(AccessError, match=word) as caught:
            ask()
        assert caught.value.reason is Reason.ACCOUNT_GONE


@pytest.mark.parametrize(
    ("state", "is_absent"),
    [("active", False), ("deleted", True), ("erased", True), ("suspended", False)],
)
def test_only_a_deleted_account_is_absent(
    instance: MastodonTown, member: Member, state: str, *, is_absent: bool
) -> None:
    """Unknown by its number; suspended is something else, and a fault proves nothing."""
    member.state = state
    assert (reader(instance, known=member.id).absence() is not None) is is_absent
    assert reader(instance).absence() is None  # by its name only, it may be another server
    instance.next(ACCOUNT, Reply(status=500))
    assert reader(instance, known=member.id).absence() is None


def test_a_number_of_somebody_else_is_not_taken(instance: MastodonTown, member: Member) -> None:
    """The register now names another account: its name counts, not the old number."""
    instance.account("parish")
    profile = reader(instance, known=member.id, handle="@parish@social.example").profile()
    assert profile is not None
    assert (profile.platform_id != member.id, profile.handle) == (True, "parish")
    assert instance.asked() == [ACCOUNT, LOOKUP, PINNED]


def test_a_number_of_another_server_is_not_asked_for(
    instance: MastodonTown, member: Member
) -> None:
    """After a move to another server the old number may be a stranger's there."""
    instance.post(member, "<p>Ours</p>")
    stranger = instance.account("stranger")
    instance.post(stranger, "<p>A stranger's</p>")
    left = {"home": "elmtown@old.example"}
    connector = reader(instance, state=ReaderState(platform_id=stranger.id, validators=left))
    assert texts(listed(connector)) == ["Ours"]
    assert connector.validators()["home"] == "elmtown@social.example"


@pytest.mark.parametrize(
    "handle",
    [
        HANDLE,
        "elmtown@social.example",
        "acct:ElmTown@social.example",
        "https://social.example/@elmtown",
        "https://social.example/users/elmtown/",
        "https://elsewhere.example/@elmtown@social.example",
    ],
)
def test_a_handle_may_be_written_in_several_ways(
    instance: MastodonTown, member: Member, handle: str
) -> None:
    """With or without an at sign, or as the address of the page."""
    reader(instance, handle=handle).probe()
    assert (instance.server.requests[0].param("acct") or "").lower() == "elmtown"


@pytest.mark.parametrize(
    "handle",
    ["", "elmtown", "@elmtown", "@a@b", "a b@c.example", "https://x.example/", "@a@b.example/x"],
)
def test_a_handle_that_names_no_server_is_not_sent(instance: MastodonTown, handle: str) -> None:
    """A wrong entry in the register is said, with how to write it."""
    with pytest.raises(ContractError, match="which Mastodon server"):
        reader(instance, handle=handle).probe()
    assert instance.asked() == []


# --- trouble ----------------------------------------------------------------------------------

TROUBLES: list[tuple[Reply, type[Exception], Reason]] = [
    (Reply(status=500), LaterError, Reason.TRANSIENT),
    (Reply(status=503, headers={"Retry-After": "90"}), LaterError, Reason.TRANSIENT),
    (problem("Too many requests", 429), LaterError, Reason.RATE_LIMIT),
    (Reply(body="<html>sign in</html>"), LaterError, Reason.TRANSIENT),
    (Reply(json={"a": 1}), LaterError, Reason.TRANSIENT),
    (problem("This method requires an authenticated user", 401), AccessError, Reason.FORBIDDEN),
    (problem("This action is not allowed", 403), AccessError, Reason.FORBIDDEN),
    (problem("Validation failed", 422), ContractError, Reason.CONTRACT),
    (Reply(body="[" * 100_000), LaterError, Reason.TRANSIENT),
    (Reply(body=b'[{"id": "1"', cut_at=5), LaterError, Reason.TRANSIENT),
    (Reply(status=302, headers={"Location": "https://x.example"}), ContractError, Reason.CONTRACT),
]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_every_trouble_has_its_class(
    instance: MastodonTown,
    member: Member,
    trouble: tuple[Reply, type[Exception], Reason],
) -> None:
    """Nothing is listed, nothing is gone, and the reason is one that people can act on."""
    reply, kind, reason = trouble
    instance.next(LIST, reply)
    with pytest.raises(kind) as caught:
        list(reader(instance, known=member.id).posts(since=SINCE))
    assert getattr(caught.value, "reason", None) is reason


def test_a_dead_token_is_not_a_missing_permission(instance: MastodonTown, member: Member) -> None:
    """A person has to make a new one; the token stands in no error."""
    instance.token = "another"
    with pytest.raises(AccessError) as caught:
        reader(instance, known=member.id, token=CANARY).probe()
    assert caught.value.reason is Reason.AUTH_EXPIRED
    assert CANARY not in str(caught.value)


def test_a_server_that_is_no_mastodon_is_said(instance: MastodonTown, member: Member) -> None:
    """The name after the at sign may be another address than the server's."""
    instance.next(LOOKUP, Reply(status=404, body="<html>not found</html>"))
    with pytest.raises(ContractError, match="no Mastodon answers"):
        reader(instance).probe()


def test_a_list_that_is_missing_under_an_account_that_stands_is_passing(
    instance: MastodonTown, member: Member
) -> None:
    """The list knows no such account, the account answers: asked again later."""
    instance.next(LIST, missing())
    with pytest.raises(LaterError, match="not its list"):
        list(reader(instance, known=member.id).posts(since=SINCE))


@pytest.mark.parametrize("said", ["2026-11-24T12:03:00.000Z", "180", "1795521780"])
def test_the_end_of_a_limit_is_obeyed_before_it_is_reached(
    instance: MastodonTown, member: Member, said: str
) -> None:
    """Mastodon names an instant, others a number; "nothing left" ends the run at once."""
    instance.headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": said}
    connector = reader(instance)
    connector.probe()
    with pytest.raises(LaterError) as caught:
        connector.profile()
    assert (caught.value.reason, caught.value.retry_at) == (Reason.RATE_LIMIT, NOW + 3 * MINUTE)
    assert instance.asked() == [LOOKUP]


@pytest.mark.parametrize("said", ["soon", "", "-5", "2001-01-01T00:00:00Z", "9" * 40])
def test_an_odd_end_of_a_limit_changes_nothing(
    instance: MastodonTown, member: Member, said: str
) -> None:
    """A header that says nothing makes no good answer a failure."""
    instance.headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": said}
    assert reader(instance).profile() is not None


def test_the_token_goes_into_the_header_only(instance: MastodonTown, member: Member) -> None:
    """Never into an address, and it is taken out of kept answers."""
    instance.token = CANARY
    instance.post(member, f"<p>{CANARY}</p>")
    (post,) = listed(reader(instance, token=CANARY))
    assert all(CANARY not in each.target for each in instance.server.requests)
    assert post.raw is not None
    assert CANARY.encode() not in post.raw


def hostile() -> list[dict[str, Any]]:
    """Return what no server should send."""
    return [
        {"content": "<p>x</p>" * 2000, "media_attachments": "no"},
        {"content": "<div>" * 40_000},
        {"content": "<a href='javascript:alert(1)'>x</a>", "card": {"url": 7, "title": ["x"]}},
        {
            "content": "\x00\ud800<script>alert(1)</script>",
            "poll": {"options": [None, {"title": 3}]},
        },
        {"content": "x", "quote": {"quoted_status": {"quote": {}}}, "mentions": {"a": 1}},
        {"content": "x", "quote": {"state": [], "quoted_status": {"content": "y"}}},
    ]


@pytest.mark.parametrize("odd", hostile())
def test_hostile_content_is_words_and_nothing_else(
    instance: MastodonTown, member: Member, odd: dict[str, Any]
) -> None:
    """It can be hashed and stored, has no script and only http links."""
    whole = {**instance.view(instance.post(member, "")), **odd}
    instance.next(LIST, Reply(json=[whole]))
    batches = list(reader(instance, known=member.id).posts(since=SINCE))
    for post in batches[0].posts:
        post.content.text().encode()
        assert "alert" not in post.content.text()
        assert all(each.startswith("http") for each in post.content.links)
