"""The folder of evidence: whole files or none, by their SHA-256, never anybody's words."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.errors import EvidenceError
from storage.evidence import EvidenceFolder, name_of

if TYPE_CHECKING:
    from pathlib import Path

PICTURE = b"\x89PNG not really, but bytes all the same"


@pytest.fixture
def folder(tmp_path: Path) -> EvidenceFolder:
    """A folder that nobody has made yet."""
    return EvidenceFolder(tmp_path / "evidence")


def all_files(folder: EvidenceFolder) -> list[Path]:
    """Return every file below the folder, whatever its name."""
    return sorted(place for place in folder.root.rglob("*") if place.is_file())


def test_bytes_come_back_under_their_hash(folder: EvidenceFolder) -> None:
    """What was kept is read again; its name is its SHA-256."""
    name = folder.keep(PICTURE)
    assert name == name_of(PICTURE)
    assert folder.read(name) == PICTURE
    assert list(folder.names()) == [name]


def test_only_this_user_may_look(folder: EvidenceFolder) -> None:
    """Files are 0600 in folders 0700."""
    folder.keep(PICTURE)
    (place,) = all_files(folder)
    modes = [stat.S_IMODE(one.stat().st_mode) for one in (place, place.parent, folder.root)]
    assert modes == [0o600, 0o700, 0o700]


def test_keeping_twice_is_keeping_once(folder: EvidenceFolder) -> None:
    """The second call writes nothing: the file is the same one."""
    folder.keep(PICTURE)
    (before,) = all_files(folder)
    inode = before.stat().st_ino
    folder.keep(PICTURE)
    assert [place.stat().st_ino for place in all_files(folder)] == [inode]


def test_a_changed_file_is_named_and_healed_by_keeping_again(folder: EvidenceFolder) -> None:
    """A changed byte is a fault; the right bytes put it right."""
    name = folder.keep(PICTURE)
    (place,) = all_files(folder)
    place.write_bytes(b"X" + PICTURE[1:])
    assert folder.fault(name, len(PICTURE)) == "was changed: its SHA-256 is another"
    with pytest.raises(EvidenceError, match="was changed"):
        folder.read(name)
    folder.keep(PICTURE)
    assert folder.fault(name, len(PICTURE)) is None


def test_a_cut_and_a_missing_file_are_told_apart(folder: EvidenceFolder) -> None:
    """The fault says which it is."""
    name = folder.keep(PICTURE)
    (place,) = all_files(folder)
    place.write_bytes(PICTURE[:7])
    assert folder.fault(name, len(PICTURE)) == f"has 7 bytes where {len(PICTURE)} were kept"
    place.unlink()
    assert folder.fault(name, len(PICTURE)) == "is missing"
    with pytest.raises(EvidenceError, match=str(place)):
        folder.read(name)


def test_what_is_removed_is_gone_once(folder: EvidenceFolder) -> None:
    """Removing says whether there was anything."""
    name = folder.keep(PICTURE)
    assert [folder.remove(name), folder.remove(name)] == [True, False]
    assert all_files(folder) == []


def test_removing_overwrites_the_bytes_first(folder: EvidenceFolder, tmp_path: Path) -> None:
    """Whoever still holds the file by another name reads noughts."""
    name = folder.keep(PICTURE)
    (place,) = all_files(folder)
    os.link(place, tmp_path / "second")
    folder.remove(name)
    assert (tmp_path / "second").read_bytes() == bytes(len(PICTURE))


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "a" * 63, "A" * 64, "0" * 63 + "/"])
def test_nothing_but_a_hash_is_a_name(folder: EvidenceFolder, name: str) -> None:
    """No name leads out of the folder."""
    with pytest.raises(EvidenceError, match="no SHA-256"):
        folder.read(name)


def test_sweeping_takes_what_no_record_names_and_is_old(folder: EvidenceFolder) -> None:
    """What a kill left behind goes; what is recorded or new stays; other people's files too."""
    kept, orphan, fresh = (folder.keep(data) for data in (b"kept", b"orphan", b"fresh"))
    torn = folder.root / kept[:2] / ".writing-torn"
    torn.write_bytes(b"half")
    foreign = folder.root / "README"
    foreign.write_text("not ours")
    now = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
    for place in all_files(folder):
        when = now - timedelta(minutes=1 if place.name == fresh[2:] else 120)
        os.utime(place, (when.timestamp(), when.timestamp()))
    assert folder.sweep(frozenset([kept]), before=now - timedelta(hours=1)) == 2
    assert sorted(folder.names()) == sorted([kept, fresh])
    assert foreign.exists()
    assert orphan not in set(folder.names())
    assert not torn.exists()


