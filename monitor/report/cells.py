"""What a report's tables are made of: cells that people read and spreadsheets take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.alerts.hardening import one_line
from monitor.report.wording import day

if TYPE_CHECKING:
    from datetime import date

NOT_A_STATEMENT = "Facts for the Clerk, not a statement of compliance."
NOT_MEASURED = "not measured"
NOTHING = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell; ``raw`` is for spreadsheets: a plain number, or the same text."""

    text: str
    raw: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table.

    Attributes:
        name: For file names and columns: ``by_clause``.
        title: Its heading.
        lead: What it shows, a sentence or two.
        columns: Headings; a unit is named where a raw figure has one.
        numbers: Which columns hold figures, by place.
        rows: Cells, as many as columns each.
        empty: What is said in place of a table without rows.
        note: What has to be known to read it; empty: nothing.
    """

    name: str
    title: str
    lead: str
    columns: tuple[str, ...]
    numbers: frozenset[int]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str = ""
    note: str = ""


def words(text: str) -> Cell:
    """Return a cell of words, made harmless."""
    said = one_line(text) or NOTHING
    return Cell(text=said, raw=said)


def number(amount: int) -> Cell:
    """Return a cell of a count."""
    return Cell(text=f"{amount:,}", raw=str(amount))


def dated(on: date) -> Cell:
    """Return a cell of a day: in words, and as a spreadsheet knows it."""
    return Cell(text=day(on), raw=on.isoformat())
