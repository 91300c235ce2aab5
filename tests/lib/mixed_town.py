"""Accounts on all platforms at once, each behind a real server, that answer when they are told to.

For the pull of a whole register: what each account is asked, whether one that hangs delays
another, and (in `benchmarks`) how long it takes when every answer takes its time.
"""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from typing import TYPE_CHECKING, Self

from monitor.demo.faults import Script
from monitor.demo.feed_server import FeedPlatform
from monitor.demo.graph_server import GraphPlatform
from monitor.demo.server import LoopbackServer
from monitor.demo.world import Body, Site, TownAccount, World
from monitor.demo.x_server import XPlatform
from tests.lib.bluesky_server import BlueskyTown
from tests.lib.http_server import Reply
from tests.lib.instagram_server import TOKEN, InstagramTown
from tests.lib.mastodon_server import MastodonTown
from tests.lib.wordpress_server import WordPressTown
from tests.lib.youtube_server import KEY, YouTubeTown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from types import TracebackType

    from monitor.demo.server import Platform
    from tests.lib.http_server import Answering, ScriptedServer

SITES = {"x": Site.X, "facebook": Site.FACEBOOK, "feed": Site.FEED}
PLATFORMS = (*SITES, "bluesky", "mastodon", "youtube", "wordpress", "instagram")
_MINUTE = timedelta(minutes=1)


class MixedTown:
    """Accounts in turn on every platform, with the same posts on each; while entered.

    Attributes:
        labels: In the register's order; the platform's name comes first in each.
        entries: Each account's table of the configuration, as TOML.
        environ: Where its secrets are looked up.
        servers: The server of each account that has one of its own.
    """

    def __init__(
        self, clock: Callable[[], datetime], *, accounts: int, texts: Sequence[str], wait_s: float
    ) -> None:
        """Prepare it.

        Args:
            clock: The present moment.
            accounts: How many.
            texts: What each one posts, a minute apart, the newest an hour ago.
            wait_s: How long every answer takes; 0: it comes at once.
        """
        self._clock, self._texts, self._wait_s = clock, texts, wait_s
        self._script = Script()
        self._world = World(clock=clock)
        self._open = ExitStack()
        self._shared: dict[Site, LoopbackServer] = {}
        self.servers: dict[str, ScriptedServer] = {}
        self.entries: dict[str, str] = {}
        self.environ = {
            "CLERKWATCH_SECRET_TUBE": KEY,
            "CLERKWATCH_SECRET_PAGE": TOKEN,
        }
        numbers = range(accounts)
        self.labels = [f"{PLATFORMS[n % len(PLATFORMS)]}-{n:02}" for n in numbers]

    def __enter__(self) -> Self:
        """Start every server and publish the posts."""
        platforms: dict[Site, Platform] = {
            Site.X: XPlatform(self._world, limit=10**6),
            Site.FACEBOOK: GraphPlatform(self._world),
            Site.FEED: FeedPlatform(self._world, window=None),
        }
        for site, platform in platforms.items():
            server = LoopbackServer(platform, script=self._script, wait_s=self._wait_s)
            self._shared[site] = self._open.enter_context(server)
        for label in self.labels:
            kind = label.partition("-")[0]
            if kind in SITES:
                self._on_shared(label, SITES[kind])
            else:
                server = getattr(self, f"_{kind}")(label)
                server.wait_s = self._wait_s
                self.servers[label] = server
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop every server."""
        self._open.close()

    def hang(self, label: str, answer: Answering = Reply(hang=True)) -> None:  # noqa: B008  # frozen
        """Let an account with a server of its own never answer, or always so."""
        self.servers[label].only("/*", answer)

    def asked(self) -> dict[str, int]:
        """Return how many requests were made so far for each account."""
        return {
            label: len(self.servers[label].requests)
            if label in self.servers
            else len(self._script.requests(label))
            for label in self.labels
        }

    def _times(self) -> list[datetime]:
        newest = self._clock() - timedelta(hours=1)
        return [newest - _MINUTE * n for n in reversed(range(len(self._texts)))]

    def _register(self, label: str, handle: str, url: str, credential: str = "") -> None:
        kind = label.partition("-")[0]
        named = f'credential = "{credential}"\n' if credential else ""
        self.entries[label] = (
            f'id = "{label}"\nplatform = "{kind}"\nhandle = "{handle}"\nkind = "council"\n'
            f'owner = "Jo Marsh"\napi_base = "{url}"\n{named}'
        )

    def _on_shared(self, label: str, site: Site) -> None:
        number, name, base = label[-2:], label.replace("-", ""), self._shared[site].url
        self._world.add_account(
            TownAccount(
                label=label,
                site=site,
                platform_id=f"10{number}",
                handle=name,
                name="Elm Town Council",
                description="The town council's own account. Complaints: 01632 960001",
                token=f"token-of-{label}",
            )
        )
        for at, text in zip(self._times(), self._texts, strict=True):
            title = " ".join(text.split()[:3]) if site is Site.FEED else ""
            self._world.publish(label, at, body=Body(text=text, title=title))
        secret = name
        self.environ[f"CLERKWATCH_SECRET_{secret.upper()}"] = f"token-of-{label}"
        handle = f"{base}/{name}/feed.xml" if site is Site.FEED else name
        self._register(label, handle, base, "" if site is Site.FEED else secret)

    def _bluesky(self, label: str) -> ScriptedServer:
        town = self._open.enter_context(BlueskyTown(self._clock))
        member = town.account(f"{label}.example")
        for at, text in zip(self._times(), self._texts, strict=True):
            town.post(member, text[:300], at=at)
        self._register(label, member.handle, town.server.url)
        return town.server

    def _mastodon(self, label: str) -> ScriptedServer:
        town = self._open.enter_context(MastodonTown(self._clock))
        name = label.replace("-", "")
        member = town.account(name)
        for at, text in zip(self._times(), self._texts, strict=True):
            town.post(member, f"<p>{text}</p>", at=at)
        self._register(label, f"@{name}@social.example", town.server.url)
        return town.server

    def _youtube(self, label: str) -> ScriptedServer:
        town = self._open.enter_context(YouTubeTown(self._clock))
        name = label.replace("-", "")
        channel = town.channel("Elm", name)
        for at, text in zip(self._times(), self._texts, strict=True):
            town.upload(channel, text[:90], text, at=at)
        self._register(label, f"@{name}", town.server.url, "tube")
        return town.server

    def _wordpress(self, label: str) -> ScriptedServer:
        town = self._open.enter_context(WordPressTown(self._clock))
        for at, text in zip(self._times(), self._texts, strict=True):
            town.post(" ".join(text.split()[:3]), f"<p>{text}</p>", at=at)
        self._register(label, f"https://{label}.example", town.server.url)
        return town.server

    def _instagram(self, label: str) -> ScriptedServer:
        town = self._open.enter_context(InstagramTown(self._clock))
        town.username = label.replace("-", "")
        for at, text in zip(self._times(), self._texts, strict=True):
            town.post(text, at=at)
        self._register(label, town.username, town.server.url, "page")
        return town.server
