"""What reads pictures, as the rest of the house knows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

MOST_WORDS = 10_000
"""Characters that are taken of one picture: more than a page of small print."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A picture that was not read.

    Attributes:
        why: In plain words: ``it is an animation``.
        is_final: Another try makes no sense, because it is the picture's own fault.
    """

    why: str
    is_final: bool


class PictureReader(Protocol):
    """Reads the words in pictures; may be used from several threads."""

    def session(self) -> AbstractContextManager[Callable[[bytes], str | Unread]]:
        """Give the function that reads one picture, for as long as the block lasts.

        The function takes a picture's bytes, which are hostile, and returns its words line by
        line (empty: there are none), or why it was not read. What reading costs in memory is
        given back when the last block ends.

        Raises:
            PicturesError: By the function: reading as such does not work here.
        """
        ...
