"""DO NOT COPY: where keeping a copy is itself unlawful, copying stops and media are purged.

Indecent images of children must not be possessed, whatever else a council has to keep: this
goes before every hold. Words and hashes of words stay: they are no picture.

Stopping is one step of a transaction; the files are taken away after it has committed, by
`purge_stopped`, which finds in the database what is still due. So nothing is taken away for
a decision that was not kept, and a kill in between is made good by the next run.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from config.errors import EvidenceError, OperatorError
from monitor.beginning import missing

if TYPE_CHECKING:
    from datetime import datetime

    from config.types import CaseId
    from monitor.cases.owners import Owners
    from storage.evidence import EvidenceFolder
    from storage.repository import Repository

STOPPED = (
    "Copying has stopped and what was kept of the media is deleted.",
    "Do not open, copy or forward it.",
    "Ring the police; report it to the Internet Watch Foundation.",
)
"""What is answered once the media are gone."""
NOT_YET = (
    (
        "Copying has stopped. What was kept of the media could not be deleted yet. "
        "It is tried again."
    ),
    *STOPPED[1:],
)
"""What is answered while the folder refuses."""
_LEFT_BEHIND = timedelta(hours=1)
"""A file that no record names and that is older than this is what a kill left behind."""
log = structlog.get_logger()


def stop_copying(
    repository: Repository,
    number: CaseId,
    *,
    by: str,
    because: str,
    at: datetime,
    owners: Owners | None = None,
) -> bool:
    """Say that what a case is about must not be copied; `purge_stopped` takes the media away.

    Args:
        repository: Where the case is.
        number: Which case; closed ones too.
        by: Who says so.
        because: Why; may be empty: nobody has to describe it.
        at: When; aware UTC.
        owners: Who answers for which account.

    Returns:
        False if it was said before.

    Raises:
        OperatorError: There is no such case, or ``by`` answers for its account: nobody takes
            away what speaks about themselves.
    """
    case = repository.case(number)
    if case is None:
        raise OperatorError(f"there is no case {number}", remedy="See: clerkwatch cases list --all")
    if owners is not None and owners.owns(by, case.account):
        raise OperatorError(
            f"{by} answers for the account of case {number} and cannot decide it",
            remedy="Somebody else who may decide has to; until then do not open or forward it",
        )
    with repository.writing() as transaction:
        return transaction.stop_copying(number, by=by, because=because.strip(), at=at)


def purge_stopped(repository: Repository, folder: EvidenceFolder, *, at: datetime) -> int:
    """Take away every file that must not be kept; safe to repeat, and to be killed.

    Files go first and their records after, so that the database says what is due until it is
    done. Then goes what a killed fetch may have left that no record names.

    Args:
        repository: Where it is remembered what must not be copied.
        folder: The folder of evidence.
        at: When; aware UTC.

    Returns:
        How many records were taken away; 0 if nothing was due.

    Raises:
        EvidenceError: A file could not be taken away; names it. It stays due.
    """
    due = repository.to_purge()
    purged = 0
    for stopped, files in due:
        for name in {one.sha256 for one in files}:
            folder.remove(name)
        with repository.writing() as transaction:
            purged += transaction.forget_evidence(stopped.case, at=at)
        log.info("media purged", case=stopped.case, files=len(files))
    if due:
        sweep(repository, folder, at=at)
    return purged


def sweep(repository: Repository, folder: EvidenceFolder, *, at: datetime) -> int:
    """Take away what a kill left in the folder that no record names; return how many.

    While an earlier record is missing, what no record names is that record's: it stays.

    Raises:
        EvidenceError: The folder cannot be used.
    """
    if missing(repository) is not None:
        return 0
    wanted = frozenset(one.sha256 for lot in repository.kept_files() for one in lot)
    removed = folder.sweep(wanted, before=at - _LEFT_BEHIND)
    if removed:
        log.info("leavings swept", files=removed)
    return removed


def said_of(repository: Repository, folder: EvidenceFolder, *, at: datetime) -> tuple[str, ...]:
    """Purge what is due, and return what to tell whoever asked: sentences, never a path."""
    try:
        purge_stopped(repository, folder, at=at)
    except EvidenceError as error:
        log.error("media could not be purged", path=str(error.path), what=error.what)  # noqa: TRY400  # the path and the reason are all there is to know
        return NOT_YET
    return STOPPED
