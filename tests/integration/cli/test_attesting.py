"""`accounts attest`: who can log in, twice a year, and what the mails ask and say of it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from storage.open import open_repository
from tests.integration.cli.terminal import Terminal
from tests.lib.schemas import SCHEMAS, problems
from tests.lib.youtube_reader import NOW

if TYPE_CHECKING:
    from pathlib import Path

JO = "Jo Marsh, jo@fernbeck-tc.gov.uk"
SAM = "Sam Reed, sam@reedevents.example, Reed Events"


@pytest.fixture
def terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Terminal:
    """Sit down at a terminal, with a feed registered and a database made."""
    terminal = Terminal(tmp_path, monkeypatch, capsys)
    terminal.registers("feed", "https://news.example/feed/", "")
    open_repository(f"sqlite:///{tmp_path}/clerkwatch.db", create=True).close()
    return terminal


def attests(terminal: Terminal, *logins: str, removed: tuple[str, ...] = ()) -> int:
    """Attest; return the exit code."""
    words = [word for login in logins for word in ("--login", login)]
    words += [word for name in removed for word in ("--removed", name)]
    return terminal.types("accounts", "attest", "it", "--by", "Pat Hill", *words, "--json")


def shown(terminal: Terminal) -> Any:
    """Return what `accounts show` says of it."""
    assert terminal.types("accounts", "show", "it", "--json") == 0
    value = json.loads(terminal.printed)
    assert problems(SCHEMAS["accounts show"], value) == []
    return value["attested"]


def test_logins_are_recorded_and_shown(terminal: Terminal, tmp_path: Path) -> None:
    """With addresses, a contractor's organisation, who said so, and when it is asked again."""
    assert shown(terminal) is None
    assert attests(terminal, JO, SAM) == 0
    assert problems(SCHEMAS["accounts attest"], json.loads(terminal.printed)) == []
    told = shown(terminal)
    assert [each["name"] for each in told["logins"]] == ["Jo Marsh", "Sam Reed"]
    assert told["logins"][1]["organisation"] == "Reed Events"
    assert (told["by"], told["outside"]) == ("Pat Hill", [])
    assert told["due_at"] == (NOW + timedelta(days=182)).isoformat()
    assert terminal.types("accounts", "show", "it") == 0
    assert "Logins     2 logins, attested by Pat Hill" in terminal.printed
    store = open_repository(f"sqlite:///{tmp_path}/clerkwatch.db", read_only=True)
    assert store.verify_ledger().faults == ()
    store.close()


def test_nobody_who_could_log_in_is_passed_over(terminal: Terminal) -> None:
    """A leaver is named as taken away, or as still there; before that nothing is recorded."""
    assert attests(terminal, JO, SAM) == 0
    assert attests(terminal, JO) == 2
    assert "Sam Reed could log in when it was last attested" in terminal.noted
    assert len(shown(terminal)["logins"]) == 2


def test_a_leaver_is_recorded(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Named as taken away, half a year later."""
    assert attests(terminal, JO, SAM) == 0
    monkeypatch.setattr("tests.integration.cli.terminal.NOW", NOW + timedelta(days=182))
    assert attests(terminal, JO, removed=("sam  REED",)) == 0
    assert shown(terminal)["removed"] == ["sam REED"]
    assert [each["name"] for each in shown(terminal)["logins"]] == ["Jo Marsh"]


def test_an_address_of_nobodys_is_recorded_and_said(terminal: Terminal) -> None:
    """Requirement 1 asks for the council's own or an organisation's; a subdomain is its own."""
    mail = "Kim Lee, kim@post.example"
    assert attests(terminal, "Jo Marsh, jo@mail.fernbeck-tc.gov.uk", mail) == 0
    assert shown(terminal)["outside"] == ["kim@post.example"]
    assert terminal.types("accounts", "show", "it") == 0
    assert "requirement 1" in terminal.printed


@pytest.mark.parametrize(
    ("login", "said"),
    [
        ("", "no login"),
        ("Jo Marsh", "no login"),
        ("Jo Marsh, ", "no login"),
        ("Jo Marsh, at home", "no mail address"),
        ("Jo Marsh, jo@a@b.example", "no mail address"),
        ("Jo Marsh, jo@fernbeck-tc.gov.uk,  ", "no login"),
        ("J" * 200 + ", jo@fernbeck-tc.gov.uk", "no login"),
    ],
)
def test_what_is_no_login_is_refused(terminal: Terminal, login: str, said: str) -> None:
    """The remedy shows how to write it; nothing is recorded."""
    assert attests(terminal, login) == 2
    assert said in terminal.noted
    assert "--login" in terminal.noted
    assert shown(terminal) is None


def test_nobody_at_all_is_refused(terminal: Terminal) -> None:
    """So is somebody who is both there and gone, and an account that is not registered."""
    assert attests(terminal) == 2
    assert attests(terminal, JO, removed=("jo marsh",)) == 2
    assert terminal.types("accounts", "attest", "nobody", "--login", JO) == 2
    assert shown(terminal) is None
