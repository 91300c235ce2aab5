"""`evidence export` as a person uses it: files, exit codes, what is refused and what is noted."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
import subprocess
import zipfile
from typing import TYPE_CHECKING

import pytest

from storage.open import open_repository
from tests.integration.cases.conftest import COMMAND
from tests.lib.schemas import SCHEMAS, problems

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def town(home: Path, tmp_path: Path) -> Path:
    """A copy of the demo's record that a test may write to."""
    folder = tmp_path / "town"
    shutil.copytree(home, folder)
    return folder


def export(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the installed command in a folder, as the Clerk."""
    return subprocess.run(
        [COMMAND, "evidence", "export", *arguments],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "CLERKWATCH_BY": "Clerk"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def head(folder: Path) -> int:
    """Return the number of the newest ledger entry."""
    repository = open_repository(f"sqlite:///{folder / 'clerkwatch.db'}", read_only=True)
    try:
        return repository.ledger_head()[0]
    finally:
        repository.close()


def test_a_pack_is_written_for_its_owner_only_and_noted_once(town: Path) -> None:
    """Mode 0600, one ledger entry, the shape of docs/json.md, and nothing else left behind."""
    before, files = head(town), {one.name for one in town.iterdir()}
    done = export(town, "1", "--json")
    said = json.loads(done.stdout)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.isascii()
    assert problems(SCHEMAS["evidence export"], said) == []
    assert said["noted"]
    assert stat.S_IMODE((town / "case-1.zip").stat().st_mode) == 0o600
    assert head(town) == before + 1
    new = {one.name for one in town.iterdir()} - files
    assert new - {"clerkwatch.db-wal", "clerkwatch.db-shm"} == {"case-1.zip"}
    with zipfile.ZipFile(town / "case-1.zip") as archive:
        assert {one.external_attr >> 16 for one in archive.infolist()} == {0o100600}
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_what_is_there_is_not_replaced_unless_asked(town: Path) -> None:
    """An earlier pack, a folder and a link stay as they are; --force replaces a file."""
    file = town / "pack.zip"
    file.write_bytes(b"earlier")
    (town / "link.zip").symlink_to("elsewhere")
    before = head(town)
    for name in ("pack.zip", "link.zip", "evidence-folder"):
        (town / "evidence-folder").mkdir(exist_ok=True)
        done = export(town, "1", "--output", name)
        assert (done.returncode, "there already" in done.stderr) == (2, True), name
    assert (file.read_bytes(), head(town)) == (b"earlier", before)

    assert export(town, "1", "--output", "pack.zip", "--force").returncode == 0
    assert zipfile.is_zipfile(file)


def test_wrong_use_says_what_is_wrong(town: Path) -> None:
    """An unknown case and a folder that is not there are exit code 2; nothing is noted."""
    before = head(town)
    unknown = export(town, "4242")
    nowhere = export(town, "1", "--output", "no/such/folder.zip")

    assert (unknown.returncode, nowhere.returncode) == (2, 2)
    assert "no case 4242" in unknown.stderr
    assert "no folder" in nowhere.stderr
    assert head(town) == before


def test_a_released_pack_has_its_own_name_and_a_warning(town: Path) -> None:
    """Nobody takes it for the whole one, nor sends it unread."""
    done = export(town, "1", "--foi")

    assert done.returncode == 0
    assert "must read it" in done.stdout
    assert (town / "case-1-released.zip").exists()


def test_a_record_that_was_tampered_with_is_exit_code_1_and_the_pack_says_so(town: Path) -> None:
    """What stands in a row now is not what the ledger committed to."""
    with sqlite3.connect(town / "clerkwatch.db") as connection:
        connection.execute("UPDATE version SET text = text || '!'")
    connection.close()
    done = export(town, "2")

    assert done.returncode == 1
    assert "does not fit itself" in done.stderr
    with zipfile.ZipFile(town / "case-2.zip") as archive:
        assert b"THE RECORD DOES NOT FIT ITSELF" in archive.read("case-2/paper.txt")


def test_a_busy_record_does_not_keep_the_pack_from_being_written(town: Path) -> None:
    """Another process holds the database: the pack is there, and it is said that no entry is."""
    before = head(town)
    connection = sqlite3.connect(town / "clerkwatch.db", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        done = export(town, "1", "--json")
    finally:
        connection.execute("ROLLBACK")
        connection.close()

    assert (done.returncode, json.loads(done.stdout)["noted"]) == (0, False)
    assert "clerkwatch: " in done.stderr
    assert zipfile.is_zipfile(town / "case-1.zip")
    assert head(town) == before
