"""Pictures of posts, and whether each was compared with those that had to go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from config.types import AccountId, SubjectId, SubjectKind, VersionId
from storage.columns import plain_values
from storage.sql.base import Desk, exists
from storage.sql.stepping import Steps
from storage.tables import NoCopying, PictureAddress, PictureLook, Subject, Version
from storage.values import PictureAddress as AddressValue
from storage.values import UnseenPicture

if TYPE_CHECKING:
    from datetime import datetime

_ADDRESS = PictureAddress.__table__
_LOOK = PictureLook.__table__
_STOPPED = NoCopying.__table__
_SUBJECT = Subject.__table__
_VERSION = Version.__table__


class Looking(Desk):
    """The part of the repository that knows which pictures are still to be compared."""

    def unseen_pictures(
        self, account: AccountId, *, since: datetime, limit: int = 20
    ) -> list[UnseenPicture]:
        """Return pictures of an account's posts that were not compared yet, newest first."""
        seen = select(_LOOK.c.version).where(
            _LOOK.c.version == _ADDRESS.c.version, _LOOK.c.position == _ADDRESS.c.position
        )
        stopped = select(_STOPPED.c.subject).where(_STOPPED.c.subject == _SUBJECT.c.id)
        query = (
            select(_ADDRESS, _SUBJECT.c.id.label("subject"))
            .join(_VERSION, _VERSION.c.id == _ADDRESS.c.version)
            .join(_SUBJECT, _SUBJECT.c.id == _VERSION.c.subject)
            .where(
                _SUBJECT.c.account == account,
                _SUBJECT.c.kind == SubjectKind.POST.value,
                _ADDRESS.c.read_at >= since,
                ~seen.exists(),
                ~stopped.exists(),
            )
            .order_by(_ADDRESS.c.version.desc(), _ADDRESS.c.position)
            .limit(limit)
        )
        with self._reading() as connection:
            return [
                UnseenPicture(
                    account=account,
                    subject=SubjectId(row["subject"]),
                    address=AddressValue(
                        version=VersionId(row["version"]),
                        position=row["position"],
                        name=row["name"],
                        url=row["url"],
                        read_at=row["read_at"],
                    ),
                )
                for row in connection.execute(query).mappings()
            ]


class LookSteps(Steps):
    """Writes about pictures that were compared."""

    def add_look(self, address: AddressValue, picture_hash: str, *, at: datetime) -> None:
        """Note that a picture was compared; a second call changes nothing."""
        known = select(_LOOK.c.version).where(
            _LOOK.c.version == address.version, _LOOK.c.position == address.position
        )
        if exists(self._connection, known):
            return
        values = {
            "version": address.version,
            "position": address.position,
            "picture_hash": picture_hash,
            "at": at,
        }
        self._connection.execute(insert(_LOOK).values(**plain_values(values)))
