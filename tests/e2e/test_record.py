"""Reading a town and deciding on what was found, with the installed command."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest

from monitor.demo.faults import Fault, FaultKind
from monitor.demo.world import Condition, Site
from tests.e2e.place import Place
from tests.lib.schemas import SCHEMAS, problems

if TYPE_CHECKING:
    from pathlib import Path

OBEYED = set("\x1b\x00\x9b\u202e\u202c\x07")
"""Characters that a terminal would obey."""


def case_on(place: Place, account: str, clause: str) -> int:
    """Return the number of the case on an account under a clause."""
    (number,) = [
        case["id"]
        for case in place.run("cases", "list", "--json").json
        if case["account"] == account and clause in case["clauses"]
    ]
    return int(number)


READ_ONLY = [
    ("status",),
    ("doctor",),
    ("cases", "list"),
    ("cases", "show", "1"),
    ("accounts", "list"),
    ("accounts", "show", "x"),
    ("elections", "list"),
    ("elections", "windows", "--as-of", "2027-04-10"),
    ("rules", "list"),
    ("rules", "show", "party-politics/endorsement"),
    ("rules", "test"),
    ("evidence", "verify"),
    ("purge", "--dry-run"),
    ("privacy", "export", "--author", "A Resident"),
    ("digest",),
    ("rescan", "--dry-run"),
]


@pytest.mark.parametrize("arguments", READ_ONLY, ids=" ".join)
def test_what_only_looks_prints_its_documented_shape_and_changes_nothing(
    town: Place, arguments: tuple[str, ...]
) -> None:
    """JSON is ASCII and fits its schema; the text obeys nobody; the record stays as it is."""
    before = sqlite3.connect(town.database).execute("PRAGMA data_version").fetchone()
    rows = _rows(town.database)
    shape, text = town.run(*arguments, "--json"), town.run(*arguments)

    assert (shape.code, text.code) == (0, 0), shape.err + text.err
    assert problems(SCHEMAS[_name(arguments)], shape.json) == []
    assert not OBEYED & set(text.out)
    assert "case 99 closed" not in text.out.splitlines()
    assert _rows(town.database) == rows
    assert before


def _name(arguments: tuple[str, ...]) -> str:
    words = [word for word in arguments[:2] if not word.startswith("-")]
    return " ".join(words)


def _rows(database: Path) -> list[str]:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


def test_a_second_scan_finds_nothing_new(own_town: Place) -> None:
    """Two readings of the same posts: the same cases, nothing twice; both fit the schema."""
    first, second = own_town.run("scan", "--json"), own_town.run("scan", "--json")

    assert (first.code, second.code) == (0, 0)
    assert problems(SCHEMAS["scan"], first.json) == problems(SCHEMAS["scan"], second.json) == []
    assert {"terms.5", "terms.4"} <= {one["clause"] for one in first.json["findings"]["added"]}
    assert second.json["findings"]["added"] == []
    assert (second.json["cases_opened"], second.json["mails_queued"]) == ([], 0)


def test_scan_can_read_one_account_and_refuses_an_unknown_one(own_town: Place) -> None:
    """--account names those to read; the message lists those there are."""
    one = own_town.run("scan", "--account", "x", "--json")
    unknown = own_town.run("scan", "--account", "twitter")

    assert [line["account"] for line in one.json["coverage"]] == ["x"]
    assert unknown.code == 2
    assert "x, facebook, feed" in unknown.err


def test_an_account_that_fails_is_exit_code_3_and_the_others_are_read(own_town: Place) -> None:
    """A dead token ends in coverage and in `accounts list`, not in silence."""
    own_town.world.set_condition("facebook", Condition.TOKEN_DEAD, own_town.now)
    scan, text = own_town.run("scan", "--json"), own_town.run("scan")
    listed = own_town.run("accounts", "list", "--json").json

    read = {line["account"]: line["status"] for line in scan.json["coverage"]}
    assert (scan.code, text.code) == (3, 3)
    assert read == {"x": "read", "facebook": "failed", "feed": "read"}
    assert {line["id"]: line["status"] for line in listed} == read
    assert own_town.run("status").code == 1


def test_an_account_read_in_part_is_exit_code_3(own_town: Place) -> None:
    """A server that breaks in the middle is no complete reading."""
    own_town.script.next_answers("feed", *[Fault(kind=FaultKind.SERVER_ERROR)] * 20)
    scan = own_town.run("scan", "--json")

    assert scan.code == 3
    assert [line["status"] for line in scan.json["coverage"]][:2] == ["read", "read"]


def test_a_mail_server_that_is_down_is_a_warning_and_the_mails_wait(own_town: Place) -> None:
    """Reading is what decides the exit code; the urgent mail leaves with a later command."""
    own_town.run("scan")
    own_town.smtp.go_down()
    own_town.publish(
        Site.FACEBOOK, "Well done to Sophie Carter, 7, of St Mary's Primary!", hours_ago=0.01
    )
    down = own_town.run("scan", "--json")
    waiting = own_town.run("status", "--json").json["mails_waiting"]

    assert (down.code, down.json["mails_queued"], waiting) == (0, 1, 1)
    assert "clerkwatch: " in down.err
    assert own_town.run("digest", "--send").code == 1

    own_town.smtp.go_down(is_down=False)
    later = own_town.run("digest", "--send", "--json")
    assert later.code in {0, 1}  # the outbox may still keep its distance after the last failure


def test_deciding_owes_a_reason_and_names_what_is_wrong(own_town: Place) -> None:
    """Unknown case, missing reason and wrong state are wrong use; good decisions are kept."""
    own_town.run("scan")
    number = str(case_on(own_town, "x", "terms.5"))

    without = own_town.run("cases", "dismiss", number)
    unknown = own_town.run("cases", "acknowledge", "4711")
    taken = own_town.run("cases", "acknowledge", number, "--by", "Deputy \x1b[31m", "--json")
    bad_day = own_town.run("cases", "dismiss", number, "--because", "x", "--until", "soon")
    dismissed = own_town.run("cases", "dismiss", number, "--because", "a quotation")
    late = own_town.run("cases", "acknowledge", number)
    shown = own_town.run("cases", "show", number)

    assert (without.code, unknown.code, bad_day.code, late.code) == (2, 2, 2, 2)
    assert "--because" in without.err
    assert "cases list --all" in unknown.err
    assert (taken.code, taken.json["state"], taken.json["events"][-1]["by"][:6]) == (
        0,
        "acknowledged",
        "Deputy",
    )
    assert problems(SCHEMAS["cases show"], taken.json) == []
    assert dismissed.code == 0
    assert "because a quotation" in shown.out
    assert not OBEYED & set(shown.out)


def test_cases_can_be_narrowed_to_open_ones_and_to_an_account(own_town: Place) -> None:
    """`cases list` leaves closed ones out unless asked; details of a child are not printed."""
    own_town.run("scan")
    number = str(case_on(own_town, "x", "terms.5"))
    own_town.run("cases", "dismiss", number, "--because", "a quotation")
    listed, every = own_town.run("cases", "list"), own_town.run("cases", "list", "--all")
    only = own_town.run("cases", "list", "--json", "--account", "facebook").json

    assert "Vote Labour" not in listed.out
    assert "Vote Labour" in every.out
    assert "Sophie" not in every.out
    assert {case["account"] for case in only} == {"facebook"}


def test_the_digest_is_sent_once_and_printed_again_as_it_left(own_town: Place) -> None:
    """A second --send writes no second mail; --date prints the stored one."""
    own_town.run("scan")
    preview = own_town.run("digest", "--preview", "--json").json
    before = len(own_town.smtp.mails)
    first, second = own_town.run("digest", "--send", "--json"), own_town.run("digest", "--send")
    day = datetime.now(UTC).date().isoformat()  # the council's day, but for one hour a night
    again = own_town.run("digest", "--date", day, "--json")

    assert (first.code, second.code, again.code) == (0, 0, 0), first.err + second.err
    digests = [
        m for m in own_town.smtp.mails[before:] if m.message()["Subject"] == first.json["subject"]
    ]
    assert len(digests) == 1
    assert "not written again" in second.err
    assert again.json == first.json
    assert first.json["subject"] == preview["subject"]
    assert problems(SCHEMAS["digest"], first.json) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("--send", "--preview"),
        ("--date", "2020-01-01"),
        ("--date", "2020-01-01", "--send"),
        ("--date", "0001-01-01"),
        ("--date", "yesterday"),
    ],
    ids=" ".join,
)
def test_a_digest_that_cannot_be_shown_is_wrong_use(
    town: Place, arguments: tuple[str, ...]
) -> None:
    """No digest of that day, no such day, or both at once."""
    done = town.run("digest", *arguments)

    assert (done.code, done.out) == (2, "")
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("--pull", "--dry-run"),
        ("--clause", "terms.99"),
        ("--account", "nobody"),
        ("--since", "0001-01-01"),
        ("--as-of", "9999-12-31T23:59:59-12:00"),
        ("--rules", "/nowhere"),
    ],
    ids=" ".join,
)
def test_a_rescan_that_makes_no_sense_is_wrong_use(town: Place, arguments: tuple[str, ...]) -> None:
    """Each is named, and nothing is judged."""
    done = town.run("rescan", *arguments)

    assert (done.code, done.out) == (2, "")
    assert "Traceback" not in done.err


def test_rescan_inside_a_window_shows_what_would_be_found_and_writes_nothing(
    own_town: Place,
) -> None:
    """--as-of replaces the present; a dry run names no run and leaves every row."""
    own_town.run("scan")
    own_town.append(
        '\n[[polls]]\nid = "p"\ntype = "parish"\ndate = 2027-05-06\nnotice = 2027-03-22\n'
    )
    rows = _rows(own_town.database)
    then = own_town.run("rescan", "--dry-run", "--as-of", "2027-04-10", "--json")

    assert then.code == 0, then.err
    assert problems(SCHEMAS["rescan"], then.json) == []
    assert "freeze" in {one["clause"] for one in then.json["findings"]["added"]}
    assert (then.json["run"], then.json["dry_run"]) == (None, True)
    assert _rows(own_town.database) == rows


def test_rescan_pull_tells_what_the_pull_found_too(own_town: Place) -> None:
    """A post that came since the last reading is in the difference; its account's coverage too."""
    own_town.run("scan")
    own_town.publish(Site.X, "Vote Green on Thursday!", hours_ago=0.01)
    done = own_town.run("rescan", "--pull", "--json")

    assert done.code == 0, done.err
    assert [one["clause"] for one in done.json["findings"]["added"]] == ["terms.5"]
    assert len(done.json["cases_opened"]) == 1
    assert sum(line["new"] for line in done.json["coverage"]) == 1


