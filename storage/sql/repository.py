"""The parts put together: one repository, fulfilling `storage.repository.Repository`."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from storage.sql.authors import Authors, AuthorSteps
from storage.sql.cases import Cases
from storage.sql.custody import Custodian
from storage.sql.entries import MailSteps, RegisterSteps, StandstillSteps
from storage.sql.evidence import Evidences
from storage.sql.gaps import Gaps
from storage.sql.judging import Judging
from storage.sql.keeping import EvidenceSteps
from storage.sql.looking import Looking, LookSteps
from storage.sql.mails import Mails
from storage.sql.outlines import Outlines
from storage.sql.people import People, PeopleSteps
from storage.sql.pictures import Pictures, PictureSteps
from storage.sql.polls import Polls, PollSteps
from storage.sql.post import Post, PostSteps
from storage.sql.purging import Purges, PurgeSteps
from storage.sql.record import Record
from storage.sql.recording import Recording
from storage.sql.register import Register
from storage.sql.replies import Replies, ReplySteps
from storage.sql.runs import Runs
from storage.sql.saving import Saving
from storage.sql.searching import Searching
from storage.sql.steps import CaseSteps, FindingSteps
from storage.sql.sweeps import Sweeps, SweepSteps
from storage.sql.tallies import Tallies

if TYPE_CHECKING:
    from collections.abc import Iterator


class SqlTransaction(
    FindingSteps,
    CaseSteps,
    EvidenceSteps,
    LookSteps,
    PictureSteps,
    MailSteps,
    StandstillSteps,
    RegisterSteps,
    PeopleSteps,
    PollSteps,
    SweepSteps,
    ReplySteps,
    PostSteps,
    PurgeSteps,
    AuthorSteps,
):
    """Fulfils `storage.repository.Transaction`."""


class SqlRepository(
    Runs,
    Register,
    Gaps,
    Recording,
    Judging,
    Cases,
    Outlines,
    Evidences,
    Looking,
    Pictures,
    Mails,
    Polls,
    Sweeps,
    People,
    Record,
    Custodian,
    Tallies,
    Searching,
    Replies,
    Post,
    Purges,
    Authors,
    Saving,
):
    """Everything that is remembered, in one SQL database."""

    @contextmanager
    def writing(self) -> Iterator[SqlTransaction]:
        """Begin a writing transaction; it commits when the block ends well."""
        with self._writing() as (connection, chain):
            yield SqlTransaction(connection, chain)

    @contextmanager
    def together(self) -> Iterator[SqlTransaction]:
        """Begin a writing transaction in which later blocks of this thread take part."""
        with self._writing(is_shared=True) as (connection, chain):
            yield SqlTransaction(connection, chain)
