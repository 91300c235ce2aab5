"""Tables that people hand over: CSV in whatever encoding a spreadsheet wrote, or JSON.

What cannot be read says which line and what to do; nothing is guessed from a broken file.
"""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from config.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MOST_BYTES = 5_000_000
"""More is no list of polls or candidates of a town."""
_MOST_ROWS = 20_000
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SAVE_AS = "Save it as CSV in UTF-8 (in Excel: CSV UTF-8) and import it again"

Row = tuple[int, "Mapping[str, Any]"]
"""A line or item number, counted from 1, and its fields by column."""


def read_rows(raw: bytes, *, name: str) -> list[Row]:
    """Read a table.

    Args:
        raw: The file's bytes.
        name: Its name, for messages; ``.json`` decides nothing, the content does.

    Returns:
        Rows with lower-case column names and stripped texts; empty rows are left out. A JSON
        file gives its list, or the list under ``results``.

    Raises:
        OperatorError: Not a table, not text, or far too long.
    """
    if len(raw) > MOST_BYTES:
        raise OperatorError(
            f"{name} has {len(raw):,} bytes", remedy=f"A list has at most {MOST_BYTES:,}"
        )
    text = _decoded(raw, name)
    if text.lstrip().startswith(("[", "{")):
        return _json_rows(text, name)
    return _csv_rows(text, name)


def _decoded(raw: bytes, name: str) -> str:
    encoding = next((found for mark, found in _MARKS if raw.startswith(mark)), "utf-8")
    try:
        text = raw.decode(encoding).lstrip("\ufeff")
    except UnicodeDecodeError as error:
        raise OperatorError(
            f"{name} is not UTF-8 text (byte {error.start:,})", remedy=_SAVE_AS
        ) from error
    if "\0" in text:
        raise OperatorError(f"{name} is no text file", remedy=_SAVE_AS)
    return text


def _json_rows(text: str, name: str) -> list[Row]:
    try:
        stated = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise OperatorError(
            f"{name} is not valid JSON",
            remedy="Save it again from where it came from, as JSON or CSV",
        ) from error
    if isinstance(stated, dict):
        stated = stated.get("results")
    if not isinstance(stated, list) or not all(isinstance(item, dict) for item in stated):
        raise OperatorError(
            f"{name} holds no list of objects",
            remedy="Give a list, or an object with the list under results",
        )
    return [(number, item) for number, item in enumerate(stated[:_MOST_ROWS], 1)]


def _csv_rows(text: str, name: str) -> list[Row]:
    head = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        lines = [(reader.line_num, line) for line in reader if any(cell.strip() for cell in line)]
    except csv.Error as error:
        raise OperatorError(
            f"{name} is no CSV file: line {reader.line_num}: {error}", remedy=_SAVE_AS
        ) from error
    if not lines:
        raise OperatorError(f"{name} is empty")
    columns = [cell.strip().lower() for cell in lines[0][1]]
    _refuse_twice(columns, name)
    rows: list[Row] = []
    for number, line in lines[1 : _MOST_ROWS + 1]:
        if len(line) > len(columns):
            raise OperatorError(
                f"{name}, line {number}: {len(line)} cells under {len(columns)} columns",
                remedy="Put texts that hold the separator between double quotes",
            )
        rows.append((number, dict(zip(columns, (cell.strip() for cell in line), strict=False))))
    return rows


def _refuse_twice(columns: Sequence[str], name: str) -> None:
    twice = sorted({column for column in columns if column and columns.count(column) > 1})
    if twice:
        raise OperatorError(f"{name} has two columns called {twice[0]!r}", remedy=_SAVE_AS)


def pick(row: Mapping[str, Any], *columns: str) -> str:
    """Return the first of some columns that says anything, as text; empty if none does."""
    for column in columns:
        value = row.get(column)
        if value is not None and not isinstance(value, dict | list) and str(value).strip():
            return " ".join(str(value).split())
    return ""


def need(rows: Iterable[Row], choices: Sequence[Sequence[str]], *, name: str, page: str) -> None:
    """Refuse a table in which a column is missing under each of its names.

    Args:
        rows: As read.
        choices: For each column that must be there, the names it may have.
        name: Of the file.
        page: Where the columns are documented.

    Raises:
        OperatorError: One is missing; names the columns that are there.
    """
    known = {column for _, row in rows for column in row}
    for names in choices:
        if known.isdisjoint(names):
            there = ", ".join(sorted(known)[:12]) or "none"
            raise OperatorError(
                f"{name} has no column {' or '.join(names)}",
                remedy=f"Its columns are: {there}. See {page}",
            )
