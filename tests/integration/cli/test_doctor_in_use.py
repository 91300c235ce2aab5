"""`doctor` on a house in use: each fault that befalls it is found, and its remedy named."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from config.sample import sample
from config.settings import parse
from config.types import MailKind, Reason
from monitor.alerts.digest import digest_key
from monitor.beginning import place_to_save
from monitor.clock import SteppedClock
from monitor.doctor import examine
from monitor.examining.names import check_names
from monitor.examining.record import LOCKS, check_held
from monitor.lock import daemon_lock
from storage.values import Attestation, HeldLogin, NewMail, Review
from tests.lib.house import ACCOUNTS, BOARD, DAY, FEED, HOUR, NOW, House

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from connectors._addresses import Lookup
    from monitor.diagnosis import Check

NO_DNS = {"CLERKWATCH_DNS": "none"}
HOLDER = """
import sqlite3, sys
raw = sqlite3.connect(sys.argv[1], isolation_level=None)
raw.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house whose record is open."""
    made = House(tmp_path)
    yield made
    made.repository.close()


def only(checks: list[Check]) -> Check:
    """Return the one check."""
    (check,) = checks
    return check


# --- the daemon -----------------------------------------------------------------------------


def test_a_daemon_that_never_ran_is_worth_a_look(house: House) -> None:
    """Before the service was started that is how it should be."""
    check = only(house.checks("daemon"))

    assert (check.state, "systemctl enable" in check.remedy) == ("look", True)


def test_a_daemon_that_ran_and_runs_no_more_is_a_fault(house: House) -> None:
    """With when it last did something, and where to see why it ended."""
    house.ran()
    check = only(house.checks("daemon"))

    assert (check.state, "24 November 2026, 08:00" in check.what) == ("fault", True)
    assert "systemctl start clerkwatch" in check.remedy
    assert "journalctl" in check.remedy


def test_a_daemon_that_lives_is_well(house: House) -> None:
    """It holds the lock, and its heart beat a moment ago."""
    house.ran()
    with daemon_lock(house.settings.storage.url) as lock:
        lock.beat(NOW - timedelta(seconds=20))
        check = only(house.checks("daemon"))

    assert (check.state, str(os.getpid()) in check.what) == ("well", True)


@pytest.mark.parametrize("since", [10 * timedelta(minutes=1), -10 * timedelta(minutes=1)])
def test_a_daemon_that_holds_the_lock_and_gives_no_sign_of_life_is_a_fault(
    house: House, since: timedelta
) -> None:
    """Whether its last beat lies back or, after a clock was set back, ahead."""
    with daemon_lock(house.settings.storage.url) as lock:
        lock.beat(NOW - since)
        check = only(house.checks("daemon"))

    assert (check.state, "last sign of life" in check.what) == ("fault", True)
    assert "systemctl restart clerkwatch" in check.remedy


def test_a_configuration_that_the_daemon_does_not_know_is_told(house: House) -> None:
    """It was changed after the start: a restart makes it count."""
    with daemon_lock(house.settings.storage.url) as lock:
        lock.beat(NOW)
        assert house.amiss("configuration") == []
        later = time.time() + 60
        os.utime(house.file, (later, later))
        lock.beat(NOW)
        check = only(house.amiss("configuration"))

    assert (check.state, "after the daemon started" in check.what) == ("look", True)
    assert "systemctl restart clerkwatch" in check.remedy


# --- regular work ---------------------------------------------------------------------------


def test_a_digest_that_did_not_go_out_is_told(house: House) -> None:
    """At nine the mail of seven is missing; a fault where the daemon should have sent it."""
    house.queue(digest_key((NOW - DAY).date()), at=NOW - DAY - 2 * HOUR)
    alone = only(house.amiss("digest"))
    with daemon_lock(house.settings.storage.url) as lock:
        lock.beat(NOW)
        beside = only(house.amiss("digest"))
    house.queue(digest_key(NOW.date()), at=NOW - 2 * HOUR)

    assert (alone.state, beside.state) == ("look", "fault")
    assert "23 November 2026, 07:00" in alone.what
    assert "systemctl start" in alone.remedy
    assert "journalctl" in beside.remedy
    assert house.amiss("digest") == []


def test_what_people_owe_is_told_with_the_command(house: House) -> None:
    """An account that nobody looked at, and logins that nobody attested for half a year."""
    looked = only(house.amiss("looking by hand"))
    with house.repository.writing() as transaction:
        transaction.add_review(Review(account=BOARD, at=NOW - DAY, by="Jo"))
        login = HeldLogin(name="Jo", address="jo@town.example")
        transaction.add_attestation(
            Attestation(account=FEED, at=NOW - 200 * DAY, by="Jo", logins=(login,))
        )
    attested = only(house.amiss("attesting logins"))

    assert "clerkwatch accounts reviewed" in looked.remedy
    assert (attested.state, "town" in attested.what) == ("look", True)
    assert "clerkwatch accounts attest" in attested.remedy
    assert house.amiss("looking by hand") == []


# --- readings -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "state", "remedy"),
    [
        (Reason.AUTH_EXPIRED, "fault", "accounts connect feed"),
        (Reason.FORBIDDEN, "fault", "accounts test town"),
        (Reason.ACCOUNT_GONE, "fault", "renamed, closed or taken over"),
        (Reason.CONTRACT, "fault", "newer clerkwatch"),
        (Reason.QUOTA_MONEY, "look", "[budget.feed]"),
        (Reason.RATE_LIMIT, "look", "waits as the platform asked"),
        (Reason.TRANSIENT, "look", "tried again by itself"),
        (Reason.PARTIAL, "look", "accounts show town"),
        (Reason.GONE_OR_HIDDEN, "look", "accounts test town"),
    ],
)
def test_an_account_that_fails_is_told_by_its_class(
    house: House, reason: Reason, state: str, remedy: str
) -> None:
    """Since when, what was said, and what that class of failure wants."""
    house.ran(error="town: what the server said")
    house.state(reason, NOW - 2 * HOUR, NOW - 3 * HOUR)
    check = only(house.amiss("account town")[:1])

    assert (check.state, remedy in check.remedy) == (state, True)
    assert "since 2026-11-24T07:00" in check.what
    assert "what the server said" in check.what


def test_what_should_have_passed_by_itself_is_a_fault_after_a_day(house: House) -> None:
    """A server that is down since the day before yesterday wants a person."""
    house.state(Reason.TRANSIENT, NOW - 2 * DAY, NOW - 3 * DAY)

    assert house.amiss("account town")[0].state == "fault"


def test_a_name_that_cannot_be_resolved_is_not_a_server_that_is_down(house: House) -> None:
    """The remedy is another: the machine's DNS."""
    house.ran(error="town: x could not be reached, because its name cannot be resolved (DNS)")
    house.state(Reason.TRANSIENT, NOW - HOUR, NOW - 2 * HOUR)

    assert "DNS" in house.amiss("account town")[0].remedy


