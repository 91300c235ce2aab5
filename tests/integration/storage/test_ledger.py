"""The ledger in the database: what gets an entry, and that tampering is found and named.

Only this part of the suite opens the file itself, as somebody with a text editor would.
"""

from __future__ import annotations

import hashlib
import sqlite3
from datetime import date
from typing import TYPE_CHECKING

import pytest

from config.types import CaseState, Resolution, RuleId, RunId, Severity
from storage.values import PollRow, Review
from tests.integration.storage.test_mails_polls import POLL
from tests.lib.records import COUNCIL, START, at, finding, gone, mail, post

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from storage.repository import Repository

TRIGGERS = ("ledger_no_update", "ledger_no_delete", "ledger_next_only")


@pytest.fixture
def lived(store: Repository, run: RunId) -> Repository:
    """A repository in which everything has happened that gets an entry."""
    store.record(run, COUNCIL, [post(text="vote for us"), gone(read_at=at(9))])
    ((version,),) = list(store.versions())
    with store.writing() as steps:
        number = steps.add_finding(version.id, finding(), at=at(1))
        case = steps.open_case(
            version.subject,
            severity=Severity.REVIEW,
            history=False,
            due_at=at(60),
            at=at(1),
            by="clerkwatch",
        )
        steps.attach(case, number)
        steps.queue_mail(mail(cases=(case,)), at=at(2))
        steps.withdraw_finding(number, why="the rule was changed", at=at(3))
        steps.step_case(
            case,
            to=CaseState.CLOSED,
            resolution=Resolution.REMOVED,
            by="Jo Marsh",
            because="it is gone",
            what="closed",
            at=at(4),
        )
        steps.quiet(
            COUNCIL,
            RuleId("party-politics/endorsement"),
            words_hash="ab",
            until=None,
            case=case,
            by="Jo Marsh",
            because="a quotation",
            at=at(5),
        )
        steps.put_poll(POLL, at=at(6))
        steps.set_notice(POLL, date(2027, 3, 22), by="Jo Marsh", at=at(7))
        steps.add_review(Review(account=COUNCIL, at=at(8), by="Jo Marsh"))
        steps.note("rules changed", at=at(9), facts={"digest": "abc"})
    (queued,) = store.mails()
    store.settle_recipient(queued.id, "clerk@fernbeck.example", accepted=True, at=at(10))
    return store


def tamper(path: Path, *statements: str) -> None:
    """Change the file behind the repository's back."""
    with sqlite3.connect(path) as raw:
        for trigger in TRIGGERS:
            raw.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            raw.execute(statement)
    raw.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The database's file."""
    return tmp_path / "state" / "clerkwatch.db"


def wrong(store: Repository) -> set[int]:
    """Return the numbers of the entries that are found to be wrong."""
    return {fault.entry for fault in store.verify_ledger().faults}


def kinds(path: Path) -> list[str]:
    """Return the kinds of all entries, in order."""
    with sqlite3.connect(path) as raw:
        found = [row[0] for row in raw.execute("SELECT kind FROM ledger ORDER BY number")]
    raw.close()
    return found


def test_everything_that_people_rely_on_has_an_entry(lived: Repository, path: Path) -> None:
    """From the register to the mail, in the order in which it happened."""
    assert kinds(path) == [
        "register changed",
        "register changed",
        "observed",
        "observed",
        "finding added",
        "case step",
        "mail queued",
        "finding withdrawn",
        "case step",
        "decided",
        "poll entered",
        "notice entered",
        "reviewed",
        "note",
        "mail accepted",
    ]
    assert lived.verify_ledger().faults == ()
    assert lived.ledger_head()[0] == 15


def test_the_ledger_holds_no_content(lived: Repository, path: Path) -> None:
    """No words of a post, no reason, no name and no address stand in the ledger itself."""
    with sqlite3.connect(path) as raw:
        rows = raw.execute("SELECT * FROM ledger").fetchall()
    raw.close()
    held = " ".join(str(value) for row in rows for value in row).lower()
    assert lived.ledger_head()[0] == len(rows)
    for words in ("vote", "jo marsh", "quotation", "it is gone", "clerk@", "fernbeck"):
        assert words not in held


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger SET at = at + 1 WHERE number = 3",
        "DELETE FROM ledger WHERE number = 3",
        "DELETE FROM ledger",
        "INSERT OR REPLACE INTO ledger SELECT * FROM ledger WHERE number = 3",
        (
            "INSERT INTO ledger SELECT 99, at, kind, reference, commitment, previous, "
            "'x' || substr(hash, 2) FROM ledger WHERE number = 3"
        ),
    ],
)
def test_the_database_refuses_to_change_the_ledger(
    lived: Repository, path: Path, statement: str
) -> None:
    """Neither change, nor deletion, nor an entry out of turn."""
    raw = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        raw.execute(statement)
    raw.close()
    assert lived.verify_ledger().faults == ()


