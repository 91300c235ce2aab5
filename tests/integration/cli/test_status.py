"""`status`: everything that tells whether the daemon is well, in words and as JSON."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from config.types import MailKind, Reason
from monitor.alerts.digest import digest_key
from monitor.lock import daemon_lock
from monitor.status import look, nothing_yet
from storage.open import open_repository
from storage.values import Review
from tests.lib.house import BOARD, DAY, HOUR, NOW, House
from tests.lib.schemas import SCHEMAS, problems

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from monitor.status import Status

MINUTE = timedelta(minutes=1)
POLL = """
[[polls]]
id = "parish.2027-05-06"
type = "parish"
date = 2027-05-06
area = "whole"
"""


def told(house: House) -> Status:
    """Return how things stand; whatever it is, its JSON has the documented shape."""
    state = look(house.repository, settings=house.settings, file=house.file, now=NOW)
    assert problems(SCHEMAS["status"], state.as_json()) == []
    return state


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house whose record is open."""
    made = House(tmp_path, POLL, backup__to=str(tmp_path))
    yield made
    made.repository.close()


def said(state: Status, *words: str) -> str:
    """Return the one line that holds all of these words."""
    (line,) = (line for line in state.lines() if all(word in line for word in words))
    return line


def test_before_the_first_reading_everything_is_named_and_nothing_is_done(house: House) -> None:
    """No run, no mail, no copy: each has its line all the same."""
    state = told(house)
    shape = state.as_json()

    assert not state.is_well
    assert said(state, "Daemon", "not running")
    assert said(state, "town", "never read", "NOT IN TIME")
    assert said(state, "board: by hand", "never", "DUE")
    assert said(state, "Mails waiting", "0")
    assert said(state, "Backup", "none yet")
    assert said(state, "Ledger")
    assert said(state, "Disk", "free")
    assert [one["account"] for one in shape["readings"]] == ["town", "board"]
    assert shape["readings"][0]["status"] == "never read"
    assert shape["outbox"]["waiting"] == 0
    assert shape["disks"][0]["free_bytes"] > 0
    assert {one["name"] for one in shape["work"]} >= {"reading", "digest", "backup", "purge"}
    assert (shape["has_record"], shape["database"]) == (True, str(house.database))


def test_each_account_has_its_last_run_and_its_next(house: House) -> None:
    """Read five minutes ago, again in twenty-five; looked at yesterday, again in thirteen days."""
    house.state(None, None, NOW - 5 * MINUTE)
    with house.repository.writing() as transaction:
        transaction.add_review(Review(account=BOARD, at=NOW - DAY, by="Jo"))
    state = told(house)
    feed, board = state.as_json()["readings"]

    assert state.is_well
    assert said(state, "town", "read", "24 Nov 2026, 08:55", "next 24 Nov 2026, 09:25")
    assert said(state, "board", "by hand", "23 Nov 2026, 09:00", "next 7 Dec 2026, 09:00")
    assert (feed["last"], feed["next"]) == (
        "2026-11-24T08:55:00+00:00",
        "2026-11-24T09:25:00+00:00",
    )
    assert (feed["late"], board["late"], board["status"]) == (False, False, "by hand")


def test_an_account_that_fails_says_since_when_and_why(house: House) -> None:
    """And until when it is left alone."""
    house.state(Reason.RATE_LIMIT, NOW - 2 * HOUR, NOW - 3 * HOUR)
    state = told(house)
    feed = state.as_json()["readings"][0]

    assert said(state, "town", "failed", "rate limit since 24 Nov 2026, 07:00", "NOT IN TIME")
    assert (feed["why"], feed["failing_since"]) == ("rate limit", "2026-11-24T07:00:00+00:00")
    assert feed["late"]


