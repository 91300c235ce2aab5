"""Polls: those of the file and those entered by command, merged into one list.

A poll by command wins over the file's, and a notice by command wins over the file's
notice. What a person enters is checked first: see `check_poll`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from config.errors import SettingsError
from config.types import Origin, PollId
from monitor.freeze.objections import Objection, Weight, check_poll, check_polls
from storage.values import PollRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from config.settings import PollEntry

__all__ = [
    "Objection",
    "Weight",
    "check_poll",
    "check_polls",
    "merge_polls",
    "orphaned_notices",
    "poll_of",
]


def poll_of(entry: PollEntry) -> PollRow:
    """Return a poll of the configuration as the value that windows are computed from."""
    return PollRow(
        id=PollId(entry.id),
        type=entry.type,
        held_on=entry.date,
        area=entry.area,
        by_election=entry.by_election,
        notice_on=entry.notice,
        start=entry.start,
        end=entry.end,
        mode=entry.mode,
        origin=Origin.CONFIGURATION,
        notice_origin=Origin.CONFIGURATION if entry.notice is not None else None,
    )


def merge_polls(stated: Iterable[PollRow], stored: Iterable[PollRow]) -> tuple[PollRow, ...]:
    """Merge the polls of the file with the rows of the database.

    Args:
        stated: From the configuration.
        stored: From `Repository.polls`: polls by command, and notices entered by command
            for polls of the file (``origin`` configuration, ``notice_origin`` command).

    Returns:
        One poll per id, by day and id. A notice by command whose poll has left the file is
        not among them: `orphaned_notices` names it.

    Raises:
        SettingsError: Two polls of one source have one id.
    """
    stated, stored = tuple(stated), tuple(stored)
    for source, rows in (("the configuration", stated), ("the database", stored)):
        twice = [poll for poll, count in Counter(row.id for row in rows).items() if count > 1]
        if twice:
            raise SettingsError(
                f"{source} has two polls with the id {twice[0]!r}",
                key="polls.id",
                remedy="Give each poll an id of its own, for example parish.2027-05-06.",
            )
    merged = {row.id: row for row in stated}
    for row in stored:
        if row.origin is Origin.COMMAND:
            merged[row.id] = row
        elif row.id in merged and row.notice_origin is Origin.COMMAND:
            merged[row.id] = replace(
                merged[row.id],
                notice_on=row.notice_on,
                notice_origin=Origin.COMMAND,
                entered_at=row.entered_at,
                entered_by=row.entered_by,
            )
    return tuple(sorted(merged.values(), key=lambda row: (row.held_on, row.id)))


def orphaned_notices(stated: Iterable[PollRow], stored: Iterable[PollRow]) -> tuple[PollRow, ...]:
    """Return notices entered by command for polls that are no longer in the file."""
    known = {row.id for row in stated}
    return tuple(
        row for row in stored if row.origin is Origin.CONFIGURATION and row.id not in known
    )
