"""Clocks that jump and change: one digest a council date, none missed in silence."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from tests.faults.aftermath import ledger_faults
from tests.faults.conftest import WHOLE
from tests.faults.living import LIBRARIES, LONGEST_S, SEVEN, Living
from tests.faults.telling import LATER_S, digest_says, doctor
from tests.faults.town import moved

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.faults.conftest import Tried
    from tests.faults.town import FaultTown

LONDON = ZoneInfo("Europe/London")


def london(day: date, clock: str, *, fold: int = 0) -> datetime:
    """Return an instant by the council's clock; fold: the second time that it shows this."""
    hour, minute = map(int, clock.split(":"))
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON, fold=fold)


def around(day: date) -> list[datetime]:
    """Return instants of a day on which clocks change, or of any other: by UTC and by London."""
    night = datetime(day.year, day.month, day.day, tzinfo=UTC)
    halves = (1, 2, 3) if WHOLE else (1, 3)
    clocks = ("06:59", "07:00", "07:01") if WHOLE else ("06:59", "07:00")
    return [
        *(night + timedelta(minutes=30 * half) for half in halves),
        *(london(day, clock) for clock in clocks),
    ]


@pytest.mark.parametrize("minute", range(0, 24 * 60, 30))
def test_no_run_of_these_tests_meets_the_end_of_a_day(minute: int) -> None:
    """Whenever they are started: what they compare would be of two mornings."""
    began = london(date(2026, 11, 29), "00:00") + timedelta(minutes=minute)
    begins = began + moved(began)
    ends = begins + timedelta(seconds=LATER_S, minutes=25)

    assert begins.date() == ends.date()
    assert begins.hour >= 3


def digests(folder: Path) -> list[str]:
    """Return the council dates of all digests that were ever written, in order."""
    with closing(sqlite3.connect(f"file:{folder / 'clerkwatch.db'}?mode=ro", uri=True)) as raw:
        return [
            key.removeprefix("digest:")
            for (key,) in raw.execute("SELECT key FROM outbox WHERE kind = 'digest' ORDER BY id")
        ]


def lived(town: FaultTown, folder: Path, instants: Sequence[datetime]) -> None:
    """Start the daemon at each of these instants and let it do what is due."""
    for at in instants:
        ahead_s = (at - datetime.now(UTC)).total_seconds()
        done = town.live(folder, "run", more=SEVEN, moved_by=ahead_s, ends_idle=True)
        assert done.code == 0, f"{at}: {done.err[-2000:]}"


SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)
"""Summer time begins (01:30 does not exist) and ends (01:30 is twice)."""
DAYS = {"summer time begins": SPRING, "summer time ends": AUTUMN}


@pytest.mark.slow
@pytest.mark.parametrize("change", DAYS if WHOLE else ["summer time ends"])
def test_a_day_on_which_clocks_change_has_one_digest(
    town: FaultTown, tmp_path: Path, tried: Callable[[str], Tried], change: str
) -> None:
    """Started around 01:30 and 07:00, before and after the change: one digest a council date."""
    row, day = tried(f"clock: {change}"), DAYS[change]
    folder, since = town.fresh(tmp_path / "day"), len(town.smtp.mails)
    old = digests(folder)
    eve, next_day = day - timedelta(days=1), day + timedelta(days=1)
    instants = [london(eve, "07:00"), *around(day), london(next_day, "06:59")]
    lived(town, folder, [*instants, london(next_day, "07:00")])
    row.times += len(instants) + 1
    found = digests(folder)[len(old) :]
    wanted = [one.isoformat() for one in (eve, day, next_day)]
    row.lost += len(set(wanted) - set(found))
    row.doubled += len(found) - len(set(found))
    assert found == wanted
    row.told(digest_says(town, since, f"{day:%a} {day.day} {day:%b}"))
    assert ledger_faults(folder) == ()


@pytest.mark.slow
def test_a_clock_that_goes_a_day_forwards_and_back_doubles_and_loses_no_digest(
    town: FaultTown, tmp_path: Path, tried: Callable[[str], Tried]
) -> None:
    """Forward: the digest comes and names what had none; back: no second one, and doctor tells."""
    row = tried("clock: days forward and back")
    folder, since = town.fresh(tmp_path / "day"), len(town.smtp.mails)
    old, day = digests(folder), date(2027, 6, 15)
    eve, next_day = day - timedelta(days=1), day + timedelta(days=1)
    far = day + timedelta(days=4)
    lived(
        town,
        folder,
        [
            *around(day),
            *around(next_day),  # a day forward
            *around(day),  # and back
            *around(eve),  # before what there was
            london(next_day, "07:05"),
            london(far, "07:05"),  # three days nobody was awake
        ],
    )
    row.times += 4
    found = digests(folder)[len(old) :]
    wanted = {one.isoformat() for one in (day, next_day, far)}
    row.lost += len(wanted - set(found))
    row.doubled += len(found) - len(set(found))
    assert sorted(found) == sorted({*wanted, eve.isoformat()})
    row.told(digest_says(town, since, "This mail also covers"))
    back_s = (london(eve, "12:00") - datetime.now(UTC)).total_seconds()
    row.told(doctor(town, folder, "still to come", moved_by=back_s))
    assert ledger_faults(folder) == ()


@pytest.mark.slow
@pytest.mark.parametrize("way", ["injected", "libfaketime"])
def test_a_living_daemon_notices_a_stepped_clock(
    town: FaultTown, tmp_path: Path, tried: Callable[[str], Tried], way: str
) -> None:
    """Its clock steps forward, a day back, and forward: one digest a date, and reading goes on."""
    if way == "libfaketime" and not any(Path(one).exists() for one in LIBRARIES):
        pytest.skip("not run: faketime is not installed")
    row = tried(f"clock: stepped under a living daemon ({way})")
    folder, day = town.fresh(tmp_path / "day"), date(2027, 6, 15)
    old, next_day = digests(folder), day + timedelta(days=1)
    living = Living(town, folder, ahead=tmp_path / "ahead")

    def found() -> list[str]:
        return digests(folder)[len(old) :]

    living.step(london(day, "06:58"))
    with closing(living), ThreadPoolExecutor(1) as pool:
        run = living.run_forked if way == "injected" else living.run_faketime
        running, began = pool.submit(run), readings(folder)
        living.until(lambda: readings(folder) > began)
        living.step(london(day, "07:01"))
        living.until(lambda: found() == [day.isoformat()])
        before = readings(folder)
        living.step(london(day - timedelta(days=1), "06:00"))
        living.until(lambda: readings(folder) > before)
        living.step(london(next_day, "07:01"))
        living.until(lambda: len(found()) == 2)
        living.stop()
        assert running.result(LONGEST_S) == 0
    row.times += 3
    assert found() == [day.isoformat(), next_day.isoformat()]
    row.told("the digest of the date")
    assert ledger_faults(folder) == ()


def readings(folder: Path) -> int:
    """Return how many readings have ended."""
    with closing(sqlite3.connect(f"file:{folder / 'clerkwatch.db'}?mode=ro", uri=True)) as raw:
        ((count,),) = raw.execute("SELECT count(*) FROM run WHERE ended_at IS NOT NULL")
        return int(count)
