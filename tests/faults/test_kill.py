"""kill -9 at any instant of any command: repeated once, everything is as without the kill."""

from __future__ import annotations

import os
import random
import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from monitor.backup import archive
from storage import schema
from tests.faults.aftermath import Undisturbed, look
from tests.faults.conftest import SEED, WHOLE
from tests.faults.town import named, traced
from tests.lib.old_schemas import take_back

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults.conftest import Tried
    from tests.faults.town import FaultTown
    from tests.faults.warm import Lived

KILLS = int(os.environ.get("CLERKWATCH_KILLS", "320" if WHOLE else "48"))
"""How many in all."""
BATCH = 10
"""Kills a test, so that several workers share them."""
_BY_TIME = 0.4
"""Share of kills at a random time; the others at a named point."""
_TRIES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One command to be killed.

    Attributes:
        words: Its arguments.
        share: Of all kills.
        days: How many days after the second day it is run.
        is_daemon: Whether it runs until it is told to stop.
        with_poll: Whether a poll is in force that was not when the posts were judged.
    """

    words: tuple[str, ...]
    share: float
    days: float = 0.0
    is_daemon: bool = False
    with_poll: bool = False


JOBS = {
    "scan": Job(words=("scan",), share=0.18),
    "digest": Job(words=("digest", "--send"), share=0.18),
    "run": Job(words=("run",), share=0.10, is_daemon=True),
    "rescan": Job(words=("rescan",), share=0.12, with_poll=True),
    "dismiss": Job(words=("cases", "dismiss", "2", "--because", "a quotation"), share=0.08),
    "request": Job(words=("cases", "request-removal", "4"), share=0.08),
    "backup": Job(words=("backup",), share=0.10),
    "purge": Job(words=("purge",), share=0.08, days=400),
    "migrate": Job(words=("run",), share=0.08, is_daemon=True),
}


class Killing:
    """One command, undisturbed and killed, each time on a copy of the first day."""

    def __init__(self, town: FaultTown, name: str, folder: Path) -> None:
        """Choose the command."""
        self.town, self.name, self.job, self.folder = town, name, JOBS[name], folder

    def fresh(self, name: str, revision: str) -> Path:
        """Return a folder as the first day left it, in an older schema where one is to go."""
        made = self.town.fresh(self.folder / name)
        if self.name == "migrate":
            take_back(made / "clerkwatch.db", revision)
        return made

    def live(self, folder: Path, **fault: Any) -> Lived:
        """Run the command in a folder."""
        more = {"CLERKWATCH_CONFIG": str(self.town.with_poll())} if self.job.with_poll else {}
        ahead = self.town.ahead.total_seconds() + self.job.days * 86_400
        return self.town.live(
            folder,
            *self.job.words,
            more=more,
            moved_by=ahead,
            ends_idle=self.job.is_daemon,
            **fault,
        )

    def undisturbed(self, revision: str) -> Undisturbed:
        """Run it to its end."""
        folder, since = self.fresh(f"whole-{revision}", revision), len(self.town.smtp.mails)
        began = time.monotonic()
        done = self.live(folder)
        took_s = time.monotonic() - began
        assert done.code == 0, done.err
        return Undisturbed(
            trace=traced(folder),
            mails=frozenset(named(self.town.smtp.mails[since:])),
            points=done.points,
            took_s=took_s,
        )

    def may_die_at(self, point: str) -> bool:
        """Return whether a point may be drawn: of a migration those of its steps."""
        return self.name != "migrate" or point.startswith("migrate")

    def kill(self, folder: Path, wanted: Undisturbed, draw: random.Random) -> tuple[Lived, str]:
        """Kill it at an instant that is drawn; return how it ended, and where."""
        if draw.random() < _BY_TIME:
            after_s = draw.uniform(0.01, 1.0 if self.name == "migrate" else wanted.took_s)
            return self.live(folder, after_s=after_s), f"after {after_s:.3f} s"
        name = draw.choice([one for one in sorted(wanted.points) if self.may_die_at(one)])
        nth = draw.randint(1, wanted.points[name])
        return self.live(folder, die_at=name, nth=nth), f"{name} {nth}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some kills of one command."""

    name: str
    number: int
    times: int


def batches() -> list[Batch]:
    """Return the kills of all commands, in portions."""
    found = []
    for name, job in JOBS.items():
        left, number = max(2, round(KILLS * job.share)), 0
        while left > 0:
            found.append(Batch(name=name, number=number, times=min(BATCH, left)))
            left, number = left - BATCH, number + 1
    return found


@pytest.mark.slow
@pytest.mark.parametrize("batch", batches(), ids=lambda one: f"{one.name}-{one.number}")
def test_a_kill_at_any_instant_loses_nothing_and_doubles_nothing(
    town: FaultTown,
    tmp_path: Path,
    tried: Callable[[str], Tried],
    batch: Batch,
) -> None:
    """Killed and run again, all rows and all mails by Message-ID are those without a kill."""
    name = batch.name
    draw = random.Random(f"{SEED} {name} {batch.number}")  # noqa: S311 - repeatable on purpose
    killing, row = Killing(town, name, tmp_path), tried(f"kill -9 of {label(name)}")
    known: dict[str, Undisturbed] = {}
    for number in range(batch.times):
        revision = draw.choice(schema.REVISIONS[:-1]) if name == "migrate" else ""
        if revision not in known:
            known[revision] = killing.undisturbed(revision)
        wanted = known[revision]
        folder, since = killing.fresh(f"{number}", revision), len(town.smtp.mails)
        killed, where = killing.kill(folder, wanted, draw)
        for again in range(_TRIES):
            if killed.code < 0:
                break
            # It was quicker than the one that was timed, or passed fewer points.
            folder, since = killing.fresh(f"{number}-{again}", revision), len(town.smtp.mails)
            killed, where = killing.kill(folder, wanted, draw)
        assert killed.code == -signal.SIGKILL, f"{where}: {killed.err}"
        row.told("the exit status: signal 9")
        repeated = killing.live(folder)
        after = look(town, folder, since=since, wanted=wanted)
        row.times += 1
        row.lost += len(after.lost)
        row.doubled += len(after.doubled)
        told = f"seed {SEED}, {batch}, kill {number}: {where}, schema {revision}"
        assert repeated.code == 0, f"{told}: {repeated.err}"
        assert after.is_well, f"{told}: {after}"
        # Accepted, and killed before that was noted: the same mail goes out once more.
        assert len(town.smtp.mails) - since <= len(wanted.mails) + 1, told
        left_behind(town, folder, name)


@pytest.mark.slow
def test_the_morning_that_is_killed_has_all_that_can_be_lost(morning: Undisturbed) -> None:
    """Urgent mails beside the digest, answers and pictures kept as evidence, all of them whole."""
    assert len(morning.mails) >= 3
    assert {row[3] for row in morning.trace.kept} >= {"answer", "picture"}
    assert {row[7] for row in morning.trace.kept} == {"None"}


def label(name: str) -> str:
    """Return how the table calls a job."""
    words = " ".join(JOBS[name].words[:2])
    return f"{words} while it migrates" if name == "migrate" else words


def left_behind(town: FaultTown, folder: Path, name: str) -> None:
    """Nothing half made lies about once the work was repeated."""
    assert not list(folder.glob(".backup-*"))
    share = town.share_of(folder)
    assert not list(share.glob("*.partial*"))
    if name == "backup":
        listed = town.live(folder, "backup", "--list", "--json")
        assert listed.json["copies"], listed.err
        for copy in listed.json["copies"]:
            archive.read(share / copy, into=lambda _held: None, check_stop=lambda: None)
