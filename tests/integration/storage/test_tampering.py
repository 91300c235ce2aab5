# ruff: noqa: S608 - the statements name tables and columns of ours
"""A thousand random tamperings, each found and named; and which anchor finds which."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

import storage.standalone
from monitor.backup.restoring import hash_of
from monitor.cases.kept import file_faults
from storage.columns import canonical
from storage.evidence import EvidenceFolder
from storage.ledger import commit, hash_entry
from storage.open import open_repository
from tests.integration.backup.lived import lived
from tests.integration.storage.test_ledger import TRIGGERS
from tests.lib import records

if TYPE_CHECKING:
    from collections.abc import Callable

LOTS, TIMES = 10, 100
"""A thousand in all."""
BY_ITSELF, BY_HEAD = "the record itself", "a head out of a mail"


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record with a past: posts, a case, a kept picture, mails, notes."""
    folder = tmp_path_factory.mktemp("record")
    with lived(folder) as machine:
        run = 1
        for number in range(12):
            seen = records.post(str(3000 + number), f"news {number}", read_at=records.at(number))
            machine.repository.record(run, records.COUNCIL, [seen])  # type: ignore[arg-type]  # the only run
            with machine.repository.writing() as steps:
                steps.note("rules changed", at=records.at(number), facts={"digest": str(number)})
    return folder


