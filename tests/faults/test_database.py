"""A database that is held, damaged, missing, older or newer: said, refused, and nothing lost."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from storage import schema
from storage.evidence import EvidenceFolder
from storage.snapshot import problems_of
from tests.faults.conftest import SEED, WHOLE
from tests.faults.living import LONGEST_S, Living
from tests.faults.telling import LATER_S, digest_says, doctor, exits, settled
from tests.faults.test_disk import small_disk
from tests.faults.town import traced
from tests.faults.trace import trace_of
from tests.lib.old_schemas import take_back

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults.aftermath import Undisturbed
    from tests.faults.conftest import Tried
    from tests.faults.town import FaultTown

PAGES = 24 if WHOLE else 4
MORNING = ("digest", "--send")
DAMAGED = ("damaged", "malformed", "another programme")
_PAGE = 4096


@pytest.mark.slow
@pytest.mark.parametrize("held_s", [3.0, None])
def test_a_database_that_another_process_holds(
    town: FaultTown,
    morning: Undisturbed,
    tmp_path: Path,
    tried: Callable[[str], Tried],
    held_s: float | None,
) -> None:
    """Held for a moment it is waited for; held longer it is said; afterwards all is whole."""
    row = tried("SQLite locked by another process")
    folder, since = town.fresh(tmp_path / "held"), len(town.smtp.mails)
    with closing(
        sqlite3.connect(folder / "clerkwatch.db", isolation_level=None, check_same_thread=False)
    ) as holder:
        holder.execute("BEGIN IMMEDIATE")
        release = threading.Timer(held_s or 600, holder.rollback)
        release.start()
        done = town.live(folder, *MORNING)
        release.cancel()
        release.join()
        if held_s is None:
            row.told(*exits(done, "another process is writing"))
            row.told(doctor(town, folder, f"process {os.getpid()} keeps all others"))
            holder.rollback()
        else:
            assert done.code == 0, done.err
            row.told("waited for: nothing to tell")
    again = town.live(folder, *MORNING)
    assert again.code == 0, again.err
    settled(row, town, folder, since=since, wanted=morning, told=f"held for {held_s}")


@pytest.mark.slow
def test_a_damaged_page_is_found_and_the_copy_brings_everything_back(
    town: FaultTown, tmp_path: Path, tried: Callable[[str], Tried]
) -> None:
    """Whichever page: doctor says so, no copy is made of it, and an older copy helps."""
    draw, row = random.Random(f"{SEED} page"), tried("corrupted page")  # noqa: S311 - repeatable
    whole = town.fresh(tmp_path / "whole")
    assert town.live(whole, "backup").code == 0
    before = traced(whole)
    with closing(sqlite3.connect(whole / "clerkwatch.db")) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before_all = dump(whole / "clerkwatch.db")
    good = (whole / "clerkwatch.db").read_bytes()
    for number in range(PAGES):
        page = 0 if number == 0 else draw.randrange(len(good) // _PAGE)
        start = page * _PAGE
        torn = good[:start] + draw.randbytes(_PAGE) + good[start + _PAGE :]
        (whole / "clerkwatch.db").write_bytes(torn)
        told = f"seed {SEED}, page {page} of {len(good) // _PAGE}"
        row.times += 1
        seen = town.live(whole, "doctor", "--json")
        faults = [
            one
            for one in seen.json["checks"]
            if one["state"] == "fault" and one["name"] in {"database", "ledger"}
        ]
        if not faults and page and dump(whole / "clerkwatch.db") == before_all:
            row.told("a free page: nothing to tell")
            continue
        row.lost += not faults
        assert faults, f"{told}: doctor says nothing"
        assert all(one["remedy"] for one in faults)
        row.told(*(f"doctor: {one['name']}" for one in faults))
    row.told(*exits(town.live(whole, "backup"), *DAMAGED))
    for left in whole.glob("clerkwatch.db*"):
        left.unlink()
    restored = town.live(whole, "restore")
    assert restored.code == 0, restored.err
    assert traced(whole) == before


@pytest.mark.slow
def test_a_missing_database_is_said_and_the_copy_brings_it_back(
    town: FaultTown, tmp_path: Path, tried: Callable[[str], Tried]
) -> None:
    """No command acts as if nothing had been there; an earlier mail's head shows the loss."""
    row = tried("database missing")
    folder = town.fresh(tmp_path / "gone")
    assert town.live(folder, "backup").code == 0
    before = traced(folder)
    known = town.live(folder, "evidence", "verify", "--json").json
    head = f"{known['entries']}:{known['head']}"
    for left in folder.glob("clerkwatch.db*"):
        left.unlink()
    for words in (("cases", "list"), ("digest", "--send"), ("purge",), ("rescan",)):
        refused = town.live(folder, *words)
        assert refused.code == 2, refused.out
        assert "there is no database yet" in refused.err
        row.times += 1
    row.told('exit 2, "there is no database yet"')
    row.told(doctor(town, folder, "is missing, though there was one"))
    since, kept = len(town.smtp.mails), set(EvidenceFolder(folder / "evidence").names())
    made = town.live(folder, "scan", more=town.with_technician())
    assert "Made a new database" in made.err
    assert "an earlier record is missing" in made.err
    row.told(
        '"an earlier record is missing"',
        digest_says(town, since, "the record is missing"),
        doctor(town, folder, "an earlier record is missing"),
        *exits(town.live(folder, "evidence", "verify", "--head", head)),
    )
    # What no row of the new record names is the old one's: no purge takes it away.
    assert kept
    later_s = town.ahead.total_seconds() + LATER_S
    assert town.live(folder, "purge", moved_by=later_s).code == 0
    assert kept <= set(EvidenceFolder(folder / "evidence").names())
    preview = town.live(folder, "digest", "--preview")
    assert "is missing on this machine" in " ".join(preview.out.split())
    # A person may say that it was meant; then nothing is told of it any more.
    assert "the record begins here" in town.live(folder, "restore", "--confirm").out
    checks = town.live(folder, "doctor", "--json").json["checks"]
    assert "record" not in {one["name"] for one in checks}
    for left in folder.glob("clerkwatch.db*"):
        left.unlink()
    # What the new one kept is not the copy's: it is not mixed, and the remedy is named.
    refused = town.live(folder, "restore")
    assert (refused.code, "Move the folder away" in refused.err) == (2, True), refused.err
    (folder / "evidence").rename(tmp_path / "evidence-of-the-new-one")
    restored = town.live(folder, "restore")
    assert restored.code == 0, restored.err
    assert traced(folder) == before


