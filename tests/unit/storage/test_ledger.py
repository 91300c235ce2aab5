"""The chain of hashes, without a database."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from storage.ledger import ChainCheck, Entry, commit, hash_entry, make_entry
from storage.values import Fault

SALT = bytes(range(16))


def chain(length: int) -> list[Entry]:
    """Return a whole chain."""
    head = (0, "")
    entries = []
    for number in range(1, length + 1):
        entry = make_entry(
            head,
            at=1_762_160_400_000_000 + number,
            kind="observed",
            reference=f"observation:{number}",
            commitment=commit(SALT, f'{{"number":{number}}}'),
        )
        entries.append(entry)
        head = (entry.number, entry.hash)
    return entries


def faults(entries: list[Entry]) -> list[int]:
    """Return the numbers of the entries that are found to be wrong."""
    return [fault.entry for fault in ChainCheck().walk(entries)]


def test_a_whole_chain_has_no_faults() -> None:
    """What was written is what is found, and the head is the last entry's hash."""
    entries = chain(5)
    check = ChainCheck()
    assert list(check.walk(entries[:2])) + list(check.walk(entries[2:])) == []
    assert (check.entries, check.head) == (5, entries[-1].hash)


def test_the_formulas_are_those_of_the_documentation() -> None:
    """A verifier written from the docstring alone, with nothing of ours, agrees."""
    entry = chain(2)[1]
    text = "clerkwatch-ledger-1\n2\n1762160400000002\nobserved\nobservation:2\n"
    text += f"{entry.commitment}\n{entry.previous}"
    assert entry.hash == hashlib.sha256(text.encode()).hexdigest()
    assert entry.commitment == hashlib.sha256(SALT + b'{"number":2}').hexdigest()


def test_the_first_entry_follows_nothing() -> None:
    """Its number is 1 and it names no entry before it."""
    first = chain(1)[0]
    assert (first.number, first.previous) == (1, "")


def test_the_format_does_not_move() -> None:
    """A ledger of an older version stays verifiable: this hash may never change."""
    assert (
        hash_entry(
            number=1, at=0, kind="note", reference="note:x", commitment="0" * 64, previous=""
        )
        == "7b97456d5014a2e319903c97e0b0bc6842cd8b7416959f1de764ca45282444b0"
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("at", 5),
        ("kind", "reviewed"),
        ("reference", "observation:9"),
        ("commitment", "f" * 64),
        ("hash", "e" * 64),
    ],
)
def test_a_changed_entry_is_named(field: str, value: object) -> None:
    """A changed or re-dated entry is one fault at its own number, or at the next one too."""
    entries = chain(6)
    entries[2] = replace(entries[2], **{field: value})  # type: ignore[arg-type] # a table of fields
    assert faults(entries) == ([3, 4] if field == "hash" else [3])


def test_an_entry_that_was_changed_with_its_hash_is_found_at_the_next() -> None:
    """Whoever computes the hash again still breaks the link of the entry after it."""
    entries = chain(6)
    before = (entries[1].number, entries[1].hash)
    entries[2] = make_entry(before, at=5, kind="note", reference="x", commitment="0" * 64)
    assert faults(entries) == [4]


def test_a_deleted_entry_is_named() -> None:
    """The gap is named by the number that is missing."""
    entries = chain(6)
    assert faults(entries[:2] + entries[3:]) == [3]
    assert list(ChainCheck().walk(entries[4:])) == [
        Fault(entry=1, what="entries 1 to 4 are missing"),
    ]


def test_swapped_entries_are_named() -> None:
    """Two entries that changed places are both found."""
    entries = chain(6)
    third, fourth = replace(entries[3], number=3), replace(entries[2], number=4)
    assert {3, 4} <= set(faults([*entries[:2], third, fourth, *entries[4:]]))


def test_an_inserted_entry_is_named() -> None:
    """One slipped in moves the others, and each of them says so."""
    entries = chain(4)
    slipped = replace(entries[1], number=3, kind="note")
    moved = [replace(entry, number=entry.number + 1) for entry in entries[2:]]
    assert set(faults([*entries[:2], slipped, *moved])) == {3, 4, 5}


def test_a_commitment_depends_on_the_salt() -> None:
    """Equal contents cannot be told from their commitments."""
    assert commit(SALT, "vote") != commit(SALT[::-1], "vote")
