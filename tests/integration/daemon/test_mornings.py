"""One digest a council date, whatever clocks, restarts and other processes do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from config.types import MailKind
from monitor import morning
from monitor.demo.world import Site
from storage.open import open_repository
from tests.integration.pipeline.village import CLEAN, SALE, Village

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from monitor.app import App
    from storage.values import OutboxMail


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    """Return a village with two accounts that nobody has read yet."""
    with Village(tmp_path) as village:
        for site in (Site.FACEBOOK, Site.X):
            village.publish(village.account(site), CLEAN)
        village.add("")
        yield village


def digests(app: App) -> list[OutboxMail]:
    """Return all digests, oldest first."""
    return app.repository.mails(kind=MailKind.DIGEST)


def is_due(village: Village, at: datetime) -> bool:
    """Return whether the digest is due at a moment."""
    return morning.is_due(village.app, now=at)


@pytest.mark.parametrize(
    ("before", "due"),
    [
        (datetime(2026, 11, 24, 6, 59, 59, tzinfo=UTC), datetime(2026, 11, 24, 7, tzinfo=UTC)),
        # Summer time begins at 01:00 on 28 March 2027: 07:00 is an hour earlier from then on.
        (datetime(2027, 3, 27, 6, 59, 59, tzinfo=UTC), datetime(2027, 3, 27, 7, tzinfo=UTC)),
        (datetime(2027, 3, 28, 5, 59, 59, tzinfo=UTC), datetime(2027, 3, 28, 6, tzinfo=UTC)),
        # It ends at 02:00 on 25 October 2026: that day has 25 hours and one digest.
        (datetime(2026, 10, 25, 6, 59, 59, tzinfo=UTC), datetime(2026, 10, 25, 7, tzinfo=UTC)),
    ],
)
def test_it_is_due_at_seven_of_the_councils_clock(
    village: Village, before: datetime, due: datetime
) -> None:
    """Not a second before, also on the days on which clocks change; and once."""
    assert not is_due(village, before)
    assert is_due(village, due)
    village.clock.move_to(due)
    morning.send(village.app, by="test")
    for hours in range(1, 17):
        assert not is_due(village, due + timedelta(hours=hours - 1))
    assert is_due(village, due + timedelta(hours=25))


def test_a_restart_a_minute_before_loses_and_doubles_nothing(village: Village) -> None:
    """At 06:59 nothing is due; a new process at 07:00 writes it, a third one only sends it on."""
    seven = datetime(2026, 11, 24, 7, tzinfo=UTC)
    village.clock.move_to(seven - timedelta(minutes=1))
    assert not morning.is_due(village.app, now=village.clock.now())
    village.restart()
    village.clock.move_to(seven)
    assert morning.is_due(village.app, now=seven)
    assert morning.send(village.app, by="test").is_new
    (first,) = digests(village.app)
    village.restart()
    village.clock.advance(timedelta(minutes=1))
    assert not morning.is_due(village.app, now=village.clock.now())
    again = morning.send(village.app, by="test")
    assert not again.is_new
    (kept,) = digests(village.app)
    assert kept.body == first.body


def test_two_processes_at_once_write_one_digest(village: Village) -> None:
    """Both find it due and read the accounts; one mail is in the outbox, once in the ledger."""
    village.clock.move_to(datetime(2026, 11, 24, 7, tzinfo=UTC))
    first = village.app
    first.repository.sync_register(first.register, at=village.clock.now())
    other = open_repository(first.settings.storage.url)
    second = replace(first, repository=other, owner="another process")
    with ThreadPoolExecutor(2) as pool:
        sent = list(pool.map(lambda app: morning.send(app, by="test"), (first, second)))
    assert sorted(one.is_new for one in sent) == [False, True]
    assert len(digests(first)) == 1
    assert sent[0].composed == sent[1].composed
    assert first.repository.verify_ledger().faults == ()
    other.close()


def test_a_clock_set_back_brings_no_second_digest_of_a_date(village: Village) -> None:
    """Yesterday comes again, and today again: both have their mail already."""
    monday = datetime(2026, 11, 23, 7, tzinfo=UTC)
    for day in range(2):
        village.clock.move_to(monday + timedelta(days=day))
        assert morning.send(village.app, by="test").is_new
    for hours in (0, 1, 16, 24, 30):
        assert not is_due(village, monday + timedelta(hours=hours))
    assert is_due(village, monday + timedelta(days=2))


def test_it_covers_from_the_end_of_the_one_before_and_names_the_gap(village: Village) -> None:
    """Asleep from Tuesday to Friday: one mail, which names the days and has all that was found."""
    tuesday = datetime(2026, 11, 24, 7, tzinfo=UTC)
    village.clock.move_to(tuesday)
    morning.send(village.app, by="test")
    village.publish("council-facebook", SALE, ago=-timedelta(hours=2))
    village.clock.move_to(tuesday + timedelta(days=3, hours=5))
    sent = morning.send(village.app, by="test")
    text = " ".join(sent.composed.text.split())
    assert (
        "This mail also covers Wednesday 25 November and Thursday 26 November, when none was sent."
        in text
    )
    assert "1 new or changed post was checked since Tuesday 24 November, 07:00" in text
    assert sent.composed.subject == "1 post needs a decision — Fri 27 Nov"
    assert [mail.key for mail in digests(village.app)] == ["digest:2026-11-24", "digest:2026-11-27"]


def test_the_catch_up_reads_every_account_first(village: Village) -> None:
    """However late: both accounts are read in that very call, before the mail is written."""
    village.clock.move_to(datetime(2026, 11, 24, 19, 30, tzinfo=UTC))
    sent = morning.send(village.app, by="test")
    assert sent.composed.subject.startswith("No decision needed: 2 of 2 accounts read")
    assert "2 of 2 accounts were read; 2 posts were checked." in " ".join(
        sent.composed.text.split()
    )