def test_other_rules_show_what_they_would_change(own_town: Place, tmp_path: Path) -> None:
    """--rules DIR without a topic withdraws its findings, in a dry run only on paper."""
    own_town.run("scan")
    rules = copied_rules(tmp_path / "rules")
    (rules / "party-politics.toml").unlink()
    done = own_town.run("rescan", "--dry-run", "--rules", rules, "--json")

    assert done.code == 0, done.err
    assert {one["clause"] for one in done.json["findings"]["withdrawn"]} == {"terms.5"}


def copied_rules(folder: Path) -> Path:
    """Copy the bundled rules into a folder of their own."""
    folder.mkdir()
    (folder / "lists").mkdir()
    for part in ("", "lists"):
        for file in (
            (files("config.rules") / part).iterdir() if part else files("config.rules").iterdir()
        ):
            if file.name.endswith(".toml"):
                (folder / part / file.name).write_text(file.read_text("utf-8"), "utf-8")
    return folder


def test_rules_test_fails_when_an_example_does_not_hold(town: Place, tmp_path: Path) -> None:
    """A rule whose near miss it finds is named, with exit code 1."""
    rules = copied_rules(tmp_path / "rules")
    file = rules / "party-politics.toml"
    text = file.read_text("utf-8")
    inverted = text.replace("hits =", "swapped =").replace("near_misses =", "hits =")
    file.write_text(inverted.replace("swapped =", "near_misses ="), "utf-8")
    done, shown = (
        town.run("rules", "test", "--rules", rules, "--json"),
        town.run("rules", "test", "--rules", rules),
    )

    assert (done.code, shown.code, done.json["ok"]) == (1, 1, False)
    assert problems(SCHEMAS["rules test"], done.json) == []
    assert {fault["rule"].split("/")[0] for fault in done.json["failures"]} == {"party-politics"}
    assert "do not hold" in shown.out


