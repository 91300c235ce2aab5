"""What `doctor` examines of the machine: room on its disks, its memory, its clock."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.diagnosis import Check

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from config.settings import Settings
    from monitor.diagnosis import State

EARLIEST = datetime(2026, 11, 1, tzinfo=UTC)
"""No machine that runs this version can be in an earlier time."""
MEMORY = Path("/proc/meminfo")
TIMESYNC = Path("/run/systemd/timesync/synchronized")
_LEAST_FREE, _LITTLE_FREE = 64 << 20, 512 << 20
"""Bytes: no room for a day's work, and no room for a bad one."""
_LEAST_FILES = 1000
_LEAST_MEMORY, _LITTLE_MEMORY = 48 << 20, 128 << 20
_COPIES = 2
"""Times the database's size that the nightly copy needs for a while."""
_MEMORY = (
    "See what takes it (ps aux --sort=-rss), or give the machine more: without memory readings "
    "fail and the daemon is killed"
)
_FREE_IT = "Free space there, or give it a larger disk; what is kept how long: [retention]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """The file system on which something is kept.

    Attributes:
        path: A folder on it.
        free: Bytes that this user may still write.
        size: Bytes in all.
        files_left: How many files can still be made; None: it does not count them.
        is_read_only: Nothing can be written at all.
    """

    path: Path
    free: int
    size: int
    files_left: int | None = None
    is_read_only: bool = False


def disks(settings: Settings) -> tuple[Disk, ...]:
    """Look at each file system on which the record or the evidence lies; each once.

    Where a folder is not made yet, the nearest one above it is looked at.
    """
    database = Path(settings.storage.url.removeprefix("sqlite:///")).absolute()
    found: dict[int, Disk] = {}
    for wanted in (database.parent, Path(settings.storage.evidence).absolute()):
        folder = next((one for one in (wanted, *wanted.parents) if one.is_dir()), Path("/"))
        device = folder.stat().st_dev
        if device not in found:
            found[device] = _look(folder)
    return tuple(found.values())


def check_machine(settings: Settings, *, now: datetime) -> Iterator[Check]:
    """Examine disks, memory and clock; nothing is written."""
    database = Path(settings.storage.url.removeprefix("sqlite:///"))
    size = database.stat().st_size if database.is_file() else 0
    for disk in disks(settings):
        yield check_disk(disk, database=size)
    yield from check_memory(free_memory())
    yield check_clock(now, zone=settings.zone(), is_synchronised=is_synchronised())


def check_disk(disk: Disk, *, database: int) -> Check:
    """Examine one file system.

    Args:
        disk: As it was found.
        database: Size of the database, in bytes: the nightly copy needs room for it.
    """
    what = f"{disk.path}: {in_words(disk.free)} of {in_words(disk.size)} free"
    if disk.is_read_only:
        return Check(
            name="disk",
            state="fault",
            what=f"{disk.path}: the file system is read-only",
            remedy="See why (dmesg, journalctl -k), then: mount -o remount,rw; under systemd only "
            "the state directory can be written (StateDirectory=)",
        )
    if disk.files_left is not None and disk.files_left < _LEAST_FILES:
        left = f"{disk.path}: no more than {disk.files_left} files can be made there"
        return Check(name="disk", state="fault", what=left, remedy=_FREE_IT)
    if disk.free < _LEAST_FREE:
        return Check(name="disk", state="fault", what=f"{what}: it is full soon", remedy=_FREE_IT)
    if disk.free < max(_LITTLE_FREE, _COPIES * database):
        return Check(name="disk", state="look", what=f"{what}: that is little", remedy=_FREE_IT)
    return Check(name="disk", state="well", what=what)


def check_memory(free: int | None) -> Iterator[Check]:
    """Examine how much memory is left.

    Args:
        free: Bytes, swap included; None: this machine does not tell.
    """
    if free is None:
        return
    state: State = "well"
    if free < _LITTLE_MEMORY:
        state = "fault" if free < _LEAST_MEMORY else "look"
    yield Check(
        name="memory",
        state=state,
        what=f"{in_words(free)} are left",
        remedy="" if state == "well" else _MEMORY,
    )


def check_clock(now: datetime, *, zone: ZoneInfo, is_synchronised: bool | None) -> Check:
    """Examine whether this machine knows what time it is.

    Args:
        now: What it believes; aware UTC.
        zone: The council's.
        is_synchronised: Whether something keeps its clock right; None: it cannot be told.
    """
    if now < EARLIEST:
        return Check(
            name="clock",
            state="fault",
            what=f"the machine believes it is {now:%d %B %Y}",
            remedy="Set it and switch time synchronisation on: timedatectl set-ntp true",
        )
    if is_synchronised is False:
        return Check(
            name="clock",
            state="look",
            what="the clock is not synchronised",
            remedy="timedatectl set-ntp true",
        )
    return Check(name="clock", state="well", what=f"{now.astimezone(zone):%c %Z}")


def is_synchronised(sign: Path = TIMESYNC) -> bool | None:
    """Return whether systemd has set the clock by a server; None where it does not see to it."""
    return sign.exists() if sign.parent.is_dir() else None


def free_memory(file: Path = MEMORY) -> int | None:
    """Return how many bytes of memory are left, swap included; None if it cannot be told."""
    found = {}
    try:
        for line in file.read_text("ascii").splitlines():
            name, _, value = line.partition(":")
            found[name] = int(value.split()[0]) << 10
    except (OSError, ValueError, IndexError):
        return None  # a sandbox hides it; then nothing is concluded
    return found["MemAvailable"] + found.get("SwapFree", 0) if "MemAvailable" in found else None


def in_words(size: int) -> str:
    """Return a number of bytes as ``3.2 GB``."""
    if size >= 1 << 30:
        return f"{size / (1 << 30):.1f} GB"
    return f"{size / (1 << 20):.0f} MB"


def _look(folder: Path) -> Disk:
    found = os.statvfs(folder)
    return Disk(
        path=folder,
        free=found.f_bavail * found.f_frsize,
        size=found.f_blocks * found.f_frsize,
        files_left=found.f_favail if found.f_files else None,
        is_read_only=bool(found.f_flag & os.ST_RDONLY),
    )
