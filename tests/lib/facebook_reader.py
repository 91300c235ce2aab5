"""Reading a Facebook page from a scripted Graph: opening the connector, and what it answers."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from config.register import Account
from config.types import AccountId, Kind
from connectors import find
from connectors.base import Batch, Circumstances, Connector, KnownPost, ReaderState, Reread
from connectors.door import Door
from tests.lib.http_server import Asked, Reply, ScriptedServer
from tests.lib.meter import FreeMeter

if TYPE_CHECKING:
    from collections.abc import Iterator

CANARY = "EAAcanary7page0token"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SINCE = NOW - timedelta(days=30)
PAGE, POSTS = "/v25.0/500", "/v25.0/500/published_posts"
SCHEDULED = "/v25.0/500/scheduled_posts"
PROFILE = {"id": "500", "name": "Elm Town Council", "username": "elmtown"}
NOT_SHOWN = Reply(
    status=400,
    json={
        "error": {
            "message": "Unsupported get request. Object with ID '500_1' does not exist",
            "type": "GraphMethodException",
            "code": 100,
            "error_subcode": 33,
            "fbtrace_id": "x",
        }
    },
)


@contextmanager
def one_page() -> Iterator[ScriptedServer]:
    """Run a Graph with one page, on which nothing was posted and nothing is scheduled."""
    with ScriptedServer() as running:
        running.on(PAGE, Reply(json=PROFILE))
        running.on(POSTS, Reply(json={"data": []}))
        running.on(SCHEDULED, Reply(json={"data": []}))
        yield running


def reader(
    url: str,
    *,
    handle: str = "500",
    api_version: str = "",
    state: ReaderState | None = None,
    comments: bool = False,
    at: datetime = NOW,
) -> Connector:
    """Open the connector for the page."""
    account = Account(
        id=AccountId("council-fb"),
        platform="facebook",
        handle=handle,
        kind=Kind.COUNCIL,
        owner="Communications Officer",
        credential="fb_page",
        api_base=url,
        api_version=api_version,
        comments=comments,
    )
    return find("facebook").open(
        Circumstances(
            account=account,
            door=Door(clock=lambda: at),
            secret=SecretStr(CANARY),
            state=state or ReaderState(),
            meter=FreeMeter(),
            as_of=at,
        )
    )


def batches(connector: Connector, *, limit: int = 3200) -> list[Batch]:
    """Read the whole listing."""
    return list(connector.posts(since=SINCE, limit=limit))


def ids(read: list[Batch]) -> list[str]:
    """Return the ids of all posts read, in order."""
    return [post.platform_id for batch in read for post in batch.posts]


def reread(connector: Connector, *names: str) -> list[Reread]:
    """Read posts again by id."""
    return list(connector.reread([KnownPost(platform_id=name) for name in names]))


def lists(server: ScriptedServer) -> list[Asked]:
    """Return the requests for the list of published posts."""
    return [each for each in server.requests if each.path == POSTS]


def post(number: int, **more: Any) -> dict[str, Any]:
    """Return a post as Graph gives it."""
    return {
        "id": f"500_{number}",
        "message": f"Post {number}",
        "created_time": (NOW - timedelta(hours=number)).strftime("%Y-%m-%dT%H:%M:%S+0000"),
        "from": {"id": "500", "name": "Elm Town Council"},
        **more,
    }


def page_of(*numbers: int, after: str = "") -> Reply:
    """Return one page of the list; with ``after``, another one follows."""
    paging: dict[str, Any] = {"cursors": {"before": "b", "after": after or "end"}}
    if after:
        paging["next"] = f"http://127.0.0.1/v25.0/500/published_posts?after={after}"
    return Reply(json={"data": [post(number) for number in numbers], "paging": paging})


def failure(code: int, *, status: int = 400, subcode: int | None = None, **more: Any) -> Reply:
    """Return an error as Graph words it, with the token in its words as a hostile touch."""
    stated = {"message": f"trouble with access_token={CANARY}", "code": code, **more}
    if subcode is not None:
        stated["error_subcode"] = subcode
    return Reply(status=status, json={"error": stated})
