"""Starting the daemon: lock, schema, wiring; the work itself is `monitor.daemon`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from config.logs import configure
from monitor.app import build
from monitor.clock import SystemClock
from monitor.daemon import Daemon
from monitor.lock import daemon_lock
from monitor.notify import Notifier
from storage.open import open_repository

if TYPE_CHECKING:
    from random import Random

    from monitor.cli.common import Workplace


async def serve(place: Workplace, *, random: Random) -> int:
    """Hold the daemon's lock, bring the schema up to date and run until told to stop.

    Returns:
        0 when every unit ended in time, else 1.

    Raises:
        BusyError: Another daemon runs on this database.
        StorageError: The database cannot be used.
        OperatorError: Policy, rules or the mail server's secret cannot be used.
    """
    url = place.settings.storage.url
    log = structlog.get_logger()
    with daemon_lock(url):
        log.info("opening database", path=url.removeprefix("sqlite:///"))
        repository = open_repository(url, create=True, upgrade=True)
        try:
            app = build(
                place.settings,
                clock=SystemClock(),
                repository=repository,
                environ=place.environ,
            )
            configure(environ=place.environ, default="info", extra=[app.redactor])
            repository.sync_register(app.register, at=app.clock.now())
            notifier = Notifier.from_environ(place.environ)
            return await Daemon(app=app, notifier=notifier, random=random).run()
        finally:
            repository.close()
