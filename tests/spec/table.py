r"""Reads the tables of posts and what they must lead to.

A table is Markdown, one file a topic in this folder, with the columns kind, text and
expected, and any prose around it::

    | kind    | text                           | expected                   |
    |---------|--------------------------------|----------------------------|
    | council | Vote for the Greenfield Party! | terms.5                    |
    | council | Vote for your favourite bench! | quiet                      |
    | member  | Vote for the Greenfield Party! | quiet                      |

``expected`` is a clause, a rule (``topic/name``) or ``quiet``. ``\|`` is a bar and ``\n`` a
line end in a text; words after ``>>`` are those of a post that this one shares. A row that
expects ``freeze`` or a ``pre-election`` rule asks what would hold inside a window.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from config.types import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parent
_CELL = re.compile(r"(?<!\\)\|")
_COLUMNS = ["kind", "text", "expected"]
QUIET = "quiet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One post and what it must lead to.

    Attributes:
        table: Name of the file without its ending.
        line: Line in the file, counted from 1.
        kind: Whose account.
        text: The account's own words.
        shared: Words of a post that it shares; empty: none.
        expected: A clause, a rule or ``quiet``.
    """

    table: str
    line: int
    kind: Kind
    text: str
    shared: str
    expected: str

    def __str__(self) -> str:
        """Name the place, for a test's name."""
        return f"{self.table}-{self.line}"


def rows(folder: Path = FOLDER) -> list[Row]:
    """Read every table of a folder, in order of file and line.

    Raises:
        ValueError: A row has too few or too many cells, or an unknown kind; names the place.
    """
    return [row for file in sorted(folder.glob("*.md")) for row in _table(file)]


def _table(file: Path) -> Iterator[Row]:
    inside = False
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip().startswith("|"):
            inside = False
            continue
        cells = [cell.strip() for cell in _CELL.split(line.strip())[1:-1]]
        if cells == _COLUMNS:
            inside = True
        elif inside and set(line) - set("|-: "):
            yield _row(file, number, cells)


def _row(file: Path, number: int, cells: list[str]) -> Row:
    if len(cells) != len(_COLUMNS) or cells[0] not in list(Kind):
        raise ValueError(f"{file.name}, line {number}: not a row of kind, text and expected")
    text, _, shared = cells[1].replace("\\|", "|").replace("\\n", "\n").partition(">>")
    return Row(
        table=file.stem,
        line=number,
        kind=Kind(cells[0]),
        text=text.strip(),
        shared=shared.strip(),
        expected=cells[2].strip("`"),
    )