def test_an_account_that_a_living_daemon_does_not_read_is_a_fault(house: House) -> None:
    """Nothing failed, and nothing was done."""
    house.state(None, None, NOW - 3 * HOUR)
    with daemon_lock(house.settings.storage.url) as lock:
        lock.beat(NOW)
        (check,) = (one for one in house.amiss("account town") if "though" in one.what)

    assert (check.state, "2026-11-24T06:00" in check.what) == ("fault", True)


def test_what_another_check_has_named_is_not_told_twice(tmp_path: Path) -> None:
    """A missing credential is one fault, also after it has let a reading fail."""
    made = House(tmp_path)
    text = made.file.read_text("utf-8").replace('platform = "feed"', 'platform = "mastodon"')
    text = text.replace('handle = "https://fern', 'credential = "m"\nhandle = "https://fern')
    made.settings = parse(text, file=made.file, environ={})
    made.state(Reason.AUTH_EXPIRED, NOW - HOUR, NOW - 2 * HOUR)
    found = examine(made.settings, environ=NO_DNS, clock=SteppedClock(NOW))
    faults = [check for check in found if (check.name, check.state) == ("account town", "fault")]
    made.repository.close()

    assert "CLERKWATCH_SECRET_M" in only(faults).remedy


# --- mails ----------------------------------------------------------------------------------


