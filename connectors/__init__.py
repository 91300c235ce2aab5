"""How each platform is read: one file per platform, one protocol, one HTTP door."""

from __future__ import annotations

import importlib
from dataclasses import replace
from typing import TYPE_CHECKING

from config import platforms

if TYPE_CHECKING:
    from config.register import Account
    from connectors.base import Platform


def names() -> list[str]:
    """Return every platform that has a file here, without importing any of them."""
    return list(platforms.words())


def find(platform: str) -> Platform:
    """Return what the platform's file declares, importing it (and its SDK) now.

    Args:
        platform: The word used in the configuration, which is the file's name.

    Raises:
        LookupError: There is no such file, or its SDK is not installed; the message
            says which.
    """
    if platform not in names():
        raise LookupError(f"no connector for {platform!r}; there are: {', '.join(names())}")
    try:
        module = importlib.import_module(f"connectors.{platform}")
    except ImportError as error:
        raise LookupError(f"connector {platform!r} cannot be used: {error}") from error
    declared: Platform = module.CONNECTOR
    return declared


def of(account: Account) -> Platform:
    """Return how one account is read: as its platform's file declares, or by a person.

    By a person where the platform's terms ask for a decision that the council has not taken; then
    ``undecided`` says which. Another server (``api_base``) is bound by no such terms.

    Raises:
        LookupError: As `find`.
    """
    declared = find(account.platform)
    if declared.undecided and account.terms_accepted is None and account.api_base is None:
        person = find("manual")
        return replace(
            declared,
            open=person.open,
            needs_credential=False,
            blind_spots=person.blind_spots,
            by_hand=True,
            login=None,
            sees=None,
        )
    return replace(declared, undecided="")
