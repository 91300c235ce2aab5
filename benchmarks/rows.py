"""One row of what `make quality` prints: a share of a set, with its interval."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure.

    Attributes:
        key: Its name in the file of what was reached.
        what: The measure.
        on: The set.
        hits: Of ``size``; both 0: not measured here.
        size: How many were tried.
        floor: The goals' floor, as a share; None: the goals do not speak of it.
        aim: The goals' aim; None where ``floor`` is.
        is_most: The figure must not rise, rather than fall.
    """

    key: str
    what: str
    on: str
    hits: int = 0
    size: int = 0
    floor: float | None
    aim: float | None
    is_most: bool = False

    @property
    def share(self) -> float:
        """Return the figure."""
        return self.hits / self.size if self.size else math.nan

    def line(self) -> str:
        """Return the row of the table."""
        goal = f"{self._stated(self.floor)} | {self._stated(self.aim)}"
        if not self.size:
            return f"| {self.what} | {self.on} | | not measured here | | {goal} | |"
        low, high = interval(self.hits, self.size)
        return (
            f"| {self.what} | {self.on} | {self.size:,} | {self.share:.2%} | "
            f"{low:.2%} to {high:.2%} | {goal} | {self._met()} |"
        )

    def _stated(self, goal: float | None) -> str:
        return "" if goal is None else f"{'≤' if self.is_most else '≥'} {goal:.2%}"

    def _met(self) -> str:
        if self.floor is None:
            return ""
        met = self.share <= self.floor if self.is_most else self.share >= self.floor
        return "reached" if met else "**not reached**"


def interval(hits: int, size: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share."""
    z = 1.959964
    share, spread = hits / size, z * z / size
    middle = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / size + spread / size / 4) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)
