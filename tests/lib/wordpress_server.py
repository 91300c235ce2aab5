"""A WordPress on loopback: posts, pages and comments that change as a story says.

::

    with WordPressTown(clock) as site:
        post = site.post("Library", "<p>Opens at ten.</p>")
        site.edit(post, content="<p>Opens at nine.</p>")
        site.trash(post)

Each request and each answer is held against what WordPress says of its own interface; what does
not fit stands in `wrong`, and the fixture of the tests looks at it.
"""

from __future__ import annotations

import base64
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from tests.lib.http_server import Asked, Reply, ScriptedServer, redirect
from tests.lib.wordpress_contract import wrong_in_answer, wrong_in_request

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from types import TracebackType

INDEX, TYPES, ME = "index", "types", "me"
LIST, SINGLE, REVISIONS, COMMENTS = "list", "single", "revisions", "comments"
PAGE, FEED = "page", "feed"
USER, PASSWORD = "clerk", "abcd EFGH 1234 wxyz canary"
LOGIN = f"{USER}:{PASSWORD}"
_HIDDEN = {"trash", "private", "draft", "future"}
_HTML = {"Content-Type": "text/html; charset=UTF-8"}


def stamp(at: datetime) -> str:
    """Return an instant as WordPress writes it: UTC without saying so."""
    return at.strftime("%Y-%m-%dT%H:%M:%S")


@dataclass
class Stored:
    """One post, page, or post of the site's own kind.

    Attributes:
        versions: What it said each time it was saved, oldest first.
    """

    id: int
    base: str
    at: datetime
    saved_at: datetime
    versions: list[tuple[datetime, dict[str, str]]]
    status: str = "publish"
    password: str = ""
    author: int = 1
    more: dict[str, Any] = field(default_factory=dict)


@dataclass
class Comment:
    """One comment."""

    id: int
    post: int
    author: str
    text: str
    at: datetime
    parent: int = 0
    user: int = 0
    status: str = "approved"


