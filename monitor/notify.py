"""Tells systemd how the daemon is: ten lines on its socket.

Protocol: sd_notify(3). Never ``import systemd``: the folder of that name at the root of
this repository can be imported as a namespace package.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Notifier:
    """Sends state lines to the service manager; silent where there is none.

    Attributes:
        address: ``$NOTIFY_SOCKET``; empty: no service manager listens.
        watchdog_s: Seconds within which ``WATCHDOG=1`` is expected; None: no watchdog.
    """

    address: str = ""
    watchdog_s: float | None = None

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Notifier:
        """Read what the service manager has put into the environment."""
        microseconds = environ.get("WATCHDOG_USEC", "")
        return cls(
            address=environ.get("NOTIFY_SOCKET", ""),
            watchdog_s=int(microseconds) / 1e6 if microseconds.isdigit() else None,
        )

    def say(self, *lines: str) -> None:
        """Send lines such as ``READY=1``; a manager that does not listen is no failure.

        Raises:
            OSError: The socket is there but refuses, which systemd's own never does.
        """
        if not self.address:
            return
        address = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
            channel.connect(address)
            channel.sendall("\n".join(lines).encode())
