"""Checks that data cannot say: arithmetic on numbers, a comparison with the council's own facts.

A file of this folder that defines ``CHECKS`` offers checks; a rule takes one up with
``check = "file.name"``. Everything else about it (severity, reason, examples, digest)
stands in the rule, as for every other rule.

Beside it such a file may define ``HINTS``: what must stand in a text for a check to find anything
there at all. That is cheap to ask, and asked once for all checks that have it in common.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from operator import itemgetter
from typing import TYPE_CHECKING

from config.errors import RuleError

if TYPE_CHECKING:
    from config.rules import RuleData
    from config.types import RuleId
    from monitor.checks.base import Context, Material
    from monitor.checks.patterns import Span

_NAME = re.compile(r"^[a-z_]+\.[a-z_]+$")
_NUMBER = itemgetter(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """What a coded check found.

    Attributes:
        spans: Code points of the version's text, ordered; empty for an absence.
        reason: More exact than the rule's own reason; empty: the rule's.
        score: 0 to 1.
    """

    spans: tuple[Span, ...] = ()
    reason: str = ""
    score: float = 1.0


Check = Callable[["Material", "Context"], Iterable[Hit]]
"""Pure: no clock, network or database. All hits together make one finding."""
_ByHint = dict["re.Pattern[str] | None", "list[tuple[int, RuleData, Check]]"]


class Checks:
    """Every check that rules take up, sorted by what must stand in a text for it."""

    def __init__(self, rules: Iterable[RuleData]) -> None:
        """Find the checks.

        Raises:
            RuleError: There is no such check.
        """
        self._every = [
            (_named(rule), number, rule) for number, rule in enumerate(rules) if rule.check
        ]
        self._wanted: dict[frozenset[RuleId], _ByHint] = {}

    def to_ask(self, text: str, wanted: frozenset[RuleId]) -> list[tuple[RuleData, Check]]:
        """Return the checks that may find something in a text, in the order of their rules.

        Args:
            text: As published.
            wanted: Ids of the rules that may be asked.
        """
        by_hint = self._wanted.get(wanted)
        if by_hint is None:
            by_hint = self._wanted[wanted] = self._by_hint(wanted)
        asked: list[tuple[int, RuleData, Check]] = []
        for hint, checks in by_hint.items():
            if hint is None or hint.search(text) is not None:
                asked += checks
        return [(rule, check) for _, rule, check in sorted(asked, key=_NUMBER)] if asked else []

    def _by_hint(self, wanted: frozenset[RuleId]) -> _ByHint:
        """Sort some of the checks by their hints; there are as many selections as scopes."""
        by_hint: _ByHint = {}
        for (check, hint), number, rule in self._every:
            if rule.id in wanted:
                by_hint.setdefault(hint, []).append((number, rule, check))
        return by_hint


def check_named(rule: RuleData) -> Check:
    """Return the check that a rule takes up.

    Raises:
        RuleError: There is no such check.
    """
    return _named(rule)[0]


def _named(rule: RuleData) -> tuple[Check, re.Pattern[str] | None]:
    module_name, _, name = rule.check.partition(".")
    full = f"{__package__}.{module_name}"
    if _NAME.match(rule.check) and find_spec(full) is not None:
        module = import_module(full)
        checks: dict[str, Check] = getattr(module, "CHECKS", {})
        hints: dict[str, re.Pattern[str]] = getattr(module, "HINTS", {})
        if name in checks:
            return checks[name], hints.get(name)
    raise RuleError(
        f"there is no check {rule.check!r}",
        rule=rule.id,
        file=rule.file,
        remedy=f"Name one of CHECKS in a file of {str(__package__).replace('.', '/')}.",
    )
