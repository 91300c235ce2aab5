"""The loopback Graph API: Facebook Pages as their own app reads them."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from monitor.demo import graph_fields
from monitor.demo.crest import photograph
from monitor.demo.faults import Fault, FaultKind
from monitor.demo.graph_fields import COMMENT_FIELDS, PAGE_FIELDS, POST_FIELDS, FieldsError
from monitor.demo.graph_others import Others, Wanted, cursor, modifiers_of, turned
from monitor.demo.graph_tokens import Tokens
from monitor.demo.graph_words import (
    TRACE,
    error,
    gone,
    page_stated,
    post_stated,
    shown,
    unknown_field,
)
from monitor.demo.server import Answer, Request, json_answer
from monitor.demo.world import Condition, Site

if TYPE_CHECKING:
    from monitor.demo.graph_fields import Field
    from monitor.demo.world import TownAccount, TownPost, World

_VERSION = re.compile(r"v(\d{1,3})\.\d")
_OLDEST_LIVE, _NEWEST = 22, 26
_MOST = 100
_LISTS = frozenset({"published_posts", "posts", "feed"})
_SCHEDULED, _VISITORS = "scheduled_posts", "visitor_posts"
_PARAMETERS = frozenset(
    [
        *("fields", "access_token", "limit", "since", "until", "after", "before", "ids", "order"),
        *("filter", "summary", "appsecret_proof", "format", "type", "redirect", "height"),
        *("width", "pretty", "locale", "metadata", "__paging_token", "include_hidden"),
    ]
)


class GraphPlatform:
    """Answers as Graph does, for the Pages of the world."""

    def __init__(self, world: World) -> None:
        """Prepare the platform for a town."""
        self._world = world
        self.tokens = Tokens(world)
        self.others = Others(world)

    def account_of(self, request: Request) -> str:
        """Return the account by the Page or post in the path, else by the token."""
        _, parts = _versioned(request)
        key = parts[0] if parts else ""
        account = self._world.find_account(Site.FACEBOOK, key) if key else None
        if account is None and "_" in key:
            account = self._world.find_account(Site.FACEBOOK, key.partition("_")[0])
        account = account or self._world.holder_of(Site.FACEBOOK, _token(request))
        return account.label if account is not None else ""

    def trouble(self, fault: Fault) -> Answer:
        """Answer a throttle or a passing failure in Graph's words."""
        if fault.kind is FaultKind.RATE_LIMIT:
            said = "(#32) Page request limit reached"
            return error(said, "OAuthException", 32, status=400)
        said = "An unexpected error has occurred. Please retry your request later."
        return error(said, "OAuthException", 2, status=fault.status, is_transient=True)

    def answer(self, request: Request, *, empty: bool) -> Answer:
        """Answer one request, with the headers that every answer of Graph has."""
        version, parts = _versioned(request)
        if parts[:1] == ("pictures",):
            return self._picture(parts)
        if parts == ("debug_token",):
            return self.tokens.debug(request, _token(request))
        if opened := self._opened(request, parts):
            return opened
        holder = self._world.holder_of(Site.FACEBOOK, _token(request))
        given = _misuse(request, version) or self._refusal(request, holder)
        if given is None and holder is not None:
            try:
                given = self._routed(request, parts, holder, empty=empty)
            except FieldsError as wrong:
                said = f"Syntax error: Expected end of string instead of {str(wrong)[:20]!r}."
                given = error(said, "OAuthException", 2500)
        answer = given or error("Unknown path components", "OAuthException", 2500)
        live = min(max(version or _NEWEST, _OLDEST_LIVE), _NEWEST)
        usage = {"call_count": 3, "total_time": 2, "total_cputime": 1}
        by_page = {"type": "pages", **usage, "estimated_time_to_regain_access": 0}
        headers = {
            "facebook-api-version": f"v{live}.0",
            "x-fb-trace-id": TRACE,
            "x-app-usage": json.dumps(usage),
        }
        if holder is not None:
            headers["x-business-use-case-usage"] = json.dumps({holder.platform_id: [by_page]})
        return Answer(
            status=answer.status,
            body=answer.body,
            content_type=answer.content_type,
            headers={**headers, **answer.headers},
        )

    def _opened(self, request: Request, parts: tuple[str, ...]) -> Answer | None:
        """Answer a person's or a system user's token: it is shown the page's own."""
        page = self.tokens.login_of(_token(request))
        if page is None:
            return None
        is_asked = request.query.get("fields") == "id,access_token"
        if is_asked and parts in {(page.platform_id,), (page.handle,)}:
            return json_answer({"id": page.platform_id, "access_token": page.token})
        if parts == ("me", "accounts") and request.query.get("fields") == "id,tasks":
            return self.tokens.roles(_token(request), page)
        return gone(parts[0] if parts else "")

    # Who may ask.

    def _refusal(self, request: Request, holder: TownAccount | None) -> Answer | None:
        if not _token(request):
            said = "An access token is required to request this resource."
            return error(said, "OAuthException", 104)
        if holder is None:
            said = "Invalid OAuth access token - Cannot parse access token"
            return error(said, "OAuthException", 190, status=401)
        ends_with_page = self._world.has(holder.label, Condition.CLOSED) and not holder.login
        if self._world.has(holder.label, Condition.TOKEN_DEAD) or ends_with_page:
            said = (
                "Error validating access token: The session has been invalidated because the "
                "user changed their password or Facebook has changed the session for security "
                "reasons."
            )
            return error(said, "OAuthException", 190, subcode=460)
        if self._world.has(holder.label, Condition.FORBIDDEN):
            said = "(#10) This endpoint requires the 'pages_read_engagement' permission"
            return error(said, "OAuthException", 10, status=403)
        return None

    # The calls.

    def _routed(
        self, request: Request, parts: tuple[str, ...], holder: TownAccount, *, empty: bool
    ) -> Answer:
        if not parts:
            return self._many(request, holder)
        if len(parts) == 1:
            return self._node(request, parts[0], holder) or gone(parts[0])
        return self._edge(request, parts, holder, empty=empty)

    def _edge(
        self, request: Request, parts: tuple[str, ...], holder: TownAccount, *, empty: bool
    ) -> Answer:
        page, post = self._page(parts[0], holder), self._post(parts[0], holder)
        comment = self._comment(parts[0], holder)
        match parts[1:]:
            case (edge,) if page is not None and edge in {*_LISTS, _SCHEDULED, _VISITORS}:
                return self._list(request, page, edge, empty=empty)
            case ("picture",) if page is not None and page.picture:
                return self._picture(("pictures", page.platform_id))
            case ("comments",) if post is not None or comment is not None:
                return self._below(request, holder, post or comment)
            case (edge,) if page is not None or post is not None or comment is not None:
                said = f"(#100) Tried accessing nonexisting field ({edge})"
                return error(said, "OAuthException", 100)
            case _:
                return gone(parts[0])

    def _many(self, request: Request, holder: TownAccount) -> Answer:
        """Answer ``?ids=``: one that cannot be shown spoils the whole answer."""
        ids = [each for each in request.query.get("ids", "").split(",") if each]
        if not ids or len(ids) > 50:  # noqa: PLR2004  # Graph's own bound
            return error("(#100) Param ids must be 1 to 50 ids", "OAuthException", 100)
        stated = {}
        for each in ids:
            answer = self._node(request, each, holder)
            if answer is None:
                return gone(each)
            if answer.status != HTTPStatus.OK:
                return answer
            stated[each] = json.loads(answer.body)
        return json_answer(stated)

    def _node(self, request: Request, key: str, holder: TownAccount) -> Answer | None:
        if key == "me" and holder.login:
            return json_answer({"id": holder.login})
        page, post = self._page(key, holder), self._post(key, holder)
        comment = self._comment(key, holder)
        if comment is not None:
            wanted = graph_fields.parse(request.query.get("fields", "id,message,created_time"))
            wrong = unknown_field(wanted, COMMENT_FIELDS, "Comment")
            return wrong or json_answer(shown(self.others.stated(holder, comment), wanted))
        if page is not None:
            wanted = graph_fields.parse(request.query.get("fields", "id,name"))
            wrong = unknown_field(wanted, PAGE_FIELDS, "Page")
            return wrong or json_answer(shown(page_stated(page, request.base), wanted))
        if post is not None:
            wanted = graph_fields.parse(request.query.get("fields", "id,message,created_time"))
            wrong = unknown_field(wanted, POST_FIELDS, "PagePost") or self._closed(wanted, holder)
            return wrong or json_answer(self._stated(request, holder, post, wanted))
        return None

    def _below(self, request: Request, holder: TownAccount, post: TownPost | None) -> Answer:
        """Answer a list of comments."""
        wanted = graph_fields.parse(request.query.get("fields", "id,message,created_time,from"))
        wrong = unknown_field(wanted, COMMENT_FIELDS, "Comment") or _wrong_bounds(request)
        wrong = wrong or self.others.refusal(holder.label)
        if wrong is not None or post is None:
            return wrong or gone("")
        path = f"{request.base}{request.path}"
        below = self.others.below(holder, post, Wanted.of(request.query), path=path)
        return json_answer({**below, "data": [shown(each, wanted) for each in below["data"]]})

    def _closed(self, wanted: tuple[Field, ...], holder: TownAccount) -> Answer | None:
        """Return the refusal if comments are asked for that the token may not see."""
        asks = any(field.name == "comments" for field in wanted)
        return self.others.refusal(holder.label) if asks else None

    def _stated(
        self, request: Request, page: TownAccount, post: TownPost, wanted: tuple[Field, ...]
    ) -> dict[str, Any]:
        """Return the wanted fields of a post, its comments as they are asked for."""
        stated = post_stated(page, post, request.base, now=self._world.now)
        for field in wanted:
            if field.name == "comments":
                path = f"{request.base}/v{_NEWEST}.0/{post.root_id}/comments"
                asked = modifiers_of(field)
                stated["comments"] = self.others.below(page, post, asked, path=path)
        return shown(stated, wanted)

    def _list(self, request: Request, page: TownAccount, edge: str, *, empty: bool) -> Answer:
        wanted = graph_fields.parse(request.query.get("fields", "id,message,created_time"))
        wrong = unknown_field(wanted, POST_FIELDS, "PagePost") or _wrong_bounds(request)
        wrong = wrong or self._closed(wanted, page) or self._kept_from(page, edge)
        if wrong is not None:
            return wrong
        posts = [] if empty else self._bounded(request, page, edge)
        limit = min(int(request.query.get("limit", "25")), _MOST)
        start = turned(request.query.get("after", ""))
        held = posts[start : start + limit]
        stated: dict[str, Any] = {
            "data": [
                self._stated(request, page, post, wanted) for post in held if not post.is_private
            ]
        }
        if held:
            paging: dict[str, Any] = {
                "cursors": {"before": cursor(start), "after": cursor(start + len(held))}
            }
            if start + limit < len(posts):
                query = {
                    **request.query,
                    "access_token": page.token,
                    "limit": str(limit),
                    "after": cursor(start + len(held)),
                }
                version, _ = _versioned(request)
                path = f"v{version or _NEWEST}.0/{page.platform_id}/{edge}"
                paging["next"] = f"{request.base}/{path}?{urlencode(query)}"
            stated["paging"] = paging
        return json_answer(stated)

    def _kept_from(self, page: TownAccount, edge: str) -> Answer | None:
        """Return the refusal of a list that the token may not see."""
        if edge == _VISITORS:
            return self.others.refusal(page.label)
        if edge == _SCHEDULED and self._world.has(page.label, Condition.NO_SCHEDULED):
            said = "(#200) Requires pages_manage_posts permission to manage the object"
            return error(said, "OAuthException", 200, status=403)
        return None

    def _bounded(self, request: Request, page: TownAccount, edge: str) -> list[TownPost]:
        since, until = _moment(request.query.get("since")), _moment(request.query.get("until"))
        if edge == _SCHEDULED:
            return list(self._world.awaited(page.label))
        listed = self.others.visits(page.label) if edge == _VISITORS else None
        return [
            post
            for post in (self._world.timeline(page.label) if listed is None else listed)
            if (since is None or post.published_at >= since)
            and (until is None or post.published_at <= until)
        ]

    def _picture(self, parts: tuple[str, ...]) -> Answer:
        if parts[1:2] == ("posts",):
            return Answer(body=photograph(parts[-1]), content_type="image/png")
        key = parts[-1].removesuffix(".png")
        account = self._world.find_account(Site.FACEBOOK, key)
        if account is None or not account.picture:
            return Answer(status=404, content_type="text/plain", body=b"URL signature expired")
        return Answer(body=account.picture, content_type="image/png")

    # What a token may see.

    def _page(self, key: str, holder: TownAccount) -> TownAccount | None:
        """Return the Page if this token opens it and it stands; ``me`` is the token's own."""
        page = holder if key == "me" else self._world.find_account(Site.FACEBOOK, key)
        if page is None or page.token != holder.token:
            return None
        return None if self._is_off(page.label) else page

    def _post(self, key: str, holder: TownAccount) -> TownPost | None:
        post = self._world.post(key) or self._waiting(key)
        if post is None or post.under or self._world.account(post.account).token != holder.token:
            return None
        if post.by and not self.others.may_see(post.account):
            return None
        return None if self._is_off(post.account) else post

    def _waiting(self, key: str) -> TownPost | None:
        """Return a post that is scheduled, if the token may see it."""
        post = self._world.waiting(key)
        if post is None or self._world.has(post.account, Condition.NO_SCHEDULED):
            return None
        return post

    def _comment(self, key: str, holder: TownAccount) -> TownPost | None:
        comment = self.others.comment(key)
        if comment is None or self._world.account(comment.account).token != holder.token:
            return None
        return None if self._is_off(comment.account) else comment

    def _is_off(self, label: str) -> bool:
        """Return whether a Page and all on it are shown to nobody."""
        return any(self._world.has(label, one) for one in (Condition.SUSPENDED, Condition.CLOSED))


