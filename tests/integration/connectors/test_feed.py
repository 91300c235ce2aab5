"""Feeds through the door, against servers on loopback."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from config.errors import AccessError, ContractError, LaterError, ReadError
from config.register import Account
from config.types import AccountId, Kind, Outcome, Reason
from connectors import find
from connectors.base import Batch, Circumstances, Connector, KnownPost, ReaderState, Reread
from connectors.door import Door
from monitor.demo.feed_server import FeedPlatform
from monitor.demo.server import LoopbackServer
from monitor.demo.world import Body, Site, TownAccount, World
from tests.lib.http_server import Reply, ScriptedServer, redirect
from tests.lib.meter import FreeMeter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SINCE = NOW - timedelta(days=30)
SITE = "https://blog.elm.example"
XML = {"Content-Type": "application/rss+xml; charset=utf-8"}
HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """Run a blog with two posts."""
    with ScriptedServer() as running:
        running.on("/feed/", feed(item(1), item(2)))
        yield running


def item(number: int, *, title: str = "", link: str | None = None, guid: str | None = None) -> str:
    """Return an entry of RSS; its words are its number's."""
    place = f"{SITE}/2026/notice-{number}/" if link is None else link
    return (
        f"<item><title>{title or f'Notice number {number}'}</title><link>{place}</link>"
        f"<guid isPermaLink='false'>{guid or f'{SITE}/?p={number}'}</guid>"
        f"<pubDate>Mon, 23 Nov 2026 10:{number:02}:00 +0000</pubDate>"
        f"<description>&lt;p&gt;Words of {number}.&lt;/p&gt;</description></item>"
    )


def rss(*items: str) -> str:
    """Return a whole RSS document."""
    return (
        "<?xml version='1.0' encoding='UTF-8'?><rss version='2.0'><channel>"
        f"<title>Elm news</title><link>{SITE}/</link><description>From the council</description>"
        f"{''.join(items)}</channel></rss>"
    )


def feed(*items: str, headers: Mapping[str, str] | None = None) -> Reply:
    """Return the answer with a feed."""
    return Reply(body=rss(*items), headers={**XML, **(headers or {})})


def page(title: str, text: str = "", *, canonical: str = "") -> Reply:
    """Return the answer with a web page."""
    link = f'<link rel="canonical" href="{canonical}">' if canonical else ""
    return Reply(
        body=f"<!doctype html><html><head><title>{title}</title>{link}</head>"
        f"<body><h1>{title}</h1><p>{text}</p></body></html>",
        headers=HTML,
    )


def reader(
    url: str | None,
    *,
    handle: str = f"{SITE}/feed/",
    state: Mapping[str, str] | None = None,
    as_of: datetime = NOW,
) -> Connector:
    """Open the connector; ``state`` is what an earlier run kept."""
    account = Account(
        id=AccountId("blog"),
        platform="feed",
        handle=handle,
        kind=Kind.COUNCIL,
        owner="Communications Officer",
        api_base=url,
    )
    return find("feed").open(
        Circumstances(
            account=account,
            door=Door(clock=lambda: as_of),
            secret=None,
            state=ReaderState(validators=state or {}),
            meter=FreeMeter(),
            as_of=as_of,
        )
    )


def batches(connector: Connector, *, since: datetime = SINCE) -> list[Batch]:
    """Read the listing."""
    return list(connector.posts(since=since))


def texts(read: list[Batch]) -> list[str]:
    """Return the text of every post read."""
    return [post.content.text() for batch in read for post in batch.posts]


def known(number: int) -> KnownPost:
    """Return what storage knows of a notice."""
    return KnownPost(platform_id=f"{SITE}/?p={number}", url=f"{SITE}/2026/notice-{number}/")


def reread(connector: Connector, *numbers: int) -> list[Reread]:
    """Read notices again."""
    return list(connector.reread([known(number) for number in numbers]))


def kept(server: ScriptedServer, *items: str, **headers: str) -> Mapping[str, str]:
    """Return what a run keeps that has read a feed with these entries."""
    server.on("/feed/", feed(*items, headers=headers))
    connector = reader(server.url)
    batches(connector)
    return connector.validators()


