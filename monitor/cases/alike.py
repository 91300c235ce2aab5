"""Nearly the same words: what was taken down, put up again with a word changed or elsewhere.

Compared is what a finding stood in, never what merely stood there too. Short texts are what
everybody writes: they never count as alike.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from config.types import CaseState, Resolution, Severity, SubjectKind
from monitor.decide import CaseIntent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.types import CaseId
    from monitor.decide import Verdict
    from storage.values import Flagged, VersionToJudge

WHY = "nearly the same words"
ALIKE = 88.0
"""Least likeness, of 100: two or three words of twenty may differ (see the tests)."""
_LEAST_WORDS = 7
_LEAST_LETTERS = 36
_MOST = 2_000
"""Characters that are compared: the beginning decides."""
# Two texts of which one is longer by more than this cannot be as alike as asked for.
_LONGER = (200 - ALIKE) / ALIKE
_LINK = re.compile(r"https?://\S+")
_BETWEEN = re.compile(r"[\W_]+")
_TAKEN_DOWN = frozenset({Resolution.REMOVED, Resolution.CORRECTED})


def folded(text: str) -> str:
    """Return what is compared of a text: its words without case, links and marks; or empty.

    Empty where it is too short to tell one text from another.
    """
    said = _BETWEEN.sub(" ", _LINK.sub(" ", text.casefold()))[:_MOST].strip()
    is_long = len(said) >= _LEAST_LETTERS and len(said.split()) >= _LEAST_WORDS
    return said if is_long else ""


def are_alike(one: str, other: str) -> bool:
    """Return whether two folded texts say nearly the same; an empty one is like nothing."""
    if not one or not other:
        return False
    from rapidfuzz import fuzz  # noqa: PLC0415 - 4 MB, only when two texts are compared

    return fuzz.ratio(one, other, score_cutoff=ALIKE) > 0


@dataclass(frozen=True, slots=True)
class Kin:
    """The words on which cases rest, by length, so that only near ones are compared.

    Attributes:
        lengths: Of the folded texts, ascending.
        texts: The folded texts, in the same order.
        flagged: Where each is from.
    """

    lengths: tuple[int, ...] = ()
    texts: tuple[str, ...] = ()
    flagged: tuple[Flagged, ...] = ()

    @classmethod
    def of(cls, flagged: Sequence[Flagged]) -> Kin:
        """Put words in order; those too short to compare are left out."""
        pairs = sorted(
            ((said, one) for one in flagged if (said := folded(one.text))),
            key=lambda pair: (len(pair[0]), pair[1].case),
        )
        return cls(
            tuple(len(said) for said, _ in pairs),
            tuple(said for said, _ in pairs),
            tuple(one for _, one in pairs),
        )

    def like(self, version: VersionToJudge) -> tuple[Flagged, ...]:
        """Return the cases on other subjects that rest on nearly these words, each once."""
        said = folded(version.words.text)
        if not said:
            return ()
        start = bisect_left(self.lengths, int(len(said) / _LONGER))
        end = bisect_left(self.lengths, int(len(said) * _LONGER) + 1)
        found: dict[CaseId, Flagged] = {}
        for place in range(start, end):
            one = self.flagged[place]
            if one.subject != version.subject and are_alike(said, self.texts[place]):
                found.setdefault(one.case, one)
        return tuple(found[case] for case in sorted(found))

    def with_kin(self, verdict: Verdict) -> Verdict:
        """Return a verdict with the cases on nearly the same words.

        Words that were taken down elsewhere, or are asked to be, make a case where they are
        read for the first time, also if no rule finds them any more. What a person's decision
        keeps quiet stays quiet.
        """
        version = verdict.version
        if verdict.case is None and not _may_reappear(verdict):
            return verdict
        alike = self.like(version)
        if verdict.case is not None:
            return replace(verdict, alike=tuple(one.case for one in alike))
        gone = [one for one in alike if had_to_go(one)]
        if not gone:
            return verdict
        intent = CaseIntent(
            join=version.open_case,
            severity=Severity.REVIEW,
            history=version.is_history and version.is_first,
            findings=(),
            is_urgent=False,
            because=f"{WHY} as case {gone[0].case}, which had to go",
        )
        return replace(verdict, case=intent, alike=tuple(one.case for one in gone))


def _may_reappear(verdict: Verdict) -> bool:
    """Return whether words without a finding are to be compared: new ones that stand there."""
    version = verdict.version
    is_new = version.is_unjudged and version.subject_kind is SubjectKind.POST
    has_findings = bool(verdict.add or verdict.unchanged)
    return is_new and version.is_current and not has_findings


def had_to_go(one: Flagged) -> bool:
    """Return whether the words of a case were taken down, or are asked to be."""
    is_asked = one.state in (CaseState.REMOVAL_REQUESTED, CaseState.VERIFYING)
    return is_asked or one.resolution in _TAKEN_DOWN