def _misuse(request: Request, version: int | None) -> Answer | None:
    """Return the error for a version or parameter that Graph does not know, or None."""
    if version is not None and version > _NEWEST:
        said = f"Unknown path components: /v{version}.0"
        return error(said, "OAuthException", 2500)
    unknown = sorted(set(request.query) - _PARAMETERS)
    if unknown:
        return error(f"(#100) Unknown parameter ({unknown[0]})", "OAuthException", 100)
    return None


def _wrong_bounds(request: Request) -> Answer | None:
    limit = request.query.get("limit", "25")
    if not limit.isdecimal():
        return error("(#100) Param limit must be an integer", "OAuthException", 100)
    for name in ("since", "until"):
        value = request.query.get(name)
        if value is not None and _moment(value) is None:
            said = f"(#100) Param {name} must be a valid time: {value}"
            return error(said, "OAuthException", 100)
    if turned(request.query.get("after", "")) < 0:
        return error("(#100) Invalid cursor", "OAuthException", 100)
    return None


def _token(request: Request) -> str:
    return request.query.get("access_token", "") or request.bearer()


def _versioned(request: Request) -> tuple[int | None, tuple[str, ...]]:
    """Return the version of the path (None if it has none) and its other parts."""
    parts = tuple(part for part in request.path.split("/") if part)
    found = _VERSION.fullmatch(parts[0]) if parts else None
    return (int(found[1]), parts[1:]) if found else (None, parts)


def _moment(value: str | None) -> datetime | None:
    """Return a time given in seconds since 1970 or in ISO 8601; None if it is neither."""
    if value is None:
        return None
    if value.isdecimal() and len(value) <= 11:  # noqa: PLR2004  # later than the year 5000
        return datetime.fromtimestamp(int(value), tz=UTC)
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        return None
    return parsed if parsed.tzinfo is not None else parsed.replace(tzinfo=UTC)
