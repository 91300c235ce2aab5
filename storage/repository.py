"""What the house asks of its memory, in the words of the house.

`Repository` is the contract; `storage.sql` is its one implementation. The test suite in
``tests/integration/storage`` is written against this protocol, so that a second one
(PostgreSQL) can run it unchanged.

Rules for every method: instants are aware UTC; values are frozen; any database failure
is a `config.errors.StorageError` with its cause chained; an instance may be used from
several threads. Reading methods see one consistent snapshot each. Writing happens in
`Transaction`s, which commit whole or not at all and may be repeated without harm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from storage.contract.cases import Cases, CaseSteps
from storage.contract.evidence import Evidence, EvidenceSteps
from storage.contract.judging import Judgements, JudgingSteps
from storage.contract.mails import Mails, MailSteps
from storage.contract.people import People, PeopleSteps
from storage.contract.pictures import Pictures, PictureSteps
from storage.contract.polls import Polls, PollSteps
from storage.contract.post import Post, PostSteps
from storage.contract.purging import PurgeSteps, Purging
from storage.contract.reading import Readings, RegisterSteps
from storage.contract.record import Record, RecordSteps
from storage.contract.sweeps import Sweeps, SweepSteps

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path


class Transaction(
    RegisterSteps,
    JudgingSteps,
    CaseSteps,
    EvidenceSteps,
    PictureSteps,
    MailSteps,
    PollSteps,
    SweepSteps,
    PeopleSteps,
    PostSteps,
    PurgeSteps,
    RecordSteps,
    Protocol,
):
    """Writes that commit together; leaving the ``with`` block by an error undoes them all.

    Each step that people rely on (a finding, a case's step, a mail) is one ledger entry,
    written by the implementation, in the same transaction.
    """


class Repository(
    Readings,
    Judgements,
    Cases,
    Evidence,
    Pictures,
    Mails,
    Polls,
    Sweeps,
    Post,
    People,
    Purging,
    Record,
    Protocol,
):
    """Everything that is remembered."""

    def close(self) -> None:
        """Let go of the database."""
        ...

    def check_there(self) -> None:
        """Return if the database is still where it was opened; cheap enough for every minute.

        Every writing transaction asks it too, before anything is written and before it commits.

        Raises:
            TakenAwayError: Its file was deleted or replaced, or its folder unmounted.
            StorageError: It cannot be told.
        """
        ...

    def save_aside(self, into: Path) -> None:
        """Copy what this process still has open of a database that was taken away.

        What it keeps beside the database is moved away from a file that has taken its place.

        Args:
            into: The file to make, readable by its owner only; must not be there.

        Raises:
            StorageError: It cannot be read any more, or the copy cannot be written.
        """
        ...

    def writing(self) -> AbstractContextManager[Transaction]:
        """Begin a writing transaction (BEGIN IMMEDIATE); commits when the block ends well.

        Raises:
            BusyError: Another writer held the database beyond the busy time-out.
        """
        ...

    def is_writing(self) -> bool:
        """Return whether this thread is inside a writing block."""
        ...

    def together(self) -> AbstractContextManager[Transaction]:
        """Begin a writing transaction in which later ``writing`` blocks of this thread take part.

        They commit with it or not at all; one that ends by an error undoes only itself.

        Raises:
            BusyError: As `writing`.
        """
        ...
