"""Graph's answers about a page, broken at random: our errors or a reading, nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.errors import ReadError
from config.types import Outcome
from connectors.base import KnownPost, ReaderState, Reread
from tests.lib.broken_json import broken
from tests.lib.facebook_reader import (
    CANARY,
    NOT_SHOWN,
    NOW,
    PAGE,
    POSTS,
    PROFILE,
    SCHEDULED,
    SINCE,
    post,
    reader,
)
from tests.lib.http_server import Reply, ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Iterator

VISITS, DEBUG = "/v25.0/500/visitor_posts", "/v25.0/debug_token"
ROWAN = {"id": "7700000001", "name": "Rowan Marsh"}
COMMENT: dict[str, Any] = {
    "id": "900001_1",
    "message": "See https://elm.example",
    "created_time": "2026-11-24T09:00:00+0000",
    "from": ROWAN,
    "is_hidden": False,
    "parent": {"id": "900001_2"},
    "attachment": {"type": "share", "title": "A hall", "url": "https://elm.example/x"},
}
BELOW = {
    "data": [COMMENT],
    "paging": {"cursors": {"after": "a"}, "next": "http://127.0.0.1/x?after=a"},
    "summary": {"total_count": 2},
}
WAITS = int((NOW + timedelta(days=3)).timestamp())
ANSWERS: dict[str, Any] = {
    PAGE: PROFILE,
    POSTS: {"data": [post(1, comments=BELOW)], "paging": {"cursors": {"after": "x"}}},
    SCHEDULED: {"data": [post(2, is_published=False, scheduled_publish_time=WAITS)]},
    VISITS: {"data": [post(7, **{"from": ROWAN}, comments=BELOW)]},
    "/v25.0/500_1/comments": {"data": [COMMENT]},
    "/v25.0/500_7/comments": {"data": [COMMENT]},
    "/v25.0/900001_1": COMMENT,
    "/v25.0/900001_9": NOT_SHOWN.json,
    "/v25.0/500_8": NOT_SHOWN.json,
    "/v25.0/500_9": NOT_SHOWN.json,
}
TOLD = {"data": {"is_valid": True, "scopes": ["pages_read_user_content"]}}
LOST = {"/v25.0/900001_9", "/v25.0/500_8", "/v25.0/500_9"}


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    """Run one Graph for all examples."""
    with ScriptedServer() as running:
        yield running


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    answers=st.fixed_dictionaries({path: broken(answer) for path, answer in ANSWERS.items()}),
    told=broken(TOLD),
    status=st.sampled_from([400, 400, 404, 200, 500]),
)
def test_a_broken_answer_is_one_of_our_errors_or_a_reading(
    server: ScriptedServer, answers: dict[str, bytes], told: bytes, status: int
) -> None:
    """No other exception, every content can be hashed and stored, nothing gone unasked."""
    json = {"Content-Type": "application/json"}
    for path, body in answers.items():
        given_status = status if path in LOST else 200
        server.on(path, Reply(body=body, headers=json, status=given_status))
    server.on(DEBUG, Reply(body=told, headers=json), method="POST")
    connector = reader(server.url, comments=True)
    said: list[str] = []
    try:
        profile = connector.profile()
        assert profile is not None
    except ReadError as error:
        said.append(str(error))
    try:
        for batch in connector.posts(since=SINCE):
            said.append(batch.note)
            for each in batch.posts:
                each.content.text().encode()
                assert len(each.content.digest()) == 64
                assert each.platform_id
    except ReadError as error:
        said.append(str(error))
    before = len(server.requests)
    state = ReaderState(validators={**connector.validators(), "scheduled": "500_9"})
    known = [
        KnownPost(platform_id="comment 900001_1", current_id="500_1"),
        KnownPost(platform_id="comment 900001_9", current_id="500_1"),
        KnownPost(platform_id="500_8", current_id="visitor"),
        KnownPost(platform_id="500_9"),
    ]
    read: list[Reread] = []
    try:
        read.extend(reader(server.url, comments=True, state=state).reread(known))
    except ReadError as error:
        said.append(str(error))
    paths = [each.path for each in server.requests[before:]]
    gone = {each.platform_id for each in read if each.outcome is Outcome.GONE}
    if gone & {"comment 900001_9", "500_8"}:
        assert {PAGE, DEBUG} <= set(paths)
    if gone & {"500_9"}:
        assert {PAGE, SCHEDULED} <= set(paths)
    assert all(CANARY not in each for each in said)
