"""The daily copy: when it is due, what failing leads to, and who is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from config.types import Role, Sign
from monitor import morning, ping
from monitor.backup import timing
from monitor.backup.job import back_up
from monitor.doctor import examine
from monitor.due import Due
from monitor.status import look
from tests.integration.alerts.small_town import small_town
from tests.lib.elsewhere import elsewhere

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from monitor.diagnosis import Check
    from tests.integration.alerts.small_town import SmallTown

LONDON = ZoneInfo("Europe/London")
MONDAY = datetime(2026, 11, 30, 6, 0, tzinfo=LONDON)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def share(tmp_path: Path) -> Iterator[Path]:
    """A folder on another file system."""
    with elsewhere(tmp_path) as folder:
        yield folder


@pytest.fixture
def town(tmp_path: Path, share: Path) -> Iterator[SmallTown]:
    """A town whose copies go to the share."""
    with small_town(tmp_path, more=f'[backup]\nto = "{share}"\nkeep = 2') as made:
        made.app = replace(made.app, file=tmp_path / "clerkwatch.toml")
        made.clock.move_to(MONDAY)
        yield made


def doctor(town: SmallTown, name: str) -> list[Check]:
    """Return what doctor says about one thing."""
    checks = examine(town.app.settings, environ={}, clock=town.clock)
    return [check for check in checks if check.name == name]


def due(town: SmallTown, eye: Due) -> list[str]:
    """Do the purge and then the copy, if they are due; return the copy's name if it was."""
    done: list[str] = []
    for _ in range(2):
        for name, work in eye.units(frozenset()):
            if name in {"purge", "backup"}:
                work()
                done.append(name)
    return [name for name in done if name == "backup"]


def test_a_copy_is_made_once_a_day_at_its_time(town: SmallTown, share: Path) -> None:
    """At the start if the last time was missed, then each night; never more than are kept."""
    eye = Due(app=town.app, random=Random(1))  # noqa: S311  # spreads pulls, guards nothing
    made = []
    for hour in range(97):
        town.clock.move_to(MONDAY + hour * HOUR)
        made += [hour] * len(due(town, eye))
    # 06:00 at the start, then at the first look after 02:30: 03:00.
    assert made == [0, 21, 45, 69, 93]
    assert len(list(share.iterdir())) == 2
    another = Due(app=town.app, random=Random(1))  # noqa: S311  # as above
    assert due(town, another) == []
    assert town.app.repository.verify_ledger().faults == ()


def test_a_copy_that_fails_is_tried_again_each_hour_and_told(town: SmallTown, share: Path) -> None:
    """Technician's mail, status and doctor say it; when it works again, nothing is said."""
    eye = Due(app=town.app, random=Random(1))  # noqa: S311  # as above
    share.chmod(0)
    broken = replace(
        town.app,
        settings=town.app.settings.model_copy(
            update={"backup": town.app.settings.backup.model_copy(update={"to": f"{share}/no"})}
        ),
    )
    eye.app = broken
    tried = []
    for minutes in range(0, 130, 10):
        town.clock.move_to(MONDAY + timedelta(minutes=minutes))
        tried += [minutes] * len(due(town, eye))
    assert tried == [0, 60, 120]
    sign = town.app.repository.signs()[Sign.BACKUP]
    assert (sign.good_at, sign.failing_since) == (None, MONDAY)

    town.app = broken
    _, technical = morning.write(town.app, now=town.clock.now())
    assert technical is not None
    assert "no backup off this machine" in technical.subject
    assert b"is not there" in technical.body
    assert [(check.state, "is not there" in check.what) for check in doctor(town, "backup")] == [
        ("fault", True),
        ("fault", True),
    ]

    share.chmod(0o700)
    (share / "no").mkdir()
    town.clock.advance(HOUR)
    assert due(town, eye) == ["backup"]
    assert town.app.repository.signs()[Sign.BACKUP].failing_since is None
    _, technical = morning.write(town.app, now=town.clock.now())
    assert technical is None or "backup" not in technical.subject


def test_mondays_mail_says_when_the_last_copy_was_made(town: SmallTown, tmp_path: Path) -> None:
    """Without a place it says what that means; on other days nothing is said."""
    back_up(town.app)
    text = morning.compose(town.app, now=town.clock.now()).text
    assert "Last backup off this machine: Monday 30 November, 06:00." in " ".join(text.split())
    town.clock.advance(DAY)
    assert "backup" not in morning.compose(town.app, now=town.clock.now()).text
    town.clock.advance(6 * DAY)
    text = " ".join(morning.compose(town.app, now=town.clock.now()).text.split())
    assert "That is too long ago; please ask your supplier." in text
    assert sorted(check.state for check in doctor(town, "backup")) == ["fault", "look", "well"]
    with small_town(tmp_path / "bare") as bare:
        bare.clock.move_to(MONDAY)
        text = " ".join(morning.compose(bare.app, now=MONDAY).text.split())
        assert "There is no backup off this machine: if it breaks, the record is lost." in text
        (check,) = doctor(bare, "backup")
        assert (check.state, bool(check.remedy)) == ("fault", True)


def test_a_process_that_ends_blames_nobody(town: SmallTown) -> None:
    """A copy given up at the end of the process leaves no sign of failing."""
    town.app.stop.set()
    assert back_up(town.app) is None
    assert Sign.BACKUP not in town.app.repository.signs()


def test_held_mails_are_not_well(town: SmallTown, tmp_path: Path) -> None:
    """Status, doctor and the missing ping say that no mail leaves since a restore."""
    store, now = town.app.repository, town.clock.now()
    with store.writing() as steps:
        steps.stand_still(by="Jo Marsh", why="restored from a copy", at=now)
    (check,) = doctor(town, "mails")
    state = look(store, settings=town.app.settings, file=tmp_path / "clerkwatch.toml", now=now)

    assert check.state == "fault"
    assert (state.is_well, state.as_json()["mails_held_since"]) == (False, now.isoformat())
    assert not ping.is_due(town.app, now=now)
    eye = Due(app=town.app, random=Random(1))  # noqa: S311  # as above
    assert "deliver" not in {name for name, _ in eye.units(frozenset())}


@pytest.mark.parametrize(
    ("now", "last"),
    [
        ("2026-03-29T00:30+00:00", "2026-03-28T02:30+00:00"),
        ("2026-03-29T12:00+00:00", "2026-03-29T01:30+00:00"),
        ("2026-10-25T12:00+00:00", "2026-10-25T02:30+00:00"),
        ("2026-11-30T02:29+00:00", "2026-11-29T02:30+00:00"),
        ("2026-11-30T02:30+00:00", "2026-11-30T02:30+00:00"),
    ],
)
def test_the_time_of_the_copy_is_the_councils(town: SmallTown, now: str, last: str) -> None:
    """Also on the nights on which the clocks change."""
    found = timing.last_time(town.app.settings, now=datetime.fromisoformat(now))
    assert found == datetime.fromisoformat(last)


def test_people_for_technical_matters_are_there(town: SmallTown) -> None:
    """The tests above rest on it."""
    assert town.app.settings.addresses(Role.TECHNICAL)
