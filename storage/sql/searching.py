"""Finding words in what was read, decided and noted.

Posts are found by the index of words where the database has one (SQLite with FTS5), else
by reading every text; cases and notes are few and always read. Both ways answer alike:
what a query means is decided once, in `storage.wanted`.
"""

from __future__ import annotations

import heapq
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, inspect, select, text

from config.types import AccountId, CaseId, SubjectKind, VersionId
from storage.sql.base import Desk, in_lots
from storage.sql.judging import current_version
from storage.tables import (
    Case,
    CaseEvent,
    CaseFinding,
    Finding,
    Ledger,
    LedgerContent,
    Subject,
    Version,
)
from storage.values import Found, Hit
from storage.wanted import Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

_SUBJECT = Subject.__table__
_VERSION = Version.__table__
_CASE = Case.__table__
_EVENT = CaseEvent.__table__
_ON = CaseFinding.__table__
_FINDING = Finding.__table__
_LEDGER = Ledger.__table__
_CONTENT = LedgerContent.__table__
_INDEX = "search_words"
_LOT = 1000


class Searching(Desk):
    """The part of the repository that finds words."""

    def search(
        self,
        query: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        accounts: Sequence[AccountId] | None = None,
        limit: int = 50,
    ) -> Found:
        """Look for words; see `storage.repository.Repository.search`."""
        wanted = Wanted.of(query)
        with self._reading() as connection:
            by_index = _INDEX in inspect(connection).get_table_names()
            if not wanted.phrases:
                return Found(by_index=by_index)
            search = _Search(connection, wanted, since, until, accounts)
            found = heapq.nlargest(
                limit + 1, search.hits(by_index=by_index), key=lambda hit: hit.at
            )
            hits = search.completed(found[:limit])
        return Found(hits=tuple(hits), more=len(found) > limit, by_index=by_index)


