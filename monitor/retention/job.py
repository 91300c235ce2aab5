"""The daily purge: done, logged without words, remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from config.errors import ClerkwatchError
from config.types import Sign
from monitor.retention.purge import purge

if TYPE_CHECKING:
    from monitor.app import App
    from monitor.retention.purge import Purge

log = structlog.get_logger()


def purge_daily(app: App) -> Purge | None:
    """Purge by the schedule and remember whether that worked; None: it did not.

    Raises:
        StorageError: Not even that could be written.
    """
    now = app.clock.now()
    try:
        done = purge(app, now=now)
        what = "; ".join(done.trouble)
    except (ClerkwatchError, OSError) as error:
        done, what = None, app.redactor.redact(str(error))
    with app.repository.writing() as transaction:
        transaction.put_sign(Sign.PURGE, is_good=not what, at=now, what=what)
    if what:
        log.error("purge failed", why=what)
    if done is not None:
        log.info(
            "purge done",
            posts=len(done.gone),
            versions=done.versions,
            files=done.files,
            mails=done.mails,
            announced=len(done.announced),
            held=len(done.held),
            copies=len(done.copies),
        )
    return done
