"""How clerkwatch is let in to Facebook and Instagram: a page token of the council's own app.

`debug_token` (developers.facebook.com/docs/facebook-login/guides/access-tokens/debugging) tells
whose a token is, what it may do, and when it ends. It is asked by POST with ``method=get``, as
Meta's own libraries do, so that the token stands in no address.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from config.errors import AccessError, ContractError
from config.types import Reason
from connectors._graph_client import GraphClient
from connectors._graph_errors import DEATHS, NotShownError
from connectors._graph_posts import page_key
from connectors._graph_walk import others, scheduled, task, walked
from connectors._json import JSON, inner, objects
from connectors.login import Granted, Login, Permission

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectors.base import Circumstances

_LATEST_S = 32_503_680_000  # the year 3000
_PAGE, _PERSON, _SYSTEM = "PAGE", "USER", "SYSTEM_USER"
_WHOSE = {
    _PAGE: "the page's own token",
    _PERSON: "a person's token",
    _SYSTEM: "a system user's token",
    "APP": "the app's own token",
}
_WRITES = re.compile(r"(pages_manage|instagram_(content|manage)|publish|ads_|business_manag).*")
_MANAGE, _OTHERS = "pages_manage_posts", "pages_read_user_content"
_SHOW_LIST = ("pages_show_list", "it finds the page")
_ENGAGEMENT = ("pages_read_engagement", "it reads the page's posts")
_BASIC = ("instagram_basic", "it reads the Instagram account that is linked to the page")
_TICK = "Make the token again and tick {name} in step 7"
_AGAIN = "Make a new one with the steps: clerkwatch accounts connect {platform} --steps"


def examine_page(circumstances: Circumstances) -> Granted:
    """Ask what a token may do on Facebook; raises as `connectors.login.Examine` says."""
    return _examine(circumstances, (_SHOW_LIST, _ENGAGEMENT))


def examine_instagram(circumstances: Circumstances) -> Granted:
    """Ask what a token may do on Instagram; raises as `connectors.login.Examine` says."""
    return _examine(circumstances, (_SHOW_LIST, _ENGAGEMENT, _BASIC))


def _examine(its: Circumstances, needed: Sequence[tuple[str, str]]) -> Granted:
    if its.secret is None:
        return Granted()
    graph = GraphClient(its)
    told = _told(its, graph)
    if told is None:
        return Granted(
            permissions=(*walked(its, graph, needed, remedy=_TICK), *_beside(its, graph)),
            cautions=("Facebook does not tell what this token may do.",),
        )
    _refuse_dead(its, told)
    kind = str(told.get("type", ""))
    permissions = tuple(_permission(name, said, told) for name, said in needed)
    better = None
    if kind in {_PERSON, _SYSTEM}:
        page, better = _page_token(its, graph)
        permissions += (task(graph, page),)
        its = replace(its, secret=better)
        graph = GraphClient(its)
    permissions += _beside(its, graph)
    return Granted(
        whose=_WHOSE.get(kind, ""),
        permissions=permissions,
        expires_at=_moment(told.get("expires_at")),
        cautions=_cautions(kind, told, of_page=its.account.platform == "facebook"),
        better=better,
    )


def _beside(its: Circumstances, graph: GraphClient) -> tuple[Permission, ...]:
    """Return what is of use beside what reading needs; asked with the page's own token."""
    if its.account.platform != "facebook":
        return ()
    if not its.account.comments:
        return (scheduled(its, graph),)
    told = is_granted(its, graph, _OTHERS)
    return (scheduled(its, graph), others(its, graph, is_given=told))


def is_granted(its: Circumstances, graph: GraphClient, name: str) -> bool | None:
    """Return whether a page token has a permission now; None where Facebook does not tell.

    Args:
        its: Of the account.
        graph: Asks with that token.
        name: Of the permission.

    Raises:
        AccessError: The token is dead.
        LaterError: Too many requests, or trouble that passes.
    """
    told = _told(its, graph)
    if told is None:
        return None
    _refuse_dead(its, told)
    scopes = told.get("scopes")
    return name in scopes and _is_for(told, name) if isinstance(scopes, list) else None


