"""What is due, asked of the database at instants of a stepped clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from config.settings import load
from monitor import morning
from monitor.app import build
from monitor.demo.faults import Fault, FaultKind
from monitor.demo.run import DemoTown
from monitor.due import Due, after_failure
from monitor.pipeline import scan
from storage.open import open_repository

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from config.register import Account
    from monitor.app import App

MORNING = datetime(2026, 11, 23, 7, 0, tzinfo=ZoneInfo("Europe/London"))


class Place:
    """The demo's town with a wired application and the daemon's eye on its database."""

    def __init__(self, town: DemoTown, app: App) -> None:
        """Keep the three."""
        self.town = town
        self.app = app
        self.due = Due(app=app, random=Random(1))  # noqa: S311  # spreads pulls, guards nothing

    def names(self) -> set[str]:
        """Return the names of what is due now."""
        return {name for name, _ in self.due.units(frozenset())}

    def live(self) -> set[str]:
        """Do what is due now, one after the other; return the names."""
        units = self.due.units(frozenset())
        for _, work in units:
            work()
        return {name for name, _ in units}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """The evening before the first morning: nothing has been read yet."""
    with DemoTown(tmp_path, last_morning=MORNING) as town:
        environ = town.environ | {"STATE_DIRECTORY": str(tmp_path)}
        settings = load(town.settings_file, environ=environ)
        repository = open_repository(settings.storage.url, create=True)
        app = build(settings, clock=town.clock, repository=repository, environ=environ)
        repository.sync_register(app.register, at=town.clock.now())
        yield Place(town, app)
        repository.close()


def _before_seven(place: Place) -> None:
    place.town.clock.move_to(MORNING - timedelta(hours=1))


def test_at_a_start_after_the_time_the_digest_is_due_and_reads_the_accounts_itself(
    place: Place,
) -> None:
    """The catch-up is one digest; no pull runs beside it, and none is due after it."""
    place.town.clock.move_to(MORNING + timedelta(hours=3))

    assert place.live() >= {"digest"}
    assert not {name for name in place.names() if name != "judge"}
    assert morning.stored(place.app, MORNING.date()) is not None


def test_before_the_time_accounts_are_pulled_and_no_digest_is_due(place: Place) -> None:
    """Every account that a programme reads is pulled; the one watched by hand never."""
    _before_seven(place)

    pulled = {name.removeprefix("pull ") for name in place.live()}

    assert "digest" not in pulled
    assert "nextdoor" not in pulled
    assert {account.id for account in place.app.register} - pulled == {"nextdoor"}


def test_a_clock_stepped_over_the_time_makes_the_digest_due_once(place: Place) -> None:
    """Whatever the clock jumped over: one digest, and none again on that date."""
    _before_seven(place)
    place.live()
    place.town.clock.advance(timedelta(hours=2))

    assert "digest" in place.live()
    assert "digest" not in place.names()


def test_missed_dates_become_one_digest_that_names_them(place: Place) -> None:
    """After three days asleep one digest is due, and it says which dates had none."""
    place.town.clock.move_to(MORNING - timedelta(days=4) + timedelta(minutes=1))
    place.live()
    place.town.clock.move_to(MORNING + timedelta(hours=1))

    assert "digest" in place.live()
    newest = morning.stored(place.app, MORNING.date())
    assert newest is not None
    assert "This mail also covers" in newest.text
    assert "digest" not in place.names()


def test_pulls_come_again_within_pull_every_and_not_in_step(place: Place) -> None:
    """Nothing is due just before 90 % of the time, everything after 100 %, and not at once."""
    _before_seven(place)
    place.live()
    every = place.app.settings.schedule.pull_every
    start = place.town.clock.now()
    seen: list[int] = []
    for percent in range(80, 102, 2):
        place.town.clock.move_to(start + every * percent / 100)
        seen.append(sum(name.startswith("pull ") for name in place.names()))

    # One is watched by hand, and one has a dead token, which is asked once an hour.
    assert seen[0] == 0
    assert seen[-1] == len(place.app.register) - 2
    assert len(set(seen)) > 2


def test_what_was_read_just_before_the_digest_waits_no_longer_for_it(place: Place) -> None:
    """The morning reads no account again that was read a moment ago; its time runs from then."""
    place.town.clock.move_to(MORNING - timedelta(minutes=1))
    place.live()
    place.town.clock.move_to(MORNING)
    assert "digest" in place.live()
    place.town.clock.move_to(MORNING - timedelta(minutes=1))
    place.town.clock.advance(place.app.settings.schedule.pull_every)

    pulls = {name for name in place.names() if name.startswith("pull ")}

    assert len(pulls) == len(place.app.register) - 2


def test_a_clock_set_back_stops_no_pulls(place: Place) -> None:
    """After the clock was set back by a year every account is due at once, waits included."""
    _before_seven(place)
    place.town.script.next_answers(
        "council-x", Fault(kind=FaultKind.RATE_LIMIT, headers={"retry-after": "3600"})
    )
    place.live()
    place.town.clock.advance(-timedelta(days=365))

    pulls = {name for name in place.names() if name.startswith("pull ")}

    assert len(pulls) == len(place.app.register) - 1


def test_what_a_platform_said_about_waiting_is_kept_to(place: Place) -> None:
    """An account that must not be asked before a time is not pulled before it."""
    _before_seven(place)
    account = place.app.register[0]
    scan(place.app, [account], by="test")
    state = place.app.repository.account_state(account.id)
    later = place.town.clock.now() + timedelta(minutes=50)
    place.app.repository.save_account_state(replace(state, retry_at=later))

    place.town.clock.advance(timedelta(minutes=40))
    early = place.names()
    place.town.clock.advance(timedelta(minutes=11))

    assert f"pull {account.id}" not in early
    assert f"pull {account.id}" in place.names()


def test_judging_is_due_only_while_something_is_stale(place: Place) -> None:
    """What was judged with the present rules is left alone; a new register entry's is not."""
    _before_seven(place)
    place.live()
    settled = place.names()
    other = Due(app=replace(place.app, register=_handed_over(place.app)), random=Random(1))  # noqa: S311  # spreads pulls, guards nothing

    assert "judge" not in settled
    assert "judge" in {name for name, _ in other.units(frozenset())}


def _handed_over(app: App) -> tuple[Account, ...]:
    """Return the register with the first account's area changed: a part of its stamp."""
    first, *others = app.register
    return (replace(first, area="Hillside"), *others)


@pytest.mark.parametrize(("times", "seconds"), [(1, 60), (2, 120), (3, 240), (5, 900), (50, 900)])
def test_what_fails_rests_ever_longer_up_to_a_quarter_of_an_hour(
    times: int, seconds: float
) -> None:
    """A unit that raises is not started again at the next beat."""
    assert after_failure(times) == seconds
