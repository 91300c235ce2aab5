"""Secrets that this installation makes for itself: files beside the database, made once."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from config.errors import SettingsError

if TYPE_CHECKING:
    from config.settings import Settings

BYTES = 32


def place_of(settings: Settings, name: str) -> Path:
    """Return where a secret of this installation lies."""
    return Path(settings.storage.url.removeprefix("sqlite:///")).parent / name


def own_secret(file: Path, *, what: str, loss: str) -> bytes:
    """Return a secret, which is made when it is first asked for.

    Args:
        file: Where it lies; for the database's owner only.
        what: What it is the secret of, for a message.
        loss: What removing a damaged one costs, for a message.

    Raises:
        SettingsError: It cannot be read or made, or is too short to be one.
    """
    try:
        if not file.exists():
            _make(file)
        held = file.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"the secret of {what} cannot be read or made: {error.strerror}",
            file=file,
            remedy="Make its folder writable, and the file readable, for the user that clerkwatch "
            "runs as",
        ) from error
    if len(held) < BYTES:
        raise SettingsError(
            f"the secret of {what} is damaged",
            file=file,
            remedy=f"Remove the file: a new one is made, and {loss}",
        )
    return held


def _make(file: Path) -> None:
    """Make the secret, whole or not at all; of two processes that try, one succeeds."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as writing:
            writing.write(secrets.token_bytes(BYTES))
            writing.flush()
            os.fsync(writing.fileno())
        if os.geteuid() == 0:
            # Made by an administrator's command, it still belongs to the service.
            folder = file.parent.stat()
            os.chown(draft, folder.st_uid, folder.st_gid)
        with suppress(FileExistsError):
            os.link(draft, file)
    finally:
        draft.unlink()
