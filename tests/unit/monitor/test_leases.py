"""Leases of processes that are no more."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from monitor.leases import _is_dead, name_of_this_process


def test_this_process_is_alive() -> None:
    """Nobody takes a living process's account away."""
    assert not _is_dead(name_of_this_process(), host=socket.gethostname())


def test_a_process_that_ended_is_dead() -> None:
    """What a killed process held is free at once."""
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    assert _is_dead(f"here:{ended.pid}:abcd", host="here")


@pytest.mark.parametrize("owner", ["elsewhere:1:x", "here:none:x", "odd", ""])
def test_what_cannot_be_told_is_taken_for_alive(owner: str) -> None:
    """Another machine's process, or a name of another form, keeps its lease until it is late."""
    assert not _is_dead(owner, host="here")
