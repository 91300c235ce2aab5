"""Words are found in what was posted, decided and noted."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from config.types import CaseState, Resolution, Severity
from storage.migrations.full_text import SEARCHABLE
from tests.lib import records
from tests.lib.records import COUNCIL, MAYOR, at

if TYPE_CHECKING:
    from pathlib import Path

    from config.types import RunId
    from storage.repository import Repository


@pytest.fixture
def told(store: Repository, run: RunId) -> Repository:
    """A town with an edited post, a masked one, a decision and a note."""
    store.record(
        run,
        COUNCIL,
        [
            records.post("1", "The Café on the green opens", published_at=at(-600)),
            records.post("2", "Sophie Carter, 7, won the medal", published_at=at(-500)),
        ],
    )
    store.record(run, MAYOR, [records.post("3", "The mayor opens the fair")])
    store.record(run, COUNCIL, [records.post("1", "The bakery on the green", read_at=at(9))])
    first, second = (
        next(one for one in store.stale_versions({COUNCIL: "s"}) if word in one.words.text)
        for word in ("Café", "Sophie")
    )
    cases = []
    with store.writing() as transaction:
        for version, is_masked in ((first, False), (second, True)):
            found = transaction.add_finding(
                version.id, records.finding(is_masked=is_masked), at=at(10)
            )
            case = transaction.open_case(
                version.subject,
                severity=Severity.REVIEW,
                history=False,
                due_at=at(days=2),
                at=at(10),
                by="clerkwatch",
            )
            transaction.attach(case, found)
            cases.append(case)
        transaction.step_case(
            cases[-1],
            to=CaseState.CLOSED,
            resolution=Resolution.DISMISSED,
            by="Clerk",
            because="Her parents agreed in writing",
            what="not a breach",
            at=at(30),
        )
        transaction.note("restored", at=at(40), facts={"from": "Ünterlagen of the archive"})
    return store


def without_index(path: Path) -> None:
    """Take the index of words away, as on an SQLite that was built without it."""
    raw = sqlite3.connect(path)
    for name in ("added", "gone", "changed"):
        raw.execute(f"DROP TRIGGER search_words_{name}")
    raw.execute("DROP TABLE search_words")
    raw.commit()
    raw.close()


@pytest.mark.parametrize("by_index", [True, False])
@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("cafe green", ["post"]),
        ("bakery", ["post"]),
        ("open", ["post", "post"]),
        ("parents", ["case"]),
        ("archive unterlagen", ["ledger"]),
        ("nothing", []),
        ("text OR green", []),
    ],
)
def test_words_are_found_where_they_stand(
    told: Repository, tmp_path: Path, query: str, kinds: list[str], *, by_index: bool
) -> None:
    """In every wording of a post, in reasons, in notes; with an index and without alike."""
    if not by_index:
        told.close()
        without_index(tmp_path / "state" / "clerkwatch.db")
    found = told.search(query)
    assert found.by_index is by_index
    assert [hit.kind for hit in found.hits] == kinds


def test_a_hit_says_where_it_belongs(told: Repository) -> None:
    """Account, address, cases, whether it is still shown, whether it is never quoted."""
    [old] = told.search("cafe").hits
    assert (old.account, old.cases, old.is_current, old.is_masked) == (COUNCIL, (1,), False, False)
    assert old.url == "https://x.example/fernbeck/1"
    [masked] = told.search("sophie").hits
    assert (masked.is_masked, masked.is_current, masked.cases) == (True, True, (2,))


def test_a_search_is_narrowed(told: Repository) -> None:
    """By account, by day, and to so many, the newest first."""
    assert [hit.account for hit in told.search("opens", accounts=[MAYOR]).hits] == [MAYOR]
    assert [hit.account for hit in told.search("opens", until=at(-300)).hits] == [COUNCIL]
    assert told.search("opens", accounts=[]).hits == ()
    few = told.search("opens", limit=1)
    assert (few.more, [hit.account for hit in few.hits]) == (True, [MAYOR])
    assert told.search("archive", accounts=[COUNCIL]).hits == ()


def test_the_index_follows_every_change(told: Repository, tmp_path: Path) -> None:
    """What is purged or blotted out is found no more."""
    told.close()
    raw = sqlite3.connect(tmp_path / "state" / "clerkwatch.db")
    raw.execute("UPDATE version SET text = 'removed' WHERE text LIKE 'Sophie%'")
    raw.commit()
    raw.execute("INSERT INTO search_words(search_words) VALUES ('integrity-check')")
    raw.close()
    assert told.search("sophie").hits == ()
    assert [hit.text for hit in told.search("removed").hits] == ["removed"]


def test_each_database_that_is_known_has_its_statements() -> None:
    """PostgreSQL has none yet: there every text is read."""
    assert set(SEARCHABLE) == {"sqlite", "postgresql"}
