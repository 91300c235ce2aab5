"""What the bundled patterns need, worked out beforehand, so that a start need not.

Working it out takes longer than everything else at the start. So `scripts/docs.sh` writes it to
``prepared.gz``, by the digest of each pattern; a pattern that is not in there, of a council's own
rule or one edited since, is worked out and checked as it is read. A test fails when the file
does not say what `needs_of` says now.

Words stand once in the file, by number, and stay numbers until they are sought.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

from config.errors import TableError
from monitor.checks.literals import needs_of
from monitor.checks.packing import pack, unpack
from monitor.checks.reach import reach_of
from monitor.checks.ways import ways_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from monitor.checks.ways import Way

NAME = "prepared.gz"
NumberedWays = Sequence[Sequence[Sequence[int]]]
"""In which ways a pattern can match, as `monitor.checks.ways.Way`, with numbers for words."""
Known = tuple[int | None, NumberedWays]
"""How far a match goes (`monitor.checks.reach`), and in which ways there can be one."""


class Prepared:
    """What is known of patterns that were once taken and read.

    Attributes:
        words: What numbers stand for.
    """

    def __init__(
        self, words: Sequence[str], known: Mapping[str, Known], silencers: Iterable[str] = ()
    ) -> None:
        """Keep what is known.

        Args:
            words: What numbers stand for.
            known: By the digest of each pattern as it is run, see `digest_of`.
            silencers: Digests of patterns that are never sought: nothing but that RE2 takes them.
        """
        self.words = words
        self._known = known
        self._silencers = frozenset(silencers)

    def __contains__(self, pattern: bytes) -> bool:
        """Whether a pattern is known: then RE2 takes it, and it is small enough."""
        digest = digest_of(pattern)
        return digest in self._known or digest in self._silencers

    def of(self, pattern: bytes, numbers: dict[str, int]) -> Known:
        """Return how far and in which ways a pattern can match, known or worked out now.

        Args:
            pattern: As it is run.
            numbers: Of words, those of ``words`` first; takes up what is new.
        """
        known = self._known.get(digest_of(pattern))
        return worked_out(pattern, numbers) if known is None else known

    def reaches(self) -> dict[str, int | None]:
        """Return how far matches go, by the digest of each pattern."""
        return {digest: reach for digest, (reach, _) in self._known.items()}

    def ways(self) -> dict[str, tuple[Way, ...]]:
        """Return all that is known in words, by the digest of each pattern."""
        return {
            digest: tuple(
                tuple(frozenset(self.words[number] for number in clause) for clause in way)
                for way in known
            )
            for digest, (_, known) in self._known.items()
        }


NOTHING = Prepared((), {})
"""Nothing is known: every pattern is checked and worked out."""


def digest_of(pattern: bytes) -> str:
    """Return 16 hexadecimal digits for a pattern as it is run."""
    return hashlib.sha256(pattern).hexdigest()[:16]


def worked_out(pattern: bytes, numbers: dict[str, int]) -> Known:
    """Return how far and in which ways a pattern can match; new words take the next numbers."""
    written = pattern.decode("ascii")
    return reach_of(written), [
        [[numbers.setdefault(word, len(numbers)) for word in sorted(clause)] for clause in way]
        for way in ways_of(needs_of(written))
    ]


def load_prepared() -> Prepared:
    """Return what is known of the bundled patterns.

    Raises:
        TableError: The file is missing or damaged.
    """
    file = files(__package__).joinpath(NAME)
    try:
        stated = json.loads(unpack(file.read_bytes()))
        prepared = Prepared(stated["words"], stated["patterns"], stated["silencers"])
    except (OSError, KeyError, TypeError, ValueError) as cause:
        raise TableError("what is known of the patterns cannot be read", file=str(file)) from cause
    return prepared


def write_prepared(patterns: Iterable[bytes], silencers: Iterable[bytes], file: Path) -> None:
    """Write what is known of patterns; the same patterns, the same content.

    Args:
        patterns: As they are run; each was taken by RE2.
        silencers: Those among the rest that only silence.
        file: Is replaced, unless it says the same already.
    """
    numbers: dict[str, int] = {}
    known = {digest_of(one): worked_out(one, numbers) for one in sorted(patterns)}
    stated = {
        "words": list(numbers),
        "patterns": known,
        "silencers": sorted(map(digest_of, silencers)),
    }
    body = json.dumps(stated, separators=(",", ":")).encode()
    if not file.exists() or unpack(file.read_bytes()) != body:
        file.write_bytes(pack(body))
