"""Feeds of every kind and condition turned into posts."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.register import Account
from config.types import AccountId, Kind
from connectors import _feed_parse
from connectors._feed_dates import zone_of
from connectors._feed_entries import entries_of
from connectors._feed_parse import Feed, NotAFeedError
from connectors._feed_source import (
    Memory,
    asked_address,
    channel_of,
    feed_address,
    registrable,
)
from connectors.base import Extra, FetchedPost

URL = "https://elm.example/feed/"
LONDON = zone_of("Europe/London")
ATOM = "<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title>{}</feed>"


def parsed(body: str | bytes, content_type: str = "application/xml") -> Feed:
    """Read a body as if it came from the feed's address."""
    raw = body.encode() if isinstance(body, str) else body
    return _feed_parse.parse(raw, {"content-type": content_type}, url=URL, zone=LONDON)


def posts(body: str | bytes, content_type: str = "application/xml") -> list[FetchedPost]:
    """Return the posts of a feed."""
    return [entry.post for entry in entries_of(parsed(body, content_type).items)]


def rss(*items: str) -> str:
    """Return RSS with these entries' insides."""
    inside = "".join(f"<item>{each}</item>" for each in items)
    return (
        "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'>"
        f"<channel><title>T</title>{inside}</channel></rss>"
    )


def account(handle: str, api_base: str | None = None) -> Account:
    """Return a feed's entry in the register."""
    return Account(
        id=AccountId("blog"),
        platform="feed",
        handle=handle,
        kind=Kind.COUNCIL,
        owner="A. Officer",
        api_base=api_base,
    )


def test_a_title_comes_first_and_the_body_follows() -> None:
    """A title alone may be the breach, so it is part of the post's own words."""
    (post,) = posts(rss("<title>Q&amp;A</title><description>&lt;p&gt;One&lt;/p&gt;</description>"))
    assert post.content.own == "Q&A\nOne"
    assert post.content.extras == ()


@pytest.mark.parametrize(
    ("title", "body", "own"),
    [
        ("Bins", "Bins are late", "Bins are late"),
        ("Bin", "Bins are late", "Bin\nBins are late"),
        ("Bins are la…", "Bins are late today", "Bins are late today"),
        ("Bins", "", "Bins"),
        ("", "Words", "Words"),
    ],
)
def test_a_title_that_repeats_the_beginning_is_not_said_twice(
    title: str, body: str, own: str
) -> None:
    """Sites without titles put the first words there."""
    (post,) = posts(rss(f"<guid>1</guid><title>{title}</title><description>{body}</description>"))
    assert post.content.own == own


def test_the_full_text_wins_and_a_teaser_of_it_is_not_said_twice() -> None:
    """An excerpt that is only the beginning adds nothing; other words do."""
    full = "<content:encoded><![CDATA[<p>One two three four</p>]]></content:encoded>"
    (same,) = posts(rss(f"<title>T</title><description>One two […]</description>{full}"))
    (other,) = posts(rss(f"<title>T</title><description>Vote Ash!</description>{full}"))
    assert same.content.text() == "T\nOne two three four"
    assert other.content.extras == (Extra(kind="attachment", text="Vote Ash!"),)


def test_everything_a_reader_sees_of_an_entry_is_kept() -> None:
    """Descriptions of pictures, categories and links are there; wild addresses are not."""
    (post,) = posts(
        rss(
            "<guid>1</guid><link>javascript:alert(1)</link><category>Parks</category>"
            "<description><![CDATA[<p>Go <a href='/x'>there</a><a href='data:x'>no</a>"
            "<img src='https://i2.wp.example/a/b.jpg?w=9' alt='A bench'></p>]]></description>"
        )
    )
    assert post.url == ""
    assert post.content.links == ("https://elm.example/x",)
    assert post.content.pictures == ("/a/b.jpg",)
    assert post.content.extras == (
        Extra(kind="alt", text="A bench"),
        Extra(kind="tag", text="Parks"),
    )


def test_plain_text_keeps_its_lines() -> None:
    """A film's description is text with line ends, though it is announced as HTML."""
    body = ATOM.format(
        "<entry xmlns:media='http://search.yahoo.com/mrss/'><id>yt:video:a</id><title>Film</title>"
        "<link href='https://www.youtube.com/watch?v=a'/><media:group><media:thumbnail "
        "url='https://i3.ytimg.com/vi/a/hq.jpg'/><media:description>One &amp;amp; two\nThree "
        "https://elm.example/a</media:description></media:group></entry>"
    )
    (post,) = posts(body)
    assert post.content.own == "Film\nOne & two\nThree https://elm.example/a"
    assert post.content.links == ("https://elm.example/a",)
    assert post.content.pictures == ("/vi/a/hq.jpg",)


def test_a_forums_count_of_views_makes_no_new_version() -> None:
    """The same words with other statistics are the same version."""

    def seen(views: int) -> str:
        (post,) = posts(
            ATOM.format(
                "<entry><id>https://f.example/viewtopic.php?p=4#p4</id><content type='html'>"
                f"<![CDATA[Hello<p>Statistics: Posted by Ash, Views {views}</p><hr />]]></content>"
                "</entry>"
            )
        )
        return post.content.digest()

    assert seen(1) == seen(2)


