"""The folder of evidence: files by their SHA-256, written whole or not at all.

A file's name is the SHA-256 of its bytes, so the same picture of two cases is kept once, a
second writing changes nothing, and nobody's words become a file name. Which file belongs to
what stands in the database and is committed to in the ledger; this module knows bytes only.

A file is written under a passing name, brought to the disk and then given its own: after a
kill there is the whole file or none. Files are 0600 in folders 0700.
"""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from config.errors import EvidenceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

_PASSING = ".writing-"
_NO_NAMELESS = frozenset({errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOSYS})
"""What a file system says that has no files without a name (NFS, some others)."""
_DIGITS = frozenset("0123456789abcdef")
_NAME = 64
_PIECE = 1 << 20

_FULL = "Free space on that file system, or move [storage] evidence to a larger one"
_WRITABLE = (
    "Give the folder to the user that runs clerkwatch, on a file system that is not mounted "
    "read-only; under systemd it must lie below $STATE_DIRECTORY (StateDirectory=clerkwatch)"
)
_MISSING = "Make the folder, mount its file system, or correct [storage] evidence"
_REMEDIES = {
    errno.ENOSPC: ("the disk is full", _FULL),
    errno.EDQUOT: ("the quota of this user is used up", _FULL),
    errno.EROFS: ("the file system is read-only", _WRITABLE),
    errno.EACCES: ("the folder may not be used", _WRITABLE),
    errno.EPERM: ("the folder may not be used", _WRITABLE),
    errno.ENOENT: ("there is no such folder", _MISSING),
    errno.ENOTDIR: ("it is no folder", _MISSING),
}


