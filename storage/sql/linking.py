"""Cases that belong together: their links, and the words by which they are found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from config.types import AccountId, CaseId, CaseState, Resolution, SubjectId
from storage.tables import Case, CaseFinding, CaseLink, Finding, Subject, Version
from storage.values import CaseLink as LinkValue
from storage.values import Flagged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

_CASE = Case.__table__
_ON = CaseFinding.__table__
_FINDING = Finding.__table__
_LINK = CaseLink.__table__
_SUBJECT = Subject.__table__
_VERSION = Version.__table__


def links_of(connection: Connection, cases: Sequence[int]) -> dict[int, tuple[LinkValue, ...]]:
    """Return the links of cases, by case; each side sees the other, by number."""
    account = select(_CASE.c.id, _SUBJECT.c.account).join(
        _SUBJECT, _SUBJECT.c.id == _CASE.c.subject
    )
    one, two = account.subquery(), account.subquery()
    query = (
        select(_LINK, one.c.account.label("its"), two.c.account.label("others"))
        .join(one, one.c.id == _LINK.c.case)
        .join(two, two.c.id == _LINK.c.other)
        .where(or_(_LINK.c.case.in_(cases), _LINK.c.other.in_(cases)))
    )
    found: dict[int, list[LinkValue]] = {}
    for row in connection.execute(query).mappings():
        sides = (
            (row["case"], row["other"], row["others"]),
            (row["other"], row["case"], row["its"]),
        )
        for mine, other, where in sides:
            link = LinkValue(case=CaseId(other), account=AccountId(where), why=row["why"])
            found.setdefault(mine, []).append(link)
    return {mine: tuple(sorted(links, key=lambda one: one.case)) for mine, links in found.items()}


def flagged_in(connection: Connection) -> list[Flagged]:
    """Return the words on which cases rest, as a connection sees them; by case, then version."""
    query = (
        select(
            _CASE.c.id,
            _CASE.c.subject,
            _CASE.c.state,
            _CASE.c.resolution,
            _SUBJECT.c.account,
            _VERSION.c.text,
        )
        .distinct()
        .select_from(_CASE)
        .join(_SUBJECT, _SUBJECT.c.id == _CASE.c.subject)
        .join(_ON, _ON.c.case == _CASE.c.id)
        .join(_FINDING, _FINDING.c.id == _ON.c.finding)
        .join(_VERSION, _VERSION.c.id == _FINDING.c.version)
        .where(_FINDING.c.quote.is_not(None))
        .order_by(_CASE.c.id, _VERSION.c.text)
    )
    return [
        Flagged(
            case=CaseId(row.id),
            account=AccountId(row.account),
            subject=SubjectId(row.subject),
            state=CaseState(row.state),
            resolution=None if row.resolution is None else Resolution(row.resolution),
            text=row.text,
        )
        for row in connection.execute(query)
    ]
