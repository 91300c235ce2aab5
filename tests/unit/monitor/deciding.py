"""Versions, findings and deciders for tests: short to make, believable to read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from config.types import (
    AccountId,
    CaseId,
    FindingId,
    Kind,
    RuleId,
    SubjectId,
    SubjectKind,
    VersionId,
)
from monitor.checks.base import Judgement
from monitor.decide import Decider
from storage.values import StoredFinding, VersionToJudge
from tests.lib import records

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from storage.values import Finding, Quieted

TODAY = date(2026, 11, 2)
PARTY = RuleId("party-politics/endorsement")
SALE = RuleId("commerce/discount")


def version(**change: object) -> VersionToJudge:
    """Return a new post of the council that was never judged, changed as wanted."""
    made = VersionToJudge(
        id=VersionId(1),
        subject=SubjectId(7),
        subject_kind=SubjectKind.POST,
        subject_platform_id="1001",
        account=records.COUNCIL,
        content_hash="0" * 64,
        words=records.words("vote for nobody you know"),
        url="https://x.example/fernbeck/1001",
        published_at=records.START,
        shown_from=records.START,
        first_seen_at=records.at(5),
        is_first=True,
        is_current=True,
        is_history=False,
    )
    return replace(made, **change)  # type: ignore[arg-type] # passed through


def stored(finding: Finding, number: int = 1, *, withdrawn: bool = False) -> StoredFinding:
    """Return a finding as it lies in the record."""
    return StoredFinding(
        id=FindingId(number),
        version=VersionId(1),
        finding=finding,
        found_at=records.START,
        withdrawn_at=records.at(1) if withdrawn else None,
        withdrawn_why="the rule was changed" if withdrawn else "",
    )


def decider(
    *,
    kind: Kind = Kind.COUNCIL,
    quieted: Sequence[Quieted] = (),
    digests: Mapping[RuleId, str] | None = None,
    fresh: Mapping[int, CaseId] | None = None,
) -> Decider:
    """Return a decider whose rules are the ones of `records.finding`."""
    known = {rule: records.finding(rule).digest for rule in (PARTY, SALE)}
    return Decider(
        kind=kind,
        quieted=tuple(quieted),
        today=TODAY,
        under="stamp",
        digests=known if digests is None else digests,
        fresh_cases=fresh or {},
    )


def judgement(*findings: Finding, not_judged: tuple[str, ...] = ()) -> Judgement:
    """Return what judging came to."""
    return Judgement(findings=findings, not_judged=not_judged)


OTHER = AccountId("mayor-facebook")
