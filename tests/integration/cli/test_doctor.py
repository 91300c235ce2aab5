"""`doctor` and `status`: what they find, on a real database, at a given moment."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from config.sample import sample
from config.settings import parse
from config.types import RunKind
from monitor.clock import SteppedClock
from monitor.doctor import examine
from monitor.lock import daemon_lock
from monitor.status import look
from storage.open import open_repository

if TYPE_CHECKING:
    from pathlib import Path

    from config.settings import Settings
    from monitor.diagnosis import Check

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
ACCOUNT = """
[[accounts]]
id = "town"
platform = "{}"
handle = "https://fernbeck.example/feed"
kind = "council"
owner = "Jo Marsh"
"""
NO_DNS = {"CLERKWATCH_DNS": "none"}
DECIDED = 'terms_accepted = { by = "Committee", on = 2026-11-01, minute = "2026/114" }\n'


def configured(folder: Path, more: str = "", **answers: object) -> Settings:
    """Return the sample configuration with a closed mail port and further tables."""
    text = sample({"mail.port": 9, **{key.replace("__", "."): v for key, v in answers.items()}})
    return parse(text + more, file=folder / "clerkwatch.toml", environ={})


def found(settings: Settings, name: str, *, at: datetime = NOW) -> list[Check]:
    """Return what doctor says about one thing."""
    checks = examine(settings, environ=NO_DNS, clock=SteppedClock(at))
    return [check for check in checks if check.name == name]


def test_every_fault_has_a_remedy(tmp_path: Path) -> None:
    """Nothing is wrong without saying what to do."""
    settings = configured(tmp_path, ACCOUNT.format("instagram"))
    checks = examine(settings, environ=NO_DNS, clock=SteppedClock(NOW))

    assert {check.name for check in checks if check.state == "fault"} == {
        "mail",
        "account town",
        "backup",
    }
    assert all(check.remedy for check in checks if check.state != "well")


def test_a_machine_that_lives_in_the_past_is_a_fault(tmp_path: Path) -> None:
    """A clock before this version was made is wrong."""
    (check,) = found(configured(tmp_path), "clock", at=datetime(2024, 1, 1, tzinfo=UTC))

    assert (check.state, "2024" in check.what) == ("fault", True)


def test_the_table_of_bank_holidays_says_when_it_runs_out(tmp_path: Path) -> None:
    """Half a year before the proclaimed days end somebody is told to upgrade."""
    settings = configured(tmp_path)

    for at, state in (
        (datetime(2026, 12, 1, tzinfo=UTC), "well"),
        (datetime(2028, 9, 1, tzinfo=UTC), "look"),
        (datetime(2029, 1, 1, 12, tzinfo=UTC), "fault"),
    ):
        dates = found(settings, "sell-by date", at=at)
        (check,) = (one for one in dates if "bank holidays" in one.what)
        assert (check.state, bool(check.remedy)) == (state, state != "well")


def test_a_file_that_is_no_database_of_ours_is_a_fault(tmp_path: Path) -> None:
    """It is named and left alone."""
    settings = configured(tmp_path)
    (tmp_path / "clerkwatch.db").write_bytes(b"something else entirely" * 100)
    (check,) = found(settings, "database")

    assert (check.state, bool(check.remedy)) == ("fault", True)


def test_a_run_that_lies_in_the_future_means_that_the_clock_was_set_back(tmp_path: Path) -> None:
    """Doctor asks for the clock before the next run writes into the past."""
    settings = configured(tmp_path)
    repository = open_repository(settings.storage.url, create=True)
    repository.begin_run(RunKind.SCAN, by="test", at=NOW + timedelta(days=2))
    repository.close()

    assert [check.state for check in found(settings, "clock")] == ["well", "fault"]


def test_a_ledger_that_somebody_changed_is_a_fault(tmp_path: Path) -> None:
    """Doctor sees what `evidence verify` sees."""
    settings = configured(tmp_path, ACCOUNT.format("feed"))
    repository = open_repository(settings.storage.url, create=True)
    repository.sync_register(settings.register(), at=NOW)
    repository.close()
    with sqlite3.connect(tmp_path / "clerkwatch.db") as connection:
        names = [
            name
            for (name,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='ledger'"
            )
        ]
        for name in names:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("DELETE FROM ledger WHERE rowid = (SELECT min(rowid) FROM ledger)")
    (check,) = found(settings, "ledger")

    assert check.state == "fault"


@pytest.mark.parametrize("table", ["outbox", "version", "ledger", "account"])
def test_a_damaged_page_is_a_fault_whatever_stands_on_it(tmp_path: Path, table: str) -> None:
    """Also one that no other check reads; doctor says so and goes on."""
    settings = configured(tmp_path)
    open_repository(settings.storage.url, create=True).close()
    path = tmp_path / "clerkwatch.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        ((page,),) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)
        )
        ((size,),) = connection.execute("PRAGMA page_size")
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xa5" * size)

    checks = found(settings, "database")

    assert "fault" in {check.state for check in checks}
    assert any("restore the newest backup" in check.remedy for check in checks)


def test_a_missing_mail_password_is_a_fault_before_any_mail(tmp_path: Path) -> None:
    """The secret's name stands in the remedy."""
    settings = configured(
        tmp_path, mail__auth="password", mail__username="clerkwatch", mail__host="mail.example"
    )
    (check,) = found(settings, "mail")

    assert check.state == "fault"
    assert "CLERKWATCH_SECRET_MAIL_PASSWORD" in check.what + check.remedy


