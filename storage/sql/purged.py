"""Entries whose salt is gone: a purge says so in the ledger itself, or somebody took it away."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import select

from storage.tables import (
    Case,
    CaseEvent,
    Evidence,
    Finding,
    Ledger,
    Observation,
    Outbox,
    PictureReading,
    Version,
)
from storage.values import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from storage.ledger import Entry

_LEDGER = Ledger.__table__
_REFERENCE = re.compile(r"(observation|finding|event|mail|evidence|picture):(\d+)")
_WHAT = "its salt was taken away, and no purge says so"


def unsalted(connection: Connection, entries: Sequence[Entry]) -> Iterator[Fault]:
    """Yield a fault for each entry without a salt that no purge in the ledger explains."""
    if not entries:
        return
    by_source: dict[str, dict[int, list[int]]] = {}
    for entry in entries:
        found = _REFERENCE.fullmatch(entry.reference)
        if found is None:
            yield Fault(entry=entry.number, what=_WHAT)
        else:
            numbers = by_source.setdefault(found[1], {}).setdefault(int(found[2]), [])
            numbers.append(entry.number)
    for source, rows in by_source.items():
        explained = _explained(connection, source, list(rows))
        for row, numbers in rows.items():
            if row not in explained:
                yield from (Fault(entry=number, what=_WHAT) for number in numbers)


def _explained(connection: Connection, source: str, ids: list[int]) -> set[int]:
    """Return the rows whose salt a purge in the ledger took away."""
    if source == "mail":
        mails = select(Outbox.__table__.c.id).where(
            Outbox.__table__.c.id.in_(ids), Outbox.__table__.c.body == b""
        )
        emptied = set(connection.execute(mails).scalars())
        purged = _referred(connection, "mail purged", [f"mail:{one}" for one in ids])
        return {one for one in emptied if f"mail:{one}" in purged}
    if source == "evidence":
        kept = Evidence.__table__.c.id
        still = set(connection.execute(select(kept).where(kept.in_(ids))).scalars())
        kinds = ("evidence purged", "purged")
        any_purge = select(_LEDGER.c.number).where(_LEDGER.c.kind.in_(kinds)).limit(1)
        if connection.execute(any_purge).first() is None:
            return set()
        return {one for one in ids if one not in still}
    subjects = _subjects(connection, source, ids)
    purged = _referred(connection, "purged", [f"subject:{one}" for one in subjects.values()])
    return {one for one, subject in subjects.items() if f"subject:{subject}" in purged}


def _subjects(connection: Connection, source: str, ids: list[int]) -> dict[int, int]:
    """Return by row the post that it is about."""
    observation, version = Observation.__table__, Version.__table__
    finding, event, case = Finding.__table__, CaseEvent.__table__, Case.__table__
    picture = PictureReading.__table__
    queries = {
        "observation": select(observation.c.id, observation.c.subject).where(
            observation.c.id.in_(ids), observation.c.version.is_not(None)
        ),
        "finding": select(finding.c.id, version.c.subject)
        .join(version, version.c.id == finding.c.version)
        .where(finding.c.id.in_(ids)),
        "event": select(event.c.id, case.c.subject)
        .join(case, case.c.id == event.c.case)
        .where(event.c.id.in_(ids)),
        "picture": select(picture.c.id, version.c.subject)
        .join(version, version.c.id == picture.c.version)
        .where(picture.c.id.in_(ids)),
    }
    return {row[0]: row[1] for row in connection.execute(queries[source])}


def _referred(connection: Connection, kind: str, references: list[str]) -> set[str]:
    """Return the references that an entry of a kind has."""
    query = select(_LEDGER.c.reference).where(
        _LEDGER.c.reference.in_(sorted(set(references))), _LEDGER.c.kind == kind
    )
    return set(connection.execute(query).scalars())
