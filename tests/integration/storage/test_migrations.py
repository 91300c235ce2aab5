"""Steps from one schema to the next, on databases that hold something."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from config.types import MailKind, RunKind
from storage.open import open_repository
from storage.values import AccountState, LastingGap, NewMail
from tests.lib import records
from tests.lib.old_schemas import old_database, take_back

if TYPE_CHECKING:
    from pathlib import Path

MAIL = "INSERT INTO outbox (id, key, kind, message_id, subject, body, created_at) VALUES "


def test_an_outbox_takes_papers_and_keeps_its_mails(tmp_path: Path) -> None:
    """Rows, what refers to them, the next number and every constraint outlive the step."""
    path = tmp_path / "old.db"
    old_database(path, "0001")
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA foreign_keys = ON")
        raw.execute(MAIL + "(7, 'digest:2026-11-02', 'digest', '<a@b>', 'Nothing', x'00ff0d0a', 5)")
        raw.execute(MAIL + "(9, 'digest:2026-11-03', 'digest', '<c@d>', 'Gone', x'00', 6)")
        raw.execute("INSERT INTO outbox_recipient VALUES (7, 0, 0, 'c@d.e', 'queued', '', 5, NULL)")
        raw.execute("DELETE FROM outbox WHERE id = 9")
    raw.close()

    store = open_repository(f"sqlite:///{path}", upgrade=True)
    try:
        [kept] = store.mails()
        assert (kept.id, kept.body, kept.recipients[0].address) == (7, b"\x00\xff\r\n", "c@d.e")
        paper = NewMail(
            key="paper:1",
            kind=MailKind.PAPER,
            message_id="<e@f>",
            subject="A paper",
            body=b"x",
            recipients=("c@d.e",),
        )
        with store.writing() as transaction:
            assert transaction.queue_mail(paper, at=records.START)
        queued = store.mail("paper:1")
        assert queued is not None
        assert queued.id == 10
    finally:
        store.close()

    with sqlite3.connect(path) as raw:
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        names = {name for (name,) in raw.execute("SELECT name FROM sqlite_master")}
    raw.close()
    assert "ix_outbox_created_at" in names
    assert not {name for name in names if name.endswith("_kept")}


def test_an_old_database_comes_to_the_same_schema(tmp_path: Path) -> None:
    """Upgraded or made new, the statements of all tables are the same."""
    old, new = tmp_path / "old.db", tmp_path / "new.db"
    old_database(old, "0001")
    open_repository(f"sqlite:///{old}", upgrade=True).close()
    open_repository(f"sqlite:///{new}", create=True).close()
    made = []
    for path in (old, new):
        with sqlite3.connect(path) as raw:
            made.append(sorted(raw.execute("SELECT name, sql FROM sqlite_master").fetchall()))
        raw.close()
    assert made[0] == made[1]


def test_a_record_without_lasting_gaps_takes_them(tmp_path: Path) -> None:
    """What was there before stays, no gap is made up, and the first one can be kept."""
    path = tmp_path / "old.db"
    store = open_repository(f"sqlite:///{path}", create=True)
    store.sync_register([records.account()], at=records.START)
    state = AccountState(account=records.COUNCIL, cursor="7")
    store.save_account_state(state)
    run = store.begin_run(RunKind.SCAN, by="daemon", at=records.START)
    store.close()
    take_back(path, "0017")

    store = open_repository(f"sqlite:///{path}", upgrade=True)
    try:
        assert store.account_state(records.COUNCIL) == state
        assert store.open_gaps() == []
        gap = LastingGap(
            account=records.COUNCIL,
            start=records.at(1),
            end=records.at(2),
            why="pushed out",
            found_at=records.at(3),
            run=run,
        )
        store.save_account_state(state, lost=[gap])
        assert store.open_gaps() == [gap]
    finally:
        store.close()
