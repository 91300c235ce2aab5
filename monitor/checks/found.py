"""Where terms and patterns stand in one text: found out at most once, and only when it is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.checks.patterns import Pattern
from monitor.checks.vocabulary import blanked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from monitor.checks.patterns import Span
    from monitor.checks.vocabulary import Literal
    from monitor.checks.windows import Windows


class Found:
    """What stands in one text."""

    __slots__ = ("_blanked", "_every", "_narrowed", "_silencing", "_spans", "_text", "_windows")

    def __init__(
        self,
        text: str,
        narrowed: bytes,
        every: Mapping[int, Literal | Pattern],
        silencing: frozenset[int],
        windows: Windows | None = None,
    ) -> None:
        """Keep the text; nothing is sought yet.

        Args:
            text: Plain.
            narrowed: The same as patterns see it.
            every: Terms and patterns by number.
            silencing: Numbers of the terms that may stand in the text, and of the patterns that
                are among silencing terms; what else silences is not asked.
            windows: Where each pattern is asked; None: anywhere.
        """
        self._text = text
        self._narrowed = narrowed
        self._every = every
        self._silencing = silencing
        self._spans: dict[int, Sequence[Span]] = {}
        self._windows = windows
        self._blanked = ""

    def spans(self, entry: int) -> Sequence[Span]:
        """Return where a term or a pattern stands, in order."""
        known = self._spans.get(entry)
        if known is None:
            known = self._spans[entry] = self._sought(entry)
        return known

    def _sought(self, entry: int) -> Sequence[Span]:
        one, windows = self._every[entry], self._windows
        if isinstance(one, Pattern):
            return one.spans(self._narrowed, None if windows is None else windows.of(entry))
        self._blanked = self._blanked or blanked(self._text)
        within = None if windows is None else windows.of_term(entry)
        return one.spans(self._text, self._blanked, within)

    def silenced_by(self, entries: frozenset[int]) -> Iterator[Span]:
        """Yield where any of what silences stands."""
        for entry in self._silencing & entries:
            yield from self.spans(entry)
