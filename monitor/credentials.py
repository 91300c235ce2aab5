"""Where credentials lie: one file each, in the folder that systemd hands to the service."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from config.errors import OperatorError

if TYPE_CHECKING:
    from pydantic import SecretStr

FOLDER = Path("/etc/clerkwatch/secrets")
"""As in clerkwatch.service: LoadCredential=secrets:/etc/clerkwatch/secrets."""
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def check_folder(folder: Path) -> None:
    """Make sure that a credential can be stored in a folder, before anybody makes one.

    Raises:
        OperatorError: It is missing, not ours to write, or open to others.
    """
    if not folder.is_dir():
        raise OperatorError(
            f"there is no folder {folder} for credentials",
            remedy=f"Make it as root: install -d -m 0700 {folder}; or name another with --into",
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OperatorError(
            f"{folder} cannot be written by this user",
            remedy="Type it as root: clerkwatch-admin accounts connect …",
        )
    if folder.stat().st_mode & _OTHERS:
        raise OperatorError(
            f"{folder} is open to other users of this machine", remedy=f"chmod 0700 {folder}"
        )


def store(folder: Path, name: str, value: SecretStr) -> Path:
    """Store a credential, whole or not at all; an older one of the name is replaced.

    Args:
        folder: As `check_folder` found it well.
        name: As in ``credential = "…"``.
        value: What it is; it stands in no error.

    Returns:
        The file: mode 0600, of whoever runs this.

    Raises:
        OperatorError: The machine refused; an older one is as it was.
    """
    file = folder / name
    making = folder / f".{name}.{secrets.token_hex(8)}"
    try:
        handle = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as writing:
                writing.write(value.get_secret_value() + "\n")
                writing.flush()
                os.fsync(writing.fileno())
            making.replace(file)
        except BaseException:
            making.unlink(missing_ok=True)
            raise
        _settle(folder)
    except OSError as error:
        raise OperatorError(
            f"{file} cannot be written: {error.strerror}",
            remedy="Nothing was stored. Type it as root: clerkwatch-admin accounts connect …",
        ) from error
    return file


def _settle(folder: Path) -> None:
    """Let the folder's own entry reach the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
