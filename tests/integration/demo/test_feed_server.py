"""The loopback blogs, read with feedparser."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import feedparser
import pytest
import requests

from monitor.demo.faults import Fault, FaultKind
from monitor.demo.feed_server import FeedPlatform
from monitor.demo.server import LoopbackServer
from monitor.demo.world import Body, World
from tests.integration.demo.conftest import START

if TYPE_CHECKING:
    from collections.abc import Iterator

_HOUR = timedelta(hours=1)


@pytest.fixture
def server(world: World) -> Iterator[LoopbackServer]:
    """The loopback blog of the made-up town."""
    with LoopbackServer(FeedPlatform(world)) as running:
        yield running


def _get(url: str, **headers: str) -> requests.Response:
    return requests.get(url, headers=headers, timeout=5)


def _post(world: World, title: str, text: str, hours: int = 0) -> str:
    return world.publish("blog", START + hours * _HOUR, body=Body(title=title, text=text))


@pytest.mark.parametrize(("file", "version"), [("feed.xml", "rss20"), ("atom.xml", "atom10")])
def test_feed_says_what_was_posted(
    world: World, server: LoopbackServer, file: str, version: str
) -> None:
    """RSS and Atom both give title, words, link and time of each post, newest first."""
    _post(world, "Kerbs & bins", "Fish & chips <here>\nSecond line")
    _post(world, "Newer", "Words", hours=1)
    feed = feedparser.parse(_get(f"{server.url}/notes/{file}").content)
    entry = feed.entries[1]
    words = entry.content[0].value if version == "atom10" else entry.summary

    assert (feed.version, feed.bozo, len(feed.entries)) == (version, False, 2)
    assert entry.title == "Kerbs & bins"
    assert words == "<p>Fish &amp; chips &lt;here&gt;</p>\n<p>Second line</p>"
    assert entry.published_parsed[:5] == (2026, 11, 2, 9, 0)
    assert _get(entry.link).status_code == 200


@pytest.mark.parametrize("file", ["feed.xml", "atom.xml"])
def test_unchanged_feed_is_not_sent_again(world: World, server: LoopbackServer, file: str) -> None:
    """With the ETag or the date of the last answer the feed says 304, until it changes."""
    post = _post(world, "One", "Words")
    url = f"{server.url}/notes/{file}"
    first = _get(url)
    tagged = _get(url, **{"If-None-Match": first.headers["etag"]})
    dated = _get(url, **{"If-Modified-Since": first.headers["last-modified"]})
    world.edit(post, START + _HOUR, "Other words")
    changed = _get(url, **{"If-None-Match": first.headers["etag"]})

    assert (tagged.status_code, tagged.content) == (304, b"")
    assert dated.status_code == 304
    assert changed.status_code == 200
    assert b"Other words" in changed.content


@pytest.mark.parametrize("value", ["rubbish", "Mon, 32 Nov 2026 09:00:00 GMT", ""])
def test_rubbish_dates_are_ignored(world: World, server: LoopbackServer, value: str) -> None:
    """A condition that is no date gets the whole feed."""
    _post(world, "One", "Words")

    assert _get(f"{server.url}/notes/feed.xml", **{"If-Modified-Since": value}).status_code == 200


def test_window_holds_the_newest(world: World) -> None:
    """With a window older posts roll off the feed and keep their page."""
    posts = [_post(world, f"Title {n}", "Words", hours=n) for n in range(5)]
    with LoopbackServer(FeedPlatform(world, window=2)) as server:
        feed = feedparser.parse(_get(f"{server.url}/notes/feed.xml").content)
        oldest = _get(f"{server.url}/{posts[0]}/")

    assert [entry.title for entry in feed.entries] == ["Title 4", "Title 3"]
    assert oldest.status_code == 200


@pytest.mark.parametrize("status", [404, 410])
def test_deleted_post_has_no_page(world: World, status: int) -> None:
    """A deleted post is out of the feed and its page answers as the site was told to."""
    post = _post(world, "Gone", "Words")
    world.delete(post, START + _HOUR)
    with LoopbackServer(FeedPlatform(world, gone_status=status)) as server:
        feed = feedparser.parse(_get(f"{server.url}/notes/feed.xml").content)
        page = _get(f"{server.url}/{post}/")
        never = _get(f"{server.url}/notes/2026/11/never/")

    assert feed.entries == []
    assert (page.status_code, never.status_code) == (status, 404)


def test_page_is_recognisable(world: World, server: LoopbackServer) -> None:
    """A post's page names its own address as canonical and holds its words."""
    post = _post(world, "One", "Some words")
    page = _get(f"{server.url}/{post}/")

    assert f'<link rel="canonical" href="{server.url}/{post}/">' in page.text
    assert "<p>Some words</p>" in page.text


def test_raw_markup_and_control_characters_survive_xml(
    world: World, server: LoopbackServer
) -> None:
    """Hostile markup is carried as data, and what XML cannot carry does not break the feed."""
    body = Body(title="A\x07B", markup="<script>alert(1)</script><p>Words</p>")
    world.publish("blog", START, body=body)
    feed = feedparser.parse(_get(f"{server.url}/notes/feed.xml").content)

    assert feed.bozo is False
    assert feed.entries[0].title == "A\N{REPLACEMENT CHARACTER}B"
    assert feed.entries[0].summary == "<p>Words</p>"


@pytest.mark.parametrize(
    "path", ["/", "/nobody/feed.xml", "/notes/2026/nothing/", "/../etc/passwd"]
)
def test_nothing_is_404(server: LoopbackServer, path: str) -> None:
    """An address with nothing behind it answers 404."""
    assert _get(server.url + path).status_code == 404


def test_faults_of_a_web_server(world: World, server: LoopbackServer) -> None:
    """A busy site answers with a page, a cut feed with half of it."""
    _post(world, "One", "Words")
    server.script.next_answers(
        "blog",
        Fault(kind=FaultKind.RATE_LIMIT, headers={"Retry-After": "60"}),
        Fault(kind=FaultKind.SERVER_ERROR, status=502),
        Fault(kind=FaultKind.HALF),
        Fault(kind=FaultKind.EMPTY),
    )
    url = f"{server.url}/notes/feed.xml"
    busy, failed, half, empty = (_get(url) for _ in range(4))

    assert (busy.status_code, busy.headers["retry-after"]) == (429, "60")
    assert failed.status_code == 502
    assert feedparser.parse(half.content).bozo
    assert feedparser.parse(empty.content).entries == []


def test_head_has_no_body(world: World, server: LoopbackServer) -> None:
    """HEAD gives the headers of GET and nothing after them."""
    _post(world, "One", "Words")
    url = f"{server.url}/notes/feed.xml"
    with requests.Session() as session:
        head = session.head(url, timeout=5)
        full = session.get(url, timeout=5)

    assert head.content == b""
    assert head.headers["content-length"] == str(len(full.content))
