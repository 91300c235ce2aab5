"""`accounts test` of X: whose a token is, and what it can and cannot do."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from monitor.clock import SteppedClock
from monitor.demo.server import LoopbackServer
from monitor.demo.world import Body, Condition, Site, TownAccount, World
from monitor.demo.x_server import XPlatform
from tests.integration.cli.terminal import Terminal
from tests.lib.youtube_reader import HOUR, NOW

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = "AAAAAAAAAAAAAAAAAAAAAA" + "canary%2Fx" * 5
KEYED = 'credential = "it"\n'
READS = ["permission users.read", "permission tweet.read"]


class Town:
    """The account on X, and somebody who tries its token."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.world = World(clock=SteppedClock(NOW).now)
        self.platform = XPlatform(self.world)

    def joins(self, *, owns_app: bool = False) -> None:
        """Open the account, with six posts."""
        self.world.add_account(
            TownAccount(
                label="it",
                site=Site.X,
                platform_id="1001",
                handle="elmtown",
                name="Elm Town Council",
                token=TOKEN,
                owns_app=owns_app,
            )
        )
        for hours in range(6):
            self.world.publish("it", NOW - (1 + hours) * HOUR, body=Body(text=f"Notice {hours}."))

    def suffers(self, condition: Condition) -> None:
        """Begin a condition of the account."""
        self.world.set_condition("it", condition, NOW)


@pytest.fixture
def town(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Town]:
    """Run X, with the account registered."""
    town = Town(Terminal(tmp_path, monkeypatch, capsys))
    with LoopbackServer(town.platform) as server:
        town.terminal.registers("x", "elmtown", server.url, KEYED)
        town.terminal.has(TOKEN)
        yield town


def test_an_apps_own_token_reads_and_is_nobodys(town: Town) -> None:
    """Each permission is found by reading: a cent for the profile, five posts, once that day."""
    town.joins()
    code, steps = town.terminal.tries()
    assert code == 0, steps
    assert [steps[name][0] for name in READS] == [True, True]
    assert [steps[name][1][:7] for name in READS] == ["given: ", "given: "]
    (billed,) = town.platform.bill.months().values()
    assert billed == Decimal("0.010") + 5 * Decimal("0.005")
    assert "canary" not in town.terminal.printed + town.terminal.noted


def test_a_token_without_access_is_named_by_what_it_cannot_do(town: Town) -> None:
    """An app outside a project: the profile is refused; of the posts nothing can be told."""
    town.joins()
    town.suffers(Condition.FORBIDDEN)
    code, steps = town.terminal.tries()
    assert (code, steps[READS[0]][0]) == (3, False)
    assert "developer console" in (steps[READS[0]][2] or "")
    assert steps[READS[1]][1].startswith("not told")
    assert [steps[name][0] for name in ("account", "posts")] == [None, None]


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (Condition.TOKEN_DEAD, "does not accept the token"),
        (Condition.NO_CREDIT, "credit"),
    ],
)
def test_a_token_that_lets_nobody_in_is_told_as_that(
    town: Town, condition: Condition, said: str
) -> None:
    """Dead, or without money: no permission is called missing."""
    town.joins()
    town.suffers(condition)
    code, steps = town.terminal.tries()
    assert code == 3
    assert said in steps["account"][1]
    assert not [name for name, step in steps.items() if "permission" in name and step[0] is False]


def test_a_suspended_account_is_no_missing_permission(town: Town) -> None:
    """X lets the token in and does not show the account: the step of the account says so."""
    town.joins()
    town.suffers(Condition.SUSPENDED)
    code, steps = town.terminal.tries()
    assert (code, steps["account"][0]) == (3, False)
    assert [steps[name][1][:8] for name in READS] == ["not told", "not told"]


@pytest.mark.parametrize("owns_app", [True, False])
def test_owned_reads_need_the_accounts_own_login(town: Town, *, owns_app: bool) -> None:
    """Else the budget would count a fifth of what X bills."""
    town.joins(owns_app=owns_app)
    base = town.terminal._file.read_text("utf-8")
    town.terminal._file.write_text(f"{base}owned_reads = true\n", "utf-8")
    code, steps = town.terminal.tries()
    is_well, said, remedy = steps["permission owned reads"]
    assert (code == 0, is_well) == (owns_app, owns_app)
    assert ("owned_reads" in (remedy or "")) is not owns_app
    assert ("an app's own token" in said) is not owns_app