# --- the feed itself ------------------------------------------------------------------------


def test_a_whole_reading_of_an_unchanged_blog_is_one_request(server: ScriptedServer) -> None:
    """Profile, posts and re-reading of what is listed share one request."""
    connector = reader(server.url)
    profile = connector.profile()
    read = batches(connector)
    told = reread(connector, 1, 2)
    assert profile is not None
    assert profile.content.fields["name"] == "Elm news"
    assert texts(read) == ["Notice number 1\nWords of 1.", "Notice number 2\nWords of 2."]
    assert read[0].complete
    assert read[0].lists_window
    assert [each.outcome for each in told] == [Outcome.PRESENT, Outcome.PRESENT]
    assert server.paths() == ["/feed/"]


def test_an_unchanged_feed_is_not_sent_again_and_nothing_counts_as_vanished(
    server: ScriptedServer,
) -> None:
    """304 is a complete reading with nothing new, and what was kept stays as it was."""
    state = kept(server, item(1), item(2), ETag='"v1"')
    server.on("/feed/", Reply(status=304))
    connector = reader(server.url, state=state, as_of=NOW + timedelta(hours=1))
    read = batches(connector)
    assert server.requests[-1].headers["if-none-match"] == '"v1"'
    assert [(batch.posts, batch.complete, batch.lists_window) for batch in read] == [
        ((), True, False)
    ]
    assert connector.profile() is None
    assert connector.validators() == state
    assert len(server.requests) == 2


def test_posts_that_are_due_are_read_even_from_an_unchanged_feed(
    server: ScriptedServer,
) -> None:
    """Re-reading means reading the words: the feed is asked for in full, once."""
    state = kept(server, item(1), item(2), ETag='"v1"')
    server.on("/feed/", Reply(status=304), feed(item(1), item(2)))
    connector = reader(server.url, state=state, as_of=NOW + timedelta(hours=1))
    batches(connector)
    told = reread(connector, 1, 2)
    assert [each.post.content.own for each in told if each.post] == [
        "Notice number 1\nWords of 1.",
        "Notice number 2\nWords of 2.",
    ]
    assert [asked.headers.get("if-none-match") for asked in server.requests[1:]] == ['"v1"', None]


def test_what_came_while_posts_were_read_again_is_read_next_time(server: ScriptedServer) -> None:
    """The list was "unchanged" and is not any more a moment later: its new mark is not kept."""
    state = kept(server, item(1), ETag='"v1"')
    came = feed(item(2), item(1), headers={"ETag": '"v2"'})
    server.on("/feed/", Reply(status=304), came)
    connector = reader(server.url, state=state, as_of=NOW + timedelta(hours=1))
    assert texts(batches(connector)) == []
    assert [each.outcome for each in reread(connector, 1)] == [Outcome.PRESENT]
    later = reader(server.url, state=connector.validators(), as_of=NOW + timedelta(hours=2))
    assert len(texts(batches(later))) == 2
    assert "if-none-match" not in server.requests[-1].headers


def test_a_feed_that_holds_nothing_of_what_it_held_may_have_pushed_some_out(
    server: ScriptedServer,
) -> None:
    """What came and went out of it between two readings cannot be had any more: told once."""
    read_at = NOW - timedelta(days=2)
    state = {**kept(server, item(1), item(2)), "whole_at": read_at.isoformat()}
    server.on("/feed/", feed(*[item(number) for number in range(19, 9, -1)]))
    connector = reader(server.url, state=state)
    (batch,) = batches(connector)
    assert (len(batch.posts), batch.complete, batch.is_lost) == (10, True, True)
    assert batch.gap == (read_at, datetime(2026, 11, 23, 10, 10, tzinfo=UTC))
    assert "pushed out" in batch.note
    later = reader(server.url, state=connector.validators(), as_of=NOW + timedelta(hours=2))
    assert [(one.is_lost, one.gap, one.note) for one in batches(later)] == [(False, None, "")]