@pytest.mark.parametrize(("platform", "more"), [("x", DECIDED), ("facebook", "")])
def test_a_platform_that_needs_a_credential_says_so(
    tmp_path: Path, platform: str, more: str
) -> None:
    """The remedy is that platform's page."""
    check = found(configured(tmp_path, ACCOUNT.format(platform) + more), "account town")[0]

    assert check.state == "fault"
    assert f"docs/connectors/{platform}.md" in check.remedy


def test_an_account_on_x_before_the_council_has_decided(tmp_path: Path) -> None:
    """It is no fault, but worth a look, that no programme reads it yet."""
    checks = found(configured(tmp_path, ACCOUNT.format("x")), "account town")

    assert "fault" not in {check.state for check in checks}
    (undecided,) = (check for check in checks if "not yet decided" in check.what)
    assert undecided.state == "look"
    assert "terms_accepted" in undecided.remedy


def test_addresses_outside_the_councils_domain_are_worth_a_look(tmp_path: Path) -> None:
    """Mails quote posts; they belong into the council's own mailboxes."""
    checks = found(configured(tmp_path, people__email="clerk@freemail.example"), "people")

    assert any("outside" in check.what for check in checks)


def test_a_poll_that_cannot_be_right_is_worth_a_look(tmp_path: Path) -> None:
    """What `elections add` would object to is told for the file too."""
    poll = '\n[[polls]]\nid = "p"\ntype = "parish"\ndate = 2027-05-08\n'  # a Saturday
    checks = found(configured(tmp_path, poll), "poll p")

    assert checks
    assert {check.state for check in checks} == {"look"}


def test_status_says_since_when_an_account_was_not_read_and_what_the_daemon_runs_on(
    tmp_path: Path,
) -> None:
    """Never read is late; a file newer than the daemon is said."""
    settings = configured(
        tmp_path,
        ACCOUNT.format("feed") + ACCOUNT.format("manual").replace('"town"', '"notice-board"'),
    )
    file = tmp_path / "clerkwatch.toml"
    file.write_text("", "utf-8")
    repository = open_repository(settings.storage.url, create=True)
    try:
        repository.sync_register(settings.register(), at=NOW)
        before = look(repository, settings=settings, file=file, now=NOW)
        with daemon_lock(settings.storage.url):
            later = datetime.now(UTC).timestamp() + 60  # the lock's own time is the machine's
            os.utime(file, (later, later))
            during = look(repository, settings=settings, file=file, now=NOW)
    finally:
        repository.close()

    assert (before.is_well, before.daemon, len(before.watched)) == (False, None, 1)
    assert [one.account for one in before.late] == ["town"]
    assert during.daemon is not None
    assert (during.daemon.process, during.config_changed) == (os.getpid(), True)
    assert any("restart it" in line for line in during.lines())
    assert any("never" in line for line in before.lines())
