"""What must hold after any fault: nothing lost, nothing twice, the ledger whole."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from storage.open import open_repository
from tests.faults.town import named, traced

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.faults.town import FaultTown
    from tests.faults.trace import Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class Undisturbed:
    """What the same work leaves behind when nothing befalls it.

    Attributes:
        trace: What lies in the database.
        mails: Message-ID and subject of what the mail server took.
        points: How often each named point was passed.
        took_s: Seconds from beginning to end.
    """

    trace: Trace
    mails: frozenset[str]
    points: Mapping[str, int]
    took_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """How a disturbed and repeated work differs from the undisturbed.

    Attributes:
        lost: What is not there.
        doubled: What is there twice, or under another name.
        wrong: Faults of the ledger.
    """

    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    wrong: tuple[str, ...]

    @property
    def is_well(self) -> bool:
        """Return whether nothing differs."""
        return not (self.lost or self.doubled or self.wrong)


def ledger_faults(folder: Path) -> tuple[str, ...]:
    """Return what is wrong with a folder's ledger, and with mails that have one key twice."""
    store = open_repository(f"sqlite:///{folder / 'clerkwatch.db'}", read_only=True)
    try:
        return tuple(str(fault) for fault in store.verify_ledger().faults)
    finally:
        store.close()


def look(town: FaultTown, folder: Path, *, since: int, wanted: Undisturbed) -> Aftermath:
    """Compare a folder, and the mails taken since a point, with the undisturbed work."""
    found, mails = traced(folder), named(town.smtp.mails[since:])
    lost = [f"mail {name}" for name in sorted(wanted.mails - mails.keys())]
    doubled = [f"mail {name}" for name in sorted(mails.keys() - wanted.mails)]
    doubled += [f"other bytes of {name}" for name, bodies in mails.items() if len(bodies) > 1]
    for one in fields(found):
        before, after = getattr(wanted.trace, one.name), getattr(found, one.name)
        lost += [f"{one.name}: {row}" for row in sorted(before - after)]
        doubled += [f"{one.name}: {row}" for row in sorted(after - before)]
    return Aftermath(lost=tuple(lost), doubled=tuple(doubled), wrong=ledger_faults(folder))
