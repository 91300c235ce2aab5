"""Reading the pictures of an account's new posts: bounded, safe to repeat, said when it fails.

The posts are recorded and judged by their own words by then (law 2): nothing waits for a
picture. What is read is added to the version, which is judged again as news. The database
says what is due, so that a kill, a full run or a picture that cannot be had now is made good
by the next one.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from config.errors import PicturesError
from monitor.cases.stills import Again, Refused, fetch_bytes
from monitor.pictures.reader import Unread
from storage.values import PictureRead

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from config.register import Account
    from monitor.app import App
    from storage.values import PictureAddress

    Read = Callable[[bytes], str | Unread]

MOST = 40
"""Pictures of one account read in one run; the others follow in the next."""
PATIENCE_S = 60.0
"""Seconds in which a run reads an account's pictures."""
_EACH_S = 10.0
_WAITS = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1))


@dataclass(slots=True, kw_only=True)
class Came:
    """What a run came to.

    Attributes:
        read: Pictures that were read.
        with_words: Of these, how many hold any: their versions are to be judged.
        failed: How many could not be read, by the reason.
        trouble: Why none can be read here at all; empty: they can.
    """

    read: int = 0
    with_words: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    trouble: str = ""

    @property
    def said(self) -> str:
        """What the account's coverage says of it, in plain words; empty: all is well."""
        if self.trouble:
            return self.trouble
        if not self.failed:
            return ""
        number, whys = self.failed.total(), "; ".join(sorted(self.failed))
        pictures = "1 picture was" if number == 1 else f"{number} pictures were"
        return f"the text in {pictures} not read ({whys})"


def read_pictures(
    app: App,
    account: Account,
    *,
    as_of: datetime,
    patience_s: float = PATIENCE_S,
    monotonic: Callable[[], float] = time.monotonic,
) -> Came:
    """Read the pictures of an account's posts that were not read yet.

    Without the extra, and inside a writing transaction, it does nothing.

    Args:
        app: The wired application.
        account: Which account.
        as_of: The present moment; aware UTC.
        patience_s: Seconds for all of them together.
        monotonic: Seconds, for that.

    Raises:
        StorageError: The database refused.
    """
    came = Came()
    if app.pictures is None or app.repository.is_writing():
        return came
    until = monotonic() + patience_s
    due = app.repository.pictures_to_read(
        account.id, since=as_of - app.settings.schedule.look_back, as_of=as_of, limit=MOST
    )
    if not due:
        return came
    try:
        with app.pictures.session() as read:
            for address in due:
                left = until - monotonic()
                if left <= 0 or app.stop.is_set():
                    break
                made = _one(app, account, address, read, at=as_of, left=left)
                if app.stop.is_set():
                    break  # what failed because clerkwatch ends was no try
                _note(app, made, came, at=as_of)
    except PicturesError as error:
        app.log.warning("pictures cannot be read", what=error.what)
        came.trouble = str(error)
    if came.read or came.failed:
        app.log.info("pictures read", read=came.read, failed=came.failed.total())
    return came


def _one(
    app: App, account: Account, address: PictureAddress, read: Read, *, at: datetime, left: float
) -> PictureRead:
    """Fetch and read one picture; its failure is a value."""
    made = fetch_bytes(app.door, account, address.url, total_s=min(_EACH_S, left))
    if isinstance(made, Refused):
        return _failed(
            address,
            made.why,
            is_final=made.again is Again.NEVER,
            waits=made.again is Again.LATER,
            at=at,
        )
    named = hashlib.sha256(made).hexdigest()
    known = app.repository.picture_words(account.id, named)
    words = read(made) if known is None else known
    if isinstance(words, Unread):
        return _failed(address, words.why, is_final=words.is_final, waits=True, at=at, sha256=named)
    return PictureRead(
        address=address,
        sha256=named,
        words=app.redactor.kept(words),
        attempts=address.attempts + 1,
    )


def _failed(
    address: PictureAddress,
    why: str,
    *,
    is_final: bool,
    waits: bool,
    at: datetime,
    sha256: str = "",
) -> PictureRead:
    """Return that a picture was not read, and when it is tried again."""
    tries = address.attempts + 1
    is_final = is_final or tries > len(_WAITS)
    return PictureRead(
        address=address,
        sha256=sha256,
        why=why,
        is_final=is_final,
        attempts=tries,
        next_at=at + _WAITS[tries - 1] if waits and not is_final else None,
    )


def _note(app: App, made: PictureRead, came: Came, *, at: datetime) -> None:
    with app.repository.writing() as transaction:
        is_new = transaction.add_picture(made, at=at)
    if made.words is None:
        came.failed[made.why] += 1
    elif is_new:
        came.read += 1
        came.with_words += bool(made.words)
