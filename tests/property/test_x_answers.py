"""X's documented answers, broken at random: our errors or a reading, nothing else."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from pydantic import SecretStr

from config.errors import ReadError
from config.register import Account
from config.types import AccountId, Kind, Outcome
from connectors import find
from connectors.base import Circumstances, KnownPost, ReaderState
from connectors.door import Door
from tests.lib.broken_json import broken
from tests.lib.http_server import Reply, ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager
    from decimal import Decimal

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
POST = {
    "id": "1600000000000000001",
    "edit_history_tweet_ids": ["1600000000000000000", "1600000000000000001"],
    "text": "RT @Other: cut…",
    "note_tweet": {"text": "All of it https://t.co/a", "entities": {"urls": []}},
    "author_id": "77",
    "in_reply_to_user_id": "77",
    "created_at": "2026-11-20T10:00:00.000Z",
    "article": {"title": "t", "plain_text": "p"},
    "attachments": {"media_keys": ["3_1"], "poll_ids": ["9"]},
    "entities": {"urls": [{"url": "https://t.co/a", "expanded_url": "https://a.example"}]},
    "referenced_tweets": [{"type": "quoted", "id": "5"}, {"type": "replied_to", "id": "6"}],
}
PROBLEM = {
    "value": "2",
    "detail": "Could not find tweet with ids: [2].",
    "title": "Not Found Error",
    "resource_type": "tweet",
    "parameter": "ids",
    "resource_id": "2",
    "type": "https://api.twitter.com/2/problems/resource-not-found",
}
ANSWER = {
    "data": [POST],
    "includes": {
        "tweets": [{"id": "5", "author_id": "88", "text": "quoted"}],
        "media": [{"media_key": "3_1", "alt_text": "alt"}],
        "polls": [{"id": "9", "options": [{"label": "yes"}]}],
    },
    "errors": [PROBLEM],
    "meta": {"result_count": 1, "newest_id": "1600000000000000001"},
}
USER = {
    "data": {
        "id": "77",
        "name": "Elm",
        "username": "ElmTown",
        "description": "d",
        "url": "https://t.co/u",
        "entities": {
            "url": {"urls": [{"url": "https://t.co/u", "expanded_url": "https://u.example"}]}
        },
        "profile_image_url": "https://pbs.twimg.com/a_normal.jpg",
        "pinned_tweet_id": "5",
    }
}


class Free:
    """A meter without a budget."""

    def hold(
        self, *, credential: str, price: Decimal, wanted: int, least: int
    ) -> AbstractContextManager[int | None]:
        """Return no limit."""
        del credential, price, wanted, least
        return nullcontext()

    def charge(self, *, credential: str, price: Decimal, ids: Sequence[str]) -> None:
        """Count ids, which must be text."""
        assert all(isinstance(each, str) for each in ids)


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    """Run one server for all examples."""
    with ScriptedServer() as running:
        yield running


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(user=broken(USER), listing=broken(ANSWER), lookup=broken(ANSWER))
def test_a_broken_answer_is_one_of_our_errors_or_a_reading(
    server: ScriptedServer, user: bytes, listing: bytes, lookup: bytes
) -> None:
    """No other exception, every content can be hashed and stored, nothing gone unasked."""
    server.on("/2/users/77", Reply(body=user))
    server.on("/2/users/77/tweets", Reply(body=listing))
    server.on("/2/tweets", Reply(body=lookup))
    account = Account(
        id=AccountId("x"),
        platform="x",
        handle="ElmTown",
        kind=Kind.COUNCIL,
        owner="Clerk",
        credential="x_bearer",
        api_base=server.url,
    )
    connector = find("x").open(
        Circumstances(
            account=account,
            door=Door(clock=lambda: NOW),
            secret=SecretStr("canary-canary"),
            state=ReaderState(platform_id="77"),
            meter=Free(),
            as_of=NOW,
        )
    )
    try:
        profile = connector.profile()
        assert profile is not None
        profile.content.text().encode()
    except ReadError:
        pass
    try:
        for batch in connector.posts(since=NOW - timedelta(days=30)):
            for post in batch.posts:
                assert post.platform_id.isdigit()
                post.content.text().encode()
                assert len(post.content.digest()) == 64
    except ReadError:
        pass
    before = len(server.requests)
    try:
        answers = list(connector.reread([KnownPost(platform_id="2"), KnownPost(platform_id="3")]))
    except ReadError:
        return
    assert {each.platform_id for each in answers} == {"2", "3"}
    assert all(each.outcome is not Outcome.GONE or each.reason for each in answers)
    assert len(server.requests) > before
