"""The daemon as a process: what it says to systemd, how it ends, who works beside it."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from benchmarks.town import Town
from monitor.demo.faults import Fault, FaultKind
from monitor.demo.world import Site
from tests.integration.daemon.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HANGING = "account-00"
SOON_S = 20.0
LEASES = "select account from lease"
READ = "select account from account_state where last_read_at is not null order by account"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """Three accounts with a few harmless posts each."""
    texts = ["The library is open on Saturday.", "Bin collections move to Tuesday this week."]
    with Town(tmp_path, [(site, texts) for site in Site]) as town:
        yield town


def test_systemd_is_told_of_start_life_and_end(town: Town) -> None:
    """READY is said once, the watchdog is fed at each beat, and SIGTERM ends with 0."""
    with Service(town) as service:
        service.until_idle()
        service.until_idle()
        code, took = service.stop()

    assert code == 0
    assert took < SOON_S
    assert sum("READY=1" in line for line in service.said) == 1
    assert "READY=1" in service.said[0]
    assert sum("WATCHDOG=1" in line for line in service.said) >= 2
    assert "STOPPING=1" in service.said[-1]
    assert any("STATUS=Watching 3 accounts" in line for line in service.said)


def test_an_end_in_the_middle_of_a_reading_is_prompt_and_leaves_no_lease(town: Town) -> None:
    """SIGTERM while a server keeps silent: the end comes within 20 s, with 0."""
    town.script.next_answers(HANGING, *[Fault(kind=FaultKind.HANG, seconds=25.0)] * 3)
    with Service(town) as service:
        service.until(lambda line: "at work: " in line)
        code, took = service.stop()
        leases = service.rows(LEASES)

    assert code == 0
    assert took < SOON_S
    assert leases == []


def test_an_account_that_hangs_delays_no_other(town: Town) -> None:
    """While one server keeps silent, the other accounts are read."""
    town.script.next_answers(HANGING, *[Fault(kind=FaultKind.HANG, seconds=25.0)] * 3)
    with Service(town) as service:
        service.until(lambda _line: len(service.rows(READ)) == 2)

        assert service.rows(READ) == [("account-01",), ("account-02",)]
        assert service.process.poll() is None


def test_a_second_daemon_is_refused_and_other_commands_work_beside_it(town: Town) -> None:
    """The second names the first's process and ends with 1; reading and scanning go on."""
    with Service(town) as service:
        service.until_idle()
        second = town.run("run")
        beside = [town.run(*words).returncode for words in (("scan",), ("cases", "list"))]
        status = town.run("status")

        assert second.returncode == 1
        assert f"process {service.process.pid}" in second.stderr
        assert "Traceback" not in second.stderr
        assert beside == [0, 0]
        assert f"process {service.process.pid}" in status.stdout


def test_a_killed_daemon_leaves_nothing_in_the_way_of_the_next(town: Town) -> None:
    """After kill -9 in the middle of a reading the next start clears leases and reads on."""
    town.script.next_answers(HANGING, Fault(kind=FaultKind.HANG, seconds=10.0))
    with Service(town) as service:
        service.until(lambda _line: (HANGING,) in service.rows(LEASES))
        service.process.kill()
        assert service.process.wait(10) == -signal.SIGKILL
    with Service(town) as service:
        service.until(lambda _line: len(service.rows(READ)) == 3)
        code, _ = service.stop()

        assert code == 0
        assert service.rows(LEASES) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [("[unheard_of]\nkey = 1\n", "unheard_of"), ("no toml at all", "clerkwatch.toml")],
)
def test_a_wrong_configuration_is_told_in_words(town: Town, wrong: str, said: str) -> None:
    """A fault of the configuration ends the start with 2 and a message, no traceback."""
    file = town.folder / "clerkwatch.toml"
    file.write_text(file.read_text(encoding="utf-8") + f"\n{wrong}", encoding="utf-8")

    done = town.run("run")

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