def test_an_unknown_rule_is_wrong_use(town: Place) -> None:
    """The remedy is the list."""
    done = town.run("rules", "show", "party-politics/nonsense")

    assert done.code == 2
    assert "rules list" in done.err


def test_the_ledger_is_held_against_a_head_noted_outside(own_town: Place) -> None:
    """A head from an earlier mail must be there; a changed row is found."""
    own_town.run("scan")
    found = own_town.run("evidence", "verify", "--json").json
    head = f"{found['entries']}:{found['head']}"

    assert own_town.run("evidence", "verify", "--head", head).code == 0
    wrong = own_town.run("evidence", "verify", "--head", f"{found['entries']}:{'0' * 64}", "--json")
    beyond = own_town.run("evidence", "verify", "--head", f"9999:{found['head']}")
    nonsense = own_town.run("evidence", "verify", "--head", "nonsense")
    assert (wrong.code, wrong.json["ok"], beyond.code, nonsense.code) == (1, False, 1, 2)
    assert problems(SCHEMAS["evidence verify"], wrong.json) == []


def test_polls_by_command_win_and_wrong_ones_are_refused(own_town: Place) -> None:
    """Enter, notice, cancel; a ward that is none, a day that is none, an id that is none."""
    own_town.run("scan")
    add = ("elections", "add", "p", "--type", "parish")
    added = own_town.run(*add, "--date", "2027-05-06", "--json")
    noticed = own_town.run("elections", "notice", "p", "2027-03-22", "--json")
    listed = own_town.run("elections", "list", "--json").json
    cancelled = own_town.run("elections", "cancel", "p", "--json")
    shown = own_town.run("elections", "show", "p", "--json")

    assert (added.code, noticed.code, cancelled.code, shown.code) == (0, 0, 0, 0)
    assert problems(SCHEMAS["elections list"], listed) == []
    assert problems(SCHEMAS["elections show"], shown.json) == []
    assert (listed[0]["origin"], listed[0]["windows"][0]["basis"]) == ("command", "declared")
    assert shown.json["status"] == "cancelled"
    for wrong in (
        (*add, "--date", "2027-05-06", "--area", "Nowhere"),
        (*add, "--date", "soon"),
        (*add, "--date", "0001-01-01"),
        ("elections", "add", "A b\x1b", "--type", "parish", "--date", "2027-05-06"),
        ("elections", "add", "q", "--type", "president", "--date", "2027-05-06"),
        ("elections", "notice", "unknown", "2027-03-22"),
        ("elections", "show", "unknown"),
        ("elections", "windows", "--as-of", "soon"),
    ):
        done = own_town.run(*wrong)
        assert (done.code, "Traceback" in done.err) == (2, False), wrong
        assert not OBEYED & set(done.err)


