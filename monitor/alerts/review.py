"""What stands there when a pre-election period opens: one list, the riskiest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.types import Basis, Severity, SubjectKind
from monitor.alerts.cards import ordered_findings
from monitor.alerts.wording import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.alerts.facts import DigestFacts
    from monitor.alerts.wording import Calendar
    from storage.values import Case

_RANK = {Severity.URGENT: 0, Severity.REVIEW: 1, Severity.NOTE: 2}


def is_standing(case: Case) -> bool:
    """Return whether a case stands only because of a period that is open now."""
    findings = ordered_findings(case)
    return bool(findings) and all(
        finding.basis is Basis.STANDING and finding.context for finding in findings
    )


def is_first_seen(case: Case) -> bool:
    """Return whether a visitor sees it first: a profile, or what is pinned on top."""
    return case.subject_kind is SubjectKind.PROFILE or case.pinned


def by_risk(cases: Sequence[Case]) -> list[Case]:
    """Return cases as they should be looked at.

    What visitors see first, then the most serious, then the surest, then the newest.
    """
    return sorted(
        cases,
        key=lambda case: (
            not is_first_seen(case),
            _RANK[case.severity],
            -max((found.score for found in ordered_findings(case)), default=0.0),
            -case.published_at.timestamp(),
            case.id,
        ),
    )


def review_intro(facts: DigestFacts, cases: Sequence[Case], *, calendar: Calendar) -> str:
    """Return why these cases are in the mail; empty if there are none."""
    if not cases:
        return ""
    one = len(cases) == 1
    number = count(len(cases), "post or profile", "posts or profiles")
    stands, was = ("stands", "was") if one else ("stand", "were")
    began = ""
    if facts.opening is not None:
        starts = "starts" if facts.opening.starts_on >= calendar.today else "started"
        began = f"The pre-election period {starts} on {calendar.day(facts.opening.starts_on)}. "
    return (
        f"{began}{number} that {was} there before it {stands} there still and may be affected. An "
        "old post left alone is no breach by itself: you decide which should go or be unpinned "
        "for the period. They are listed here once, first what visitors see first, then the most "
        "serious. What you leave is not asked about again in this period."
    )