def name_of(data: bytes) -> str:
    """Return the name under which bytes are kept: their SHA-256, 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True)
class EvidenceFolder:
    """The folder that ``[storage] evidence`` names; safe to use from several threads.

    Attributes:
        root: Made when it is first needed; the folder above it must be there.
    """

    root: Path

    def keep(self, data: bytes) -> str:
        """Keep bytes and return their name; a second call changes nothing.

        Raises:
            EvidenceError: Full, read-only, missing: names the path and the remedy. What was
                kept before is untouched, and nothing is left behind.
        """
        name = name_of(data)
        place = self._place(name)
        if self.fault(name, len(data)) is None:
            return name
        with _told(self.root):
            self._make_folders(place.parent)
            _write(place, data)
        return name

    def read(self, name: str) -> bytes:
        """Return the bytes of a kept file.

        Raises:
            EvidenceError: It is missing, cannot be read, or is not what was kept.
        """
        place = self._place(name)
        with _told(place):
            data = place.read_bytes()
        if name_of(data) != name:
            raise EvidenceError("was changed: its SHA-256 is another", path=place)
        return data

    def fault(self, name: str, size: int) -> str | None:
        """Return what is wrong with a kept file, or None: missing, cut short, changed, unreadable.

        Args:
            name: Its SHA-256.
            size: In bytes, as recorded.
        """
        place = self._place(name)
        try:
            found = place.stat().st_size
            if found != size:
                return f"has {found:,} bytes where {size:,} were kept"
            if _hash_of(place) != name:
                return "was changed: its SHA-256 is another"
        except FileNotFoundError:
            return "is missing"
        except OSError as error:
            return f"cannot be read ({os.strerror(error.errno or errno.EIO)})"
        return None

    def remove(self, name: str) -> bool:
        """Overwrite a file and take it away; False if there was none.

        Overwriting is what a programme can do; what a disk or a snapshot keeps beneath it
        is the administrator's (docs/operators).

        Raises:
            EvidenceError: It could not be taken away: it is still there.
        """
        place = self._place(name)
        with _told(place):
            try:
                size = place.stat().st_size
                _overwrite(place, size)
            except FileNotFoundError:
                return False
            place.unlink()
            _sync_folder(place.parent)
        return True

    def names(self) -> Iterator[str]:
        """Go through the names of all kept files, in no order; nothing if there is no folder."""
        with _told(self.root):
            for folder in _folders(self.root):
                for place in folder.iterdir():
                    name = folder.name + place.name
                    if _is_name(name) and place.is_file():
                        yield name

    def sweep(self, wanted: frozenset[str], *, before: datetime) -> int:
        """Take away what no record names, and what a kill left half written.

        Args:
            wanted: Names that the database holds.
            before: Only files last written before this instant: a newer one may be about to
                be recorded. Aware UTC.

        Returns:
            How many were taken away.
        """
        limit = before.timestamp()
        removed = 0
        with _told(self.root):
            for folder in _folders(self.root):
                for place in list(folder.iterdir()):
                    name = folder.name + place.name
                    is_ours = place.name.startswith(_PASSING) or _is_name(name)
                    if is_ours and name not in wanted and place.stat().st_mtime < limit:
                        _overwrite(place, place.stat().st_size)
                        place.unlink()
                        removed += 1
        return removed

    def probe(self) -> None:
        """Prove that something can be kept: write a file that nobody sees, and let it go.

        It has no name, so that the folder stays as it is, whatever befalls this process. A
        folder that is not there yet is not made: the one above it has to be there.

        Raises:
            EvidenceError: It cannot: names the path and the remedy.
        """
        folder = self.root if self.root.exists() else self.root.parent
        with _told(self.root), _nameless(folder) as handle:
            os.write(handle, b"clerkwatch")
            os.fsync(handle)

    def place_of(self, name: str) -> Path:
        """Return where a file lies, or would lie.

        Raises:
            EvidenceError: The name is no SHA-256.
        """
        return self._place(name)

    def _place(self, name: str) -> Path:
        if not _is_name(name):
            raise EvidenceError(f"{name!r} is no SHA-256", path=self.root)
        return self.root / name[:2] / name[2:]

    def _make_folders(self, folder: Path) -> None:
        for one in (self.root, folder):
            if not one.is_dir():
                with suppress(FileExistsError):
                    one.mkdir(mode=0o700)
                _sync_folder(one.parent)


@contextmanager
def _nameless(folder: Path) -> Iterator[int]:
    """Give a file without a name; where a file system has none, one that is taken away again."""
    passing = None
    try:
        handle = os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if error.errno not in _NO_NAMELESS:
            raise
        handle, passing = tempfile.mkstemp(prefix=_PASSING, dir=folder)
    try:
        yield handle
    finally:
        os.close(handle)
        if passing is not None:
            Path(passing).unlink()


def _is_name(text: str) -> bool:
    return len(text) == _NAME and _DIGITS.issuperset(text)


def _folders(root: Path) -> Iterator[Path]:
    """Return the folders that hold files: their names are the first two digits."""
    if root.is_dir():
        for folder in root.iterdir():
            if len(folder.name) == 2 and _DIGITS.issuperset(folder.name):  # noqa: PLR2004  # two digits
                yield folder


def _write(place: Path, data: bytes) -> None:
    """Write under a passing name, bring it to the disk, give it its own name."""
    handle, passing = tempfile.mkstemp(prefix=_PASSING, dir=place.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(passing, place)  # noqa: PTH105  # the passing name is a str
    except BaseException:
        with suppress(OSError):
            Path(passing).unlink()
        raise
    _sync_folder(place.parent)


def _overwrite(place: Path, size: int) -> None:
    with place.open("r+b", buffering=0) as file:
        for start in range(0, size, _PIECE):
            file.write(bytes(min(_PIECE, size - start)))
        os.fsync(file.fileno())


def _hash_of(place: Path) -> str:
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync_folder(folder: Path) -> None:
    """Bring a folder's list of names to the disk, so that a power cut keeps the new name."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _told(place: Path) -> Iterator[None]:
    """Turn what the file system says into an error that names path and remedy.

    Raises:
        EvidenceError: With the system's error as its cause.
    """
    try:
        yield
    except OSError as error:
        what, remedy = _REMEDIES.get(error.errno or 0, ("the file system failed", _WRITABLE))
        raise EvidenceError(
            f"evidence cannot be kept here: {what}", path=place, remedy=remedy
        ) from error