def test_mails_that_wait_are_told_with_what_the_server_said(house: House) -> None:
    """First worth a look, after an hour a fault; greylisting is no broken server."""
    house.queue("technical:one", at=NOW - timedelta(minutes=10), kind=MailKind.TECHNICAL)
    nobody = only(house.amiss("outbox"))
    house.offered("technical:one", "the mail server said 450 clerk@town.example: come again")
    early = only(house.amiss("outbox"))
    house.queue("technical:two", at=NOW - 2 * HOUR, kind=MailKind.TECHNICAL)
    house.offered("technical:two", "the mail server did not answer in time")
    late = only(house.amiss("outbox"))

    assert (nobody.state, "systemctl start" in nobody.remedy) == ("look", True)
    assert (early.state, "450 the address" in early.what) == ("look", True)
    assert "lets strangers wait" in early.remedy
    assert (late.state, "2 mails wait since 24 November 2026, 07:00" in late.what) == (
        "fault",
        True,
    )
    assert "once the server takes them" in late.remedy
    assert "clerk@" not in early.what + late.what


def test_a_mail_that_may_not_leave_yet_keeps_nobody_waiting(house: House) -> None:
    """Such as a request that can still be undone."""
    mail = house.queue("technical:one", at=NOW - 3 * HOUR, kind=MailKind.TECHNICAL)
    house.offered(mail.key, "")
    with house.repository.writing() as transaction:
        later = NewMail(
            key="request:1",
            kind=MailKind.REQUEST,
            message_id="<request@town.example>",
            subject="A request",
            body=b"Subject: A request\r\n\r\nwords\r\n",
            recipients=("jo@town.example",),
        )
        transaction.queue_mail(later, at=NOW - 3 * HOUR, not_before=NOW + HOUR)

    assert house.amiss("outbox") == []


def test_mails_that_a_server_refused_for_good_are_told(house: House) -> None:
    """Somebody has to put the address right."""
    house.queue("technical:one", at=NOW - HOUR, kind=MailKind.TECHNICAL)
    house.offered("technical:one", "the mail server said 550 no such user", is_final=True)
    check = only(house.amiss("outbox"))

    assert (check.state, "refused 1 mail" in check.what) == ("look", True)
    assert "Correct the address" in check.remedy


# --- the record -----------------------------------------------------------------------------


def test_runs_that_never_ended_are_told(house: House) -> None:
    """One is worth a look, several are a fault; one that is going on is neither."""
    house.ran(at=NOW - timedelta(minutes=5), has_ended=False)
    assert house.amiss("runs") == []
    house.ran(at=NOW - 3 * HOUR, has_ended=False)
    one = only(house.amiss("runs"))
    for hours in (4, 5):
        house.ran(at=NOW - hours * HOUR, has_ended=False)
    several = only(house.amiss("runs"))

    assert (one.state, "2026-11-24T06:00" in one.what) == ("look", True)
    assert (several.state, "3 runs" in several.what) == ("fault", True)


def test_a_process_that_keeps_others_from_writing_is_named(house: House) -> None:
    """Whoever holds the lock for longer than a write takes; and who lets go is not."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(house.database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    if str(holder.pid) not in LOCKS.read_text():
        pytest.skip("this machine does not tell who holds which lock")
    (check,) = check_held(house.database)
    holder.stdin.close()
    holder.wait(30)
    holder.stdout.close()

    assert (check.state, f"process {holder.pid} " in check.what) == ("fault", True)
    assert f"ps -f -p {holder.pid}" in check.remedy
    assert list(check_held(house.database)) == []


def test_who_writes_cannot_be_told_everywhere(house: House, tmp_path: Path) -> None:
    """A sandbox hides the kernel's list, and a line may be of another kind."""
    odd = tmp_path / "locks"
    odd.write_text("1: FLOCK  ADVISORY  WRITE 1 00:1b:1 0 EOF\n1: -> POSIX\n")

    assert list(check_held(house.database, locks=tmp_path / "missing")) == []
    assert list(check_held(house.database, locks=odd)) == []


