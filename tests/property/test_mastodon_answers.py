"""Mastodon's documented answers, broken at random: our errors or a reading, nothing else."""

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
from tests.lib.http_server import Reply
from tests.lib.mastodon_reader import CANARY, NOW, SINCE, reader
from tests.lib.mastodon_server import MastodonTown, card, link, picture, poll

if TYPE_CHECKING:
    from collections.abc import Iterator

HOUR = timedelta(hours=1)
TOWN = MastodonTown(SteppedClock(NOW).now)
ELM = TOWN.account("elmtown", display_name="Elm", note=f"<p>{link('https://elm.example')}</p>")
SHOP = TOWN.account("shop")
SHARED = TOWN.post(SHOP, "<p>Kitchens</p>", at=NOW - 9 * HOUR, media_attachments=[picture(1, "x")])
POSTED = TOWN.post(
    ELM,
    f"<p>See {link('https://elm.example/news')} é</p>",
    at=NOW - 8 * HOUR,
    spoiler_text="Bins",
    media_attachments=[picture(2, "A hall"), picture(3, None, "video")],
    poll=poll("Yes", "No"),
    card=card("https://elm.example/news", "News"),
    quote={"state": "accepted", "quoted_status": TOWN.view(SHARED)},
)
TOWN.edit(POSTED, "<p>Other words</p>", at=NOW - 7 * HOUR)
TOWN.boost(ELM, SHARED, at=NOW - 6 * HOUR)
ELM.face["fields"] = [{"name": "Web", "value": link("https://elm.example"), "verified_at": None}]

FACE: dict[str, Any] = TOWN.who(ELM)
LISTING: list[dict[str, Any]] = [TOWN.view(each) for each in reversed(TOWN._statuses)]
EDITS: list[dict[str, Any]] = TOWN._history(TOWN._statuses[POSTED])
MISSING: dict[str, Any] = {"error": "Record not found"}
LOST = POSTED[:-1] + ("1" if POSTED[-1] != "1" else "2")


@pytest.fixture(scope="module")
def town() -> Iterator[MastodonTown]:
    """Run one Mastodon for all examples."""
    with TOWN:
        yield TOWN


def _script(town: MastodonTown, answers: dict[str, bytes], status: int) -> None:
    """Let the server answer with these bodies, whatever is asked."""
    base = f"/api/v1/accounts/{ELM.id}"
    town.server.on(base, Reply(body=answers["face"]))
    town.server.on(f"{base}/statuses", Reply(body=answers["listing"]))
    town.server.on("/api/v1/statuses", Reply(body=answers["listing"]))
    town.server.on(f"/api/v1/statuses/{POSTED}/history", Reply(body=answers["edits"]))
    town.server.on(f"/api/v1/statuses/{LOST}", Reply(body=answers["missing"], status=status))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    answers=st.fixed_dictionaries(
        {
            "face": broken(FACE),
            "listing": broken(LISTING),
            "edits": broken(EDITS),
            "missing": broken(MISSING),
        }
    ),
    status=st.sampled_from([404, 404, 410, 200, 500, 403, 429]),
)
def test_a_broken_answer_is_one_of_our_errors_or_a_reading(
    town: MastodonTown, answers: dict[str, bytes], status: int
) -> None:
    """No other exception, every content can be hashed and stored, nothing gone unasked."""
    _script(town, answers, status)
    state = ReaderState(platform_id=ELM.id)
    connector = reader(town, state=state, token=CANARY)
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
                for content in (post.content, *(each.content for each in post.earlier)):
                    content.text().encode()
                    assert len(content.digest()) == 64
                assert not post.author
    except ReadError as error:
        told.append(str(error))
    before = len(town.server.requests)
    known = [KnownPost(platform_id=each) for each in (POSTED, LOST)]
    try:
        read = list(reader(town, state=state, token=CANARY).reread(known))
    except ReadError as error:
        read = []
        told.append(str(error))
    if any(each.outcome is Outcome.GONE for each in read):
        asked = {each.path.rsplit("/", 1)[1] for each in town.server.requests[before:]}
        assert {LOST, ELM.id} <= asked
        assert status in {404, 410}
    assert all(CANARY not in each for each in told)
