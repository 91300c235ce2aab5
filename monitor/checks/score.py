"""Where a scored model sits beside the rules: one protocol, two thresholds.

A scorer gives each topic a score from 0 to 1 with the words that raised it. At or above the
upper threshold the finding opens a case; between the two it is a ``note``, kept with the
post and in no mail; below the lower one nothing is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from config.types import RuleId, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from config.types import Kind, TopicId
    from monitor.checks.normalise import Normal
    from monitor.checks.patterns import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What a scorer says of one text on one topic.

    Attributes:
        value: 0 to 1, calibrated.
        spans: The words that raised it, in code points of the text, ordered; may be empty.
    """

    value: float
    spans: tuple[Span, ...] = ()


class Scorer(Protocol):
    """A model: pure, the same text always scores the same."""

    @property
    def name(self) -> str:
        """Short name; the finding's rule is ``topic/name``."""
        ...

    @property
    def digest(self) -> str:
        """16 hexadecimal digits over everything that can change a score."""
        ...

    def score(self, normal: Normal) -> Mapping[TopicId, Score]:
        """Score a text made plain; topics without a word on them are left out.

        Spans count code points of ``normal.original``.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """When a score counts, for one topic.

    Attributes:
        lower: From here on it is a note; 0 to ``upper``.
        upper: From here on it opens a case; up to 1.
        reason: Plain English for the Clerk.
        masked: Never quoted in a mail.
        others: Also judged on other authors' posts and comments.
        harmless: Why it may be fine, for the Clerk.
    """

    lower: float
    upper: float
    reason: str
    masked: bool = False
    others: bool = False
    harmless: str = ""

    def __post_init__(self) -> None:
        """Refuse thresholds in the wrong order.

        Raises:
            ValueError: Not ``0 <= lower <= upper <= 1``.
        """
        if not 0 <= self.lower <= self.upper <= 1:
            raise ValueError(f"thresholds {self.lower} and {self.upper} are not in order")

    def severity(self, value: float) -> Severity | None:
        """Return what a score comes to; None: nothing."""
        if value >= self.upper:
            return Severity.REVIEW
        return Severity.NOTE if value >= self.lower else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredModel:
    """A scorer with its thresholds, as the judge takes it.

    Attributes:
        scorer: The model.
        thresholds: By topic; a topic without any is not asked.
        kinds: Kinds whose thresholds differ, by topic and kind.
        window: By topic the score that opens a case inside an election window.
        window_only: Topics that count nowhere else.
    """

    scorer: Scorer
    thresholds: Mapping[TopicId, Thresholds]
    kinds: Mapping[tuple[TopicId, Kind], Thresholds] = field(default_factory=dict)
    window: Mapping[TopicId, float] = field(default_factory=dict)
    window_only: frozenset[TopicId] = frozenset()

    def rule(self, topic: TopicId) -> RuleId:
        """Return the id under which findings on a topic stand."""
        return RuleId(f"{topic}/{self.scorer.name}")

    def at(self, topic: TopicId, kind: Kind) -> Thresholds | None:
        """Return the thresholds for a topic on an account of a kind."""
        return self.kinds.get((topic, kind)) or self.thresholds.get(topic)

    def stated(self) -> str:
        """Return everything that can change a finding, for the judge's digest."""
        limits = [
            f"{topic} {limits.lower} {limits.upper} {limits.others} {limits.masked}"
            for topic, limits in sorted(self.thresholds.items())
        ]
        limits += [
            f"{topic} {kind} {limits.lower} {limits.upper} {limits.others} {limits.masked}"
            for (topic, kind), limits in sorted(self.kinds.items())
        ]
        limits += [f"{topic} {least}" for topic, least in sorted(self.window.items())]
        limits += sorted(self.window_only)
        return f"{self.scorer.name} {self.scorer.digest} {limits}"
