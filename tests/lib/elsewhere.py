"""A folder on another file system than a test's own: what a mounted share is."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

_CANDIDATES = ("/dev/shm", "/tmp", "/var/tmp", "/run")  # noqa: S108  # places, not names of files


@contextmanager
def elsewhere(apart_from: Path) -> Iterator[Path]:
    """Give a folder that lies on another file system; skip where this machine has only one."""
    own = apart_from.stat().st_dev
    for one in map(Path, _CANDIDATES):
        if one.is_dir() and one.stat().st_dev != own:
            with tempfile.TemporaryDirectory(prefix="share-", dir=one) as folder:
                yield Path(folder)
            return
    pytest.skip("this machine has one file system only")
