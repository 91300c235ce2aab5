"""From lines that stand somewhere in a picture to a text: pure.

A sentence of a poster goes over several lines, and a line of a table consists of several
pieces. Pieces beside each other, and lines of one size right below each other, are put
together with a space; all else begins on a line of its own, so that words that have nothing
to do with each other are not read as one sentence.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_BESIDE = 0.5
"""Share of the lower of two pieces that has to be level with the other."""
_NEAR = 0.3
"""Gap between two lines of one paragraph at most, in heights of the lower one."""
_ALIKE = 1.5
"""How much higher one of two lines of a paragraph may be."""
# The models' alphabet has no pound: they read it as a cent, which no British price is in.
_POUND = re.compile(r"¢(?= ?\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some words and where they stand, in pixels from the top left corner."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def of(cls, text: str, corners: Iterable[Sequence[float]]) -> Piece:
        """Return a piece from the corners of the box around it, which may be tilted."""
        across, down = zip(*((float(x), float(y)) for x, y in corners), strict=True)
        return cls(text=text, left=min(across), top=min(down), right=max(across), bottom=max(down))

    @property
    def height(self) -> float:
        """How high it is, never 0."""
        return max(1.0, self.bottom - self.top)


def as_text(pieces: Sequence[Piece], *, most: int) -> str:
    """Return the text of a picture, NFC, without control characters.

    Args:
        pieces: In the order of reading.
        most: Longest text, in code points; the rest is left out.
    """
    said: list[str] = []
    last: Piece | None = None
    for piece in pieces:
        words = _plain(piece.text)
        if not words:
            continue
        if last is not None:
            said.append(" " if _is_beside(last, piece) or _goes_on(last, piece) else "\n")
        said.append(words)
        last = piece
    return unicodedata.normalize("NFC", "".join(said))[:most].strip()


def _plain(text: str) -> str:
    kept = (" " if one.isspace() else one for one in _POUND.sub("£", text))
    return " ".join("".join(one for one in kept if unicodedata.category(one)[0] != "C").split())


def _is_beside(last: Piece, piece: Piece) -> bool:
    """Return whether two pieces stand in one line."""
    level = min(last.bottom, piece.bottom) - max(last.top, piece.top)
    is_after = piece.left >= last.left
    return is_after and level >= _BESIDE * min(last.height, piece.height)


def _goes_on(last: Piece, piece: Piece) -> bool:
    """Return whether a line is the next one of the same paragraph."""
    gap = piece.top - last.bottom
    lower, higher = sorted((last.height, piece.height))
    is_below = -_BESIDE * lower <= gap <= _NEAR * lower and piece.top > last.top
    is_over = piece.left <= last.right and last.left <= piece.right
    return is_below and is_over and higher <= _ALIKE * lower