@pytest.mark.parametrize("numbers", [range(19, 1, -1), [9]], ids=["overlaps", "hardly any"])
def test_a_feed_that_goes_on_has_lost_nothing(
    server: ScriptedServer, numbers: Sequence[int]
) -> None:
    """One post that is still in it is enough; and so few were no window that was full."""
    state = kept(server, item(1), item(2))
    server.on("/feed/", feed(*[item(number) for number in numbers]))
    (batch,) = batches(reader(server.url, state=state, as_of=NOW + timedelta(hours=1)))
    assert (batch.is_lost, batch.gap, batch.note) == (False, None, "")


def test_once_a_day_the_whole_feed_is_asked_for(server: ScriptedServer) -> None:
    """Some caches answer 304 for a changed feed: a day later no condition is sent."""
    state = kept(server, item(1), ETag='"v1"')
    batches(reader(server.url, state=state, as_of=NOW + timedelta(hours=25)))
    assert "if-none-match" not in server.requests[-1].headers


def test_older_posts_wanted_later_are_not_hidden_by_an_unchanged_feed(
    server: ScriptedServer,
) -> None:
    """A wider window reads the feed again in full."""
    state = kept(server, item(1), ETag='"v1"')
    whole = feed(item(1))

    server.on("/feed/", Reply(status=304), whole)
    read = batches(reader(server.url, state=state), since=SINCE - timedelta(days=300))
    assert len(texts(read)) == 1


def test_a_feed_that_breaks_off_keeps_its_whole_entries_and_is_incomplete(
    server: ScriptedServer,
) -> None:
    """The half entry at the end is left out, and the next run asks for the whole feed."""
    whole = rss(item(1), item(2), item(3))
    server.on("/feed/", Reply(body=whole[: whole.index("Words of 3") + 5], headers=XML))
    connector = reader(server.url)
    read = batches(connector)
    assert texts(read) == ["Notice number 1\nWords of 1.", "Notice number 2\nWords of 2."]
    assert not read[-1].complete
    assert "breaks off" in read[-1].note
    assert connector.validators() == {}


@pytest.mark.parametrize("until", ["<link>", "</description>", "Words of 1"])
def test_a_feed_that_breaks_off_in_its_head_says_nothing_of_the_profile(
    server: ScriptedServer, until: str
) -> None:
    """Its title without its address would be another profile than the feed's own."""
    whole = rss(item(1))
    server.on("/feed/", Reply(body=whole[: whole.index(until)], headers=XML))
    assert reader(server.url).profile() is None


def test_a_feed_that_breaks_off_behind_an_entry_has_told_its_profile(
    server: ScriptedServer,
) -> None:
    """The head stands before the entries."""
    whole = rss(item(1), item(2))
    server.on("/feed/", Reply(body=whole[: whole.index("Words of 2")], headers=XML))
    profile = reader(server.url).profile()
    assert profile is not None
    assert profile.content.fields["description"] == "From the council"


def test_an_empty_feed_is_a_window_with_nothing_in_it(server: ScriptedServer) -> None:
    """Whether an empty list is suspicious is decided elsewhere; here it is said as it is."""
    server.on("/feed/", feed())
    read = batches(reader(server.url))
    assert [(batch.posts, batch.lists_window) for batch in read] == [((), True)]


