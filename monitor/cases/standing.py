"""What a case's findings and steps amount to: is it masked, has a person decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.types import CaseState, Kind
from monitor.cases.release import PROGRAMME

if TYPE_CHECKING:
    from storage.values import Custody, StoredFinding

_DECIDING = frozenset({CaseState.REMOVAL_REQUESTED, CaseState.CLOSED})


def is_masked(custody: Custody) -> bool:
    """Return whether the subject's words may stand on no paper (design.md, law 13)."""
    return any(stored.finding.is_masked for stored in findings_of(custody))


def findings_of(custody: Custody) -> list[StoredFinding]:
    """Return a case's findings, those that hold first, each group in order of time."""
    holding = sorted(custody.case.findings, key=lambda found: (found.found_at, found.id))
    return [*holding, *sorted(custody.case.withdrawn, key=lambda found: (found.found_at, found.id))]


def is_decided(custody: Custody) -> bool:
    """Return whether a person's decision stands: what came after the last reopening counts."""
    decided = False
    for event in custody.case.events:
        if event.to_state in _DECIDING:
            decided = decided or event.by not in PROGRAMME
        elif event.to_state is CaseState.OPEN:
            decided = False
    return decided


def names_a_person(custody: Custody) -> bool:
    """Return whether the account's own name and address are, or may be, a person's."""
    return bool(custody.author) or custody.kind in {Kind.MEMBER, Kind.OFFICER}
