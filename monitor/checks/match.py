"""A rule that matched, the finding it becomes, and the error of a check that failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.errors import CheckError
from config.types import Basis, Severity
from storage.values import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.rules import RuleData
    from monitor.checks.base import Material
    from monitor.checks.patterns import Span

_MOST_WORDS = 5
_LONGEST_WORDS = 200
# What a check can raise by a mistake of its own; anything else is not the check's doing.
MISTAKES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NameError,
    RuntimeError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleMatch:
    """A rule that matched, before anybody has decided what that means.

    Attributes:
        rule: The rule.
        digest: Its content digest.
        severity: The rule's, lowered for a member's account.
        spans: Code points of the version's text, ordered; empty for an absence.
        reason: Plain English for the Clerk.
        score: 0 to 1; 1.0 for a plain rule.
    """

    rule: RuleData
    digest: str
    severity: Severity
    spans: tuple[Span, ...]
    reason: str
    score: float = 1.0

    def finding(
        self, text: str, *, basis: Basis = Basis.PUBLISHED, context: str = "", reason: str = ""
    ) -> Finding:
        """Return the finding for a version's text.

        Args:
            text: ``material.words.text``.
            basis: Judged at its publishing time, or as still visible now.
            context: The polls and lists that mattered.
            reason: Instead of the match's own.
        """
        quotes = [text[start:end] for start, end in self.spans]
        return Finding(
            clause=self.rule.clause,
            topic=self.rule.topic,
            rule=self.rule.id,
            digest=self.digest,
            severity=self.severity,
            basis=basis,
            context=context,
            score=self.score,
            spans=self.spans,
            quote=quotes[0] if quotes else None,
            reason=reason or self.reason,
            matched=distinct(quotes),
            is_masked=self.rule.masked,
        )


def distinct(quotes: Sequence[str]) -> tuple[str, ...]:
    """Return the first few different words, whatever their case."""
    shown = {quote.casefold(): quote[:_LONGEST_WORDS] for quote in reversed(quotes)}
    return tuple(reversed(shown.values()))[:_MOST_WORDS]


def crashed(rule: str, material: Material) -> CheckError:
    """Say which check failed where, without a word of the post."""
    return CheckError(
        "the check failed", rule=rule, version=f"of {material.account or 'the given text'}"
    )
