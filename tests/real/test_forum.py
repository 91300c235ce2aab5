"""The feed connector against a real forum (django-machina): published, edited, deleted."""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from config.register import Account
from config.types import AccountId, Kind, Outcome
from connectors import find
from connectors.base import Circumstances, Connector, KnownPost, ReaderState
from connectors.door import Door
from tests.lib.meter import FreeMeter
from tests.lib.real_forum import PYTHON, RealForum

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.base import FetchedPost

pytestmark = [
    pytest.mark.skipif("CLERKWATCH_REAL" not in os.environ, reason="only by make test-real"),
    pytest.mark.skipif(not PYTHON.exists(), reason="not installed: django-machina"),
]


@pytest.fixture(scope="module")
def forum() -> Iterator[RealForum]:
    """Run one forum for all of these tests."""
    folder = Path(tempfile.mkdtemp(prefix="forum"))
    try:
        with RealForum(folder) as running:
            yield running
    finally:
        shutil.rmtree(folder)


def reader(forum: RealForum, before: dict[str, str] | None = None) -> Connector:
    """Open the connector for one run."""
    account = Account(
        id=AccountId("forum"),
        platform="feed",
        handle=forum.feed,
        kind=Kind.COUNCIL,
        owner="Clerk",
        api_base=forum.url,
    )
    return find("feed").open(
        Circumstances(
            account=account,
            door=Door(clock=lambda: datetime.now(UTC)),
            secret=None,
            state=ReaderState(validators=before or {}),
            meter=FreeMeter(),
            as_of=datetime.now(UTC),
        )
    )


def listed(connector: Connector) -> dict[str, FetchedPost]:
    """Return the topics of the feed by the first line of what they say."""
    batches = list(connector.posts(since=datetime.now(UTC) - timedelta(days=30)))
    assert all(batch.complete for batch in batches)
    posts = (post for batch in batches for post in batch.posts)
    return {post.content.own.split("\n")[0]: post for post in posts}


def test_a_topic_is_read(forum: RealForum) -> None:
    """Its title in the forum's own form, its words, when it was written."""
    forum.topic("Library", "Opens at ten.")
    post = listed(reader(forum))["News • Library"]
    assert "Opens at ten." in post.content.own
    assert post.published_at is not None
    assert abs(post.published_at - datetime.now(UTC)) < timedelta(minutes=5)


def test_a_deleted_topic_is_gone_and_another_stands(forum: RealForum) -> None:
    """It leaves the feed, and its own page answers 404; a topic beside it is as it was."""
    number = forum.topic("Lost", "Bins on Friday.")
    forum.topic("Kept", "Bins on Monday.")
    connector = reader(forum)
    before = listed(connector)
    left = dict(connector.validators())
    forum.delete(number)
    connector = reader(forum, left)
    assert "News • Lost" not in listed(connector)
    lost, kept = before["News • Lost"], before["News • Kept"]
    known = [KnownPost(platform_id=each.platform_id, url=each.url) for each in (lost, kept)]
    assert {each.platform_id: each.outcome for each in connector.reread(known)} == {
        lost.platform_id: Outcome.GONE,
        kept.platform_id: Outcome.PRESENT,
    }
