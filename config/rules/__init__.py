"""The rules as data: one TOML file a topic, word lists beside them, each content pinned.

Rules name topics, the policy says which clause a topic falls under. What a rule says is
content: its digest is pinned in ``digests.toml`` under its number, and changed content
under an old number does not load (design.md, law 8). Whether the examples hold needs the
engine, so that is asked by ``clerkwatch rules test`` (`monitor.checks.examples`).
"""

from __future__ import annotations

import dataclasses
from datetime import date
from importlib import resources
from typing import TYPE_CHECKING

import tomli

from config.errors import RuleError
from config.rules.model import Example, Group, Near, RuleData, Unless
from config.rules.parse import parse_list, parse_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from config.policy import Policy

__all__ = [
    "PINS",
    "Example",
    "Group",
    "Near",
    "RuleData",
    "Unless",
    "load_rules",
    "parties_dated",
    "pin",
    "pins_of",
    "unpinned",
]

PINS = "digests.toml"
"""File beside the rules that pins each rule's number to the digest of its content."""


def load_rules(
    *,
    policy: Policy,
    extra: Path | None = None,
    replace: Path | None = None,
    groups: Iterable[str] = (),
) -> tuple[RuleData, ...]:
    """Load the bundled rules, or a folder's.

    Args:
        policy: Gives each topic its clause.
        extra: A council's own folder, added to the bundled rules.
        replace: A folder taken instead of the bundled rules (``rescan --rules``).
        groups: The town's own political groups: whatever speaks of registered parties speaks
            of them too.

    Returns:
        All rules, ordered by id.

    Raises:
        RuleError: A rule has no topic in the policy, reason, hits or near misses, stands
            twice, or changed under its number; names the rule and the file.
    """
    folders: list[Traversable] = [replace or resources.files(__name__)]
    if extra is not None:
        folders.append(extra)
    rules: dict[str, RuleData] = {}
    for folder in folders:
        for rule in _folder(folder, policy):
            known = rules.setdefault(rule.id, rule)
            if known is not rule:
                raise RuleError(
                    f"the same id stands in {known.file}",
                    rule=rule.id,
                    file=rule.file,
                    remedy="Give one of them another name.",
                )
    return tuple(with_groups((rules[id_] for id_ in sorted(rules)), groups))


def with_groups(rules: Iterable[RuleData], groups: Iterable[str]) -> Iterator[RuleData]:
    """Yield rules that take the town's own political groups for parties.

    Args:
        rules: As read; their content is pinned without the groups.
        groups: As people write them.
    """
    named = tuple(dict.fromkeys(" ".join(group.casefold().split()) for group in groups))
    if not named:
        yield from rules
        return
    file = resources.files(__name__).joinpath("lists", "parties.toml")
    parties = frozenset(parse_list(file.read_bytes(), file=str(file)).words)
    for rule in rules:
        need = tuple(
            dataclasses.replace(group, terms=(*group.terms, *named))
            if parties <= frozenset(group.terms)
            else group
            for group in rule.need
        )
        yield dataclasses.replace(rule, need=need)


def parties_dated() -> date:
    """Return when the list of registered parties was last looked over."""
    file = resources.files(__name__).joinpath("lists", "parties.toml")
    return date.fromisoformat(tomli.loads(file.read_text("utf-8"))["dated"])


def unpinned(rules: Iterable[RuleData], pins: Mapping[str, tuple[int, str]]) -> list[str]:
    """Return the ids of rules whose present number is not pinned, sorted."""
    return sorted(rule.id for rule in rules if pins.get(rule.id, (0, ""))[0] != rule.number)


def pins_of(folder: Traversable | None = None) -> dict[str, tuple[int, str]]:
    """Return what a folder's ``digests.toml`` pins: number and digest by rule id.

    Args:
        folder: Folder of rules; None: the bundled one.

    Raises:
        RuleError: The file cannot be read.
    """
    file = (folder or resources.files(__name__)).joinpath(PINS)
    if not file.is_file():
        return {}
    try:
        data = tomli.loads(file.read_text(encoding="utf-8"))
        return {
            rule: (int(entry["number"]), str(entry["digest"]))
            for rule, entry in data.get("rules", {}).items()
        }
    except (tomli.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError) as cause:
        raise RuleError(
            "not a table of numbers and digests",
            rule="digests",
            file=str(file),
            remedy="Write it again with scripts/pin-rules.sh.",
        ) from cause


def pin(rules: Iterable[RuleData], pins: Mapping[str, tuple[int, str]]) -> str:
    """Return the text of ``digests.toml`` for rules.

    Args:
        rules: As loaded.
        pins: What is pinned now.

    Returns:
        TOML, ordered by rule id; a rule that is gone keeps its line, so that its number
        cannot come back with other content.

    Raises:
        RuleError: A rule changed under its number, or its number went down.
    """
    lines = dict(pins)
    for rule in rules:
        _verify(rule, pins)
        lines[rule.id] = (rule.number, rule.digest())
    head = "# Written by scripts/pin-rules.sh. A rule whose content changes takes a new number.\n"
    return head + "".join(
        f'\n[rules."{id_}"]\nnumber = {number}\ndigest = "{digest}"\n'
        for id_, (number, digest) in sorted(lines.items())
    )


def _folder(folder: Traversable, policy: Policy) -> list[RuleData]:
    files = _files(folder)
    if not files:
        raise RuleError(
            "no rules in this folder",
            rule="rules",
            file=str(folder),
            remedy="Put one TOML file for each topic there.",
        )
    lists = {
        entry.name[:-5]: parse_list(_read(entry), file=str(entry))
        for entry in _files(folder.joinpath("lists"))
    }
    pins = pins_of(folder)
    rules = []
    for entry in files:
        found = parse_rules(
            _read(entry),
            file=str(entry),
            policy=policy,
            list_of=lists.__getitem__,
        )
        for rule in found:
            _verify(rule, pins)
        rules += found
    _no_twins(rules)
    return rules


def _files(folder: Traversable) -> list[Traversable]:
    if not folder.is_dir():
        return []
    entries = (entry for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return sorted(
        (entry for entry in entries if entry.name != PINS and not entry.name.startswith(".")),
        key=lambda entry: entry.name,
    )


def _read(file: Traversable) -> bytes:
    try:
        return file.read_bytes()
    except OSError as cause:
        raise RuleError(
            "cannot be read",
            rule="rules",
            file=str(file),
            remedy="Check that the service may read it.",
        ) from cause


def _verify(rule: RuleData, pins: Mapping[str, tuple[int, str]]) -> None:
    """Refuse changed content under an old number, and a number that went back."""
    number, digest = pins.get(rule.id, (0, ""))
    if rule.number < number or (rule.number == number and rule.digest() != digest):
        raise RuleError(
            f"its content changed, but its number is still {rule.number}",
            rule=rule.id,
            file=rule.file,
            remedy=f"Write number = {max(number, rule.number) + 1}, test it, pin it.",
        )


def _no_twins(rules: Iterable[RuleData]) -> None:
    seen: dict[str, RuleData] = {}
    for rule in rules:
        if rule.id in seen:
            raise RuleError(
                f"the same id stands in {seen[rule.id].file}",
                rule=rule.id,
                file=rule.file,
                remedy="Give one of them another name.",
            )
        seen[rule.id] = rule
