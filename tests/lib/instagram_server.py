"""An Instagram on loopback, as Graph shows it: posts and stories that change as a story says.

::

    with InstagramTown(clock) as town:
        post = town.post("The library opens at ten.")
        town.edit(post, caption="The library opens at nine.")
        town.delete(post)

Each request is held against the field and edge tables of the facebook-business package; what does
not fit stands in `wrong`, and the fixture of the tests looks at it. A token in an address is
wrong, too.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from facebook_business.adobjects.igmedia import IGMedia
from facebook_business.adobjects.iguser import IGUser
from facebook_business.adobjects.page import Page

from tests.lib.http_server import Asked, Reply, ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from types import TracebackType

TOKEN = "EAAcanaryInstagramToken42"
ACCOUNT, ME, MEDIA, STORIES, SINGLE = "account", "me", "media", "stories", "single"
ACCOUNTS = "accounts"
SYSTEM_TOKEN = "EAAcanarySystemToken42"
NUMBER = "17841400000000001"
_STORY_LASTS = timedelta(hours=24)
_FIELDS: dict[str, tuple[Any, set[str]]] = {
    ACCOUNT: (IGUser, set()),
    ME: (Page, {"instagram_business_account"}),
    MEDIA: (IGMedia, {"children"}),
    STORIES: (IGMedia, {"children"}),
    SINGLE: (IGMedia, {"children"}),
    # What one may do on a page is told of each in this list, and in no table of the package.
    ACCOUNTS: (Page, {"instagram_business_account", "tasks"}),
}
_NEEDS = {
    "instagram_basic": {ACCOUNT, MEDIA, STORIES, SINGLE},
    "pages_show_list": {ME, ACCOUNTS},
    "pages_read_engagement": {ME},
}
_PARAMETERS = {"fields", "limit", "after", "since", "until"}


def stamp(at: datetime) -> str:
    """Return an instant as Graph writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S+0000")


def known_fields(kind: Any) -> set[str]:
    """Return the fields that the package's table holds for an object."""
    return {value for name, value in vars(kind.Field).items() if not name.startswith("_")}


@dataclass
class Stored:
    """One post or story.

    Attributes:
        is_archived: It has left the list; whether Graph still tells of it is `keeps_archived`.
    """

    id: str
    at: datetime
    caption: str
    kind: str = "FEED"
    parts: list[dict[str, Any]] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)
    is_archived: bool = False


