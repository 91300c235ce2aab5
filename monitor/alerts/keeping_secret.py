"""The secret of this installation's reply codes: a file beside the database."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from config.errors import SettingsError
from monitor.cases.replies.codes import Codes

if TYPE_CHECKING:
    from config.settings import Settings

FILE = "reply-secret"
_BYTES = 32


def codes_of(settings: Settings) -> Codes | None:
    """Return what makes the codes of this installation; None where no inbox is read.

    The secret is for the database's owner only, and made when it is first asked for.
    Without it (a copy restored elsewhere) mails sent before cannot be answered any more;
    newer ones can.

    Raises:
        SettingsError: It cannot be read or made, or is too short to be one.
    """
    if settings.mail.inbox is None:
        return None
    file = Path(settings.storage.url.removeprefix("sqlite:///")).parent / FILE
    try:
        if not file.exists():
            _make(file)
        held = file.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"the secret of reply codes cannot be read or made: {error.strerror}",
            file=file,
            remedy="Make its folder writable, and the file readable, for the user that clerkwatch "
            "runs as",
        ) from error
    if len(held) < _BYTES:
        raise SettingsError(
            "the secret of reply codes is damaged",
            file=file,
            remedy="Remove the file: a new one is made, and mails sent before cannot be answered",
        )
    return Codes(secret=held, sender=settings.mail.sender)


def _make(file: Path) -> None:
    """Make the secret, whole or not at all; of two processes that try, one succeeds."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{FILE}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as writing:
            writing.write(secrets.token_bytes(_BYTES))
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
