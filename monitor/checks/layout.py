"""How a text is laid out: words, sentences, and whose words they are."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from config.rules import Near
    from monitor.checks.normalise import Normal
    from monitor.checks.patterns import Span, Together
    from storage.values import Words

_WORD = re.compile(r"\S+")
_SENTENCE_END = re.compile(
    r"(?<!\bcllr)(?<!\bmr)(?<!\bmrs)(?<!\bms)(?<!\bdr)(?<!\bst)(?<!\brev)[.!?\n](?:\s|$)"
)


@dataclass(frozen=True, slots=True)
class Sources:
    """Whose words stand where, in code points of the version's text.

    Attributes:
        others: Stretches that are another author's words (a repost's, a quotation's).
    """

    others: tuple[Span, ...] = ()

    @classmethod
    def of(cls, words: Words) -> Sources:
        """Find the stretches of a version that another author wrote."""
        if not any(extra.by for extra in words.extras):
            return cls()
        others: list[Span] = []
        position = words.own_length
        for extra in words.extras:
            start = words.text.find(extra.text, position)
            if start < 0:
                continue
            position = start + len(extra.text)
            if extra.by and extra.text:
                others.append((start, position))
        return cls(tuple(others))


class Layout:
    """Words and sentences of one plain text, worked out when first asked for."""

    def __init__(self, normal: Normal, sources: Sources, narrowed: bytes) -> None:
        """Keep the text, plain and as patterns see it; nothing is computed yet."""
        self._normal = normal
        self._narrowed = narrowed
        self._sources = sources
        self._standing: dict[Together, bool] = {}

    @cached_property
    def _words(self) -> list[int]:
        return [match.start() for match in _WORD.finditer(self._normal.text)]

    @cached_property
    def _ends(self) -> list[int]:
        return [match.start() for match in _SENTENCE_END.finditer(self._normal.text)]

    def word(self, position: int) -> int:
        """Return the number of the word that stands at or before a position."""
        return bisect_right(self._words, position) - 1

    def sentence(self, position: int) -> int:
        """Return the number of the sentence that a position lies in."""
        return bisect_left(self._ends, position)

    def original(self, spans: Sequence[Span]) -> tuple[Span, ...]:
        """Return spans of the plain text as spans of the original, ordered, none nested."""
        turned = sorted({self._normal.span(start, end) for start, end in spans})
        return tuple(without_nested([span for span in turned if span[0] < span[1]]))

    def spans_of(self, silencers: Together) -> Iterator[Span]:
        """Yield where silencing patterns stand."""
        for pattern in silencers.standing(self._narrowed):
            yield from pattern.spans(self._narrowed)

    def any_stands(self, silencers: Together) -> bool:
        """Return whether any silencing pattern stands anywhere; asked at most once a text."""
        known = self._standing.get(silencers)
        if known is None:
            known = self._standing[silencers] = any(
                pattern.stands(self._narrowed) for pattern in silencers.standing(self._narrowed)
            )
        return known

    def heard(
        self, spans: list[Span], over: Sequence[Span], around: Sequence[Span], words: int
    ) -> list[Span]:
        """Drop matches that overlap one of ``over`` or have one of ``around`` near them.

        Args:
            spans: Matches, ordered.
            over: Ordered.
            around: Ordered.
            words: Most words between a match and one of ``around`` that silences it.
        """
        if over:
            silent = _merged(over)
            spans = [span for span in spans if not _overlaps(span, silent)]
        if around and spans:
            near = _merged(
                [
                    (self.word(start) - words - 1, self.word(end - 1) + words + 2)
                    for start, end in around
                ]
            )
            spans = [
                (start, end)
                for start, end in spans
                if not _overlaps((self.word(start), self.word(end - 1) + 1), near)
            ]
        return spans

    def spoken_by(self, spans: list[Span], where: str) -> list[Span]:
        """Keep the matches in the account's own words, or in those of others."""
        if where == "any":
            return spans
        others = self._sources.others
        return [
            span
            for span in spans
            if _overlaps(self._normal.span(*span), others) == (where == "referenced")
        ]

    def close(
        self, groups: Sequence[Sequence[Span]], near: Near, shown: Sequence[int]
    ) -> list[Span] | None:
        """Return matches that stand close together, one of each group; None if none do.

        For each match taken as the last one, the nearest of every other group before it
        makes the tightest set there is, so one pass finds every place that counts.

        Args:
            groups: Matches of each group.
            near: How close.
            shown: Numbers of the groups whose matches are returned; all must be close.
        """
        events = sorted(
            (start, end, number) for number, group in enumerate(groups) for start, end in group
        )
        latest: dict[int, Span] = {}
        chosen: list[Span] = []
        for start, end, number in events:
            latest[number] = (start, end)
            if len(latest) == len(groups) and self._is_close(list(latest.values()), near):
                chosen += (latest[one] for one in shown)
        return without_nested(sorted(set(chosen))) or None

    def _is_close(self, spans: Sequence[Span], near: Near) -> bool:
        first, last = min(spans), max(spans)
        if near.sentence and self.sentence(first[0]) != self.sentence(last[0]):
            return False
        if near.words is None:
            return True
        return self.word(last[0]) - self.word(first[1] - 1) - 1 <= near.words


def without_nested(spans: Sequence[Span]) -> list[Span]:
    """Drop spans that lie within another; the spans must be ordered."""
    kept: list[Span] = []
    for span in spans:
        if kept and span[1] <= kept[-1][1]:
            continue
        if kept and kept[-1][0] == span[0]:
            kept.pop()
        kept.append(span)
    return kept


def _merged(spans: Sequence[Span]) -> list[Span]:
    """Join what overlaps, so that one look to the left answers every question."""
    joined: list[Span] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _overlaps(span: Span, merged: Sequence[Span]) -> bool:
    """Return whether a span overlaps one of several ordered, disjoint ones."""
    at = bisect_left(merged, (span[1],)) - 1
    return at >= 0 and merged[at][1] > span[0]
