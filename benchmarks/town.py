"""A town of loopback accounts, as many and as full as a measurement wants."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from config.sample import sample
from monitor.demo.faults import Script
from monitor.demo.feed_server import FeedPlatform
from monitor.demo.graph_server import GraphPlatform
from monitor.demo.server import LoopbackServer
from monitor.demo.smtp_server import SmtpServer
from monitor.demo.world import Body, Site, TownAccount, World
from monitor.demo.x_server import XPlatform

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

COMMAND = str(Path(sys.executable).with_name("clerkwatch"))
_PLATFORMS = {Site.X: "x", Site.FACEBOOK: "facebook", Site.FEED: "feed"}


@dataclass(frozen=True, slots=True)
class Counted:
    """What one command asked of the servers, and how long they took to answer."""

    requests: dict[str, int]
    servers_s: float


class Town:
    """Accounts with given texts behind real HTTP, and a mail server, while entered."""

    def __init__(self, folder: Path, accounts: Sequence[tuple[Site, Sequence[str]]]) -> None:
        """Publish the texts, a minute apart, the newest an hour old.

        Args:
            folder: Where configuration and database go.
            accounts: For each account its platform and its posts, oldest first.
        """
        self.folder = folder
        self.now = datetime.now(UTC)
        self.script = Script()
        self.world = World(clock=lambda: datetime.now(UTC))
        self.smtp = SmtpServer()
        longest = max((len(texts) for _, texts in accounts), default=1)
        platforms = {
            Site.X: XPlatform(self.world),
            Site.FACEBOOK: GraphPlatform(self.world),
            Site.FEED: FeedPlatform(self.world, window=max(60, longest)),
        }
        self.servers = {
            site: LoopbackServer(platform, script=self.script)
            for site, platform in platforms.items()
        }
        self.accounts = [
            self._account(number, site, texts) for number, (site, texts) in enumerate(accounts)
        ]
        self._open = ExitStack()

    def _account(self, number: int, site: Site, texts: Sequence[str]) -> TownAccount:
        account = TownAccount(
            label=f"account-{number:02}",
            site=site,
            platform_id=str(1000 + number),
            handle=f"town{number:02}",
            name=f"Town Council {number}",
            description="The town council's own account. Complaints: clerk@council.example",
            token=f"token-of-account-{number:02}",
        )
        self.world.add_account(account)
        newest = self.now - timedelta(hours=1)
        for place, text in enumerate(texts):
            at = newest - timedelta(minutes=len(texts) - place)
            title = text[:60] if site is Site.FEED else ""
            self.world.publish(account.label, at, body=Body(text=text, title=title))
        return account

    def __enter__(self) -> Self:
        """Start the servers and write the configuration."""
        with ExitStack() as opening:
            for server in self.servers.values():
                opening.enter_context(server)
            opening.enter_context(self.smtp)
            answers = {
                "mail.host": "127.0.0.1",
                "mail.port": self.smtp.port,
                "mail.security": "none",
                "budget.x.usd_per_month": Decimal("1000.00"),
            }
            text = sample(answers)
            text += "\n".join(self._entry(account) for account in self.accounts)
            (self.folder / "clerkwatch.toml").write_text(text, encoding="utf-8")
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

    def _entry(self, account: TownAccount) -> str:
        base = self.servers[account.site].url
        handle = (
            account.handle if account.site is not Site.FEED else f"{base}/{account.handle}/feed.xml"
        )
        return f"""
[[accounts]]
id = "{account.label}"
platform = "{_PLATFORMS[account.site]}"
handle = "{handle}"
kind = "council"
owner = "Communications Officer"
credential = "{account.label}"
api_base = "{base}"
"""

    def environ(self) -> dict[str, str]:
        """Return the environment that commands need."""
        secrets = {
            f"CLERKWATCH_SECRET_{account.label.upper().replace('-', '_')}": account.token
            for account in self.accounts
        }
        return os.environ | secrets | {"CLERKWATCH_CONFIG": str(self.folder / "clerkwatch.toml")}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the installed command in this town."""
        return subprocess.run(
            [COMMAND, *arguments],
            env=self.environ(),
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )

    def run_json(self, *arguments: str) -> tuple[Any, Counted]:
        """Run a command with ``--json``; return what it printed and what it asked for."""
        before = len(self.script.requests())
        done = self.run(*arguments, "--json")
        if done.returncode:
            raise RuntimeError(f"{arguments}: exit {done.returncode}: {done.stderr}")
        seen = self.script.requests()[before:]
        counts: dict[str, int] = {}
        for request in seen:
            counts[request.account] = counts.get(request.account, 0) + 1
        return json.loads(done.stdout), Counted(counts, sum(one.took_s for one in seen))
