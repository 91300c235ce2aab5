"""Whether the register's entries fit their platforms: what only the platforms' own files know.

The configuration checks each entry as it loads, without importing any platform; so it cannot
tell which keys mean something to one. Asked is only of entries that have such a key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import connectors
from config.problems import Problem

if TYPE_CHECKING:
    from config.settings import AccountEntry, Settings

PARTICULAR = ("comments", "owned_reads", "terms_accepted")
"""Keys of an account's entry that not every platform takes (`connectors.base.Platform.takes`)."""


def misfits(settings: Settings) -> list[Problem]:
    """Return every key of an account's entry that its platform knows nothing of.

    A platform that cannot be imported is not asked: its coverage says at each pull why.
    """
    return [
        Problem(where=("accounts", index, key), key=f"accounts[{index}].{key}", what=_only_for(key))
        for index, entry in enumerate(settings.accounts)
        for key in misfitting(entry)
    ]


def misfitting(entry: AccountEntry) -> list[str]:
    """Return the keys of one entry that its platform knows nothing of."""
    stated = [key for key in PARTICULAR if getattr(entry, key)]
    takes = _takes(entry.platform) if stated else None
    return [key for key in stated if takes is not None and key not in takes]


def _takes(platform: str) -> frozenset[str] | None:
    try:
        return connectors.find(platform).takes
    except LookupError:
        return None


def _only_for(key: str) -> str:
    names = [name for name in connectors.names() if key in (_takes(name) or ())]
    if not names:
        return f"{key} is for no platform that can be read here"
    return f"{key} is only for " + " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
