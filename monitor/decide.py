"""Deciding: what follows from a judgement. Pure; the doing is in `monitor.apply`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.types import Basis, Kind, Severity, SubjectKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
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
        findings: Those that go on the case, by key.
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
    """

    version: VersionToJudge
    under: str
    add: tuple[Finding, ...] = ()
    withdraw: tuple[tuple[FindingId, str], ...] = ()
    unchanged: int = 0
    case: CaseIntent | None = None
    not_judged: tuple[str, ...] = ()


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
            with that case; such a case is joined instead of opening another.
    """

    kind: Kind
    quieted: Collection[Quieted]
    today: date
    under: str
    digests: Mapping[RuleId, str]
    fresh_cases: Mapping[int, CaseId]

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
            case=self._case(version, add),
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
                yield stored.id, self._why_gone(version, stored.finding)

    def _why_gone(self, version: VersionToJudge, finding: Finding) -> str:
        if self.digests.get(finding.rule, finding.digest) != finding.digest:
            return "the rule was changed"
        if finding.basis is Basis.STANDING and not version.is_current:
            return "these words no longer stand there"
        if finding.context:
            return "the election window does not apply to it"
        return "the policy, the lists or the kind of account were changed"

    def _case(self, version: VersionToJudge, add: tuple[Finding, ...]) -> CaseIntent | None:
        loud = tuple(
            finding
            for finding in add
            if finding.severity is not Severity.NOTE and not self._is_quiet(version, finding)
        )
        if not loud:
            return None
        severity = max((finding.severity for finding in loud), key=_RANK.__getitem__)
        rejudged = version.judged_under is not None
        history = rejudged or (version.is_history and version.is_first)
        because = "found when read"
        if rejudged:
            because = "found when older posts were judged again"
        elif history:
            because = "stood there before the account was watched"
        join = version.open_case
        if join is None and version.subject_kind is SubjectKind.PROFILE:
            join = self.fresh_cases.get(version.subject)
        urgent = severity is Severity.URGENT and not history and self.kind is not Kind.MEMBER
        return CaseIntent(
            join=join,
            severity=severity,
            history=history,
            findings=loud,
            is_urgent=urgent,
            because=because,
        )

    def _is_quiet(self, version: VersionToJudge, finding: Finding) -> bool:
        words = words_hash(finding, version.words.text)
        return any(
            quiet.rule == finding.rule
            and quiet.account == version.account
            and quiet.words_hash in ("", words)
            and (quiet.until is None or self.today <= quiet.until)
            for quiet in self.quieted
        )


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
