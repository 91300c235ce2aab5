"""The reader of pictures as a child process: started when there is something to read.

The daemon itself decodes no picture. A child that hangs is killed, one that crashes is
replaced; either way the picture counts as not read, and the daemon's memory stays as it was.
"""

from __future__ import annotations

import importlib.util
import json
import os
import selectors
import struct
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog

from config.errors import PicturesError
from monitor.pictures.reader import MOST_WORDS, Unread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

CHILD = (sys.executable, "-I", "-B", "-c", "from monitor.pictures.child import main; main()")
"""Isolated: neither the working directory nor the environment says what is imported."""
_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
_NEEDED = ("rapidocr", "onnxruntime")
_LONGEST_ANSWER = 20 * MOST_WORDS
_PIECE = 65_536
_LENGTH = struct.Struct(">I")
log = structlog.get_logger()


def is_installed() -> bool:
    """Return whether the extra is there; nothing of it is imported."""
    return all(importlib.util.find_spec(name) is not None for name in _NEEDED)


def reader_if_installed() -> ChildReader | None:
    """Return the reader where the extra is installed; no process is started yet."""
    return ChildReader() if is_installed() else None


class ChildReader:
    """Fulfils `monitor.pictures.reader.PictureReader`; one child serves all threads in turn."""

    def __init__(
        self, command: Sequence[str] = CHILD, *, load_s: float = 60.0, each_s: float = 30.0
    ) -> None:
        """Prepare; nothing is started yet.

        Args:
            command: What is started.
            load_s: Most seconds until it is ready.
            each_s: Most seconds for one picture.
        """
        self._command = tuple(command)
        self._load_s = load_s
        self._each_s = each_s
        self._turn = threading.Lock()
        self._counting = threading.Lock()
        self._users = 0
        self._child: subprocess.Popen[bytes] | None = None

    @contextmanager
    def session(self) -> Iterator[Callable[[bytes], str | Unread]]:
        """Give the function that reads one picture; see `PictureReader.session`."""
        with self._counting:
            self._users += 1
        try:
            yield self._read
        finally:
            with self._counting:
                self._users -= 1
                is_last = not self._users
            if is_last:
                with self._turn:
                    self._end()

    def _read(self, data: bytes) -> str | Unread:
        with self._turn:
            child = self._child or self._start()
            try:
                line = _exchange(child, _LENGTH.pack(len(data)) + data, within_s=self._each_s)
                return _understood(line)
            except TimeoutError:
                self._end()
                why = f"reading it took longer than {self._each_s:.0f} seconds"
                return Unread(why=why, is_final=False)
            except (EOFError, OSError, ValueError):
                code = self._end()
                log.warning("the reader of pictures ended", code=code)
                return Unread(why="reading it failed", is_final=False)

    def _start(self) -> subprocess.Popen[bytes]:
        """Start a child and wait until it is ready.

        Raises:
            PicturesError: It does not come to be.
        """
        try:
            self._child = child = subprocess.Popen(  # noqa: S603 - our own programme, no shell
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_ENVIRONMENT,
                cwd="/",
                bufsize=0,
                start_new_session=True,
            )
            _exchange(child, b"", within_s=self._load_s)
        except (EOFError, OSError, TimeoutError, ValueError) as error:
            code = self._end()
            raise PicturesError(
                f"what reads pictures cannot be started (it ended with {code})",
                remedy="Install the extra again: pip install 'clerkwatch[pictures]'; it needs "
                "about 600 MB of memory while it reads",
            ) from error
        return child

    def _end(self) -> int | None:
        """End the child at once, whatever it does; return how it ended."""
        child, self._child = self._child, None
        if child is None:
            return None
        child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()
        return child.wait()


def _exchange(child: subprocess.Popen[bytes], message: bytes, *, within_s: float) -> bytes:
    """Send a message and return the line that answers it.

    Both at once: a child that hangs before it has read everything must not hold us.

    Raises:
        TimeoutError: No answer in time.
        EOFError: The child ended.
        OSError: The same, noticed while writing.
        ValueError: The answer is longer than any can be.
    """
    if child.stdin is None or child.stdout is None:
        raise EOFError("the child has no pipes")
    until = time.monotonic() + within_s
    left, answer = memoryview(message), bytearray()
    os.set_blocking(child.stdin.fileno(), False)
    with selectors.DefaultSelector() as waiting:
        waiting.register(child.stdout, selectors.EVENT_READ)
        if left:
            waiting.register(child.stdin, selectors.EVENT_WRITE)
        while not answer.endswith(b"\n"):
            ready = waiting.select(max(0.0, until - time.monotonic()))
            if not ready:
                raise TimeoutError
            for key, _ in ready:
                if key.fileobj is child.stdin:
                    left = left[os.write(child.stdin.fileno(), left[:_PIECE]) :]
                    if not left:
                        waiting.unregister(child.stdin)
                    continue
                piece = os.read(child.stdout.fileno(), _PIECE)
                if not piece:
                    raise EOFError("the child ended")
                answer += piece
            if len(answer) > _LONGEST_ANSWER:
                raise ValueError("the answer is too long")
    return bytes(answer)


def _understood(line: bytes) -> str | Unread:
    """Return what a line of the child says; whoever reads hostile pictures is not believed much.

    Raises:
        ValueError: It is no answer.
    """
    said = json.loads(line)
    words, why = (said.get("words"), said.get("why")) if isinstance(said, dict) else (None, None)
    if isinstance(words, str):
        return words[:MOST_WORDS]
    if isinstance(why, str):
        return Unread(why=" ".join(why[:200].split()), is_final=True)
    raise ValueError("neither words nor a reason")
