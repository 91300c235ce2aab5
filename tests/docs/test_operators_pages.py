"""The pages on doctor's checks and on the journal's events, held against the source."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.examining.daemon import TOLD

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "operators"
LEVELS = {
    "debug": "debug",
    "info": "info",
    "warning": "warning",
    "error": "error",
    "exception": "error",
    "critical": "critical",
}
_ROW = re.compile(r"^\| (?:`(?P<name>[^`]+)`) \|(?P<rest>.+)\|$", re.MULTILINE)


def sources() -> Iterator[tuple[Path, ast.Module]]:
    """Go through every module that runs, in its own words."""
    for room in ("config", "connectors", "monitor", "storage"):
        for file in sorted((ROOT / room).rglob("*.py")):
            if not {"demo", "training"} & set(file.parts):
                yield file, ast.parse(file.read_text("utf-8"))


def rows(page: str) -> dict[str, list[str]]:
    """Return a page's table by the name in the first column."""
    text = (PAGES / page).read_text("utf-8")
    found = [(one["name"], one["rest"]) for one in _ROW.finditer(text)]
    assert len({name for name, _ in found}) == len(found), "a name stands there twice"
    return {name: [part.strip() for part in rest.split("|")] for name, rest in found}


# --- doctor ---------------------------------------------------------------------------------


def shown(value: ast.expr) -> str | None:
    """Return a name as the page writes it; None for one that is worked out elsewhere."""
    if isinstance(value, ast.Constant):
        return str(value.value)
    if isinstance(value, ast.JoinedStr):
        parts = ("…" if isinstance(one, ast.FormattedValue) else shown(one) for one in value.values)
        return "".join(part or "" for part in parts)
    return None


def checks() -> dict[str, set[str]]:
    """Return every check's name in the source, with the states that stand beside it there."""
    found: dict[str, set[str]] = defaultdict(set)
    for file, tree in sources():
        if not any(
            isinstance(node, ast.ImportFrom)
            and node.module == "monitor.diagnosis"
            and any(alias.name == "Check" for alias in node.names)
            for node in ast.walk(tree)
        ):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Check":
                given = {one.arg: one.value for one in node.keywords}
                state = shown(given["state"])
                for name in named(given["name"], file, tree):
                    found[name] |= {state} if state else set()
    return found


def named(value: ast.expr, file: Path, tree: ast.Module) -> list[str]:
    """Return what a check may be called: as it stands there, or as the module works it out."""
    name = shown(value)
    if name is not None:
        return [] if name.startswith("…") else [name]
    if file.name == "daemon.py":
        return list(TOLD)
    made = (
        node.value
        for node in ast.walk(tree)
        if isinstance(node, (ast.Assign, ast.Return)) and isinstance(node.value, ast.JoinedStr)
    )
    known = re.compile(r"account …|(SPF|DKIM|DMARC) of …")
    return [one for one in map(shown, made) if one and known.fullmatch(one)]


def test_every_check_of_doctor_stands_on_its_page_with_a_remedy() -> None:
    """And no other; with every state that it may have, besides being well."""
    page, source = rows("doctor.md"), checks()

    assert sorted(page) == sorted(source)
    for name, (states, what, remedy) in page.items():
        assert what, name
        assert remedy, name
        unsaid = source[name] - {"well"} - set(states.split(", "))
        # A variable name stands for several checks of a module: their states are their sum.
        assert not unsaid or "…" in name or name in TOLD, (name, unsaid)


# --- the journal ----------------------------------------------------------------------------


def events() -> tuple[dict[str, set[str]], dict[str, set[str]], dict[str, set[str]]]:
    """Return of each event its levels, its own keys, and those that its module binds."""
    levels: dict[str, set[str]] = defaultdict(set)
    keys: dict[str, set[str]] = defaultdict(set)
    bound: dict[str, set[str]] = defaultdict(set)
    for file, tree in sources():
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        methods = [
            (call, call.func)
            for call in calls
            if isinstance(call.func, ast.Attribute)
            and "log" in ast.unparse(call.func.value).lower()
        ]
        binds = {
            str(key.arg)
            for call, method in methods
            if method.attr == "bind"
            for key in call.keywords
        }
        for call, method in methods:
            if method.attr not in LEVELS or not call.args:
                continue
            event = shown(call.args[0])
            assert isinstance(call.args[0], ast.Constant), f"{file}: no fixed event: {event}"
            levels[str(event)].add(LEVELS[method.attr])
            keys[str(event)] |= {str(key.arg) for key in call.keywords} - {"exc_info"}
            bound[str(event)] |= binds
    return levels, keys, bound


def test_every_event_of_the_journal_stands_on_its_page() -> None:
    """And no other; with its level, its keys, and what it means."""
    page = rows("logs.md")
    levels, keys, bound = events()

    assert sorted(page) == sorted(levels)
    for event, (level, listed, meaning) in page.items():
        said = set(re.findall(r"`([^`]+)`", listed))
        assert {level} == levels[event], event
        assert keys[event] <= said <= keys[event] | bound[event], event
        assert meaning, event
