"""A report's tables for spreadsheets: RFC 4180, UTF-8 with a mark for Excel, no formulas."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from monitor.report.cells import Table

MARK = "\ufeff"
"""Tells Excel that the file is UTF-8."""
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: one that could be gets a ``'``.

    Blanks before the sign do not hide it; the full-width signs count too.
    """
    is_formula = cell.startswith(_BEGINS_A_FORMULA) or cell.lstrip().startswith(_BEGINS_A_FORMULA)
    return f"'{cell}" if is_formula else cell


def one_file(head: Sequence[Sequence[str]], tables: Iterable[Table]) -> str:
    """Return all tables in one file; every line has the same number of fields.

    The first field of each line names its table, the second says ``heading`` or ``row``, so
    that a filter gives one table.

    Args:
        head: Lines before the tables: what the file is of.
        tables: In their order.
    """
    lines: list[list[str]] = [["about", "row", *line] for line in head]
    for table in tables:
        lines.append([table.name, "heading", *table.columns])
        lines += [[table.name, "row", *(cell.raw for cell in row)] for row in table.rows]
    width = max(len(line) for line in lines)
    return MARK + _written([*line, *[""] * (width - len(line))] for line in lines)


def one_table(table: Table) -> str:
    """Return one table as a file of its own, headings first."""
    rows = [[cell.raw for cell in row] for row in table.rows]
    return MARK + _written([list(table.columns), *rows])


def _written(lines: Iterable[Sequence[str]]) -> str:
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\r\n")
    writer.writerows([harmless(cell) for cell in line] for line in lines)
    return sink.getvalue()