def _told(its: Circumstances, graph: GraphClient) -> dict[str, Any] | None:
    """Return what Facebook tells of the token; None if it does not."""
    if its.secret is None:
        return None
    try:
        answer = graph.debug(its.secret)
    except (NotShownError, ContractError):
        return None
    except AccessError as error:
        if error.reason is not Reason.FORBIDDEN:
            raise
        return None
    told = answer.get("data")
    return told if isinstance(told, dict) and "is_valid" in told else None


def _refuse_dead(its: Circumstances, told: dict[str, Any]) -> None:
    ends = _moment(told.get("expires_at"))
    has_ended = ends is not None and ends <= its.as_of
    if told["is_valid"] is True and not has_ended:
        return
    stated = told.get("error")
    stated = stated if isinstance(stated, dict) else {}
    number = stated.get("subcode")
    why = DEATHS.get(number, "") if isinstance(number, int) else ""
    why = why or (f"it ran out on {ends:%d %B %Y}" if has_ended else "it is no longer valid")
    raise AccessError(
        f"Facebook no longer accepts the token: {why}",
        account=its.account.id,
        reason=Reason.AUTH_EXPIRED,
        remedy=_AGAIN.format(platform=its.account.platform),
    )


def _permission(name: str, said: str, told: dict[str, Any]) -> Permission:
    """Return whether a permission is given, and for this page where Facebook says for which."""
    stated = told.get("scopes")
    scopes = stated if isinstance(stated, list) else []
    is_elsewhere = name in scopes and not _is_for(told, name)
    is_given = name in scopes and not is_elsewhere if isinstance(stated, list) else None
    said = f"{said}; it was given for other pages only" if is_elsewhere else said
    return Permission(
        name=name,
        is_given=is_given,
        is_needed=True,
        said=said,
        remedy="Give the system user this page too (step 5) and make the token again"
        if is_elsewhere
        else _TICK.format(name=name),
    )


def _is_for(told: dict[str, Any], name: str) -> bool:
    """Return whether a permission holds for the token's own page, as far as that is told."""
    page, granular = told.get("profile_id"), told.get("granular_scopes")
    if not page or not isinstance(granular, list):
        return True
    for each in granular:
        if isinstance(each, dict) and each.get("scope") == name:
            targets = each.get("target_ids")
            pages = name.startswith("pages_")
            return not (pages and isinstance(targets, list) and str(page) not in map(str, targets))
    return True


def _cautions(kind: str, told: dict[str, Any], *, of_page: bool) -> tuple[str, ...]:
    said = []
    if kind == _PERSON:
        said.append(
            "It was made by a person's login and dies when that person changes the password or "
            "leaves. Let a system user of the council's business portfolio make it (step 6)."
        )
    elif kind == _PAGE:
        said.append(
            "It lives as long as the login that made it: a system user of the council's business "
            "portfolio (step 6) outlives a change of officers."
        )
    stated = told.get("scopes")
    scopes = stated if isinstance(stated, list) else []
    spare = [one for one in scopes if _WRITES.fullmatch(str(one))]
    if of_page and _MANAGE in spare:
        spare.remove(_MANAGE)
        said.append(
            f"It could also write posts ({_MANAGE}): Facebook may want that for showing what is "
            "scheduled. clerkwatch makes no writing request."
        )
    if spare:
        named = ", ".join(sorted(str(one)[:60] for one in spare)[:5])
        said.append(f"It can do more than read ({named}): clerkwatch needs none of that.")
    return tuple(said)


def _page_token(its: Circumstances, graph: GraphClient) -> tuple[str, SecretStr]:
    """Return the page's number and its own token, which only a holder of a role on it is given."""
    is_page = its.account.platform == "facebook"
    page = _of_page(its, graph) if is_page else _of_linked(its, graph)
    value = page.get("access_token")
    if not isinstance(value, str) or not value:
        raise AccessError(
            "Facebook gives no token of the page to this login",
            account=its.account.id,
            reason=Reason.FORBIDDEN,
            remedy="Give the system user the page (step 5) and tick pages_show_list (step 7); "
            "then look at the account's handle",
        )
    secret = SecretStr(value)
    its.door.redactor.add(secret)
    return str(page.get("id", "")), secret


