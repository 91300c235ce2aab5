"""`demo`: the whole job on this machine, and what it tells to try next."""

from __future__ import annotations

import email
import os
import pty
import subprocess
from email import policy
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.place import COMMAND, Machine
from tests.lib.schemas import SCHEMAS, problems

if TYPE_CHECKING:
    from tests.e2e.place import Done, Place


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Machine, Done]:
    """Run the demo once as a person does."""
    machine = Machine(tmp_path_factory.mktemp("demo"))
    return machine, machine.run("demo", "--folder", machine.folder / "town")


def test_the_demo_ends_well_although_one_account_fails_by_design(
    shown: tuple[Machine, Done],
) -> None:
    """Both mornings' mails are printed, and the account that could not be read is named."""
    _, done = shown

    assert done.code == 0, done.err
    assert done.out.count("Subject: ") >= 3
    assert "not readable, as planned: mayor-facebook" in done.out
    assert done.err == ""


def test_every_command_that_the_demo_names_works(shown: tuple[Machine, Done]) -> None:
    """What to try next can be copied and pasted."""
    machine, done = shown
    tail = done.out[done.out.index("What to try next:") :]
    named = [line.strip() for line in tail.splitlines() if line.startswith("  ")]
    environ = machine.environ | {"PATH": f"{COMMAND.parent}:{os.environ['PATH']}"}

    assert len(named) >= 5
    for line in named:
        tried = subprocess.run(
            ["/bin/sh", "-c", line],
            cwd=machine.folder,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (tried.returncode, tried.stderr) == (0, ""), line
        assert tried.stdout.strip(), line
        assert "nothing found" not in tried.stdout, line


def test_the_pages_of_the_mails_are_where_the_demo_says(shown: tuple[Machine, Done]) -> None:
    """Each HTML part lies in the named file."""
    _, done = shown
    pages = [Path(line.strip()) for line in done.out.splitlines() if line.endswith(".html")]

    assert len(pages) >= 3
    assert all(page.read_text("utf-8").lstrip().startswith("<!") for page in pages)


def test_on_the_third_morning_a_window_opens(tmp_path: Path) -> None:
    """The briefing comes, the digest lists what the sweep found, the polling stations are quiet."""
    machine = Machine(tmp_path)
    folder = tmp_path / "town"
    done = machine.run("demo", "--window", "--folder", folder)
    assert done.code == 0, done.err
    mails = [
        email.message_from_bytes(file.read_bytes(), policy=policy.default)
        for file in sorted((folder / "mails").glob("*.eml"))
    ]
    [briefing] = [mail for mail in mails if str(mail["Subject"]).startswith("Briefing: ")]
    [opened] = [mail for mail in mails if "older posts to review" in str(mail["Subject"])][-1:]
    assert "pre-election period starts on" in str(opened["Subject"])
    told = {mail: mail.get_body(("plain",)) for mail in (briefing, opened)}
    words = {mail: " ".join(body.get_content().split()) for mail, body in told.items() if body}
    assert "WHOM TO TELL" in words[briefing]
    _, _, sweep = words[opened].partition("THE PRE-ELECTION PERIOD")
    assert "secured record investment for the playground" in sweep
    assert "biggest park programme" in sweep
    assert "Older posts, because of the pre-election period: Facebook page: read back" in sweep
    settings = folder / "clerkwatch.toml"
    stored = machine.run("search", "polling stations", "--config", settings)
    assert "The polling stations for the by-election" in stored.out
    cases = machine.run("cases", "list", "--json", "--config", settings)
    assert "The polling stations for the by-election" not in cases.out


def test_the_demo_for_scripts_fits_its_schema(machine: Machine) -> None:
    """--json prints one ASCII value with both mornings and every mail."""
    done = machine.run("demo", "--folder", machine.folder / "town", "--json")

    assert done.code == 0, done.err
    assert problems(SCHEMAS["demo"], done.json) == []
    assert len(done.json["days"]) == len(done.json["digests"]) == 2


def test_the_demo_goes_on_by_replies_alone(machine: Machine) -> None:
    """Forged, REMOVE, UNDO, REMOVE, the owner's answer, removal, KEEP; the next digest tells it."""
    done = machine.run("demo", "--folder", machine.folder / "town", "--replies", "--json")

    assert done.code == 0, done.err
    assert problems(SCHEMAS["demo"], done.json) == []
    steps = done.json["replies"]
    removed = [step for step in steps if step["case"] == steps[0]["case"]]
    assert [(step["state"], step["resolution"]) for step in removed] == [
        ("open", None),
        ("removal_requested", None),
        ("open", None),
        ("removal_requested", None),
        ("removal_requested", None),
        ("removal_requested", None),
        ("verifying", None),
        ("closed", "removed"),
    ]
    assert steps[0]["told"] is None, "a forger is not answered"
    assert steps[-1]["resolution"] == "dismissed"
    assert "no longer visible" in " ".join(done.json["digests"][-1]["text"].split())


def test_the_demo_never_writes_over_a_configuration_or_a_record(
    shown: tuple[Machine, Done],
) -> None:
    """A folder in use, perhaps a real one, is refused and left as it is."""
    machine, _ = shown
    file = machine.folder / "town" / "clerkwatch.toml"
    before = file.read_bytes()
    again = machine.run("demo", "--folder", machine.folder / "town")

    assert (again.code, file.read_bytes()) == (2, before)
    assert "new or empty" in again.err


def test_progress_on_a_terminal_leaves_the_output_alone(own_town: Place) -> None:
    """On a terminal a bar is drawn beside the result, never into it."""
    leader, follower = pty.openpty()
    try:
        done = subprocess.run(
            [COMMAND, "scan", "--json"],
            cwd=own_town.folder,
            env=own_town.environ | {"TERM": "xterm"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=follower,
            check=False,
            timeout=120,
        )
    finally:
        os.close(follower)
    drawn = os.read(leader, 65_536)
    os.close(leader)

    assert done.returncode == 0, drawn
    assert done.stdout.startswith(b'{"run"')
    assert b"Reading" in drawn