def test_what_is_due_and_what_is_overdue_stands_apart(house: House) -> None:
    """The mail of seven did not go out; tonight's copy is only due."""
    house.queue(digest_key((NOW - DAY).date()), at=NOW - DAY - 2 * HOUR)
    state = told(house)
    work = {one["name"]: one for one in state.as_json()["work"]}

    assert said(state, "digest", "last 23 Nov 2026, 07:00", "OVERDUE since 24 Nov 2026, 07:00")
    assert (work["digest"]["overdue"], work["backup"]["overdue"]) == (True, False)
    assert work["digest"]["due"] == "2026-11-24T07:00:00+00:00"
    assert work["backup"]["due"] > NOW.isoformat()
    house.queue(digest_key(NOW.date()), at=NOW - 2 * HOUR)
    assert said(told(house), "digest", "last 24 Nov 2026, 07:00", "next 25 Nov 2026, 07:00")


def test_the_outbox_says_what_waits_since_when_and_what_the_server_said(house: House) -> None:
    """Never an address; refused mails are counted apart."""
    house.queue("technical:one", at=NOW - 2 * HOUR, kind=MailKind.TECHNICAL)
    house.offered("technical:one", "the mail server said 450 clerk@town.example: come again")
    house.queue("technical:two", at=NOW - 2 * HOUR, kind=MailKind.TECHNICAL)
    house.offered("technical:two", "550 no such user", is_final=True)
    state = told(house)
    outbox = state.as_json()["outbox"]

    line = said(state, "Mails waiting: 1", "since 24 Nov 2026, 07:00", "450 the address")
    assert "clerk@" not in line
    assert said(state, "refused for good", "1")
    assert (outbox["waiting"], outbox["refused"]) == (1, 1)
    assert outbox["since"] == "2026-11-24T07:00:00+00:00"
    assert state.as_json()["mails_waiting"] == 1


def test_the_daemon_lives_hangs_or_does_not_know_the_configuration(house: House) -> None:
    """Its last sign of life is told; without one it is not well."""
    house.state(None, None, NOW - 5 * MINUTE)
    with daemon_lock(house.settings.storage.url) as lock:
        lock.beat(NOW - MINUTE)
        alive = told(house)
        lock.beat(NOW - HOUR)
        hung = told(house)
        later = time.time() + 60
        os.utime(house.file, (later, later))
        changed = told(house)

    assert (alive.is_well, hung.is_well) == (True, False)
    assert said(alive, "Daemon", str(os.getpid()), "last sign of life 24 Nov 2026, 08:59")
    assert said(hung, "Daemon", "no sign of life since 24 Nov 2026, 08:00")
    assert alive.as_json()["daemon_beat"] == "2026-11-24T08:59:00+00:00"
    assert (alive.as_json()["hung"], hung.as_json()["hung"]) == (False, True)
    assert said(changed, "configuration was changed", "restart")


def test_the_next_window_is_told_with_its_dates(house: House) -> None:
    """The sentence, and for scripts the window itself."""
    state = told(house)
    window = state.as_json()["window"]

    assert any("2027" in line for line in state.coming)
    assert (window["poll"], window["open"]) == ("parish.2027-05-06", False)
    assert window["start"].startswith("2027-03")


def test_without_a_record_the_shape_is_the_same(tmp_path: Path) -> None:
    """A script need not tell an empty place from a full one by missing keys."""
    made = House(tmp_path)
    made.repository.close()
    full = look_again(made)
    state = nothing_yet(made.settings, now=NOW)
    assert problems(SCHEMAS["status"], state.as_json()) == []

    assert state.as_json().keys() == full.keys()
    assert (state.is_well, state.as_json()["has_record"]) == (False, False)
    assert said(state, "There is no database yet", "clerkwatch scan")


def test_a_record_that_is_there_no_more_is_not_called_a_beginning(tmp_path: Path) -> None:
    """Something of it lies about: that is said, with the remedy."""
    made = House(tmp_path)
    made.repository.close()
    with daemon_lock(made.settings.storage.url):
        pass
    made.database.unlink()
    state = nothing_yet(made.settings, now=NOW)

    assert said(state, "is missing, though there was one", "clerkwatch restore")
    assert "clerkwatch.db.lock" in state.as_json()["left"]


def look_again(house: House) -> dict[str, object]:
    """Return the JSON of a record that is opened for it."""
    repository = open_repository(house.settings.storage.url, read_only=True)
    state = look(repository, settings=house.settings, file=house.file, now=NOW)
    repository.close()
    return state.as_json()
