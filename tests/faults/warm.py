"""The test's side of `driver.py`: gives orders and returns what came of them."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from tests.faults.driver import Order

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

DRIVER = Path(__file__).with_name("driver.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """What one command came to.

    Attributes:
        code: Its exit code; negative: the signal that ended it.
        out: What it printed.
        err: What it said beside that.
        points: How often it passed each named point.
    """

    code: int
    out: str
    err: str
    points: Mapping[str, int]

    @property
    def json(self) -> Any:
        """Return what it printed, read as JSON."""
        return json.loads(self.out)


class Warm:
    """A driver process while entered; one order at a time."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        """Start it."""
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(DRIVER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let it end."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def _ask(self, order: Mapping[str, Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._lock:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            return json.loads(self._process.stdout.readline())

    def rehearse(self, folder: Path, environ: Mapping[str, str], words: Sequence[str]) -> None:
        """Live a command in the driver itself: what it loads and compiles is there for all."""
        order = Order(
            words=list(words), environ=dict(environ), folder=str(folder), is_rehearsal=True
        )
        self._ask(asdict(order))

    def run(
        self, folder: Path, environ: Mapping[str, str], words: Sequence[str], **fault: Any
    ) -> Lived:
        """Live one command in a folder.

        Args:
            folder: Its working directory; ``out`` and ``err`` are left there.
            environ: All of its environment.
            words: Its arguments.
            fault: What befalls it: the other fields of `Order`.
        """
        order = Order(words=list(words), environ=dict(environ), folder=str(folder), **fault)
        done = self._ask(asdict(order))
        assert not done["stood_still"], f"{' '.join(words)} stood still and had to be ended"
        return Lived(
            code=done["code"],
            points=done["points"],
            out=(folder / "out").read_text("utf-8", "replace"),
            err=(folder / "err").read_text("utf-8", "replace"),
        )
