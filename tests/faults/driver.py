"""A process that has everything loaded and forks one `clerkwatch` command after another.

Run as ``driver.py``: reads one order a line from standard input (JSON, see `Order`), lives it
in a child of its own process group and answers with one line. The child is the command itself,
from `monitor.cli.main` on; only what ends, moves or binds it comes from here, put around the
product's functions from outside, so that no line of it knows of tests.

A named point is a place where a death matters: before and after each statement's execution,
each commit, each file that reaches the disk, gets its name or goes, each request to a platform,
each hand-over to the mail server, and each step of the pipeline.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib
import itertools
import json
import mmap
import os
import pkgutil
import resource
import select
import signal
import socket
import struct
import sys
import threading
import traceback
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer.main
from alembic.ddl.impl import DefaultImpl
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.engine.default import DefaultDialect

import config
import connectors
import monitor
import monitor.apply
import monitor.cli
import monitor.judging
import storage
from connectors.door import Door
from monitor.alerts.transport import SmtpTransport
from monitor.clock import SystemClock
from monitor.daemon import Daemon
from storage.sql.repository import SqlRepository

if TYPE_CHECKING:
    from collections.abc import Callable

PHASES = ("pull", "record", "judge", "apply", "mail", "migrate")
POINTS = (
    "statement",
    *(
        f"{name} {side}"
        for name in (*PHASES, "commit", "fsync", "rename", "unlink")
        for side in ("before", "after")
    ),
)
"""Where a command may be made to die, by name."""
_SIZE = 8
_LONGEST_S = 240.0
_BEATS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One command to live.

    Attributes:
        words: The command's arguments.
        environ: All of its environment.
        folder: Where its output goes (``out`` and ``err``), and its working directory.
        die_at: Name of the point at which it is killed; empty: at none.
        nth: At which passing of that point, counted from 1.
        after_s: Killed after so many seconds; None: not.
        with_signal: What it gets then; SIGKILL goes to all that it started too.
        moved_by: How many seconds its clock is ahead; a file's name: what stands there, read
            each time the clock is asked.
        limits: Resource limits by their names in `resource`, in bytes; soft and hard.
        more_memory: How many bytes of address space it may take beyond what the driver has; None:
            as many as it likes.
        threads: How many threads begin before one finds no memory to begin; None: all.
        has_dns: Whether names can be resolved.
        ends_idle: The daemon gets SIGTERM when it has found nothing to do for some beats.
        is_rehearsal: It is lived by the driver itself, in the folder, so that what is loaded and
            compiled on the way need not be by every child.
    """

    words: list[str]
    environ: dict[str, str]
    folder: str
    die_at: str = ""
    nth: int = 0
    after_s: float | None = None
    with_signal: int = signal.SIGKILL
    moved_by: float | str = 0.0
    limits: dict[str, int] = field(default_factory=dict)
    more_memory: int | None = None
    threads: int | None = None
    has_dns: bool = True
    ends_idle: bool = False
    is_rehearsal: bool = False


class Counters:
    """Counts passings of each point in memory that outlives a killed child."""

    def __init__(self) -> None:
        """Share the memory with all children."""
        self._memory = mmap.mmap(-1, _SIZE * len(POINTS))
        self._lock = threading.Lock()
        self._last = ("", 0)
        self._signal = signal.SIGKILL

    def reset(self, last: tuple[str, int], number: int) -> None:
        """Begin anew, with the point at which the next child gets a signal."""
        self._memory[:] = bytes(len(self._memory))
        self._last, self._signal = last, signal.Signals(number)
        self._lock = threading.Lock()

    def tick(self, name: str) -> None:
        """Count one passing; does not return from one that kills."""
        place = POINTS.index(name) * _SIZE
        with self._lock:
            (count,) = struct.unpack_from("q", self._memory, place)
            struct.pack_into("q", self._memory, place, count + 1)
            if (name, count + 1) == self._last:
                # All of the group: the child that does the migration, a program it started.
                os.killpg(os.getpgrp(), self._signal)

    def read(self) -> dict[str, int]:
        """Return how often each point was passed."""
        found = struct.unpack(f"{len(POINTS)}q", self._memory[:])
        return {name: count for name, count in zip(POINTS, found, strict=True) if count}


def _around(counters: Counters, owner: Any, attribute: str, name: str) -> None:
    """Put a point on each side of a function."""
    real: Callable[..., Any] = getattr(owner, attribute)

    def ticking(*arguments: Any, **named: Any) -> Any:
        counters.tick(f"{name} before")
        done = real(*arguments, **named)
        counters.tick(f"{name} after")
        return done

    setattr(owner, attribute, ticking)


def put_points(counters: Counters) -> None:
    """Put the named points around the product, from outside."""
    event.listen(Engine, "before_cursor_execute", lambda *_: counters.tick("statement"))
    _around(counters, DefaultDialect, "do_commit", "commit")
    for name, real in (("fsync", "fsync"), ("rename", "replace"), ("unlink", "unlink")):
        _around(counters, os, real, name)
    _around(counters, Door, "exchange", "pull")
    _around(counters, SqlRepository, "record", "record")
    _around(counters, monitor.judging.Bench, "verdict", "judge")
    _around(counters, monitor.judging, "apply", "apply")
    _around(counters, SmtpTransport, "send", "mail")
    _around(counters, DefaultImpl, "_exec", "migrate")


