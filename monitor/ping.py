"""The dead-man's ping: a sign of life to an outside service, after each complete run.

A dead machine sends no mail. The service that expects this sign tells somebody when it stays
away; so it is given only when every account was read in time, and a failing ping is never
more than a note. The address is itself a secret: it stands in no log.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import SecretStr

from config.errors import ReadError
from config.types import Sign
from connectors.door import Part
from monitor.opening import is_by_hand

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.app import App

AT_MOST_EVERY = timedelta(minutes=5)
_LARGEST = 64_000
_OK = range(200, 300)
_SHORTEST = 6


def is_due(app: App, *, now: datetime) -> bool:
    """Return whether a complete run has ended since the last ping that arrived.

    Complete: every account that a programme reads was read within twice ``pull_every``.

    Args:
        app: The wired application; only read from.
        now: The present moment; aware UTC.

    Raises:
        StorageError: The database cannot be read.
    """
    settings = app.settings
    if not settings.watch.has_ping():
        return False
    if app.repository.standstill() is not None:
        return False  # no mail leaves: that is not well, and nobody else would hear of it
    known = app.repository.signs().get(Sign.PING)
    last = known.good_at if known is not None else None
    if last is not None and abs(now - last) < AT_MOST_EVERY:
        return False
    read = [
        app.repository.account_state(account.id).last_read_at
        for account in app.register
        if not is_by_hand(account)
    ]
    in_time = 2 * settings.schedule.pull_every
    if any(at is None or now - at > in_time for at in read):
        return False
    newest = max((at for at in read if at is not None), default=now)
    return last is None or newest > last or last > now


def send(app: App) -> str:
    """Ask the address once, and remember whether that worked.

    Returns:
        What went wrong, without the address; empty if it arrived.

    Raises:
        StorageError: The database refused.
    """
    what = _ask(app)
    if what:
        app.log.warning("ping failed", what=what)
    with app.repository.writing() as transaction:
        transaction.put_sign(Sign.PING, is_good=not what, at=app.clock.now(), what=what)
    return what


def _ask(app: App) -> str:
    url = app.settings.watch.ping
    hide(app, url)
    split = urlsplit(url)
    near = f"http://{split.netloc}" if split.scheme == "http" else None
    part = Part(id="the dead-man's ping", handle=url, api_base=near)
    try:
        answer = app.door.get(url, account=part, max_bytes=_LARGEST, max_redirects=1)
    except ReadError as error:
        return app.redactor.redact(str(error))
    return "" if answer.status in _OK else f"{split.hostname} answered {answer.status}"


def hide(app: App, url: str) -> None:
    """Keep an address's path and query, which are its secret, out of everything written."""
    split = urlsplit(url)
    for secret in (split.path, split.query, *split.path.split("/")):
        if len(secret) >= _SHORTEST:
            app.redactor.add(SecretStr(secret))