class Forger:
    """Somebody with a text editor, a copy of this programme, and the database's file."""

    def __init__(self, folder: Path, seed: int) -> None:
        """Open the file behind the repository's back."""
        self.folder = folder
        self.random = Random(seed)  # noqa: S311  # a printed seed, not a secret
        self.raw = sqlite3.connect(folder / "clerkwatch.db", isolation_level=None)
        for trigger in TRIGGERS:
            self.raw.execute(f"DROP TRIGGER {trigger}")
        (self.last,) = self.raw.execute("SELECT max(number) FROM ledger").fetchone()

    def number(self, *, before: int = 0) -> int:
        """Choose an entry."""
        return self.random.randint(1, self.last - before)

    # --- what the record itself finds -------------------------------------------------------

    def a_byte(self) -> None:
        """Change one letter of one column of one entry."""
        column = self.random.choice(["kind", "reference", "commitment", "previous", "hash"])
        number = self.number() if column != "previous" else self.random.randint(2, self.last)
        (was,) = self.raw.execute(
            f"SELECT {column} FROM ledger WHERE number = ?", (number,)
        ).fetchone()
        place = self.random.randrange(len(was))
        letter = self.random.choice([one for one in "0123456789abcdef" if one != was[place]])
        now = was[:place] + letter + was[place + 1 :]
        self.raw.execute(f"UPDATE ledger SET {column} = ? WHERE number = ?", (now, number))

    def a_deleted_row(self) -> None:
        """Take an entry out of the middle, with its salt."""
        number = self.number(before=1)
        self.raw.execute("DELETE FROM ledger_content WHERE number = ?", (number,))
        self.raw.execute("DELETE FROM ledger WHERE number = ?", (number,))

    def an_inserted_row(self) -> None:
        """Slip an entry in, with a hash that fits itself, and move the others on."""
        at = self.number()
        self.raw.execute("PRAGMA foreign_keys = OFF")
        for table in ("ledger", "ledger_content"):
            self.raw.execute(f"UPDATE {table} SET number = -number - 1 WHERE number >= ?", (at,))
            self.raw.execute(f"UPDATE {table} SET number = -number WHERE number < 0")
        before = self._hash(at - 1)
        commitment = hashlib.sha256(str(at).encode()).hexdigest()
        own = hash_entry(
            number=at, at=1, kind="note", reference="x", commitment=commitment, previous=before
        )
        self.raw.execute(
            "INSERT INTO ledger (number, at, kind, reference, commitment, previous, hash) "
            "VALUES (?, 1, 'note', 'x', ?, ?, ?)",
            (at, commitment, before, own),
        )

    def swapped_rows(self) -> None:
        """Exchange two entries."""
        one, other = self.random.sample(range(1, self.last + 1), 2)
        self.raw.execute("UPDATE ledger SET number = -1 WHERE number = ?", (one,))
        self.raw.execute("UPDATE ledger SET number = ? WHERE number = ?", (one, other))
        self.raw.execute("UPDATE ledger SET number = ? WHERE number = -1", (other,))

    def a_redated_row(self) -> None:
        """Let something have happened at another time."""
        by = self.random.choice([1, 60_000_000, -86_400_000_000])
        self.raw.execute("UPDATE ledger SET at = at + ? WHERE number = ?", (by, self.number()))

    def a_replaced_file(self) -> None:
        """Change, cut or take away a kept file."""
        (file,) = [one for one in (self.folder / "evidence").rglob("*") if one.is_file()]
        how = self.random.randrange(3)
        if how == 0:
            file.unlink()
        elif how == 1:
            file.write_bytes(file.read_bytes()[: self.random.randrange(10)])
        else:
            data = bytearray(file.read_bytes())
            data[self.random.randrange(len(data))] ^= 1 << self.random.randrange(8)
            file.write_bytes(data)

    def changed_words(self) -> None:
        """Change what an entry has committed to: a post, a finding, a decision, a mail, a note."""
        table, column, value = self.random.choice(
            [
                ("version", "text", "something else"),
                ("version", "content_hash", "0" * 64),
                ("observation", "outcome", "edited"),
                ("finding", "reason", "no reason"),
                ("finding", "clause", "terms.1"),
                ("case_event", "by", "Somebody Else"),
                ("outbox", "subject", "Another subject"),
                ("outbox", "body", b"other bytes"),
                ("evidence", "sha256", "f" * 64),
                ("ledger_content", "content", '{"what":"nothing"}'),
                ("ledger_content", "salt", b"another salt 123"),
            ]
        )
        where = "WHERE source IS NULL" if column == "content" else ""
        rows = self.raw.execute(f"SELECT rowid FROM {table} {where}").fetchall()
        (row,) = self.random.choice(rows)
        self.raw.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (value, row))

    def a_purge_that_nobody_made(self) -> None:
        """Change a post's words and take the salt away, as a purge would."""
        ids = self.raw.execute("SELECT source_id FROM ledger_content WHERE source = 'observation'")
        (chosen,) = self.random.choice(ids.fetchall())
        self.raw.execute(
            "UPDATE version SET text = 'other words' WHERE id = "
            "(SELECT version FROM observation WHERE id = ?)",
            (chosen,),
        )
        self.raw.execute(
            "DELETE FROM ledger_content WHERE source = 'observation' AND source_id = ?", (chosen,)
        )

    # --- what only a head out of a mail finds -----------------------------------------------

    def a_cut_tail(self) -> None:
        """Take the newest entries away, with their salts."""
        first = self.last + 1 - self.random.randint(1, 5)
        self.raw.execute("DELETE FROM ledger_content WHERE number >= ?", (first,))
        self.raw.execute("DELETE FROM ledger WHERE number >= ?", (first,))

    def a_chain_written_anew(self) -> None:
        """Change a note, commit to it again, and compute every hash from there on."""
        rows = self.raw.execute("SELECT number FROM ledger_content WHERE source IS NULL")
        (number,) = self.random.choice(rows.fetchall())
        content, salt = canonical({"what": "forged"}), b"0123456789abcdef"
        self.raw.execute(
            "UPDATE ledger_content SET content = ?, salt = ? WHERE number = ?",
            (content, salt, number),
        )
        self.raw.execute(
            "UPDATE ledger SET commitment = ? WHERE number = ?", (commit(salt, content), number)
        )
        previous = ""
        columns = "number, at, kind, reference, commitment"
        for row in self.raw.execute(f"SELECT {columns} FROM ledger ORDER BY number").fetchall():
            names = ("number", "at", "kind", "reference", "commitment")
            own = hash_entry(**dict(zip(names, row, strict=True)), previous=previous)
            self.raw.execute(
                "UPDATE ledger SET previous = ?, hash = ? WHERE number = ?",
                (previous, own, row[0]),
            )
            previous = own

    def _hash(self, number: int) -> str:
        row = self.raw.execute("SELECT hash FROM ledger WHERE number = ?", (number,)).fetchone()
        return row[0] if row else ""


