"""Bluesky's documented answers, broken at random: our errors or a reading, nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings

from config.errors import ReadError
from config.types import Outcome
from connectors.base import KnownPost
from monitor.clock import SteppedClock
from tests.lib.bluesky_reader import NOW, ONE, SINCE, TWO, reader
from tests.lib.bluesky_server import FEED, POSTS, PROFILE, RECORD, BlueskyTown
from tests.lib.bluesky_views import external, images, link, quote
from tests.lib.broken_json import broken
from tests.lib.http_server import Reply

if TYPE_CHECKING:
    from collections.abc import Iterator

HOUR = timedelta(hours=1)
TOWN = BlueskyTown(SteppedClock(NOW).now)
ELM = TOWN.account("elm-tc.example", displayName="Elm", description="See elm-tc.gov.uk/a.")
SHOP = TOWN.account("shop.example")
PREVIEW = external("https://shop.example", "Sale", "20% off")
SHARED = TOWN.post(SHOP, "Kitchens", at=NOW - 9 * HOUR, embed=PREVIEW)
TEXT = "See elm-tc.gov.uk/new... é"
TOWN.post(
    ELM,
    TEXT,
    at=NOW - 8 * HOUR,
    facets=[link(TEXT, "elm-tc.gov.uk/new...", "https://elm-tc.gov.uk/news")],
    embed=quote(TOWN.ref(SHARED), images(("A hall", ONE), ("", TWO))),
    tags=["elm"],
)
POSTED = TOWN.post(ELM, "Open at ten", at=NOW - 7 * HOUR)
SHARING = TOWN.repost(ELM, SHARED, at=NOW - 6 * HOUR)
ELM.face["pinnedPost"] = TOWN.ref(POSTED)
ELM.face["avatar"] = f"https://cdn.bsky.example/{ONE}@jpeg"

FACE: dict[str, Any] = {"did": ELM.did, "handle": ELM.handle, **ELM.face}
LISTING: dict[str, Any] = {"feed": [item for _, item in TOWN._items(ELM)], "cursor": ""}
SHOWN: dict[str, Any] = {"posts": [TOWN._view(POSTED), TOWN._view(SHARED)]}
MISSING: dict[str, Any] = {"error": "RecordNotFound", "message": "Could not locate record: at://"}


@pytest.fixture(scope="module")
def town() -> Iterator[BlueskyTown]:
    """Run one Bluesky for all examples."""
    with TOWN:
        yield TOWN


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(face=broken(FACE), listing=broken(LISTING), shown=broken(SHOWN), missing=broken(MISSING))
def test_a_broken_answer_is_one_of_our_errors_or_a_reading(
    town: BlueskyTown, face: bytes, listing: bytes, shown: bytes, missing: bytes
) -> None:
    """No other exception, every content can be hashed and stored, nothing gone unasked."""
    answers = {PROFILE: (face, 200), FEED: (listing, 200), POSTS: (shown, 200)}
    for method, (body, status) in {**answers, RECORD: (missing, 400)}.items():
        town.server.on(f"/xrpc/{method}", Reply(body=body, status=status))
    connector = reader(town, did=ELM.did)
    try:
        profile = connector.profile()
        assert profile is not None
        profile.content.text().encode()
        assert profile.platform_id == ELM.did
    except ReadError:
        pass
    try:
        for batch in connector.posts(since=SINCE):
            for post in batch.posts:
                post.content.text().encode()
                assert len(post.content.digest()) == 64
                assert not post.author
    except ReadError:
        pass
    lost = POSTED[:-1] + ("a" if POSTED[-1] != "a" else "b")
    names = {POSTED: None, lost: None, f"repost {SHARED}": SHARING}
    known = [KnownPost(platform_id=name, current_id=record) for name, record in names.items()]
    before = len(town.server.requests)
    try:
        read = list(reader(town, did=ELM.did).reread(known))
    except ReadError:
        return
    assert {each.platform_id for each in read} == set(names)
    asked = {each.path.removeprefix("/xrpc/") for each in town.server.requests[before:]}
    if any(each.outcome is Outcome.GONE for each in read):
        assert {RECORD, PROFILE} <= asked
