"""The loopback blogs: RSS 2.0 and Atom feeds, conditional requests, and the pages behind."""

from __future__ import annotations

import hashlib
import html
from email.utils import format_datetime, parsedate_to_datetime
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from monitor.demo.crest import photograph
from monitor.demo.server import Answer, Request
from monitor.demo.world import Condition, Site

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.demo.faults import Fault
    from monitor.demo.world import TownAccount, TownPost, World

_NOT_IN_XML = {code: "\N{REPLACEMENT CHARACTER}" for code in range(32) if code not in (9, 10, 13)}


class FeedPlatform:
    """Serves every blog of the world under ``/<handle>/``.

    ``/<handle>/feed.xml`` is RSS 2.0, ``/<handle>/atom.xml`` is Atom, ``/<handle>/`` the
    front page, and ``/<id>/`` the page of one post.
    """

    def __init__(
        self,
        world: World,
        *,
        window: int | None = None,
        gone_status: int = 404,
        pictures: Mapping[str, bytes] | None = None,
    ) -> None:
        """Prepare the platform.

        Args:
            world: The town.
            window: How many of the newest posts a feed holds (20 is usual); None: all.
            gone_status: Answer for the page of a post that was deleted, 404 or 410.
            pictures: What the pictures with these descriptions are; any other is drawn.
        """
        self._world = world
        self._window = window
        self._gone_status = gone_status
        self._pictures = pictures if pictures is not None else {}

    def account_of(self, request: Request) -> str:
        """Return the blog by the first part of the path."""
        handle = request.path.strip("/").partition("/")[0]
        account = self._world.find_account(Site.FEED, handle)
        return account.label if account is not None else ""

    def trouble(self, fault: Fault) -> Answer:
        """Answer a rate limit (429) or a server error with a page, as web servers do."""
        status = 429 if fault.kind.value == "rate_limit" else fault.status
        return _page(status, "Sorry", "<p>The site is busy. Please come back later.</p>")

    def answer(self, request: Request, *, empty: bool) -> Answer:
        """Answer one request."""
        label = self.account_of(request)
        is_off = any(self._world.has(label, one) for one in (Condition.SUSPENDED, Condition.CLOSED))
        if not label or is_off:
            return _page(404, "Not found", "<p>There is nothing here.</p>")
        blog = self._world.account(label)
        place = request.path.strip("/").removeprefix(blog.handle).strip("/")
        if place in {"feed.xml", "atom.xml"} and self._world.has(label, Condition.NO_FEED):
            return _page(404, "Not found", "<p>There is no feed.</p>")
        if place in {"feed.xml", "atom.xml"}:
            return self._feed(request, blog, atom=place == "atom.xml", empty=empty)
        if not place:
            return _page(200, blog.name, f"<p>{html.escape(blog.description)}</p>")
        if place.endswith(".jpg"):
            return self._photograph(f"{blog.handle}/{place}")
        return self._post_page(request, f"{blog.handle}/{place}")

    def _feed(self, request: Request, blog: TownAccount, *, atom: bool, empty: bool) -> Answer:
        posts = () if empty else self._world.timeline(blog.label)[: self._window]
        changed = max((post.newest.at for post in posts), default=None)
        write = _atom if atom else _rss
        body = write(blog, posts, request.base).encode("utf-8", "replace")
        headers = {"ETag": f'"{hashlib.sha256(body).hexdigest()[:16]}"'}
        if changed is not None:
            headers["Last-Modified"] = format_datetime(changed, usegmt=True)
        if _is_fresh(request, headers["ETag"], changed):
            return Answer(status=304, headers=headers)
        kind = "application/atom+xml" if atom else "application/rss+xml"
        return Answer(body=body, content_type=f"{kind}; charset=utf-8", headers=headers)

    def _photograph(self, place: str) -> Answer:
        root_id, _, name = place.rpartition("/")
        post, number = self._world.post(root_id), name.removesuffix(".jpg")
        if post is None or not number.isdecimal() or int(number) >= len(post.newest.body.pictures):
            return _page(404, "Not found", "<p>There is no such picture.</p>")
        # The same description is the same picture, wherever it is shown.
        name = post.newest.body.pictures[int(number)] or place
        body = self._pictures.get(name)
        return Answer(body=photograph(name) if body is None else body, content_type="image/png")

    def _post_page(self, request: Request, root_id: str) -> Answer:
        post = self._world.post(root_id)
        if post is None:
            status = self._gone_status if self._world.was_deleted(root_id) else 404
            return _page(status, "Not found", "<p>This page is not here any more.</p>")
        link = f'<link rel="canonical" href="{request.base}/{html.escape(root_id)}/">'
        return _page(200, post.newest.body.title or root_id, _markup(post), head=link)


