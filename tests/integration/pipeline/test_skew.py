"""A clock that is wrong: noticed by what the servers say that are read anyway."""

from __future__ import annotations

from datetime import UTC, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from config.types import Sign
from connectors.door import Door, Part
from monitor import skew
from monitor.alerts.postal import facts_of, technical_lines
from monitor.alerts.wording import Calendar
from monitor.doctor import examine_record
from monitor.skew import Skew
from tests.lib.http_server import Reply, ScriptedServer

if TYPE_CHECKING:
    from monitor.app import App
    from monitor.diagnosis import Check
    from tests.integration.pipeline.village import Village

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def heard(app: App, *ahead: timedelta) -> None:
    """Let servers have said by how much this machine is ahead of them."""
    for number, one in enumerate(ahead):
        app.skew.hear(f"server-{number}.example", app.clock.now() - one, app.clock.now())


def clock_of(app: App) -> list[Check]:
    """Return what doctor says of the clock, from the record."""
    found = examine_record(app.settings, None, now=app.clock.now())
    return [one for one in found if one.name == "clock"]


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (DAY + 2 * HOUR, "it is 1 day, 2 hours ahead of 3 servers"),
        (-DAY, "it is 1 day behind 3 servers"),
        (6 * MINUTE, "it is 6 minutes ahead of 3 servers"),
    ],
)
def test_a_clock_that_is_wrong_is_told(village: Village, ahead: timedelta, said: str) -> None:
    """In the journal, by doctor and to the supplier; when it is right again, nothing is said."""
    app = village.app
    heard(app, ahead, ahead, ahead)
    with capture_logs() as logged:
        skew.note(app)
    (line,) = logged
    (check,) = clock_of(app)
    facts = facts_of((), app.repository.signs(), has_inbox=False, has_ping=False)
    calendar = Calendar(zone=app.settings.council.timezone, as_of=app.clock.now())
    (told,) = technical_lines(facts, people=(), calendar=calendar)
    village.clock.advance(HOUR)
    heard(app, timedelta(seconds=2))
    skew.note(app)

    assert (line["event"], line["ahead_s"]) == ("clock differs", ahead.total_seconds())
    assert (check.state, said in check.what, said in told) == ("fault", True, True)
    assert "timedatectl set-ntp true" in check.remedy
    assert clock_of(app) == []


def test_one_server_with_a_wrong_clock_moves_it_little(village: Village) -> None:
    """Of several the median counts; and where nobody said anything nothing is concluded."""
    app = village.app
    heard(app, DAY, timedelta(), MINUTE)
    with capture_logs() as logged:
        skew.note(app)
        skew.note(app)

    assert logged == []
    sign = app.repository.signs()[Sign.CLOCK]
    assert (sign.failing_since, sign.good_at) == (None, app.clock.now())


def test_what_is_well_is_written_down_once_an_hour(village: Village) -> None:
    """Each reading hears of it; the record is not written to each time."""
    app = village.app
    for minutes in (0, 30, 30):
        village.clock.advance(minutes * MINUTE)
        heard(app, timedelta())
        skew.note(app)

    assert app.repository.signs()[Sign.CLOCK].good_at == app.clock.now()


@pytest.mark.parametrize(
    ("headers", "is_believed"),
    [({}, True), ({"Age": "0"}, True), ({"Age": "86400"}, False), ({"Date": "yesterday"}, False)],
)
def test_the_door_passes_on_what_time_servers_say_it_is(
    village: Village, *, headers: dict[str, str], is_believed: bool
) -> None:
    """Not out of a cache, and not what is no date."""
    now, told = village.clock.now(), Skew()
    with ScriptedServer() as server:
        place = f"news.example:{server.port}"
        dated = {"Date": format_datetime((now - DAY).astimezone(UTC), usegmt=True)}
        server.on("/", Reply(body="x", headers=dated | headers))
        door = Door(
            clock=lambda: now,
            told=told.hear,
            lookup=lambda _host, _port: ["127.0.0.1"],
            allow_private=frozenset({place}),
        )
        simulator = Part(id="simulator", api_base=f"http://{place}")
        door.get(f"http://{place}/", account=simulator)
        assert told.take() is None
        door.get(f"http://{place}/", account=Part(id="site", handle=f"http://{place}/"))

    assert told.take() == ((DAY, 1) if is_believed else None)
    assert told.take() is None
