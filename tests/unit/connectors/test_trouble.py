"""Trouble on the way: which of it is the server's, and which the resolver's."""

from __future__ import annotations

import socket
import threading

import pytest
import requests

from connectors._addresses import LookUpTooLongError, look_up_within
from connectors._trouble import trouble


def wrapped(cause: OSError) -> requests.ConnectionError:
    """Return an error as requests wraps it."""
    error = requests.ConnectionError("no connection")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (wrapped(socket.gaierror(-3, "Temporary failure in name resolution")), "(DNS)"),
        (wrapped(LookUpTooLongError("the look-up of a.example took too long")), "(DNS)"),
        (wrapped(ConnectionRefusedError(111, "Connection refused")), "could not be reached"),
        (requests.Timeout("slow"), "did not answer in time"),
        (requests.exceptions.SSLError("no"), "could not prove who it is (TLS)"),
        (ValueError("odd"), "answered something that cannot be read"),
    ],
)
def test_a_name_that_cannot_be_resolved_is_no_server_that_is_down(
    error: Exception, said: str
) -> None:
    """Each kind has words of its own."""
    assert trouble(error).endswith(said)


def test_a_resolver_that_hangs_is_waited_for_no_longer_than_said() -> None:
    """Its thread is left to itself."""
    answered = threading.Event()

    def lookup(host: str, port: int) -> list[str]:
        answered.wait(10)
        return []

    with pytest.raises(LookUpTooLongError, match=r"the look-up of slow\.example took too long"):
        look_up_within(lookup, "slow.example", 443, seconds=0.01)
    answered.set()
