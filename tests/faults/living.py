"""A daemon that goes on while something befalls it; each of its beats is heard."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.lock import holder
from tests.e2e.place import COMMAND

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.town import FaultTown

SEVEN = {"CLERKWATCH_SCHEDULE__DIGEST_AT": "07:00"}
LIBRARIES = (
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/faketime/libfaketime.so.1",
)
LONGEST_S = 180.0
"""How long a daemon may take for one step, on however busy a machine."""


class Living:
    """A daemon that goes on while something befalls it; each of its beats is heard."""

    def __init__(self, town: FaultTown, folder: Path, *, ahead: Path) -> None:
        """Bind the notify socket.

        Args:
            town: Where it lives.
            folder: Its database's.
            ahead: The file that says how far its clock is ahead, in seconds.
        """
        self.town, self.folder, self.ahead = town, folder, ahead
        self._channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        address = str(folder / "notify")
        self._channel.bind(address)
        self._channel.settimeout(LONGEST_S)
        self.heard = ""
        self.more = SEVEN | {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "1500000"}

    def step(self, at: datetime) -> None:
        """Set its clock to an instant."""
        written = self.ahead.with_suffix(".next")
        written.write_text(f"{(at - datetime.now(UTC)).total_seconds():+.0f}", "utf-8")
        written.replace(self.ahead)

    def until(self, came: Callable[[], bool]) -> None:
        """Wait, beat by beat, until something has come."""
        ends = time.monotonic() + LONGEST_S
        while not came():
            self.heard = self._channel.recv(4096).decode()
            assert time.monotonic() < ends, "the daemon beats, and nothing comes of it"

    def stop(self) -> None:
        """Send SIGTERM."""
        known = holder(f"sqlite:///{self.folder / 'clerkwatch.db'}")
        assert known is not None
        os.kill(known.process, signal.SIGTERM)

    def close(self) -> None:
        """Stop listening."""
        self._channel.close()

    def run_forked(self) -> int:
        """Be the daemon with the house's one clock moved; returns its exit code."""
        return self.town.live(self.folder, "run", more=self.more, moved_by=str(self.ahead)).code

    def run_faketime(self) -> int:
        """Be the installed daemon, its machine's clock moved beneath it; returns its exit code."""
        library = next((one for one in LIBRARIES if Path(one).exists()), None)
        assert library is not None
        environ = (
            self.town.environ_of(self.folder)
            | self.more
            | {
                "LD_PRELOAD": library,
                "FAKETIME_TIMESTAMP_FILE": str(self.ahead),
                "FAKETIME_NO_CACHE": "1",
                # With the monotonic clock faked too, Python's threads hang.
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            }
        )
        with (self.folder / "out").open("wb") as out, (self.folder / "err").open("wb") as err:
            done = subprocess.run(
                [COMMAND, "run"],
                cwd=self.folder,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                check=False,
                timeout=3 * LONGEST_S,
            )
        return done.returncode
