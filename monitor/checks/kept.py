"""What was worked out for a word, kept for the next text: most words of a post come up again."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_LONGEST = 40
Word = TypeVar("Word", bound=Hashable)
Worth = TypeVar("Worth")


class Kept(dict[Word, Worth], Generic[Word, Worth]):
    """For each word what was worked out; filled as words come up, safe in any thread.

    Once it is full it begins anew, and takes over from the one before what is asked again: so
    the words of every post stay, and strange ones go. Very long words are not kept at all.
    """

    __slots__ = ("_before", "_most", "_work_out")

    def __init__(self, work_out: Callable[[Word], Worth], most: int) -> None:
        """Begin empty.

        Args:
            work_out: Must return the same for the same word whenever it is asked.
            most: Words that are kept before it begins anew; at most twice as many take memory.
        """
        super().__init__()
        self._work_out = work_out
        self._most = most
        self._before: dict[Word, Worth] = {}

    def __missing__(self, word: Word) -> Worth:
        """Work it out, and keep it."""
        known = self._before.get(word)
        if known is None:
            known = self._work_out(word)
        if isinstance(word, str | bytes) and len(word) > _LONGEST:
            return known
        if len(self) >= self._most:
            self._before = dict(self)
            self.clear()
        self[word] = known
        return known

    def forget(self) -> None:
        """Let go of everything; it is worked out again when it comes up."""
        self._before = {}
        self.clear()
