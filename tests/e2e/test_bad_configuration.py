"""Faults of the configuration: file, key, line and remedy; exit code 2."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

import pytest

from monitor.demo.world import Site

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.place import Machine, Place

ACCOUNT = """
[[accounts]]
id = "council-x"
platform = "x"
handle = "AshcombeTC"
kind = "council"
owner = "Communications Officer"
"""


@pytest.mark.parametrize(
    ("more", "key", "says"),
    [
        (ACCOUNT + 'colour = "red"\n', "accounts[0].colour", "unknown key"),
        (ACCOUNT + 'owner_emial = "a@b.c"\n', "accounts[0].owner_emial", "Did you mean"),
        (ACCOUNT + "told_on = 7\n", "accounts[0].told_on", "date"),
        (ACCOUNT + ACCOUNT.replace("AshcombeTC", "other"), "accounts[1].id", "twice"),
        (ACCOUNT + ACCOUNT.replace("council-x", "other"), "accounts[1].handle", "twice"),
        (ACCOUNT.replace('kind = "council"', 'kind = "member"'), "accounts[0]", "agreed_on"),
        (ACCOUNT.replace('"x"', '"twitter"'), "accounts[0].platform", "not a platform"),
        ("\n[budget.tiktok]\nusd_per_month = 1.00\n", "budget.tiktok", "not a platform"),
        ("\n[extra]\nkey = 1\n", "extra", "unknown key"),
        ('\n[[polls]]\nid = "p"\ntype = "parish"\ndate = 2027-02-30\n', "", "TOML"),
    ],
)
def test_a_fault_names_file_line_key_and_remedy(
    fresh: Machine, more: str, key: str, says: str
) -> None:
    """Every command refuses to start on it, doctor too, and nothing is made."""
    fresh.append(more)
    for arguments in (("scan",), ("doctor",), ("check", "-")):
        done = fresh.run(*arguments)
        assert (done.code, done.out) == (2, "")
        assert f"{fresh.file}, line " in done.err
        assert key in done.err
        assert says in done.err
    assert not fresh.database.exists()


def test_a_configuration_that_is_no_file_is_named(fresh: Machine) -> None:
    """A folder in its place is unreadable, with the remedy."""
    done = fresh.run("scan", "--config", fresh.folder)

    assert done.code == 2
    assert str(fresh.folder) in done.err
    assert "Make it readable" in done.err


def test_a_policy_file_with_a_clause_missing_is_named(fresh: Machine) -> None:
    """The clause that is not there stands in the message, with the policy's file."""
    bundled = (files("config.policy") / "elstree-borehamwood-2017.toml").read_text("utf-8")
    whole = fresh.folder / "ours.toml"
    start = bundled.index('id = "terms.7"')
    start = bundled.rindex("[[", 0, start)
    end = bundled.index("[[", start + 2)
    whole.write_text(bundled[:start] + bundled[end:], "utf-8")
    fresh.change('policy = "elstree-borehamwood-2017"', 'policy = "ours.toml"')
    scan, doctor = fresh.run("scan"), fresh.run("doctor", "--json")

    assert scan.code == 2
    assert str(whole) in scan.err
    assert "terms.7" in scan.err
    fault = next(check for check in doctor.json["checks"] if check["state"] == "fault")
    assert doctor.code == 1
    assert "terms.7" in fault["what"]


def test_a_missing_secret_fails_its_account_and_no_other(own_town: Place) -> None:
    """Coverage says which and what to do, exit code 3; doctor names the same remedy."""
    del own_town.environ["CLERKWATCH_SECRET_X"]
    scan, doctor = own_town.run("scan", "--json"), own_town.run("doctor", "--json")

    read = {line["account"]: line for line in scan.json["coverage"]}
    assert scan.code == 3
    assert [read[name]["status"] for name in ("x", "facebook", "feed")] == [
        "failed",
        "read",
        "read",
    ]
    assert "CLERKWATCH_SECRET_X" in read["x"]["error"]
    faults = {one["name"]: one for one in doctor.json["checks"] if one["state"] == "fault"}
    assert (doctor.code, list(faults)) == (1, ["account x"])
    assert "CLERKWATCH_SECRET_X" in faults["account x"]["remedy"]


def test_no_secret_is_printed_anywhere(own_town: Place) -> None:
    """A wrong token leaves neither in output, errors, logs nor the record."""
    own_town.environ["CLERKWATCH_SECRET_X"] = "canary-wrong-token"
    own_town.environ["CLERKWATCH_LOG"] = "debug"
    done = own_town.run("scan")
    shown = own_town.run("accounts", "show", "x", "--json")

    kept = b"".join(left.read_bytes() for left in own_town.folder.glob("clerkwatch.db*"))
    assert done.code == 3
    assert "canary" not in done.out + done.err + shown.out
    assert b"canary" not in kept


def test_an_account_with_an_open_case_that_vanished_is_said_aloud(own_town: Place) -> None:
    """Nothing is read until it is back or decided; doctor says so; cases can be decided."""
    own_town.run("scan")
    text = own_town.file.read_text("utf-8")
    own_town.file.write_text(text.replace(own_town.entry(Site.X), ""), "utf-8")
    scan, doctor = own_town.run("scan"), own_town.run("doctor", "--json")
    cases = own_town.run("cases", "list", "--json")

    open_there = [case["id"] for case in cases.json if case["account"] == "x"]
    faults = {one["name"]: one for one in doctor.json["checks"] if one["state"] == "fault"}
    assert (scan.code, doctor.code, cases.code) == (2, 1, 0)
    assert open_there
    assert "Put the account back" in scan.err
    assert f"{len(open_there)} undecided case" in faults["account x"]["what"]
    assert own_town.run("cases", "acknowledge", str(open_there[0])).code == 0


def test_a_configuration_in_another_encoding_is_refused(fresh: Machine, tmp_path: Path) -> None:
    """UTF-16 is named as such."""
    file = tmp_path / "utf16.toml"
    file.write_text(fresh.file.read_text("utf-8"), "utf-16")
    done = fresh.run("scan", "--config", file)

    assert done.code == 2
    assert "UTF-8" in done.err