def test_a_person_can_say_that_they_looked(own_town: Place) -> None:
    """`accounts reviewed` is kept and shown."""
    own_town.append(
        '\n[[accounts]]\nid = "nextdoor"\nplatform = "manual"\nhandle = "Nextdoor"\n'
        'kind = "council"\nowner = "Clerk"\n'
    )
    own_town.run("scan")
    done = own_town.run("accounts", "reviewed", "nextdoor", "--note", "nothing", "--json")
    listed = {line["id"]: line for line in own_town.run("accounts", "list", "--json").json}

    assert done.code == 0, done.err
    assert problems(SCHEMAS["accounts reviewed"], done.json) == []
    assert listed["nextdoor"]["reviewed_at"] == done.json["at"]
    assert own_town.run("accounts", "reviewed", "unknown").code == 2


def test_an_evidence_pack_is_written_once_and_noted(own_town: Place) -> None:
    """One zip with its digest; a second is refused unless forced; an unknown case is wrong use."""
    own_town.run("scan")
    number = str(case_on(own_town, "x", "terms.5"))
    first = own_town.run("evidence", "export", number, "--output", "pack.zip", "--json")
    second = own_town.run("evidence", "export", number, "--output", "pack.zip")
    unknown = own_town.run("evidence", "export", "4711")

    assert first.code == 0, first.err
    assert problems(SCHEMAS["evidence export"], first.json) == []
    assert (own_town.folder / "pack.zip").is_file()
    assert (first.json["noted"], second.code, unknown.code) == (True, 2, 2)
    assert own_town.run("evidence", "verify").code == 0


def test_a_scan_says_which_findings_are_notes(tmp_path: Path) -> None:
    """Whoever reads them beside the morning mail does not look there for them in vain."""
    with Place(tmp_path, [Site.X]) as place:
        place.publish(Site.X, "20% off all kitchens today!")
        place.publish(Site.X, "Vote Conservative on Thursday, give them your support!")
        place.append('\n[rules.severity]\n"commerce" = "note"\n')

        said = place.run("scan").out

    marked = {
        line.split()[1]: line.endswith("  note") for line in said.splitlines() if "  x" in line
    }
    assert marked["commerce/discount"]
    assert not marked["party-politics/endorsement"]
    notes = sum(marked.values())
    assert f"({notes} note{'s' * (notes != 1)}, in no mail)" in said
