"""What scored models say beside the rules: findings of their own, and doubt about a rule's.

A rule sees a few words, a table all of them. Where the table finds that the whole post reads
like harmless ones, what a rule found there is kept as a note: in no mail, but with the post and
in ``check --json``, with the reason. Never doubted are rules that are urgent, masked or coded
or for referendums, topics for which the table states no bound, and political ones where the
table finds the post political enough for a case.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from config.errors import CheckError
from config.rules.model import POLITICAL, REFERENDUM_ONLY
from config.types import Severity, SubjectKind
from monitor.checks.match import MISTAKES, crashed, distinct
from monitor.checks.matcher import MOST_SPANS
from storage.values import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from config.policy import Policy
    from config.types import ClauseId, Kind, RuleId, TopicId
    from monitor.checks.base import Material
    from monitor.checks.match import RuleMatch
    from monitor.checks.normalise import Normal
    from monitor.checks.score import Score, ScoredModel, Thresholds

MOST_DOUBTED = 600
"""Longest text of which a table may doubt a rule, in characters: about the longest it was measured
on. In a longer one harmless words outweigh whatever stands beside them."""
DOUBTED = "Taken together, the words of the post are like those of harmless ones: only a note."

Said = tuple[tuple["ScoredModel", "Mapping[TopicId, Score]"], ...]
"""What each model says of one text."""


class Scored(NamedTuple):
    """What a model says of one text on one topic that binds its account."""

    model: ScoredModel
    topic: TopicId
    clause: ClauseId
    score: Score
    limits: Thresholds

    @property
    def in_window_only(self) -> bool:
        """Whether it counts nowhere but inside an election window."""
        return self.topic in self.model.window_only

    def counts_in_window(self) -> bool:
        """Whether it opens a case inside a window, and would not outside."""
        least = self.model.window.get(self.topic)
        if self.limits.shadow or least is None or self.score.value < least:
            return False
        return self.in_window_only or self.score.value < self.limits.upper

    def finding(self, text: str, severity: Severity) -> Finding:
        """Return the finding for a version's text."""
        spans = self.score.spans[:MOST_SPANS]
        quotes = [text[start:end] for start, end in spans]
        return Finding(
            clause=self.clause,
            topic=self.topic,
            rule=self.model.rule(self.topic),
            digest=self.model.digest(self.topic),
            severity=severity,
            score=self.score.value,
            spans=spans,
            quote=quotes[0] if quotes else None,
            reason=self.limits.reason,
            matched=distinct(quotes),
            is_masked=self.limits.masked,
        )


class _Bound(NamedTuple):
    """A topic that binds an account, with what it comes to there."""

    topic: TopicId
    clause: ClauseId
    limits: Thresholds
    in_window_only: bool


