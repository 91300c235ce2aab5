"""Secrets: from the service manager's credentials or the environment, by name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import (
    SecretStr,
)

from config.errors import SettingsError


def variable_of(name: str) -> str:
    """Return the name of the environment's variable that may hold a secret."""
    return "CLERKWATCH_SECRET_" + "".join(
        character.upper() if character.isalnum() else "_" for character in name
    )


def secret(name: str, *, environ: Mapping[str, str]) -> SecretStr:
    """Return a secret from systemd's credentials or the environment.

    Args:
        name: As in ``credential = "…"``.
        environ: ``CREDENTIALS_DIRECTORY`` is asked first, then ``CLERKWATCH_SECRET_<NAME>``.

    Raises:
        SettingsError: It is nowhere, empty, or cannot be read; never shows a value.
    """
    variable = variable_of(name)
    folder = environ.get("CREDENTIALS_DIRECTORY")
    value = ""
    # LoadCredential= of a whole folder puts the credential's own name before each file's.
    for file in [Path(folder) / name, Path(folder) / f"secrets_{name}"] if folder else []:
        if value or not file.is_file():
            continue
        try:
            value = file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError("the credential cannot be read", file=file, key=name) from error
    value = value or environ.get(variable, "").strip()
    if not value:
        raise SettingsError(
            f"the secret {name!r} is missing",
            key=variable,
            remedy=f"Put it into /etc/clerkwatch/secrets/{name} (root, mode 0600) and restart the "
            f"service, or set {variable}",
        )
    return SecretStr(value)
