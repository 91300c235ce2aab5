"""Starting the daemon: lock, schema, wiring; the work itself is `monitor.daemon`."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

import structlog

from config.errors import ClerkwatchError, StorageError
from config.logs import configure
from monitor.alerts.missing_record import tell
from monitor.alerts.taken_away import tell as tell_taken_away
from monitor.app import build
from monitor.beginning import note_beginning, traces
from monitor.cli.common import database_exists
from monitor.clock import SystemClock
from monitor.daemon import Daemon
from monitor.lock import daemon_lock
from monitor.notify import Notifier
from monitor.pictures.process import reader_if_installed
from monitor.pseudonyms import hide_names
from monitor.thrift import settle, share_one_heap
from storage.open import open_repository

if TYPE_CHECKING:
    from random import Random

    from monitor.cli.common import Workplace


async def serve(place: Workplace, *, random: Random) -> int:
    """Hold the daemon's lock, bring the schema up to date and run until told to stop.

    Returns:
        0: whatever was cut off is due again at the next start. 1: the record was taken away.

    Raises:
        BusyError: Another daemon runs on this database.
        StorageError: The database cannot be used.
        OperatorError: Policy, rules or the mail server's secret cannot be used.
    """
    share_one_heap()
    url = place.settings.storage.url
    left = "" if database_exists(place.settings) else traces(place.settings)
    log = structlog.get_logger()
    with daemon_lock(url) as lock:
        log.info("opening database", path=url.removeprefix("sqlite:///"))
        _bring_up_to_date(url)
        repository = open_repository(url, create=True, upgrade=True)
        try:
            app = build(
                place.settings,
                clock=SystemClock(),
                repository=repository,
                environ=place.environ,
                file=place.file,
                pictures=reader_if_installed(),
            )
            configure(environ=place.environ, default="info", extra=[app.redactor])
            note_beginning(repository, place.settings, left=left, at=app.clock.now())
            tell(app, at=app.clock.now())
            repository.sync_register(app.register, at=app.clock.now())
            hidden = hide_names(app.pseudonyms, repository, at=app.clock.now())
            if hidden:
                log.info("names hidden", people=hidden)
            notifier = Notifier.from_environ(place.environ)
            asyncio.get_running_loop().call_soon(settle)  # once it has said that it is ready
            daemon = Daemon(app=app, notifier=notifier, random=random, lock=lock)
            code = await daemon.run()
            if daemon.lost is not None:
                tell_taken_away(app, daemon.lost, at=app.clock.now())
            return code
        finally:
            repository.close()


def _bring_up_to_date(url: str) -> None:
    """Make or upgrade the database in a process of its own, where there is anything to do.

    What does the steps would otherwise stay in the daemon's memory for good, a tenth of it.
    A failure is not told here: opening the database afterwards meets it again, and says so.
    """
    try:
        open_repository(url).close()
    except StorageError:
        # Forked: there is one thread yet, and nothing has to be imported a second time.
        child = os.fork()
        if child == 0:
            _migrate(url)
        os.waitpid(child, 0)


def _migrate(url: str) -> NoReturn:
    try:
        with suppress(ClerkwatchError):
            open_repository(url, create=True, upgrade=True).close()
    finally:
        os._exit(0)
