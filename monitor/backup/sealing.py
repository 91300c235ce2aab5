"""Sealing a copy for whoever may read it, and opening it again: age or GnuPG, as installed.

Only the public half is on this machine: who breaks into it cannot read older copies.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from config.errors import BackupError
from monitor.backup.programs import Patience, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.settings.backup import Backup

Command = list[str | Path]
_GPG: Command = ["gpg", "--batch", "--quiet", "--no-tty"]
AGE, GPG = ".age", ".gpg"


def seal_of(settings: Backup) -> str:
    """Return how copies are sealed: ``.age``, ``.gpg``, or empty for not at all."""
    if not settings.recipient:
        return ""
    return AGE if settings.is_for_age() else GPG


def seal(plain: Path, into: Path, *, settings: Backup, patience: Patience) -> None:
    """Encrypt a file for the configured recipient.

    Args:
        plain: What is read.
        into: The file to make; must not be there.
        settings: Names the recipient.
        patience: Ends it.

    Raises:
        BackupError: The programme is not installed, or refuses the recipient.
    """
    if seal_of(settings) == AGE:
        command: Command = [
            "age",
            "--encrypt",
            "--recipient",
            settings.recipient,
            "--output",
            into,
            plain,
        ]
        run(command, patience=patience, environ={})
    else:
        key = settings.key_file()
        if key is None or not key.is_file():
            raise BackupError(
                f"there is no public key at {key}",
                remedy="Export it: gpg --export --armor KEY > that file; or name an age recipient",
            )
        with _gpg_home() as environ:
            command = [
                *_GPG,
                "--trust-model",
                "always",
                "--recipient-file",
                key,
                "--output",
                into,
                "--encrypt",
                plain,
            ]
            run(command, patience=patience, environ=environ)
    into.chmod(0o600)
    with into.open("rb") as sealed:
        os.fsync(sealed.fileno())


def open_sealed(
    sealed: Path, into: Path, *, seal: str, identity: Path | None, patience: Patience
) -> None:
    """Decrypt a copy with a private key.

    Args:
        sealed: What is read.
        into: The file to make; must not be there.
        seal: ``.age`` or ``.gpg``.
        identity: File with the private key; for GnuPG None means the person's own key ring.
        patience: Ends it.

    Raises:
        BackupError: No key, the wrong key, or the programme is not installed.
    """
    if seal == AGE:
        if identity is None:
            raise BackupError(
                "the copy is encrypted with age",
                remedy="Name the file of the private key: --identity FILE",
            )
        command: Command = ["age", "--decrypt", "--identity", identity, "--output", into, sealed]
        run(command, patience=patience, environ={})
    elif identity is None:
        home = os.environ.get("GNUPGHOME") or str(Path("~/.gnupg").expanduser())
        command = [*_GPG, "--output", into, "--decrypt", sealed]
        run(command, patience=patience, environ={"GNUPGHOME": home})
    else:
        with _gpg_home() as environ:
            run([*_GPG, "--import", identity], patience=patience, environ=environ)
            command = [*_GPG, "--output", into, "--decrypt", sealed]
            run(command, patience=patience, environ=environ)
    into.chmod(0o600)


@contextmanager
def _gpg_home() -> Iterator[dict[str, str]]:
    """Give GnuPG a key ring of its own, and end the agent that it may have started.

    It lies where paths are short: the agent's socket stands in it, and may have 107 letters.
    """
    with tempfile.TemporaryDirectory(prefix="clerkwatch-gpg-") as home:
        environ = {"GNUPGHOME": home}
        try:
            yield environ
        finally:
            _end_agent(environ)


def _end_agent(environ: dict[str, str]) -> None:
    if any(Path(environ["GNUPGHOME"]).glob("S.gpg-agent*")):
        run(
            ["gpgconf", "--kill", "gpg-agent"],
            patience=Patience(within_s=10),
            environ=environ,
        )