def test_ids_that_stand_at_several_posts_identify_none() -> None:
    """A system that writes one id everywhere loses no post; a true double is one post."""
    same = [f"<guid>1</guid><link>https://elm.example/{n}</link><title>N{n}</title>" for n in "ab"]
    bare = [f"<guid>1</guid><title>N{n}</title>" for n in "ab"]
    double = ["<guid>1</guid><link>https://elm.example/a</link><title>N</title>"] * 2
    assert [p.platform_id for p in posts(rss(*same))] == [
        "https://elm.example/a",
        "https://elm.example/b",
    ]
    assert len({p.platform_id for p in posts(rss(*bare))}) == 2
    assert [p.platform_id for p in posts(rss(*double))] == ["1"]


def test_an_entry_without_an_id_is_named_by_link_or_words() -> None:
    """The same entry has the same name next time."""
    linked = rss("<link>https://elm.example/a</link><title>N</title>")
    bare = rss("<title>N</title><pubDate>Mon, 23 Nov 2026 10:00:00 GMT</pubDate>")
    assert posts(linked)[0].platform_id == "https://elm.example/a"
    assert posts(bare)[0].platform_id == posts(bare)[0].platform_id
    assert posts(bare)[0].platform_id.startswith("sha256:")


def test_a_newspapers_article_is_known_by_its_number() -> None:
    """The words in its address follow the headline; the number stays."""
    names = [
        posts(rss(f"<guid>https://news.example/news/17319299.{slug}/</guid><title>t</title>"))[0]
        for slug in ("bins-late", "bins-on-time")
    ]
    assert {post.platform_id for post in names} == {"https://news.example/news/17319299"}


def test_times_of_publishing_and_editing_are_told_apart() -> None:
    """An update after the publishing is an edit; one at the same time is none."""
    published = "<published>2026-11-20T10:00:00Z</published>"
    entry = "<entry><id>{0}</id>" + published + "<updated>{1}</updated></entry>"
    first, second = posts(
        ATOM.format(
            entry.format("a", "2026-11-20T10:00:00Z") + entry.format("b", "2026-11-21T10:00:00Z")
        )
    )
    assert first.edited_at is None
    assert second.edited_at == datetime(2026, 11, 21, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (rss("<title>Caf\xe9</title>").encode("latin-1"), "text/xml; charset=iso-8859-1"),
        (rss("<title>Café</title>").encode("utf-16"), "application/xml"),
        (rss("<title>Café</title>").encode(), "text/xml; charset=us-ascii"),
        (rss("<title>Caf\x92</title>").encode("latin-1").replace(b"\x92", b"\xe9"), "text/xml"),
        (b"\xef\xbb\xbf" + rss("<title>Café</title>").encode(), ""),
    ],
)
def test_other_encodings_are_read(body: bytes, content_type: str) -> None:
    """Wrong and missing declarations are common; the words come out right."""
    assert [post.content.own for post in posts(body, content_type)] == ["Café"]


def test_control_characters_do_not_break_a_feed() -> None:
    """Bytes that XML forbids come with text pasted from word processors."""
    feed = parsed(rss("<title>One\x0b\x02</title>", "<title>Two</title>"))
    assert feed.note == ""
    assert [entry.post.content.own for entry in entries_of(feed.items)] == ["One", "Two"]


def test_a_feed_with_a_fault_inside_is_read_on_and_said_to_be_faulty() -> None:
    """A stray ampersand costs no entry, but the reading is not called whole."""
    feed = parsed(rss("<title>A & B</title>", "<title>Two</title>"))
    assert len(feed.items) == 2
    assert feed.note


@pytest.mark.parametrize(
    "body",
    [
        "",
        "   ",
        "<!doctype html><html><body>Sign in</body></html>",
        '{"message": "Not Found"}',
        "{" + '"a":{' * 100_000,
        "[1, 2]",
        "just words",
        "\x00\x01\x02",
        "<!DOCTYPE r [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]>" + rss("<title>&b;</title>"),
        "<rss version='2.0'><channel><item><description>" + "<a>" * 200_000,
        "<rss version='2.0'><channel>" + "<item/>" * 400_000 + "</channel></rss>",
    ],
)
def test_what_is_no_feed_is_refused_in_words(body: str) -> None:
    """Pages, errors and bombs never look like a feed without posts."""
    with pytest.raises(NotAFeedError) as raised:
        parsed(body)
    assert str(raised.value)


def test_nested_markup_inside_a_post_is_no_reason_to_refuse_the_feed() -> None:
    """It is the post's own HTML, which is read within bounds."""
    wild = "<![CDATA[" + "<div>" * 50_000 + "words]]>"
    (post,) = posts(rss(f"<title>T</title><description>{wild}</description>"))
    assert post.content.own == "T\nwords"