@pytest.mark.parametrize(
    ("reply", "kind", "reason"),
    [
        (page("Down for maintenance"), ContractError, Reason.CONTRACT),
        (Reply(body=""), ContractError, Reason.CONTRACT),
        (Reply(json={"code": "rest_no_route"}), ContractError, Reason.CONTRACT),
        (Reply(status=404), AccessError, Reason.ACCOUNT_GONE),
        (Reply(status=410), AccessError, Reason.ACCOUNT_GONE),
        (Reply(status=401), AccessError, Reason.FORBIDDEN),
        (Reply(status=403), AccessError, Reason.FORBIDDEN),
        (Reply(status=429), LaterError, Reason.RATE_LIMIT),
        (Reply(status=500, body=rss(item(1)), headers=XML), LaterError, Reason.TRANSIENT),
        (Reply(status=304), ContractError, Reason.CONTRACT),
        (Reply(status=418), ContractError, Reason.CONTRACT),
        (Reply(body=rss(item(1)), headers=XML, cut_at=100), LaterError, Reason.TRANSIENT),
        (Reply(body=b"x" * 6_000_000, headers=XML), ContractError, Reason.CONTRACT),
        (redirect("http://169.254.169.254/latest/meta-data"), AccessError, Reason.FORBIDDEN),
        (redirect("http://127.0.0.1:1/feed"), AccessError, Reason.FORBIDDEN),
        (redirect("/feed/"), ContractError, Reason.CONTRACT),
    ],
)
def test_each_failure_is_of_its_class_and_nothing_is_gone(
    server: ScriptedServer, reply: Reply, kind: type[ReadError], reason: Reason
) -> None:
    """A feed that cannot be read is an error, also for the re-reading of posts."""
    server.on("/feed/", reply)
    connector = reader(server.url)
    for ask in (lambda: batches(connector), lambda: reread(connector, 1), connector.profile):
        with pytest.raises(kind) as raised:
            ask()
        assert raised.value.reason is reason
    assert connector.validators() == {}


def test_a_busy_server_says_when_to_come_back(server: ScriptedServer) -> None:
    """``Retry-After`` becomes the next try."""
    server.on("/feed/", Reply(status=503, headers={"Retry-After": "600"}))
    with pytest.raises(LaterError) as raised:
        batches(reader(server.url))
    assert raised.value.retry_at == NOW + timedelta(minutes=10)


def test_a_gzip_bomb_is_not_unpacked(server: ScriptedServer) -> None:
    """Fifty megabytes in fifty kilobytes end at the limit."""
    server.on("/feed/", Reply(body=b" " * 50_000_000, gzip=True, headers=XML))
    with pytest.raises(ContractError):
        batches(reader(server.url))


def test_youtubes_feed_is_asked_by_channel_and_its_404_proves_nothing(
    server: ScriptedServer,
) -> None:
    """YouTube's public feeds fail for days at a time; the channel is not gone."""
    channel = "UC" + "a" * 22
    server.on("/feeds/videos.xml", Reply(status=404))
    with pytest.raises(LaterError) as raised:
        batches(reader(server.url, handle=channel))
    assert raised.value.reason is Reason.TRANSIENT
    assert server.requests[0].param("channel_id") == channel


def test_a_json_feed_is_read(server: ScriptedServer) -> None:
    """Our parser for XML does not know it; it is told apart by its content."""
    stated = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Elm news",
        "items": [
            {"id": 7, "content_html": "<p>One &amp; all</p>", "date_published": "2026-11-20"},
            {"id": "8", "title": "Two", "content_text": "a\nb", "url": f"{SITE}/8"},
        ],
    }
    server.on("/feed/", Reply(body=json.dumps(stated), headers={"Content-Type": "text/plain"}))
    assert texts(batches(reader(server.url))) == ["One & all", "Two\na\nb"]


def test_a_handle_that_is_no_address_is_said_so() -> None:
    """A wrong handle is a person's to put right."""
    with pytest.raises(AccessError):
        batches(reader(None, handle="ftp://elm.example/feed"))


# --- posts that have left the feed ----------------------------------------------------------


@pytest.mark.parametrize("status", [404, 410])
def test_a_post_is_gone_when_its_page_is_and_the_feed_is_readable(
    server: ScriptedServer, status: int
) -> None:
    """Absence from the feed asks the page; the page's answer decides."""
    server.on("/2026/notice-9/", Reply(status=status, headers=HTML))
    told = reread(reader(server.url), 9)
    assert [(each.outcome, each.reason) for each in told] == [(Outcome.GONE, Reason.GONE_OR_HIDDEN)]
    assert server.paths() == ["/feed/", "/2026/notice-9/"]


