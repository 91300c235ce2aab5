"""A village whose accounts are real loopback servers, with the wired application beside them."""

from __future__ import annotations

import dataclasses
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Self

from config.settings import load
from config.types import AccountId, MailKind, SubjectKind
from monitor.app import build
from monitor.clock import SteppedClock
from monitor.demo.faults import Script
from monitor.demo.feed_server import FeedPlatform
from monitor.demo.graph_server import GraphPlatform
from monitor.demo.server import LoopbackServer
from monitor.demo.world import Body, Site, TownAccount, World
from monitor.demo.x_server import XPlatform
from monitor.pipeline import scan
from storage.open import open_repository
from tests.lib.graph_contract import wrong_requests
from tests.lib.youtube_server import KEY, YouTubeTown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    from monitor.app import App
    from monitor.pipeline import Scanned
    from storage.repository import Repository
    from storage.values import Case, Coverage, StoredFinding, VersionToJudge

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
"""A Monday morning."""
HALF_AN_HOUR = timedelta(minutes=30)
DAY = timedelta(days=1)

CLEAN = "The library opens at ten on Saturday."
SALE = "20% off all kitchens at Bradley's this weekend. Use code TOWN20."
"""For review: terms.7."""
KITCHENS = "20% off every kitchen until Sunday with code SAVE20."
"""For review: terms.7, and of no other clause by the table either."""
THREAT = "Come here again and we'll break your legs."
"""Urgent: terms.2."""

TITLES = {Site.X: "x", Site.FACEBOOK: "facebook", Site.FEED: "feed"}
HEAD = """
[council]
name = "Fernbeck Town Council"
email_domain = "fernbeck-tc.gov.uk"

[storage]
url = "sqlite:///clerkwatch.db"

[mail]
host = "127.0.0.1"
port = 9
security = "none"
sender = "clerkwatch@fernbeck-tc.gov.uk"

[[people]]
role = "clerk"
name = "Clerk"
email = "clerk@fernbeck-tc.gov.uk"
"""


