"""docs/security.md names tests: each of them is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "security.md"


def test_every_line_of_the_threat_model_names_a_test_that_is_there() -> None:
    """A test that was renamed or removed proves nothing any more."""
    text = PAGE.read_text("utf-8")
    lines = [line for line in text.splitlines() if line.startswith("|") and "tests/" in line]
    named = re.findall(r"`(tests/[\w/.]+\.py)(?:::(test_\w+))?`", text)
    assert len(lines) >= 30
    assert len(named) >= len(lines)
    for file, test in named:
        place = ROOT / file
        assert place.is_file(), file
        found = place.read_text("utf-8")
        assert f"def {test}(" in found if test else "def test_" in found, f"{file}::{test}"


def test_every_threat_has_an_answer_and_a_proof() -> None:
    """No line of a table of threats is left without a test."""
    doors = PAGE.read_text("utf-8").partition("## Doors")[2].partition("## What is not")[0]
    for line in doors.splitlines():
        if line.startswith("| ") and not line.startswith("| threat"):
            assert "`tests/" in line, line
