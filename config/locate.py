"""Where in a TOML file a key stands, so that an error can name the line.

The standard library's parser keeps no positions; a scan of table headers and keys is
enough for a configuration, and a wrong guess costs a line number, never a meaning.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?")
_KEY = re.compile(r"^\s*([A-Za-z0-9_-]+|\"[^\"]*\")\s*=")
_POSITION = re.compile(r"line (\d+)")


def toml_error_line(message: str) -> int | None:
    """Return the line that tomllib's message names, or None."""
    found = _POSITION.search(message)
    return int(found.group(1)) if found else None


def line_of(text: str, where: Sequence[str | int]) -> int | None:
    """Return the line (from 1) of a key, else of the nearest table around it, else None.

    Args:
        text: The TOML text.
        where: Path such as ``("accounts", 2, "kind")``; numbers count entries from 0.
    """
    lines: dict[tuple[str | int, ...], int] = {}
    counts: dict[str, int] = {}
    table: tuple[str | int, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            name = header.group(2)
            table = tuple(part.strip().strip('"') for part in name.split("."))
            if header.group(1) == "[[":
                index = counts.get(name, -1) + 1
                counts[name] = index
                table = (*table, index)
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            lines.setdefault((*table, key.group(1).strip('"')), number)
    path = tuple(where)
    while path:
        if path in lines:
            return lines[path]
        inside = [line for key, line in lines.items() if key[: len(path)] == path]
        if inside:
            return min(inside)
        path = path[:-1]
    return None
