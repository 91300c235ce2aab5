"""Disks that fill up, become read-only or fail: what was recorded stays, and it is said."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.faults.conftest import SEED, WHOLE
from tests.faults.telling import as_told, doctor, exits, settled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.faults.aftermath import Undisturbed
    from tests.faults.conftest import Tried
    from tests.faults.town import FaultTown

TIMES = 10 if WHOLE else 2
MORNING = ("digest", "--send")
CALLS = [("fdatasync", "EIO", 40), ("pwrite64", "ENOSPC", 400), ("pwrite64", "EIO", 400)]
"""System calls, what the kernel answers, and the latest from which it does."""
_MEGABYTES = 16
FULL = ("the disk is full", "No space left on device", "the disk failed or is full")
READ_ONLY = (
    "the file system is read-only",
    "cannot be written",
    "cannot be opened",
    "Read-only file system",
)


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Mount a disk of a few megabytes; skip where this user or machine cannot."""
    folder.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={_MEGABYTES}m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mounting, check=False, capture_output=True).returncode:
        pytest.skip("not run: a small disk can be mounted by root only, and not everywhere")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(disk: Path, left: int) -> Path:
    """Leave so many bytes free on a disk; return the file that takes the rest."""
    filler = disk / "filler"
    with filler.open("wb") as opened:
        taken = max(0, shutil.disk_usage(disk).free - left)
        os.posix_fallocate(opened.fileno(), 0, taken) if taken else None
    return filler


@pytest.mark.slow
def test_a_full_disk_loses_nothing(
    town: FaultTown, morning: Undisturbed, tmp_path: Path, tried: Callable[[str], Tried]
) -> None:
    """However full: the command fails in words, and with space again the day is whole."""
    draw, row = random.Random(f"{SEED} full"), tried("disk full")  # noqa: S311 - repeatable
    with small_disk(tmp_path / "disk") as disk:
        for number in range(TIMES):
            folder, since = town.fresh(disk / f"{number}"), len(town.smtp.mails)
            left = 0 if number == 0 else draw.randrange(0, 400_000, 4096)
            filler = fill(disk, left)
            done = town.live(folder, *MORNING, outputs=tmp_path)
            told = f"seed {SEED}, {left} bytes free, exit {done.code}: {done.err[-300:]}"
            if done.code != 0:
                row.told(*exits(done, *FULL))
            if left == 0:
                row.told(doctor(town, folder, *FULL, outputs=tmp_path))
            filler.unlink()
            again = town.live(folder, *MORNING, outputs=tmp_path)
            assert again.code == 0, f"{told}; again: {again.err}"
            town.live(folder, "scan", outputs=tmp_path)
            wanted = as_told(town, since, morning)
            settled(row, town, folder, since=since, wanted=wanted, told=told)
            shutil.rmtree(folder)


@pytest.mark.slow
def test_a_read_only_disk_loses_nothing(
    town: FaultTown, morning: Undisturbed, tmp_path: Path, tried: Callable[[str], Tried]
) -> None:
    """While nothing can be written each command says so; afterwards the day is whole."""
    row = tried("disk read-only")
    with small_disk(tmp_path / "disk") as disk:
        folder, since = town.fresh(disk / "0"), len(town.smtp.mails)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        try:
            for words in (MORNING, ("scan",), ("purge",), ("run",)):
                done = town.live(folder, *words, outputs=tmp_path, ends_idle=True, after_s=60)
                row.told(*exits(done, *READ_ONLY))
                row.times += 1
            row.told(doctor(town, folder, *READ_ONLY, outputs=tmp_path))
        finally:
            subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
        again = town.live(folder, *MORNING, outputs=tmp_path)
        assert again.code == 0, again.err
        row.times -= 1
        settled(row, town, folder, since=since, wanted=morning, told="read-only")


@pytest.mark.slow
def test_a_file_that_may_not_grow_loses_nothing(
    town: FaultTown, morning: Undisturbed, tmp_path: Path, tried: Callable[[str], Tried]
) -> None:
    """The same with RLIMIT_FSIZE, which needs no root: nothing is half written."""
    draw = random.Random(f"{SEED} quota")  # noqa: S311 - repeatable on purpose
    row = tried("file size limited (RLIMIT_FSIZE)")
    for number in range(TIMES):
        folder, since = town.fresh(tmp_path / f"{number}"), len(town.smtp.mails)
        # From nothing at all to a little less than what the log of the writing grows to.
        size = 0 if number == 0 else draw.randrange(0, 700_000)
        done = town.live(folder, *MORNING, limits={"RLIMIT_FSIZE": size}, outputs=tmp_path)
        told = f"seed {SEED}, {size} bytes, exit {done.code}: {done.err[-300:]}"
        if done.code != 0:
            # Its own messages may not have fitted either: then the exit status tells alone.
            row.told(f"exit {done.code}")
        again = town.live(folder, *MORNING)
        assert again.code == 0, f"{told}; again: {again.err}"
        assert town.live(folder, "scan").code == 0
        settled(row, town, folder, since=since, wanted=as_told(town, since, morning), told=told)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("call", "error", "latest"),
    CALLS if WHOLE else CALLS[:2],
)
def test_a_system_call_that_fails_loses_nothing(  # noqa: PLR0917 - fixtures beside the case
    town: FaultTown,
    morning: Undisturbed,
    tmp_path: Path,
    tried: Callable[[str], Tried],
    call: str,
    error: str,
    latest: int,
) -> None:
    """The kernel's own answer, from some call on: the installed command says so and fails."""
    if shutil.which("strace") is None:
        pytest.skip("not run: strace is not installed")
    draw = random.Random(f"{SEED} {call} {error}")  # noqa: S311 - repeatable on purpose
    row = tried(f"{call} fails with {error}")
    for number in range(2 if WHOLE else 1):
        folder, since = town.fresh(tmp_path / f"{number}"), len(town.smtp.mails)
        first = draw.randint(1, latest)
        fault = f"inject={call}:error={error}:when={first}+"
        done = town.live_installed(
            folder,
            *MORNING,
            before=("strace", "-f", "-o", "/dev/null", "-e", f"trace={call}", "-e", fault),
        )
        told = f"seed {SEED}, {fault}, exit {done.code}: {done.err[-300:]}"
        if done.code != 0:
            row.told(*exits(done, *FULL))
        again = town.live(folder, *MORNING)
        assert again.code == 0, f"{told}; again: {again.err}"
        assert town.live(folder, "scan").code == 0
        settled(row, town, folder, since=since, wanted=as_told(town, since, morning), told=told)
