"""The map of the house: one sentence a file, taken from the files themselves."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "architecture.md"
ROOMS = ("config", "connectors", "storage", "monitor")
BEGIN, END = "<!-- files: scripts/write-map.sh -->", "<!-- end of files -->"


def first_sentence(file: Path) -> str:
    """Return the first sentence of a module's docstring."""
    said = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return " ".join(said.split("\n\n", maxsplit=1)[0].split())


def table() -> str:
    """Return the table of every module of the four rooms."""
    lines = []
    for room in ROOMS:
        home = ROOT / room
        lines += ["", f"**{room}/** {first_sentence(home / '__init__.py')}", ""]
        lines += ["| file | what it is |", "|---|---|"]
        for file in sorted(home.rglob("*.py")):
            if file.name != "__init__.py" or file.parent != home:
                name = file.relative_to(home).as_posix().removesuffix("/__init__.py")
                lines.append(f"| `{name}` | {first_sentence(file)} |")
    return "\n".join(lines) + "\n"


def page() -> str:
    """Return the page with the table as it should be now."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