class WordPressTown:
    """The site; a context manager.

    Attributes:
        wrong: What did not fit WordPress' own description.
        is_open: Whether the interface may be read; ``closed`` says how it refuses if not.
        is_pretty: Whether addresses are written without a query (else ``?rest_route=``).
        knows_modified_after: Since WordPress 5.7.
        types: The site's own kinds of posts, by name.
        abilities: What the login may do.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """Start with an empty site.

        Args:
            clock: The present moment of the story; aware UTC.
        """
        self.server = ScriptedServer()
        self.wrong: list[str] = []
        self.is_open = self.is_pretty = self.knows_modified_after = True
        self.closed = Reply(status=404, body="<html>not found</html>", headers=_HTML)
        self.types: dict[str, str] = {}
        self.name = "Elm Town Council"
        self.is_there = True
        self.abilities = ["read", "edit_posts", "edit_others_posts"]
        self._clock = clock
        self._posts: dict[int, Stored] = {}
        self._comments: dict[int, Comment] = {}
        self._coming: defaultdict[str, list[Reply]] = defaultdict(list)
        self._asked: list[str] = []
        self._number = 0
        self.server.on("/*", self._serve)

    def __enter__(self) -> Self:
        """Start serving."""
        self.server.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop serving."""
        self.server.__exit__(kind, error, trace)

    # --- the story ---------------------------------------------------------------------------

    def post(
        self,
        title: str,
        content: str,
        *,
        at: datetime | None = None,
        base: str = "posts",
        excerpt: str = "",
        **more: Any,
    ) -> int:
        """Publish something; return its number.

        Args:
            title: Its title, as markup.
            content: Its body, as markup.
            at: When; None: now.
            base: ``posts``, ``pages`` or one of the site's own kinds.
            excerpt: A hand-written one; empty: made from the body.
            more: Further fields, as WordPress names them.
        """
        at = at or self._clock()
        self._number += 1
        said = {"title": title, "content": content, "excerpt": excerpt}
        self._posts[self._number] = Stored(
            id=self._number, base=base, at=at, saved_at=at, versions=[(at, said)], more=more
        )
        return self._number

    def schedule(self, title: str, content: str, *, at: datetime, base: str = "posts") -> int:
        """Write something that is to appear later; return its number."""
        number = self.post(title, content, at=at, base=base)
        stored, now = self._posts[number], self._clock()
        stored.status, stored.saved_at = "future", now
        stored.versions = [(now, said) for _, said in stored.versions]
        return number

    def edit(self, number: int, *, at: datetime | None = None, **parts: str) -> None:
        """Save a post anew, with other words or with the same."""
        stored, at = self._posts[number], at or self._clock()
        stored.versions.append((at, {**stored.versions[-1][1], **parts}))
        stored.saved_at = at

    def set(self, number: int, **state: Any) -> None:
        """Change ``status`` (private, draft, trash), ``password`` or ``at``."""
        for name, value in state.items():
            setattr(self._posts[number], name, value)

    def trash(self, number: int) -> None:
        """Move a post to the bin."""
        self._posts[number].status = "trash"

    def delete(self, number: int) -> None:
        """Delete a post for good."""
        del self._posts[number]

    def comment(self, post: int, author: str, text: str, **more: Any) -> int:
        """Write a comment; return its number."""
        self._number += 1
        at = more.pop("at", None) or self._clock()
        self._comments[self._number] = Comment(
            id=self._number, post=post, author=author, text=text, at=at, **more
        )
        return self._number

    def set_comment(self, number: int, **state: Any) -> None:
        """Change a comment's ``text`` or ``status`` (spam, trash, hold)."""
        for name, value in state.items():
            setattr(self._comments[number], name, value)

    def next(self, call: str, *replies: Reply) -> None:
        """Let the next answers of a call be these; afterwards it behaves again."""
        self._coming[call].extend(replies)

    def forget_troubles(self) -> None:
        """Answer as usual from now on."""
        self._coming.clear()

    def asked(self) -> list[str]:
        """Return which calls were made, in order."""
        return list(self._asked)

    def link(self, number: int) -> str:
        """Return a post's own page."""
        return f"{self.server.url}/{self._posts[number].base}-{number}/"

    # --- the answers -------------------------------------------------------------------------

    def _serve(self, asked: Asked) -> Reply:
        route = asked.param("rest_route") if asked.path == "/" else None
        if route is None and asked.path.startswith("/wp-json"):
            route = (asked.path.removeprefix("/wp-json") or "/") if self.is_pretty else None
            if route is None:
                self._asked.append(INDEX)
                return self.closed
        call = _call_of(route, asked.path)
        self._asked.append(call)
        if self._coming[call]:
            return self._coming[call].pop(0)
        if not self.is_there:
            return Reply(status=404, body="nothing here")
        if route is None:
            return self._feed() if call == FEED else self._page(asked.path)
        return self._interface(call, route, asked)

    def _interface(self, call: str, route: str, asked: Asked) -> Reply:
        if not self.is_open:
            return self.closed
        wrong = wrong_in_request(route, asked.query)
        if "canary" in asked.target or "cookie" in asked.headers:
            wrong = "a password in the address, or a cookie"
        if wrong:
            self.wrong.append(f"{route}: {wrong}")
            return problem("rest_invalid_param", 400, wrong)
        told = asked.headers.get("authorization", "")
        expected = base64.b64encode(LOGIN.encode()).decode()
        if told and told != f"Basic {expected}":
            return problem("incorrect_password", 401)
        reply = self._answer(call, route, asked, is_clerk=bool(told))
        wrong = wrong_in_answer(route, reply.json) if reply.status == 200 else ""
        if wrong:
            self.wrong.append(f"answer of {route}: {wrong}")
        return reply

    def _answer(self, call: str, route: str, asked: Asked, *, is_clerk: bool) -> Reply:
        if call == INDEX:
            return Reply(json=self._index())
        if call == TYPES:
            return Reply(json=self._kinds())
        if call == ME:
            return self._me(asked) if is_clerk else problem("rest_not_logged_in", 401)
        parts = route.removeprefix("/wp/v2/").split("/")
        if call == COMMENTS:
            return self._told(parts, asked)
        if call == LIST:
            return self._list(parts[0], asked, is_clerk=is_clerk)
        return self._one(call, int(parts[1]), is_clerk=is_clerk)

    def _me(self, asked: Asked) -> Reply:
        able = {"capabilities": dict.fromkeys(self.abilities, True)}
        return Reply(json={"id": 1, **(able if asked.param("context") == "edit" else {})})

    def _index(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "description": "News &amp; notices",
            "url": self.server.url,
            "home": self.server.url,
            "gmt_offset": "0",
            "timezone_string": "Europe/London",
            "namespaces": ["oembed/1.0", "wp/v2"],
            "site_icon_url": f"{self.server.url}/uploads/icon.png",
        }

    def _kinds(self) -> dict[str, Any]:
        known = {"post": "posts", "page": "pages", "attachment": "media", "wp_block": "blocks"}
        return {
            name: {"name": name, "rest_base": base, "rest_namespace": "wp/v2"}
            for name, base in {**known, **self.types}.items()
        }

    def _list(self, base: str, asked: Asked, *, is_clerk: bool) -> Reply:
        wanted_states = asked.query.get("status[]") or ["publish"]
        may = is_clerk and "edit_posts" in self.abilities
        if wanted_states != ["publish"] and not may:
            return problem("rest_invalid_param", 400, "Invalid parameter(s): status")
        if base not in {"posts", "pages", *self.types.values()}:
            return problem("rest_no_route", 404)
        shown = [
            each
            for each in self._posts.values()
            if each.base == base and each.status in wanted_states
        ]
        if wanted := asked.query.get("include[]"):
            shown = [each for each in shown if str(each.id) in wanted]
        after = asked.param("modified_after")
        if after and self.knows_modified_after:
            shown = [each for each in shown if stamp(each.saved_at) > after]
        by = "saved_at" if asked.param("orderby") == "modified" else "at"
        shown.sort(key=lambda each: (getattr(each, by), each.id), reverse=True)
        return _paged([self.view(each) for each in shown], asked, "rest_post_invalid_page_number")

    def _one(self, call: str, number: int, *, is_clerk: bool) -> Reply:
        stored = self._posts.get(number)
        if stored is None:
            return problem("rest_post_invalid_id", 404)
        if call == REVISIONS:
            if not is_clerk:
                return problem("rest_cannot_read", 401)
            found = [self._revision(stored, *each) for each in reversed(stored.versions)]
            return Reply(json=found)
        if stored.status in _HIDDEN and not (is_clerk and "edit_posts" in self.abilities):
            return problem("rest_forbidden", 401)
        return Reply(json=self.view(stored))

    def view(self, stored: Stored) -> dict[str, Any]:
        """Return a post as it is shown."""
        said = stored.versions[-1][1]
        link = self.link(stored.id)
        hidden = bool(stored.password)
        bare = re.sub("<[^>]*>", "", said["content"])[:50]
        excerpt = said["excerpt"] or (f"{bare} [&hellip;]" if bare else "")
        return {
            "id": stored.id,
            "date_gmt": stamp(stored.at),
            "modified_gmt": stamp(stored.saved_at),
            "guid": {"rendered": f"{self.server.url}/?p={stored.id}"},
            "slug": f"{stored.base}-{stored.id}",
            "status": stored.status,
            "type": stored.base.removesuffix("s"),
            "link": link,
            "title": {"rendered": said["title"]},
            "content": {"rendered": "" if hidden else said["content"], "protected": hidden},
            "excerpt": {"rendered": "" if hidden else f"<p>{excerpt}</p>", "protected": hidden},
            "author": stored.author,
            **stored.more,
        }

    def _revision(self, stored: Stored, at: datetime, said: dict[str, str]) -> dict[str, Any]:
        return {
            "id": stored.id * 100 + stored.versions.index((at, said)),
            "slug": f"{stored.id}-revision-v1",
            "date_gmt": stamp(at),
            "modified_gmt": stamp(at),
            "title": {"rendered": said["title"]},
            "content": {"rendered": said["content"]},
            "excerpt": {"rendered": said["excerpt"]},
        }

    def _told(self, parts: list[str], asked: Asked) -> Reply:
        shown = [
            each
            for each in self._comments.values()
            if each.status == "approved" and self._is_public(each.post)
        ]
        if parts[1:]:
            found = self._comments.get(int(parts[1]))
            if found is None:
                return problem("rest_comment_invalid_id", 404)
            is_shown = found in shown
            return Reply(json=self.said(found)) if is_shown else problem("rest_cannot_read", 401)
        if wanted := asked.query.get("include[]"):
            shown = [each for each in shown if str(each.id) in wanted]
        shown.sort(key=lambda each: (each.at, each.id), reverse=True)
        pages = "rest_comment_invalid_page_number"
        return _paged([self.said(each) for each in shown], asked, pages)

    def _is_public(self, number: int) -> bool:
        stored = self._posts.get(number)
        return stored is not None and stored.status == "publish"

    def said(self, comment: Comment) -> dict[str, Any]:
        """Return a comment as it is shown."""
        return {
            "id": comment.id,
            "post": comment.post,
            "parent": comment.parent,
            "author": comment.user,
            "author_name": comment.author,
            "author_url": f"https://home.example/{comment.author.replace(' ', '-')}",
            "author_avatar_urls": {"24": f"https://faces.example/{comment.author}.png"},
            "date_gmt": stamp(comment.at),
            "_links": {
                "author": [{"href": f"{self.server.url}/wp-json/wp/v2/users/{comment.user}"}]
            },
            "content": {"rendered": comment.text},
            "link": f"{self.server.url}/posts-{comment.post}/#comment-{comment.id}",
            "status": comment.status,
            "type": "comment",
        }

    def _page(self, path: str) -> Reply:
        if path == "/":
            return Reply(body=f"<html><title>{self.name}</title>", headers=_HTML)
        found = re.fullmatch(r"/[a-z]+-(\d+)/", path)
        if found and self._is_public(int(found[1])):
            said = self._posts[int(found[1])].versions[-1][1]
            body = f"<html><title>{said['title']}</title><h1>{said['title']}</h1>{said['content']}"
            return Reply(body=body, headers=_HTML)
        return Reply(status=404, body="<html>Page not found", headers=_HTML)

    def _feed(self) -> Reply:
        items = [
            f"<item><title>{each.versions[-1][1]['title']}</title><link>{self.link(each.id)}</link>"
            f"<guid isPermaLink='false'>{self.server.url}/?p={each.id}</guid>"
            f"<pubDate>{each.at.strftime('%a, %d %b %Y %H:%M:%S +0000')}</pubDate>"
            f"<content:encoded><![CDATA[{each.versions[-1][1]['content']}]]></content:encoded></item>"
            for each in sorted(self._posts.values(), key=lambda one: one.at, reverse=True)
            if each.base == "posts" and each.status == "publish"
        ]
        space = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        body = (
            f'<?xml version="1.0"?><rss version="2.0" {space}><channel><title>{self.name}</title>'
            f"<link>{self.server.url}</link>{''.join(items[:10])}</channel></rss>"
        )
        return Reply(body=body, headers={"Content-Type": "application/rss+xml; charset=UTF-8"})


def _call_of(route: str | None, path: str) -> str:
    if route is None:
        return FEED if path.startswith("/feed") else PAGE
    fixed = {"/": INDEX, "/wp/v2/types": TYPES, "/wp/v2/users/me": ME}
    if route in fixed:
        return fixed[route]
    parts = route.removeprefix("/wp/v2/").split("/")
    if parts[0] == "comments":
        return COMMENTS
    return {1: LIST, 2: SINGLE}.get(len(parts), REVISIONS)


def _paged(items: list[dict[str, Any]], asked: Asked, past: str) -> Reply:
    size, page = int(asked.param("per_page") or 10), int(asked.param("page") or 1)
    found = items[(page - 1) * size : page * size]
    if page > 1 and not found:
        return problem(past, 400)
    pages = -(-len(items) // size)
    return Reply(json=found, headers={"X-WP-Total": str(len(items)), "X-WP-TotalPages": str(pages)})


def problem(code: str, status: int, message: str = "Sorry.") -> Reply:
    """Return an error in WordPress' form."""
    body = {"code": code, "message": message, "data": {"status": status}}
    return Reply(status=status, json=body)


__all__ = ["LOGIN", "PASSWORD", "WordPressTown", "problem", "redirect", "stamp"]