def test_a_post_that_rolled_off_is_present_while_its_page_shows_its_title(
    server: ScriptedServer,
) -> None:
    """The title is known from the run in which the post still stood in the feed."""
    state = kept(server, item(1), item(9))
    server.on("/feed/", feed(item(1)))
    server.on("/2026/notice-9/", page("Notice number 9 | Elm news"))
    told = reread(reader(server.url, state=state), 9)
    assert [(each.outcome, each.post) for each in told] == [(Outcome.PRESENT, None)]


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (page("Page not found", "Sorry, nothing here."), Reason.GONE_OR_HIDDEN),
        (page("Please sign in"), Reason.GONE_OR_HIDDEN),
        (page("Before you continue"), Reason.GONE_OR_HIDDEN),
        (redirect("/"), Reason.GONE_OR_HIDDEN),
        (redirect("/2026/"), Reason.GONE_OR_HIDDEN),
        (Reply(status=401), Reason.FORBIDDEN),
        (Reply(status=403), Reason.FORBIDDEN),
        (Reply(status=429), Reason.RATE_LIMIT),
        (Reply(status=500), Reason.TRANSIENT),
        (Reply(body=b"\x89PNG", headers={"Content-Type": "image/png"}), Reason.GONE_OR_HIDDEN),
        (redirect("http://10.0.0.1/"), Reason.FORBIDDEN),
        (Reply(body="x", cut_at=0), Reason.TRANSIENT),
    ],
)
def test_every_other_answer_of_a_page_leaves_it_open(
    server: ScriptedServer, reply: Reply, reason: Reason
) -> None:
    """A soft 404, a sign-in, a consent page or the front page proves nothing."""
    state = kept(server, item(1), item(9))
    server.on("/feed/", feed(item(1)))
    server.on("/", page("Elm news", "Welcome"))
    server.on("/2026/", page("News of 2026"))
    server.on("/2026/notice-9/", reply)
    told = reread(reader(server.url, state=state), 9)
    assert [(each.outcome, each.reason) for each in told] == [(Outcome.CANNOT_TELL, reason)]
    assert told[0].detail


def test_a_moved_post_is_present_where_its_address_leads(server: ScriptedServer) -> None:
    """A blog that moves redirects old addresses; the page there shows the title."""
    state = kept(server, item(1), item(9))
    server.on("/feed/", feed(item(1)))
    server.on("/2026/notice-9/", redirect("/news/nine/", status=301))
    server.on("/news/nine/", page("Notice number 9"))
    told = reread(reader(server.url, state=state), 9)
    assert [each.outcome for each in told] == [Outcome.PRESENT]


def test_a_blogs_move_makes_nothing_vanish(server: ScriptedServer) -> None:
    """All ids and addresses change at once, old ones answer 404: the words are still there."""
    state = kept(server, *(item(n) for n in range(1, 6)))
    moved = [
        item(n, guid=f"urn:new:{n}", link=f"https://www.elm.example/n/{n}") for n in range(1, 6)
    ]
    server.on("/feed/", feed(*moved, headers={"ETag": '"v2"'}))
    connector = reader(server.url, state=state)
    assert len(batches(connector)[0].posts) == 5
    told = reread(connector, 1, 2, 3, 4, 5)
    assert {each.outcome for each in told} == {Outcome.PRESENT}
    for hours in (1, 48):
        at = NOW + timedelta(hours=hours)
        server.on("/feed/", Reply(status=304) if hours == 1 else feed(*moved))
        later = reader(server.url, state=connector.validators(), as_of=at)
        assert {each.outcome for each in reread(later, 1, 2, 3)} == {Outcome.PRESENT}
    assert set(server.paths()) == {"/feed/"}


def test_the_same_words_posted_anew_do_not_stand_for_a_post_that_went(
    server: ScriptedServer,
) -> None:
    """A weekly notice says what the last one said: that one is gone if its page is."""
    state = kept(server, item(1), item(2))
    anew = item(2, guid="urn:anew", link=f"{SITE}/2026/notice-3/")
    server.on("/feed/", feed(anew, item(1)))
    server.on("/2026/notice-2/", Reply(status=404))
    connector = reader(server.url, state=state)
    assert len(batches(connector)[0].posts) == 2
    assert [each.outcome for each in reread(connector, 1, 2)] == [Outcome.PRESENT, Outcome.GONE]
    later = reader(server.url, state=connector.validators(), as_of=NOW + timedelta(hours=1))
    assert [each.outcome for each in reread(later, 1, 2)] == [Outcome.PRESENT, Outcome.GONE]


