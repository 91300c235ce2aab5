"""The same picture again: what was taken down because of it, shown by another post.

Words are compared where they are judged (`alike`); a picture has to be fetched first. So only
while something with a kept picture was taken down, each picture of a post that was read since
is fetched once, through the door, and compared by its hash. What looks the same gets a case
that is linked with the one that was closed: a person decides.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.types import Severity
from monitor.cases.request import due_by
from monitor.cases.stills import Again, Fetched, fetch
from monitor.checks.picture import distance

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from config.register import Account
    from config.types import CaseId
    from monitor.app import App
    from storage.values import KeptFile, UnseenPicture

WHY = "the same picture"
THE_SAME = 3
"""Bits of 64 that may differ: posters of one series differ by more, a recompressed copy by less."""
_SHAPE = 0.03
"""Share by which width over height may differ: a cropped picture is another."""
PATIENCE_S = 10.0
_MOST = 20
_EACH_S = 5.0
_FLAT = 6
"""A hash with fewer bits of either kind is of a picture of hardly anything: a plain colour."""
_BITS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a run came to: pictures compared, and cases on what was shown again."""

    compared: int = 0
    cases: tuple[CaseId, ...] = ()


def look_again(
    app: App,
    account: Account,
    *,
    as_of: datetime,
    patience_s: float = PATIENCE_S,
    monotonic: Callable[[], float] = time.monotonic,
) -> Looked:
    """Compare an account's new pictures with those that were taken down; safe to repeat.

    Args:
        app: The wired application.
        account: Which account was read.
        as_of: The present moment; aware UTC.
        patience_s: Seconds for all pictures together; the rest follows in the next run.
        monotonic: Seconds, for that.

    Raises:
        StorageError: The database refused.
    """
    removed = [one for one in app.repository.pictures_of_removed() if not is_flat(one.picture_hash)]
    if not removed or app.repository.is_writing():
        return Looked()
    since = min(one.at for one in removed)
    until = monotonic() + patience_s
    compared, cases = 0, []
    for unseen in app.repository.unseen_pictures(account.id, since=since, limit=_MOST):
        left = until - monotonic()
        if left <= 0 or app.stop.is_set():
            break
        made = fetch(app.door, account, unseen.address.url, total_s=min(_EACH_S, left))
        if not isinstance(made, Fetched) and made.again is Again.LATER:
            continue
        hashed = made.picture.hash if isinstance(made, Fetched) else ""
        shape = (made.picture.width, made.picture.height) if isinstance(made, Fetched) else (0, 0)
        match = same_as(hashed, shape, [one for one in removed if one.subject != unseen.subject])
        compared += 1
        case = _note(app, unseen, hashed, match, at=as_of)
        if case is not None:
            cases.append(case)
    if compared:
        app.log.info("pictures compared", compared=compared, again=len(cases))
    return Looked(compared=compared, cases=tuple(cases))


def same_as(
    picture_hash: str, shape: tuple[int, int], removed: Sequence[KeptFile]
) -> KeptFile | None:
    """Return the picture that one looks the same as, or None; pure.

    Args:
        picture_hash: 16 hexadecimal digits; empty: of no picture.
        shape: Its width and height in pixels.
        removed: Those that were taken down.
    """
    if not picture_hash or is_flat(picture_hash):
        return None
    for one in removed:
        apart = distance(picture_hash, one.picture_hash)
        if apart is not None and apart <= THE_SAME and _is_same_shape(shape, one):
            return one
    return None


def is_flat(picture_hash: str) -> bool:
    """Return whether a hash is of a picture of hardly anything, which is like too many others."""
    ones = int(picture_hash or "0", 16).bit_count()
    return not _FLAT <= ones <= _BITS - _FLAT


def _is_same_shape(shape: tuple[int, int], other: KeptFile) -> bool:
    width, height = shape
    if not (width and height and other.width and other.height):
        return False
    return abs((width / height) / (other.width / other.height) - 1) <= _SHAPE


def _note(
    app: App, unseen: UnseenPicture, hashed: str, match: KeptFile | None, *, at: datetime
) -> CaseId | None:
    """Write that a picture was compared, and open or join the case it leads to."""
    with app.repository.writing() as transaction:
        transaction.add_look(unseen.address, hashed, at=at)
        if match is None:
            return None
        case = transaction.open_case(
            unseen.subject,
            severity=Severity.REVIEW,
            history=False,
            due_at=due_by(app, Severity.REVIEW, at=at),
            at=at,
            by="clerkwatch",
            because=f"{WHY} as case {match.case}, which had to go",
        )
        transaction.link_cases(case, match.case, why=WHY, at=at)
        return case
