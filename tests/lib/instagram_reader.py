"""Reading one account of an Instagram on loopback: opening the connector, and what comes of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from config.register import Account
from config.types import AccountId, Kind, Outcome, Reason
from connectors import find
from connectors.base import Circumstances, Connector, KnownPost, ReaderState
from connectors.door import Door
from tests.lib.instagram_server import NUMBER, TOKEN
from tests.lib.meter import FreeMeter

if TYPE_CHECKING:
    from connectors.base import FetchedPost, Reread
    from tests.lib.instagram_server import InstagramTown

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SINCE = NOW - timedelta(days=30)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

PRESENT = (Outcome.PRESENT, None)
GONE = (Outcome.GONE, Reason.GONE_OR_HIDDEN)
PARTIAL = (Outcome.CANNOT_TELL, Reason.PARTIAL)


def reader(
    town: InstagramTown,
    *,
    handle: str = "elmtown",
    known: str | None = None,
    before: dict[str, str] | None = None,
    token: str = TOKEN,
    waited: timedelta | None = None,
) -> Connector:
    """Open the connector for one run; with ``known`` as after a first reading."""
    account = Account(
        id=AccountId("council-instagram"),
        platform="instagram",
        handle=handle,
        kind=Kind.COUNCIL,
        owner="Clerk",
        credential="page",
        api_base=town.server.url,
    )
    return find("instagram").open(
        Circumstances(
            account=account,
            door=Door(clock=lambda: NOW, total_s=20),
            secret=SecretStr(token),
            state=ReaderState(platform_id=known, validators=before or {}, waited=waited),
            meter=FreeMeter(),
            as_of=NOW,
        )
    )


def listed(connector: Connector, **window: Any) -> list[FetchedPost]:
    """Return the posts of a whole listing that is complete."""
    batches = list(connector.posts(**{"since": SINCE, **window}))
    assert all(batch.complete and batch.lists_window for batch in batches)
    return [post for batch in batches for post in batch.posts]


def again(town: InstagramTown, *ids: str) -> list[Reread]:
    """Read posts again in a run of their own, in the order in which they were asked for."""
    known = [KnownPost(platform_id=each) for each in ids]
    answers = {each.platform_id: each for each in reader(town, known=NUMBER).reread(known)}
    return [answers[each] for each in ids]


def verdicts(answers: list[Reread]) -> list[tuple[Outcome, Reason | None]]:
    """Return outcome and reason of each."""
    return [(each.outcome, each.reason) for each in answers]
