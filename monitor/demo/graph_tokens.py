"""What the loopback Graph tells of tokens: whose they are, what they may do, when they end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor.demo.graph_words import error
from monitor.demo.server import Answer, json_answer
from monitor.demo.world import Condition, Site

if TYPE_CHECKING:
    from monitor.demo.server import Request
    from monitor.demo.world import TownAccount, World

ENOUGH = ("pages_show_list", "pages_read_engagement")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One token as `debug_token` tells of it.

    Attributes:
        kind: ``PAGE``, ``USER``, ``SYSTEM_USER``.
        scopes: What it may do.
        expires_at: Seconds since 1970; 0: it has no end.
        is_valid: Whether it is accepted.
        subcode: Why not.
        pages: Ids of the pages that it was given; None: it is not told.
        opens: Label of the page whose own token it is shown.
        tasks: What its holder may do on that page; None: it is not told.
    """

    kind: str = "PAGE"
    scopes: tuple[str, ...] = ENOUGH
    expires_at: int = 0
    is_valid: bool = True
    subcode: int | None = None
    pages: tuple[str, ...] | None = None
    opens: str = ""
    tasks: tuple[str, ...] | None = ("CREATE_CONTENT", "ANALYZE")


class Tokens:
    """The tokens of the world's pages, and those of people and system users.

    Attributes:
        is_closed: Whether nothing is told of any token.
        asked: How often it was asked.
    """

    def __init__(self, world: World) -> None:
        """Start with every page's own token well."""
        self._world = world
        self._told: dict[str, Told] = {}
        self.is_closed = False
        self.asked: list[str] = []

    def tell(self, token: str, told: Told) -> None:
        """Let something be told of a token."""
        self._told[token] = told

    def login_of(self, token: str) -> TownAccount | None:
        """Return the page that a person's or system user's token opens; None for a page's own."""
        told = self._told.get(token)
        return self._world.account(told.opens) if told is not None and told.opens else None

    def roles(self, token: str, page: TownAccount) -> Answer:
        """Answer ``me/accounts``: the page that is opened, and what may be done on it."""
        told = self._told[token]
        tasks = {} if told.tasks is None else {"tasks": list(told.tasks)}
        return json_answer({"data": [{"id": page.platform_id, **tasks}]})

    def debug(self, request: Request, asking: str) -> Answer:
        """Answer ``debug_token``: the token must come in the body, not in the address."""
        self.asked.append(request.path)
        if self.is_closed:
            return error("(#100) Unsupported", "OAuthException", 100)
        if request.method != "POST" or request.form.get("method") != "get" or request.query:
            return error("Unknown path components: /debug_token", "OAuthException", 2500)
        token = request.form.get("input_token", "")
        holder = self._world.holder_of(Site.FACEBOOK, token)
        told = self._told.get(token) or (self._of_page(holder) if holder is not None else None)
        if told is None:
            said = "Invalid OAuth access token - Cannot parse access token"
            return error(said, "OAuthException", 190, status=401)
        if token != asking:
            said = "(#100) You must provide an app access token, or a token of the app's owner"
            return error(said, "OAuthException", 100)
        return json_answer({"data": _stated(told, holder)})

    def _of_page(self, holder: TownAccount) -> Told:
        """Return what is told of a page's own token: all that it may see."""
        unseen = (Condition.NO_OTHERS, Condition.OTHERS_WITHHELD)
        is_without = any(self._world.has(holder.label, each) for each in unseen)
        scopes = ENOUGH if is_without else (*ENOUGH, "pages_read_user_content")
        if not self._world.has(holder.label, Condition.NO_SCHEDULED):
            scopes = (*scopes, "pages_manage_posts")
        return Told(scopes=scopes)


def _stated(told: Told, holder: TownAccount | None) -> dict[str, Any]:
    stated: dict[str, Any] = {
        "app_id": "123",
        "application": "Council page monitor",
        "type": told.kind,
        "is_valid": told.is_valid,
        "expires_at": told.expires_at,
        "data_access_expires_at": 0,
        "scopes": list(told.scopes),
        "user_id": "900001",
    }
    if told.kind == "PAGE" and holder is not None:
        stated["profile_id"] = holder.platform_id
    if told.pages is not None:
        stated["granular_scopes"] = [
            {"scope": name, "target_ids": list(told.pages)} for name in told.scopes
        ]
    if not told.is_valid:
        said = "Error validating access token"
        stated["error"] = {"code": 190, "message": said, "subcode": told.subcode}
    return stated
