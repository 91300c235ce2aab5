"""Checks that data cannot say: arithmetic on numbers, a comparison with the council's own facts.

A file of this folder that defines ``CHECKS`` offers checks; a rule takes one up with
``check = "file.name"``. Everything else about it (severity, reason, examples, digest)
stands in the rule, as for every other rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from config.errors import RuleError

if TYPE_CHECKING:
    from config.rules import RuleData
    from monitor.checks.base import Context, Material
    from monitor.checks.patterns import Span

_NAME = re.compile(r"^[a-z_]+\.[a-z_]+$")


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


def check_named(rule: RuleData) -> Check:
    """Return the check that a rule takes up.

    Raises:
        RuleError: There is no such check.
    """
    module_name, _, name = rule.check.partition(".")
    full = f"{__package__}.{module_name}"
    if _NAME.match(rule.check) and find_spec(full) is not None:
        checks: dict[str, Check] = getattr(import_module(full), "CHECKS", {})
        if name in checks:
            return checks[name]
    raise RuleError(
        f"there is no check {rule.check!r}",
        rule=rule.id,
        file=rule.file,
        remedy=f"Name one of CHECKS in a file of {str(__package__).replace('.', '/')}.",
    )
