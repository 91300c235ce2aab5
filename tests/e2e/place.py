"""A council's machine for one test: the installed command, its folder, accounts on loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Self

from monitor.demo.faults import Script
from monitor.demo.feed_server import FeedPlatform
from monitor.demo.graph_server import GraphPlatform
from monitor.demo.server import LoopbackServer
from monitor.demo.smtp_server import SmtpServer
from monitor.demo.world import Body, Site, TownAccount, World
from monitor.demo.x_server import XPlatform
from tests.lib.elsewhere import elsewhere

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

COMMAND = Path(sys.executable).with_name("clerkwatch")
"""The console script of the environment that runs the tests; never `python -m`."""
ROOM = {
    "PATH": os.environ["PATH"],
    "LANG": "C.UTF-8",
    "COLUMNS": "80",
    "CLERKWATCH_BY": "Clerk",
    "CLERKWATCH_DNS": "none",
}
"""All that a command gets of the environment, so that nothing outside decides a test."""


@dataclass(frozen=True, slots=True)
class Done:
    """What one command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Return what it printed, read as one JSON value; it must be ASCII."""
        assert self.out.isascii()
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """Return what it printed, read as one JSON value a line; it must be ASCII."""
        assert self.out.isascii()
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(slots=True)
class Machine:
    """A working directory and an environment in which commands are run."""

    folder: Path
    environ: dict[str, str] = field(default_factory=lambda: dict(ROOM))

    @property
    def file(self) -> Path:
        """Return where the configuration stands."""
        return self.folder / "clerkwatch.toml"

    @property
    def database(self) -> Path:
        """Return where the database would be."""
        return self.folder / "clerkwatch.db"

    def run(
        self,
        *arguments: str | Path,
        given: bytes = b"",
        more: Mapping[str, str] | None = None,
        working: Path | None = None,
    ) -> Done:
        """Run the installed command in its folder.

        Args:
            arguments: As typed.
            given: What stands on standard input.
            more: Further variables of the environment.
            working: Working directory in place of the machine's folder.
        """
        done = subprocess.run(
            [COMMAND, *arguments],
            cwd=working or self.folder,
            env=self.environ | dict(more or {}),
            input=given,
            capture_output=True,
            check=False,
            timeout=120,
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    def run_into(self, sink: BinaryIO, *arguments: str) -> tuple[int, str]:
        """Run a command whose output goes somewhere else; return exit code and errors."""
        done = subprocess.run(
            [COMMAND, *arguments],
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.PIPE,
            check=False,
            timeout=120,
        )
        return done.returncode, done.stderr.decode()

    def init(self) -> None:
        """Write the configuration as `clerkwatch init --defaults` does."""
        done = self.run("init", "--defaults")
        assert done.code == 0, done.err

    def change(self, old: str, new: str) -> None:
        """Replace a part of the configuration that must be there."""
        text = self.file.read_text("utf-8")
        assert old in text
        self.file.write_text(text.replace(old, new, 1), "utf-8")

    def append(self, text: str) -> None:
        """Add tables to the end of the configuration."""
        self.file.write_text(self.file.read_text("utf-8") + text, "utf-8")


class Place(Machine):
    """A machine with accounts on loopback platforms and a mail server, while entered."""

    def __init__(
        self, folder: Path, sites: Sequence[Site], *, ahead: timedelta = timedelta()
    ) -> None:
        """Prepare one account a site: ``x``, ``facebook``, ``feed``, in the given order.

        Args:
            folder: Where everything goes.
            sites: The platforms.
            ahead: How far the town's clock is ahead of the machine's.
        """
        super().__init__(folder)
        self.ahead = ahead
        self.now = datetime.now(UTC) + ahead
        self.script = Script()
        self.world = World(clock=lambda: datetime.now(UTC) + ahead)
        self.smtp = SmtpServer()
        self.servers = {
            Site.X: LoopbackServer(XPlatform(self.world), script=self.script),
            Site.FACEBOOK: LoopbackServer(GraphPlatform(self.world), script=self.script),
            Site.FEED: LoopbackServer(FeedPlatform(self.world), script=self.script),
        }
        self.sites = sites
        for number, site in enumerate(sites):
            self.world.add_account(
                TownAccount(
                    label=site.value,
                    site=site,
                    platform_id=str(1000 + number),
                    handle=f"ashcombe{number}",
                    name="Ashcombe Town Council",
                    description="The town council's own account. Complaints: clerk@council.example",
                    token=f"canary-token-{site.value}",
                )
            )
        self._open = ExitStack()

    def publish(self, site: Site, text: str, *, hours_ago: float = 1.0) -> str:
        """Publish a post; return its id on the platform."""
        return self.world.publish(
            site.value,
            self.now - timedelta(hours=hours_ago),
            body=Body(text=text, title="Town news" if site is Site.FEED else ""),
        )

    def entry(self, site: Site, *, extra: str = "") -> str:
        """Return one account's table for the configuration."""
        account = self.world.account(site.value)
        base = self.servers[site].url
        handle = account.handle if site is not Site.FEED else f"{base}/{account.handle}/feed.xml"
        return f"""
[[accounts]]
id = "{account.label}"
platform = "{account.site.value}"
handle = "{handle}"
kind = "council"
owner = "Communications Officer"
credential = "{account.label}"
api_base = "{base}"
{extra}
"""

    def __enter__(self) -> Self:
        """Start the servers, let `init` write the configuration and add the accounts."""
        with ExitStack() as opening:
            for server in self.servers.values():
                opening.enter_context(server)
            opening.enter_context(self.smtp)
            share = opening.enter_context(elsewhere(self.folder))
            self.environ["CLERKWATCH_BACKUP__TO"] = str(share)
            self.init()
            self.change("port = 2525", f"port = {self.smtp.port}")
            self.change('security = "starttls"', 'security = "none"')
            self.append("".join(self.entry(site) for site in self.sites))
            for site in self.sites:
                secret = f"CLERKWATCH_SECRET_{site.value.upper()}"
                self.environ[secret] = self.world.account(site.value).token
            self._open = opening.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the servers."""
        self._open.close()
