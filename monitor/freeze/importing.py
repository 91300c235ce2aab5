"""Polls from a file: Democracy Club's lists of elections (JSON or CSV), or a table of one's own.

Democracy Club names an election ``local.<organisation>.<division>[.by].<day>``. Which
organisations' elections touch the town, and as what type of poll, the council says once in
``[council.authorities]``; an election of anybody else is left out and said so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from config.errors import OperatorError
from config.types import Origin, PollId, PollStatus, PollType, WindowMode
from monitor.freeze.tabular import need, pick, read_rows
from monitor.freeze.windows import NOWHERE, WHOLE
from storage.values import PollRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

PAGE = "docs/operators/election-lists.md"
_ID = ("id", "election_id", "ballot_paper_id")
_DAY = ("date", "poll_open_date", "election_date")
_LABEL = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_YES = frozenset({"true", "yes", "1", "t", "y"})
_NO = frozenset({"", "false", "no", "0", "f", "n"})
_WHOLE_COUNTRY = {"ref": PollType.REFERENDUM_NATIONAL}
_LEAST_PARTS = 3  # type, organisation, day
_DIVISION = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What a file came to.

    Attributes:
        polls: To be checked and entered; each id once, by day.
        remarks: What was left out and why; a sentence each.
    """

    polls: tuple[PollRow, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _LeftOut:
    """A line that is no poll of this town."""

    why: str


def read_polls(
    raw: bytes, *, name: str, authorities: Mapping[str, PollType], wards: Sequence[str]
) -> Imported:
    """Read polls from a file.

    Args:
        raw: The file's bytes.
        name: Its name, for messages.
        authorities: Democracy Club's name of an organisation or area, such as ``hertsmere``,
            and the type that its polls are for this town.
        wards: The town's wards.

    Raises:
        OperatorError: It cannot be read, a column is missing, two polls have one id, or a line
            makes no sense.
    """
    rows = read_rows(raw, name=name)
    need(rows, [_ID, _DAY], name=name, page=PAGE)
    found: dict[PollId, PollRow] = {}
    remarks: list[str] = []
    for number, row in rows:
        where = f"{name}, line {number}"
        poll = _poll(row, where, authorities=authorities, wards=wards)
        if isinstance(poll, _LeftOut):
            remarks.append(f"line {number}: {poll.why}")
        elif poll.id in found and found[poll.id] != poll:
            raise OperatorError(
                f"{where}: there is a second poll with the id {poll.id!r}",
                remedy="Give each poll an id of its own",
            )
        else:
            found[poll.id] = poll
    kept = tuple(_without_parts(found.values()))
    return Imported(
        polls=tuple(sorted(kept, key=lambda poll: (poll.held_on, poll.id))),
        remarks=tuple(remarks),
    )


def _without_parts(polls: Iterable[PollRow]) -> Iterable[PollRow]:
    """Leave out a ward's ballot where the same election of the whole town is in the file."""
    polls = tuple(polls)
    whole = {(poll.type, poll.held_on) for poll in polls if poll.area == WHOLE}
    for poll in polls:
        is_part = poll.area != WHOLE and not poll.by_election
        if not (is_part and (poll.type, poll.held_on) in whole):
            yield poll


def _poll(
    row: Mapping[str, Any],
    where: str,
    *,
    authorities: Mapping[str, PollType],
    wards: Sequence[str],
) -> PollRow | _LeftOut:
    """Return one poll, or why it is left out."""
    named = pick(row, *_ID).lower()
    if pick(row, "group_type") == "election":
        return _LeftOut(f"{named} stands for the elections of a whole day; left out.")
    if not _LABEL.fullmatch(named):
        raise OperatorError(
            f"{where}: {named!r} is no id for a poll",
            remedy="Use small letters, digits, dots and dashes: parish.2027-05-06",
        )
    held_on = _day(pick(row, *_DAY), where, "date")
    if held_on is None:
        raise OperatorError(f"{where}: the day of the poll is missing")
    kind = _kind(row, named, where, authorities)
    if isinstance(kind, _LeftOut):
        return kind
    area = _area(row, named, wards)
    if area == NOWHERE:
        return _LeftOut(f"{named} is a poll of another area; it does not touch the town.")
    mode = pick(row, "mode") or WindowMode.RESTRICTED.value
    if mode not in set(WindowMode):
        raise OperatorError(f"{where}: {mode!r} is no mode", remedy="Write restricted or closed")
    poll = PollRow(
        id=PollId(named),
        type=kind,
        held_on=held_on,
        area=area,
        by_election=_flag(row, "by_election", where) or ".by." in f"{named}.",
        notice_on=_day(pick(row, "notice", "notice_on"), where, "notice"),
        mode=WindowMode(mode),
        origin=Origin.COMMAND,
    )
    if _flag(row, "cancelled", where) or _flag(row, "cancelled_poll", where):
        poll = replace(poll, status=PollStatus.CANCELLED)
    return poll


def _kind(
    row: Mapping[str, Any], named: str, where: str, authorities: Mapping[str, PollType]
) -> PollType | _LeftOut:
    """Return the type of a poll, or why it is left out."""
    stated = pick(row, "type").lower()
    if stated in set(PollType):
        return PollType(stated)
    parts = named.split(".")
    if stated or len(parts) < _LEAST_PARTS:
        raise OperatorError(
            f"{where}: {stated or named!r} does not say what type of poll it is",
            remedy=f"Add a column type with one of: {', '.join(PollType)}",
        )
    if parts[0] in _WHOLE_COUNTRY:
        return _WHOLE_COUNTRY[parts[0]]
    if parts[1] in authorities:
        return authorities[parts[1]]
    return _LeftOut(
        f"{named} is an election of {parts[1]}; left out. If it touches the town, add it to "
        "[council.authorities]."
    )


def _area(row: Mapping[str, Any], named: str, wards: Sequence[str]) -> str:
    """Return the ward, ``whole``, or ``none`` for another authority's division."""
    known = {_slug(ward): ward for ward in wards}
    stated = pick(row, "area", "ward")
    if stated:
        return stated if stated in (WHOLE, NOWHERE) else known.get(_slug(stated), stated)
    division = row.get("division")
    label = pick(division, "name") if isinstance(division, dict) else pick(row, "post_label")
    parts = [part for part in named.split(".") if part != "by"]
    if not label and len(parts) >= _DIVISION and named.startswith("local."):
        label = parts[2]
    if not label or not named.startswith("local."):
        return WHOLE
    return known.get(_slug(label), NOWHERE)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")


def _day(text: str, where: str, column: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise OperatorError(
            f"{where}: {column} {text!r} is no day", remedy="Write it as 2027-05-06"
        ) from error


def _flag(row: Mapping[str, Any], column: str, where: str) -> bool:
    text = pick(row, column).lower()
    if text not in _YES | _NO:
        raise OperatorError(
            f"{where}: {column} {text!r} is neither yes nor no", remedy="Write true or false"
        )
    return text in _YES
