"""Words in pictures: which pictures are still to be read, and what was read in them.

What is read is added at the end of its version's text, so that everything that goes by that
text (judging, searching, the paper, purging, erasure, a person's own record) has it, and no
span of a finding ever moves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, or_, select, update

from config.types import AccountId, SubjectKind, VersionId
from storage.columns import plain, plain_values
from storage.sql.base import Desk
from storage.sql.sources import picture_facts
from storage.sql.stepping import Steps
from storage.tables import NoCopying, PictureAddress, PictureReading, Subject, Version
from storage.values import PictureAddress as AddressValue
from storage.values.judging import PICTURED
from storage.values.reading import picture_kind

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import ColumnElement, RowMapping

    from storage.values import PictureRead

_ADDRESS = PictureAddress.__table__
_READING = PictureReading.__table__
_STOPPED = NoCopying.__table__
_SUBJECT = Subject.__table__
_VERSION = Version.__table__

_ITS = and_(_READING.c.version == _ADDRESS.c.version, _READING.c.position == _ADDRESS.c.position)


class Pictures(Desk):
    """The part of the repository that knows which pictures were read."""

    def pictures_to_read(
        self, account: AccountId, *, since: datetime, as_of: datetime, limit: int = 20
    ) -> list[AddressValue]:
        """Return pictures of an account's posts that may be read now, newest post first."""
        waits = or_(
            _READING.c.is_final,
            _READING.c.next_at.is_not(None) & (_READING.c.next_at > as_of),
            _READING.c.next_at.is_(None) & (_ADDRESS.c.read_at <= _READING.c.at),
        )
        stopped = select(_STOPPED.c.subject).where(_STOPPED.c.subject == _SUBJECT.c.id)
        query = (
            select(_ADDRESS, func.coalesce(_READING.c.attempts, 0).label("attempts"))
            .join(_VERSION, _VERSION.c.id == _ADDRESS.c.version)
            .join(_SUBJECT, _SUBJECT.c.id == _VERSION.c.subject)
            .join(_READING, _ITS, isouter=True)
            .where(
                _SUBJECT.c.account == account,
                _SUBJECT.c.kind == SubjectKind.POST.value,
                _ADDRESS.c.read_at >= since,
                or_(_READING.c.id.is_(None), ~waits),
                ~stopped.exists(),
            )
            .order_by(_ADDRESS.c.version.desc(), _ADDRESS.c.position)
            .limit(limit)
        )
        with self._reading() as connection:
            return [_address(row) for row in connection.execute(query).mappings()]

    def picture_words(self, account: AccountId, sha256: str) -> str | None:
        """Return what was read before in the same bytes on an account; None: they are new."""
        query = (
            select(_VERSION.c.text, _READING.c.begins, _READING.c.ends)
            .join(_VERSION, _VERSION.c.id == _READING.c.version)
            .where(
                _READING.c.sha256 == sha256,
                _READING.c.begins.is_not(None),
                _VERSION.c.account == account,
            )
            .order_by(_READING.c.id)
            .limit(1)
        )
        with self._reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else row.text[row.begins : row.ends]

    def unread_pictures(
        self, accounts: Collection[AccountId], *, since: datetime | None = None
    ) -> int:
        """Return how many pictures of posts that were seen first since then were not read."""
        query = (
            select(func.count())
            .select_from(_ADDRESS)
            .join(_VERSION, _VERSION.c.id == _ADDRESS.c.version)
            .join(_SUBJECT, _SUBJECT.c.id == _VERSION.c.subject)
            .join(_READING, _ITS, isouter=True)
            .where(
                _SUBJECT.c.kind == SubjectKind.POST.value,
                _SUBJECT.c.account.in_(sorted(accounts)),
                _READING.c.begins.is_(None),
                *_after(since),
            )
        )
        with self._reading() as connection:
            return int(connection.execute(query).scalar_one())


def _after(since: datetime | None) -> list[ColumnElement[bool]]:
    return [] if since is None else [_VERSION.c.first_seen_at > since]


def _address(row: RowMapping) -> AddressValue:
    return AddressValue(
        version=VersionId(row["version"]),
        position=row["position"],
        name=row["name"],
        url=row["url"],
        read_at=row["read_at"],
        attempts=row["attempts"],
    )


class PictureSteps(Steps):
    """Writes about pictures that were read, or were not."""

    def add_picture(self, picture: PictureRead, *, at: datetime) -> bool:
        """Note what came of reading a picture; see `storage.contract.pictures`."""
        address = picture.address
        version = self._version_of(address)
        known = (
            self._connection.execute(
                select(_READING).where(
                    _READING.c.version == address.version, _READING.c.position == address.position
                )
            )
            .mappings()
            .first()
        )
        if version is None or (known is not None and known["begins"] is not None):
            return False
        begins = ends = None
        if picture.words is not None:
            begins, ends = self._append(version, picture.words, position=address.position)
        values = plain_values(
            {
                "version": address.version,
                "position": address.position,
                "name": address.name,
                "sha256": picture.sha256,
                "begins": begins,
                "ends": ends,
                "why": picture.why,
                "is_final": picture.is_final,
                "attempts": picture.attempts,
                "at": at,
                "next_at": picture.next_at,
            }
        )
        number = self._write(values, known=None if known is None else known["id"])
        if picture.words is not None:
            text = self._version_of(address)
            facts = picture_facts({**values, "text": "" if text is None else text["text"]})
            self._chain.point(
                "picture read", at=at, source="picture", source_id=number, facts=facts
            )
        elif picture.is_final:
            facts = {name: values[name] for name in ("version", "position", "name", "why")}
            self._chain.add("picture not read", f"version:{address.version}", at=at, facts=facts)
        return True

    def _version_of(self, address: AddressValue) -> RowMapping | None:
        """Return the picture's version; None once its words, or its address, were taken away."""
        query = (
            select(_VERSION)
            .join(_ADDRESS, _ADDRESS.c.version == _VERSION.c.id)
            .where(
                _VERSION.c.id == address.version,
                _VERSION.c.purged_at.is_(None),
                _ADDRESS.c.position == address.position,
            )
            .with_for_update(of=_VERSION)
        )
        return self._connection.execute(query).mappings().first()

    def _append(self, version: RowMapping, words: str, *, position: int) -> tuple[int, int]:
        """Add words at the end of a version's text; return where they begin and end."""
        text, said = version["text"], plain(words)
        if not said:
            return len(text), len(text)
        begins = len(text) + 1 if text else 0
        beside: dict[str, Any] = dict(version["beside"] or {})
        extras = list(beside.get("extras", ()))
        # A shared post's pictures are its author's, as its words are.
        by = next((of for _, _, of in extras if of), "") if version["is_repost"] else ""
        shown = version["shown_length"]
        self._connection.execute(
            update(_VERSION)
            .where(_VERSION.c.id == version["id"])
            .values(
                text=f"{text}\n{said}" if text else said,
                beside=beside | {"extras": [*extras, [picture_kind(position), said, by]]},
                shown_length=len(text) if shown is None else shown,
                # Never the same twice: who judged the text as it was does not mark it as judged.
                judged_under=f"{PICTURED}{begins + len(said)}",
            )
        )
        return begins, begins + len(said)

    def _write(self, values: dict[str, Any], *, known: int | None) -> int:
        if known is None:
            return self._add(_READING, values)
        self._connection.execute(update(_READING).where(_READING.c.id == known).values(**values))
        return known