def test_long_posts_are_kept_whole() -> None:
    """Forty thousand characters are a long post, not a fault."""
    (post,) = posts(rss(f"<title>T</title><description>{'x' * 40_000}</description>"))
    assert post.content.own == "T\n" + "x" * 40_000


_PARTS = st.sampled_from(
    [
        *("<rss version='2.0'>", "</rss>", "<channel>", "</channel>", "<item>", "</item>"),
        *("<title>", "</title>", "<guid>", "</guid>", "<link>", "<pubDate>", "<![CDATA[", "]]>"),
        *(
            "<feed xmlns='http://www.w3.org/2005/Atom'>",
            "<entry>",
            "<id>",
            "<content type='xhtml'>",
        ),
        *("<content type='image/png'>", "&amp;", "&#0;", "&#xD800;", "&nbsp;", "<!--", "-->", "<?"),
        *("Tue, 10 Jun 2025 23:30:00 BST", "http://[x", "\ud7ff", "\x00", "<a href='//['>"),
        *('{"version":"https://jsonfeed.org/version/1","items":[', '{"id":', "]}", "1e999", "null"),
        *("<?xml version='1.0' encoding='utf-7'?>", "<dc:date>", "<media:content url='http://['/>"),
        *(
            "<enclosure url='x'/>",
            "<category term=''/>",
            "<link href='http://[::1/'/>",
            "xml:base='",
        ),
    ]
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(_PARTS | st.text(max_size=5), max_size=25),
    st.sampled_from(["", "text/xml", "x;charset=zz"]),
)
def test_no_body_makes_the_feed_reader_crash(parts: list[str], content_type: str) -> None:
    """Every body is a feed with posts that can be stored, or is refused in words."""
    body = "".join(parts).encode("utf-8", "replace")
    try:
        found = posts(body, content_type)
    except NotAFeedError:
        return
    assert len({post.platform_id for post in found}) == len(found)
    for post in found:
        assert len(post.content.digest()) == 64
        post.content.text().encode("utf-8")


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=120))
def test_no_bytes_make_the_feed_reader_crash(body: bytes) -> None:
    """The same for bytes that are no text at all."""
    with contextlib.suppress(NotAFeedError):
        assert isinstance(posts(body, "application/rss+xml"), list)


# --- addresses and memory -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("handle", "address"),
    [
        ("UC" + "x" * 22, "https://www.youtube.com/feeds/videos.xml?channel_id=UC" + "x" * 22),
        (
            "https://www.youtube.com/channel/UC" + "x" * 22,
            "https://www.youtube.com/feeds/videos.xml?channel_id=UC" + "x" * 22,
        ),
        ("https://elm.example/feed/", "https://elm.example/feed/"),
        ("elm.example/feed", "https://elm.example/feed"),
        ("file:///etc/passwd", ""),
        ("https://[", ""),
    ],
)
def test_a_handle_is_an_address_or_a_channel(handle: str, address: str) -> None:
    """A channel id stands for YouTube's public feed."""
    assert feed_address(account(handle)) == address
    assert (channel_of(handle) is not None) == ("UC" in handle)


def test_with_another_server_every_address_leads_there() -> None:
    """Tests and the demo never reach the world."""
    there = account("https://elm.example/feed/", "http://127.0.0.1:8701/sim")
    assert asked_address("https://elm.example/a?b=1", there) == "http://127.0.0.1:8701/sim/a?b=1"
    assert asked_address("http://127.0.0.1:8701/sim/a", there) == "http://127.0.0.1:8701/sim/a"


@pytest.mark.parametrize(
    ("host", "owner"),
    [
        ("www.elm-tc.gov.uk", "elm-tc.gov.uk"),
        ("blog.elm.co.uk", "elm.co.uk"),
        ("news.elm.example", "elm.example"),
        ("elm.uk", "elm.uk"),
        ("127.0.0.1", "127.0.0.1"),
        ("localhost", "localhost"),
    ],
)
def test_the_owners_part_of_a_host_is_found(host: str, owner: str) -> None:
    """British councils hold names below ``gov.uk``, not ``gov.uk``."""
    assert registrable(host) == owner


@given(st.text(max_size=80))
def test_any_memory_can_be_read(packed: str) -> None:
    """What an older version kept, or a damaged row, counts as nothing."""
    assert isinstance(Memory.loads(packed), Memory)


def test_memory_comes_back_and_keeps_the_newest() -> None:
    """Posts that stood in the feed come first; two hundred are kept."""
    memory = Memory()
    for start in range(0, 600, 50):
        names = range(start, start + 50)
        body = rss(*(f"<guid>g{n}</guid><title>Notice {n}</title>" for n in names))
        memory = Memory.loads(memory.with_entries(entries_of(parsed(body).items)).dumps())
    newest, older, oldest = memory.of("g599"), memory.of("g410"), memory.of("g10")
    assert newest is not None
    assert newest.is_listed
    assert older is not None
    assert not older.is_listed
    assert oldest is None
    assert len(memory.dumps()) < 10_000
