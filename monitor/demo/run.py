"""The town made real for one run: servers up, configuration written, clock in hand."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Self

from pydantic import SecretStr

from config.types import SubjectKind
from monitor.clock import SteppedClock
from monitor.demo import story
from monitor.demo.crest import crest
from monitor.demo.faults import Script
from monitor.demo.feed_server import FeedPlatform
from monitor.demo.graph_server import GraphPlatform
from monitor.demo.receiving import inbox_toml, make_maildir
from monitor.demo.server import LoopbackServer
from monitor.demo.smtp_server import KeptMail, SmtpServer
from monitor.demo.world import Site, World
from monitor.demo.x_server import XPlatform

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType

    from monitor.demo.cast import StoryAccount
    from monitor.demo.story import NearMiss, Planted, Story

_DOMAIN = "elstreeborehamwood-tc.gov.uk"


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedMail:
    """One received mail, written out for a person to look at.

    Attributes:
        subject: Its subject line, decoded.
        recipients: Who it was for.
        text: Its text part; empty if it has none.
        html: Where its HTML part lies; None if it has none.
        whole: Where the whole message lies, as received.
    """

    subject: str
    recipients: tuple[str, ...]
    text: str
    html: Path | None
    whole: Path


class DemoTown:
    """The loopback platforms with the town's story, while entered.

    ::

        with DemoTown(folder) as town:
            settings = load(town.settings_file, environ=town.environ)
            …                                # the first reading: the history
            town.advance_to_second_day()
            …                                # the second: a day's new posts
            town.mails
    """

    def __init__(
        self,
        folder: Path,
        *,
        last_morning: datetime = story.LAST_MORNING,
        reads_replies: bool = False,
    ) -> None:
        """Prepare the town.

        Args:
            folder: Where the configuration, the logo and saved mails go; made if missing.
            last_morning: When the story ends; aware.
            reads_replies: Its mails may be answered, into a maildir in the folder.
        """
        self.folder = folder
        self.story: Story = story.load(last_morning)
        self.clock = SteppedClock(self.story.first_day)
        self.script = Script()
        self.world = World(clock=self.clock.now)
        self.story.tell(self.world)
        self.smtp = SmtpServer()
        self.incoming = SmtpServer()
        self._reads_replies = reads_replies
        self.servers = {
            Site.X: LoopbackServer(XPlatform(self.world), script=self.script),
            Site.FACEBOOK: LoopbackServer(GraphPlatform(self.world), script=self.script),
            Site.FEED: LoopbackServer(FeedPlatform(self.world, window=60), script=self.script),
        }
        self._open = ExitStack()

    @property
    def first_day(self) -> datetime:
        """Return the moment of the first reading; aware UTC."""
        return self.story.first_day

    @property
    def second_day(self) -> datetime:
        """Return the moment of the second reading; aware UTC."""
        return self.story.second_day

    @property
    def mails(self) -> tuple[KeptMail, ...]:
        """Return the mails received so far, oldest first."""
        return self.smtp.mails

    @property
    def settings_file(self) -> Path:
        """Return where the configuration stands once the town is entered."""
        return self.folder / "clerkwatch.toml"

    @property
    def settings_toml(self) -> str:
        """Return the configuration; the town must have been entered."""
        return _settings(self) + (inbox_toml() if self._reads_replies else "")

    @property
    def secrets(self) -> dict[str, SecretStr]:
        """Return the credentials by name, as the configuration names them."""
        return {
            _credential(account): SecretStr(account.page.token)
            for account in self.story.accounts
            if account.page.token
        }

    @property
    def environ(self) -> dict[str, str]:
        """Return the credentials as the environment variables that clerkwatch reads."""
        return {
            f"CLERKWATCH_SECRET_{name.upper()}": value.get_secret_value()
            for name, value in self.secrets.items()
        }

    def planted(self) -> list[Planted]:
        """Return the story's breaches with ids as reading the running town gives them."""
        return [
            replace(each, platform_id=self._as_read(each.account, each.platform_id))
            if each.subject is SubjectKind.POST
            else each
            for each in self.story.planted()
        ]

    def near_misses(self) -> list[NearMiss]:
        """Return the story's look-alikes with ids as reading the running town gives them."""
        return [
            replace(each, platform_id=self._as_read(each.account, each.platform_id))
            for each in self.story.near_misses()
        ]

    def _as_read(self, account: str, platform_id: str) -> str:
        """Return a post's id as a reader has it: a feed's is the whole address."""
        site = self.world.account(account).site
        if site is not Site.FEED:
            return platform_id
        return f"{self.servers[site].url}/{platform_id}/"

    def advance_to_second_day(self) -> None:
        """Move the clock a day on: new posts, an edit, a deletion, a dead token."""
        self.clock.move_to(self.story.second_day)

    def advance_to_next_morning(self) -> None:
        """Move the clock to the next 07:00 of the story, whatever was lived since the last."""
        morning = self.story.second_day
        while morning <= self.clock.now():
            morning += timedelta(days=1)
        self.clock.move_to(morning)

    def save_mails(self, mails: Iterable[KeptMail] | None = None) -> list[SavedMail]:
        """Write mails out under ``mails/`` of the folder.

        Args:
            mails: Which ones; all received so far if None.

        Raises:
            OSError: The folder cannot be written.
        """
        chosen = self.mails if mails is None else tuple(mails)
        home = self.folder / "mails"
        home.mkdir(parents=True, exist_ok=True)
        return [_saved(mail, home, number) for number, mail in enumerate(chosen, start=1)]

    def __enter__(self) -> Self:
        """Start the servers and write configuration and logo.

        Raises:
            OSError: No port is free, or the folder cannot be written.
        """
        with ExitStack() as opening:
            for server in self.servers.values():
                opening.enter_context(server)
            opening.enter_context(self.smtp)
            self.folder.mkdir(parents=True, exist_ok=True)
            if self._reads_replies:
                opening.enter_context(self.incoming)
                make_maildir(self.folder)
            (self.folder / "logo.png").write_bytes(crest())
            self.settings_file.write_text(self.settings_toml, encoding="utf-8")
            self._open = opening.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the servers; mails and record stay readable."""
        self._open.close()


def _saved(mail: KeptMail, home: Path, number: int) -> SavedMail:
    message = mail.message()
    whole = home / f"{number:02d}.eml"
    whole.write_bytes(mail.data)
    plain = message.get_body(preferencelist=("plain",))
    rich = message.get_body(preferencelist=("html",))
    page = home / f"{number:02d}.html" if rich is not None else None
    if rich is not None and page is not None:
        page.write_text(rich.get_content(), encoding="utf-8")
    return SavedMail(
        subject=str(message["Subject"] or ""),
        recipients=mail.recipients,
        text=plain.get_content() if plain is not None else "",
        html=page,
        whole=whole,
    )


def _credential(account: StoryAccount) -> str:
    return account.page.label.replace("-", "_")


def _quoted(text: str) -> str:
    return json.dumps(text)  # a JSON string is a TOML basic string too


def _settings(town: DemoTown) -> str:
    """Return the town's configuration as TOML."""
    told = town.story.notice.isoformat()
    parts = [
        f"""\
# Written by `clerkwatch demo`. Everything in it is made up and on this machine only.

[council]
name = "Elstree and Borehamwood Town Council"
policy = "elstree-borehamwood-2017"
email_domain = "{_DOMAIN}"
wards = ["Brookmeadow", "Cowley Hill", "Hillside", "Kenilworth", "Elstree"]
logo = "logo.png"

[storage]
url = "sqlite:///clerkwatch.db"
evidence = "evidence"

[schedule]
digest_at = "07:00"
look_back = "30d"

[mail]
host = "127.0.0.1"
port = {town.smtp.port}
security = "none"
auth = "none"
sender = "clerkwatch@{_DOMAIN}"

[[people]]
role = "clerk"
name = "Clerk"
email = "clerk@{_DOMAIN}"

[[people]]
role = "technical"
name = "IT supplier"
email = "help@it-supplier.example"

[budget.x]
usd_per_month = 5.00
"""
    ]
    parts.extend(_account_entry(town, account, told) for account in town.story.accounts)
    parts.append(f"""
[[accounts]]
id = "nextdoor"
platform = "manual"
handle = "Nextdoor: Borehamwood North"
kind = "council"
owner = "Communications Officer"
owner_email = "comms@{_DOMAIN}"
told_on = {told}

[[polls]]
id = "brookmeadow-{town.story.poll.isoformat()}"
type = "parish"
by_election = true
date = {town.story.poll.isoformat()}
area = "Brookmeadow"
notice = {town.story.notice.isoformat()}
mode = "restricted"
""")
    return "".join(parts)


def _account_entry(town: DemoTown, account: StoryAccount, told: str) -> str:
    page = account.page
    base = town.servers[page.site].url
    handles = {
        Site.X: page.handle,
        Site.FACEBOOK: page.handle,
        Site.FEED: f"{base}/{page.handle}/feed.xml",
    }
    lines = [
        "",
        "[[accounts]]",
        f"id = {_quoted(page.label)}",
        f"platform = {_quoted(page.site.value)}",
        f"handle = {_quoted(handles[page.site])}",
        f"kind = {_quoted(account.kind.value)}",
        f"owner = {_quoted(account.owner)}",
        f"owner_email = {_quoted(account.owner_email)}",
        f"told_on = {told}",
        *([f"agreed_on = {told}"] if account.agreed else []),
        *([f"credential = {_quoted(_credential(account))}"] if page.token else []),
        f"api_base = {_quoted(base)}",
        "",
    ]
    return "\n".join(lines)