def take_away(folder: Path, way: str) -> None:
    """Take the database away from under whoever has it open."""
    database = folder / "clerkwatch.db"
    if way == "deleted":
        database.unlink()
    elif way == "replaced":
        (folder / "other.db").replace(database)
    else:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.slow
@pytest.mark.parametrize("way", ["deleted", "replaced", "unmounted"])
def test_a_database_taken_away_under_the_daemon_is_noticed(
    town: FaultTown, tmp_path: Path, tried: Callable[[str], Tried], way: str
) -> None:
    """It ends aloud, nothing goes on into a file that nobody sees, and nothing is lost."""
    row = tried(f"database {way} under the daemon")
    folder = tmp_path / "disk"
    if way == "unmounted":
        folder = mounted(folder, town)
    else:
        town.fresh(folder)
    shutil.copy(folder / "clerkwatch.db", folder / "other.db")
    before = dump(folder / "other.db")
    since, living = len(town.smtp.mails), Living(town, tmp_path, ahead=tmp_path / "ahead")
    more = living.more | town.with_technician()
    with closing(living), ThreadPoolExecutor(1) as pool:
        running = pool.submit(town.live, folder, "run", more=more, outputs=tmp_path)
        living.until(lambda: "WATCHDOG=1" in living.heard and "0 at work" in living.heard)
        wanted = traced(folder)
        take_away(folder, way)
        done = running.result(LONGEST_S)
    row.times += 1
    row.told(*exits(done, "database taken away"))
    row.told(digest_says(town, since, "the database was taken away"))
    (saved,) = (one for one in folder.glob("clerkwatch.db.taken-away-*Z"))
    assert problems_of(saved) == []
    assert replace(trace_of(saved), kept=wanted.kept) == wanted  # all that was known, as it was
    row.told(doctor(town, folder, "taken away", outputs=tmp_path))
    if way == "replaced":
        # Nothing of what was open has got into the file in its place.
        assert dump(folder / "clerkwatch.db") == before
        return
    again = town.live(folder, "run", more=town.with_technician(), ends_idle=True, outputs=tmp_path)
    assert again.code == 0, again.err
    row.told(digest_says(town, since, "the record is missing"))


def mounted(folder: Path, town: FaultTown) -> Path:
    """Return a folder on a disk of its own with the first day's record; skip where none can be."""
    with small_disk(folder):  # skips
        pass
    folder.rmdir()
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)], check=True)
    shutil.copytree(town.start, folder, dirs_exist_ok=True)
    return folder


@pytest.mark.slow
def test_another_schema_is_refused_and_left_alone(
    town: FaultTown, tmp_path: Path, tried: Callable[[str], Tried]
) -> None:
    """Every older one by all but the daemon, a newer one by the daemon too; both by doctor."""
    older = schema.REVISIONS[:-1] if WHOLE else schema.REVISIONS[:1]
    for revision in (*older, "9999"):
        folder = town.fresh(tmp_path / revision)
        database = folder / "clerkwatch.db"
        row = tried("newer schema" if revision == "9999" else "older schema")
        if revision == "9999":
            with closing(sqlite3.connect(database)) as raw, raw:
                raw.execute("UPDATE alembic_version SET version_num = '9999'")
        else:
            take_back(database, revision)
        before = dump(database)
        words = "newer clerkwatch" if revision == "9999" else "clerkwatch run"
        commands = [("scan",), ("backup",)] + ([("run",)] if revision == "9999" else [])
        for command in commands:
            row.told(*exits(town.live(folder, *command), words))
            row.times += 1
        row.told(doctor(town, folder, f"has schema {revision}"))
        assert dump(database) == before


def dump(database: Path) -> list[str]:
    """Return all that stands in a database."""
    with closing(sqlite3.connect(database)) as raw:
        return list(raw.iterdump())
