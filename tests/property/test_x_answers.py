"""X's documented answers, broken at random: our errors or a reading, nothing else."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from config.errors import ReadError
from config.register import Account
from config.types import AccountId, Kind, Outcome
from connectors import find
from connectors.base import Circumstances, KnownPost, ReaderState
from connectors.door import Door
from tests.lib.http_server import Reply, ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
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
ODD: list[Any] = [
    None, True, -1, 0, 10**30, 1.5, "", "x", "\ud800", "http://[", [], {}, [None], {"": None},
    ["2"], [["a"]], {"id": {}}, "9" * 400,
]  # fmt: skip


class Free:
    """A meter without a budget."""

    def affordable(self, *, credential: str, price: Decimal) -> int | None:
        """Return no limit."""
        return None

    def charge(self, *, credential: str, price: Decimal, ids: Sequence[str]) -> None:
        """Count ids, which must be text."""
        assert all(isinstance(each, str) for each in ids)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every part of a JSON value."""
    yield path
    if isinstance(value, dict):
        for key, each in value.items():
            yield from places(each, (*path, key))
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from places(each, (*path, index))


@st.composite
def broken(draw: st.DrawFn, answer: dict[str, Any]) -> bytes:
    """Return an answer with up to three parts replaced, or cut, or with a byte changed."""
    whole: Any = copy.deepcopy(answer)
    for _ in range(draw(st.integers(0, 3))):
        path = draw(st.sampled_from(list(places(whole))))
        odd = copy.deepcopy(draw(st.sampled_from(ODD)))
        if not path:
            whole = odd
            continue
        inner = whole
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = odd
    packed = json.dumps(whole).encode()
    how = draw(st.sampled_from(["whole", "whole", "cut", "byte"]))
    place = draw(st.integers(0, len(packed) - 1))
    if how == "cut":
        return packed[:place]
    if how == "byte":
        return packed[:place] + bytes([draw(st.integers(0, 255))]) + packed[place + 1 :]
    return packed


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
