"""`report` and `search` as a person types them."""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from typing import TYPE_CHECKING, TypeVar

import pytest

from monitor.demo.world import Site
from tests.lib.figures import figures_of_file, figures_of_page
from tests.lib.schemas import SCHEMAS, problems

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.e2e.place import Machine, Place


Written = TypeVar("Written")


def of_one_moment(write: Callable[[], Written]) -> Written:
    """Write until two times in a row say the same.

    A report counts the hours up to now, to the hundredth: what several commands wrote is
    of one moment only if none of them ran on the other side of such a step.
    """
    before = write()
    for _ in range(5):
        if (after := write()) == before:
            return after
        before = after
    pytest.fail("six reports in a row, each with other figures")


def test_page_file_and_folder_agree(town: Place, tmp_path: Path) -> None:
    """The page's figures are the file's, and those of the tables in a folder."""
    page, file, folder = tmp_path / "r.html", tmp_path / "r.csv", tmp_path / "out"

    def write() -> dict[str, list[list[str]]]:
        for output in (page, f"{folder}/", file):
            done = town.run("report", "--output", output)
            assert (done.code, done.out) == (0, ""), done.err
        return figures_of_file(file.read_text("utf-8"))

    found = of_one_moment(write)
    assert figures_of_page(page.read_text("utf-8")) == found
    assert found["summary"][0][0] == "Flagged"
    assert int(found["summary"][0][1]) > 0
    for name, rows in found.items():
        text = (folder / f"{name}.csv").read_bytes().decode("utf-8-sig")
        assert list(csv.reader(io.StringIO(text, newline="")))[1:] == rows


def test_json_adds_up(town: Place) -> None:
    """What came of the cases adds up to what was flagged, in all and by account."""
    found = town.run("report", "--json").json
    assert problems(SCHEMAS["report"], found) == []
    cases = found["cases"]
    parts = ("upheld", "not_upheld", "left", "no_longer_applies", "undecided")
    assert sum(cases[part] for part in parts) == cases["flagged"] == len(found["list"])
    assert sum(line["flagged"] for line in found["by_account"]) == cases["flagged"]
    assert {line["made"] for line in found["coverage"]} <= {0, 1}
    assert found["note"] == "Facts for the Clerk, not a statement of compliance."


def test_words_stay_out_unless_they_are_asked_for(town: Place) -> None:
    """Neither posts nor addresses; with --personal-data both, but never what is masked."""
    for form in ("html", "csv", "json", "text"):
        plain = town.run("report", "--format", form).out
        asked = town.run("report", "--format", form, "--personal-data").out
        assert "Vote" not in plain
        assert "Vote" in asked
        assert "Sophie" not in plain + asked
        assert "07700" not in plain + asked
        assert "\x1b" not in plain + asked


@pytest.mark.parametrize(
    "asked",
    [
        ("--month", "2026-13"),
        ("--year", "26"),
        ("--from", "2026-11-02", "--to", "2026-11-01"),
        ("--from", "2199-01-01", "--to", "2199-01-02"),
        ("--month", "2026-11", "--year", "2026"),
        ("--json", "--format", "csv"),
        ("--format", "pdf"),
    ],
)
def test_what_cannot_be_reported_is_wrong_use(town: Place, asked: tuple[str, ...]) -> None:
    """Exit code 2 and a sentence; nothing on standard output."""
    done = town.run("report", *asked)
    assert (done.code, done.out) == (2, "")
    assert "Traceback" not in done.err


def test_a_folder_that_cannot_be_written_is_named(town: Place, tmp_path: Path) -> None:
    """Exit code 1, the path, and no file left half written."""
    (tmp_path / "file").write_text("x", "utf-8")
    done = town.run("report", "--output", tmp_path / "file" / "r.html")
    assert done.code == 1
    assert str(tmp_path / "file") in done.err
    assert os.listdir(tmp_path) == ["file"]  # noqa: PTH208 - names only


def test_nothing_to_report_from_is_said(fresh: Machine) -> None:
    """Without a database both say what makes one."""
    for command in (("report",), ("search", "vote")):
        done = fresh.run(*command)
        assert done.code == 2
        assert "clerkwatch scan" in done.err


def test_words_are_found(town: Place) -> None:
    """With case numbers, account, address and day; harmless to a terminal."""
    found = town.run("search", "labour", "thursday", "--json").json
    assert problems(SCHEMAS["search"], found) == []
    [hit] = found["hits"]
    assert (hit["kind"], hit["account"], len(hit["cases"])) == ("post", Site.X.value, 1)
    assert "Vote Labour" in hit["snippet"]
    printed = town.run("search", "labour").out
    assert f"case {hit['cases'][0]}" in printed
    assert "\x1b" not in printed
    assert "\u202e" not in printed


def test_what_is_never_quoted_is_not_quoted_here(town: Place) -> None:
    """The hit is shown without its words, unless they are asked for."""
    found = town.run("search", "sophie", "--json").json["hits"]
    assert [(hit["masked"], hit["snippet"]) for hit in found if hit["kind"] == "post"] == [
        (True, None)
    ]
    assert "Carter" not in town.run("search", "sophie").out
    assert "Carter" in town.run("search", "sophie", "--personal-data").out


@pytest.mark.parametrize(
    "query",
    ['"', "labour OR NEAR(", "text:labour -x", "labour*) --", "' OR 1=1", "\u00e9\U0001f600"],
)
def test_no_query_is_the_databases_language(town: Place, query: str) -> None:
    """Hits, none, or a sentence: never an error of the database."""
    done = town.run("search", "--json", "--", query)
    assert done.code in {0, 2}
    assert "Traceback" not in done.err
    assert "database" not in done.err


def test_a_search_without_a_word_is_wrong_use(town: Place) -> None:
    """As is an account that is not registered."""
    assert town.run("search", "!!!").code == 2
    assert town.run("search", "vote", "--account", "nobody").code == 2


def test_the_demos_history_is_reported(machine: Machine) -> None:
    """Every case of the demo's town, those of its last morning too; page and file agree."""
    town = machine.folder / "town"
    done = machine.run("demo", "--folder", town, "--json")
    assert done.code == 0, done.err
    configured = ("--config", town / "clerkwatch.toml")
    listed = machine.run("cases", "list", *configured, "--json").json
    days = ("--from", min(case["opened_at"] for case in listed)[:10])

    def write() -> tuple[str, str]:
        forms = ("html", "csv")
        page, file = (machine.run("report", *configured, *days, "--format", x).out for x in forms)
        return page, file

    page, file = of_one_moment(write)
    found = figures_of_file(file)
    assert figures_of_page(page) == found
    assert found["summary"][0] == ["Flagged", str(len(listed))]
    assert Counter(row[1] for row in found["cases"]) == Counter(
        case["opened_at"][:10] for case in listed
    )
    names = [case["post"]["text"][:40] for case in listed if case["subject"] == "post"]
    assert [name for name in names if name in page + file] == []
