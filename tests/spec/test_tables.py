"""Every row of every table, judged with the bundled rules."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import pytest

from config.policy import load_policy
from config.rules import load_rules
from config.types import Severity
from monitor.checks.judge import Judge
from tests.spec.table import QUIET, Row, rows
from tests.unit.checks.building import CONTEXT, material

if TYPE_CHECKING:
    from pathlib import Path

    from storage.values import Finding

ROWS = rows()


@lru_cache(maxsize=1)
def bundled_judge() -> Judge:
    """Return the judge over all bundled rules, built once."""
    policy = load_policy("elstree-borehamwood-2017")
    return Judge(policy, load_rules(policy=policy))


def findings(row: Row) -> list[Finding]:
    """Return what a row's post leads to; window rules where the row asks for them."""
    judged, in_window = bundled_judge().examine(
        material(row.text, kind=row.kind, shared=row.shared), CONTEXT
    )
    asks = row.expected.startswith(("freeze", "pre-election"))
    return [*judged.findings, *(in_window if asks else ())]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_row(row: Row) -> None:
    """A breach is found under its clause or rule; a look-alike leads to no case."""
    found = findings(row)
    if row.expected == QUIET:
        assert [one.rule for one in found if one.severity is not Severity.NOTE] == []
    else:
        assert row.expected in {one.clause for one in found} | {one.rule for one in found}


def test_every_table_has_both_sides() -> None:
    """A table without look-alikes proves half."""
    for table in {row.table for row in ROWS}:
        quiet = {row.expected == QUIET for row in ROWS if row.table == table}
        assert quiet == {True, False}, table


def test_reader(tmp_path: Path) -> None:
    """Bars, line ends, shared words and prose around the table are read as written."""
    (tmp_path / "made-up.md").write_text(
        "# Made up\n\n| kind | text | expected |\n|---|:--|---|\n"
        "| council | a \\| b\\nc >> shared | `terms.5` |\n| member | | quiet |\n\n"
        "| other | table |\n|---|---|\n| x | y |\n",
        encoding="utf-8",
    )
    first, second = rows(tmp_path)
    assert (first.text, first.shared, first.expected) == ("a | b\nc", "shared", "terms.5")
    assert (second.kind.value, second.text, str(second)) == ("member", "", "made-up-6")


@pytest.mark.parametrize("row", ["| council | x |", "| mayor | x | quiet |"])
def test_broken_row(tmp_path: Path, row: str) -> None:
    """A row that cannot be read is an error, not a row less."""
    (tmp_path / "made-up.md").write_text(f"| kind | text | expected |\n|---|---|---|\n{row}\n")
    with pytest.raises(ValueError, match=r"made-up\.md, line 3"):
        rows(tmp_path)
