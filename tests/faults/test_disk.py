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
