"""What a token may do on Facebook, found by asking: for where Facebook does not tell it.

`debug_token` tells what a token may do to the app's own people only, and not what its holder may
do on the page. So each permission has one small question whose answer needs it, and the roles on
a page are asked for where a person's or a system user's token can.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.errors import AccessError, ContractError, ReadError
from config.types import Reason
from connectors._graph_errors import NotShownError
from connectors._graph_page import key_of
from connectors._json import inner, objects
from connectors.login import Permission

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from connectors._graph_client import GraphClient
    from connectors.base import Circumstances

ENOUGH = frozenset({"CREATE_CONTENT", "MANAGE", "MODERATE"})
"""Any of these tasks on the page is enough: developers.facebook.com, /reference/page/feed."""
_TASKS = "page task"
_NEEDS = "its holder may read the page's posts (one of CREATE_CONTENT, MANAGE, MODERATE)"
_GIVE = "Give the system user the page with access to its content (step 5) and make the token again"


def walked(
    its: Circumstances, graph: GraphClient, needed: Sequence[tuple[str, str]], *, remedy: str
) -> tuple[Permission, ...]:
    """Return of each permission whether a question that needs it is answered.

    Args:
        its: Of the account.
        graph: Asks with the token.
        needed: Names, and what each is for.
        remedy: What to do where one is missing; ``{name}`` stands for it.

    Raises:
        AccessError: The token is dead.
        LaterError: Too many requests, or trouble that passes.
    """
    asks = _on_page(its, graph) if its.account.platform == "facebook" else _on_linked(graph)
    return tuple(
        Permission(
            name=name,
            is_given=_is_answered(asks[name]),
            is_needed=True,
            said=said,
            remedy=remedy.format(name=name),
        )
        for name, said in needed
    )


def scheduled(its: Circumstances, graph: GraphClient) -> Permission:
    """Return whether what is scheduled is shown; Facebook's documents name no permission for it.

    Args:
        its: Of the account.
        graph: Asks with the page's own token.

    Raises:
        AccessError: The token is dead.
        LaterError: Too many requests, or trouble that passes.
    """
    key = key_of(its)
    return Permission(
        name="scheduled posts",
        is_given=_is_answered(lambda: graph.edge(key, "scheduled_posts", fields="id", limit=1)),
        is_needed=False,
        said="what is scheduled, before anybody else can see it",
        remedy="If the council wants that: make the token again and tick pages_manage_posts too "
        "(step 7); it could also write, and clerkwatch never does",
    )


def others(its: Circumstances, graph: GraphClient, *, is_given: bool | None) -> Permission:
    """Return whether what others write is shown, where that is wanted.

    Args:
        its: Of the account.
        graph: Asks with the page's own token.
        is_given: As Facebook tells it; None: it does not, and the list of visitors' posts is
            asked for.

    Raises:
        AccessError: The token is dead.
        LaterError: Too many requests, or trouble that passes.
    """
    key = key_of(its)
    if is_given is None:
        is_given = _is_answered(lambda: graph.edge(key, "visitor_posts", fields="id", limit=1))
    return Permission(
        name="pages_read_user_content",
        is_given=is_given,
        is_needed=False,
        said="comments and visitors' posts",
        remedy="Make the token again and tick pages_read_user_content in step 7, or take "
        "comments = true out of the configuration",
    )


def task(graph: GraphClient, page: str) -> Permission:
    """Return whether the token's holder has a task on the page that lets its posts be read.

    Args:
        graph: Asks with a person's or a system user's token.
        page: The page's number; empty: not known.
    """
    return Permission(
        name=_TASKS, is_given=_has_task(graph, page), is_needed=True, said=_NEEDS, remedy=_GIVE
    )


def _has_task(graph: GraphClient, page: str) -> bool | None:
    """Return whether there is such a task; None where Facebook does not tell."""
    try:
        listed = objects(graph.edge("me", "accounts", fields="id,tasks", limit=100).get("data"))
    except (NotShownError, ReadError):
        return None
    for each in listed:
        tasks = each.get("tasks")
        if each.get("id") == page and isinstance(tasks, list):
            return bool(ENOUGH & {str(one) for one in tasks})
    return None


def _on_page(its: Circumstances, graph: GraphClient) -> Mapping[str, Callable[[], object]]:
    key = key_of(its)
    return {
        "pages_show_list": lambda: graph.node(key, fields="id"),
        "pages_read_engagement": lambda: graph.edge(key, "published_posts", fields="id", limit=1),
    }


def _on_linked(graph: GraphClient) -> Mapping[str, Callable[[], object]]:
    fields = "id,instagram_business_account{id}"

    def media() -> object:
        number = inner(graph.node("me", fields=fields), "instagram_business_account").get("id")
        if not isinstance(number, str):
            raise NotShownError
        return graph.edge(number, "media", fields="id", limit=1)

    return {
        "pages_show_list": lambda: graph.node("me", fields="id"),
        "pages_read_engagement": lambda: graph.node("me", fields=fields),
        "instagram_basic": media,
    }


def _is_answered(ask: Callable[[], object]) -> bool | None:
    """Return whether a question was answered; None where the refusal does not say why."""
    try:
        ask()
    except (NotShownError, ContractError):
        return None
    except AccessError as error:
        if error.reason is not Reason.FORBIDDEN:
            raise
        return False
    return True
