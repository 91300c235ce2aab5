"""The town of the month: loopback platforms and a mail server that follow the plan's clock."""

from __future__ import annotations

import json
import os
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from monitor.clock import SteppedClock
from monitor.demo.faults import Fault as Spoilt
from monitor.demo.faults import FaultKind, Script, Seen
from monitor.demo.feed_server import FeedPlatform
from monitor.demo.graph_server import GraphPlatform
from monitor.demo.server import LoopbackServer
from monitor.demo.smtp_server import KeptMail, SmtpServer
from monitor.demo.world import Body, Site, TownAccount, World
from monitor.demo.x_server import XPlatform
from tests.soak.plan import MAIL, Place, Trouble

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta
    from pathlib import Path
    from types import TracebackType

    from tests.soak.plan import Fault, Plan, PlannedPost

PLACES = (
    Place(label="council-x", site=Site.X),
    Place(label="council-facebook", site=Site.FACEBOOK),
    Place(label="blog", site=Site.FEED),
    Place(label="mayor-facebook", site=Site.FACEBOOK),
)
_SPOILS = {
    Trouble.DOWN: FaultKind.SERVER_ERROR,
    Trouble.CUT: FaultKind.CUT,
    Trouble.PAGE: FaultKind.HTML,
    Trouble.HALF: FaultKind.HALF,
    Trouble.EMPTY: FaultKind.EMPTY,
    Trouble.LIMIT: FaultKind.RATE_LIMIT,
}
_DOMAIN = "fernbeck-tc.gov.uk"


def _usage(*, minutes: int) -> str:
    """Return in Graph's words when it may be asked again."""
    told = {"type": "pages", "call_count": 100, "estimated_time_to_regain_access": minutes}
    return json.dumps({"1": [told]})


