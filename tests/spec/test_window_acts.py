"""The table of acts and periods, `window-acts.toml`, row by row."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from config.types import Kind, PollId, PollStatus, PollType, WindowMode
from monitor.checks.base import Material
from monitor.freeze.rules import judge_freeze
from storage.values import ExtraWords, PollRow, Words
from tests.unit.freeze.build import LONDON, a_match, around, local

_TABLE = tomllib.loads(Path(__file__).with_name("window-acts.toml").read_text(encoding="utf-8"))
_LEAST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One row."""

    what: str
    polls: list[str]
    expect: list[str]
    at: str = ""
    edited: tuple[str, ...] = ()
    now: str = "2027-12-01 12:00"
    text: str = "We delivered record investment in Brookmeadow."
    shared: str = ""
    by: str = ""
    kind: str = "council"
    area: str = "whole"
    author: str = ""
    rule: str = "pre-election/credit-claimed"
    match: bool = True
    pinned: bool = False
    visible: bool = True
    handed_over: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    def material(self) -> Material:
        """Return the version that it describes."""
        first, last = self.edited or (self.at, self.at)
        text = "\n".join(part for part in (self.text, self.shared) if part)
        extras = (ExtraWords(kind="referenced", text=self.shared, by=self.by),)
        return Material(
            words=Words(text=text, own_length=len(self.text), extras=extras if self.shared else ()),
            kind=Kind(self.kind),
            area=self.area,
            author=self.author,
            published_at=local(self.at or "2027-01-10 12:00"),
            shown_from=local(first),
            shown_by=local(last),
            is_first=not self.edited,
            is_visible=self.visible,
            pinned=self.pinned,
            handed_over=self.handed_over,
        )


def _poll(name: str) -> PollRow:
    entry: dict[str, Any] = _TABLE["polls"][name]
    row = PollRow(
        id=PollId(name),
        type=PollType(entry["type"]),
        held_on=entry["held_on"],
        area=entry.get("area", "whole"),
        by_election=entry.get("by_election", False),
        notice_on=entry.get("notice_on"),
        mode=WindowMode(entry.get("mode", "restricted")),
        status=PollStatus(entry.get("status", "scheduled")),
    )
    return replace(row, start=_instant(entry.get("start")), end=_instant(entry.get("end")))


def _instant(value: date | datetime | None) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value and value.replace(tzinfo=LONDON)
    return datetime.combine(value, time(), LONDON)


ACTS = [Act(**row) for row in _TABLE["acts"]]


def test_there_are_at_least_sixty_cases() -> None:
    """The table does not shrink, and no case stands twice."""
    assert len({act.what for act in ACTS}) == len(ACTS) >= _LEAST


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.what)
def test_act(act: Act) -> None:
    """The act is found, on the stated basis and for the stated polls."""
    context = replace(
        around(*(_poll(name) for name in act.polls), as_of=act.now),
        candidates={name: tuple(act.candidates) for name in act.polls if act.candidates},
        places={"Brookmeadow": tuple(act.places)},
    )
    matches = (a_match(act.rule),) if act.match else ()
    found = judge_freeze(act.material(), matches, context)
    assert sorted({f"{one.basis.value} {one.context}" for one in found}) == sorted(act.expect)
