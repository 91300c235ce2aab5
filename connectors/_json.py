"""JSON from strangers, read without raising: what is not of the expected type counts as absent."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any, TypeAlias

from connectors.base import nfc

JSON: TypeAlias = dict[str, Any]

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def load(body: bytes) -> Any:
    """Parse an answer; None if it is no JSON at all (HTML, cut off, another encoding)."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def objects(value: Any) -> list[JSON]:
    """Return the objects of a list; anything else is left out."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def inner(raw: JSON, *names: str) -> JSON:
    """Return an object inside others, by the names that lead there; empty if there is none."""
    found: Any = raw
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def whole(value: Any) -> str:
    """Return text as it came, but for halves of surrogate pairs; not text: empty."""
    return _LONE_SURROGATE.sub("\ufffd", value) if isinstance(value, str) else ""


def words(value: Any) -> str:
    """Return text as stored: NFC, no NUL, no half of a surrogate pair; not text: empty."""
    return nfc(whole(value))


def instant(value: Any) -> datetime | None:
    """Return an ISO instant as aware UTC; None if it cannot be read."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
        return at.astimezone(UTC) if at is not None and at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