def test_a_folder_that_cannot_be_made_names_itself(tmp_path: Path) -> None:
    """A missing parent, and a file in its place: the path and what to do are in the message."""
    missing = EvidenceFolder(tmp_path / "no" / "evidence")
    with pytest.raises(EvidenceError, match="there is no such folder") as error:
        missing.keep(PICTURE)
    assert str(missing.root) in str(error.value)
    assert "[storage] evidence" in str(error.value)

    (tmp_path / "file").write_text("")
    with pytest.raises(EvidenceError, match="it is no folder"):
        EvidenceFolder(tmp_path / "file").keep(PICTURE)
    with pytest.raises(EvidenceError, match="no such folder"):
        missing.probe()


def test_probing_leaves_nothing_behind(folder: EvidenceFolder) -> None:
    """The proof that something can be kept has no name: the folder does not even notice."""
    folder.keep(PICTURE)
    before, names = folder.root.stat().st_mtime_ns, all_files(folder)
    folder.probe()
    assert (folder.root.stat().st_mtime_ns, all_files(folder)) == (before, names)


def test_probing_works_where_no_file_is_without_a_name(
    folder: EvidenceFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a share: then a named one is written, and taken away."""
    folder.keep(PICTURE)
    names, real = all_files(folder), os.open

    def refuse(path: str, flags: int, *more: int) -> int:
        if flags & os.O_TMPFILE == os.O_TMPFILE:
            raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))
        return real(path, flags, *more)

    monkeypatch.setattr(os, "open", refuse)  # the kernel's answer, not ours
    folder.probe()
    assert all_files(folder) == names


IN_A_SMALL_DISK = """
import sys
from pathlib import Path
from config.errors import EvidenceError
from storage.evidence import EvidenceFolder
folder = EvidenceFolder(Path(sys.argv[1]) / "evidence")
first = folder.keep(b"first")
try:
    folder.keep(b"x" * 900_000)
except EvidenceError as error:
    print(error)
print(folder.read(first).decode(), len(list(folder.root.rglob(".writing-*"))))
"""
READ_ONLY = """
import sys
from pathlib import Path
from config.errors import EvidenceError
from storage.evidence import EvidenceFolder
folder = EvidenceFolder(Path(sys.argv[1]) / "evidence")
for attempt in (lambda: folder.keep(b"x"), folder.probe):
    try:
        attempt()
    except EvidenceError as error:
        print(error)
"""


def on_a_file_system(tmp_path: Path, options: str, script: str) -> list[str]:
    """Run a script on a file system of its own, mounted where nobody else sees it."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = f'mount -t tmpfs -o {options} none "$1" && exec "$2" -c "$3" "$1"'
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("no unshare on this machine")
    trial = [unshare, "-rm", "sh", "-c", 'mount -t tmpfs none "$1"', "sh", str(disk)]
    if subprocess.run(trial, check=False, capture_output=True).returncode:
        pytest.skip("this user may not mount a file system of its own")
    done = subprocess.run(
        [unshare, "-rm", "sh", "-c", mounted, "sh", str(disk), sys.executable, script],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.splitlines()


def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path) -> None:
    """On a disk that fills up: path and remedy are said, what was kept is there, no scraps."""
    said = on_a_file_system(tmp_path, "size=256k", IN_A_SMALL_DISK)
    assert said[0].startswith(f"{tmp_path / 'disk' / 'evidence'}: evidence cannot be kept here")
    assert "the disk is full" in said[0]
    assert "Free space" in said[0]
    assert said[1:] == ["first 0"]


def test_a_read_only_disk_is_said(tmp_path: Path) -> None:
    """Keeping and probing both name the path and the unit's setting."""
    said = on_a_file_system(tmp_path, "ro", READ_ONLY)
    assert len(said) == 2
    assert all("the file system is read-only" in line for line in said)
    assert all("StateDirectory=clerkwatch" in line for line in said)


@given(data=st.binary(max_size=2_000))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_any_bytes_come_back(folder: EvidenceFolder, data: bytes) -> None:
    """Whatever the bytes are, they come back, and no other name is given."""
    name = folder.keep(data)
    assert folder.read(name) == data
    assert folder.fault(name, len(data)) is None


def test_a_failing_disk_is_an_error_of_ours(folder: EvidenceFolder) -> None:
    """An error that the file system seldom has is told as well, with its cause."""
    folder.root.mkdir()
    name = name_of(PICTURE)
    folder.root.joinpath(name[:2]).write_text("a file where a folder belongs")
    with pytest.raises(EvidenceError) as error:
        folder.keep(PICTURE)
    assert isinstance(error.value.__cause__, OSError)
    assert error.value.__cause__.errno in {errno.ENOTDIR, errno.EEXIST}