def _is_fresh(request: Request, etag: str, changed: datetime | None) -> bool:
    """Return whether the client's copy is still right; the ETag wins over the date."""
    known = request.headers.get("if-none-match")
    if known is not None:
        return etag in [each.strip().removeprefix("W/") for each in known.split(",")]
    since = request.headers.get("if-modified-since")
    if since is None or changed is None:
        return False
    try:
        return changed.replace(microsecond=0) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):  # not a date, or one without a zone
        return False


def _markup(post: TownPost) -> str:
    """Return the post's body as HTML: raw if the writer gave HTML, else its paragraphs."""
    body = post.newest.body
    parts = [body.markup] if body.markup else []
    if not parts:
        parts = [f"<p>{html.escape(each)}</p>" for each in body.text.split("\n") if each]
    parts.extend(
        f'<p><a href="{html.escape(each)}">{html.escape(each)}</a></p>' for each in body.links
    )
    parts.extend(
        f'<p><img src="/{post.root_id}/{index}.jpg" alt="{html.escape(words)}"></p>'
        for index, words in enumerate(body.pictures)
    )
    return "\n".join(parts)


def _xml(text: str) -> str:
    return escape(text.translate(_NOT_IN_XML))


def _rss(blog: TownAccount, posts: tuple[TownPost, ...], base: str) -> str:
    items = "".join(
        f"<item><title>{_xml(post.newest.body.title)}</title>"
        f"<link>{base}/{_xml(post.root_id)}/</link>"
        f'<guid isPermaLink="true">{base}/{_xml(post.root_id)}/</guid>'
        f"<pubDate>{format_datetime(post.published_at, usegmt=True)}</pubDate>"
        f"<description>{_xml(_markup(post))}</description></item>\n"
        for post in posts
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>'
        f"<title>{_xml(blog.name)}</title><link>{base}/{_xml(blog.handle)}/</link>"
        f"<description>{_xml(blog.description)}</description><language>en-gb</language>\n"
        f"{items}</channel></rss>\n"
    )


def _atom(blog: TownAccount, posts: tuple[TownPost, ...], base: str) -> str:
    entries = "".join(
        f"<entry><title>{_xml(post.newest.body.title)}</title>"
        f'<link rel="alternate" href="{base}/{_xml(post.root_id)}/"/>'
        f"<id>{base}/{_xml(post.root_id)}/</id>"
        f"<published>{post.published_at.isoformat()}</published>"
        f"<updated>{post.newest.at.isoformat()}</updated>"
        f'<content type="html">{_xml(_markup(post))}</content></entry>\n'
        for post in posts
    )
    updated = max((post.newest.at.isoformat() for post in posts), default="1970-01-01T00:00:00Z")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<title>{_xml(blog.name)}</title><subtitle>{_xml(blog.description)}</subtitle>"
        f'<link href="{base}/{_xml(blog.handle)}/"/><id>{base}/{_xml(blog.handle)}/</id>'
        f"<updated>{updated}</updated><author><name>{_xml(blog.name)}</name></author>\n"
        f"{entries}</feed>\n"
    )


def _page(status: int, title: str, inner: str, *, head: str = "") -> Answer:
    page = (
        f'<!doctype html><html lang="en-GB"><head><meta charset="utf-8">'
        f"<title>{html.escape(title)}</title>{head}</head>"
        f"<body><h1>{html.escape(title)}</h1>\n{inner}\n</body></html>\n"
    )
    return Answer(
        status=status,
        body=page.encode("utf-8", "replace"),
        content_type="text/html; charset=utf-8",
    )
