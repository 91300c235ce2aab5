"""What the service manager is told, on a real socket."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from monitor.notify import Notifier

if TYPE_CHECKING:
    from pathlib import Path


def test_lines_arrive_in_one_message(tmp_path: Path) -> None:
    """Several states of one moment are one datagram, as sd_notify(3) has it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(str(tmp_path / "notify"))
        Notifier(address=str(tmp_path / "notify")).say("READY=1", "STATUS=Watching")

        assert channel.recv(4096) == b"READY=1\nSTATUS=Watching"


def test_a_socket_without_a_file_is_found_by_its_name() -> None:
    """An address that begins with @ is an abstract one."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind("\0clerkwatch-test-notify")
        Notifier(address="@clerkwatch-test-notify").say("WATCHDOG=1")

        assert channel.recv(4096) == b"WATCHDOG=1"


def test_without_a_service_manager_nothing_is_said() -> None:
    """Started by hand there is no socket, and that is no failure."""
    notifier = Notifier.from_environ({})
    notifier.say("READY=1")

    assert notifier.address == ""
    assert notifier.watchdog_s is None


@pytest.mark.parametrize(("written", "seconds"), [("120000000", 120.0), ("", None), ("x", None)])
def test_the_watchdogs_time_is_read_in_microseconds(written: str, seconds: float | None) -> None:
    """What is no number counts as no watchdog."""
    assert Notifier.from_environ({"WATCHDOG_USEC": written}).watchdog_s == seconds