class InstagramTown:
    """The account, its posts, and the server; a context manager.

    Attributes:
        wrong: What did not fit the tables.
        knows_alt: Whether this version of Graph has ``alt_text``.
        keeps_archived: Whether an archived post is still told of by its number.
        is_there: Whether the account is shown.
        token: The one that is accepted.
        told: What is told of it; None: nothing.
        lacks: Permissions that the token has not: what needs one is refused.
        opened: A system user's token that opens the page's own; empty: there is none.
        tasks: What that user may do on the page; None: it is not told.
        headers: Sent with every answer.
        face: More of the account.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """Start with an account without posts.

        Args:
            clock: The present moment of the story; aware UTC.
        """
        self.server = ScriptedServer()
        self.wrong: list[str] = []
        self.knows_alt = self.is_there = self.is_linked = True
        self.keeps_archived = False
        self.token = TOKEN
        self.username = "elmtown"
        self.headers: dict[str, str] = {}
        self.face: dict[str, Any] = {}
        self.picture = b"face"
        self._clock = clock
        self._posts: dict[str, Stored] = {}
        self._coming: defaultdict[str, list[Reply]] = defaultdict(list)
        self._asked: list[str] = []
        self._answers = 0
        self._number = 0
        self.lacks: set[str] = set()
        self.opened = ""
        self.tasks: list[str] | None = ["CREATE_CONTENT", "ANALYZE"]
        self.told: dict[str, Any] | None = {
            "is_valid": True,
            "expires_at": 0,
            "scopes": ["pages_show_list", "pages_read_engagement", "instagram_basic"],
        }
        self.server.on("/v25.0/*", self._serve)
        self.server.on("/v25.0/debug_token", self._debug, method="POST")
        self.server.on("/picture/*", self._picture)

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
        caption: str,
        *,
        at: datetime | None = None,
        kind: str = "FEED",
        parts: int = 0,
        **more: Any,
    ) -> str:
        """Post something; return its number.

        Args:
            caption: Its words.
            at: When; None: now.
            kind: ``FEED``, ``REELS`` or ``STORY``.
            parts: How many pictures a carousel has; 0: it is none.
            more: Further fields, as Graph names them.
        """
        self._number += 1
        number = f"1800{self._number:013d}"
        children = [{"id": f"{number}{each}", "media_type": "IMAGE"} for each in range(parts)]
        self._posts[number] = Stored(
            id=number, at=at or self._clock(), caption=caption, kind=kind, parts=children, more=more
        )
        return number

    def edit(self, number: str, **parts: Any) -> None:
        """Change ``caption``, ``parts``, ``more`` or ``is_archived``."""
        for name, value in parts.items():
            setattr(self._posts[number], name, value)

    def delete(self, number: str) -> None:
        """Delete a post."""
        del self._posts[number]

    def next(self, call: str, *replies: Reply) -> None:
        """Let the next answers of a call be these; afterwards it behaves again."""
        self._coming[call].extend(replies)

    def forget_troubles(self) -> None:
        """Answer as usual from now on."""
        self._coming.clear()

    def asked(self) -> list[str]:
        """Return which calls were made, in order."""
        return list(self._asked)

    # --- the answers -------------------------------------------------------------------------

    def _serve(self, asked: Asked) -> Reply:
        parts = asked.path.removeprefix("/v25.0/").split("/")
        call = _call_of(parts)
        self._asked.append(call)
        wrong = self._wrong(call, asked)
        if wrong:
            self.wrong.append(f"{call}: {wrong}")
            return problem(100, f"(#100) {wrong}")
        if self._coming[call]:
            return self._coming[call].pop(0)
        if not self._is_let_in(asked):
            return problem(190, "Error validating access token", subcode=460)
        lacked = next((name for name in sorted(self.lacks) if self._needs(name, call, asked)), "")
        if lacked:
            return problem(
                10, f"(#10) This endpoint requires the '{lacked}' permission", status=403
            )
        if not self.knows_alt and "alt_text" in (asked.param("fields") or ""):
            return problem(100, "(#100) Tried accessing nonexisting field (alt_text)")
        reply = self._answer(call, parts, asked)
        return Reply(status=reply.status, json=reply.json, headers=self.headers)

    def _debug(self, asked: Asked) -> Reply:
        self._asked.append("debug")
        if "canary" in asked.target.lower() or asked.query:
            self.wrong.append("debug: a token in the address")
        if not self._is_let_in(asked):
            return problem(190, "Error validating access token", subcode=460)
        if self.told is None:
            return problem(100, "(#100) You must provide an app access token")
        by_page = asked.headers.get("authorization") == f"Bearer {self.token}"
        kind = "PAGE" if by_page else "SYSTEM_USER"
        return Reply(json={"data": {**self.told, "type": kind}})

    def _is_let_in(self, asked: Asked) -> bool:
        tokens = {f"Bearer {each}" for each in (self.token, self.opened) if each}
        return asked.headers.get("authorization") in tokens

    def _needs(self, name: str, call: str, asked: Asked) -> bool:
        """Return whether a question needs a permission; ``me`` by what is wanted of it."""
        wants = "instagram_business_account" in (asked.param("fields") or "")
        if call == ME:
            return name == ("pages_read_engagement" if wants else "pages_show_list")
        return call in _NEEDS[name]

    def _wrong(self, call: str, asked: Asked) -> str:
        if "canary" in asked.target.lower() or "access_token" in asked.query:
            return "a token in the address"
        if unknown := set(asked.query) - _PARAMETERS:
            return f"unknown parameter {unknown.pop()}"
        kind, edges = _FIELDS[call]
        said = asked.param("fields") or ""
        inside = re.findall(r"(\w+)\{([^}]*)\}", said)
        outside = re.sub(r"\{[^}]*\}", "", said).split(",")
        unknown = set(outside) - known_fields(kind) - edges
        for name, fields in inside:
            table = IGMedia if name == "children" else IGUser
            unknown |= set(fields.split(",")) - known_fields(table)
        methods = {"media": "get_media", "stories": "get_stories", "children": "get_children"}
        absent = [name for name in edges & set(methods) if not hasattr(IGMedia, methods[name])]
        if call in methods and not hasattr(IGUser, methods[call]):
            absent.append(call)
        return f"no such field: {sorted(unknown)} {absent}" if unknown or absent else ""

    def _answer(self, call: str, parts: list[str], asked: Asked) -> Reply:
        if call == ME:
            linked = {"id": NUMBER, "username": self.username} if self.is_linked else None
            more = {"instagram_business_account": linked} if linked else {}
            wants = "instagram_business_account" in (asked.param("fields") or "")
            return Reply(json={"id": "500", **(more if wants else {})})
        if call == ACCOUNTS:
            return Reply(json={"data": [self._opened_page(asked)]})
        if call == SINGLE:
            stored = self._posts.get(parts[0])
            return Reply(json=self.view(stored)) if stored and self._tells(stored) else not_shown()
        if not self.is_there:
            return not_shown()
        if call == ACCOUNT:
            return Reply(json=self._about())
        return self._list(call, asked)

    def _opened_page(self, asked: Asked) -> dict[str, Any]:
        """Return the page as whoever may use it is told of it."""
        stated = {
            "id": "500",
            "access_token": self.token,
            "instagram_business_account": {"id": NUMBER, "username": self.username},
            **({} if self.tasks is None else {"tasks": self.tasks}),
        }
        wanted = re.sub(r"\{[^}]*\}", "", asked.param("fields") or "").split(",")
        return {name: value for name, value in stated.items() if name in wanted}

    def _about(self) -> dict[str, Any]:
        self._answers += 1
        return {
            "id": NUMBER,
            "username": self.username,
            "name": "Elm Town Council",
            "biography": "",
            "website": "",
            "profile_picture_url": f"{self.server.url}/picture/{self._answers}.jpg?sig=x",
            **self.face,
        }

    def _tells(self, stored: Stored) -> bool:
        if stored.kind == "STORY" and self._clock() - stored.at >= _STORY_LASTS:
            return False
        return self.is_there and (self.keeps_archived or not stored.is_archived)

    def _list(self, call: str, asked: Asked) -> Reply:
        shown = [
            each
            for each in sorted(self._posts.values(), key=lambda one: one.at, reverse=True)
            if (each.kind == "STORY") is (call == STORIES)
            and self._tells(each)
            and not each.is_archived
        ]
        size, start = int(asked.param("limit") or 25), int(asked.param("after") or 0)
        page = shown[start : start + size]
        body: dict[str, Any] = {"data": [self.view(each) for each in page]}
        if len(shown) > start + size:
            after = str(start + size)
            body["paging"] = {
                "cursors": {"after": after},
                "next": f"{self.server.url}/x?after={after}",
            }
        return Reply(json=body)

    def view(self, stored: Stored) -> dict[str, Any]:
        """Return a post as Graph tells it, its addresses signed anew."""
        self._answers += 1
        place = f"https://cdn.example/{stored.id}.jpg?sig={self._answers}"
        parts = [
            {**each, "media_url": f"https://cdn.example/{each['id']}.jpg"} for each in stored.parts
        ]
        kind = "CAROUSEL_ALBUM" if parts else "IMAGE"
        return {
            "id": stored.id,
            "media_type": kind,
            "media_product_type": stored.kind,
            "permalink": f"https://www.instagram.com/p/{stored.id}/",
            "timestamp": stamp(stored.at),
            "username": self.username,
            "media_url": place,
            **({"caption": stored.caption} if stored.caption else {}),
            **({"children": {"data": parts}} if parts else {}),
            **stored.more,
        }

    def _picture(self, _asked: Asked) -> Reply:
        return Reply(body=self.picture, headers={"Content-Type": "image/jpeg"})


def _call_of(parts: list[str]) -> str:
    if parts[0] == "me":
        return ACCOUNTS if parts[1:] == ["accounts"] else ME
    if parts[1:] in (["media"], ["stories"]):
        return parts[1]
    return ACCOUNT if parts[0] == NUMBER else SINGLE


def problem(code: int, message: str, *, subcode: int | None = None, status: int = 400) -> Reply:
    """Return an error in Graph's form."""
    error = {"message": message, "type": "IGApiException", "code": code, "fbtrace_id": "x"}
    more = {} if subcode is None else {"error_subcode": subcode}
    return Reply(status=status, json={"error": {**error, **more}})


def not_shown() -> Reply:
    """Return Graph's one answer for deleted, hidden and not permitted."""
    said = "Unsupported get request. Object with ID 'x' does not exist, cannot be loaded due to"
    return problem(100, said, subcode=33)
