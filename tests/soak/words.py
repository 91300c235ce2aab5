"""What the town posts: the rules' own examples and near misses, each made a post of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.types import Kind, Severity, SubjectKind
from monitor.checks.base import Material
from monitor.desk import Desk
from storage.values import Words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from random import Random

    from config.rules.model import RuleData

_MOST_TRIES = 400


class Vocabulary:
    """Draws texts of a wanted weight; what a text weighs is asked of the rules themselves.

    So the month does not ask whether judging is right (the tables in ``tests/spec`` do), but
    whether everything that is judged so is kept, told once, and in time.
    """

    def __init__(self, random: Random, *, as_of: datetime) -> None:
        """Load the bundled rules.

        Args:
            random: Draws; the same seed gives the same texts.
            as_of: The month's beginning; aware.
        """
        self._random = random
        self._desk = Desk.open(None, as_of=as_of)
        self._texts = sorted(
            {text for rule in self._desk.bench.judge.rules for text in _examples(rule)}
        )
        self._number = 1000

    def draw(
        self, weight: Severity | None, *, title: bool = False, under: str = ""
    ) -> tuple[str, str]:
        """Return a headline (empty unless asked for) and words that nobody wrote before.

        Args:
            weight: `Severity.URGENT`, `Severity.REVIEW`, or None: nothing that opens a case.
            title: The platform shows a headline.
            under: The headline that stands there already; it is weighed with the words.
        """
        for _ in range(_MOST_TRIES):
            self._number += 1
            text = f"{self._random.choice(self._texts)} Notice {self._number}."
            headline = under or (f"Town notice {self._number}" if title else "")
            if self._weight(f"{headline}\n{text}".strip()) is weight:
                return headline, text
        raise LookupError(f"no example of any rule is {weight}")

    def _weight(self, text: str) -> Severity | None:
        material = Material(words=Words(text=text, own_length=len(text)))
        found = {finding.severity for finding in self._desk.judge(material).findings}
        return next((one for one in (Severity.URGENT, Severity.REVIEW) if one in found), None)


def _examples(rule: RuleData) -> Iterator[str]:
    """Yield a rule's examples that stand by themselves as a council's post."""
    if rule.in_window or SubjectKind.POST not in rule.on:
        return
    for one in (*rule.hits, *rule.near_misses):
        if not one.referenced and not one.fields and one.kind in {None, Kind.COUNCIL}:
            yield one.text
