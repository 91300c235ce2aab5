"""The daemon as systemd would start it: the installed command and its notify socket."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any, Self

from benchmarks.town import COMMAND

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from benchmarks.town import Town

LONGEST_S = 40.0


class Service:
    """One run of the daemon in a town; it looks at its database twice a second."""

    def __init__(self, town: Town) -> None:
        """Bind the socket; nothing runs yet."""
        self.town = town
        self.said: list[str] = []
        self._address = str(town.folder / f"notify-{time.monotonic_ns()}")
        self._channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)

    def __enter__(self) -> Self:
        """Start the daemon."""
        self._channel.bind(self._address)
        self._channel.settimeout(LONGEST_S)
        self.log = (self.town.folder / "log").open("a+", encoding="utf-8")
        self.process = subprocess.Popen(
            [COMMAND, "run"],
            env=self.town.environ()
            | {"NOTIFY_SOCKET": self._address, "WATCHDOG_USEC": "1500000", "INVOCATION_ID": "1"},
            stdout=self.log,
            stderr=self.log,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Kill what still runs."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(LONGEST_S)
        self._channel.close()
        self.log.close()

    def until(self, wanted: Callable[[str], bool]) -> str:
        """Return the first notification from now on that is wanted."""
        ends = time.monotonic() + LONGEST_S
        while time.monotonic() < ends:
            line = self._channel.recv(4096).decode()
            self.said.append(line)
            if wanted(line):
                return line
        raise TimeoutError(f"never said; at last: {self.said[-3:]}")

    def until_idle(self) -> str:
        """Wait until nothing is at work."""
        return self.until(lambda line: "0 at work" in line)

    def stop(self) -> tuple[int, float]:
        """Send SIGTERM; return exit code and seconds until the end."""
        began = time.monotonic()
        os.kill(self.process.pid, signal.SIGTERM)
        code = self.process.wait(LONGEST_S)
        took = time.monotonic() - began
        self._channel.settimeout(0)
        try:
            while True:
                self.said.append(self._channel.recv(4096).decode())
        except BlockingIOError:
            return code, took

    def rows(self, query: str) -> list[Any]:
        """Read the database beside the daemon."""
        path = self.town.folder / "clerkwatch.db"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            return list(connection.execute(query))
