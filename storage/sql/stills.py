"""Where still pictures lie: noted with each reading that may be needed, never for ever.

Addresses are signed and change with each answer of a platform, so those of a new version are
noted, and those of a known one only while a case is open on its post (it is read again each
time), while its words could not be read at the address that was known, or when it is an
account's own face.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, or_, select

from config.types import SubjectKind
from storage.columns import plain
from storage.sql.base import in_lots
from storage.sql.judging import NOT_CLOSED
from storage.tables import Case, NoCopying, PictureAddress, PictureReading, Subject, Version

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

_CASE = Case.__table__
_SUBJECT = Subject.__table__
_VERSION = Version.__table__
_ADDRESS = PictureAddress.__table__
_READING = PictureReading.__table__
_STOPPED = NoCopying.__table__

MOST = 60
"""Addresses noted of one version: more than are ever fetched, so that what is left out is said."""
_LONGEST = 4_000

Stills = tuple[tuple[str, str], ...]
"""Name and address of each picture, in the platform's order."""


def write_stills(
    connection: Connection,
    shown: Mapping[tuple[int, str], tuple[Stills, datetime]],
    *,
    fresh: frozenset[tuple[int, str]],
) -> None:
    """Note where pictures lie.

    Args:
        connection: Inside a writing transaction.
        shown: By subject and content hash: what a reading named, and when.
        fresh: Those whose version is new.
    """
    subjects = sorted({subject for subject, _ in shown})
    wanted = _wanted(connection, subjects)
    stopped = _stopped(connection, subjects)
    chosen = {
        key: named
        for key, named in shown.items()
        if key[0] not in stopped and (key in fresh or key[0] in wanted)
    }
    ids = _versions(connection, chosen)
    rows = [
        {
            "version": ids[key],
            "position": position,
            "name": plain(name),
            "url": plain(address),
            "read_at": at,
        }
        for key, (stills, at) in chosen.items()
        if key in ids
        for position, (name, address) in enumerate(stills[:MOST])
        if len(address) <= _LONGEST
    ]
    versions = sorted({ids[key] for key in chosen if key in ids})
    for lot in in_lots(versions):
        connection.execute(delete(_ADDRESS).where(_ADDRESS.c.version.in_(lot)))
    for piece in in_lots(rows):
        connection.execute(insert(_ADDRESS), list(piece))


def _wanted(connection: Connection, subjects: list[int]) -> set[int]:
    """Return the subjects whose pictures may be fetched at any time."""
    found: set[int] = set()
    for lot in in_lots(subjects):
        is_open = select(_CASE.c.subject).where(NOT_CLOSED)
        is_moved = (
            select(_VERSION.c.subject)
            .join(_READING, _READING.c.version == _VERSION.c.id)
            .where(~_READING.c.is_final, _READING.c.next_at.is_(None))
        )
        query = select(_SUBJECT.c.id).where(
            _SUBJECT.c.id.in_(lot),
            or_(
                _SUBJECT.c.kind == SubjectKind.PROFILE.value,
                _SUBJECT.c.id.in_(is_open),
                _SUBJECT.c.id.in_(is_moved.where(_VERSION.c.subject.in_(lot))),
            ),
        )
        found |= set(connection.execute(query).scalars())
    return found


def _stopped(connection: Connection, subjects: list[int]) -> set[int]:
    found: set[int] = set()
    for lot in in_lots(subjects):
        query = select(_STOPPED.c.subject).where(_STOPPED.c.subject.in_(lot))
        found |= set(connection.execute(query).scalars())
    return found


def _versions(
    connection: Connection, chosen: Mapping[tuple[int, str], object]
) -> dict[tuple[int, str], int]:
    found: dict[tuple[int, str], int] = {}
    for lot in in_lots(sorted({subject for subject, _ in chosen})):
        query = select(_VERSION.c.id, _VERSION.c.subject, _VERSION.c.content_hash)
        for row in connection.execute(query.where(_VERSION.c.subject.in_(lot))):
            key = (row.subject, row.content_hash)
            if key in chosen:
                found[key] = row.id
    return found
