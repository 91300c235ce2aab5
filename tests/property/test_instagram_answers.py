"""Graph's answers about Instagram, broken at random: our errors or a reading, nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.errors import ReadError
from config.types import Outcome
from connectors.base import KnownPost
from monitor.clock import SteppedClock
from tests.lib.broken_json import broken
from tests.lib.http_server import Reply
from tests.lib.instagram_reader import NOW, SINCE, reader
from tests.lib.instagram_server import NUMBER, TOKEN, InstagramTown, not_shown

if TYPE_CHECKING:
    from collections.abc import Iterator

HOUR = timedelta(hours=1)
TOWN = InstagramTown(SteppedClock(NOW).now)
POSTED = TOWN.post("See https://elm.example", at=NOW - HOUR, parts=2, alt_text="A hall")
STORY = TOWN.post("Today", kind="STORY", at=NOW - HOUR)
LOST = "18000000000009999"

ANSWERS: dict[str, dict[str, Any]] = {
    "account": TOWN._about(),
    "media": {"data": [TOWN.view(TOWN._posts[POSTED])], "paging": {"cursors": {"after": "x"}}},
    "stories": {"data": [TOWN.view(TOWN._posts[STORY])]},
    "single": TOWN.view(TOWN._posts[POSTED]),
    "missing": not_shown().json,
}


@pytest.fixture(scope="module")
def town() -> Iterator[InstagramTown]:
    """Run one Instagram for all examples."""
    with TOWN:
        yield TOWN


def _script(town: InstagramTown, answers: dict[str, bytes], status: int) -> None:
    """Let the server answer with these bodies, whatever is asked."""
    base = "/v25.0"
    json = {"Content-Type": "application/json"}
    town.server.on(f"{base}/{NUMBER}", Reply(body=answers["account"], headers=json))
    for name in ("media", "stories"):
        town.server.on(f"{base}/{NUMBER}/{name}", Reply(body=answers[name], headers=json))
    town.server.on(f"{base}/{POSTED}", Reply(body=answers["single"], headers=json))
    town.server.on(f"{base}/{LOST}", Reply(body=answers["missing"], status=status, headers=json))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    answers=st.fixed_dictionaries({name: broken(answer) for name, answer in ANSWERS.items()}),
    status=st.sampled_from([400, 400, 404, 200, 500]),
)
def test_a_broken_answer_is_one_of_our_errors_or_a_reading(
    town: InstagramTown, answers: dict[str, bytes], status: int
) -> None:
    """No other exception, every content can be hashed and stored, nothing gone unasked."""
    _script(town, answers, status)
    connector = reader(town, known=NUMBER)
    told: list[str] = []
    try:
        profile = connector.profile()
        assert profile is not None
        profile.content.text().encode()
    except ReadError as error:
        told.append(str(error))
    try:
        for batch in connector.posts(since=SINCE):
            for post in batch.posts:
                post.content.text().encode()
                assert len(post.content.digest()) == 64
    except ReadError as error:
        told.append(str(error))
    before = len(town.server.requests)
    known = [KnownPost(platform_id=each) for each in (POSTED, LOST)]
    try:
        read = list(reader(town, known=NUMBER).reread(known))
    except ReadError as error:
        read = []
        told.append(str(error))
    if any(each.outcome is Outcome.GONE for each in read):
        asked = {each.path.rsplit("/", 1)[1] for each in town.server.requests[before:]}
        assert NUMBER in asked
    assert all(TOKEN not in each for each in told)
