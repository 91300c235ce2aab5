"""Connecting at a real terminal: one step at a time, and the token not shown."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from monitor.clock import SystemClock
from monitor.demo.graph_server import GraphPlatform
from monitor.demo.server import LoopbackServer
from monitor.demo.world import Site, TownAccount, World
from tests.e2e.place import COMMAND

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.place import Machine

TOKEN = "EAAcanary" + "t0ken" * 20


class Typing:
    """Somebody at a pseudo-terminal."""

    def __init__(self, machine: Machine, *words: str) -> None:
        self._mine, theirs = os.openpty()
        self.process = subprocess.Popen(
            [COMMAND, *words],
            cwd=machine.folder,
            env=machine.environ,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self.seen = ""

    def sees(self, words: str) -> bool:
        """Read until some words stand there; False if it ends before."""
        while words not in " ".join(self.seen.split()):
            try:
                read = os.read(self._mine, 4096)
            except OSError:  # the other side has closed
                return False
            self.seen += read.decode("utf-8", "replace")
        return True

    def types(self, line: str) -> None:
        """Type a line."""
        os.write(self._mine, f"{line}\n".encode())

    def ends(self) -> int:
        """Read the rest and return the exit code."""
        self.sees("a word that never comes")
        os.close(self._mine)
        return self.process.wait(timeout=60)


@pytest.fixture
def page() -> World:
    """Return a world with the council's page."""
    world = World(clock=SystemClock().now)
    world.add_account(
        TownAccount(
            label="page",
            site=Site.FACEBOOK,
            platform_id="1001",
            handle="elmtown",
            name="Elm Town Council",
            token=TOKEN,
        )
    )
    return world


def test_the_steps_come_one_at_a_time_and_the_token_is_not_shown(
    machine: Machine, page: World
) -> None:
    """Enter leads to the next step; what is pasted at the end is stored and never echoed."""
    machine.init()
    secrets: Path = machine.folder / "secrets"
    secrets.mkdir(mode=0o700)
    with LoopbackServer(GraphPlatform(page)) as server:
        with machine.file.open("a", encoding="utf-8") as writing:
            writing.write(
                '\n[[accounts]]\nid = "page"\nplatform = "facebook"\nhandle = "elmtown"\n'
                'kind = "council"\nowner = "Jo"\ncredential = "facebook_page"\n'
                f'api_base = "{server.url}"\n'
            )
        person = Typing(machine, "accounts", "connect", "facebook", "--into", str(secrets))
        for number in range(1, 9):
            assert person.sees(f"Step {number} of 8:"), person.seen
            assert person.sees("Press Enter when this is done."), person.seen
            assert f"Step {number + 1} of 8:" not in person.seen
            person.types("")
            person.seen = person.seen.replace("Press Enter when this is done.", "")
        assert person.sees("Paste it here"), person.seen
        person.types(TOKEN)
        assert person.ends() == 0, person.seen
    assert TOKEN not in person.seen
    assert "Stored in" in person.seen
    file = secrets / "facebook_page"
    assert (file.read_text("utf-8"), file.stat().st_mode & 0o777) == (f"{TOKEN}\n", 0o600)


def test_going_away_in_the_middle_stores_nothing(machine: Machine, page: World) -> None:
    """The terminal ends before the last step."""
    machine.init()
    secrets = machine.folder / "secrets"
    secrets.mkdir(mode=0o700)
    with machine.file.open("a", encoding="utf-8") as writing:
        writing.write(
            '\n[[accounts]]\nid = "page"\nplatform = "facebook"\nhandle = "elmtown"\n'
            'kind = "council"\nowner = "Jo"\ncredential = "facebook_page"\n'
        )
    person = Typing(machine, "accounts", "connect", "facebook", "--into", str(secrets))
    assert person.sees("Press Enter when this is done.")
    person.types("\x04")
    person.types("\x04")
    code = person.ends()
    assert code == 2, person.seen
    assert list(secrets.iterdir()) == []
