"""What `doctor` examines of files: whose they are, and who else may write or read them."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.diagnosis import Check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.settings import Settings

_OTHERS_WRITE = stat.S_IWOTH
_WRITE = stat.S_IWGRP | stat.S_IWOTH
_ANY = 0o077


def check_permissions(settings: Settings, file: Path | None, *, user: int) -> Iterator[Check]:
    """Examine the files that decide and the files that remember.

    Args:
        settings: The configuration.
        file: Where it stands; None: nowhere.
        user: Numeric id of whoever runs this.
    """
    for one in _deciding(settings, file):
        found = _writable_by_others(one)
        if found:
            yield Check(
                name="permissions",
                state="fault",
                what=f"{found} can be written by others, and decides what is watched",
                remedy=f"chmod go-w {found}",
            )
    database = Path(settings.storage.url.removeprefix("sqlite:///"))
    for one in (database, settings.storage.evidence):
        if not one.exists():
            continue
        status = one.stat()
        if user not in {status.st_uid, 0}:
            yield Check(
                name="permissions",
                state="fault",
                what=f"{one} belongs to another user",
                remedy="Run commands as the service's user: clerkwatch-admin; or give the file "
                f"to it: chown clerkwatch {one}",
            )
        if status.st_mode & _ANY:
            yield Check(
                name="permissions",
                state="fault",
                what=f"{one} can be read by others: it holds names and posts",
                remedy=f"chmod go-rwx {one}",
            )


def _deciding(settings: Settings, file: Path | None) -> list[Path]:
    """Return the files that decide: configuration, own policy, own rules."""
    named = [file]
    policy = settings.council.policy
    if "/" in policy or policy.endswith(".toml"):
        named.append(Path(policy))
    rules = settings.rules.folder
    if rules is not None:
        named += [rules, *sorted(rules.rglob("*.toml"))]
    return [one.absolute() for one in named if one is not None and one.exists()]


def _writable_by_others(file: Path) -> Path | None:
    """Return the file, or its folder, if somebody else could replace what it says."""
    if os.stat(file).st_mode & _WRITE:  # noqa: PTH116  # follows links, as reading does
        return file
    status = file.parent.stat()
    is_shared = bool(status.st_mode & _OTHERS_WRITE) and not status.st_mode & stat.S_ISVTX
    return file.parent if is_shared else None
