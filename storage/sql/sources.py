"""What a ledger entry that points at a row has committed to: one function a kind of row.

Only what never changes in a row is committed to; what changes later (a withdrawal, a
case's state) is an entry of its own. The same function runs when the entry is written and
when it is verified.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Select, select

from storage.columns import to_microseconds
from storage.tables import (
    CaseEvent,
    Evidence,
    Finding,
    Observation,
    Outbox,
    OutboxRecipient,
    PictureReading,
    Subject,
    Version,
)
from storage.values.reading import is_of_picture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection, RowMapping

    Fields = Mapping[str, Any] | RowMapping

_OBSERVATION = Observation.__table__
_VERSION = Version.__table__
_SUBJECT = Subject.__table__
_FINDING = Finding.__table__
_EVENT = CaseEvent.__table__
_OUTBOX = Outbox.__table__
_RECIPIENT = OutboxRecipient.__table__
_EVIDENCE = Evidence.__table__
_PICTURE = PictureReading.__table__


def _instant(value: datetime | None) -> int | None:
    return None if value is None else to_microseconds(value)


def observation_facts(row: Fields) -> dict[str, Any]:
    """Return what an observation showed: of what, when, and every word of it.

    Words read in its pictures are no part of it: they are `picture_facts`, added later.
    """
    return {
        "account": row["account"],
        "kind": row["kind"],
        "platform_id": row["platform_id"],
        "outcome": row["outcome"],
        "reason": row["reason"],
        "detail": row["detail"],
        "published_at": _instant(row["published_at"]),
        "edited_at": _instant(row["edited_at"]),
        "first_at": _instant(row["first_at"]),
        "content_hash": row["content_hash"],
        "text": row["text"] if row["shown_length"] is None else row["text"][: row["shown_length"]],
        "own_length": row["own_length"],
        "is_repost": row["is_repost"],
        "beside": _as_shown(row["beside"]),
    }


def _as_shown(beside: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return what stands beside a text without what was read in pictures."""
    if beside is None or "extras" not in beside:
        return beside
    shown = [extra for extra in beside["extras"] if not is_of_picture(extra[0])]
    rest = {name: value for name, value in beside.items() if name != "extras"}
    return ({"extras": shown} if shown else {}) | rest or None


def picture_facts(row: Fields) -> dict[str, Any]:
    """Return which picture was read, and its words as they stand at the end of the text."""
    return {
        "version": row["version"],
        "position": row["position"],
        "name": row["name"],
        "sha256": row["sha256"],
        "words": row["text"][row["begins"] : row["ends"]],
    }


_FINDING_SAYS = (
    "version",
    "clause",
    "topic",
    "rule",
    "digest",
    "severity",
    "basis",
    "context",
    "score",
    "spans",
    "quote",
    "reason",
    "matched",
    "is_masked",
)


def finding_facts(row: Fields) -> dict[str, Any]:
    """Return what a finding says."""
    return {name: row[name] for name in _FINDING_SAYS}


def event_facts(row: Fields) -> dict[str, Any]:
    """Return what a step in a case's life was."""
    names = ["case", "by", "what", "from_state", "to_state", "because"]
    return {**{name: row[name] for name in names}, "at": _instant(row["at"])}


def mail_facts(row: Fields) -> dict[str, Any]:
    """Return what a mail was and for whom; its bytes by their SHA-256."""
    return {
        "key": row["key"],
        "kind": row["kind"],
        "message_id": row["message_id"],
        "subject": row["subject"],
        "body": hashlib.sha256(row["body"]).hexdigest(),
        "recipients": list(row["recipients"]),
    }


_EVIDENCE_SAYS = (
    "case",
    "version",
    "kind",
    "place",
    "name",
    "sha256",
    "size",
    "media_type",
    "width",
    "height",
    "picture_hash",
    "origin",
    "by",
)


def evidence_facts(row: Fields) -> dict[str, Any]:
    """Return what a kept file is; its bytes by their SHA-256."""
    return {**{name: row[name] for name in _EVIDENCE_SAYS}, "at": _instant(row["at"])}


class _Source(NamedTuple):
    query: Select[Any]
    facts: Callable[[Fields], dict[str, Any]]


_SOURCES = {
    "observation": _Source(
        select(
            _OBSERVATION,
            _SUBJECT.c.account,
            _SUBJECT.c.kind,
            _SUBJECT.c.platform_id,
            _VERSION.c.content_hash,
            _VERSION.c.text,
            _VERSION.c.own_length,
            _VERSION.c.shown_length,
            _VERSION.c.is_repost,
            _VERSION.c.beside,
        )
        .select_from(_OBSERVATION)
        .join(_SUBJECT, _SUBJECT.c.id == _OBSERVATION.c.subject)
        .join(_VERSION, _VERSION.c.id == _OBSERVATION.c.version, isouter=True),
        observation_facts,
    ),
    "finding": _Source(select(_FINDING), finding_facts),
    "event": _Source(select(_EVENT), event_facts),
    "mail": _Source(select(_OUTBOX), mail_facts),
    "evidence": _Source(select(_EVIDENCE), evidence_facts),
    "picture": _Source(
        select(_PICTURE, _VERSION.c.text)
        .join(_VERSION, _VERSION.c.id == _PICTURE.c.version)
        .where(_PICTURE.c.begins.is_not(None)),
        picture_facts,
    ),
}
_IDS = {
    "observation": _OBSERVATION.c.id,
    "finding": _FINDING.c.id,
    "event": _EVENT.c.id,
    "mail": _OUTBOX.c.id,
    "evidence": _EVIDENCE.c.id,
    "picture": _PICTURE.c.id,
}


def facts_of(connection: Connection, source: str, ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return by id what the rows say now; rows that are no more are left out."""
    known = _SOURCES.get(source)
    if known is None:
        return {}
    wanted = sorted(set(ids))
    rows = connection.execute(known.query.where(_IDS[source].in_(wanted))).mappings()
    if source != "mail":
        return {row["id"]: known.facts(row) for row in rows}
    people: dict[int, list[str]] = {}
    listed = select(_RECIPIENT.c.mail, _RECIPIENT.c.address).where(_RECIPIENT.c.mail.in_(wanted))
    for mail, address in connection.execute(
        listed.order_by(_RECIPIENT.c.mail, _RECIPIENT.c.position)
    ):
        people.setdefault(mail, []).append(address)
    return {row["id"]: mail_facts({**row, "recipients": people.get(row["id"], [])}) for row in rows}
