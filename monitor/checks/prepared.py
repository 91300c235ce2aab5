"""What the bundled patterns need, worked out beforehand, so that a start need not.

Working it out takes longer than everything else at the start. So `scripts/docs.sh` writes it to
``prepared.xz``, by the digest of each pattern; a pattern that is not in there, of a council's own
rule or one edited since, is worked out and checked as it is read. A test fails when the file
does not say what `needs_of` says now.
"""

from __future__ import annotations

import hashlib
import json
import lzma
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from config.errors import TableError
from monitor.checks.literals import Clause, needs_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from monitor.checks.literals import Needs

NAME = "prepared.xz"


class Prepared:
    """What is known of patterns that were once taken and read.

    Attributes:
        needs: By the digest of each pattern as it is run, see `digest_of`.
    """

    def __init__(self, needs: Mapping[str, Needs]) -> None:
        """Keep what is known."""
        self.needs = needs

    def __contains__(self, pattern: bytes) -> bool:
        """Whether a pattern is known: then RE2 takes it, and it is small enough."""
        return digest_of(pattern) in self.needs

    def of(self, pattern: bytes) -> Needs:
        """Return what a text must hold for a pattern to match, known or worked out now."""
        known = self.needs.get(digest_of(pattern))
        return needs_of(pattern.decode("ascii")) if known is None else known


NOTHING = Prepared({})
"""Nothing is known: every pattern is checked and worked out."""


def digest_of(pattern: bytes) -> str:
    """Return 16 hexadecimal digits for a pattern as it is run."""
    return hashlib.sha256(pattern).hexdigest()[:16]


def load_prepared() -> Prepared:
    """Return what is known of the bundled patterns.

    Raises:
        TableError: The file is missing or damaged.
    """
    file = files(__package__).joinpath(NAME)
    try:
        stated = json.loads(lzma.decompress(file.read_bytes()))
        words: list[str] = stated["words"]
        needs = {digest: _read(one, words) for digest, one in stated["patterns"].items()}
    except (OSError, KeyError, TypeError, ValueError, IndexError, lzma.LZMAError) as cause:
        raise TableError("what is known of the patterns cannot be read", file=str(file)) from cause
    return Prepared(needs)


def write_prepared(patterns: Iterable[bytes], file: Path) -> None:
    """Write what is known of patterns; the same patterns, the same content.

    Args:
        patterns: As they are run; each was taken by RE2.
        file: Is replaced, unless it says the same already.
    """
    words: dict[str, int] = {}
    stated = {
        digest_of(one): _stated(needs_of(one.decode("ascii")), words) for one in sorted(patterns)
    }
    body = json.dumps({"words": list(words), "patterns": stated}, separators=(",", ":")).encode()
    if not file.exists() or lzma.decompress(file.read_bytes()) != body:
        file.write_bytes(lzma.compress(body, check=lzma.CHECK_CRC32, preset=9))


def _stated(needs: Needs, words: dict[str, int]) -> list[Any]:
    return [
        [
            [words.setdefault(word, len(words)) for word in sorted(clause.words)],
            [_stated(way, words) for way in clause.ways],
        ]
        for clause in needs
    ]


def _read(stated: list[Any], words: list[str]) -> Needs:
    return tuple(
        Clause(frozenset(map(words.__getitem__, numbers)), tuple(_read(way, words) for way in ways))
        for numbers, ways in stated
    )
