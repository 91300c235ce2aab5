"""Other programmes that a copy needs (age, gpg, sftp): run with an end in sight, never a shell."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING

from config.errors import BackupError
from monitor.alerts.hardening import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

_SLICE_S = 0.1
_ENDS_WITHIN_S = 5.0
_MOST_SAID = 4_000
_PACKAGES = {
    "age": "age",
    "gpg": "gnupg",
    "sftp": "openssh-client",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a piece of work may take, and who may end it before.

    Attributes:
        within_s: Seconds in all; None: as long as it takes.
        stop: Set when the process should end soon.
        monotonic: Seconds.
    """

    within_s: float | None = None
    stop: Event = field(default_factory=Event)
    monotonic: Callable[[], float] = time.monotonic
    _began: float = field(init=False)

    def __post_init__(self) -> None:
        """Begin to count."""
        object.__setattr__(self, "_began", self.monotonic())

    def check(self) -> None:
        """Go on, or give up.

        Raises:
            BackupError: The time is over, or the process is ending.
        """
        if self.stop.is_set():
            raise BackupError(
                "the copy was given up, because clerkwatch is ending",
                remedy="Nothing to do: it is made again",
            )
        if self.within_s is not None and self.monotonic() - self._began > self.within_s:
            raise BackupError(
                f"the copy took longer than {self.within_s / 60:.0f} minutes",
                remedy="See whether its place hangs, or raise [backup] within",
            )


def need(name: str) -> str:
    """Return where a programme lies.

    Raises:
        BackupError: It is not installed; says which package has it on Debian.
    """
    found = shutil.which(name)
    if found is None:
        raise BackupError(
            f"the programme {name} is not installed",
            remedy=f"Install it: apt-get install {_PACKAGES.get(name, name)}",
        )
    return found


def run(
    command: Sequence[str | Path],
    *,
    patience: Patience,
    given: bytes = b"",
    environ: Mapping[str, str],
) -> str:
    """Run a programme to its end and return what it printed.

    Args:
        command: Its name, looked up in the PATH, and its arguments.
        patience: Ends it.
        given: What it reads from standard input; a few kilobytes at most.
        environ: All that it gets of the environment beside PATH.

    Raises:
        BackupError: Not installed, it failed, or patience is over; what it said is in the
            text, on one line.
    """
    name, *arguments = command
    program = need(str(name))
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as read:
        read.write(given)
        read.seek(0)
        process = subprocess.Popen(  # noqa: S603  # no shell; every argument is checked or ours
            [program, *arguments],
            stdin=read,
            stdout=said,
            stderr=subprocess.STDOUT,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", **environ},
        )
        try:
            while not _has_ended(process):
                patience.check()
        finally:
            _end(process)
        said.seek(0)
        words = said.read(_MOST_SAID).decode("utf-8", "replace")
    if process.returncode:
        raise BackupError(f"{name} failed: {_last(words) or f'exit code {process.returncode}'}")
    return words


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(_SLICE_S)
    except subprocess.TimeoutExpired:
        return False
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    """End what still runs: politely, then for certain."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(_ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _last(words: str) -> str:
    """Return the last two lines a programme said: the first ones are greetings."""
    lines = [line for line in words.splitlines() if line.strip()]
    return one_line("; ".join(lines[-2:]), most=300)
