"""Entering who is away, at a terminal and as a reply does it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from config.errors import OperatorError
from monitor.cli import main
from monitor.people.absences import cover
from tests.integration.pipeline.village import START, Village
from tests.lib.schemas import SCHEMAS, problems

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MORE = """
[[people]]
role = "deputy"
name = "Deputy Clerk"
email = "Deputy@fernbeck-tc.gov.uk"
working_days = ["mon", "tue", "thu"]

[[people]]
role = "technical"
name = "Supplier"
email = "support@it.example"
"""
DEPUTY = "deputy@fernbeck-tc.gov.uk"


@pytest.fixture
def village(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Village]:
    """Return a village with a Clerk, a deputy and a supplier, on a Monday morning."""
    with Village(tmp_path) as village:
        village.add(MORE)
        assert village.app.repository.absences() == []
        monkeypatch.setenv("CLERKWATCH_CONFIG", str(tmp_path / "clerkwatch.toml"))
        monkeypatch.setenv("CLERKWATCH_BY", "Clerk")
        yield village


@pytest.fixture
def types(
    village: Village, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Return a function that types a command at the village's hour."""

    def run(*arguments: str) -> tuple[int, str, str]:
        with time_machine.travel(village.clock.now(), tick=False):
            try:
                main(arguments)
                code = 0
            except SystemExit as end:
                code = int(end.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return run


def shown(name: str, out: str) -> Any:
    """Return what a command printed as JSON, checked by its schema."""
    value = json.loads(out)
    assert problems(SCHEMAS[name], value) == []
    return value


def test_absent_and_back_by_command(types: Callable[..., tuple[int, str, str]]) -> None:
    """Whoever stands in is asked from then on, and the Clerk again when they are back."""
    code, out, _ = types("people", "absent", "clerk", "--until", "2026-11-13", "--json")
    assert code == 0
    clerk = shown("people absent", out)
    assert (clerk["away"], clerk["decides"]) == (True, False)
    code, out, _ = types("people", "list", "--json")
    found = shown("people list", out)
    assert [one["decides"] for one in found] == [False, True, False]
    assert found[1]["working_days"] == ["mon", "tue", "thu"]

    code, out, _ = types("people", "list")
    assert "away from 2026-11-02 to 2026-11-13" in out
    assert "Asked to decide today: Deputy Clerk" in out
    code, out, _ = types("people", "back", "clerk", "--json")
    assert shown("people back", out)["decides"]
    code, out, _ = types("people", "back", "clerk")
    assert (code, out) == (0, "Clerk was not entered as away; nothing has changed.\n")


def test_a_later_word_changes_what_runs(
    village: Village, types: Callable[..., tuple[int, str, str]]
) -> None:
    """A new last day changes the running absence and keeps who stands in; no second row."""
    types("people", "absent", "clerk", "--until", "2026-11-06", "--cover", "deputy")
    village.clock.advance(timedelta(days=2))
    code, out, _ = types("people", "absent", "Clerk", "--until", "2026-11-20")
    assert (code, out.splitlines()[0]) == (0, "Clerk is away from 2026-11-02 to 2026-11-20.")
    (only,) = village.app.repository.absences()
    assert (only.cover, only.until_on) == (DEPUTY, date(2026, 11, 20))
    types("people", "back", "clerk")
    (only,) = village.app.repository.absences()
    assert only.until_on == date(2026, 11, 3)
    assert village.app.repository.verify_ledger().faults == ()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["mayor", "--until", "2026-11-13"], "nobody is called 'mayor'"),
        (["clerk", "--until", "2026-11-01"], "lies before the first day away"),
        (["clerk", "--until", "2026-10-30", "--from", "2026-10-01"], "over already"),
        (["clerk", "--until", "2027-12-30"], "longer than a year"),
        (["clerk", "--until", "18 August"], "no date"),
        (["clerk", "--until", "2026-11-13", "--cover", "clerk"], "stand in for themselves"),
        (["clerk", "--until", "2026-11-13", "--cover", "supplier"], "technical matters only"),
        (["clerk", "--until", "2026-12-03", "--from", "2026-12-01"], "already"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_remedy(
    types: Callable[..., tuple[int, str, str]],
    village: Village,
    arguments: list[str],
    said: str,
) -> None:
    """Nothing is entered, and the message says what to write instead."""
    types("people", "absent", "clerk", "--from", "2026-12-02", "--until", "2026-12-04")
    before = village.app.repository.absences()
    code, _, err = types("people", "absent", *arguments)
    assert code == 2
    assert said in err
    assert village.app.repository.absences() == before


def test_nobody_left_is_said(types: Callable[..., tuple[int, str, str]]) -> None:
    """When the last one goes, they are told all the same, and the command says so."""
    types("people", "absent", "deputy", "--until", "2026-11-13")
    code, out, err = types("people", "absent", "clerk", "--until", "2026-11-13")
    assert code == 0
    assert "Asked to decide then: Clerk." in out
    assert "Nobody else is there" in err


def test_the_word_cover_enters_the_same(village: Village) -> None:
    """COVER deputy until 13 November: who orders it is away, in the order's own transaction."""
    app = village.app
    for _ in range(2):
        with app.repository.together():
            cover(
                app, "the deputy", until=date(2026, 11, 13), by="CLERK@fernbeck-tc.gov.uk", at=START
            )
    (entered,) = app.repository.absences()
    assert (entered.person, entered.cover) == ("clerk@fernbeck-tc.gov.uk", DEPUTY)
    with pytest.raises(OperatorError, match="stand in for themselves"):
        cover(app, "deputy", until=date(2026, 11, 13), by="Deputy Clerk", at=START)