def test_changed_ids_at_the_same_addresses_make_nothing_vanish(server: ScriptedServer) -> None:
    """A new form of ids alone is known by the addresses, without any earlier run."""
    server.on("/feed/", feed(item(1, guid="tag:1"), item(2, guid="tag:2")))
    told = reread(reader(server.url), 1, 2)
    assert {each.outcome for each in told} == {Outcome.PRESENT}
    assert server.paths() == ["/feed/"]


def test_an_unknown_title_needs_the_pages_own_word(server: ScriptedServer) -> None:
    """Without anything remembered, a page counts only if it calls itself by this address."""
    server.on("/2026/notice-8/", page("Anything", canonical=f"{SITE}/2026/notice-8/"))
    server.on("/2026/notice-9/", page("Anything", canonical=f"{SITE}/"))
    told = reread(reader(server.url), 8, 9)
    assert [each.outcome for each in told] == [Outcome.PRESENT, Outcome.CANNOT_TELL]


def test_addresses_of_strangers_are_not_asked(server: ScriptedServer) -> None:
    """A post whose address lies on somebody else's site cannot be told."""
    stranger = KnownPost(platform_id="x", url="https://elsewhere.example/x")
    nowhere = KnownPost(platform_id="urn:y")
    told = list(reader(server.url).reread([stranger, nowhere]))
    assert {(each.outcome, each.reason) for each in told} == {(Outcome.CANNOT_TELL, Reason.PARTIAL)}
    assert server.paths() == ["/feed/"]


def test_a_struggling_server_is_left_alone(server: ScriptedServer) -> None:
    """After a 429, or two failures in a row, no further page is asked for in this run."""
    server.on("/2026/*", Reply(status=429))
    told = reread(reader(server.url), *range(10, 20))
    assert {each.outcome for each in told} == {Outcome.CANNOT_TELL}
    assert len(server.requests) == 2
    server.on("/2026/*", Reply(status=500))
    reread(reader(server.url), *range(10, 20))
    assert len(server.requests) == 2 + 3


def test_only_so_many_pages_are_asked_in_one_run(server: ScriptedServer) -> None:
    """Beyond forty pages the rest is left open for the next run."""
    server.on("/2026/*", Reply(status=404))
    told = reread(reader(server.url), *range(10, 60))
    assert [each.outcome for each in told].count(Outcome.GONE) == 40
    assert [each.reason for each in told].count(Reason.PARTIAL) == 10


def test_the_demos_blog_is_read_through_an_edit_and_a_deletion() -> None:
    """The loopback blog: new words are seen, the deleted post is gone, the rest stands."""
    moment = [NOW]
    world = World(clock=lambda: moment[0])
    world.add_account(
        TownAccount(
            label="blog", site=Site.FEED, platform_id="9", handle="elm", name="Elm", token=""
        )
    )
    names = [
        world.publish(
            "blog",
            NOW - timedelta(hours=n),
            body=Body(title=f"Notice {n}", text=f"Words of {n}."),
        )
        for n in range(1, 31)
    ]
    world.edit(
        names[2], NOW + timedelta(minutes=5), body=Body(title="Notice 3", text="Other words.")
    )
    world.delete(names[3], NOW + timedelta(minutes=5))
    with LoopbackServer(FeedPlatform(world, window=20)) as blog:
        handle = f"{blog.url}/elm/feed.xml"
        connector = reader(blog.url, handle=handle)
        first = batches(connector)[0]
        moment[0] = NOW + timedelta(minutes=10)
        later = reader(blog.url, handle=handle, state=connector.validators())
        second = batches(later)[0]
        posts = [
            KnownPost(platform_id=post.platform_id, url=post.url)
            for post in first.posts
            if post.platform_id not in {each.platform_id for each in second.posts}
        ]
        told = list(later.reread(posts))
    assert len(first.posts) == 20
    assert "Other words." in second.posts[2].content.own
    assert [each.outcome for each in told] == [Outcome.GONE]
