"""A platform is one file: written into the room, it is read, judged and told like any other."""

from __future__ import annotations

import importlib
import json
import sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

import connectors
from config import platforms
from monitor.cli import main
from tests.integration.pipeline.village import HEAD
from tests.lib.http_server import Reply, ScriptedServer
from tests.lib.schemas import SCHEMAS, problems

if TYPE_CHECKING:
    from collections.abc import Iterator

LIB = Path(__file__).parents[2] / "lib"
START = datetime(2026, 11, 2, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MARKET, MOVED = "The market is on Friday.", "The market is on Saturday."
SALE = "20% off all kitchens at Bradley's this weekend. Use code TOWN20."
"""For review: terms.7."""
FACE = {
    "name": "Fernbeck Gazette",
    "description": "The town council's own. Complaints: clerk@fernbeck-tc.gov.uk, 01234 567890",
}
KNOWING = """
import dataclasses
from datetime import timedelta

from connectors.base import Copies, KnownBy, PostIds

CONNECTOR = dataclasses.replace(
    CONNECTOR,
    known_by=KnownBy.AT_HANDLE,
    copies=Copies(asked_by="The gazette", gone=timedelta(days=9)),
    ids_in=lambda account, url: PostIds(ids=(url.partition("?")[0].rpartition("/")[2],)),
    takes=frozenset({"comments"}),
)
"""
BROKEN = "import an_sdk_that_nobody_has\n"


@contextmanager
def with_the_file(folder: Path, more: str = "") -> Iterator[Path]:
    """Write the platform's file where the room finds it; afterwards nothing of it is left."""
    folder.mkdir()
    file = folder / "gazette.py"
    file.write_text((LIB / file.name).read_text("utf-8") + more, "utf-8")
    connectors.__path__.append(str(folder))
    importlib.invalidate_caches()
    try:
        yield file
    finally:
        connectors.__path__.remove(str(folder))
        sys.modules.pop("connectors.gazette", None)
        vars(connectors).pop("gazette", None)


class Desk:
    """A council's machine with one account on the gazette, and the gazette itself."""

    def __init__(
        self, folder: Path, server: ScriptedServer, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.file = folder / "clerkwatch.toml"
        self.now = START
        self._server, self._capsys = server, capsys
        self._posts: dict[str, dict[str, str]] = {}
        self.noted = ""
        self.registers("gazette")

    def registers(self, platform: str, more: str = "") -> None:
        """Write the configuration, with a line more in the account's entry."""
        self.file.write_text(
            f'{HEAD}\n[[accounts]]\nid = "paper"\nplatform = "{platform}"\nhandle = "fernbeck"\n'
            f'kind = "council"\nowner = "Jo Marsh"\napi_base = "{self._server.url}"\n{more}\n',
            "utf-8",
        )

    def says(self, name: str, text: str) -> None:
        """Print a post, or another text in place of it."""
        at = self._posts.get(name, {}).get("at") or self.now.isoformat()
        self._posts[name] = {"id": name, "text": text, "at": at}
        self._prints()

    def drops(self, name: str) -> None:
        """Take a post out."""
        del self._posts[name]
        self._prints()

    def _prints(self) -> None:
        self._server.on("/fernbeck.json", Reply(json=FACE | {"posts": list(self._posts.values())}))

    def types(self, *arguments: str, after: timedelta = timedelta()) -> tuple[int, str]:
        """Type a command some time later; return its exit code and what it printed."""
        self.now += after
        with time_machine.travel(self.now, tick=False):
            try:
                main([*arguments, "--config", str(self.file)])
                code = 0
            except SystemExit as end:
                code = int(end.code or 0)
        printed, self.noted = self._capsys.readouterr()
        return code, printed

    def asks(self, *arguments: str, after: timedelta = timedelta()) -> Any:
        """Type a command that must do well; return its JSON, which has the documented shape."""
        code, printed = self.types(*arguments, "--json", after=after)
        assert code == 0, self.noted
        value = json.loads(printed)
        words = " ".join(word for word in arguments[:2] if not word.startswith("-"))
        shape = words if words in SCHEMAS else arguments[0]
        assert problems(SCHEMAS[shape], value) == []
        return value

    def scans(self, after: timedelta = HOUR) -> dict[str, Any]:
        """Read once; return the account's coverage with what was found."""
        told = self.asks("scan", after=after)
        (line,) = told["coverage"]
        assert (line["status"], line["error"]) == ("read", None)
        return {**line, "cases": told["cases_opened"]}


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Desk]:
    """Run a gazette and a council that has registered it."""
    with ScriptedServer() as server:
        yield Desk(tmp_path, server, capsys)


@pytest.fixture
def gazette(tmp_path: Path) -> Iterator[Path]:
    """Write the platform's file and nothing else."""
    with with_the_file(tmp_path / "room") as file:
        yield file


@pytest.mark.usefixtures("gazette")
def test_one_file_makes_a_platform(desk: Desk) -> None:
    """Registered by its file's name, it is read, judged, re-read, told of and purged."""
    desk.says("1", MARKET)
    first = desk.scans()
    assert (first["posts"], first["new"], first["cases"]) == (1, 1, [])

    desk.says("2", SALE)
    second = desk.scans()
    assert (second["posts"], second["new"], second["cases"]) == (2, 1, [1])

    desk.says("1", MOVED)
    third = desk.scans()
    assert (third["new"], third["edited"], third["gone"]) == (0, 1, 0)

    (case,) = desk.asks("cases", "list")
    assert (case["account"], case["clauses"], case["post"]["text"]) == ("paper", ["terms.7"], SALE)

    (listed,) = desk.asks("accounts", "list")
    assert (listed["platform"], listed["status"], listed["platform_id"]) == (
        "gazette",
        "read",
        "fernbeck",
    )
    assert desk.asks("accounts", "show", "paper")["platform"] == "gazette"
    code, shown = desk.types("accounts", "show", "paper")
    assert (code, "paper: gazette fernbeck, council" in shown) == (0, True)

    code, digest = desk.types("digest", "--preview", after=22 * HOUR)
    assert (code, 'Town gazette "Fernbeck Gazette"' in digest) == (0, True)
    assert SALE in digest

    desk.drops("2")
    fourth = desk.scans()
    assert (fourth["new"], fourth["gone"], fourth["cannot_tell"]) == (0, 1, 0)

    # No limit of the platform's own: the council's hundred and eighty days, and cases stay.
    seen = desk.now
    early = desk.asks("purge", "--dry-run", after=179 * DAY)
    assert ([one["why"] for one in early["gone"]], early["trouble"]) == (
        ["the council's time for posts without a case is over"],  # the older words of post 1
        [],
    )
    late = desk.asks("purge", "--dry-run", after=2 * DAY)
    assert desk.now > seen + 180 * DAY
    # Both texts of the first post, and the gazette's words about itself.
    assert sorted(one["versions"] for one in late["gone"]) == [1, 2]
    assert [one["cases"] for one in late["gone"]] == [[], []]


def test_what_a_platform_knows_of_itself_stands_in_its_file_too(tmp_path: Path, desk: Desk) -> None:
    """How its accounts and posts are called, how long copies may be kept, which keys it takes."""
    desk.registers("gazette", "comments = true")
    with with_the_file(tmp_path / "one"):
        code, _ = desk.types("scan")
        assert (code, "comments is only for" in desk.noted) == (2, True)
        assert "gazette" not in desk.noted.partition("comments is only for")[2]
    with with_the_file(tmp_path / "other", KNOWING):
        _is_known_by_its_own_words(desk)


def _is_known_by_its_own_words(desk: Desk) -> None:
    desk.says("1", MARKET)
    desk.scans()
    desk.says("2", SALE)
    assert desk.scans()["cases"] == [1]
    address = "https://gazette.example/fernbeck/1?from=mail"
    opened = desk.asks("cases", "open", "--url", address, "--account", "paper", after=HOUR)
    assert (opened["id"], opened["post"]["platform_id"]) == (2, "1")
    code, digest = desk.types("digest", "--preview", after=22 * HOUR)
    assert (code, "Town gazette @fernbeck" in digest) == (0, True)

    desk.drops("2")
    assert desk.scans()["gone"] == 1
    assert desk.asks("purge", "--dry-run", after=DAY)["announced"] == []
    (announced,) = desk.asks("purge", "--dry-run", after=2 * DAY)["announced"]
    assert (announced["cases"], announced["why"]) == (
        [1],
        "The gazette asks that copies go when a post is no longer visible there",
    )


def test_without_the_file_the_word_is_refused(tmp_path: Path, desk: Desk) -> None:
    """With it the same configuration loads, and a mistyped word is answered with it."""
    code, _ = desk.types("accounts", "list")
    assert (code, "not a platform" in desk.noted) == (2, True)
    assert "gazette" not in platforms.words()

    with with_the_file(tmp_path / "room"):
        assert desk.asks("accounts", "list")[0]["platform"] == "gazette"
        desk.registers("gazete")
        code, _ = desk.types("accounts", "list")
    assert (code, ", gazette, " in desk.noted) == (2, True)
    assert "gazette" not in platforms.words()


def test_a_platform_whose_software_is_missing_says_so(gazette: Path, desk: Desk) -> None:
    """Its reading says so; how long its copies may be kept is not known, and that is said too."""
    desk.says("1", MARKET)
    desk.scans()

    gazette.write_text(BROKEN, "utf-8")
    sys.modules.pop("connectors.gazette")
    code, printed = desk.types("scan", "--json", after=HOUR)
    (line,) = json.loads(printed)["coverage"]
    assert (code, line["status"]) == (3, "failed")
    assert "cannot read it" in line["error"]

    code, printed = desk.types("purge", "--dry-run", "--json", after=DAY)
    assert code == 1
    (trouble,) = json.loads(printed)["trouble"]
    assert trouble.startswith("how long copies from gazette may be kept is not known: connector")
    assert trouble.endswith("No module named 'an_sdk_that_nobody_has'")