def _of_page(its: Circumstances, graph: GraphClient) -> JSON:
    try:
        return graph.node(page_key(its.account.handle), fields="id,access_token")
    except NotShownError:
        return {}


def _of_linked(its: Circumstances, graph: GraphClient) -> JSON:
    """Return the page that an Instagram account is linked to."""
    fields = "id,access_token,instagram_business_account{id,username}"
    try:
        pages = objects(graph.edge("me", "accounts", fields=fields, limit=100).get("data"))
    except NotShownError:
        return {}
    wanted = its.account.handle.strip().rstrip("/").rpartition("/")[2].removeprefix("@").casefold()
    for page in pages:
        linked = inner(page, "instagram_business_account")
        if wanted in {str(linked.get("id", "")), str(linked.get("username", "")).casefold()}:
            return page
    return pages[0] if len(pages) == 1 else {}


def _moment(value: object) -> datetime | None:
    """Return an instant given in seconds; None for 0 (no end) and for what is none."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < _LATEST_S:
        return None
    return datetime.fromtimestamp(value, UTC)


_LASTS = "It has no end date as long as the login that made it is there."
_MAKE = (
    (
        "Open business.facebook.com and sign in as somebody who runs the council's "
        "page. If there is no business portfolio yet, choose Create account and "
        "enter the council's own name and address. Give two people of the council "
        "full control of it, so that it does not depend on one."
    ),
    (
        "In the portfolio's Settings, Accounts, Pages: look whether the council's "
        "page stands there. If not: Add, Claim an existing Page, and enter the "
        "page's address.{linked}"
    ),
    (
        "Open developers.facebook.com with the same login: My Apps, Create app. Use case: Other; "
        "type: Business; name: Council page monitor; business portfolio: the "
        "council's. It stays in development mode; nobody at Meta has to look at "
        "it.{use}"
    ),
    (
        "Back in the portfolio's Settings: Users, System users, Add. Name: "
        "clerkwatch; role: Employee. A system user is no person: it has no password "
        "and does not leave the council."
    ),
    (
        "Choose that system user, then Assign assets. Under Pages tick the council's page with the "
        "least access that is offered for its content. Under Apps tick Council page monitor, "
        "Develop app."
    ),
    "Still at the system user: Generate token. App: Council page monitor; expiry: Never.",
    (
        "Tick exactly {ticks}, and nothing that manages, publishes or advertises.{but} Choose "
        "Generate token."
    ),
    (
        "Copy the token: it is shown only once. Do not send it by mail or chat. It is the system "
        "user's: clerkwatch asks Facebook for the page's own token with it and stores that one."
    ),
)


def _steps(ticks: str, *, linked: str = "", use: str = "", but: str = "") -> tuple[str, ...]:
    return tuple(step.format(ticks=ticks, linked=linked, use=use, but=but) for step in _MAKE)


_LOOKS = "begins with EAA and is 100 letters and digits or longer"
_PATTERN = r"EAA[A-Za-z0-9]{20,}"
FACEBOOK_LOGIN = Login(
    thing="a token for the Facebook page",
    suggested="facebook_page",
    steps=_steps(
        "pages_show_list and pages_read_engagement, with comments = true in the configuration "
        f"{_OTHERS} as well",
        but=" But for one: to have scheduled posts judged before anybody sees them, tick "
        f"{_MANAGE} too. It could also write; clerkwatch never does.",
    ),
    looks=_LOOKS,
    pattern=_PATTERN,
    is_telling=True,
    lasts=_LASTS,
    examine=examine_page,
)
INSTAGRAM_LOGIN = Login(
    thing="a token for the Facebook page that the Instagram account is linked to",
    suggested="facebook_page",
    steps=_steps(
        "pages_show_list, pages_read_engagement and instagram_basic",
        linked=" In the Instagram app, signed in as the council, Settings, Account type must say "
        "business or creator. Then, in the page's settings: Linked accounts, Instagram, Connect "
        "account.",
        use=" Under Use cases add Manage messaging and content on Instagram, with Facebook login.",
    ),
    looks=_LOOKS,
    pattern=_PATTERN,
    is_telling=True,
    lasts=_LASTS,
    examine=examine_instagram,
)
