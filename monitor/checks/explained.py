"""Which words of a text raised its score: what a table's finding quotes.

::

    words   | own weight and share of runs, with what is in common  -> weight of each word
    weights | the strongest, those of two letters last              -> words
    words   | where they stand as published, compounds whole        -> spans
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from monitor.checks.grams import joined, places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.checks.normalise import Normal
    from monitor.checks.patterns import Span
    from monitor.checks.table import TableScorer

_MOST_SHOWN = 5
_SHORTEST_SHOWN = 3
_MOST_OF_A_COMPOUND = 24
_BEFORE = re.compile(r"(?:\w+[-\u2010\u2011'\u2019])+$")
_AFTER = re.compile(r"(?:[-\u2010\u2011'\u2019]\w+)+")


class Explained:
    """One text laid out, with what all topics' explanations have in common."""

    def __init__(self, scorer: TableScorer, normal: Normal, laid: Sequence[str]) -> None:
        """Take a text; nothing is worked out before it is asked for.

        Args:
            scorer: Whose scores are to be explained.
            normal: The text made plain.
            laid: Its words as laid out.
        """
        self._scorer = scorer
        self._normal = normal
        self._laid = laid

    @cached_property
    def _words(self) -> list[tuple[int, int, int, int]]:
        return places(self._normal.text, self._scorer.swaps)

    @cached_property
    def _common(self) -> list[float]:
        return self._scorer.grams.by_place(self._laid, len(self._scorer.columns))

    def strongest(self, topic: int) -> tuple[Span, ...]:
        """Return the words that raised a topic's score most, in code points of the original.

        Args:
            topic: The topic's number.
        """
        column = self._scorer.columns[topic]
        own = self._scorer.grams.by_place(self._laid, topic)
        added = [
            mine * column.scale + shared * column.common
            for mine, shared in zip(own, self._common, strict=True)
        ]
        best = sorted(
            (self._is_particle(at), -weight, at) for at, weight in enumerate(added) if weight > 0
        )
        chosen = [self._words[at] for _, _, at in best[:_MOST_SHOWN]]
        spans = (self._normal.span(start, end) for _, _, start, end in chosen)
        return joined(compound(self._normal.original, span) for span in spans)

    def _is_particle(self, at: int) -> bool:
        """Return whether a word is "no", "of" or the like: quoted alone it explains nothing."""
        word = self._laid[at]
        return len(word) < _SHORTEST_SHOWN and word.isalpha()


def compound(text: str, span: Span) -> Span:
    """Return where the whole of a word stands that hyphens or apostrophes hold together.

    The table weighs "over" and "40s" of "over-40s" by themselves; the reader knows only the whole.

    Args:
        text: As published.
        span: Where a part of it stands.
    """
    start, end = span
    floor = max(0, start - _MOST_OF_A_COMPOUND)
    before = _BEFORE.search(text[floor:start])
    after = _AFTER.match(text[end : end + _MOST_OF_A_COMPOUND])
    return (floor + before.start() if before else start), (end + after.end() if after else end)
