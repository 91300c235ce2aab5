"""Reads a report back: every figure of a page or of a file, by table."""

from __future__ import annotations

import csv
import io

from selectolax.lexbor import LexborHTMLParser

Figures = dict[str, list[list[str]]]


def figures_of_page(page: str) -> Figures:
    """Return by table the raw figures of an HTML report."""
    found: Figures = {}
    for table in LexborHTMLParser(page).css("[data-table]"):
        rows = [
            [cell.attributes["value"] or "" for cell in row.css("data")]
            for row in table.css("[data-row]")
        ]
        if table.attributes["data-table"] == "summary":
            titles = [title.text() for title in table.css("dt")]
            rows = [[title, *row] for title, row in zip(titles, rows, strict=True)]
        found[str(table.attributes["data-table"])] = rows
    return found


def figures_of_file(text: str) -> Figures:
    """Return by table the rows of a CSV report; tables without rows are left out."""
    found: Figures = {}
    widths: dict[str, int] = {}
    for name, kind, *fields in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")):
        if kind == "heading":
            widths[name] = len([field for field in fields if field])
        elif name in widths:
            found.setdefault(name, []).append(fields[: widths[name]])
    return found
