"""Reading one account of a Bluesky on loopback: opening the connector, and what comes of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from config.register import Account
from config.types import AccountId, Kind, Outcome, Reason
from connectors import find
from connectors.base import Circumstances, Connector, KnownPost, ReaderState
from connectors.door import Door
from tests.lib.meter import FreeMeter

if TYPE_CHECKING:
    from connectors.base import Content, FetchedPost, Reread
    from tests.lib.bluesky_server import BlueskyTown, Member

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SINCE = NOW - timedelta(days=30)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HANDLE = "elm-tc.example"
CANARY = "canary-app-password-42"
ONE = "bafkreih6ydkbr3ttw6ax2vhcdc6z4fpnsnqvwqkcgvwqqfkzy6lbsozgka"
TWO = "bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"

PRESENT = (Outcome.PRESENT, None)
GONE = (Outcome.GONE, Reason.GONE_OR_HIDDEN)
PARTIAL = (Outcome.CANNOT_TELL, Reason.PARTIAL)


def reader(
    town: BlueskyTown,
    *,
    did: str | None = None,
    handle: str = HANDLE,
    total_s: float = 20,
    state: ReaderState | None = None,
) -> Connector:
    """Open the connector for one run; with ``did`` as after a first reading."""
    account = Account(
        id=AccountId("council-bluesky"),
        platform="bluesky",
        handle=handle,
        kind=Kind.COUNCIL,
        owner="Clerk",
        credential="bluesky",
        api_base=town.server.url,
    )
    return find("bluesky").open(
        Circumstances(
            account=account,
            door=Door(clock=lambda: NOW, total_s=total_s),
            secret=SecretStr(CANARY),
            state=state or ReaderState(platform_id=did),
            meter=FreeMeter(),
            as_of=NOW,
        )
    )


def listed(connector: Connector, **window: Any) -> list[FetchedPost]:
    """Return the posts of a whole listing that is complete."""
    batches = list(connector.posts(**{"since": SINCE, **window}))
    assert all(batch.complete and batch.lists_window for batch in batches)
    return [post for batch in batches for post in batch.posts]


def texts(posts: list[FetchedPost]) -> list[str]:
    """Return what the posts say."""
    return [post.content.text() for post in posts]


def only(town: BlueskyTown, elm: Member) -> Content:
    """Return the content of the only post, which reads the same listed and read again."""
    (post,) = listed(reader(town, did=elm.did))
    (again,) = reader(town, did=elm.did).reread([KnownPost(platform_id=post.platform_id)])
    assert again.post is not None
    assert again.post.content == post.content
    return post.content


def again(town: BlueskyTown, elm: Member, *uris: str, **more: Any) -> list[Reread]:
    """Read posts again in a run of their own, in the order in which they were asked for."""
    known = [KnownPost(platform_id=uri, **more) for uri in uris]
    answers = {each.platform_id: each for each in reader(town, did=elm.did).reread(known)}
    return [answers[uri] for uri in uris]


def verdicts(answers: list[Reread]) -> list[tuple[Outcome, Reason | None]]:
    """Return outcome and reason of each."""
    return [(each.outcome, each.reason) for each in answers]