class _Search:
    """One search in one snapshot."""

    def __init__(
        self,
        connection: Connection,
        wanted: Wanted,
        since: datetime | None,
        until: datetime | None,
        accounts: Sequence[AccountId] | None,
    ) -> None:
        """Keep what is asked for."""
        self._connection = connection
        self._wanted = wanted
        self._since = since
        self._until = until
        self._accounts = accounts

    def hits(self, *, by_index: bool) -> Iterator[Hit]:
        """Yield everything that has the words, in no order."""
        yield from self._posts(self._indexed() if by_index else self._read())
        yield from self._decisions()
        yield from self._notes()

    def completed(self, hits: list[Hit]) -> list[Hit]:
        """Return hits with their cases, whether masked, and whether current.

        A decision's reason is masked like the post it is about: it may repeat what stood there.
        """
        versions = [hit.version for hit in hits if hit.version is not None]
        subject_of, is_current = self._subjects(versions)
        decided = self._decided_on({case for hit in hits for case in hit.cases})
        numbers, masked = self._cases_on(sorted({*subject_of.values(), *decided.values()}))
        return [
            replace(hit, is_masked=any(decided[case] in masked for case in hit.cases))
            if hit.version is None
            else replace(
                hit,
                cases=tuple(numbers.get(subject_of[hit.version], ())),
                is_masked=subject_of[hit.version] in masked,
                is_current=hit.version in is_current,
            )
            for hit in hits
        ]

    def _decided_on(self, cases: set[CaseId]) -> dict[CaseId, int]:
        """Return the subject of each case."""
        found: dict[CaseId, int] = {}
        for lot in in_lots(sorted(cases)):
            query = select(_CASE.c.id, _CASE.c.subject).where(_CASE.c.id.in_(lot))
            for number, subject in self._connection.execute(query):
                found[CaseId(number)] = subject
        return found

    def _within(self, at: ColumnElement[Any], account: ColumnElement[str] | None) -> list[Any]:
        chosen: list[Any] = []
        if self._since is not None:
            chosen.append(at >= self._since)
        if self._until is not None:
            chosen.append(at < self._until)
        if self._accounts is not None and account is not None:
            chosen.append(account.in_(list(self._accounts)))
        return chosen

    def _indexed(self) -> Iterator[int]:
        """Yield versions by the index; the expression is one bound value of quoted strings."""
        query = text("SELECT rowid FROM search_words WHERE search_words MATCH :wanted")
        yield from self._connection.execute(query, {"wanted": self._wanted.expression()}).scalars()

    def _read(self) -> Iterator[int]:
        """Yield versions by reading every text."""
        query = select(_VERSION.c.id, _VERSION.c.text).execution_options(yield_per=_LOT)
        for number, words in self._connection.execute(query):
            if self._wanted.is_in(words):
                yield number

    def _posts(self, versions: Iterator[int]) -> Iterator[Hit]:
        for lot in in_lots(list(versions)):
            query = (
                select(
                    _VERSION.c.id,
                    _VERSION.c.text,
                    _SUBJECT.c.kind,
                    _SUBJECT.c.account,
                    _SUBJECT.c.url,
                    _SUBJECT.c.published_at,
                )
                .join(_SUBJECT, _SUBJECT.c.id == _VERSION.c.subject)
                .where(
                    _VERSION.c.id.in_(lot),
                    *self._within(_SUBJECT.c.published_at, _SUBJECT.c.account),
                )
            )
            for row in self._connection.execute(query):
                yield Hit(
                    kind=SubjectKind(row.kind).value,
                    at=row.published_at,
                    text=row.text,
                    account=AccountId(row.account),
                    url=row.url,
                    version=VersionId(row.id),
                )

    def _decisions(self) -> Iterator[Hit]:
        """Yield steps of cases whose reason has the words."""
        query = (
            select(
                _EVENT.c.case,
                _EVENT.c.at,
                _EVENT.c.what,
                _EVENT.c.because,
                _SUBJECT.c.account,
                _SUBJECT.c.url,
            )
            .join(_CASE, _CASE.c.id == _EVENT.c.case)
            .join(_SUBJECT, _SUBJECT.c.id == _CASE.c.subject)
            .where(_EVENT.c.because != "", *self._within(_EVENT.c.at, _SUBJECT.c.account))
        )
        for row in self._connection.execute(query):
            if self._wanted.is_in(row.because):
                yield Hit(
                    kind="case",
                    at=row.at,
                    what=row.what,
                    text=row.because,
                    account=AccountId(row.account),
                    url=row.url,
                    cases=(CaseId(row.case),),
                )

    def _notes(self) -> Iterator[Hit]:
        """Yield ledger entries whose own content has the words and was not purged."""
        query = (
            select(_LEDGER.c.number, _LEDGER.c.at, _LEDGER.c.kind, _CONTENT.c.content)
            .join(_CONTENT, _CONTENT.c.number == _LEDGER.c.number)
            .where(_CONTENT.c.content.is_not(None), *self._within(_LEDGER.c.at, None))
        )
        for row in self._connection.execute(query):
            content = json.loads(row.content)
            words = "; ".join(_strings(content))
            account = content.get("account") if isinstance(content, dict) else None
            is_asked = self._accounts is None or account in self._accounts
            if is_asked and self._wanted.is_in(words):
                yield Hit(
                    kind="ledger",
                    at=row.at,
                    what=row.kind,
                    text=words,
                    account=AccountId(account) if isinstance(account, str) else None,
                    entry=row.number,
                )

    def _subjects(self, versions: Sequence[int]) -> tuple[dict[int, int], set[int]]:
        """Return the subject of each version, and which of them are current."""
        subject_of: dict[int, int] = {}
        current: set[int] = set()
        for lot in in_lots(versions):
            shown = current_version(_VERSION.c.subject)
            query = select(_VERSION.c.id, _VERSION.c.subject, shown).where(_VERSION.c.id.in_(lot))
            for number, subject, newest in self._connection.execute(query):
                subject_of[number] = subject
                if number == newest:
                    current.add(number)
        return subject_of, current

    def _cases_on(self, subjects: list[int]) -> tuple[dict[int, list[CaseId]], set[int]]:
        numbers: dict[int, list[CaseId]] = {}
        masked: set[int] = set()
        for lot in in_lots(subjects):
            query = (
                select(_CASE.c.subject, _CASE.c.id, func.max(_FINDING.c.is_masked))
                .join(_ON, _ON.c.case == _CASE.c.id, isouter=True)
                .join(_FINDING, _FINDING.c.id == _ON.c.finding, isouter=True)
                .where(_CASE.c.subject.in_(lot))
                .group_by(_CASE.c.subject, _CASE.c.id)
                .order_by(_CASE.c.id)
            )
            for subject, number, is_masked in self._connection.execute(query):
                numbers.setdefault(subject, []).append(CaseId(number))
                if is_masked:
                    masked.add(subject)
        return numbers, masked


def _strings(content: Any) -> Iterator[str]:
    """Yield every text in a small structure, in its order."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for value in content.values():
            yield from _strings(value)
    elif isinstance(content, list):
        for value in content:
            yield from _strings(value)
