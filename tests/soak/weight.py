"""What a database weighs, table by table, each with its indexes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

_SIZES = """
    SELECT coalesce(m.tbl_name, s.name), sum(s.pgsize)
    FROM (SELECT name, sum(pgsize) AS pgsize FROM dbstat GROUP BY name) AS s
    LEFT JOIN sqlite_master AS m ON m.name = s.name GROUP BY 1
"""


class Weight(NamedTuple):
    """Rows of a table, and the bytes of its pages and of its indexes' pages."""

    rows: int
    size: int


def weigh(database: Path) -> dict[str, Weight]:
    """Return every table's weight, the heaviest first."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        sizes: dict[str, int] = dict(connection.execute(_SIZES))
        counted = {
            name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
            for name in sizes
            if name not in {"sqlite_master", "sqlite_schema"}
        }
    heaviest = sorted(sizes, key=lambda name: (-sizes[name], name))
    return {name: Weight(counted.get(name, 0), sizes[name]) for name in heaviest}
