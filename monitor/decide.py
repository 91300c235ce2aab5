"""Deciding: what follows from a judgement. Pure; the doing is in `monitor.apply`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from config.types import Basis, Kind, Severity, SubjectKind
from monitor.freeze.rules import HARMLESS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import date

    from config.types import AccountId, CaseId, FindingId, RuleId
    from monitor.checks.base import Judgement
    from storage.values import Finding, Quieted, StoredFinding, VersionToJudge

_RANK = {Severity.NOTE: 0, Severity.REVIEW: 1, Severity.URGENT: 2}


LANGUAGE = "language: "
"""How a judgement begins to say that a text is not in a language the rules can read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseIntent:
    """Open a case on the version's subject, or join the one that is open.

    Attributes:
        join: The case to join; None: open one.
        severity: The most serious of the findings that lead here.
        history: Quiet: it stood there before it was watched, or a later rule found it.
        findings: Those that go on the case; each is new, or known to the version.
        is_urgent: A mail leaves at once.
        because: Why the case was opened, for its first event.
    """

    join: CaseId | None
    severity: Severity
    history: bool
    findings: tuple[Finding, ...]
    is_urgent: bool
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Everything that follows for one version.

    Attributes:
        version: The version that was judged.
        under: What it was judged with; becomes its ``judged_under``.
        add: Findings to store.
        withdraw: Findings that no longer hold, each with why.
        unchanged: How many still hold.
        case: What happens to its case; None: nothing.
        not_judged: Checks that could not judge.
        alike: Other cases on nearly the same words; its case is linked with them.
    """

    version: VersionToJudge
    under: str
    add: tuple[Finding, ...] = ()
    withdraw: tuple[tuple[FindingId, str], ...] = ()
    unchanged: int = 0
    case: CaseIntent | None = None
    not_judged: tuple[str, ...] = ()
    alike: tuple[CaseId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decider:
    """Decides for versions of one account.

    Attributes:
        kind: The account's kind; nothing about a member is urgent.
        quieted: Decisions that keep a rule quiet on this account.
        today: The date in the council's zone.
        under: Digest of everything the account is judged with.
        digests: Digest of every rule in force, by rule id.
        fresh_cases: Subjects of profiles whose newest case is younger than a quarter,
            with that case; what a profile lacks joins it instead of opening another.
        left: The polls for whose windows a person left what stands there, by subject and rule.
    """

    kind: Kind
    quieted: Collection[Quieted]
    today: date
    under: str
    digests: Mapping[RuleId, str]
    fresh_cases: Mapping[int, CaseId]
    left: Mapping[tuple[int, RuleId], frozenset[str]] = field(default_factory=dict)

    def decide(self, version: VersionToJudge, judgement: Judgement) -> Verdict:
        """Return what follows from a judgement of a version; changes nothing."""
        holding = {
            stored.finding.key(): stored for stored in version.known if not stored.withdrawn_at
        }
        wanted = {finding.key(): finding for finding in judgement.findings}
        add = tuple(finding for key, finding in wanted.items() if key not in holding)
        # A check that crashed may have found what is missing now: nothing is withdrawn then.
        crashed = any(not what.startswith(LANGUAGE) for what in judgement.not_judged)
        withdraw = () if crashed else tuple(self._gone(version, holding, wanted))
        return Verdict(
            version=version,
            under=self.under,
            add=add,
            withdraw=withdraw,
            unchanged=len(holding.keys() & wanted.keys()),
            case=self._case(version, add, self._lapsed(version, holding, wanted)),
            not_judged=judgement.not_judged,
        )

    def _gone(
        self,
        version: VersionToJudge,
        holding: Mapping[tuple[str, str, str, str], StoredFinding],
        wanted: Mapping[tuple[str, str, str, str], Finding],
    ) -> Iterable[tuple[FindingId, str]]:
        for key, stored in holding.items():
            if key not in wanted:
                yield stored.id, self._why_gone(version, stored.finding, wanted)

    def _why_gone(
        self,
        version: VersionToJudge,
        finding: Finding,
        wanted: Mapping[tuple[str, str, str, str], Finding],
    ) -> str:
        if finding.rule not in self.digests and finding.rule not in HARMLESS:
            return "the rule was taken out"
        if self.digests.get(finding.rule, finding.digest) != finding.digest:
            return "the rule was changed"
        if finding.basis is Basis.STANDING and not version.is_current:
            return "these words no longer stand there"
        if any(key[:3] == finding.key()[:3] for key in wanted):
            return "other polls apply to it now"
        if finding.context:
            return "no election window or list of candidates applies to it"
        return "the policy or the kind of account was changed"

    def _lapsed(
        self,
        version: VersionToJudge,
        holding: Mapping[tuple[str, str, str, str], StoredFinding],
        wanted: Mapping[tuple[str, str, str, str], Finding],
    ) -> tuple[Finding, ...]:
        """Return what was accepted until a day that is over, still stands and has no case."""
        if version.open_case is not None or not version.is_current:
            return ()
        return tuple(
            finding
            for key, finding in wanted.items()
            if key in holding
            and any(is_over(quiet, self.today) for quiet in self._on(version, finding))
        )

    def _case(
        self, version: VersionToJudge, add: tuple[Finding, ...], lapsed: tuple[Finding, ...]
    ) -> CaseIntent | None:
        loud = tuple(
            finding
            for finding in (*add, *lapsed)
            if finding.severity is not Severity.NOTE and not self._is_quiet(version, finding)
        )
        if not loud:
            return None
        severity = max((finding.severity for finding in loud), key=_RANK.__getitem__)
        history, because = _standing(version, is_lapsed=any(found in lapsed for found in loud))
        urgent = severity is Severity.URGENT and not history and self.kind is not Kind.MEMBER
        return CaseIntent(
            join=self._join(version, loud, lapsed),
            severity=severity,
            history=history,
            findings=loud,
            is_urgent=urgent,
            because=because,
        )

    def _join(
        self, version: VersionToJudge, loud: tuple[Finding, ...], lapsed: tuple[Finding, ...]
    ) -> CaseId | None:
        """Return the case to join: the open one, or the quarter's for what a profile lacks.

        The quarter's may be closed: then nobody is told, so words that breach, and what was
        accepted for a time only, never go there.
        """
        if version.open_case is not None:
            return version.open_case
        is_lack = all(finding.quote is None and finding not in lapsed for finding in loud)
        if version.subject_kind is SubjectKind.PROFILE and is_lack:
            return self.fresh_cases.get(version.subject)
        return None

    def _is_quiet(self, version: VersionToJudge, finding: Finding) -> bool:
        if self._is_left(version, finding):
            return True
        return any(not is_over(quiet, self.today) for quiet in self._on(version, finding))

    def _is_left(self, version: VersionToJudge, finding: Finding) -> bool:
        """Return whether a person left what stands there for every window it now concerns.

        So a new edition of the rules, or a window beside it that has ended, does not ask again.
        """
        if finding.basis is not Basis.STANDING or not finding.context:
            return False
        left = self.left.get((version.subject, finding.rule), frozenset())
        return left.issuperset(finding.context.split(","))

    def _on(self, version: VersionToJudge, finding: Finding) -> Iterator[Quieted]:
        """Yield the decisions on this rule and these words."""
        words = words_hash(finding, version.words.text)
        for quiet in self.quieted:
            is_here = quiet.rule == finding.rule and quiet.account == version.account
            if is_here and quiet.words_hash in ("", words):
                yield quiet


def _standing(version: VersionToJudge, *, is_lapsed: bool) -> tuple[bool, str]:
    """Return whether a new case is history, and why it is opened."""
    if is_lapsed:
        return False, "the time for which it was accepted is over"
    if not version.is_unjudged:
        return True, "found when older posts were judged again"
    if version.is_history and version.is_first:
        return True, "stood there before the account was watched"
    return False, "found when read"


def is_over(quiet: Quieted, today: date) -> bool:
    """Return whether the last day on which a decision holds lies in the past."""
    return quiet.until is not None and quiet.until < today


def words_hash(finding: Finding, text: str) -> str:
    """Return what "the same words" means for a decision: the matched words, folded.

    Args:
        finding: What was found.
        text: The whole text it was found in, for a finding that matches no words of it.

    Returns:
        64 hexadecimal digits, without regard to case, white space or order.
    """
    matches = finding.matched or ([finding.quote] if finding.quote is not None else [text])
    words = sorted({" ".join(match.casefold().split()) for match in matches})
    return hashlib.sha256("\n".join(words).encode("utf-8", "surrogatepass")).hexdigest()


def account_stamp(parts: Mapping[str, str]) -> str:
    """Return ``judged_under``: one digest of everything an account is judged with.

    Args:
        parts: Digests by name: rules, policy, windows, lists, kind …
    """
    packed = "\n".join(f"{name}={parts[name]}" for name in sorted(parts))
    return hashlib.sha256(packed.encode()).hexdigest()[:32]


def of_account(quieted: Iterable[Quieted], account: AccountId) -> tuple[Quieted, ...]:
    """Return the decisions that concern one account."""
    return tuple(quiet for quiet in quieted if quiet.account == account)
