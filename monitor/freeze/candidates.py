"""Who stands at a poll: a list read from CSV or JSON, as the Clerk or Democracy Club has it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from config.errors import OperatorError
from config.types import Standing
from monitor.freeze.tabular import need, pick, read_rows
from monitor.freeze.windows import WHOLE
from storage.values import Candidate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

PAGE = "docs/operators/election-lists.md"
_NAMES = ("name", "person_name")
_HANDLES = (
    *("handles", "handle", "x", "twitter_username", "twitter", "bluesky", "mastodon"),
    *("instagram", "instagram_url", "facebook", "facebook_page_url", "facebook_personal_url"),
)
_LINK = re.compile(
    r"(?:https?://)?(?:www\.)?[\w-]+\.[a-z]{2,}/(?:@|profile/)?(?P<name>[\w.-]{2,60})/?"
)
_HANDLE = re.compile(r"@?[\w.-]{2,60}(?:@[\w.-]+)?")
_SEPARATORS = re.compile(r"[\s,;|]+")
_LEAST = 3
_MOST = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A list as read.

    Attributes:
        candidates: Each once, in the list's order.
        remarks: What was left out or should be looked at; a sentence each.
    """

    candidates: tuple[Candidate, ...]
    remarks: tuple[str, ...] = ()


def read_candidates(raw: bytes, *, name: str, wards: Sequence[str] = ()) -> Listed:
    """Read a list of candidates, agents and parties.

    Args:
        raw: The file's bytes: CSV or JSON, with the columns of
            ``docs/operators/election-lists.md``.
        name: Its name, for messages.
        wards: The town's wards; whoever stands elsewhere is left out. Empty: not checked.

    Raises:
        OperatorError: It cannot be read, a column is missing, or a line makes no sense.
    """
    rows = read_rows(raw, name=name)
    need(rows, [_NAMES], name=name, page=PAGE)
    known = {ward.casefold(): ward for ward in wards}
    found: dict[tuple[str, str], Candidate] = {}
    remarks: list[str] = []
    for number, row in rows:
        candidate = _candidate(row, f"{name}, line {number}")
        area = known.get(candidate.area.casefold(), candidate.area)
        if known and area not in (WHOLE, *known.values()):
            remarks.append(
                f"line {number}: {candidate.name} stands in {area}, which is no ward of the town; "
                "left out."
            )
            continue
        key = (candidate.name.casefold(), area)
        if key in found:
            remarks.append(f"line {number}: {candidate.name} stands there twice; read once.")
            continue
        found[key] = Candidate(
            name=candidate.name,
            role=candidate.role,
            party=candidate.party,
            handles=candidate.handles,
            area=area,
        )
    return Listed(candidates=tuple(found.values()), remarks=tuple(remarks))


def _candidate(row: Mapping[str, Any], where: str) -> Candidate:
    named = pick(row, *_NAMES)
    if sum(letter.isalpha() for letter in named) < _LEAST or len(named) > _MOST:
        raise OperatorError(f"{where}: {named!r} is no name", remedy="Give first and last name")
    role = pick(row, "role") or Standing.CANDIDATE.value
    if role.lower() not in set(Standing):
        raise OperatorError(
            f"{where}: {role!r} is no role", remedy=f"Write one of: {', '.join(Standing)}"
        )
    standing = Standing(role.lower())
    if standing is not Standing.PARTY and " " not in named:
        raise OperatorError(
            f"{where}: {named!r} is one word; as a name alone it would be found everywhere",
            remedy="Give first and last name, or role party",
        )
    return Candidate(
        name=named,
        role=standing,
        party=pick(row, "party", "party_name"),
        handles=tuple(_handles(row)),
        area=pick(row, "area", "ward", "post_label") or WHOLE,
    )


def _handles(row: Mapping[str, Any]) -> Iterable[str]:
    """Yield ``@name`` for each handle or link to a profile, each once."""
    seen = set()
    for column in _HANDLES:
        for stated in _SEPARATORS.split(pick(row, column)):
            link = _LINK.fullmatch(stated)
            name = link["name"] if link else stated
            if not _HANDLE.fullmatch(name):
                continue
            handle = f"@{name.lstrip('@')}"
            if handle.casefold() not in seen:
                seen.add(handle.casefold())
                yield handle