def _move_clock(by: float | str) -> None:
    """Let the one clock of the house be ahead of the machine's."""

    def now(self: SystemClock) -> datetime:
        text = Path(by).read_text("utf-8") if isinstance(by, str) else by
        return datetime.now(UTC) + timedelta(seconds=float(text))

    SystemClock.now = now  # type: ignore[method-assign]  # the edge at which time comes in


def _end_when_idle() -> None:
    """Send ourselves SIGTERM when nothing has been at work for some beats."""
    real = Daemon.beat
    idle = 0

    async def beat(self: Daemon) -> None:
        nonlocal idle
        await real(self)
        idle = 0 if self._units else idle + 1
        if idle == _BEATS:
            os.kill(os.getpid(), signal.SIGTERM)

    Daemon.beat = beat  # type: ignore[method-assign]  # seen from outside


def _refuse_a_thread(after: int) -> None:
    """Let one thread find no memory to begin, as Python finds out: before anything of it runs."""
    real = threading.Thread._bootstrap  # type: ignore[attr-defined]  # what the C side calls
    numbers = itertools.count()

    def bootstrap(thread: threading.Thread) -> None:
        if next(numbers) == after:
            raise MemoryError
        real(thread)

    threading.Thread._bootstrap = bootstrap  # type: ignore[attr-defined]


def _no_such_name(*_: Any, **__: Any) -> Any:
    raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")


def _befall(order: Order) -> None:
    """Let happen to this process what the order says of its surroundings."""
    if order.moved_by:
        _move_clock(order.moved_by)
    if order.ends_idle:
        _end_when_idle()
    if "RLIMIT_FSIZE" in order.limits:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # as under Python itself: an error
    for limit, size in order.limits.items():
        resource.setrlimit(getattr(resource, limit), (size, size))
    if order.more_memory is not None:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        size = pages * resource.getpagesize() + order.more_memory
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
    if order.threads is not None:
        _refuse_a_thread(order.threads)
    if not order.has_dns:
        socket.getaddrinfo = _no_such_name


def _live(order: Order) -> None:
    """Be the command; does not return."""
    code = 70
    gc.enable()
    try:
        os.setpgid(0, 0)
        os.chdir(order.folder)
        for number, name, flags in (
            (0, os.devnull, os.O_RDONLY),
            (1, "out", os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
            (2, "err", os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
        ):
            os.dup2(os.open(name, flags, 0o600), number)
        os.environ.clear()
        os.environ.update(order.environ)
        _befall(order)
        sys.argv = ["clerkwatch", *order.words]
        try:
            monitor.cli.main()
            code = 0
        except SystemExit as ending:
            code = ending.code if isinstance(ending.code, int) else 0 if ending.code is None else 1
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:  # noqa: BLE001 - as Python itself: a traceback, and 1
        traceback.print_exc()
        sys.stderr.flush()
        code = 1
    finally:
        os._exit(code)


def _wait(child: int, order: Order) -> tuple[int, bool]:
    """Wait for the end, bringing it about where the order says when.

    Returns:
        The exit code, and whether it stood still: nobody had wanted it to be ended.
    """
    handle = os.pidfd_open(child)
    try:
        limit = order.after_s if order.after_s is not None else _LONGEST_S
        still = not select.select([handle], [], [], limit)[0]
        if still:
            number = order.with_signal if order.after_s is not None else signal.SIGKILL
            with contextlib.suppress(ProcessLookupError):
                if number == signal.SIGKILL:
                    os.killpg(child, number)
                else:
                    os.kill(child, number)
            if not select.select([handle], [], [], _LONGEST_S)[0]:
                os.killpg(child, signal.SIGKILL)
        stood_still = still and order.after_s is None
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), stood_still
    finally:
        os.close(handle)


def _load_everything() -> None:
    for room in (config, connectors, storage, monitor):
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            if "training" not in module.name and "migrations.versions" not in module.name:
                with contextlib.suppress(Exception):  # alembic's own entry runs only inside it
                    importlib.import_module(module.name)
    importlib.import_module("alembic.command")
    _build_once()


def _rehearse(order: Order) -> None:
    """Live a command in this very process, without points."""
    os.environ.clear()
    os.environ.update(order.environ)
    with contextlib.redirect_stdout(sys.stderr), contextlib.suppress(SystemExit):
        monitor.cli.main(order.words)


def _build_once() -> None:
    """Make the command line once, for all children: that is a third of a short command."""
    for module, name in ((monitor.cli, "build"), (typer.main, "get_command")):
        setattr(module, name, functools.cache(getattr(module, name)))
    typer.main.get_command(monitor.cli.build())


def main() -> None:
    """Serve orders until standard input ends."""
    _load_everything()
    counters = Counters()
    put_points(counters)
    gc.disable()  # what is never looked at is never copied
    for line in sys.stdin:
        given = json.loads(line)
        order = Order(**given)
        if order.is_rehearsal:
            _rehearse(order)
            sys.stdout.write("{}\n")
            sys.stdout.flush()
            continue
        counters.reset((order.die_at, order.nth), order.with_signal)
        gc.freeze()
        child = os.fork()
        if child == 0:
            _live(order)
        code, stood_still = _wait(child, order)
        done = {"code": code, "stood_still": stood_still, "points": counters.read()}
        sys.stdout.write(json.dumps(done) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
