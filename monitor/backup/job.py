"""The daily copy: doing it, and remembering how it went. When it is due: `timing`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from config.errors import ClerkwatchError
from config.types import Sign
from monitor.backup.making import make
from monitor.backup.places import place_of
from monitor.backup.programs import Patience
from monitor.backup.staging import folder_of

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.app import App
    from monitor.backup.making import Made
    from storage.repository import Repository

log = structlog.get_logger()


def back_up(app: App) -> Made | None:
    """Make the copy that is due and remember whether that worked; None: it did not.

    What goes wrong never ends in an exception here, but in the record: the technician's
    mail, Monday's digest, `status` and `doctor` tell of it.

    Raises:
        StorageError: Not even that could be written.
    """
    now = app.clock.now()
    within_s = app.settings.backup.within.total_seconds()
    patience = Patience(within_s=within_s, stop=app.stop)
    try:
        made = to_place(app, now=now, patience=patience)
    except (ClerkwatchError, OSError) as error:
        said = app.redactor.redact(str(error))
        log.error("backup failed", why=said)  # noqa: TRY400 - the reason is enough; paths are in it
        if app.stop.is_set():
            return None  # it was given up because the process ends: no fault of the place
        remember(app.repository, at=now, what=said)
        return None
    fault = fault_of(made)
    remember(app.repository, at=now, what=fault, made=made)
    log.info("backup made", copy=made.name, bytes=made.size, removed=len(made.removed))
    return made


def to_place(app: App, *, now: datetime, patience: Patience) -> Made:
    """Make a copy and put it into the configured place.

    Raises:
        BackupError: It could not be made or put there, or no place is configured.
        StorageError: The database cannot be read.
    """
    settings = app.settings
    place = place_of(
        settings.backup,
        environ=app.environ,
        patience=patience,
        beside=folder_of(settings.storage.url),
    )
    if place is None or app.file is None:
        raise ClerkwatchError("no place for copies is configured", remedy="Set [backup] to")
    return make(
        settings,
        file=app.file,
        place=place,
        keep=settings.backup.keep,
        environ=app.environ,
        at=now,
        patience=patience,
    )


def remember(repository: Repository, *, at: datetime, what: str, made: Made | None = None) -> None:
    """Remember how a copy to the configured place went, with its entry in the ledger.

    Args:
        repository: Where.
        at: When; aware UTC.
        what: What went wrong; empty: nothing.
        made: The copy, if one lies there now.
    """
    with repository.together() as transaction:
        if made is not None:
            note(repository, made, at=at)
        transaction.put_sign(Sign.BACKUP, is_good=not what, at=at, what=what)


def note(repository: Repository, made: Made, *, at: datetime) -> None:
    """Say in the ledger that a copy was made, wherever it lies."""
    head = made.manifest.head
    facts = {
        "copy": made.name,
        "sha256": made.sha256,
        "head": f"{head[0]}:{head[1]}",
        "faults": str(len(made.manifest.faults)),
    }
    with repository.writing() as transaction:
        transaction.note("copied", at=at, facts=facts)


def fault_of(made: Made) -> str:
    """Return what is wrong with what was copied; empty: nothing."""
    faults = made.manifest.faults
    if not faults:
        return ""
    return (
        f"the record has faults, the first: {faults[0]}. A copy was made, and no older one was "
        "taken away. See: clerkwatch evidence verify"
    )