class Village:
    """Accounts, their platforms, the clock and the application, while entered.

    Attributes:
        clock: Moved by the test; platforms and application share it.
        world: What the platforms show.
        script: Scripted trouble, and what was asked.
        pictures: What a blog's pictures with these descriptions are.
        app: The wired application; another one after `restart`.
        environ: Where secrets are looked up.
    """

    def __init__(
        self, folder: Path, *, feed_window: int | None = None, x_limit: int = 10_000
    ) -> None:
        """Prepare the platforms.

        Args:
            folder: Where configuration and database go.
            feed_window: How many posts a feed holds; None: all.
            x_limit: Requests of a kind that X allows in a quarter of an hour.
        """
        self.folder = folder
        self.clock = SteppedClock(START)
        self.script = Script()
        self.pictures: dict[str, bytes] = {}
        self.world = World(clock=self.clock.now)
        self.servers = {
            Site.X: LoopbackServer(XPlatform(self.world, limit=x_limit), script=self.script),
            Site.FACEBOOK: LoopbackServer(GraphPlatform(self.world), script=self.script),
            Site.FEED: LoopbackServer(
                FeedPlatform(self.world, window=feed_window, pictures=self.pictures),
                script=self.script,
            ),
        }
        self.environ: dict[str, str] = {}
        self._entries: list[str] = []
        self._open = ExitStack()
        self._app: App | None = None

    # --- building it -----------------------------------------------------------------------

    def account(self, site: Site, *, kind: str = "council", label: str = "", more: str = "") -> str:
        """Register an account on a platform and return its label."""
        label = label or f"{kind}-{TITLES[site]}"
        handle = label.replace("-", "")[:15]
        self.world.add_account(
            TownAccount(
                label=label,
                site=site,
                platform_id=str(1000 + len(self._entries)),
                handle=handle,
                name="Fernbeck Town Council",
                description="The official page of Fernbeck Town Council. Complaints: 01632 960001",
                token=f"token-of-{label}",
            )
        )
        base = self.servers[site].url
        place = f"{base}/{handle}/feed.xml" if site is Site.FEED else handle
        agreed = "agreed_on = 2026-10-01\n" if kind == "member" else ""
        self.environ[f"CLERKWATCH_SECRET_{label.upper().replace('-', '_')}"] = f"token-of-{label}"
        self.register(
            f'id = "{label}"\nplatform = "{TITLES[site]}"\nhandle = "{place}"\nkind = "{kind}"\n'
            f'owner = "Jo Marsh"\ncredential = "{label.replace("-", "_")}"\n'
            f'api_base = "{base}"\n{agreed}{more}'
        )
        return label

    def register(self, entry: str) -> None:
        """Add an account's table to the configuration, as TOML."""
        self._entries.append(f"\n[[accounts]]\n{entry}\n")

    def add(self, toml: str) -> None:
        """Add something else to the configuration."""
        self._entries.append(toml)

    def amend(self, was: str, now: str) -> None:
        """Change the configuration and start again."""
        self._entries = [entry.replace(was, now) for entry in self._entries]
        self.restart()

    def publish(self, label: str, text: str, *, ago: timedelta = timedelta()) -> str:
        """Publish a post now, or some time ago; return its id."""
        at = self.clock.now() - ago
        is_feed = self.world.account(label).site is Site.FEED
        title = " ".join(text.split()[:3]) if is_feed else ""
        return self.world.publish(label, at, body=Body(text=text, title=title))

    def edit(self, post: str, text: str, *, after: timedelta = timedelta(minutes=5)) -> None:
        """Edit a post a little later, its headline too where it has one."""
        was = self.world.post(post)
        title = " ".join(text.split()[:3]) if was is not None and was.newest.body.title else ""
        self.world.edit(post, self.clock.now() + after, body=Body(text=text, title=title))

    def delete(self, label: str, text: str) -> str:
        """Delete a post, a minute from now; return its id."""
        posts = self.world.timeline(label)
        root = next(one.root_id for one in posts if one.newest.body.text == text)
        self.world.delete(root, self.clock.now() + timedelta(minutes=1))
        return root

    def restore(self, post: str) -> None:
        """Let a deleted post stand there again, as after a mistaken removal by a platform."""
        stored = self.world._posts[post]
        self.world._posts[post] = dataclasses.replace(stored, deleted_at=None)

    # --- living in it ----------------------------------------------------------------------

    @property
    def app(self) -> App:
        """Return the wired application, wiring it at first use."""
        if self._app is None:
            self._app = self._wire()
        return self._app

    @property
    def store(self) -> Repository:
        """Return what is remembered."""
        return self.app.repository

    def restart(self) -> App:
        """End the application and wire another one on the same database and configuration."""
        self.app.repository.close()
        self._app = None
        return self.app

    def scan(self, *labels: str, after: timedelta = timedelta(), insist: bool = False) -> Scanned:
        """Let some time pass, then read accounts: those named, else all."""
        self.clock.advance(after)
        chosen = [one for one in self.app.register if not labels or one.id in labels]
        return scan(self.app, chosen, by="test", insist=insist)

    def covered(
        self, *labels: str, after: timedelta = timedelta(), insist: bool = False
    ) -> Coverage:
        """Scan and return the coverage of the first account."""
        return self.scan(*labels, after=after, insist=insist).coverage[0]

    # --- looking at it ---------------------------------------------------------------------

    def cases(self) -> list[Case]:
        """Return all cases by number."""
        return sorted(self.store.cases(), key=lambda case: case.id)

    def case(self) -> Case:
        """Return the only case on a post, as it stands now."""
        (case,) = self.store.cases(subject=SubjectKind.POST)
        return case

    def urgent(self) -> list[str]:
        """Return the keys of the urgent mails, oldest first."""
        return [mail.key for mail in self.store.mails(kind=MailKind.URGENT)]

    def versions(self, label: str = "") -> list[VersionToJudge]:
        """Return what is stored, of one account or of all."""
        chosen = [AccountId(label)] if label else None
        return [version for lot in self.store.versions(accounts=chosen) for version in lot]

    def findings(self, label: str = "") -> list[StoredFinding]:
        """Return every stored finding on posts, withdrawn ones too."""
        return [
            found
            for version in self.versions(label)
            if version.subject_kind is SubjectKind.POST
            for found in version.known
        ]

    def asked(self, label: str) -> int:
        """Return how many requests were made for an account so far."""
        return len(self.script.requests(label))

    # --- set-up ----------------------------------------------------------------------------

    def _wire(self) -> App:
        file = self.folder / "clerkwatch.toml"
        file.write_text(HEAD + "".join(self._entries), encoding="utf-8")
        settings = load(file, environ=self.environ)
        store = open_repository(settings.storage.url, create=True)
        app = build(settings, clock=self.clock, repository=store, environ=self.environ)
        store.sync_register(app.register, at=self.clock.now())
        return app

    def __enter__(self) -> Self:
        """Start the platforms."""
        for server in self.servers.values():
            self._open.enter_context(server)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the database and stop the platforms.

        No request may have been one that Meta's own tables do not know.
        """
        if self._app is not None:
            self._app.repository.close()
        self._open.close()
        if kind is None:
            asked = [(seen.path, seen.query) for seen in self.script.requests()]
            assert wrong_requests(asked) == []


YOUTUBE = "council-youtube"
"""The account that `with_youtube` registers."""


@contextmanager
def with_youtube(village: Village) -> Iterator[YouTubeTown]:
    """Run YouTube by the village's clock, with the council's channel registered.

    No request may have been one that YouTube's documents do not know.
    """
    with YouTubeTown(village.clock.now) as running:
        village.environ["CLERKWATCH_SECRET_YOUTUBE"] = KEY
        village.register(
            f'id = "{YOUTUBE}"\nplatform = "youtube"\nhandle = "@fernbeck"\nkind = "council"\n'
            f'owner = "Jo Marsh"\ncredential = "youtube"\ncomments = true\n'
            f'api_base = "{running.server.url}"\n'
        )
        yield running
    assert running.wrong == []
