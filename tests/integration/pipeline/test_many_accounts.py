"""Fifty accounts on five platforms in one pull: nothing new is cheap, and failures stay apart."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from config.types import CoverageStatus
from tests.integration.pipeline.village import CLEAN, HALF_AN_HOUR
from tests.lib.bluesky_server import BlueskyTown
from tests.lib.http_server import Reply
from tests.lib.instagram_server import TOKEN, InstagramTown
from tests.lib.mastodon_server import MastodonTown
from tests.lib.wordpress_server import WordPressTown
from tests.lib.youtube_server import KEY, YouTubeTown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.pipeline.village import Village
    from tests.lib.http_server import ScriptedServer

EACH = 10
HOUR = timedelta(hours=1)


@pytest.fixture
def servers(village: Village) -> Iterator[dict[str, ScriptedServer]]:
    """Run fifty platforms with an account and two posts on each, all registered."""
    village.environ["CLERKWATCH_SECRET_TUBE"] = KEY
    village.environ["CLERKWATCH_SECRET_PAGE"] = TOKEN
    running: dict[str, ScriptedServer] = {}
    now = village.clock.now
    with ExitStack() as stack:

        def registered(platform: str, number: int, handle: str, server: ScriptedServer) -> None:
            secrets = {"youtube": 'credential = "tube"\n', "instagram": 'credential = "page"\n'}
            label = f"{platform}-{number}"
            running[label] = server
            village.register(
                f'id = "{label}"\nplatform = "{platform}"\nhandle = "{handle}"\n'
                f'kind = "council"\nowner = "Jo"\napi_base = "{server.url}"\n'
                f"{secrets.get(platform, '')}"
            )

        for number in range(EACH):
            sky = stack.enter_context(BlueskyTown(now))
            member = sky.account(f"elm{number}.example")
            sky.post(member, CLEAN, at=now() - HOUR)
            registered("bluesky", number, member.handle, sky.server)
            masto = stack.enter_context(MastodonTown(now))
            masto.post(masto.account(f"elm{number}"), f"<p>{CLEAN}</p>", at=now() - HOUR)
            registered("mastodon", number, f"@elm{number}@social.example", masto.server)
            tube = stack.enter_context(YouTubeTown(now))
            tube.upload(tube.channel("Elm", f"elmtown{number}"), CLEAN, at=now() - HOUR)
            registered("youtube", number, f"@elmtown{number}", tube.server)
            site = stack.enter_context(WordPressTown(now))
            site.post("Library", f"<p>{CLEAN}</p>", at=now() - HOUR)
            registered("wordpress", number, f"https://elm{number}.example", site.server)
            gram = stack.enter_context(InstagramTown(now))
            gram.username = f"elmtown{number}"
            gram.post(CLEAN, at=now() - HOUR)
            registered("instagram", number, gram.username, gram.server)
        yield running


def test_nothing_new_costs_three_requests_an_account_at_most(
    village: Village, servers: dict[str, ScriptedServer]
) -> None:
    """On every platform, once the accounts are known."""
    first = village.scan().coverage
    assert {read.status for read in first} == {CoverageStatus.READ}
    assert (len(first), sum(read.recorded.new for read in first)) == (5 * EACH, 5 * EACH)
    before = {label: len(server.requests) for label, server in servers.items()}
    second = village.scan(after=HALF_AN_HOUR).coverage
    assert {read.status for read in second} == {CoverageStatus.READ}
    asked = {label: len(server.requests) - before[label] for label, server in servers.items()}
    assert {label: number for label, number in asked.items() if number > 3} == {}
    assert sum(read.recorded.new + read.recorded.edited for read in second) == 0


def test_accounts_that_fail_leave_the_others_alone(
    village: Village, servers: dict[str, ScriptedServer]
) -> None:
    """One of each platform answers nonsense: five fail, forty-five are read."""
    village.scan()
    for label in [label for label in servers if label.endswith("-0")]:
        servers[label]._routes.clear()
        servers[label].on("/*", Reply(status=500, body="<html>"))
    read = village.scan(after=HALF_AN_HOUR).coverage
    failed = sorted(each.account for each in read if each.status is not CoverageStatus.READ)
    assert failed == sorted(label for label in servers if label.endswith("-0"))
    assert sum(each.recorded.gone for each in read) == 0
