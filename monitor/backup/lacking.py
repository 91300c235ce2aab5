"""What an earlier mail knew of the record, and what a copy of it lacks: pure.

Each mail carries where the ledger stood when it was written: the number of its newest entry
and that entry's hash. Whoever has a mail can hold any copy against it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from config.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from email.message import Message

_HEADER = "X-Clerkwatch-Ledger"
_ANCHOR = re.compile(r"(\d{1,12}):([0-9a-fA-F]{16,64})")
_LARGEST = 30 << 20
_MOST_CASES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """Where the ledger stood, as something outside the record says.

    Attributes:
        number: Of the newest entry.
        digits: The first 16 to 64 digits of its hash, lower case.
        at: When the mail was written; None: not known.
        cases: State of each case that the mail told of, by number.
    """

    number: int
    digits: str
    at: datetime | None = None
    cases: Mapping[int, str] = field(default_factory=dict)

    def fits(self, own: str) -> bool:
        """Return whether an entry's hash is the one that was noted."""
        return own.startswith(self.digits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """What a copy lacks of what a mail knew.

    Attributes:
        entries: First and last number of the ledger entries that are missing; None: none is.
        is_other: The copy has that entry, with another hash: it is not of the same record.
        cases: Numbers of cases that the mail told of and the copy does not have.
        changed: By number, the state that the mail told and the one in the copy.
    """

    anchor: Anchor
    entries: tuple[int, int] | None = None
    is_other: bool = False
    cases: tuple[int, ...] = ()
    changed: tuple[tuple[int, str, str], ...] = ()

    def is_nothing(self) -> bool:
        """Return whether the copy has all that the mail knew."""
        return self.entries is None and not self.is_other


def read_anchor(text: str) -> Anchor:
    """Read ``120:4f3a…`` as `evidence verify`, a mail's header or a paper prints it.

    Raises:
        OperatorError: It is no such thing, or fewer than 16 digits of the hash are given.
    """
    found = _ANCHOR.fullmatch(text.strip())
    if found is None:
        raise OperatorError(
            f"{text[:100]!r} is no head",
            remedy="Write it as 120:4f3a…, with at least 16 digits of the hash",
        )
    return Anchor(number=int(found[1]), digits=found[2].lower())


def anchor_of_mail(data: bytes) -> Anchor:
    """Find where the ledger stood in a mail of ours, as it was saved or forwarded whole.

    Args:
        data: The bytes of the mail; anybody's, and taken for a claim only.

    Raises:
        OperatorError: It carries no such thing.
    """
    message = BytesParser().parsebytes(data[:_LARGEST])
    for record in _records(message):
        ledger = record.get("ledger")
        if isinstance(ledger, dict):
            found = _ANCHOR.fullmatch(f"{ledger.get('entries')}:{ledger.get('head')}")
            if found is not None:
                return Anchor(
                    number=int(found[1]),
                    digits=found[2].lower(),
                    at=_instant(record.get("as_of")),
                    cases=_cases(record.get("cases")),
                )
    for part in message.walk():
        found = _ANCHOR.fullmatch(str(part.get(_HEADER, "")).strip())
        if found is not None:
            return Anchor(number=int(found[1]), digits=found[2].lower(), at=_date(part.get("Date")))
    raise OperatorError(
        "this mail does not say where the ledger stood",
        remedy="Save the whole mail with its attachment (.eml), a morning mail for example",
    )


def compare(
    anchor: Anchor, *, head: tuple[int, str], own: str, states: Mapping[int, str]
) -> Lacking:
    """Return what a copy lacks of what a mail knew.

    Args:
        anchor: Out of the mail.
        head: Number and hash of the copy's newest entry.
        own: Hash of the copy's entry of the anchor's number; empty if it has none.
        states: State of each case in the copy, by number.
    """
    if anchor.number <= head[0]:
        return Lacking(anchor=anchor, is_other=not anchor.fits(own))
    known = [number for number in anchor.cases if number in states]
    return Lacking(
        anchor=anchor,
        entries=(head[0] + 1, anchor.number),
        cases=tuple(sorted(anchor.cases.keys() - states.keys())),
        changed=tuple(
            (number, anchor.cases[number], states[number])
            for number in sorted(known)
            if anchor.cases[number] and anchor.cases[number] != states[number]
        ),
    )


def _records(message: Message) -> list[dict[str, Any]]:
    """Return the JSON objects among a mail's attachments; a strange one is passed over."""
    found = []
    for part in message.walk():
        if part.get_content_type() != "application/json":
            continue
        try:
            stated = json.loads(part.get_payload(decode=True) or b"")  # type: ignore[arg-type]  # bytes of a leaf
        except (ValueError, TypeError, RecursionError):
            continue
        if isinstance(stated, dict):
            found.append(stated)
    return found


def _cases(stated: object) -> dict[int, str]:
    """Return by number the state of each case that a record tells."""
    found: dict[int, str] = {}
    for one in stated[:_MOST_CASES] if isinstance(stated, list) else []:
        number = one.get("case", one.get("id")) if isinstance(one, dict) else None
        if isinstance(number, int) and not isinstance(number, bool) and number > 0:
            found[number] = str(one.get("state") or "")[:40]
    return found


def _instant(stated: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(stated))
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo is not None else None


def _date(stated: object) -> datetime | None:
    try:
        at = parsedate_to_datetime(str(stated))
    except (ValueError, TypeError, IndexError):
        return None
    return at.astimezone(UTC) if at.tzinfo is not None else None
