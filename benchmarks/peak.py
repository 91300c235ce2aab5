"""The largest resident memory of a command: its own alone.

What the kernel says of a child's peak begins with its parent's (``ru_maxrss`` stands over from
before the child's program is loaded), and whoever measures here has judged ten thousand posts
before. So the command is started by a process that is smaller than any command.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_STARTS = """
import os, sys
child = os.posix_spawnp(
    sys.argv[1], sys.argv[1:], os.environ,
    file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
)
_, status, used = os.wait4(child, 0)
print(used.ru_maxrss * 1024)
sys.exit(os.waitstatus_to_exitcode(status))
"""


@dataclass(slots=True)
class Measured:
    """A command under way, then ended.

    Attributes:
        said: What it writes to standard error.
        code: How it ended.
        peak_mb: Its largest resident memory.
    """

    said: IO[str]
    code: int = 0
    peak_mb: float = 0.0


@contextmanager
def measured(command: Sequence[str], environ: Mapping[str, str]) -> Iterator[Measured]:
    """Run a command; what it is asked for is known at the end of the block."""
    with subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _STARTS, *command],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None  # both are pipes
        assert process.stderr is not None
        run = Measured(process.stderr)
        yield run
        run.said.read()  # to its end: a full pipe would hold the command up
        run.peak_mb = int(process.stdout.read()) / 1e6
    run.code = process.returncode
