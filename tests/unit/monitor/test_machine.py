"""Room on disks, memory and clock: what doctor says of each, without injuring any."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config.sample import sample
from config.settings import parse
from monitor.examining.machine import (
    Disk,
    check_clock,
    check_disk,
    check_memory,
    disks,
    free_memory,
    is_synchronised,
)

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
MB = 1 << 20


def disk(free_mb: int, **more: object) -> Disk:
    """Return a disk of twenty gigabytes."""
    return Disk(path=Path("/var/lib/clerkwatch"), free=free_mb * MB, size=20480 * MB, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("free_mb", "database_mb", "state"),
    [(5000, 10, "well"), (5000, 3000, "look"), (400, 10, "look"), (30, 10, "fault")],
)
def test_a_disk_is_low_before_it_is_full(free_mb: int, database_mb: int, state: str) -> None:
    """The nightly copy of a large database needs room too."""
    check = check_disk(disk(free_mb), database=database_mb * MB)

    assert (check.state, bool(check.remedy)) == (state, state != "well")
    assert "free" in check.what


@pytest.mark.parametrize(
    ("found", "words"),
    [(disk(5000, is_read_only=True), "read-only"), (disk(5000, files_left=12), "12 files")],
)
def test_a_disk_with_room_may_refuse_all_the_same(found: Disk, words: str) -> None:
    """Mounted read-only, or without room for another file's name."""
    check = check_disk(found, database=0)

    assert (check.state, words in check.what, bool(check.remedy)) == ("fault", True, True)


@pytest.mark.parametrize(("free_mb", "state"), [(4000, "well"), (100, "look"), (20, "fault")])
def test_memory_is_short_before_it_is_refused(free_mb: int, state: str) -> None:
    """Swap counts; the remedy says how to see what takes it."""
    (check,) = check_memory(free_mb * MB)

    assert (check.state, bool(check.remedy)) == (state, state != "well")


def test_what_a_machine_does_not_tell_is_not_concluded(tmp_path: Path) -> None:
    """A sandbox hides the file, or another system writes it in another way."""
    odd = tmp_path / "meminfo"
    odd.write_text("MemTotal: many kB\n")

    assert [free_memory(tmp_path / "missing"), free_memory(odd)] == [None, None]
    assert list(check_memory(None)) == []


def test_memory_is_read_as_the_kernel_writes_it(tmp_path: Path) -> None:
    """Available and free swap together."""
    file = tmp_path / "meminfo"
    file.write_text("MemTotal:  2000000 kB\nMemAvailable:   1024 kB\nSwapFree:  2048 kB\n")

    assert free_memory(file) == 3 * MB


def test_a_clock_that_nothing_keeps_right_is_worth_a_look(tmp_path: Path) -> None:
    """And one of an earlier year is a fault; the remedy is the same."""
    sign = tmp_path / "timesync" / "synchronized"
    nowhere = is_synchronised(sign)
    sign.parent.mkdir()
    no = is_synchronised(sign)
    sign.touch()

    assert [nowhere, no, is_synchronised(sign)] == [None, False, True]
    for at, known, state in (
        (NOW, None, "well"),
        (NOW, True, "well"),
        (NOW, False, "look"),
        (datetime(2024, 1, 1, tzinfo=UTC), True, "fault"),
    ):
        check = check_clock(at, zone=LONDON, is_synchronised=known)
        assert (check.state, "set-ntp" in check.remedy) == (state, state != "well")


def test_each_file_system_is_looked_at_once(tmp_path: Path) -> None:
    """The nearest folder that is there, where the record's is not made yet."""
    text = sample({"storage.url": "sqlite:///not/made/yet.db"})
    settings = parse(text, file=tmp_path / "clerkwatch.toml", environ={})
    (found,) = disks(settings)

    assert found.path == tmp_path
    assert 0 < found.free <= found.size
