"""A folder for work in hand, beside the database: private, one at a time, never left behind."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from config.errors import BackupError

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOCK = ".backup.lock"
_PREFIX = ".backup-"


def folder_of(url: str) -> Path:
    """Return the folder of a ``sqlite:///`` address, in which copies are prepared."""
    return Path(url.removeprefix("sqlite:///")).parent


@contextmanager
def staging(beside: Path) -> Iterator[Path]:
    """Give a folder that only its owner reads, on the same disk; it is gone afterwards.

    What a killed process left is taken away first: whoever holds the lock is the only one.

    Raises:
        BackupError: Another process makes or restores a copy, or the folder cannot be written.
    """
    try:
        handle = os.open(beside / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise BackupError(
            f"{beside}: {os.strerror(error.errno or 0)}",
            remedy="Make the database's folder writable for the user that clerkwatch runs as",
        ) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupError(
                "another copy is being made or restored", remedy="Wait until it is done"
            ) from error
        for left in beside.glob(f"{_PREFIX}*"):
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=beside) as folder:
            yield Path(folder)
    finally:
        os.close(handle)
