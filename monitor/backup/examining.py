"""What `doctor` examines of copies: whether there is a place, whether it works, for whom."""

from __future__ import annotations

import tempfile
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

from config.errors import ClerkwatchError
from config.types import Sign
from monitor.alerts.copies import is_late
from monitor.backup.places import place_of
from monitor.backup.programs import Patience, need
from monitor.backup.sealing import AGE, GPG, seal_of
from monitor.backup.staging import folder_of
from monitor.diagnosis import Check

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from config.settings import Settings
    from storage.repository import Repository

_WITHIN_S = 60.0
_PROGRAMS = {AGE: "age", GPG: "gpg"}


def check_place(settings: Settings, *, environ: Mapping[str, str]) -> Iterator[Check]:
    """Examine whether copies can be put off this machine, without making one.

    Args:
        settings: The configuration.
        environ: Where the private key is looked up.
    """
    if not settings.backup.to:
        yield Check(
            name="backup",
            state="fault",
            what="there is no place off this machine: if it breaks, the record is lost",
            remedy="Set [backup] to: a mounted share or sftp://… (docs/operators/backup.md)",
        )
        return
    kind = seal_of(settings.backup)
    try:
        if kind:
            need(_PROGRAMS[kind])
        place = place_of(
            settings.backup,
            environ=environ,
            patience=Patience(within_s=_WITHIN_S),
            beside=_there(folder_of(settings.storage.url)),
        )
        number = len(place.names()) if place is not None else 0
    except ClerkwatchError as error:
        yield Check(name="backup", state="fault", what=error.what, remedy=error.remedy)
        return
    title = place.title if place is not None else ""
    copies = "1 copy" if number == 1 else f"{number} copies"
    yield Check(name="backup", state="well", what=f"{title} can be reached, {copies} there")
    if not kind:
        yield Check(
            name="backup",
            state="look",
            what="copies are not encrypted",
            remedy="Set [backup] recipient: whoever has the place reads names and posts in them",
        )


def check_copies(settings: Settings, repository: Repository, *, now: datetime) -> Iterator[Check]:
    """Examine what earlier copies have left in the record, and whether mails are held.

    Args:
        settings: The configuration.
        repository: May be read-only.
        now: The present moment; aware UTC.
    """
    still = repository.standstill()
    if still is not None:
        yield Check(
            name="mails",
            state="fault",
            what=f"no mail leaves since the restore of {still.at.astimezone(UTC):%d %B %Y}",
            remedy="Look at what waits, then: clerkwatch restore --confirm",
        )
    if not settings.backup.to:
        return
    sign = repository.signs().get(Sign.BACKUP)
    if sign is None:
        yield Check(
            name="backup",
            state="look",
            what="no copy was made yet",
            remedy="The daemon makes one every day; now: clerkwatch backup",
        )
    elif sign.failing_since is not None:
        since = sign.failing_since.astimezone(settings.zone())
        yield Check(
            name="backup",
            state="fault",
            what=f"fails since {since:%d %B %Y, %H:%M}: {sign.what}",
            remedy="Put it right, then: clerkwatch backup",
        )
    elif is_late(sign, now=now):
        yield Check(
            name="backup",
            state="fault",
            what="the newest copy is more than two days old",
            remedy="Is the daemon running? clerkwatch status; now: clerkwatch backup",
        )


def _there(folder: Path) -> Path:
    """Return the nearest folder that is there: the database's may not be made yet."""
    for one in (folder, *folder.parents):
        if one.is_dir():
            return one
    return Path(tempfile.gettempdir())
