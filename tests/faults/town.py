"""A small town for faults: read once, told once, and then a day on which everything happens."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from zoneinfo import ZoneInfo

from monitor.demo.world import Body, Site
from tests.e2e.place import COMMAND, Done, Place
from tests.faults.trace import Trace, trace_of
from tests.faults.warm import Warm

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.demo.smtp_server import KeptMail
    from tests.faults.warm import Lived

SITES = (Site.X, Site.FACEBOOK, Site.FEED)
BLUE, SALE = "Vote Conservative on Thursday, give them your support!", "20% off all kitchens today!"
CHILD = "Well done to Sophie Carter, 7, of St Mary's Primary: ring 07700 900123."
THREAT = "Come here again and we'll break your legs."
CLEAN = "The library opens at ten on Saturday."
POLL = """
[[polls]]
id = "parish.today"
type = "parish"
by_election = true
date = {day}
area = "whole"
start = {start}
mode = "closed"
"""
TECHNICIAN = """
[[people]]
role = "technical"
name = "Supplier"
email = "support@supplier.example"
"""
OWNER = 'owner = "Communications Officer"\n'
OWNER_EMAIL = 'owner_email = "comms@elstreeborehamwood-tc.gov.uk"\n'
_NUMBER = re.compile(r" \[case \d+\]")
DAY = timedelta(days=1)
_QUIET_FROM, _QUIET_TO = 21, 3
"""Hours of the council's clock in which a run, or what it does two hours later, might cross
midnight or the digest's time."""
TOWN_ZONE = ZoneInfo("Europe/London")


def moved(at: datetime) -> timedelta:
    """Return by how much all clocks of the town are ahead, so that no day ends meanwhile."""
    hour = at.astimezone(TOWN_ZONE).hour
    return timedelta(hours=6 if hour >= _QUIET_FROM or hour < _QUIET_TO else 0)


class FaultTown(Place):
    """Three accounts with a past, and the database as the first day left it, while entered.

    Commands are forked from a warm driver; each trial has a folder of its own with a copy of
    the first day's database and evidence.
    """

    def __init__(self, folder: Path) -> None:
        """Tell the past: what was published before the first reading."""
        super().__init__(folder, SITES, ahead=moved(datetime.now(UTC)))
        self.warm = Warm()
        self.start = folder / "day-one"
        self.old = {
            site: self.publish(site, text, hours_ago=30)
            for site, text in zip(SITES, (BLUE, SALE, CLEAN), strict=True)
        }
        for site in SITES:
            self.publish(site, CLEAN, hours_ago=29)
        self.leaving = self.publish(Site.FACEBOOK, "The fair begins at noon.", hours_ago=28)

    def __enter__(self) -> Self:
        """Start servers and driver, and live the first day."""
        super().__enter__()
        self._open.enter_context(self.warm)
        self.change('digest_at = "07:00"', 'digest_at = "02:00"')
        text = self.file.read_text("utf-8")
        self.file.write_text(text.replace(OWNER, OWNER + OWNER_EMAIL), "utf-8")
        self.environ |= {"CLERKWATCH_CONFIG": str(self.file), "WATCHDOG_USEC": "300000"}
        rehearsal = self.folder / "rehearsal"
        rehearsal.mkdir()
        for words in (["scan"], ["digest", "--preview"]):
            environ = self.environ | {"STATE_DIRECTORY": str(rehearsal)}
            self.warm.rehearse(rehearsal, environ, words)
        self.start.mkdir()
        for words in (["scan"], ["digest", "--send"]):
            done = self.live(self.start, *words, moved_by=(self.ahead - DAY).total_seconds())
            assert done.code == 0, done.err
        return self

    def second_day(self) -> None:
        """Let a day's new posts, an edit and a deletion happen; the breaches are not history."""
        now = datetime.now(UTC) + self.ahead
        self.world.publish(
            "x", now, body=Body(text=f"{BLUE} Bring a friend.", pictures=("A blue poster",))
        )
        self.world.publish("facebook", now, body=Body(text=SALE + " Code TOWN20."))
        self.world.publish("feed", now, body=Body(text=CHILD, title="Well done"))
        self.world.publish("facebook", now, body=Body(text=THREAT))
        self.world.edit(
            self.old[Site.FEED], now, body=Body(text=CLEAN + " And on Sunday.", title="Open")
        )
        self.world.delete(self.leaving, now)

    def environ_of(self, folder: Path) -> dict[str, str]:
        """Return the environment of commands on the database of a folder."""
        return self.environ | {
            "STATE_DIRECTORY": str(folder),
            "CLERKWATCH_BACKUP__TO": str(self.share_of(folder)),
        }

    def live(
        self,
        folder: Path,
        *words: str,
        more: dict[str, str] | None = None,
        outputs: Path | None = None,
        **fault: Any,
    ) -> Lived:
        """Live one command on the database of a folder.

        Args:
            folder: Where its database and evidence lie.
            words: The command's arguments.
            more: Further variables of its environment.
            outputs: Where its output goes, in place of the folder.
            fault: What befalls it: see `Order`.
        """
        fault.setdefault("moved_by", self.ahead.total_seconds())
        environ = self.environ_of(folder) | (more or {})
        return self.warm.run(outputs or folder, environ, words, **fault)

    def live_installed(self, folder: Path, *words: str, before: tuple[str, ...]) -> Done:
        """Run the installed command, as a process of its own, under another program."""
        done = subprocess.run(
            [*before, str(COMMAND), *words],
            cwd=folder,
            env=self.environ_of(folder),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=240,
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    def share_of(self, folder: Path) -> Path:
        """Return the place for copies of a folder's database, on another file system."""
        share = Path(self.environ["CLERKWATCH_BACKUP__TO"]) / f"{folder.parent.name}-{folder.name}"
        share.mkdir(exist_ok=True)
        return share

    def with_poll(self) -> Path:
        """Return a configuration with a poll that makes all that was published be judged anew."""
        now = datetime.now(UTC) + self.ahead
        file = self.folder / "with-poll.toml"
        poll = POLL.format(day=(now + 21 * DAY).date(), start=(now - 5 * DAY).isoformat())
        file.write_text(self.file.read_text("utf-8") + poll, "utf-8")
        return file

    def with_technician(self) -> dict[str, str]:
        """Return the environment of a configuration that names somebody for technical matters."""
        file = self.folder / "with-technician.toml"
        file.write_text(self.file.read_text("utf-8") + TECHNICIAN, "utf-8")
        return {"CLERKWATCH_CONFIG": str(file)}

    def fresh(self, folder: Path) -> Path:
        """Copy the first day's database and evidence into a new folder."""
        shutil.copytree(self.start, folder)
        return folder


def named(mails: Iterable[KeptMail]) -> dict[str, set[bytes]]:
    """Return for each Message-ID, with its subject, all bytes that came under it."""
    found: dict[str, set[bytes]] = {}
    for mail in mails:
        message = mail.message()
        # Which of several cases of one run comes first is nobody's promise.
        name = _NUMBER.sub("", f"{message['Message-ID']} {message['Subject']}")
        found.setdefault(name, set()).add(mail.data)
    return found


def traced(folder: Path) -> Trace:
    """Return what a folder's database holds."""
    return trace_of(folder / "clerkwatch.db")