def test_what_was_saved_of_a_record_is_told(house: House) -> None:
    """A copy that a daemon left holds names and posts, and may know more than the database."""
    saved = place_to_save(house.settings, at=NOW)
    saved.write_bytes(b"x")
    check = only(house.amiss("record"))

    assert (check.state, str(saved) in check.what) == ("fault", True)
    assert "stop the service" in check.remedy


def test_doctor_changes_nothing(tmp_path: Path) -> None:
    """Not a name, not a byte, not a time: neither before there is a record nor beside one."""

    def look() -> dict[str, tuple[int, int]]:
        places = [tmp_path, *tmp_path.rglob("*")]
        return {str(one): (one.stat().st_mtime_ns, one.stat().st_size) for one in places}

    text = sample({"mail.port": 9}) + ACCOUNTS
    settings = parse(text, file=tmp_path / "clerkwatch.toml", environ={})
    empty = look()
    examine(settings, environ=NO_DNS, clock=SteppedClock(NOW))
    assert look() == empty
    made = House(tmp_path)
    made.ran()
    made.repository.close()
    (tmp_path / "evidence").mkdir(mode=0o700)
    kept = look()
    found = examine(settings, environ=NO_DNS, clock=SteppedClock(NOW), file=made.file)

    assert any("ledger" in check.what for check in found)
    assert look() == kept


def test_a_record_that_is_written_to_meanwhile_is_read_as_it_is_then(house: House) -> None:
    """Beside a process that has it open, SQLite's own files are there already."""
    house.ran()
    with closing(sqlite3.connect(house.database)) as raw:
        raw.execute("SELECT 1 FROM run").fetchone()
        before = {one.name for one in house.database.parent.iterdir()}
        assert house.checks("database")[0].state == "well"
        assert {one.name for one in house.database.parent.iterdir()} == before


# --- names ----------------------------------------------------------------------------------


def resolver(*known: str) -> Lookup:
    """Return a resolver that knows these names only."""

    def look_up(host: str, port: int) -> list[str]:
        del port
        if host not in known:
            raise OSError(-2, "Name or service not known")
        return ["192.0.2.1"]

    return look_up


def named(folder: Path, *known: str, **answers: object) -> list[Check]:
    """Return what is said of names, where a resolver knows some."""
    text = sample({key.replace("__", "."): value for key, value in answers.items()}) + ACCOUNTS
    settings = parse(text, file=folder / "clerkwatch.toml", environ={})
    return list(check_names(settings, environ={}, lookup=resolver(*known)))


def test_names_that_can_be_resolved_are_well(tmp_path: Path) -> None:
    """Each server that the configuration leads to, once."""
    check = only(named(tmp_path, "fernbeck.example", "mail.example", mail__host="mail.example"))
    assert (check.state, "2 names" in check.what) == ("well", True)


def test_one_name_that_is_not_known_is_named_with_where_it_stands(tmp_path: Path) -> None:
    """The others are found: it is the name, or its server."""
    check = only(named(tmp_path, "fernbeck.example", mail__host="mial.example"))

    assert (check.state, "mial.example ([mail] host)" in check.what) == ("fault", True)
    assert "Correct the name" in check.remedy


def test_where_no_name_is_known_it_is_the_resolver(tmp_path: Path) -> None:
    """All of them at once: this machine's DNS."""
    check = only(named(tmp_path, mail__host="mail.example"))

    assert (check.state, "none of 2" in check.what) == ("fault", True)
    assert "This machine's DNS" in check.remedy


def test_an_address_needs_no_name(tmp_path: Path) -> None:
    """Nor is the DNS asked where it shall not be."""
    text = sample({})
    settings = parse(text, file=tmp_path / "clerkwatch.toml", environ={})

    assert list(check_names(settings, environ={}, lookup=resolver())) == []
    other = parse(text + ACCOUNTS, file=tmp_path / "clerkwatch.toml", environ={})
    assert list(check_names(other, environ=NO_DNS, lookup=resolver())) == []