@pytest.mark.parametrize(
    ("statements", "entries"),
    [
        (["UPDATE ledger SET at = at - 86400000000 WHERE number = 4"], {4}),
        (["UPDATE ledger SET kind = 'note' WHERE number = 5"], {5}),
        (["DELETE FROM ledger WHERE number = 6"], {6}),
        (["DELETE FROM ledger WHERE number >= 14"], {14, 15}),
        (
            [
                "UPDATE ledger SET number = -7 WHERE number = 7",
                "UPDATE ledger SET number = 7 WHERE number = 8",
                "UPDATE ledger SET number = 8 WHERE number = -7",
            ],
            {7, 8, 9},
        ),
        (
            [
                "UPDATE ledger SET number = -number WHERE number > 13",
                "UPDATE ledger SET number = 1 - number WHERE number < 0",
                (
                    "INSERT INTO ledger SELECT 14, at, kind, reference, commitment, hash, "
                    "iif(hash LIKE '0%', '1', '0') || substr(hash, 2) FROM ledger "
                    "WHERE number = 13"
                ),
            ],
            {14, 15, 16},
        ),
        (["UPDATE version SET text = 'visit us'"], {3}),
        (["UPDATE observation SET detail = 'x' WHERE outcome = 'gone'"], {4}),
        (["UPDATE finding SET severity = 'note'"], {5}),
        (["UPDATE case_event SET because = 'no reason' WHERE what = 'closed'"], {9}),
        (["UPDATE outbox SET body = x'00'"], {7}),
        (["UPDATE outbox_recipient SET address = 'other@fernbeck.example'"], {7}),
        (["DELETE FROM case_event WHERE what = 'closed'"], {9}),
        (["UPDATE ledger_content SET content = '{}' WHERE number = 13"], {13}),
    ],
)
def test_tampering_is_found_and_named(
    lived: Repository, path: Path, statements: list[str], entries: set[int]
) -> None:
    """Each change behind the repository's back is named by the entries it touches."""
    tamper(path, *statements)
    assert wrong(lived) == entries


def test_a_purge_leaves_the_chain_whole(lived: Repository, path: Path) -> None:
    """Without its salt a commitment says nothing any more, and nothing is wrong."""
    ((version,),) = list(lived.versions())
    with lived.writing() as steps:
        steps.purge_versions(
            version.subject,
            [version.id],
            why="the time is over",
            with_papers=True,
            forget_author=False,
            at=at(20),
        )
    assert wrong(lived) == set()
    assert kinds(path)[-1] == "purged"


def test_a_salt_that_no_purge_took_away_is_missed(lived: Repository, path: Path) -> None:
    """Changed words whose salt is gone look like a purge: but no entry says that there was one."""
    tamper(
        path,
        "DELETE FROM ledger_content WHERE number IN (3, 13)",
        "UPDATE version SET text = 'other words'",
    )
    assert wrong(lived) == {3, 13}


def test_a_head_noted_outside_finds_what_was_taken_from_the_end(
    lived: Repository, path: Path
) -> None:
    """A digest prints the head: with it even a chain that was made anew is found out."""
    number, own = lived.ledger_head()
    assert lived.verify_ledger(head=(number, own)).faults == ()
    assert {fault.entry for fault in lived.verify_ledger(head=(number, "0" * 64)).faults} == {15}

    tamper(
        path,
        "DELETE FROM ledger_content WHERE number = 15",
        "DELETE FROM ledger WHERE number = 15",
    )
    assert wrong(lived) == set()
    assert {fault.entry for fault in lived.verify_ledger(head=(number, own)).faults} == {15}


def test_progress_is_told(lived: Repository) -> None:
    """A long verification says how far it is."""
    told: list[int] = []
    assert lived.verify_ledger(progress=told.append).entries == told[-1] == 15


def test_an_empty_ledger_is_whole(empty: Repository) -> None:
    """There is nothing to be wrong."""
    assert (empty.ledger_head(), empty.verify_ledger().faults) == ((0, ""), ())


def test_a_stranger_can_verify_a_copy(lived: Repository, path: Path) -> None:
    """Twelve lines of standard Python agree with us about every entry."""
    assert lived.verify_ledger().faults == ()
    with sqlite3.connect(path) as raw:
        rows = raw.execute(
            "SELECT number, at, kind, reference, commitment, previous, hash FROM ledger "
            "ORDER BY number"
        ).fetchall()
    raw.close()
    before = ""
    for *stated, previous, own in rows:
        text = "\n".join(["clerkwatch-ledger-1", *(str(part) for part in stated), previous])
        assert previous == before
        assert own == hashlib.sha256(text.encode()).hexdigest()
        before = own


def test_reopening_continues_the_chain(
    lived: Repository, open_again: Callable[[], Repository]
) -> None:
    """Another process's entry follows the last one."""
    other = open_again()
    with other.writing() as steps:
        steps.put_poll(PollRow(id=POLL.id, type=POLL.type, held_on=date(2028, 5, 4)), at=START)
    assert (lived.ledger_head()[0], lived.verify_ledger().faults) == (16, ())
