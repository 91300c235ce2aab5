"""The ledger: an append-only chain of hashes over what was seen, decided and sent.

An entry holds a number (1, 2, 3 …), an instant, a kind, a reference, a commitment, the
hash of the entry before it and its own hash. It never holds content. Anyone can check a
copy of the table with these two formulas; ``+ LF +`` joins by one line feed, text is UTF-8:

    commitment = SHA-256( salt ‖ content )                       lower-case hexadecimal
    hash       = SHA-256( "clerkwatch-ledger-1" LF number LF at LF kind LF reference LF
                          commitment LF previous )               lower-case hexadecimal

``number`` is decimal; ``at`` is decimal microseconds since 1970-01-01T00:00Z, as stored;
``previous`` is the hash of entry ``number - 1``, empty for entry 1. ``salt`` is 16 random
bytes, ``content`` is JSON with sorted keys, no spaces, everything beyond ASCII escaped.
Salt and content (or where the content stands) are in ``ledger_content``; when they are
purged the commitment says nothing any more, and the chain is whole as before.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.values import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FORMAT = "clerkwatch-ledger-1"
SALT_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of the chain, as stored.

    Attributes:
        number: From 1, without a gap.
        at: Microseconds since 1970-01-01T00:00Z.
        kind: What happened, two words at most (``finding added``).
        reference: Which row it is about (``case:3``, ``account:council-x``).
        commitment: Of the salted content, 64 hexadecimal digits.
        previous: Hash of the entry before; empty for the first.
        hash: Own hash, 64 hexadecimal digits.
    """

    number: int
    at: int
    kind: str
    reference: str
    commitment: str
    previous: str
    hash: str


def commit(salt: bytes, content: str) -> str:
    """Return the commitment to a content: it can be checked, not read, and not guessed."""
    return hashlib.sha256(salt + content.encode()).hexdigest()


def hash_entry(
    *, number: int, at: int, kind: str, reference: str, commitment: str, previous: str
) -> str:
    """Return the hash that an entry must have."""
    parts = (FORMAT, str(number), str(at), kind, reference, commitment, previous)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def export_note(case: int) -> str:
    """Return what the note says that an exported evidence pack leaves in the ledger."""
    return f"evidence exported, case {case}"


def make_entry(
    after: tuple[int, str], *, at: int, kind: str, reference: str, commitment: str
) -> Entry:
    """Return the entry that follows the head ``(number, hash)``; ``(0, "")`` for none."""
    number, previous = after[0] + 1, after[1]
    own = hash_entry(
        number=number,
        at=at,
        kind=kind,
        reference=reference,
        commitment=commitment,
        previous=previous,
    )
    return Entry(
        number=number,
        at=at,
        kind=kind,
        reference=reference,
        commitment=commitment,
        previous=previous,
        hash=own,
    )


@dataclass(slots=True)
class ChainCheck:
    """Walks a chain in order of number and says what is wrong with each entry.

    Each entry is held against its own hash and against the stored hash of the entry before,
    so that one changed entry is one fault, not one for every entry after it.
    """

    entries: int = 0
    last: Entry | None = None

    @property
    def head(self) -> str:
        """Hash of the last entry walked; empty before the first."""
        return self.last.hash if self.last else ""

    def walk(self, entries: Iterable[Entry]) -> Iterator[Fault]:
        """Yield the faults of the next entries, ordered by number."""
        for entry in entries:
            yield from self._faults(entry)
            self.entries += 1
            self.last = entry

    def _faults(self, entry: Entry) -> Iterator[Fault]:
        before = self.last.number if self.last else 0
        if entry.number != before + 1:
            yield Fault(entry=before + 1, what=_missing(before + 1, entry.number - 1))
        elif entry.previous != self.head:
            yield Fault(entry=entry.number, what=f"does not follow entry {before}")
        own = hash_entry(
            number=entry.number,
            at=entry.at,
            kind=entry.kind,
            reference=entry.reference,
            commitment=entry.commitment,
            previous=entry.previous,
        )
        if own != entry.hash:
            yield Fault(entry=entry.number, what="was changed: its hash does not fit its content")


def _missing(first: int, last: int) -> str:
    if first >= last:
        return f"entry {first} is missing"
    return f"entries {first} to {last} are missing"
