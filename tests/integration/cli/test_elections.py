"""Polls by commands, as a Clerk's supplier types them, on a real database."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import icalendar
import pytest
import time_machine

from config.types import PollStatus
from monitor.cli import main
from tests.lib.schemas import SCHEMAS, problems

if TYPE_CHECKING:
    from pathlib import Path

NOW = "2027-04-10T09:00:00+01:00"
CONFIG = """
[council]
name = "Fernbeck Town Council"
email_domain = "fernbeck-tc.gov.uk"
wards = ["Brookmeadow", "Weir End"]
places = { "Weir End" = ["Mill Hall"] }
authorities = { fernbeck = "borough" }
holidays = [2027-04-26]
[mail]
security = "none"
sender = "clerkwatch@fernbeck-tc.gov.uk"
[[people]]
role = "clerk"
name = "Clerk"
email = "clerk@fernbeck-tc.gov.uk"
[[polls]]
id = "parish.2027-05-06"
type = "parish"
date = 2027-05-06
"""


class Terminal:
    """Somebody at a terminal, on a day in the window of the town's poll."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.file = folder / "clerkwatch.toml"
        self.file.write_text(CONFIG)
        self.capsys = capsys
        self.out = self.err = ""

    def types(self, *arguments: str, code: int = 0) -> str:
        """Type a command; return what it printed."""
        with time_machine.travel(NOW, tick=False):
            try:
                main(["elections", *arguments, "--config", str(self.file)])
                ended = 0
            except SystemExit as end:
                ended = int(end.code or 0)
        self.out, self.err = self.capsys.readouterr()
        assert code == ended, self.err
        return self.out

    def asks(self, *arguments: str) -> Any:
        """Type a command with ``--json``; its shape is the documented one."""
        value = json.loads(self.types(*arguments, "--json"))
        assert problems(SCHEMAS[f"elections {arguments[0]}"], value) == []
        return value


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """Return a terminal in a town whose database has been made."""
    made = Terminal(tmp_path, capsys)
    with time_machine.travel(NOW, tick=False), pytest.raises(SystemExit):
        main(["scan", "--config", str(made.file)])
    capsys.readouterr()
    return made


def test_a_day_of_mourning_in_the_configuration_moves_the_last_day(terminal: Terminal) -> None:
    """26 April 2027 does not count, so the last day for the notice is a day earlier."""
    assert terminal.asks("show", "parish.2027-05-06")["last_day_for_notice"] == "2027-03-30"
    assert "a further day in the configuration" in terminal.types("show", "parish.2027-05-06")


def test_a_poll_is_postponed_and_its_period_ends_when_the_clerk_says(terminal: Terminal) -> None:
    """Its period had begun: it ends, and the new day has a period and an id of its own."""
    terminal.types("postpone", "parish.2027-05-06", "--to", "2027-06-10", code=2)
    assert "--ended" in terminal.err
    moved = terminal.asks(
        "postpone", "parish.2027-05-06", "--to", "2027-06-10", "--ended", "2027-04-09T16:00"
    )
    assert (moved["id"], moved["date"]) == ("parish.2027-05-06.again", "2027-06-10")
    old, new = terminal.asks("list")
    assert old["windows"][0]["end"] == "2027-04-09T16:00:00+01:00"
    assert (old["status"], new["status"]) == (PollStatus.CANCELLED, PollStatus.SCHEDULED)
    assert terminal.asks("windows") == []


def test_a_poll_that_is_moved_before_its_period_keeps_its_id(terminal: Terminal) -> None:
    """Nothing had begun, so nothing has to end; the notice is needed anew."""
    terminal.types("add", "county.2029-05-03", "--type", "county", "--date", "2029-05-03")
    moved = terminal.asks("postpone", "county.2029-05-03", "--to", "2030-05-02")
    assert (moved["id"], moved["status"], moved["notice"]) == (
        "county.2029-05-03",
        PollStatus.POSTPONED,
        None,
    )


