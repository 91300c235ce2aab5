"""A record that begins where another one was: told, remembered, accepted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from config.sample import answers_of, sample
from config.settings import parse
from monitor.beginning import accept, missing, note_beginning, traces
from monitor.lock import daemon_lock
from storage.evidence import EvidenceFolder
from storage.open import open_repository

if TYPE_CHECKING:
    from pathlib import Path

    from config.settings import Settings

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return the configuration of a new installation."""
    text = sample(answers_of({"watch.ping": "none"}))
    file = tmp_path / "clerkwatch.toml"
    return parse(text, file=file, environ={"STATE_DIRECTORY": str(tmp_path)})


def test_an_empty_folder_has_no_traces(settings: Settings) -> None:
    """A first start is a first start."""
    assert traces(settings) == ""


def test_what_a_vanished_database_leaves_is_a_trace(settings: Settings, tmp_path: Path) -> None:
    """Kept evidence, the log of its writing, and the lock: each by itself, and all together."""
    with daemon_lock(settings.storage.url):
        pass
    lock = traces(settings)
    (tmp_path / "clerkwatch.db-wal").write_bytes(b"x")
    EvidenceFolder(tmp_path / "evidence").keep(b"a picture")
    everything = traces(settings)

    assert "clerkwatch.db.lock" in lock
    assert all(one in everything for one in ("1 kept files", "clerkwatch.db-wal", lock))


def test_an_installation_that_was_only_set_up_has_no_traces(settings: Settings) -> None:
    """`init` makes database and lock; the first scan after it is a first scan."""
    with daemon_lock(settings.storage.url):
        repository = open_repository(settings.storage.url, create=True)

    assert note_beginning(repository, settings, left="", at=NOW) == ""
    assert missing(repository) is None
    repository.close()


def test_a_missing_record_is_remembered_until_a_person_accepts_it(
    settings: Settings, tmp_path: Path
) -> None:
    """Also when the first start was killed before it could say so; later starts say nothing new."""
    EvidenceFolder(tmp_path / "evidence").keep(b"a picture")
    repository = open_repository(settings.storage.url, create=True)
    first = note_beginning(repository, settings, left="", at=NOW)
    again = note_beginning(repository, settings, left="the same", at=NOW)
    known = missing(repository)

    assert (first, again) == (f"1 kept files in {tmp_path / 'evidence'}", "")
    assert known is not None
    assert (known.failing_since, known.what) == (NOW, first)
    assert accept(repository, by="clerk", at=NOW)
    assert missing(repository) is None
    assert not accept(repository, by="clerk", at=NOW)
    assert repository.verify_ledger().faults == ()
    repository.close()
