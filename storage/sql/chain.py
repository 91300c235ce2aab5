"""Writing to the ledger: entries are gathered in a transaction and chained at its end."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from storage.columns import canonical, from_microseconds, plain, to_microseconds
from storage.ledger import SALT_BYTES, commit, make_entry
from storage.tables import Ledger, LedgerContent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

_LEDGER = Ledger.__table__
_CONTENT = LedgerContent.__table__


def head_of(connection: Connection) -> tuple[int, str]:
    """Return number and hash of the newest entry; ``(0, "")`` for none."""
    newest = select(_LEDGER.c.number, _LEDGER.c.hash).order_by(_LEDGER.c.number.desc()).limit(1)
    row = connection.execute(newest).first()
    return (row.number, row.hash) if row else (0, "")


class Chain:
    """The ledger within one writing transaction.

    The transaction holds the only right to write, so the head read at its end is the head.
    """

    def __init__(self, connection: Connection) -> None:
        """Begin with nothing gathered."""
        self._connection = connection
        self._waiting: list[tuple[datetime, str, str, str, str | None, int | None]] = []

    def add(self, kind: str, reference: str, *, at: datetime, facts: Mapping[str, Any]) -> None:
        """Gather an entry whose content is kept beside its salt.

        Args:
            kind: What happened.
            reference: Which row it is about; never a person's name or words.
            at: When, by the caller's clock.
            facts: The content committed to: what JSON holds.
        """
        self._waiting.append((at, kind, plain(reference), canonical(facts), None, None))

    def point(
        self,
        kind: str,
        *,
        at: datetime,
        source: str,
        source_id: int,
        facts: Mapping[str, Any],
    ) -> None:
        """Gather an entry whose content is a row: it is recomputed from there.

        Args:
            kind: What happened.
            at: When, by the caller's clock.
            source: A word that `storage.sql.sources` knows; with the id, the reference.
            source_id: The row.
            facts: What `storage.sql.sources` would compute from the row now.
        """
        reference = f"{source}:{source_id}"
        self._waiting.append((at, kind, reference, canonical(facts), source, source_id))

    @contextmanager
    def undoing(self) -> Iterator[None]:
        """Forget what is gathered within, if it ends by an error."""
        before = len(self._waiting)
        try:
            yield
        except BaseException:
            del self._waiting[before:]
            raise

    def flush(self) -> None:
        """Chain what was gathered onto the head and write it."""
        if not self._waiting:
            return
        head = head_of(self._connection)
        entries: list[dict[str, Any]] = []
        contents: list[dict[str, Any]] = []
        for at, kind, reference, content, source, source_id in self._waiting:
            salt = secrets.token_bytes(SALT_BYTES)
            entry = make_entry(
                head,
                at=to_microseconds(at),
                kind=kind,
                reference=reference,
                commitment=commit(salt, content),
            )
            head = (entry.number, entry.hash)
            entries.append(
                {
                    "number": entry.number,
                    "at": from_microseconds(entry.at),
                    "kind": kind,
                    "reference": reference,
                    "commitment": entry.commitment,
                    "previous": entry.previous,
                    "hash": entry.hash,
                }
            )
            contents.append(
                {
                    "number": entry.number,
                    "salt": salt,
                    "source": source,
                    "source_id": source_id,
                    "content": content if source is None else None,
                }
            )
        self._connection.execute(insert(_LEDGER), entries)
        self._connection.execute(insert(_CONTENT), contents)
        self._waiting.clear()
