"""`accounts test`: what works, what is missing, and what to do about it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from monitor.clock import SteppedClock
from tests.integration.cli.terminal import Terminal
from tests.lib.http_server import Reply
from tests.lib.instagram_server import InstagramTown, problem
from tests.lib.mastodon_server import MastodonTown
from tests.lib.wordpress_server import LOGIN, WordPressTown
from tests.lib.youtube_reader import NOW
from tests.lib.youtube_server import CHANNELS, KEY, YouTubeTown, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STEPS = ["platform", "credential", "account", "profile", "identity", "posts"]


@pytest.fixture
def terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Terminal:
    """Sit down at a terminal."""
    return Terminal(tmp_path, monkeypatch, capsys)


@pytest.fixture
def tube() -> Iterator[YouTubeTown]:
    """Run YouTube with the council's channel and a video."""
    with YouTubeTown(SteppedClock(NOW).now) as town:
        town.upload(town.channel("Elm Town Council", "elmtown"), "Bins")
        yield town


KEYED = 'credential = "it"\n'


def test_an_account_that_can_be_read_is_well_in_every_step(
    terminal: Terminal, tube: YouTubeTown, tmp_path: Path
) -> None:
    """Before the first reading, and without making a database."""
    terminal.registers("youtube", "@elmtown", tube.server.url, KEYED)
    terminal.has(KEY)
    code, steps = terminal.tries()
    assert (code, list(steps)) == (0, STEPS)
    assert steps["profile"][1] == "it is called 'Elm Town Council'"
    assert steps["posts"][1] == "posts are shown: 1 of the last 30 days"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["clerkwatch.toml"]
    assert terminal.types("accounts", "test", "it") == 0
    assert terminal.printed.endswith("It can be read.\n")


def test_what_comes_after_a_failed_step_is_not_tried(terminal: Terminal, tube: YouTubeTown) -> None:
    """A key that is not accepted: said with what to do, and its words stand nowhere."""
    terminal.registers("youtube", "@elmtown", tube.server.url, KEYED)
    terminal.has("canary-of-another-project")
    code, steps = terminal.tries()
    assert code == 3
    assert [steps[name][0] for name in STEPS] == [True, True, False, None, None, None]
    assert steps["account"][1:] == (
        "YouTube does not accept the key",
        "Make a new one: docs/connectors/youtube.md",
    )
    assert "canary" not in terminal.printed


def test_a_missing_credential_is_said_first(terminal: Terminal, tube: YouTubeTown) -> None:
    """Nothing is asked of anybody."""
    terminal.registers("youtube", "@elmtown", tube.server.url, KEYED)
    code, steps = terminal.tries()
    assert (code, steps["credential"][0]) == (3, False)
    assert steps["credential"][2]
    terminal.registers("instagram", "elmtown", "")
    _, steps = terminal.tries()
    assert steps["credential"][2] == "See docs/connectors/instagram.md"
    assert tube.asked() == []


def test_a_missing_permission_is_named(terminal: Terminal) -> None:
    """For Instagram the page's token needs one more."""
    with InstagramTown(SteppedClock(NOW).now) as town:
        terminal.registers("instagram", "elmtown", town.server.url, KEYED)
        terminal.has(town.token)
        code, steps = terminal.tries()
        assert code == 0, steps
        town.next("account", problem(10, "(#10) requires instagram_basic"))
        _, steps = terminal.tries()
        assert "instagram_basic" in (steps["account"][2] or "")


def test_an_api_that_is_switched_off_is_named(terminal: Terminal, tube: YouTubeTown) -> None:
    """The remedy is the step of the page that was left out."""
    terminal.registers("youtube", "@elmtown", tube.server.url, KEYED)
    terminal.has(KEY)
    tube.next(CHANNELS, refusal(403, "accessNotConfigured"))
    _, steps = terminal.tries()
    assert "Switch on YouTube Data API v3" in (steps["account"][2] or "")


def test_an_account_that_is_another_one_now_is_said(terminal: Terminal) -> None:
    """After a first reading the lasting id is known: whoever took the name is somebody else."""
    with MastodonTown(SteppedClock(NOW).now) as town:
        town.account("elmtown")
        terminal.registers("mastodon", "@elmtown@social.example", town.server.url)
        assert terminal.types("scan") == 0
        assert terminal.tries()[1]["identity"][0] is True
        town.account("parish")
        terminal.registers("mastodon", "@parish@social.example", town.server.url)
        code, steps = terminal.tries()
        assert (code, steps["identity"][0]) == (3, False)
        assert "another account" in steps["identity"][1]


def test_a_trial_moves_nothing(terminal: Terminal) -> None:
    """What a reading has left is as it was: the next one reads as if nobody had tried."""
    with WordPressTown(SteppedClock(NOW).now) as site:
        site.post("Bins", "<p>On Friday.</p>")
        terminal.registers("wordpress", "https://news.example", site.server.url, KEYED)
        terminal.has(LOGIN)
        assert terminal.types("scan") == 0
        site.post("Hall", "<p>It is closed.</p>")
        code, steps = terminal.tries()
        assert code == 0, steps
        assert terminal.types("scan", "--json") == 0
        assert json.loads(terminal.printed)["coverage"][0]["new"] == 1


def test_a_server_that_is_down_can_wait(terminal: Terminal) -> None:
    """It is said like every other failure."""
    with WordPressTown(SteppedClock(NOW).now) as site:
        terminal.registers("wordpress", "https://news.example", site.server.url)
        site.next("index", Reply(status=503))
        code, steps = terminal.tries()
    assert (code, steps["account"][:2]) == (3, (False, "the site answered 503"))


def test_an_account_that_is_read_by_hand_has_nothing_to_try(terminal: Terminal) -> None:
    """And one that is not registered is a mistake of who typed it."""
    terminal.registers("manual", "Nextdoor", "")
    code, steps = terminal.tries()
    assert (code, list(steps)) == (0, ["platform"])
    assert terminal.types("accounts", "test", "nobody") == 2
