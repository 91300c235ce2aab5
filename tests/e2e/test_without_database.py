"""Before anything was read: what works without a database, and what says that there is none."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.place import Machine


def test_init_writes_a_configuration_and_says_that_it_made_a_database(machine: Machine) -> None:
    """The file is private to its owner and group, and the database is announced."""
    done = machine.run("init", "--defaults")

    assert (done.code, machine.database.is_file()) == (0, True)
    assert f"Made a new database: {machine.database}" in done.err
    assert machine.file.stat().st_mode & 0o777 == 0o640


def test_init_replaces_a_file_only_when_told_to(fresh: Machine) -> None:
    """A configuration that somebody wrote is never lost by accident."""
    fresh.file.write_text("# mine\n", "utf-8")
    refused = fresh.run("init", "--defaults")
    kept = fresh.file.read_text("utf-8")
    forced = fresh.run("init", "--defaults", "--force", "--json")

    assert (refused.code, kept) == (2, "# mine\n")
    assert "--force" in refused.err
    assert (forced.code, forced.json["config"]) == (0, "clerkwatch.toml")


def test_init_asks_and_writes_what_was_answered(machine: Machine) -> None:
    """Nine questions, the answers quoted safely; who notices a dead machine has to be decided."""
    answers = (
        'The "Old" Town Council\nold-tc.gov.uk\nClerk\nclerk@old-tc.gov.uk\n'
        "mail.old-tc.gov.uk\n587\nstarttls\nclerkwatch@old-tc.gov.uk\n"
        "\nperhaps\nnone\n"
    )
    done = machine.run("init", given=answers.encode())

    assert done.code == 0, done.err
    assert r'name = "The \"Old\" Town Council"' in machine.file.read_text("utf-8")
    assert "port = 587" in machine.file.read_text("utf-8")


def test_init_writes_nothing_when_an_answer_cannot_be_used(machine: Machine) -> None:
    """A wrong mail address is named, and no broken file is left behind."""
    answers = (
        "A Town Council\na-tc.gov.uk\nClerk\nnot an address\nmail.a-tc.gov.uk\n25\ntls\nx@y.z\n"
        "none\n"
    )
    done = machine.run("init", given=answers.encode())

    assert done.code == 2
    assert "people[0].email" in done.err
    assert list(machine.folder.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_a_sentence_and_no_traceback(machine: Machine) -> None:
    """What the machine refuses is named with its path."""
    (machine.folder / "in-the-way").write_text("")
    done = machine.run("init", "--defaults", "--config", "in-the-way/clerkwatch.toml")

    assert done.code == 1
    assert "in-the-way" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("check",),
        ("elections", "list"),
        ("elections", "windows"),
        ("rules", "list"),
        ("accounts", "list"),
        ("doctor",),
    ],
    ids=" ".join,
)
def test_these_commands_work_without_a_database_and_make_none(
    fresh: Machine, arguments: tuple[str, ...]
) -> None:
    """What reads only the configuration needs no record."""
    done = fresh.run(*arguments, "--json", given=b"The library opens at ten.")

    assert done.code == (1 if arguments == ("doctor",) else 0), done.err  # no mail server here
    assert done.lines
    assert [left.name for left in fresh.folder.iterdir()] == ["clerkwatch.toml"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("status",), 1),
        (("doctor", "--mail"), 1),
        (("cases", "list"), 2),
        (("cases", "show", "1"), 2),
        (("cases", "acknowledge", "1"), 2),
        (("digest",), 2),
        (("digest", "--send"), 2),
        (("rescan",), 2),
        (("rescan", "--dry-run"), 2),
        (("evidence", "verify"), 2),
        (("elections", "add", "p", "--type", "parish", "--date", "2099-05-07"), 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_these_commands_say_that_there_is_no_database_and_make_none(
    fresh: Machine, arguments: tuple[str, ...], code: int
) -> None:
    """Only init, run, scan and demo make one."""
    done = fresh.run(*arguments)

    assert done.code == code, done.err
    assert "Traceback" not in done.err
    assert [left.name for left in fresh.folder.iterdir()] == ["clerkwatch.toml"]


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_no_trial_mail_leaves_before_there_is_a_record_of_it(
    fresh: Machine, more: tuple[str, ...]
) -> None:
    """Doctor refuses it with the remedy, examines all the same, and makes nothing."""
    done = fresh.run("doctor", "--mail", *more)

    assert done.code == 1
    assert "there is no database yet" in done.out
    assert "clerkwatch scan" in done.out
    assert "configuration" in done.out
    if more:
        (check,) = (one for one in done.json["checks"] if one["name"] == "trial mail")
        assert (check["state"], bool(check["remedy"])) == ("fault", True)
    assert [left.name for left in fresh.folder.iterdir()] == ["clerkwatch.toml"]


def test_scan_makes_the_database_and_says_so(fresh: Machine) -> None:
    """The first reading makes the record, even while no account is registered."""
    done = fresh.run("scan")

    assert (done.code, fresh.database.is_file()) == (0, True)
    assert f"Made a new database: {fresh.database}" in done.err


@pytest.mark.parametrize(
    "arguments",
    [("scan", "--frobnicate"), ("frobnicate",), ("cases", "show", "one"), ("cases", "show", "0")],
    ids=" ".join,
)
def test_wrong_use_is_exit_code_2(fresh: Machine, arguments: tuple[str, ...]) -> None:
    """An unknown option, command or a number that is none."""
    done = fresh.run(*arguments)

    assert (done.code, done.out) == (2, "")
    assert done.err


def test_the_configuration_is_found_in_the_documented_order(
    fresh: Machine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """--config after the command, before it, then CLERKWATCH_CONFIG, then the folder."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    named = {"CLERKWATCH_CONFIG": str(fresh.file)}
    missing = fresh.folder / "missing.toml"

    after = fresh.run("accounts", "list", "--config", fresh.file, working=elsewhere)
    before = fresh.run("--config", fresh.file, "accounts", "list", working=elsewhere)
    variable = fresh.run("accounts", "list", working=elsewhere, more=named)
    nowhere = fresh.run("accounts", "list", working=elsewhere)
    option_wins = fresh.run("accounts", "list", "--config", missing, more=named)

    assert [after.code, before.code, variable.code] == [0, 0, 0]
    assert (nowhere.code, option_wins.code) == (2, 2)
    assert "clerkwatch init" in nowhere.err
    assert str(missing) in option_wins.err


def test_the_record_lies_in_the_state_directory_under_systemd(fresh: Machine) -> None:
    """Relative paths of the configuration start at $STATE_DIRECTORY."""
    state = fresh.folder / "state"
    state.mkdir()
    done = fresh.run("scan", more={"STATE_DIRECTORY": str(state)})

    assert done.code == 0, done.err
    assert (state / "clerkwatch.db").is_file()
    assert not fresh.database.exists()


def test_the_environment_overrides_one_key(fresh: Machine) -> None:
    """CLERKWATCH_SECTION__KEY wins over the file, and a wrong value is named as such."""
    wrong = fresh.run("doctor", more={"CLERKWATCH_MAIL__PORT": "many"})
    right = fresh.run("doctor", "--json", more={"CLERKWATCH_MAIL__PORT": "2626"})

    assert wrong.code == 2
    assert "environment, CLERKWATCH_MAIL__PORT" in wrong.err
    assert any("127.0.0.1:2626" in check["what"] for check in right.json["checks"])


def test_a_reader_who_has_seen_enough_ends_the_command_quietly(fresh: Machine) -> None:
    """A closed pipe is no traceback."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as closed:
        code, said = fresh.run_into(closed, "rules", "list", "--json")

    assert (code, said) == (1, "")