class Weather(Script):
    """Spoils answers while the plan says so; counts requests instead of keeping them."""

    def __init__(self, clock: SteppedClock, faults: Sequence[Fault]) -> None:
        """Start with the plan's faults."""
        super().__init__()
        self._clock = clock
        self._faults = [fault for fault in faults if fault.what in _SPOILS]
        self.asked: Counter[str] = Counter()
        self.spoilt: Counter[Trouble] = Counter()

    def take(self, account: str) -> Spoilt | None:
        """Return what spoils the answer being made; None: nothing."""
        now = self._clock.now()
        for fault in self._faults:
            if fault.label == account and fault.holds(now):
                self.spoilt[fault.what] += 1
                wait_s = int((fault.end - now).total_seconds()) + 1
                headers = {
                    "retry-after": str(wait_s),
                    "x-rate-limit-remaining": "0",
                    "x-rate-limit-reset": str(int(fault.end.timestamp()) + 1),
                    "x-business-use-case-usage": _usage(minutes=wait_s // 60 + 1),
                }
                is_limit = fault.what is Trouble.LIMIT
                return Spoilt(
                    kind=_SPOILS[fault.what], status=503, headers=headers if is_limit else {}
                )
        return None

    def note(self, seen: Seen) -> None:
        """Count one request."""
        self.asked[seen.account] += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One mail that the server took; ``is_heard`` is False where its yes never arrived."""

    at: datetime
    mail: KeptMail
    is_heard: bool


class PostOffice(SmtpServer):
    """A mail server that is down, greylists or loses the line while the plan says so."""

    def __init__(self, clock: SteppedClock, faults: Sequence[Fault]) -> None:
        """Start with the plan's faults."""
        super().__init__()
        self._clock = clock
        self._faults = [fault for fault in faults if fault.what in MAIL]
        self.taken: list[Taken] = []
        self.met: Counter[Trouble] = Counter()

    def _meets(self, what: Trouble) -> bool:
        now = self._clock.now()
        meets = any(fault.what is what and fault.holds(now) for fault in self._faults)
        self.met[what] += meets
        return meets

    @property
    def is_down(self) -> bool:
        """Return whether greetings are refused."""
        return self._meets(Trouble.MAIL_DOWN)

    def verdict(self, recipient: str) -> int:
        """Return the reply code for a recipient."""
        del recipient
        return 450 if self._meets(Trouble.GREYLIST) else 250

    def keep(self, mail: KeptMail) -> None:
        """Keep a mail; while lines are lost, the client never hears of it."""
        is_lost = self._meets(Trouble.DROP)
        self.taken.append(Taken(at=self._clock.now(), mail=mail, is_heard=not is_lost))
        if is_lost:
            raise ConnectionResetError


class Town:
    """Platforms, mail server and configuration, while entered.

    Attributes:
        clock: The month's clock; moved by who lives through it.
        roots: For each planned post its id as the database has it.
    """

    def __init__(
        self, folder: Path, plan: Plan, *, places: Sequence[Place], pull_every: timedelta
    ) -> None:
        """Publish everything that will be.

        Args:
            folder: Where configuration and database go; it exists.
            plan: What happens.
            places: The accounts.
            pull_every: How often they are read.
        """
        self.folder = folder
        self._places = places
        self.clock = SteppedClock(plan.begin)
        self.weather = Weather(self.clock, plan.faults)
        self.office = PostOffice(self.clock, plan.faults)
        self.world = World(clock=self.clock.now)
        self.servers = {
            Site.X: LoopbackServer(XPlatform(self.world), script=self.weather),
            Site.FACEBOOK: LoopbackServer(GraphPlatform(self.world), script=self.weather),
            Site.FEED: LoopbackServer(FeedPlatform(self.world, window=60), script=self.weather),
        }
        self._minutes = int(pull_every.total_seconds() // 60)
        self._open = ExitStack()
        self._ids: list[tuple[PlannedPost, str]] = []
        self._as_read: list[tuple[PlannedPost, str]] = []
        self.taken_down: dict[str, datetime] = {}
        self._tell(plan)

    def _tell(self, plan: Plan) -> None:
        for number, place in enumerate(self._places):
            self.world.add_account(
                TownAccount(
                    label=place.label,
                    site=place.site,
                    platform_id=str(1000 + number),
                    handle=place.label.replace("-", ""),
                    name="Fernbeck Town Council",
                    description="The official page of Fernbeck Town Council. Ring 01632 960001",
                    token=f"token-of-{place.label}",
                )
            )
        for post in plan.posts:
            self._ids.append((post, self._publish(post)))
        for fault in plan.faults:
            if fault.what is Trouble.TOKEN:
                self.world.kill_token(fault.label, fault.begin)
                self.world.revive_token(fault.label, fault.end)

    def _publish(self, post: PlannedPost) -> str:
        body = Body(text=post.text, title=post.title)
        root = self.world.publish(post.account, post.at, body=body)
        if post.edit is not None:
            new = Body(text=post.edit.text, title=post.title)
            self.world.edit(root, post.edit.at, body=new)
        if post.deleted_at is not None:
            self.world.delete(root, post.deleted_at)
        return root

    def posts(self) -> list[tuple[PlannedPost, str]]:
        """Return every planned post with its id as a reader has it."""
        return list(self._as_read)

    def as_read(self, root: str) -> str:
        """Return a post's id as a reader has it: a feed's is the whole address."""
        post = next(post for post, known in self._ids if known == root)
        site = self.world.account(post.account).site
        return root if site is not Site.FEED else f"{self.servers[site].url}/{root}/"

    def take_down(self, as_read: str, at: datetime) -> None:
        """Let an owner delete a post at a moment."""
        base = self.servers[Site.FEED].url
        self.taken_down[as_read] = at
        self.world.delete(as_read.removeprefix(f"{base}/").rstrip("/"), at)

    @property
    def settings_file(self) -> Path:
        """Return where the configuration stands."""
        return self.folder / "clerkwatch.toml"

    @property
    def database(self) -> Path:
        """Return where the database stands."""
        return self.folder / "clerkwatch.db"

    def environ(self) -> dict[str, str]:
        """Return the environment that the daemon needs."""
        secrets = {
            f"CLERKWATCH_SECRET_{_credential(place)}": f"token-of-{place.label}"
            for place in self._places
        }
        return os.environ | secrets | {"CLERKWATCH_DNS": "none"}

    def __enter__(self) -> Self:
        """Start the servers and write the configuration."""
        with ExitStack() as opening:
            for server in self.servers.values():
                opening.enter_context(server)
            opening.enter_context(self.office)
            self._as_read = [(post, self.as_read(root)) for post, root in self._ids]
            self.settings_file.write_text(self._settings(), encoding="utf-8")
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

    def _settings(self) -> str:
        head = f"""
[council]
name = "Fernbeck Town Council"
email_domain = "{_DOMAIN}"

[storage]
url = "sqlite:///clerkwatch.db"

[schedule]
pull_every = "{self._minutes}m"

[mail]
host = "127.0.0.1"
port = {self.office.port}
security = "none"
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
usd_per_month = 1000.00
"""
        return head + "".join(self._entry(place) for place in self._places)

    def _entry(self, place: Place) -> str:
        base = self.servers[place.site].url
        handle = place.label.replace("-", "")
        platform = {Site.X: "x", Site.FACEBOOK: "facebook", Site.FEED: "feed"}[place.site]
        return f"""
[[accounts]]
id = "{place.label}"
platform = "{platform}"
handle = "{f"{base}/{handle}/feed.xml" if place.site is Site.FEED else handle}"
kind = "council"
owner = "Communications Officer"
owner_email = "comms@{_DOMAIN}"
told_on = 2026-10-01
credential = "{_credential(place).lower()}"
api_base = "{base}"
"""


def _credential(place: Place) -> str:
    return place.label.upper().replace("-", "_")
