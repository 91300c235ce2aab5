"""What `doctor` examines of the record: its file, who holds it, its ledger, unended runs."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.beginning import REMEDY, missing, saved_copies
from monitor.diagnosis import Check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from config.settings import Settings
    from storage.repository import Repository
    from storage.values import Run

LOCKS = Path("/proc/locks")
_A_WHILE = timedelta(hours=2)
"""How long the evidence of a case may wait before somebody should look."""
_AHEAD = timedelta(minutes=5)
_NO_RUN_TAKES = timedelta(hours=1)
_OFTEN = 3
_HELD_S = 2.0
"""A write takes milliseconds; who waits for a turn gives up after ten seconds."""
_WRITING_BYTE = "120"
"""SQLite's lock on writing: this byte of the file beside the database (wal-index format)."""
_SAVED = (
    "If it knows more than the database does, stop the service and put it in the database's place; "
    "else move it off this machine: it holds names and posts"
)


def check_saved(settings: Settings) -> Iterator[Check]:
    """Examine whether a database was taken away under a daemon, and what was saved of it."""
    for one in saved_copies(settings):
        yield Check(
            name="record",
            state="fault",
            what=f"the database was taken away under the daemon; what it knew is saved: {one}",
            remedy=_SAVED,
        )


def check_held(
    file: Path, *, locks: Path = LOCKS, monotonic: Callable[[], float] = time.monotonic
) -> Iterator[Check]:
    """Examine whether a process keeps everybody else from writing.

    Nothing is taken for it: the kernel lists who holds which lock.

    Args:
        file: The database.
        locks: The kernel's list.
        monotonic: Seconds; how long it is looked.
    """
    began = monotonic()
    held = holders = _writers(file, locks)
    while held and monotonic() - began < _HELD_S:
        time.sleep(0.05)
        held &= _writers(file, locks)
    if held:
        one = ", ".join(sorted(held))
        yield Check(
            name="database",
            state="fault",
            what=f"process {one} keeps all others from writing for longer than a write takes",
            remedy=f"See what it is: ps -f -p {min(holders)}. A sqlite3 shell or a copying "
            "programme must not hold it; end it, then the others go on",
        )


def check_record(repository: Repository) -> Iterator[Check]:
    """Examine whether an earlier record is missing, and whether the ledger is whole."""
    known = missing(repository)
    if known is not None and known.failing_since is not None:
        yield Check(
            name="record",
            state="fault",
            what=f"an earlier record is missing since {known.failing_since.isoformat()}: "
            f"{known.what}",
            remedy=REMEDY,
        )
    found = repository.verify_ledger()
    if found.faults:
        yield Check(
            name="ledger",
            state="fault",
            what=f"entry {found.faults[0].entry}: {found.faults[0].what}",
            remedy="See: clerkwatch evidence verify",
        )
    else:
        yield Check(name="database", state="well", what=f"ledger of {found.entries} entries whole")


def check_runs(runs: list[Run], *, now: datetime) -> Iterator[Check]:
    """Examine whether runs lie in the future, or never ended.

    Args:
        runs: Newest runs, newest first.
        now: The present moment; aware UTC.
    """
    if runs and runs[0].started_at > now + _AHEAD:
        yield Check(
            name="clock",
            state="fault",
            what=f"the last run began at {runs[0].started_at.isoformat()}, still to come",
            remedy="The clock was set back; set it right before the next run",
        )
    cut = [run for run in runs if run.ended_at is None and run.started_at < now - _NO_RUN_TAKES]
    if cut:
        number = "1 run" if len(cut) == 1 else f"{len(cut)} runs"
        yield Check(
            name="runs",
            state="fault" if len(cut) >= _OFTEN else "look",
            what=f"{number} never ended, the last one began at {cut[0].started_at.isoformat()}",
            remedy="What it read is kept, the rest is read again. What ended it: journalctl -u "
            "clerkwatch (killed, out of memory, power)",
        )


def check_kept(repository: Repository, *, now: datetime) -> Iterator[Check]:
    """Examine whether evidence of open cases waits longer than a run or two takes."""
    late = [
        due
        for due in repository.to_preserve(as_of=now)
        if due.opened_at < now - _A_WHILE and not due.is_history
    ]
    purges = repository.to_purge()
    if late:
        yield Check(
            name="evidence kept",
            state="look",
            what=f"something of {len(late)} open cases is not kept yet, as of case {late[0].case}",
            remedy="The next scan tries again; see what it logs about evidence",
        )
    if purges:
        yield Check(
            name="evidence purged",
            state="fault",
            what=f"media of case {purges[0][0].case} must not be kept, and are still there",
            remedy="Make the folder of evidence writable; the next scan takes them away",
        )


def _writers(file: Path, locks: Path) -> set[str]:
    """Return the numbers of processes that hold the right to write; none where it cannot be told.

    A line of the list: ``1: POSIX  ADVISORY  WRITE 1234 08:02:5678 120 120``.
    """
    beside = file.with_name(f"{file.name}-shm")
    try:
        wanted = str(beside.stat().st_ino)
        lines = locks.read_text("ascii", "replace").splitlines()
    except OSError:
        return set()
    found = set()
    for line in lines:
        words = line.split()
        if len(words) < 8 or words[1] != "POSIX" or words[3] != "WRITE":  # noqa: PLR2004 - a line
            continue
        is_there = words[5].rpartition(":")[2] == wanted
        if is_there and words[6] == words[7] == _WRITING_BYTE:
            found.add(words[4])
    return found
