"""The daemon on its own loop in this process: the real scheduler, a short beat, a stepped clock."""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket
import threading
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from config.errors import MailError
from config.settings import load
from monitor import morning
from monitor.alerts.taken_away import tell
from monitor.app import build
from monitor.beginning import saved_copies
from monitor.daemon import Daemon
from monitor.demo.run import DemoTown
from monitor.lock import daemon_lock, holder, lock_file
from monitor.notify import Notifier
from storage.open import open_repository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

MORNING = datetime(2026, 11, 23, 7, 0, tzinfo=ZoneInfo("Europe/London"))
LONGEST_S = 30.0
BEAT_S = 0.02


class Post:
    """A mail server in hand: down, slow or well; keeps what it takes."""

    def __init__(self) -> None:
        """Take everything at once."""
        self.is_down = False
        self.offered: list[bytes] = []
        self.taken: list[bytes] = []
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def send(
        self, body: bytes, sender: str, recipients: Sequence[str]
    ) -> Mapping[str, MailError | None]:
        """Answer as told."""
        del sender
        self.offered.append(body)
        self.may_go_on.wait(LONGEST_S)
        if self.is_down:
            return {
                one: MailError("nobody answers", recipient=one, permanent=False)
                for one in recipients
            }
        self.taken.append(body)
        return dict.fromkeys(recipients)


class Stage:
    """The demo's town, the mail server and one daemon, driven by a scenario."""

    def __init__(self, town: DemoTown, folder: Path) -> None:
        """Wire everything; nothing runs."""
        self.town = town
        self.post = Post()
        environ = town.environ | {"STATE_DIRECTORY": str(folder)}
        settings = load(town.settings_file, environ=environ)
        self.repository = open_repository(settings.storage.url, create=True)
        self.app = build(
            settings,
            clock=town.clock,
            repository=self.repository,
            environ=environ,
            transport=self.post,
        )
        self.repository.sync_register(self.app.register, at=town.clock.now())
        self.channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.channel.bind(str(folder / "notify"))
        self.channel.settimeout(0)
        self.said: list[str] = []
        self.daemon = Daemon(
            app=self.app,
            notifier=Notifier(address=str(folder / "notify")),
            random=Random(1),  # noqa: S311  # spreads pulls, guards nothing
            beat_s=BEAT_S,
        )

    def listen(self) -> list[str]:
        """Return everything said so far; must be called often, or the daemon waits."""
        try:
            while True:
                self.said.append(self.channel.recv(4096).decode())
        except BlockingIOError:
            return self.said

    def play(self, *steps: tuple[Callable[[], object], Callable[[], bool]]) -> int:
        """Run the daemon through steps, each an act and what must come of it."""

        async def scenario() -> int:
            running = asyncio.create_task(self.daemon.run())
            try:
                async with asyncio.timeout(LONGEST_S):
                    for act, came in steps:
                        act()
                        while not came():
                            self.listen()
                            await asyncio.sleep(BEAT_S)
            finally:
                self.daemon.stop()
                self.post.may_go_on.set()
                code = await running
            self.listen()
            return code

        return asyncio.run(scenario())

    def has_digest(self) -> bool:
        """Return whether the digest of the morning is written."""
        return morning.stored(self.app, MORNING.date()) is not None

    def pulled(self) -> int:
        """Return how many requests the town's servers have seen."""
        return len(self.town.script.requests())


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """An hour before the morning mail."""
    with DemoTown(tmp_path, last_morning=MORNING) as town:
        town.clock.move_to(MORNING - timedelta(hours=1))
        stage = Stage(town, tmp_path)
        yield stage
        stage.channel.close()
        stage.repository.close()


def _idle(stage: Stage) -> Callable[[], bool]:
    return lambda: any("0 at work" in line for line in stage.listen()[-3:])


def test_a_clock_stepped_over_the_time_is_noticed_at_the_next_beat(stage: Stage) -> None:
    """The scheduler sleeps by the old clock; the heart finds the digest due all the same."""
    code = stage.play(
        (lambda: None, _idle(stage)),
        (lambda: stage.town.clock.advance(timedelta(hours=2)), stage.has_digest),
    )

    assert code == 0
    assert stage.said[0].startswith("READY=1")


def test_a_clock_set_back_stops_no_pulls(stage: Stage) -> None:
    """A day back: the accounts are read again at the next beat."""
    before: list[int] = []

    def set_back() -> None:
        before.append(stage.pulled())
        stage.town.clock.advance(-timedelta(days=1))

    code = stage.play(
        (lambda: None, _idle(stage)),
        (set_back, lambda: stage.pulled() > before[0]),
    )

    assert code == 0


def test_a_unit_that_overruns_withholds_the_watchdog(stage: Stage) -> None:
    """A hand-over that never ends: it is named, and the service manager is not fed."""
    stage.daemon.deadline_s = 0.1
    stage.post.may_go_on.clear()
    stage.town.clock.advance(timedelta(hours=2))

    stage.play((lambda: None, lambda: any("Stuck" in line for line in stage.listen())))

    stuck = next(number for number, line in enumerate(stage.said) if "Stuck" in line)
    assert "digest" in stage.said[stuck]
    assert "WATCHDOG=1" not in stage.said[stuck]


def test_mails_wait_for_a_server_that_is_down_and_go_out_unchanged(stage: Stage) -> None:
    """When it is back, the same bytes are taken: Message-ID and all."""
    stage.post.is_down = True
    stage.town.clock.advance(timedelta(hours=2))

    def back() -> None:
        stage.post.is_down = False
        stage.town.clock.advance(timedelta(minutes=2))

    code = stage.play(
        (lambda: None, lambda: stage.has_digest() and bool(stage.post.offered)),
        (lambda: None, _idle(stage)),
        (back, lambda: bool(stage.post.taken)),
    )

    assert code == 0
    assert stage.post.taken[0] in stage.post.offered[: -len(stage.post.taken)]


def test_a_beat_is_left_for_others_while_all_is_well(stage: Stage) -> None:
    """By the clock of the house; who asks from outside sees a daemon that lives."""
    url = stage.app.settings.storage.url
    with daemon_lock(url) as lock:
        stage.daemon.lock = lock
        code = stage.play((lambda: None, _idle(stage)))
        known = holder(url)

    assert code == 0
    assert known is not None
    assert known.beat_at == stage.town.clock.now()


@pytest.mark.parametrize("name", ["clerkwatch.db", "clerkwatch.db.lock"])
def test_a_daemon_ends_when_what_it_stands_on_is_taken_away(stage: Stage, name: str) -> None:
    """Without the database nothing is recorded; without the lock another may begin beside it."""
    url = stage.app.settings.storage.url
    file = lock_file(url).with_name(name)
    with daemon_lock(url) as lock:
        stage.daemon.lock = lock
        code = stage.play(
            (lambda: None, _idle(stage)), (file.unlink, lambda: stage.daemon.lost is not None)
        )
        assert stage.daemon.lost is not None
        tell(stage.app, stage.daemon.lost, at=stage.town.clock.now())

    assert code == 1
    # Nothing is lost with a lock: the next start takes a new one.
    was_lost = name == "clerkwatch.db"
    assert len(saved_copies(stage.app.settings)) == was_lost
    subjects = [
        email.message_from_bytes(mail, policy=email.policy.default)["Subject"]
        for mail in stage.post.taken
    ]
    assert ["the database was taken away" in one for one in subjects] == [True] * was_lost
