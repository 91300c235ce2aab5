"""The real connectors, through the real door, read the demo's town."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

import connectors
from config.errors import AccessError
from config.settings import load, secret
from config.types import Outcome, Reason
from connectors.base import Circumstances, KnownPost, ReaderState
from connectors.door import Door
from monitor.demo.run import DemoTown
from tests.integration.demo.clients import FreeMeter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from connectors.base import Connector, FetchedPost
    from monitor.demo.story import NearMiss, Planted

_READ = ("council-x", "council-facebook", "town-blog", "member-blog")


@pytest.fixture
def town(tmp_path: Path) -> Iterator[DemoTown]:
    """The running town."""
    with DemoTown(tmp_path) as running:
        yield running


def _open(town: DemoTown, label: str) -> Connector:
    settings = load(town.settings_file, environ=town.environ)
    account = next(each for each in settings.register() if each.id == label)
    name = account.credential
    return connectors.find(account.platform).open(
        Circumstances(
            account=account,
            door=Door(clock=town.clock.now),
            secret=secret(name, environ=town.environ) if name else None,
            state=ReaderState(),
            meter=FreeMeter(),
            as_of=town.clock.now(),
        )
    )


def _posts(connector: Connector, town: DemoTown) -> list[FetchedPost]:
    since = town.clock.now() - timedelta(days=30)
    return [post for batch in connector.posts(since=since) for post in batch.posts]


@pytest.mark.parametrize("label", _READ)
def test_every_post_is_read_in_few_requests(town: DemoTown, label: str) -> None:
    """On the second day profile and posts are read whole, with at most three requests."""
    town.advance_to_second_day()
    connector = _open(town, label)
    profile = connector.profile()
    posts = _posts(connector, town)
    told = [post for post in town.story.posts if post.account == label]
    shown = [post for post in told if post.deleted_at is None]

    assert profile is not None
    assert profile.content.fields["name"] == town.world.account(label).name
    assert sorted(post.published_at or town.first_day for post in posts) == sorted(
        post.at for post in shown
    )
    assert len(town.script.requests(label)) <= 3


def test_labels_find_their_posts(town: DemoTown) -> None:
    """The ids of every label are those that the connectors give, but for the post that went."""
    town.advance_to_second_day()
    read = {post.platform_id for label in _READ for post in _posts(_open(town, label), town)}
    labelled: list[Planted | NearMiss] = [*town.planted(), *town.near_misses()]
    posts = {each.platform_id for each in labelled if each.account in _READ}
    gone = {post.platform_id for post in town.story.posts if post.deleted_at is not None}
    profiles = {account.page.platform_id for account in town.story.accounts}

    assert posts - read - profiles == gone


def test_deleted_post_reads_as_gone(town: DemoTown) -> None:
    """Re-reading the post that went says gone, because the account answers."""
    gone = next(post for post in town.story.posts if post.deleted_at is not None)
    town.advance_to_second_day()
    (answer,) = _open(town, gone.account).reread([KnownPost(platform_id=gone.platform_id)])

    assert answer.outcome is Outcome.GONE


def test_dead_token_says_so(town: DemoTown) -> None:
    """The Mayor's page is read on the first day and refuses the token on the second."""
    assert _posts(_open(town, "mayor-facebook"), town)
    town.advance_to_second_day()
    with pytest.raises(AccessError) as refused:
        _posts(_open(town, "mayor-facebook"), town)

    assert refused.value.reason is Reason.AUTH_EXPIRED
    assert town.environ["CLERKWATCH_SECRET_MAYOR_FACEBOOK"] not in str(refused.value)
