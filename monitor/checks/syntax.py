"""What every reader of a rule's pattern has in common: where it stands, and how often a part comes.

The readers (`monitor.checks.literals`, `monitor.checks.reach`) know the part of RE2's syntax that
rules are written in. At anything else they give up on that pattern, which then always runs.
"""

from __future__ import annotations


class UnknownError(Exception):
    """The pattern uses something that no reader knows."""


class Cursor:
    """A place in one pattern."""

    def __init__(self, pattern: str) -> None:
        """Begin at the beginning.

        Args:
            pattern: RE2 syntax.
        """
        self.pattern = pattern
        self.at = 0

    @property
    def is_at_end(self) -> bool:
        """Whether all of it was read."""
        return self.at == len(self.pattern)

    def peek(self) -> str:
        """Return the next character; empty at the end."""
        return self.pattern[self.at : self.at + 1]

    def take(self) -> str:
        """Return the next character, and go behind it.

        Raises:
            IndexError: There is none.
        """
        self.at += 1
        return self.pattern[self.at - 1]

    def repeats(self) -> tuple[int, int | None] | None:
        """Read how often what stands before comes: at least and at most; None: it says nothing.

        Where it says so, "as few as possible" is passed over, too. At most None is without end.

        Raises:
            UnknownError: It is written in another way.
            IndexError: The pattern ends within it.
        """
        if self.peek() not in ("?", "*", "+", "{"):
            return None
        sign = self.take()
        counted = self._counted() if sign == "{" else _SIGNS[sign]
        if self.peek() == "?":
            self.take()
        return counted

    def _counted(self) -> tuple[int, int | None]:
        inside = ""
        while self.peek() != "}":
            inside += self.take()
        self.take()
        least, comma, most = inside.partition(",")
        if not least.isdigit() or (most and not most.isdigit()):
            raise UnknownError
        if not comma:
            return int(least), int(least)
        return int(least), int(most) if most else None

    def opens_plainly(self) -> None:
        """Go behind what may stand at the beginning of a group.

        Raises:
            UnknownError: The group is more than one that takes parts together.
        """
        if self.peek() == "?":
            if not self.pattern.startswith("?:", self.at):
                raise UnknownError
            self.at += 2


_SIGNS: dict[str, tuple[int, int | None]] = {"?": (0, 1), "*": (0, None), "+": (1, None)}
