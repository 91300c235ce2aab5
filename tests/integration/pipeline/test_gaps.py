"""What no reading can have any more: recorded with its bounds, told until somebody has looked."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from config.types import AccountId, CoverageStatus, Reason
from monitor import morning
from monitor.cli import main
from monitor.demo.world import Site
from storage.values import Review
from tests.integration.pipeline.village import DAY, HALF_AN_HOUR, START, Village
from tests.lib.schemas import SCHEMAS, problems

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from storage.values import Coverage

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
WINDOW = 10
LABEL = "council-feed"
TITLE = 'Website "Fernbeck Town Council"'
BOUNDS = "between Monday 2 November, 09:00 and Tuesday 3 November, 08:30"


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    """A village whose blog's feed holds ten posts, read once while it held ten."""
    with Village(tmp_path, feed_window=WINDOW) as made:
        assert made.account(Site.FEED) == LABEL
        for number in range(WINDOW):
            made.publish(LABEL, f"Old notice {number}.", ago=HOUR * (number + 1))
        assert made.covered().status is CoverageStatus.READ
        yield made


@pytest.fixture
def typed(
    village: Village, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """Type a command at the village's time; what it prints comes back."""
    monkeypatch.setenv("CLERKWATCH_CONFIG", str(village.folder / "clerkwatch.toml"))

    def run(*words: str) -> str:
        capsys.readouterr()
        with time_machine.travel(village.clock.now(), tick=False), pytest.raises(SystemExit):
            main([*words])
        return capsys.readouterr().out

    return run


def push_out(village: Village) -> Coverage:
    """A day without a reading, in whose last hours more is posted than the feed holds."""
    village.clock.advance(DAY)
    for number in range(3 * WINDOW):
        said = f"Notice {number} of {village.clock.now():%A}."
        village.publish(LABEL, said, ago=MINUTE * (3 * number + 3))
    return village.covered()


def digest(village: Village) -> str:
    """Return the morning mail of the next morning, in one line."""
    text = morning.compose(village.app, now=village.clock.now()).text
    return " ".join(text.split())


def test_what_was_pushed_out_is_told_until_somebody_has_looked(
    village: Village, typed: Callable[..., str]
) -> None:
    """Partial, in the digest of this morning and the next, gone after ``accounts reviewed``."""
    read = push_out(village)
    assert (read.status, read.reason) == (CoverageStatus.PARTIAL, Reason.PARTIAL)
    (gap,) = village.store.open_gaps()
    assert (gap.account, gap.start, gap.end) == (LABEL, START, START + DAY - 30 * MINUTE)
    assert [(one.start, one.end) for one in read.gaps] == [(gap.start, gap.end)]

    for later in (HOUR, DAY):
        after = village.covered(after=later)
        assert (after.status, after.gaps) == (CoverageStatus.READ, ())
        assert village.store.open_gaps() == [gap]
        told = digest(village)
        assert "1 of 1 account was read" in told
        assert f"COULD NOT BE READ {TITLE}, {BOUNDS}: posts of that time" in told
        assert f"When you have looked: clerkwatch accounts reviewed {LABEL}" in told

    shown = typed("accounts", "show", LABEL)
    assert "Gap        Mon 02 Nov 2026 09:00 to Tue 03 Nov 2026 08:30" in shown
    assert "pushed out" in shown
    assert f"When you have looked: clerkwatch accounts reviewed {LABEL}" in shown
    assert "1 gap to look at" in typed("accounts", "list")
    assert "gap 2 Nov 2026, 09:00 to 3 Nov 2026, 08:30" in typed("status")
    for words in (("accounts", "show", LABEL), ("accounts", "list"), ("status",)):
        assert [(one["from"], one["to"]) for one in told_gaps(typed, *words)] == [
            (gap.start.isoformat(), gap.end.isoformat())
        ]

    assert typed("accounts", "reviewed", LABEL, "--by", "Clerk") == (
        f"{LABEL}: looked at by Clerk. 1 gap will not be told again.\n"
    )
    assert village.store.open_gaps() == []
    assert "COULD NOT BE READ" not in digest(village)
    assert "Gap" not in typed("accounts", "show", LABEL)
    assert "accounts show" not in typed("accounts", "list")
    assert "accounts reviewed" not in typed("status")
    assert told_gaps(typed, "accounts", "list") == []
    village.covered(after=HALF_AN_HOUR)
    assert village.store.open_gaps() == []


def told_gaps(typed: Callable[..., str], *words: str) -> list[dict[str, str]]:
    """Return the gaps of the account as a command prints them for programmes."""
    told: Any = json.loads(typed(*words, "--json"))
    assert (
        problems(SCHEMAS[" ".join(words[:2]) if words[0] == "accounts" else words[0]], told) == []
    )
    if words[0] == "status":
        (told,) = told["readings"]
    elif words[1] == "list":
        (told,) = told
    gaps: list[dict[str, str]] = told["gaps"]
    return gaps


def test_a_reading_that_is_repeated_adds_nothing(village: Village) -> None:
    """Killed before it was noted, or read again by hand: one gap, and none more after a restart."""
    before = village.store.account_state(AccountId(LABEL))
    push_out(village)
    first = village.store.open_gaps()
    village.store.save_account_state(before)
    village.restart()
    assert village.covered().status is CoverageStatus.PARTIAL
    assert village.store.open_gaps() == first
    village.restart()
    assert village.covered(after=HOUR).status is CoverageStatus.READ
    assert village.store.open_gaps() == first


def test_what_was_looked_at_does_not_hide_what_is_lost_later(village: Village) -> None:
    """A look acknowledges what was known by then; two gaps are one sentence."""
    push_out(village)
    looked = Review(account=AccountId(LABEL), at=village.clock.now(), by="Clerk")
    with village.store.writing() as transaction:
        transaction.add_review(looked)
    assert village.store.open_gaps() == []
    push_out(village)
    push_out(village)
    assert [one.start for one in village.store.open_gaps()] == [START + DAY, START + 2 * DAY]
    told = digest(village)
    assert "2 times between Tuesday 3 November, 09:00 and Thursday 5 November, 08:30" in told
    assert told.count("cannot be read any more") == 1


def test_an_outage_that_can_be_filled_is_no_lasting_gap(village: Village) -> None:
    """What is still in the feed when it answers again was only late."""
    village.clock.advance(DAY)
    village.publish(LABEL, "A new notice.", ago=HOUR)
    assert village.covered().status is CoverageStatus.READ
    assert village.store.open_gaps() == []
