"""A report's tables as plain text, for a terminal or a plain mail."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from monitor.report.cells import Table

_WIDTH = 96


def page(head: Sequence[str], tables: Iterable[Table], foot: str) -> str:
    """Return the whole report; ``head`` and ``foot`` are finished lines."""
    parts = ["\n".join(head), *(_table(table) for table in tables), foot]
    return "\n\n".join(parts) + "\n"


def _table(table: Table) -> str:
    lines = [table.title.upper()]
    if table.lead:
        lines += _wrapped(table.lead)
    if not table.rows:
        lines += _wrapped(table.empty)
    else:
        cells = [list(table.columns), *([cell.text for cell in row] for row in table.rows)]
        widths = [max(len(line[place]) for line in cells) for place in range(len(table.columns))]
        lines += [_line(line, widths, table.numbers) for line in cells]
    if table.note:
        lines += _wrapped(table.note)
    return "\n".join(lines)


def _line(cells: Sequence[str], widths: Sequence[int], numbers: frozenset[int]) -> str:
    padded = (
        cell.rjust(width) if place in numbers else cell.ljust(width)
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join(padded).rstrip()


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
