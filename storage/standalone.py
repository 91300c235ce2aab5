"""Checks a record with nothing but Python (3.8 or newer): copy this one file anywhere.

    python3 -I standalone.py clerkwatch.db [--evidence FOLDER] [--head N:HASH]...

It recomputes the ledger's chain of hashes from the first entry to the last, every commitment
whose content stands beside its salt, and the SHA-256 of every kept file. A head is what a mail
of that time carries (its header X-Clerkwatch-Ledger): with one, entries taken from the end and
a chain written anew from the start are found too. It reads only, also where the database is in
use. What is wrong is named, a line each, and then the exit code is 1.

What a commitment says of rows of other tables (posts, findings, mails) is checked by
``clerkwatch evidence verify``; this file trusts nothing of clerkwatch, and knows two formulas:

    commitment = SHA-256( salt | content )
    hash       = SHA-256( "clerkwatch-ledger-1" LF number LF at LF kind LF reference LF
                          commitment LF previous )
"""

from __future__ import annotations

import argparse
import hashlib
import sqlite3
import sys
from pathlib import Path

FORMAT = "clerkwatch-ledger-1"
_LEAST_DIGITS = 16
_PIECE = 1 << 20


def check_chain(connection: sqlite3.Connection, heads: dict[int, str]) -> tuple[str, list[str]]:
    """Walk the chain; return the head as ``N:HASH`` and what is wrong.

    Args:
        connection: To the database.
        heads: By number, the first digits of the hash that was noted outside.
    """
    faults: list[str] = []
    number, previous = 0, ""
    rows = connection.execute(
        "SELECT l.number, l.at, l.kind, l.reference, l.commitment, l.previous, l.hash, c.salt, "
        "c.content FROM ledger l LEFT JOIN ledger_content c ON c.number = l.number "
        "ORDER BY l.number"
    )
    for own, at, kind, reference, commitment, before, digest, salt, content in rows:
        if own != number + 1:
            faults.append(f"entry {number + 1}: is missing, the next is {own}")
        elif before != previous:
            faults.append(f"entry {own}: does not follow entry {number}")
        parts = (FORMAT, str(own), str(at), kind, reference, commitment, before)
        if hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest() != digest:
            faults.append(f"entry {own}: was changed, its hash does not fit its content")
        stated = None if salt is None or content is None else salt + content.encode()
        if stated is not None and hashlib.sha256(stated).hexdigest() != commitment:
            faults.append(f"entry {own}: {reference} is not what was written then")
        if own in heads and not str(digest).startswith(heads[own]):
            faults.append(f"entry {own}: has another hash than the one noted outside")
        number, previous = own, digest
    faults += [
        f"entry {known}: is missing, the ledger ends before it"
        for known in sorted(heads)
        if known > number
    ]
    return f"{number}:{previous}", faults


def check_files(connection: sqlite3.Connection, folder: Path) -> list[str]:
    """Hold every kept file against the SHA-256 that the record names."""
    faults = []
    for digest, size in connection.execute("SELECT DISTINCT sha256, size FROM evidence"):
        place = folder / str(digest)[:2] / str(digest)[2:]
        if not place.is_file():
            faults.append(f"file {digest}: is missing")
            continue
        found = hashlib.sha256()
        with place.open("rb") as file:
            for piece in iter(lambda: file.read(_PIECE), b""):
                found.update(piece)
        if found.hexdigest() != digest or place.stat().st_size != size:
            faults.append(f"file {digest}: was changed")
    return faults


def main(arguments: list[str]) -> int:
    """Check what the command line names; 0: whole, 1: not, 2: wrong use."""
    parser = argparse.ArgumentParser(description="Checks a record of clerkwatch.")
    parser.add_argument("database", type=Path)
    parser.add_argument("--evidence", type=Path)
    parser.add_argument("--head", action="append", default=[], metavar="N:HASH")
    asked = parser.parse_args(arguments)
    heads = {}
    for text in asked.head:
        number, _, digits = text.partition(":")
        if not number.isdigit() or len(digits) < _LEAST_DIGITS:
            parser.error(f"{text!r} is no head: write it as 120:4f3a…")
        heads[int(number)] = digits.lower()
    if not asked.database.is_file():
        parser.error(f"there is no file {asked.database}")
    connection = sqlite3.connect(f"{asked.database.absolute().as_uri()}?mode=ro", uri=True)
    try:
        head, faults = check_chain(connection, heads)
        if asked.evidence is not None:
            faults += check_files(connection, asked.evidence)
    except sqlite3.Error as error:
        faults, head = [f"the database cannot be read: {error}"], "none"
    finally:
        connection.close()
    sys.stdout.write("".join(f"{fault}\n" for fault in faults))
    sys.stdout.write(f"{'WHOLE' if not faults else 'NOT WHOLE'} head {head}\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
