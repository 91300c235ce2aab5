"""Verifying the ledger against itself and against what it committed to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from storage.columns import canonical, to_microseconds
from storage.ledger import ChainCheck, Entry, commit
from storage.sql.base import CHUNK, Desk
from storage.sql.chain import head_of
from storage.sql.purged import unsalted
from storage.sql.sources import facts_of
from storage.tables import Ledger, LedgerContent
from storage.values import Fault, Verification

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Connection, Row

_LEDGER = Ledger.__table__
_CONTENT = LedgerContent.__table__


class Record(Desk):
    """The part of the repository that proves the record whole."""

    def ledger_head(self) -> tuple[int, str]:
        """Return number and hash of the newest ledger entry; (0, "") for an empty one."""
        with self._reading() as connection:
            return head_of(connection)

    def verify_ledger(
        self,
        *,
        progress: Callable[[int], None] | None = None,
        head: tuple[int, str] | None = None,
        heads: Sequence[tuple[int, str]] = (),
    ) -> Verification:
        """Recompute the chain and every commitment whose content is still there.

        Args:
            progress: Told after each lot how many entries were checked.
            head: Number and hash noted outside (mails carry them): with it, entries taken
                from the end are found too, and a chain that was written anew.
            heads: More of them.
        """
        known = [*heads, *([head] if head is not None else [])]
        chain = ChainCheck()
        faults: list[Fault] = []
        with self._reading() as connection:
            last = -1
            while entries := _entries(connection, last):
                last = entries[-1].number
                faults += chain.walk(entries)
                faults += _broken(connection, entries)
                for one in known:
                    faults += _held_against(one, entries)
                if progress is not None:
                    progress(chain.entries)
            faults += _beyond(connection, chain.last)
            last_number = chain.last.number if chain.last is not None else 0
            faults += [
                Fault(entry=number, what="is missing: the ledger ends before it")
                for number, _ in known
                if number > last_number
            ]
        ordered = sorted(set(faults), key=lambda fault: (fault.entry, fault.what))
        return Verification(entries=chain.entries, head=chain.head, faults=tuple(ordered))


def _entries(connection: Connection, after: int) -> list[Entry]:
    query = select(_LEDGER).where(_LEDGER.c.number > after).order_by(_LEDGER.c.number).limit(CHUNK)
    return [
        Entry(
            number=row.number,
            at=to_microseconds(row.at),
            kind=row.kind,
            reference=row.reference,
            commitment=row.commitment,
            previous=row.previous,
            hash=row.hash,
        )
        for row in connection.execute(query)
    ]


def _broken(connection: Connection, entries: list[Entry]) -> Iterator[Fault]:
    """Yield a fault for each entry whose content is there and is not what it committed to."""
    by_number = {entry.number: entry for entry in entries}
    query = select(_CONTENT).where(_CONTENT.c.number.in_(list(by_number)))
    rows = connection.execute(query).all()
    salted = {row.number for row in rows}
    yield from unsalted(connection, [one for one in entries if one.number not in salted])
    contents = _contents(connection, rows)
    for row in rows:
        content = contents.get(row.number)
        if content is None:
            continue
        entry = by_number[row.number]
        if commit(row.salt, content) != entry.commitment:
            yield Fault(entry=entry.number, what=f"{entry.reference} is not what was written then")


def _contents(connection: Connection, rows: Sequence[Row[Any]]) -> dict[int, str]:
    """Return by entry what it committed to, as it stands now."""
    contents: dict[int, str] = {}
    by_source: dict[str, dict[int, int]] = {}
    newest = _newest_entries(connection, rows)
    for row in rows:
        if row.source is None:
            contents[row.number] = row.content
        elif newest[row.source, row.source_id] == row.number:
            by_source.setdefault(row.source, {})[row.source_id] = row.number
    for source, numbers in by_source.items():
        facts = facts_of(connection, source, numbers)
        for source_id, number in numbers.items():
            # A purge takes the salt with the row: a salt without its row is a loss.
            contents[number] = canonical(facts[source_id]) if source_id in facts else ""
    return contents


def _newest_entries(connection: Connection, rows: Sequence[Row[Any]]) -> dict[tuple[str, int], int]:
    """Return for each row that entries point at the newest of them: it speaks for the row."""
    ids = {row.source_id for row in rows if row.source is not None}
    query = (
        select(_CONTENT.c.source, _CONTENT.c.source_id, func.max(_CONTENT.c.number))
        .where(_CONTENT.c.source.is_not(None), _CONTENT.c.source_id.in_(sorted(ids)))
        .group_by(_CONTENT.c.source, _CONTENT.c.source_id)
    )
    return {(source, source_id): number for source, source_id, number in connection.execute(query)}


def _held_against(head: tuple[int, str], entries: list[Entry]) -> Iterator[Fault]:
    for entry in entries:
        if entry.number == head[0] and not entry.hash.startswith(head[1]):
            yield Fault(entry=entry.number, what="has another hash than the one noted outside")


def _beyond(connection: Connection, last: Entry | None) -> Iterator[Fault]:
    """Yield a fault for each content whose entry was taken from the end of the chain."""
    number = last.number if last else 0
    query = select(_CONTENT.c.number).where(_CONTENT.c.number > number)
    for missing in connection.execute(query.order_by(_CONTENT.c.number)).scalars():
        yield Fault(entry=missing, what=f"entry {missing} is missing")
