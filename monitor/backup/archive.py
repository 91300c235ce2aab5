"""A copy as one file: a plain tar that any machine can open, checked whenever it is read."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from contextlib import ExitStack
from typing import IO, TYPE_CHECKING, BinaryIO

from config.errors import BackupError
from monitor.backup.manifest import MANIFEST, Held, Manifest, read_manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

_PIECE = 1 << 20
_LARGEST_MANIFEST = 512 << 20
_DAMAGED = "Take another copy: clerkwatch backup --list shows those there are"


def pack(
    manifest: Manifest,
    sources: Mapping[str, Path],
    into: Path,
    *,
    check_stop: Callable[[], None],
) -> None:
    """Write a copy, the manifest first; what it holds must be what the manifest says.

    Args:
        manifest: With every file's size and SHA-256.
        sources: By name within: where each file lies now.
        into: The file to make, readable by its owner only.
        check_stop: Asked between two pieces; what it raises ends the writing.

    Raises:
        BackupError: A file was changed since the manifest was written.
        OSError: It cannot be written.
    """
    with _made(into) as file:
        with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
            stated = manifest.to_json()
            _add(tar, MANIFEST, len(stated), io.BytesIO(stated), manifest)
            for held in manifest.files:
                check_stop()
                with sources[held.name].open("rb") as source:
                    watched = _Watched(source, check_stop)
                    _add(tar, held.name, held.size, watched, manifest)
                if watched.digest.hexdigest() != held.sha256:
                    raise BackupError(f"{held.name} was changed while it was copied")
        file.flush()
        os.fsync(file.fileno())


def held_of(name: str, file: Path) -> Held:
    """Return a file's line of the manifest.

    Raises:
        OSError: It cannot be read.
    """
    return Held(name=name, size=file.stat().st_size, sha256=digest_of(file))


def digest_of(file: Path) -> str:
    """Return a file's SHA-256.

    Raises:
        OSError: It cannot be read.
    """
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def read(
    file: Path,
    *,
    into: Callable[[Held], Path | None],
    check_stop: Callable[[], None],
) -> Manifest:
    """Read a copy from end to end and hold every file against the manifest.

    Args:
        file: The copy, unsealed.
        into: Where each file is to be written, its folder being there; None: it is only checked.
        check_stop: Asked between two pieces.

    Returns:
        The manifest. Nothing but the files that it names was written.

    Raises:
        BackupError: Cut short, changed, or with anything in it that the manifest does not name.
        OSError: It cannot be read or written.
    """
    try:
        with tarfile.open(file, mode="r:") as tar:
            return _read(tar, size=file.stat().st_size, into=into, check_stop=check_stop)
    except (tarfile.TarError, EOFError) as error:
        raise BackupError(f"{file.name}: the copy is damaged", remedy=_DAMAGED) from error


def _read(
    tar: tarfile.TarFile,
    *,
    size: int,
    into: Callable[[Held], Path | None],
    check_stop: Callable[[], None],
) -> Manifest:
    members = iter(tar)
    manifest = _first(tar, members)
    if sum(held.size for held in manifest.files) > size:
        raise BackupError("the copy is cut short, or says more than it holds", remedy=_DAMAGED)
    waiting = {held.name: held for held in manifest.files}
    for member in members:
        check_stop()
        held = waiting.pop(member.name, None)
        source = tar.extractfile(member) if member.isreg() else None
        if held is None or source is None or member.size != held.size:
            raise BackupError("the copy holds something else than its manifest", remedy=_DAMAGED)
        if _write(source, into(held), check_stop) != held.sha256:
            raise BackupError(f"{held.name} is not what was copied", remedy=_DAMAGED)
    if waiting:
        raise BackupError(f"the copy lacks {len(waiting)} of its files", remedy=_DAMAGED)
    return manifest


def _first(tar: tarfile.TarFile, members: Iterator[tarfile.TarInfo]) -> Manifest:
    member = next(members, None)
    source = tar.extractfile(member) if member is not None and member.isreg() else None
    if member is None or source is None or member.name != MANIFEST:
        raise BackupError("this is no copy of clerkwatch", remedy="Name a file that backup made")
    if member.size > _LARGEST_MANIFEST:
        raise BackupError("the copy's manifest is too large to be one", remedy=_DAMAGED)
    return read_manifest(source.read())


def _write(source: IO[bytes], place: Path | None, check_stop: Callable[[], None]) -> str:
    """Copy a member to its place, or only read it; return its SHA-256."""
    digest = hashlib.sha256()
    with ExitStack() as stack:
        target = None if place is None else stack.enter_context(_made(place))
        while piece := source.read(_PIECE):
            check_stop()
            digest.update(piece)
            if target is not None:
                target.write(piece)
        if target is not None:
            target.flush()
            os.fsync(target.fileno())
    return digest.hexdigest()


def _made(place: Path) -> BinaryIO:
    """Make a file that is not there yet, for its owner only."""
    handle = os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    return os.fdopen(handle, "wb")


def _add(
    tar: tarfile.TarFile, name: str, size: int, source: BinaryIO | _Watched, manifest: Manifest
) -> None:
    member = tarfile.TarInfo(name)
    member.size = size
    member.mode = 0o600
    member.mtime = int(manifest.made_at.timestamp())
    try:
        tar.addfile(member, source)
    except OSError as error:
        if error.errno is None:  # tarfile's own: the file has fewer bytes than it had
            raise BackupError(f"{name} was changed while it was copied") from error
        raise


class _Watched:
    """A file that is hashed as it is read."""

    def __init__(self, source: BinaryIO, check_stop: Callable[[], None]) -> None:
        self._source = source
        self._check_stop = check_stop
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        self._check_stop()
        piece = self._source.read(size)
        self.digest.update(piece)
        return piece
