"""How loud a council wants each rule: on trial, of another severity, on some kinds of account.

What a rule says is its own content, under its number; this lies over it and is no part of it.
A change here changes the digest of the rules that it touches, so stored posts are judged again.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from config.errors import SettingsError
from config.types import Kind, Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    from config.rules.model import RuleData

Value = TypeVar("Value", Severity, float)


@dataclass(frozen=True, slots=True, kw_only=True)
class Level(Generic[Value]):
    """One thing that the council sets.

    Attributes:
        which: A rule's id, or a topic.
        kind: On accounts of this kind only; None: on all.
        value: Severity, or score from 0 to 1.
    """

    which: str
    kind: Kind | None
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """Everything that a council sets about its rules.

    Attributes:
        folder: Rules of its own, added to the bundled ones; None: none.
        shadow: Rules or topics that are judged and counted, and are in no mail.
        severity: Severities in place of the rules' own.
        opens_at: Scores from which a topic of the tables opens a case.
        noted_at: Scores from which it is noted.
    """

    folder: Path | None = None
    shadow: frozenset[str] = frozenset()
    severity: tuple[Level[Severity], ...] = ()
    opens_at: tuple[Level[float], ...] = ()
    noted_at: tuple[Level[float], ...] = ()

    def is_shadow(self, rule: str) -> bool:
        """Return whether a rule (``topic/name``) is on trial."""
        return rule in self.shadow or topic_of(rule) in self.shadow


UNTUNED = Tuning()


def topic_of(rule: str) -> str:
    """Return the topic of a rule's id."""
    return rule.partition("/")[0]


def chosen(levels: Sequence[Level[Value]], rule: str, kind: Kind) -> Value | None:
    """Return what is set for a rule on a kind of account; None: nothing.

    What names the rule goes before what names its topic, and of two such what names the kind.
    """
    found = [one for one in levels if one.which in {rule, topic_of(rule)} and kind_fits(one, kind)]
    found.sort(key=lambda one: (one.which == rule, one.kind is not None))
    return found[-1].value if found else None


def kind_fits(level: Level[Value], kind: Kind) -> bool:
    """Return whether something is set for a kind of account."""
    return level.kind is None or level.kind is kind


def tuned(rules: Iterable[RuleData], tuning: Tuning) -> tuple[RuleData, ...]:
    """Return rules as a council wants them; their pinned content stays what it is."""
    return tuple(_tuned(rule, tuning) for rule in rules)


def _tuned(rule: RuleData, tuning: Tuning) -> RuleData:
    if tuning.is_shadow(rule.id):
        return dataclasses.replace(rule, severity=Severity.NOTE, shadow=True)
    by_kind = tuple(
        (kind, severity)
        for kind in Kind
        if (severity := chosen(tuning.severity, rule.id, kind)) is not None
        and severity is not rule.severity
    )
    return dataclasses.replace(rule, by_kind=by_kind) if by_kind else rule


def check_names(tuning: Tuning, rules: Iterable[RuleData], scored: Collection[str]) -> None:
    """Refuse settings for what is not there: a misspelt one would do nothing, silently.

    Args:
        tuning: What the council sets.
        rules: Every rule, as loaded.
        scored: Ids under which the tables' findings stand.

    Raises:
        SettingsError: Names the setting and what is not known.
    """
    by_table = {topic_of(rule) for rule in scored}
    known: set[str] = {rule.id for rule in rules} | set(scored)
    known |= {topic_of(rule) for rule in known}
    places = {
        "shadow": tuning.shadow,
        "severity": [one.which for one in tuning.severity],
        "opens_at": [one.which for one in tuning.opens_at],
        "noted_at": [one.which for one in tuning.noted_at],
    }
    for place, names in places.items():
        of_table = place in {"opens_at", "noted_at"}
        for name in sorted(set(names) - (by_table if of_table else known)):
            what = "no topic of the tables is called" if of_table else "no rule or topic is called"
            listed = ", ".join(sorted(by_table))
            raise SettingsError(
                f"{what} {name!r}",
                key=f"rules.{place}",
                remedy=f"There are: {listed}" if of_table else "See: clerkwatch rules list",
            )