def test_another_poll_of_the_same_id_has_to_be_confirmed(terminal: Terminal) -> None:
    """Typing an id twice does not lose a poll: the message says which, and what to do."""
    terminal.types("add", "parish.2027-05-06", "--type", "borough", "--date", "2027-06-10", code=2)
    assert "Thursday 6 May 2027, town council election" in terminal.err
    assert "id of its own" in terminal.err
    [kept] = terminal.asks("list")
    assert (kept["type"], kept["date"]) == ("parish", "2027-05-06")
    terminal.types("add", "parish.2027-05-06", "--type", "parish", "--date", "2027-05-06")
    changed = terminal.asks(
        "add", "parish.2027-05-06", "--type", "borough", "--date", "2027-06-10", "--yes"
    )
    assert changed["type"] == "borough"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"name;foo\nA;b\n", "Give first and last name"),
        (b"wer,was\nA,b\n", "See docs/operators/election-lists.md"),
        (b"name,party\nJos\xe9 Ruiz,A Party\n", "CSV UTF-8"),
        (b"\x00\x01\x02", "CSV UTF-8"),
        (b'[{"name":', "Save it again"),
        (None, "Name a file that is there"),
    ],
)
def test_a_list_of_candidates_that_makes_no_sense_says_what_to_do(
    terminal: Terminal, tmp_path: Path, content: bytes | None, said: str
) -> None:
    """Wrong columns, wrong encodings, no text, no file: nothing is entered."""
    file = tmp_path / ("list.json" if content and content.startswith(b"[") else "list.csv")
    if content is not None:
        file.write_bytes(content)
    terminal.types("candidates", "parish.2027-05-06", str(file), code=2)
    assert said in terminal.err


def test_cancelling_inside_the_period_asks_when_it_ended(terminal: Terminal) -> None:
    """No law says it; the Clerk does."""
    terminal.types("cancel", "parish.2027-05-06", code=2)
    assert "no law says when it ends" in terminal.err
    cancelled = terminal.asks("cancel", "parish.2027-05-06", "--ended", "2027-04-10T08:00")
    assert cancelled["status"] == "cancelled"


def test_an_import_enters_all_or_none(terminal: Terminal, tmp_path: Path) -> None:
    """A line that makes no sense stops the whole file; afterwards nothing is half there."""
    file = tmp_path / "polls.csv"
    file.write_text("id,type,date\na.2028,parish,2028-05-04\nb.2028,parish,4 May\n")
    terminal.types("import", str(file), code=2)
    assert len(terminal.asks("list")) == 1
    file.write_text("id,type,date\na.2028,parish,2028-05-04\nb.2028,borough,2028-05-04\n")
    assert [one["id"] for one in terminal.asks("import", str(file))] == ["a.2028", "b.2028"]
    assert len(terminal.asks("list")) == 3


def test_importing_again_keeps_what_only_a_person_enters(
    terminal: Terminal, tmp_path: Path
) -> None:
    """The notice and the candidates stay; a second import of the same file changes nothing."""
    file = tmp_path / "polls.csv"
    file.write_text("election_id,poll_open_date\nlocal.fernbeck.2027-05-06,2027-05-06\n")
    terminal.types("import", str(file))
    terminal.types("notice", "local.fernbeck.2027-05-06", "2027-03-22")
    names = tmp_path / "names.csv"
    names.write_text("name,ward\nAda Quill,Weir End\n")
    terminal.types("candidates", "local.fernbeck.2027-05-06", str(names))
    again = terminal.asks("import", str(file))
    assert again[0]["notice"] == "2027-03-22"
    assert again[0]["candidates"] == 1


def test_a_weekend_has_to_be_confirmed_also_when_imported(
    terminal: Terminal, tmp_path: Path
) -> None:
    """It may be right, so it is asked about, not refused for good."""
    file = tmp_path / "polls.csv"
    file.write_text("id,type,date\na.2028,parish,2028-05-06\n")
    terminal.types("import", str(file), code=2)
    assert "weekend" in terminal.err
    terminal.types("import", str(file), "--yes")


def test_the_calendar_is_written_where_it_is_asked_for(terminal: Terminal, tmp_path: Path) -> None:
    """To a file or to standard output; a place that cannot be written is said."""
    terminal.types("export", "--ics", str(tmp_path / "out.ics"))
    read = icalendar.Calendar.from_ical((tmp_path / "out.ics").read_bytes())
    assert len(read.walk("VEVENT")) == 7
    assert terminal.types("export", "--ics", "-").startswith("BEGIN:VCALENDAR")
    assert terminal.types("export", "--ics").startswith("BEGIN:VCALENDAR")
    terminal.types("export", code=2)
    assert "Add --ics" in terminal.err
    terminal.types("export", "--ics", str(tmp_path / "no" / "out.ics"), code=2)
    assert "cannot be written" in terminal.err


def test_a_file_that_is_not_there_is_said(terminal: Terminal) -> None:
    """No traceback for a name that was mistyped."""
    terminal.types("import", "nowhere.csv", code=2)
    assert "cannot be read" in terminal.err
