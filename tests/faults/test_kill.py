"""kill -9 at any instant of a morning: nothing lost, nothing twice."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from config.settings import load
from monitor import morning
from monitor.app import build
from monitor.demo.run import DemoTown
from monitor.pipeline import scan
from storage.evidence import EvidenceFolder
from storage.open import open_repository

if TYPE_CHECKING:
    from collections.abc import Iterator

INSTANTS = 50
DRIVER = Path(__file__).with_name("driver.py")
BATCHES = 5


@dataclass(frozen=True, slots=True)
class Trace:
    """What a morning leaves behind, without numbers that depend on the way there."""

    posts: frozenset[tuple[str, ...]]
    findings: frozenset[tuple[str, ...]]
    cases: frozenset[tuple[str, ...]]
    queued: frozenset[str]
    kept: frozenset[tuple[str, ...]]


def trace_of(database: Path) -> Trace:
    """Read a database's posts, findings, cases and mails."""

    def rows(query: str) -> frozenset[tuple[str, ...]]:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            return frozenset(tuple(map(str, row)) for row in connection.execute(query))

    return Trace(
        posts=rows(
            "select s.account, s.kind, s.platform_id, v.content_hash, v.judged_under"
            " from version v join subject s on s.id = v.subject"
        ),
        findings=rows(
            "select s.account, s.platform_id, v.content_hash, f.rule, f.basis, f.context,"
            " f.withdrawn_at is null from finding f join version v on v.id = f.version"
            " join subject s on s.id = v.subject"
        ),
        cases=rows(
            "select s.account, s.kind, s.platform_id, c.state, c.severity, c.history, f.rule"
            ' from "case" c join subject s on s.id = c.subject'
            ' join case_finding cf on cf."case" = c.id join finding f on f.id = cf.finding'
        ),
        queued=frozenset(row[0] for row in rows("select message_id from outbox")),
        kept=frozenset(
            (*row, str(EvidenceFolder(database.parent / "evidence").fault(row[4], int(row[5]))))
            for row in rows(
                "select s.account, s.kind, s.platform_id, e.kind, e.sha256, e.size, e.picture_hash"
                " from evidence e join subject s on s.id = e.subject where e.kind <> 'profile'"
            )
        ),
    )


def _last_seven_o_clock() -> datetime:
    """Return the newest 07:00 that lies behind us: the story is told in council days."""
    now = datetime.now(ZoneInfo("Europe/London"))
    seven = now.replace(hour=7, minute=0, second=0, microsecond=0)
    return seven if seven <= now else seven - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stage:
    """The town on its second day, with the database as the first day left it."""

    town: DemoTown
    start: Path

    def morning(self, folder: Path, instant: int) -> subprocess.CompletedProcess[str]:
        """Live the second morning on a database, killed at an instant."""
        environ = os.environ | self.town.environ
        environ["CLERKWATCH_STORAGE__URL"] = f"sqlite:///{folder / 'clerkwatch.db'}"
        environ["CLERKWATCH_STORAGE__EVIDENCE"] = str(folder / "evidence")
        return subprocess.run(
            [sys.executable, "-P", str(DRIVER), str(self.town.settings_file), str(instant)],
            env=environ,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def fresh(self, folder: Path) -> Path:
        """Copy the first day's database into a new folder."""
        shutil.copytree(self.start, folder)
        return folder

    def delivered(self, since: int) -> list[str]:
        """Return the Message-IDs that the mail server took since a point."""
        return [str(mail.message()["Message-ID"]) for mail in self.town.mails[since:]]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Start the town and live its first day."""
    folder = tmp_path_factory.mktemp("town")
    with DemoTown(folder, last_morning=_last_seven_o_clock()) as town:
        home = folder / "day-one"
        home.mkdir()
        environ = town.environ | {"STATE_DIRECTORY": str(home)}
        settings = load(town.settings_file, environ=environ)
        repository = open_repository(settings.storage.url, create=True)
        app = build(settings, clock=town.clock, repository=repository, environ=environ)
        repository.sync_register(app.register, at=app.clock.now())
        scan(app, app.register, by="test")
        morning.send(app, by="test")
        repository.close()
        town.advance_to_second_day()
        yield Stage(town=town, start=home)


@dataclass(frozen=True, slots=True)
class Baseline:
    """The second morning without a kill."""

    trace: Trace
    mails: frozenset[str]
    instants: int


@pytest.fixture(scope="module")
def baseline(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Baseline:
    """Live the second morning to its end."""
    folder = stage.fresh(tmp_path_factory.mktemp("whole") / "db")
    before = len(stage.town.mails)
    done = stage.morning(folder, 0)
    assert done.returncode == 0, done.stderr
    return Baseline(
        trace=trace_of(folder / "clerkwatch.db"),
        mails=frozenset(stage.delivered(before)),
        instants=int(done.stdout.split()[-1]),
    )


@pytest.mark.slow
@pytest.mark.xdist_group("kill")
@pytest.mark.parametrize("batch", range(BATCHES))
def test_a_kill_at_any_instant_loses_nothing_and_doubles_nothing(
    stage: Stage, baseline: Baseline, tmp_path: Path, batch: int
) -> None:
    """After a kill and a restart everything is as without the kill, mails by Message-ID."""
    assert len(baseline.mails) >= 3, "the second day has urgent mails and a digest"
    assert {row[3] for row in baseline.trace.kept} >= {"answer", "picture"}
    assert {row[7] for row in baseline.trace.kept} == {"None"}, "every file is whole"
    for number in range(batch, INSTANTS, BATCHES):
        instant = 1 + number * (baseline.instants - 1) // (INSTANTS - 1)
        folder = stage.fresh(tmp_path / f"at-{instant}")
        before = len(stage.town.mails)

        killed = stage.morning(folder, instant)
        if killed.returncode == 0:
            # This morning made fewer statements than the one counted: kill at its own last.
            instant = int(killed.stdout.split()[-1])
            folder = stage.fresh(tmp_path / f"at-its-last-{instant}")
            before = len(stage.town.mails)
            killed = stage.morning(folder, instant)
        again = stage.morning(folder, 0)

        delivered = stage.delivered(before)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        assert again.returncode == 0, again.stderr
        assert baseline.trace == trace_of(folder / "clerkwatch.db"), f"instant {instant}"
        assert baseline.mails == frozenset(delivered), f"instant {instant}"
        # Accepted, and killed before that was noted: the same mail goes out once more.
        assert len(delivered) <= len(baseline.mails) + 1, f"instant {instant}"
