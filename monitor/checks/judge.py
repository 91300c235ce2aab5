"""Judging one version: rules, coded checks and scored models, each within its scope.

::

    material | language | matcher + coded checks -> matches          (`Judge.matches`)
    match    | whose words: between quotation marks a note           (`quoting`)
    matches  | not the window's rules | severity by kind -> findings (`Judge.judge`)
    material | scored models | thresholds -> findings, and doubt about the rules' (`opinion`)
    a check that crashed -> not_judged, never clean

Pure: no clock, network or database. The judge is built once and safe in any thread.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.errors import CheckError
from config.rules.model import POLITICAL
from config.types import Kind, RuleId, Severity, SubjectKind
from monitor.checks.base import Judgement
from monitor.checks.coded import Checks
from monitor.checks.language import foreign
from monitor.checks.layout import Sources, without_nested
from monitor.checks.match import MISTAKES, RuleMatch, crashed
from monitor.checks.matcher import MOST_SPANS, Matcher
from monitor.checks.opinion import Opinions
from monitor.checks.quoting import QUOTED, is_of_manner, is_quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from config.policy import Policy
    from config.rules import RuleData
    from monitor.checks.base import Context, Material
    from monitor.checks.coded import Check
    from monitor.checks.normalise import Normal
    from monitor.checks.opinion import Said
    from monitor.checks.score import ScoredModel
    from storage.values import Finding

ENGINE = "6"
"""Edition of the engine: raised when normalising, matching or a coded check changes what is
found, so that every stored version is judged again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """All that matched in one version, what models say of it, and what could not be asked."""

    found: tuple[RuleMatch, ...] = ()
    scored: Said = ()
    not_judged: tuple[str, ...] = ()


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
        self._checks = Checks(self.rules)
        self._opinions = Opinions(policy, models)
        self.harmless = self._opinions.harmless
        self._scopes: dict[tuple[SubjectKind, Kind, bool], frozenset[RuleId]] = {}
        self.digests = {rule.id: rule.digest() for rule in self.rules} | self._opinions.digests
        self.digest = self._digest()

    def normalised(self, text: str) -> Normal:
        """Return a text made plain, as everything here is judged by."""
        return self._matcher.normalise(text)

    def forget(self) -> None:
        """Let go of what is kept only to be quick with the next text; safe beside judging.

        What a few thousand posts leave takes as much memory as all the rest, and a daemon that
        judges a few dozen a day has no use for it.
        """
        self._matcher.forget()
        self._opinions.forget()

    def matches(self, material: Material, context: Context) -> Matches:
        """Return every rule that matches a version, those for election windows too.

        Scope is applied: the clause's kinds, the rule's kinds, posts or profiles, other
        authors. Whether a rule with ``in_window`` counts is for `monitor.freeze` to say.
        """
        found: list[RuleMatch] = []
        not_judged: list[str] = []
        normal = self._matcher.normalise(material.words.text)
        scope = self._scope(material.subject, material.kind, bool(material.author))
        try:
            found += self._by_words(material, normal, scope)
        except CheckError as failed:
            not_judged.append(failed.what)
        scored, crashes = self._opinions.ask(normal, material)
        not_judged += crashes
        for rule, check in self._checks.to_ask(material.words.text, scope):
            try:
                found += self._by_check(rule, check, material, context)
            except CheckError as failed:
                not_judged.append(failed.what)
        found.sort(key=lambda match: (match.spans[:1], match.rule.id))
        return Matches(found=tuple(found), scored=scored, not_judged=tuple(not_judged))

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
        findings = [
            self._opinions.weighed(match, matches.scored, of=text).finding(text)
            for match in matches.found
            if not match.rule.in_window
        ]
        by_rules = {one.clause for one in findings if one.severity is not Severity.NOTE}
        scores, noted = self._opinions.heard(material, matches.scored)
        # Where a rule has found the clause already, a second voice adds only noise.
        findings += [
            found.finding(text, severity)
            for found, severity in noted
            if found.clause not in by_rules
        ]
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
        findings = [
            self._opinions.weighed(match, matches.scored, of=text).finding(text)
            for match in matches.found
            if match.rule.in_window
        ]
        by_rules = {one.clause for one in findings}
        findings += [
            found.finding(text, Severity.REVIEW)
            for found in self._opinions.in_window(material, matches.scored)
            if found.clause not in by_rules
        ]
        return tuple(findings)

    def _by_words(
        self, material: Material, normal: Normal, scope: frozenset[RuleId]
    ) -> Iterator[RuleMatch]:
        words = material.words
        try:
            matched = self._matcher.match(normal, Sources.of(words), scope)
        except MISTAKES as cause:
            raise crashed("the rules' words", material) from cause
        for rule, spans in matched:
            is_theirs = is_of_manner(rule) and is_quoted(words.text, spans)
            yield RuleMatch(
                rule=rule,
                digest=self.digests[rule.id],
                severity=Severity.NOTE if is_theirs else _severity(rule, material.kind),
                spans=spans,
                reason=f"{rule.reason} {QUOTED}" if is_theirs else rule.reason,
            )

    def _by_check(
        self, rule: RuleData, check: Check, material: Material, context: Context
    ) -> Iterator[RuleMatch]:
        try:
            hits = list(check(material, context))
        except MISTAKES as cause:
            raise crashed(rule.id, material) from cause
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

    def _scope(self, subject: SubjectKind, kind: Kind, is_other: bool) -> frozenset[RuleId]:  # noqa: FBT001 - a key of the table, always given by position
        """Return the rules that may be asked about a version; worked out once for each case."""
        case = (subject, kind, is_other)
        if case not in self._scopes:
            self._scopes[case] = frozenset(
                rule.id
                for rule in self.rules
                if subject in rule.on
                and (not is_other or (rule.others and rule.topic not in POLITICAL))
                and (not rule.kinds or kind in rule.kinds)
                and self.policy.applies(rule.clause, kind)
            )
        return self._scopes[case]

    def _digest(self) -> str:
        stated = [f"engine {ENGINE}", f"policy {self.policy.digest}"]
        stated += [f"{id_} {self.digests[id_]}" for id_ in sorted(rule.id for rule in self.rules)]
        stated += self._opinions.stated()
        return hashlib.sha256("\n".join(stated).encode()).hexdigest()[:16]


def _severity(rule: RuleData, kind: Kind) -> Severity:
    """A member's account is the member's own: nothing about it is urgent."""
    severity = rule.severity_on(kind)
    if kind is Kind.MEMBER and severity is Severity.URGENT:
        return Severity.REVIEW
    return severity
