"""Judging one version: rules, coded checks and scored models, each within its scope.

::

    material | language | matcher + coded checks -> matches          (`Judge.matches`)
    matches  | not the window's rules | severity by kind -> findings (`Judge.judge`)
    material | scored models | thresholds -> findings
    a check that crashed -> not_judged, never clean

Pure: no clock, network or database. The judge is built once and safe in any thread.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.errors import CheckError
from config.types import Basis, Kind, RuleId, Severity, SubjectKind
from monitor.checks.base import Judgement
from monitor.checks.coded import check_named
from monitor.checks.language import foreign
from monitor.checks.layout import Sources, without_nested
from monitor.checks.matcher import MOST_SPANS, Matcher
from storage.values import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from config.policy import Policy
    from config.rules import RuleData
    from config.types import ClauseId, TopicId
    from monitor.checks.base import Context, Material
    from monitor.checks.coded import Check
    from monitor.checks.normalise import Normal
    from monitor.checks.patterns import Span
    from monitor.checks.score import Score, ScoredModel, Thresholds

ENGINE = "2"
"""Edition of the engine: raised when normalising, matching or a coded check changes what is
found, so that every stored version is judged again."""

_MOST_WORDS = 5
_LONGEST_WORDS = 200
# What a check can raise by a mistake of its own; anything else is not the check's doing.
_MISTAKES = (
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
            matched=_distinct(quotes),
            is_masked=self.rule.masked,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """All that matched in one version, what models say of it, and what could not be asked."""

    found: tuple[RuleMatch, ...] = ()
    scored: tuple[tuple[ScoredModel, Mapping[TopicId, Score]], ...] = ()
    not_judged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scored:
    """What a model says of one text on one topic that binds its account."""

    model: ScoredModel
    topic: TopicId
    clause: ClauseId
    score: Score
    limits: Thresholds

    @property
    def in_window_only(self) -> bool:
        return self.topic in self.model.window_only

    def counts_in_window(self) -> bool:
        """Whether it opens a case inside a window, and would not outside."""
        least = self.model.window.get(self.topic)
        if self.limits.shadow or least is None or self.score.value < least:
            return False
        return self.in_window_only or self.score.value < self.limits.upper

    def finding(self, text: str, severity: Severity) -> Finding:
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
            matched=_distinct(quotes),
            is_masked=self.limits.masked,
        )


class Judge:
    """Every rule under one policy, compiled once."""

    def __init__(
        self,
        policy: Policy,
        rules: Sequence[RuleData],
        *,
        models: Sequence[ScoredModel] = (),
    ) -> None:
        """Compile the rules.

        Args:
            policy: Says whom each clause binds.
            rules: As `config.rules.load_rules` returns them.
            models: Scored models beside the rules.

        Raises:
            RuleError: A pattern or a coded check cannot be used.
        """
        self.policy = policy
        self.rules = tuple(rules)
        self._matcher = Matcher(self.rules)
        self._checks: list[tuple[RuleData, Check]] = [
            (rule, check_named(rule)) for rule in self.rules if rule.check
        ]
        self._models = tuple(models)
        self.harmless = {
            model.rule(topic): limits.harmless
            for model in self._models
            for topic, limits in model.thresholds.items()
        }
        self._scopes: dict[tuple[SubjectKind, Kind, bool], frozenset[RuleId]] = {}
        self.digests = {rule.id: rule.digest() for rule in self.rules} | {
            model.rule(topic): model.digest(topic)
            for model in self._models
            for topic in model.thresholds
        }
        self.digest = self._digest()

    def matches(self, material: Material, context: Context) -> Matches:
        """Return every rule that matches a version, those for election windows too.

        Scope is applied: the clause's kinds, the rule's kinds, posts or profiles, other
        authors. Whether a rule with ``in_window`` counts is for `monitor.freeze` to say.
        """
        found: list[RuleMatch] = []
        not_judged: list[str] = []
        scored: list[tuple[ScoredModel, Mapping[TopicId, Score]]] = []
        normal = self._matcher.normalise(material.words.text)
        try:
            found += self._by_words(material, normal)
        except CheckError as crashed:
            not_judged.append(crashed.what)
        for model in self._models:
            try:
                scored.append((model, _scores(model, normal, material)))
            except CheckError as crashed:
                not_judged.append(crashed.what)
        scope = self._scope(material.subject, material.kind, bool(material.author))
        for rule, check in self._checks:
            if rule.id in scope:
                try:
                    found += self._by_check(rule, check, material, context)
                except CheckError as crashed:
                    not_judged.append(crashed.what)
        found.sort(key=lambda match: (match.spans[:1], match.rule.id))
        return Matches(found=tuple(found), scored=tuple(scored), not_judged=tuple(not_judged))

    def judge(
        self, material: Material, context: Context, *, matches: Matches | None = None
    ) -> Judgement:
        """Judge one version by everything but the election windows.

        Args:
            material: The version.
            context: What holds around it.
            matches: What `matches` returned for the same version, if it was asked before.

        Returns:
            At most one finding for each rule. A text that is clearly not English and that
            no rule matched is not judged, rather than clean.
        """
        if matches is None:
            matches = self.matches(material, context)
        text = material.words.text
        not_judged = list(matches.not_judged)
        findings = [match.finding(text) for match in matches.found if not match.rule.in_window]
        by_rules = {one.clause for one in findings if one.severity is not Severity.NOTE}
        scores: dict[ClauseId, float] = {}
        for found in self._scored(material, matches):
            if not found.in_window_only:
                scores[found.clause] = max(scores.get(found.clause, 0.0), found.score.value)
                severity = found.limits.severity(found.score.value)
                # Where a rule has found the clause already, a second voice adds only noise.
                if severity is not None and found.clause not in by_rules:
                    findings.append(found.finding(text, severity))
        if not findings and not matches.found:
            language = foreign(text)
            if language is not None:
                not_judged.append(language)
        findings.sort(key=lambda finding: (finding.spans[:1], finding.rule))
        for finding in findings:
            scores[finding.clause] = max(scores.get(finding.clause, 0.0), finding.score)
        return Judgement(findings=tuple(findings), scores=scores, not_judged=tuple(not_judged))

    def examine(
        self, material: Material, context: Context
    ) -> tuple[Judgement, tuple[Finding, ...]]:
        """Judge one version, and return beside it what the window's rules found.

        Args:
            material: The version.
            context: What holds around it.

        Returns:
            The judgement without election windows; and one finding for each rule with
            ``in_window`` that matched, without a context: whether it counts is for
            `monitor.freeze` to say.
        """
        matches = self.matches(material, context)
        return self.judge(material, context, matches=matches), self.in_window(material, matches)

    def in_window(self, material: Material, matches: Matches) -> tuple[Finding, ...]:
        """Return what counts only inside an election window, without a context.

        That is what rules with ``in_window`` matched, and what models score high enough for a
        window but not for the rest of the year. Whether it counts is for `monitor.freeze`.
        """
        text = material.words.text
        findings = [match.finding(text) for match in matches.found if match.rule.in_window]
        by_rules = {one.clause for one in findings}
        findings += [
            found.finding(text, Severity.REVIEW)
            for found in self._scored(material, matches)
            if found.counts_in_window() and found.clause not in by_rules
        ]
        return tuple(findings)

    def _by_words(self, material: Material, normal: Normal) -> Iterator[RuleMatch]:
        words = material.words
        try:
            matched = self._matcher.match(
                normal,
                Sources.of(words),
                self._scope(material.subject, material.kind, bool(material.author)),
            )
        except _MISTAKES as cause:
            raise _crashed("the rules' words", material) from cause
        for rule, spans in matched:
            yield RuleMatch(
                rule=rule,
                digest=self.digests[rule.id],
                severity=_severity(rule, material.kind),
                spans=spans,
                reason=rule.reason,
            )

    def _by_check(
        self, rule: RuleData, check: Check, material: Material, context: Context
    ) -> Iterator[RuleMatch]:
        try:
            hits = list(check(material, context))
        except _MISTAKES as cause:
            raise _crashed(rule.id, material) from cause
        if hits:
            spans = without_nested(sorted({span for hit in hits for span in hit.spans}))
            yield RuleMatch(
                rule=rule,
                digest=self.digests[rule.id],
                severity=_severity(rule, material.kind),
                spans=tuple(spans[:MOST_SPANS]),
                reason=next((hit.reason for hit in hits if hit.reason), rule.reason),
                score=max(hit.score for hit in hits),
            )

    def _scored(self, material: Material, matches: Matches) -> Iterator[_Scored]:
        """Yield what models say on the topics that bind this account."""
        for model, scores in matches.scored:
            for topic, score in scores.items():
                limits = model.at(topic, material.kind)
                if topic not in self.policy.topics:
                    continue  # another council's policy need not speak of it
                clause = self.policy.clause(topic).id
                if (
                    limits is not None
                    and self.policy.applies(clause, material.kind)
                    and (limits.others or not material.author)
                    and material.subject is SubjectKind.POST
                ):
                    yield _Scored(
                        model=model, topic=topic, clause=clause, score=score, limits=limits
                    )

    def _scope(self, subject: SubjectKind, kind: Kind, is_other: bool) -> frozenset[RuleId]:  # noqa: FBT001 - a key of the table, always given by position
        """Return the rules that may be asked about a version; worked out once for each case."""
        case = (subject, kind, is_other)
        if case not in self._scopes:
            self._scopes[case] = frozenset(
                rule.id
                for rule in self.rules
                if subject in rule.on
                and (rule.others or not is_other)
                and (not rule.kinds or kind in rule.kinds)
                and self.policy.applies(rule.clause, kind)
            )
        return self._scopes[case]

    def _digest(self) -> str:
        stated = [f"engine {ENGINE}", f"policy {self.policy.digest}"]
        stated += [f"{id_} {self.digests[id_]}" for id_ in sorted(rule.id for rule in self.rules)]
        stated += [f"model {model.stated()}" for model in self._models]
        return hashlib.sha256("\n".join(stated).encode()).hexdigest()[:16]


def _scores(model: ScoredModel, normal: Normal, material: Material) -> Mapping[TopicId, Score]:
    try:
        return model.scorer.score(normal)
    except _MISTAKES as cause:
        raise _crashed(model.scorer.name, material) from cause


def _severity(rule: RuleData, kind: Kind) -> Severity:
    """A member's account is the member's own: nothing about it is urgent."""
    severity = rule.severity_on(kind)
    if kind is Kind.MEMBER and severity is Severity.URGENT:
        return Severity.REVIEW
    return severity


def _distinct(quotes: Sequence[str]) -> tuple[str, ...]:
    """Return the first few different words, whatever their case."""
    shown = {quote.casefold(): quote[:_LONGEST_WORDS] for quote in reversed(quotes)}
    return tuple(reversed(shown.values()))[:_MOST_WORDS]


def _crashed(rule: str, material: Material) -> CheckError:
    """Say which check failed where, without a word of the post."""
    return CheckError(
        "the check failed", rule=rule, version=f"of {material.account or 'the given text'}"
    )
