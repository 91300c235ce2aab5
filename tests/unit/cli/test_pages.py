"""What docs/ says about commands, settings, platforms and JSON is what the code does."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import connectors
from config.policy import load_policy
from config.sample import reference, sample
from tests.lib.pages import OPERATORS, PAGES, command_names, first_lines
from tests.lib.schemas import SCHEMAS

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", sorted(PAGES))
def test_the_generated_pages_are_up_to_date(name: str) -> None:
    """`make docs` would change nothing."""
    assert (OPERATORS / name).read_text("utf-8") == PAGES[name](), "run: make docs"


def test_every_line_of_help_is_whole_at_80_columns() -> None:
    """No command's first line is cut with dots in the list above it."""
    for name, line in first_lines().items():
        assert len(line) <= 80 - 2 - 11 - 2, name
        assert line.endswith("."), name


def test_every_command_has_a_json_schema_and_stands_in_the_document() -> None:
    """docs/json.md names each command that prints a value; only the daemon prints none."""
    text = (ROOT / "docs" / "json.md").read_text("utf-8")

    stated = {name.partition(" --")[0] for name in SCHEMAS}
    assert sorted(set(command_names()) - {"run"}) == sorted(stated)
    for name in SCHEMAS:
        assert f"`{name}`" in text, name


def test_every_key_of_a_schema_stands_in_the_document() -> None:
    """A key that scripts may rely on is documented."""
    text = (ROOT / "docs" / "json.md").read_text("utf-8")
    words = set(re.findall(r"[a-z0-9_]+", text))

    for name, schema in SCHEMAS.items():
        assert set(_keys(schema)) <= words, name


def _keys(schema: object) -> list[str]:
    if isinstance(schema, dict):
        own = list(schema.get("properties", {}))
        return own + [key for inner in schema.values() for key in _keys(inner)]
    if isinstance(schema, list):
        return [key for inner in schema for key in _keys(inner)]
    return []


def test_every_setting_stands_in_the_sample_and_in_the_reference() -> None:
    """What `init` writes shows each key, live or as a comment."""
    text = sample({})
    for key, _default, _example, meaning in reference():
        name = key.rsplit(".", 1)[-1]
        assert re.search(rf"^(# )?{name} = ", text, re.MULTILINE), key
        assert meaning
    assert tomllib.loads(text)["council"]["timezone"] == "Europe/London"


def test_every_platform_has_a_page() -> None:
    """docs/connectors/ tells how to set each platform up."""
    for name in connectors.names():
        assert (ROOT / "docs" / "connectors" / f"{name}.md").is_file(), name


def test_every_clause_stands_on_the_clerks_page() -> None:
    """docs/clerks/clauses.md has each clause of the bundled policy."""
    text = (ROOT / "docs" / "clerks" / "clauses.md").read_text("utf-8")
    for clause in load_policy("elstree-borehamwood-2017").clauses.values():
        assert f": {clause.title}\n" in text, clause.id


def test_links_between_documents_lead_somewhere() -> None:
    """No page points at a file that is not there."""
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "systemd").glob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"
