"""The WordPress connector against a real WordPress: published, edited, commented, taken down."""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from config.register import Account
from config.types import AccountId, Kind, Outcome
from connectors import find
from connectors.base import Circumstances, Connector, KnownPost, ReaderState
from connectors.door import Door
from tests.lib.meter import FreeMeter
from tests.lib.real_wordpress import RealWordPress, missing
from tests.lib.wordpress_contract import document, wrong_in_answer, wrong_in_request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.base import FetchedPost

pytestmark = [
    pytest.mark.skipif("CLERKWATCH_REAL" not in os.environ, reason="only by make test-real"),
    pytest.mark.skipif(bool(missing()), reason=f"not installed: {missing()}"),
]


@pytest.fixture(scope="module")
def site() -> Iterator[RealWordPress]:
    """Run one WordPress for all of these tests, in a folder with a short name for its socket."""
    folder = Path(tempfile.mkdtemp(prefix="wp"))
    try:
        with RealWordPress(folder) as running:
            yield running
    finally:
        shutil.rmtree(folder)


def reader(
    site: RealWordPress, *, login: bool = False, before: dict[str, str] | None = None
) -> Connector:
    """Open the connector for one run."""
    account = Account(
        id=AccountId("council-site"),
        platform="wordpress",
        handle=site.url,
        kind=Kind.COUNCIL,
        owner="Clerk",
        api_base=site.url,
        comments=True,
    )
    return find("wordpress").open(
        Circumstances(
            account=account,
            door=Door(clock=lambda: datetime.now(UTC)),
            secret=SecretStr(f"clerk:{site.password}") if login else None,
            state=ReaderState(validators=before or {}),
            meter=FreeMeter(),
            as_of=datetime.now(UTC),
        )
    )


def listed(connector: Connector) -> dict[str, FetchedPost]:
    """Return the posts of a whole listing by their lasting names."""
    batches = list(connector.posts(since=datetime.now(UTC) - timedelta(days=30)))
    assert all(batch.complete for batch in batches)
    return {post.platform_id: post for batch in batches for post in batch.posts}


def known(post: FetchedPost) -> KnownPost:
    """Return a post as storage knows it."""
    return KnownPost(platform_id=post.platform_id, current_id=post.current_id, url=post.url)


def published(
    site: RealWordPress, title: str, content: str, **more: Any
) -> tuple[int, FetchedPost]:
    """Publish a post and return its number, and what the connector reads of it."""
    number = int(site.write("/posts", title=title, content=content, status="publish", **more)["id"])
    (post,) = [
        each for each in listed(reader(site)).values() if each.current_id == f"posts {number}"
    ]
    return number, post


def test_what_was_really_published_is_read(site: RealWordPress) -> None:
    """Title, body, page, comment, and the site's own face."""
    site.write("/pages", title="Contact", content="<p>Ring us.</p>", status="publish")
    number, post = published(site, "Library", "<p>Opens at ten.</p>")
    writer = {"author_name": "Bo", "author_email": "bo@elm.example"}
    made = site.write("/comments", post=number, content="Nice", **writer)
    site.write(f"/comments/{made['id']}", status="approved")
    assert post.content.own == "Library\nOpens at ten."
    assert post.published_at is not None
    assert abs(post.published_at - datetime.now(UTC)) < timedelta(minutes=5)
    found = listed(reader(site))
    assert "Contact\nRing us." in {each.content.own for each in found.values()}
    (comment,) = [each for each in found.values() if each.content.own == "Nice"]
    assert comment.parent_id == post.platform_id
    profile = reader(site).profile()
    assert profile is not None
    assert profile.content.fields["name"] == "Elm Town Council"


def test_the_feed_names_and_words_a_post_alike(site: RealWordPress) -> None:
    """So that a site whose interface is opened later shows no second posts."""
    _, post = published(site, "Hall", "<p>The hall is closed.</p>")
    account = Account(
        id=AccountId("feed"),
        platform="feed",
        handle=f"{site.url}/feed/",
        kind=Kind.COUNCIL,
        owner="Clerk",
        api_base=site.url,
    )
    feed = find("feed").open(
        Circumstances(
            account=account,
            door=Door(clock=lambda: datetime.now(UTC)),
            secret=None,
            state=ReaderState(),
            meter=FreeMeter(),
            as_of=datetime.now(UTC),
        )
    )
    batches = list(feed.posts(since=datetime.now(UTC) - timedelta(days=30)))
    found = {each.platform_id: each for batch in batches for each in batch.posts}
    assert found[post.platform_id].content.own == post.content.own


def test_an_edit_is_read_with_what_it_was_in_between(site: RealWordPress) -> None:
    """With the clerk's application password WordPress tells its revisions."""
    number, post = published(site, "Bins", "<p>On Friday.</p>")
    connector = reader(site, login=True)
    listed(connector)
    left = dict(connector.validators())
    for words in ("<p>On Monday.</p>", "<p>On Tuesday.</p>"):
        # WordPress counts in whole seconds.
        moved = datetime.now(UTC) + timedelta(seconds=2)
        while datetime.now(UTC) < moved:
            site.get("/wp-json/")
        site.write(f"/posts/{number}", content=words)
    after = listed(reader(site, login=True, before=left))[post.platform_id]
    assert after.content.own == "Bins\nOn Tuesday."
    assert [each.content.own for each in after.earlier] == ["Bins\nOn Monday."]


@pytest.mark.parametrize("how", ["trash", "delete", "private", "draft"])
@pytest.mark.parametrize("login", [False, True], ids=["stranger", "clerk"])
def test_what_was_really_taken_down_is_gone(site: RealWordPress, how: str, *, login: bool) -> None:
    """However it was done, for a stranger and with a login; a post that stands stands."""
    number, lost = published(site, f"Lost {how} {login}", "<p>x</p>")
    _, kept = published(site, f"Kept {how} {login}", "<p>x</p>")
    if how in {"trash", "delete"}:
        site.write(f"/posts/{number}", "DELETE", force=how == "delete")
    else:
        site.write(f"/posts/{number}", status=how)
    answers = reader(site, login=login).reread([known(lost), known(kept)])
    assert {each.platform_id: each.outcome for each in answers} == {
        lost.platform_id: Outcome.GONE,
        kept.platform_id: Outcome.PRESENT,
    }


def test_words_behind_a_password_are_hidden(site: RealWordPress) -> None:
    """The title is still there, the words are not, and nothing is called gone."""
    number, post = published(site, "Secret", "<p>20% off</p>")
    site.write(f"/posts/{number}", password="open")
    (answer,) = reader(site).reread([known(post)])
    assert answer.outcome is Outcome.PRESENT
    assert answer.post is not None
    assert "20% off" not in answer.post.content.text()


def test_the_contract_of_the_other_tests_is_what_wordpress_says(site: RealWordPress) -> None:
    """Every parameter and field that the loopback WordPress knows exists here, too."""
    _, index = site.get("/wp-json/")
    for route, parameters in document()["routes"].items():
        gets = [each for each in index["routes"][route]["endpoints"] if "GET" in each["methods"]]
        assert set(parameters) <= set(gets[0]["args"] or {})
    status, posts = site.get("/wp-json/wp/v2/posts?_fields=id,guid,date_gmt,title,content,excerpt")
    assert (status, wrong_in_answer("/wp/v2/posts", posts)) == (200, "")
    assert (
        wrong_in_request("/wp/v2/posts", {"orderby": ["modified"], "modified_after": ["x"]}) == ""
    )
