"""A record that begins where another one was: said aloud, never taken for a first start.

A new database is what a first start makes. Where something of an earlier one lies about, the
database has vanished: watching goes on, for silence would be worse, and everybody is told
until a copy is restored or a person says that it was meant. Until then nothing of the earlier
record's evidence is taken away, though no record names it.
"""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

from config.errors import EvidenceError
from config.types import Sign
from monitor.lock import lock_file
from storage.evidence import EvidenceFolder

if TYPE_CHECKING:
    from datetime import datetime

    from config.settings import Settings
    from storage.repository import Repository
    from storage.values import SignOfLife

REMEDY = (
    "Stop the service, move the database and the evidence away, then: clerkwatch restore. If the "
    "record was meant to begin anew: clerkwatch restore --confirm"
)
_SQLITE = "sqlite:///"
_SAVED = ".taken-away-"


def traces(settings: Settings) -> str:
    """Return what of an earlier record lies about beside a missing or a new database.

    Args:
        settings: The configuration.

    Returns:
        Empty: nothing. Where there is a database file, only kept evidence is a trace: the
        other files come with it.
    """
    if not settings.storage.url.startswith(_SQLITE):
        return ""  # a server's database does not vanish as a file does
    database = Path(settings.storage.url.removeprefix(_SQLITE))
    evidence = Path(settings.storage.evidence)
    try:
        number = sum(1 for _ in EvidenceFolder(evidence).names())
    except EvidenceError:
        number = 0  # that it cannot be read is told by `doctor`, and when something is kept
    found = [f"{number} kept files in {evidence}"] if number else []
    if not database.is_file():
        beside = (database.with_name(f"{database.name}-wal"), lock_file(settings.storage.url))
        found += [f"{one} from work on it" for one in beside if one.is_file()]
        found += [f"{one} saved from it" for one in saved_copies(settings)]
    return ", ".join(found)


def saved_copies(settings: Settings) -> tuple[Path, ...]:
    """Return what daemons saved of a database that was taken away under them, oldest first.

    Args:
        settings: The configuration.
    """
    database = Path(settings.storage.url.removeprefix(_SQLITE))
    try:
        return tuple(sorted(database.parent.glob(f"{database.name}{_SAVED}*Z")))
    except OSError:
        return ()


def place_to_save(settings: Settings, *, at: datetime) -> Path:
    """Return where a database that was taken away is saved: beside where it was.

    Args:
        settings: The configuration.
        at: When; aware.
    """
    database = Path(settings.storage.url.removeprefix(_SQLITE))
    return database.with_name(f"{database.name}{_SAVED}{at.astimezone(UTC):%Y%m%dT%H%M%SZ}")


def note_beginning(repository: Repository, settings: Settings, *, left: str, at: datetime) -> str:
    """Remember in an empty record that an earlier one is missing, in the ledger too.

    Args:
        repository: Nothing happens when something is recorded in it already.
        settings: The configuration.
        left: What `traces` told before the database was made; empty where it was there.
        at: The present moment; aware UTC.

    Returns:
        What is left of the earlier record; empty: none is missing.
    """
    if repository.ledger_head()[0]:
        return ""
    left = left or traces(settings)  # a start that was killed could not say so
    if left:
        with repository.together() as transaction:
            transaction.put_sign(Sign.RECORD, is_good=False, at=at, what=left)
            transaction.note("record begun anew", at=at, facts={"left": left})
    return left


def accept(repository: Repository, *, by: str, at: datetime) -> bool:
    """Note that a person knows that the record begins here; return whether that was open.

    Args:
        repository: Of the new record.
        by: Who says so.
        at: When; aware UTC.
    """
    known = missing(repository)
    if known is None:
        return False
    with repository.together() as transaction:
        transaction.put_sign(Sign.RECORD, is_good=True, at=at, what=known.what)
        transaction.note("new record accepted", at=at, facts={"by": by})
    return True


def missing(repository: Repository) -> SignOfLife | None:
    """Return what is known of an earlier record that is missing; None: nothing is."""
    known = repository.signs().get(Sign.RECORD)
    return known if known is not None and known.failing_since is not None else None
