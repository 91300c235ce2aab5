"""Reading one channel of a YouTube on loopback: opening the connector, and what comes of it."""

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
from tests.lib.youtube_server import KEY

if TYPE_CHECKING:
    from connectors.base import FetchedPost, Reread
    from tests.lib.youtube_server import Channel, YouTubeTown

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SINCE = NOW - timedelta(days=30)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NAME = "elmtown"

PRESENT = (Outcome.PRESENT, None)
GONE = (Outcome.GONE, Reason.GONE_OR_HIDDEN)
PARTIAL = (Outcome.CANNOT_TELL, Reason.PARTIAL)
TRANSIENT = (Outcome.CANNOT_TELL, Reason.TRANSIENT)


def reader(
    town: YouTubeTown,
    *,
    handle: str = f"@{NAME}",
    key: str | None = KEY,
    state: ReaderState | None = None,
    known: str | None = None,
    comments: bool = False,
    as_of: datetime = NOW,
) -> Connector:
    """Open the connector for one run; with ``known`` as after a first reading."""
    account = Account(
        id=AccountId("council-youtube"),
        platform="youtube",
        handle=handle,
        kind=Kind.COUNCIL,
        owner="Clerk",
        credential="youtube" if key else None,
        api_base=town.server.url,
        comments=comments,
    )
    return find("youtube").open(
        Circumstances(
            account=account,
            door=Door(clock=lambda: as_of, total_s=20),
            secret=SecretStr(key) if key else None,
            state=state or ReaderState(platform_id=known),
            meter=FreeMeter(),
            as_of=as_of,
        )
    )


def run(
    town: YouTubeTown, channel: Channel, before: dict[str, str], **more: Any
) -> tuple[list[FetchedPost], dict[str, str]]:
    """Read once with what the run before has left; return the posts and what is left now."""
    connector = reader(town, state=ReaderState(platform_id=channel.id, validators=before), **more)
    return listed(connector), dict(connector.validators())


def listed(connector: Connector, **window: Any) -> list[FetchedPost]:
    """Return the posts of a whole listing that is complete."""
    batches = list(connector.posts(**{"since": SINCE, **window}))
    assert all(batch.complete and batch.lists_window for batch in batches)
    return [post for batch in batches for post in batch.posts]


def titles(posts: list[FetchedPost]) -> list[str]:
    """Return the titles of videos."""
    return [post.content.extras[0].text for post in posts]


def again(town: YouTubeTown, channel: Channel, *ids: str, **more: Any) -> list[Reread]:
    """Read posts again in a run of their own, in the order in which they were asked for."""
    connector = reader(town, known=channel.id, **more)
    known = [KnownPost(platform_id=each) for each in ids]
    answers = {each.platform_id: each for each in connector.reread(known)}
    return [answers[each] for each in ids]


def verdicts(answers: list[Reread]) -> list[tuple[Outcome, Reason | None]]:
    """Return outcome and reason of each."""
    return [(each.outcome, each.reason) for each in answers]
