"""From rows to the frozen values of `storage.values`; used where rows are read in numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from config.types import Basis, ClauseId, FindingId, RuleId, Severity, TopicId, VersionId
from storage.sql.readings import Stretch
from storage.values import ExtraWords, Finding, StoredFinding, Words

if TYPE_CHECKING:
    from sqlalchemy import RowMapping

_NOTHING: dict[str, Any] = {}


def words_of(text: str, own_length: int, is_repost: bool, beside: Any) -> Words:  # noqa: FBT001 - a column
    """Return the content of a version from its columns."""
    if beside is None:
        return Words(text=text, own_length=own_length, is_repost=is_repost, fields=_NOTHING)
    return Words(
        text=text,
        own_length=own_length,
        extras=tuple(
            ExtraWords(kind=kind, text=words, by=by) for kind, words, by in beside.get("extras", ())
        ),
        links=tuple(beside.get("links", ())),
        pictures=tuple(beside.get("pictures", ())),
        is_repost=is_repost,
        fields=beside.get("fields", _NOTHING),
    )


def content_columns(words: Words) -> dict[str, Any]:
    """Return the columns that hold a version's content."""
    beside = {
        "extras": [[extra.kind, extra.text, extra.by] for extra in words.extras],
        "links": list(words.links),
        "pictures": list(words.pictures),
        "fields": dict(words.fields),
    }
    return {
        "text": words.text,
        "own_length": words.own_length,
        "is_repost": words.is_repost,
        "beside": {name: value for name, value in beside.items() if value} or None,
    }


def finding_of(row: RowMapping) -> StoredFinding:
    """Return a finding with its place in the record."""
    finding = Finding(
        clause=ClauseId(row["clause"]),
        topic=TopicId(row["topic"]),
        rule=RuleId(row["rule"]),
        digest=row["digest"],
        severity=Severity(row["severity"]),
        basis=Basis(row["basis"]),
        context=row["context"],
        score=row["score"],
        spans=tuple((start, end) for start, end in row["spans"]),
        quote=row["quote"],
        reason=row["reason"],
        matched=tuple(row["matched"]),
        is_masked=row["is_masked"],
    )
    return StoredFinding(
        id=FindingId(row["id"]),
        version=VersionId(row["version"]),
        finding=finding,
        found_at=row["found_at"],
        withdrawn_at=row["withdrawn_at"],
        withdrawn_why=row["withdrawn_why"],
    )


def stretch_from(row: RowMapping) -> Stretch:
    """Return an observation as `storage.sql.readings` works on it."""
    return Stretch(
        id=row["id"],
        content_hash=row["content_hash"],
        outcome=row["outcome"],
        reason=row["reason"] if row["content_hash"] is None else None,
        first_at=row["first_at"],
        last_at=row["last_at"],
        detail=row["detail"],
        published_at=row["published_at"],
        edited_at=row["edited_at"],
        readings=row["readings"],
    )