FOUND_BY: dict[Callable[[Forger], None], str] = {
    Forger.a_byte: BY_ITSELF,
    Forger.a_deleted_row: BY_ITSELF,
    Forger.an_inserted_row: BY_ITSELF,
    Forger.swapped_rows: BY_ITSELF,
    Forger.a_redated_row: BY_ITSELF,
    Forger.a_replaced_file: BY_ITSELF,
    Forger.changed_words: BY_ITSELF,
    Forger.a_purge_that_nobody_made: BY_ITSELF,
    Forger.a_cut_tail: BY_HEAD,
    Forger.a_chain_written_anew: BY_HEAD,
}
"""Each kind of tampering, and the anchor that finds it; the mail's head finds none of the first
kind that the record itself would miss, and the record itself none of the second."""


def faults(folder: Path, head: tuple[int, str] | None) -> list[str]:
    """Return what `evidence verify` names."""
    store = open_repository(f"sqlite:///{folder / 'clerkwatch.db'}", read_only=True)
    try:
        found = store.verify_ledger(head=head)
        wrong = [*found.faults, *file_faults(store, EvidenceFolder(folder / "evidence"))]
    finally:
        store.close()
    return [f"entry {one.entry}: {one.what}" for one in wrong]


@pytest.mark.slow
@pytest.mark.parametrize("lot", range(LOTS))
def test_a_thousand_random_tamperings_are_found_and_named(
    record: Path, tmp_path: Path, lot: int
) -> None:
    """Whatever was changed: the record itself or a mailed head names it; never both wrongly."""
    store = open_repository(f"sqlite:///{record / 'clerkwatch.db'}", read_only=True)
    number = store.ledger_head()[0]
    head = (number, hash_of(store, number)[:32])
    store.close()
    assert faults(record, head) == []
    kinds: list[Callable[[Forger], None]] = list(FOUND_BY)
    missed, told = [], Counter[str]()
    for seed in range(lot * TIMES, (lot + 1) * TIMES):
        folder = tmp_path / "one"
        shutil.copytree(record, folder)
        kind = kinds[seed % len(kinds)]
        forger = Forger(folder, seed)
        kind(forger)
        forger.raw.close()
        own = faults(folder, None)
        named = own or faults(folder, head)
        anchor = BY_ITSELF if own else BY_HEAD
        if not named or anchor != FOUND_BY[kind]:
            missed.append((seed, kind.__name__, named[:1]))
        told[f"{kind.__name__}: {anchor}"] += 1
        shutil.rmtree(folder)
    assert missed == []
    assert sum(told.values()) == TIMES
    assert len(told) == len(FOUND_BY)


def test_the_file_that_stands_alone_agrees(record: Path, tmp_path: Path) -> None:
    """One file, nothing but Python: whole, a changed entry, a cut tail with a head."""
    script = tmp_path / "standalone.py"
    script.write_bytes(Path(storage.standalone.__file__).read_bytes())
    folder = tmp_path / "copy"
    shutil.copytree(record, folder)
    store = open_repository(f"sqlite:///{folder / 'clerkwatch.db'}", read_only=True)
    number, own = store.ledger_head()
    store.close()

    def run(*more: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-I", script, folder / "clerkwatch.db", *more],
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    evidence = ("--evidence", str(folder / "evidence"))
    assert run(*evidence, "--head", f"{number}:{own[:32]}") == (0, f"WHOLE head {number}:{own}\n")
    forger = Forger(folder, 1)
    forger.a_cut_tail()
    assert run()[0] == 0
    code, said = run("--head", f"{number}:{own[:32]}")
    assert (code, f"entry {number}: is missing" in said) == (1, True)
    forger.a_redated_row()
    assert run()[0] == 1
    forger.a_replaced_file()
    assert "file " in run(*evidence)[1]
    forger.raw.close()
    assert run("--head", "1:short")[0] == 2
