"""WordPress' documented answers, broken at random: our errors or a reading, nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.errors import ReadError
from config.types import Outcome
from monitor.clock import SteppedClock
from tests.lib.broken_json import broken
from tests.lib.http_server import Reply
from tests.lib.wordpress_reader import NOW, SINCE, known, reader
from tests.lib.wordpress_server import LOGIN, WordPressTown

if TYPE_CHECKING:
    from collections.abc import Iterator

HOUR = timedelta(hours=1)
SITE = WordPressTown(SteppedClock(NOW).now)
POST = SITE.post(
    "Library",
    '<p>Opens <a href="https://elm.example/a">at ten</a></p><img src="/a.png" alt="A hall">',
    at=NOW - 5 * HOUR,
    excerpt="Come in",
    _embedded={"wp:featuredmedia": [{"source_url": "https://elm.example/b.png", "alt_text": "x"}]},
)
SITE.edit(POST, title="The library", at=NOW - HOUR)
COMMENT = SITE.comment(POST, "Bo", "<p>Hello</p>")
LOST = 999

STORED = SITE._posts[POST]
LISTING: list[dict[str, Any]] = [SITE.view(STORED)]
ANSWERS: dict[str, Any] = {
    "index": SITE._index(),
    "types": SITE._kinds(),
    "listing": LISTING,
    "comments": [SITE.said(SITE._comments[COMMENT])],
    "revisions": [SITE._revision(STORED, *each) for each in STORED.versions],
    "missing": {"code": "rest_post_invalid_id", "message": "x", "data": {"status": 404}},
}


@pytest.fixture(scope="module")
def site() -> Iterator[WordPressTown]:
    """Run one WordPress for all examples."""
    with SITE:
        yield SITE


def _script(site: WordPressTown, answers: dict[str, bytes], status: int) -> None:
    """Let the server answer with these bodies, whatever is asked."""
    base = "/wp-json/wp/v2"
    site.server.on("/wp-json/", Reply(body=answers["index"]))
    site.server.on(f"{base}/types", Reply(body=answers["types"]))
    site.server.on(f"{base}/users/me", Reply(json={"id": 1}))
    for name in ("posts", "pages"):
        site.server.on(f"{base}/{name}", Reply(body=answers["listing"]))
    site.server.on(f"{base}/comments", Reply(body=answers["comments"]))
    site.server.on(f"{base}/posts/{POST}/revisions", Reply(body=answers["revisions"]))
    site.server.on(f"{base}/posts/{LOST}", Reply(body=answers["missing"], status=status))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    answers=st.fixed_dictionaries({name: broken(answer) for name, answer in ANSWERS.items()}),
    status=st.sampled_from([404, 404, 410, 401, 200, 500, 429]),
)
def test_a_broken_answer_is_one_of_our_errors_or_a_reading(
    site: WordPressTown, answers: dict[str, bytes], status: int
) -> None:
    """No other exception, every content can be hashed and stored, nothing gone unasked."""
    _script(site, answers, status)
    left = {"rest": f"https://news.example {'https://news.example/wp-json'}"}
    connector = reader(site, login=LOGIN, before=left, comments=True)
    told: list[str] = []
    try:
        profile = connector.profile()
        if profile is not None:
            profile.content.text().encode()
    except ReadError as error:
        told.append(str(error))
    connector = reader(site, login=LOGIN, before=left, comments=True)
    try:
        for batch in connector.posts(since=SINCE):
            for post in batch.posts:
                for content in (post.content, *(each.content for each in post.earlier)):
                    content.text().encode()
                    assert len(content.digest()) == 64
    except ReadError as error:
        told.append(str(error))
    before = len(site.server.requests)
    wanted = [known(site, POST), known(site, LOST)]
    try:
        read = list(reader(site, login=LOGIN, before=left).reread(wanted))
    except ReadError as error:
        read = []
        told.append(str(error))
    if any(each.outcome is Outcome.GONE for each in read):
        asked = {each.path.rsplit("/", 1)[1] for each in site.server.requests[before:]}
        assert {str(LOST), "me"} <= asked
    assert all("canary" not in each for each in told)
