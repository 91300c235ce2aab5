"""Every secret of the installation, made known to the redactor before anything is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import SecretStr

from config.errors import SettingsError
from config.settings.secrets import secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from config.settings import Settings
    from connectors._redact import Redactor

_CHOSEN = ("mail_password", "inbox_password")
"""Those that a person chose."""
_LINE = 16
"""From so many characters on a line of a longer secret (a private key) is one by itself."""


def hide_all(settings: Settings, *, environ: Mapping[str, str], redactor: Redactor) -> None:
    """Keep every configured secret out of everything written; what is missing is passed over.

    One server may give back what another was sent: so none waits until it is used.

    Args:
        settings: The configuration.
        environ: Where secrets are looked up.
        redactor: Of the door, whose list the logs use, too.
    """
    for name in _names(settings):
        try:
            value = secret(name, environ=environ)
        except SettingsError:
            continue  # told by whoever needs it
        redactor.add(value, is_chosen=name in _CHOSEN)
        lines = value.get_secret_value().splitlines()
        for line in lines if len(lines) > 1 else ():
            if len(line) >= _LINE:
                redactor.add(SecretStr(line))


def _names(settings: Settings) -> Iterator[str]:
    yield from (one.credential for one in settings.accounts if one.credential)
    yield from (*_CHOSEN, "mail_client_secret")
    if settings.backup.credential:
        yield settings.backup.credential
