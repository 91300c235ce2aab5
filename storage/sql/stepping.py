"""What every group of steps of a transaction stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Table

    from storage.sql.chain import Chain


class Steps:
    """The connection and the chain that every group of steps writes to."""

    def __init__(self, connection: Connection, chain: Chain) -> None:
        """Take what the repository opened."""
        self._connection = connection
        self._chain = chain

    def _add(self, table: Table, values: Mapping[str, Any]) -> int:
        added = self._connection.execute(insert(table).values(**values).returning(table.c.id))
        return int(added.scalar_one())