class Opinions:
    """Every scored model under one policy."""

    def __init__(self, policy: Policy, models: Sequence[ScoredModel]) -> None:
        """Sort the models' topics by the clauses they fall under; another policy may have fewer."""
        self._policy = policy
        self._models = tuple(models)
        self._binding: dict[tuple[int, Kind, bool], tuple[_Bound, ...]] = {}
        self._bounds: dict[ClauseId, list[tuple[int, TopicId, float]]] = {}
        for number, model in enumerate(self._models):
            for topic, least in model.doubt.items():
                if topic in policy.topics:
                    bounds = self._bounds.setdefault(policy.clause(topic).id, [])
                    bounds.append((number, topic, least))

    @property
    def harmless(self) -> dict[RuleId, str]:
        """Why what a model finds may be fine, by the id under which it stands."""
        return {
            model.rule(topic): limits.harmless
            for model in self._models
            for topic, limits in model.thresholds.items()
        }

    @property
    def digests(self) -> dict[RuleId, str]:
        """Each model's digest, by the ids under which its findings stand."""
        return {
            model.rule(topic): model.digest(topic)
            for model in self._models
            for topic in model.thresholds
        }

    def stated(self) -> list[str]:
        """Return everything that can change a finding, for the judge's digest."""
        return [f"model {model.stated()}" for model in self._models]

    def forget(self) -> None:
        """Let go of what models keep to be quick."""
        for model in self._models:
            model.scorer.forget()

    def ask(self, normal: Normal, material: Material) -> tuple[Said, list[str]]:
        """Return what each model says, and which could not be asked."""
        said: list[tuple[ScoredModel, Mapping[TopicId, Score]]] = []
        not_judged: list[str] = []
        for model in self._models:
            try:
                said.append((model, _scores(model, normal, material)))
            except CheckError as failed:
                not_judged.append(failed.what)
        return tuple(said), not_judged

    def heard(
        self, material: Material, said: Said
    ) -> tuple[dict[ClauseId, float], list[tuple[Scored, Severity]]]:
        """Return what models say outside election windows on the topics that bind this account.

        Returns:
            The highest score by clause, and what scores high enough to be noted.
        """
        scores: dict[ClauseId, float] = {}
        noted: list[tuple[Scored, Severity]] = []
        for model, bound, of_model in self._bound_by(material, said):
            for topic, clause, limits, in_window_only in bound:
                score = of_model.get(topic)
                if score is None or in_window_only:
                    continue
                value = score.value
                if value >= scores.get(clause, 0.0):
                    scores[clause] = value
                severity = limits.severity(value) if value >= limits.lower else None
                if severity is not None:
                    noted.append((Scored(model, topic, clause, score, limits), severity))
        return scores, noted

    def in_window(self, material: Material, said: Said) -> list[Scored]:
        """Return what opens a case inside an election window, and would not outside."""
        scored = (
            Scored(model, topic, clause, of_model[topic], limits)
            for model, bound, of_model in self._bound_by(material, said)
            for topic, clause, limits, _ in bound
            if topic in model.window and topic in of_model
        )
        return [one for one in scored if one.counts_in_window()]

    def weighed(self, match: RuleMatch, said: Said, *, of: str) -> RuleMatch:
        """Return a match as it stands once the models were heard: as found, or as a note.

        Args:
            match: What a rule found.
            said: What the models say of the same text.
            of: The text.
        """
        bounds = self._bounds.get(match.rule.clause)
        if not bounds or not may_be_doubted(match) or len(of) > MOST_DOUBTED:
            return match
        if len(said) < len(self._models):  # one could not be asked
            return match
        for number, topic, least in bounds:
            score = said[number][1].get(topic)
            # Alone: what another clause explains better does not read like a harmless post.
            if score is None or score.alone >= least:
                return match
        if match.rule.topic in POLITICAL and _is_partisan(said):
            return match
        return replace(match, severity=Severity.NOTE, reason=f"{match.reason} {DOUBTED}")

    def _bound_by(
        self, material: Material, said: Said
    ) -> Iterator[tuple[ScoredModel, Sequence[_Bound], Mapping[TopicId, Score]]]:
        """Yield each model with the topics that bind an account, and its scores."""
        if material.subject is SubjectKind.POST:
            for model, scores in said:
                yield model, self._topics(model, material), scores

    def _topics(self, model: ScoredModel, material: Material) -> tuple[_Bound, ...]:
        """Return which topics bind an account; worked out once for each kind."""
        case = (self._models.index(model), material.kind, bool(material.author))
        if case not in self._binding:
            self._binding[case] = tuple(self._bound(model, material))
        return self._binding[case]

    def _bound(self, model: ScoredModel, material: Material) -> Iterator[_Bound]:
        for topic in model.thresholds:
            limits = model.at(topic, material.kind)
            if limits is None or topic not in self._policy.topics:
                continue  # another council's policy need not speak of it
            clause = self._policy.clause(topic).id
            is_asked = not material.author or (limits.others and topic not in POLITICAL)
            if is_asked and self._policy.applies(clause, material.kind):
                yield _Bound(topic, clause, limits, topic in model.window_only)


def may_be_doubted(match: RuleMatch) -> bool:
    """Return whether a model may make a note of a rule's match."""
    rule = match.rule
    is_law = rule.id.partition("/")[2].startswith(
        REFERENDUM_ONLY
    )  # asking people to vote reads harmless
    return match.severity is Severity.REVIEW and not (rule.masked or rule.check or is_law)


def _is_partisan(said: Said) -> bool:
    """Return whether a table finds a post political enough for a case of its own.

    Such a post does not read like a harmless one of a window, nor the other way round.
    """
    return any(
        topic in POLITICAL and score.value >= limits.upper
        for model, scores in said
        for topic, limits in model.thresholds.items()
        if (score := scores.get(topic)) is not None
    )


def _scores(model: ScoredModel, normal: Normal, material: Material) -> Mapping[TopicId, Score]:
    try:
        return model.scorer.score(normal)
    except MISTAKES as cause:
        raise crashed(model.scorer.name, material) from cause
