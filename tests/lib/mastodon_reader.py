"""Reading one account of a Mastodon on loopback: opening the connector, and what comes of it."""

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
    from tests.lib.mastodon_server import MastodonTown, Member

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SINCE = NOW - timedelta(days=30)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NAME = "elmtown"
HANDLE = f"@{NAME}@social.example"
CANARY = "canary-mastodon-token-42"

PRESENT = (Outcome.PRESENT, None)
GONE = (Outcome.GONE, Reason.GONE_OR_HIDDEN)
PARTIAL = (Outcome.CANNOT_TELL, Reason.PARTIAL)
TRANSIENT = (Outcome.CANNOT_TELL, Reason.TRANSIENT)


def reader(
    town: MastodonTown,
    *,
    known: str | None = None,
    handle: str = HANDLE,
    token: str = "",
    state: ReaderState | None = None,
) -> Connector:
    """Open the connector for one run; with ``known`` as after a first reading."""
    account = Account(
        id=AccountId("council-mastodon"),
        platform="mastodon",
        handle=handle,
        kind=Kind.COUNCIL,
        owner="Clerk",
        credential="mastodon" if token else None,
        api_base=town.server.url,
    )
    return find("mastodon").open(
        Circumstances(
            account=account,
            door=Door(clock=lambda: NOW, total_s=20),
            secret=SecretStr(token) if token else None,
            state=state or ReaderState(platform_id=known),
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


def only(town: MastodonTown, elm: Member) -> Content:
    """Return the content of the only post, which reads the same listed and read again."""
    (post,) = listed(reader(town, known=elm.id))
    (answer,) = reader(town, known=elm.id).reread([KnownPost(platform_id=post.platform_id)])
    assert answer.post is not None
    assert answer.post.content == post.content
    return post.content


def again(town: MastodonTown, elm: Member, *ids: str, token: str = "") -> list[Reread]:
    """Read posts again in a run of their own, in the order in which they were asked for."""
    connector = reader(town, known=elm.id, token=token)
    answers = {
        each.platform_id: each
        for each in connector.reread([KnownPost(platform_id=each) for each in ids])
    }
    return [answers[each] for each in ids]


def verdicts(answers: list[Reread]) -> list[tuple[Outcome, Reason | None]]:
    """Return outcome and reason of each."""
    return [(each.outcome, each.reason) for each in answers]
