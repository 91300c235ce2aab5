"""Where a scored model sits beside the rules: one protocol, two thresholds.

A scorer gives each topic a score from 0 to 1 with the words that raised it. At or above the
upper threshold the finding opens a case; between the two it is a ``note``, kept with the
post and in no mail; below the lower one nothing is kept.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from config.errors import SettingsError
from config.rules.tuning import UNTUNED, chosen
from config.types import Kind, RuleId, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from config.rules.tuning import Tuning
    from config.types import TopicId
    from monitor.checks.normalise import Normal
    from monitor.checks.patterns import Span


class Score:
    """What a scorer says of one text on one topic.

    Attributes:
        value: 0 to 1, calibrated.
        alone: What it would be if no other topic were there to explain the text better; never
            less than ``value``.
    """

    __slots__ = ("_spans", "alone", "value")

    def __init__(
        self,
        value: float,
        spans: tuple[Span, ...] | Callable[[], tuple[Span, ...]] = (),
        *,
        alone: float | None = None,
    ) -> None:
        """Keep a score.

        Args:
            value: 0 to 1, calibrated.
            spans: The words that raised it, or what finds them once they are asked for: of
                most scores nobody asks.
            alone: Without other topics; None: the same.
        """
        self.value = value
        self.alone = value if alone is None else alone
        self._spans = spans

    @property
    def spans(self) -> tuple[Span, ...]:
        """The words that raised it, in code points of the text, ordered; may be empty."""
        if not isinstance(self._spans, tuple):
            self._spans = self._spans()
        return self._spans


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

    def forget(self) -> None:
        """Let go of what was kept to be quick with the next text; no score changes by it."""
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
        shadow: On trial: whatever counts is a note.
    """

    lower: float
    upper: float
    reason: str
    masked: bool = False
    others: bool = False
    harmless: str = ""
    shadow: bool = False

    def __post_init__(self) -> None:
        """Refuse thresholds in the wrong order.

        Raises:
            ValueError: Not ``0 <= lower <= upper <= 1``.
        """
        if not 0 <= self.lower <= self.upper <= 1:
            raise ValueError(f"thresholds {self.lower} and {self.upper} are not in order")

    def severity(self, value: float) -> Severity | None:
        """Return what a score comes to; None: nothing."""
        if value >= self.upper and not self.shadow:
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
        set_by_council: Topics for which a council has set something.
        doubt: By topic the score, taken alone, below which a rule's finding under the topic's
            clause is doubted; topics without any doubt nothing.
    """

    scorer: Scorer
    thresholds: Mapping[TopicId, Thresholds]
    kinds: Mapping[tuple[TopicId, Kind], Thresholds] = field(default_factory=dict)
    window: Mapping[TopicId, float] = field(default_factory=dict)
    window_only: frozenset[TopicId] = frozenset()
    set_by_council: frozenset[TopicId] = frozenset()
    doubt: Mapping[TopicId, float] = field(default_factory=dict)

    def rule(self, topic: TopicId) -> RuleId:
        """Return the id under which findings on a topic stand."""
        return RuleId(f"{topic}/{self.scorer.name}")

    def at(self, topic: TopicId, kind: Kind) -> Thresholds | None:
        """Return the thresholds for a topic on an account of a kind."""
        return self.kinds.get((topic, kind)) or self.thresholds.get(topic)

    def digest(self, topic: TopicId) -> str:
        """Return what a topic's findings are made with: 16 hexadecimal digits.

        The scorer's; where a council has set something, its thresholds are in it too, so that a
        changed one makes another finding.
        """
        if topic not in self.set_by_council:
            return self.scorer.digest
        limits = [f"{kind} {self.at(topic, kind)}" for kind in Kind]
        packed = "\n".join([self.scorer.digest, f"{self.window.get(topic)}", *limits])
        return hashlib.sha256(packed.encode()).hexdigest()[:16]

    def tuned(self, tuning: Tuning) -> ScoredModel:
        """Return the model as a council wants it.

        Raises:
            SettingsError: A topic would be noted only above the score that opens a case.
        """
        if tuning == UNTUNED:
            return self
        kinds = dict(self.kinds)
        touched = set()
        for topic in self.thresholds:
            for kind in Kind:
                limits = self.at(topic, kind)
                wanted = _tuned(limits, self.rule(topic), kind, tuning) if limits else None
                if wanted is not None and wanted != limits:
                    kinds[topic, kind] = wanted
                    touched.add(topic)
        return replace(self, kinds=kinds, set_by_council=frozenset(touched))

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
        limits += [f"{topic} {self.digest(topic)}" for topic in sorted(self.set_by_council)]
        limits += [f"{topic} doubt {least}" for topic, least in sorted(self.doubt.items())]
        return f"{self.scorer.name} {self.scorer.digest} {limits}"


def _tuned(limits: Thresholds, rule: RuleId, kind: Kind, tuning: Tuning) -> Thresholds:
    """Return thresholds as a council wants them."""
    upper = chosen(tuning.opens_at, rule, kind)
    lower = chosen(tuning.noted_at, rule, kind)
    upper = limits.upper if upper is None else upper
    lower = min(limits.lower, upper) if lower is None else lower
    if lower > upper:
        raise SettingsError(
            f"{rule} would be noted from {lower} on and open a case from {upper} on",
            key="rules.noted_at",
            remedy="Write a score that is not above the one in opens_at",
        )
    quiet = chosen(tuning.severity, rule, kind) is Severity.NOTE
    return replace(limits, lower=lower, upper=upper, shadow=tuning.is_shadow(rule) or quiet)
