"""YouTube's documented answers, broken at random: our errors or a reading, nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.errors import ReadError
from config.types import Outcome
from connectors.base import KnownPost, ReaderState
from monitor.clock import SteppedClock
from tests.lib.broken_json import broken
from tests.lib.http_server import Asked, Reply
from tests.lib.youtube_reader import NOW, SINCE, reader
from tests.lib.youtube_server import KEY, YouTubeTown

if TYPE_CHECKING:
    from collections.abc import Iterator

HOUR = timedelta(hours=1)
TOWN = YouTubeTown(SteppedClock(NOW).now)
ELM = TOWN.channel("Elm", "elmtown", snippet={"description": "See https://elm.example"})
VIDEO = TOWN.upload(
    ELM,
    "The library",
    "Opens at ten https://elm.example/a",
    at=NOW - HOUR,
    tags=["elm"],
    localizations={"cy": {"title": "Y llyfrgell", "description": ""}},
)
COMMENT = TOWN.comment(VIDEO, "bo", "Hello", at=NOW - HOUR)
LOST = VIDEO[:-1] + ("a" if VIDEO[-1] != "a" else "b")


def _whole(kind: str, *items: dict[str, Any]) -> dict[str, Any]:
    return {"kind": f"youtube#{kind}", "items": list(items), "pageInfo": {"totalResults": 1}}


ANSWERS: dict[str, dict[str, Any]] = {
    "channels": _whole("channelListResponse", TOWN.about(ELM)),
    "playlistItems": _whole(
        "playlistItemListResponse",
        {"contentDetails": {"videoId": VIDEO, "videoPublishedAt": "2026-11-24T11:00:00Z"}},
    ),
    "videos": _whole("videoListResponse", TOWN.view(TOWN._videos[VIDEO])),
    "commentThreads": _whole("commentThreadListResponse", TOWN._thread(TOWN._comments[COMMENT])),
    "comments": _whole("commentListResponse", TOWN.said(TOWN._comments[COMMENT])),
}
EMPTY: dict[str, Any] = _whole("videoListResponse")


@pytest.fixture(scope="module")
def town() -> Iterator[YouTubeTown]:
    """Run one YouTube for all examples."""
    with TOWN:
        yield TOWN


def _script(town: YouTubeTown, answers: dict[str, bytes], embed: int) -> None:
    """Let the server answer with these bodies; asked for the lost video alone, with nothing."""

    def videos(asked: Asked) -> Reply:
        return Reply(body=answers["empty" if asked.param("id") == LOST else "videos"])

    for call in ANSWERS:
        town.server.on(f"/youtube/v3/{call}", Reply(body=answers[call]))
    town.server.on("/youtube/v3/videos", videos)
    town.server.on("/oembed", Reply(status=embed, body="no"))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    answers=st.fixed_dictionaries(
        {call: broken(answer) for call, answer in {**ANSWERS, "empty": EMPTY}.items()}
    ),
    embed=st.sampled_from([200, 401, 403, 404, 404, 500]),
)
def test_a_broken_answer_is_one_of_our_errors_or_a_reading(
    town: YouTubeTown, answers: dict[str, bytes], embed: int
) -> None:
    """No other exception, every content can be hashed and stored, nothing gone unasked."""
    _script(town, answers, embed)
    state = ReaderState(platform_id=ELM.id)
    connector = reader(town, state=state, comments=True)
    told: list[str] = []
    try:
        profile = connector.profile()
        assert profile is not None
        profile.content.text().encode()
        assert profile.platform_id == ELM.id
    except ReadError as error:
        told.append(str(error))
    try:
        for batch in connector.posts(since=SINCE):
            for post in batch.posts:
                post.content.text().encode()
                assert len(post.content.digest()) == 64
    except ReadError as error:
        told.append(str(error))
    assert all(value.isprintable() for value in connector.validators().values())
    before = len(town.server.requests)
    known = [KnownPost(platform_id=f"yt:video:{each}") for each in (VIDEO, LOST)]
    try:
        read = list(reader(town, state=state).reread(known))
    except ReadError as error:
        read = []
        told.append(str(error))
    if any(each.outcome is Outcome.GONE for each in read):
        asked = [each.path.rsplit("/", 1)[1] for each in town.server.requests[before:]]
        assert {"oembed", "channels"} <= set(asked) or "deleted" in answers["videos"].decode()
        assert embed in {401, 403, 404}
    assert all(KEY not in each for each in told)
