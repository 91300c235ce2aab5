"""Who reads an account: this process's name, and what dead processes left behind.

A lease ends by itself after a quarter of an hour. Whoever starts after a kill must not wait
that long: the owner's name says on which machine and in which process it was, and a process
that is no more reads nothing.
"""

from __future__ import annotations

import os
import socket
import uuid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.repository import Repository


def name_of_this_process() -> str:
    """Return ``host:process:random``, a new one at each call."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


def free_abandoned(repository: Repository) -> list[str]:
    """Forget the leases of this machine's processes that are no more; return their owners.

    Raises:
        StorageError: The database refused.
    """
    dead = [owner for owner in repository.lease_owners() if is_abandoned(owner)]
    for owner in dead:
        repository.clear_leases(owner_prefix=owner)
    return dead


def is_abandoned(owner: str) -> bool:
    """Return whether an owner is a process of this machine that does not exist any more."""
    return _is_dead(owner, host=socket.gethostname())


def _is_dead(owner: str, *, host: str) -> bool:
    """Return whether an owner is a process of this machine that does not exist any more."""
    where, _, rest = owner.rpartition(":")[0].rpartition(":")
    if where != host or not rest.isdigit():
        return False
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False  # it lives, under another user
    return False
