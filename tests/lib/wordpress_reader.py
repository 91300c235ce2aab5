"""Reading one WordPress site on loopback: opening the connector, and what comes of it."""

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
    from connectors.base import FetchedPost, Reread
    from tests.lib.wordpress_server import WordPressTown

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SINCE = NOW - timedelta(days=30)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

PRESENT = (Outcome.PRESENT, None)
GONE = (Outcome.GONE, Reason.GONE_OR_HIDDEN)
PARTIAL = (Outcome.CANNOT_TELL, Reason.PARTIAL)
TRANSIENT = (Outcome.CANNOT_TELL, Reason.TRANSIENT)


def reader(
    site: WordPressTown,
    *,
    login: str = "",
    before: dict[str, str] | None = None,
    comments: bool = False,
    handle: str = "https://news.example",
    as_of: datetime = NOW,
) -> Connector:
    """Open the connector for one run."""
    account = Account(
        id=AccountId("council-site"),
        platform="wordpress",
        handle=handle,
        kind=Kind.COUNCIL,
        owner="Clerk",
        credential="wordpress" if login else None,
        api_base=site.server.url,
        comments=comments,
    )
    return find("wordpress").open(
        Circumstances(
            account=account,
            door=Door(clock=lambda: as_of, total_s=20),
            secret=SecretStr(login) if login else None,
            state=ReaderState(platform_id=site.server.url, validators=before or {}),
            meter=FreeMeter(),
            as_of=as_of,
        )
    )


def known_root(site: WordPressTown) -> dict[str, str]:
    """Return what a first reading leaves of where the interface is."""
    connector = reader(site)
    connector.probe()
    site._asked.clear()
    return dict(connector.validators())


def run(
    site: WordPressTown, before: dict[str, str], **more: Any
) -> tuple[list[FetchedPost], dict[str, str]]:
    """Read once with what the run before has left; return the posts and what is left now."""
    connector = reader(site, before=before, **more)
    return listed(connector), dict(connector.validators())


def listed(connector: Connector, **window: Any) -> list[FetchedPost]:
    """Return the posts of a whole listing that is complete."""
    batches = list(connector.posts(**{"since": SINCE, **window}))
    assert all(batch.complete and batch.lists_window for batch in batches)
    return [post for batch in batches for post in batch.posts]


def owns(posts: list[FetchedPost]) -> list[str]:
    """Return what the posts say."""
    return [post.content.own for post in posts]


def known(site: WordPressTown, number: int, base: str = "posts") -> KnownPost:
    """Return a post as storage knows it after a reading."""
    if base == "comments":
        return KnownPost(platform_id=f"wp:comments {number}", current_id=f"comments {number}")
    return KnownPost(
        platform_id=f"{site.server.url}/?p={number}",
        current_id=f"{base} {number}",
        url=f"{site.server.url}/{base}-{number}/",
    )


def again(site: WordPressTown, *posts: KnownPost, **more: Any) -> list[Reread]:
    """Read posts again in a run of their own, in the order in which they were asked for."""
    more["before"] = more["before"] if "before" in more else known_root(site)
    answers = {each.platform_id: each for each in reader(site, **more).reread(posts)}
    return [answers[each.platform_id] for each in posts]


def verdicts(answers: list[Reread]) -> list[tuple[Outcome, Reason | None]]:
    """Return outcome and reason of each."""
    return [(each.outcome, each.reason) for each in answers]
