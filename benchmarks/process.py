"""Start and size of the process: `--help`, start to READY, memory of the idle daemon."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import psutil

from benchmarks.posts import posts
from benchmarks.town import COMMAND, Town
from monitor.demo.world import Site

LONGEST_WAIT_S = 60.0
IDLE_BEATS = 5


def measure(*, runs: int = 5) -> dict[str, float]:
    """Return medians.

    Returns:
        ``help_s`` beside ``typer_rich_s`` (a process that imports the two) and their
        ``help_ratio``; ``ready_s`` from start to READY=1; ``idle_mb`` resident a few beats
        after the first readings; ``stop_s`` from SIGTERM to the end.
    """
    helped = [_timed([COMMAND, "--help"]) for _ in range(runs)]
    plain = [_timed([sys.executable, "-P", "-c", "import typer, rich"]) for _ in range(runs)]
    daemons = [_daemon() for _ in range(min(runs, 3))]
    return {
        "help_s": median(helped),
        "typer_rich_s": median(plain),
        "help_ratio": median(a / b for a, b in zip(helped, plain, strict=True)),
        "ready_s": median(figure[0] for figure in daemons),
        "idle_mb": median(figure[1] for figure in daemons),
        "stop_s": median(figure[2] for figure in daemons),
    }


def _timed(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began


def _daemon() -> tuple[float, float, float]:
    """Start the daemon in a small town as systemd would; return ready, memory, stop."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Town(Path(folder), [(site, posts(100)) for site in Site]) as town,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel,
    ):
        address = str(Path(folder) / "notify")
        channel.bind(address)
        channel.settimeout(LONGEST_WAIT_S)
        began = time.perf_counter()
        with subprocess.Popen(
            [COMMAND, "run"],
            # A short watchdog makes it look at its database every second.
            env=town.environ() | {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "3000000"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as daemon:
            try:
                _until(channel, b"READY=1")
                ready_s = time.perf_counter() - began
                for _ in range(IDLE_BEATS):
                    _until(channel, b"; 0 at work")
                idle_mb = psutil.Process(daemon.pid).memory_info().rss / 1e6
            finally:
                began = time.perf_counter()
                os.kill(daemon.pid, signal.SIGTERM)
                daemon.wait(timeout=60)
            stop_s = time.perf_counter() - began
    return ready_s, idle_mb, stop_s


def _until(channel: socket.socket, wanted: bytes) -> None:
    """Wait for a notification that says something, at most a minute."""
    ends = time.perf_counter() + LONGEST_WAIT_S
    said = b""
    while time.perf_counter() < ends:
        said = channel.recv(4096)  # the socket's own time-out bounds this
        if wanted in said:
            return
    raise TimeoutError(f"never said {wanted.decode()!r}; at last it said {said.decode()!r}")


if __name__ == "__main__":
    for name, value in measure().items():
        print(f"{name:16} {value:>10.3f}")
