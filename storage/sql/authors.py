"""Other authors, by what they are called in the record: finding what they wrote, hiding names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from config.types import AccountId, CaseId, CaseState, SubjectId, VersionId
from storage.columns import plain
from storage.sql.base import Desk, in_lots
from storage.sql.stepping import Steps
from storage.tables import Account, Case, Finding, RawPayload, Subject, Version
from storage.values import Subjected

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, RowMapping

_ACCOUNT = Account.__table__
_CASE = Case.__table__
_FINDING = Finding.__table__
_RAW: Any = RawPayload.__table__
_SUBJECT = Subject.__table__
_VERSION = Version.__table__


class Authors(Desk):
    """The part of the repository that knows what somebody else wrote on an account."""

    def authors(self) -> list[tuple[str, str]]:
        """Return what other authors are called, and on which platform, each once."""
        query = (
            select(_SUBJECT.c.author, _ACCOUNT.c.platform)
            .join(_ACCOUNT, _ACCOUNT.c.id == _SUBJECT.c.account)
            .where(_SUBJECT.c.author != "")
            .distinct()
            .order_by(_SUBJECT.c.author, _ACCOUNT.c.platform)
        )
        with self._reading() as connection:
            return [(row.author, row.platform) for row in connection.execute(query)]

    def by_author(self, *names: str) -> list[Subjected]:
        """Return the posts of another author."""
        wanted = [name for name in map(plain, names) if name]
        query = select(_SUBJECT).where(_SUBJECT.c.author.in_(wanted)).order_by(_SUBJECT.c.id)
        with self._reading() as connection:
            rows = connection.execute(query).mappings().all()
            return [_subjected(connection, row) for row in rows]


class AuthorSteps(Steps):
    """Hiding names that were kept before."""

    def call_author(self, name: str, pseudonym: str, *, platform: str, at: datetime) -> int:
        """Call another author by a pseudonym; see `storage.contract.purging`."""
        theirs = select(_SUBJECT.c.id).where(
            _SUBJECT.c.author == name,
            _SUBJECT.c.account.in_(select(_ACCOUNT.c.id).where(_ACCOUNT.c.platform == platform)),
        )
        ids = list(self._connection.execute(theirs).scalars())
        for lot in in_lots(ids):
            versions = select(_VERSION.c.id).where(_VERSION.c.subject.in_(lot))
            self._connection.execute(delete(_RAW).where(_RAW.c.version.in_(versions)))
            self._connection.execute(
                update(_SUBJECT).where(_SUBJECT.c.id.in_(lot)).values(author=plain(pseudonym))
            )
        if ids:
            facts = {"what": "name hidden", "facts": {"posts": str(len(ids))}}
            self._chain.add("note", "note:name hidden", at=at, facts=facts)
        return len(ids)


def _subjected(connection: Connection, row: RowMapping) -> Subjected:
    versions = connection.execute(
        select(_VERSION).where(_VERSION.c.subject == row["id"]).order_by(_VERSION.c.id)
    ).all()
    findings = connection.execute(
        select(_FINDING.c.clause, _FINDING.c.reason).where(
            _FINDING.c.version.in_([one.id for one in versions]),
            _FINDING.c.withdrawn_at.is_(None),
        )
    ).all()
    on = _CASE.c.subject == row["id"]
    cases = connection.execute(select(_CASE.c.id, _CASE.c.state).where(on).order_by(_CASE.c.id))
    known = cases.all()
    return Subjected(
        subject=SubjectId(row["id"]),
        account=AccountId(row["account"]),
        author=row["author"],
        url=row["url"],
        published_at=row["published_at"],
        texts=tuple(
            (one.first_seen_at, one.text if one.purged_at is None else None) for one in versions
        ),
        versions=tuple(VersionId(one.id) for one in versions),
        findings=tuple((one.clause, one.reason) for one in findings),
        cases=tuple(CaseId(case.id) for case in known),
        has_open_case=any(case.state != CaseState.CLOSED.value for case in known),
    )
