"""Hostile posts through the whole way; ``CLERKWATCH_HOSTILE=10000`` sends so many."""

from __future__ import annotations

import json
import os
import re
import zipfile
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from config.types import CoverageStatus
from monitor import morning
from monitor.cli import main
from monitor.demo.world import Body, Site
from tests.integration.hostile.shapes import HEADERS, Hostile
from tests.integration.pipeline.village import Village
from tests.lib.inert import active, formulas, obeyed, wrong_in_mail

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from storage.values import OutboxMail

POSTS = int(os.environ.get("CLERKWATCH_HOSTILE", "60"))
"""How many in all."""
LOT = 240
SEED = int(os.environ.get("CLERKWATCH_HOSTILE_SEED", "1"))
_SAFE_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._/-]*")
_BUDGET = "\n[budget.x]\nusd_per_month = 1000.00\n"


def _lots() -> list[int]:
    return [min(LOT, POSTS - begun) for begun in range(0, POSTS, LOT)]


class Lot:
    """Some hostile posts in a village that was read, judged and told of."""

    def __init__(self, village: Village, number: int, size: int) -> None:
        self.village = village
        hostile = Hostile(Random(SEED * 1_000 + number))  # noqa: S311 - repeatable on purpose
        village.add(_BUDGET)
        labels = [village.account(Site.FACEBOOK), village.account(Site.X)]
        village.scan()
        village.clock.advance(timedelta(hours=1))
        for each in range(size):
            text = hostile.post()
            at = village.clock.now() - timedelta(seconds=10 * (size - each))
            village.world.publish(labels[each % 2], at, body=Body(text=text))
        with capture_logs() as self.logs:
            self.read = village.scan()
            village.clock.advance(timedelta(hours=23))
            self.digest = morning.send(village.app, by="test")
            # Whoever talks in chat rooms: another look, nothing new.
            village.scan(after=timedelta(hours=1))

    def mails(self) -> list[OutboxMail]:
        """Return every mail that was written."""
        return self.village.store.mails(limit=10_000)


@pytest.fixture(params=[f"{number}:{size}" for number, size in enumerate(_lots())])
def lot(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Lot]:
    """Return one lot, and a terminal in its village."""
    number, size = map(int, request.param.split(":"))
    with Village(tmp_path) as village:
        found = Lot(village, number, size)
        monkeypatch.setenv("CLERKWATCH_CONFIG", str(tmp_path / "clerkwatch.toml"))
        for name, value in village.environ.items():
            monkeypatch.setenv(name, value)
        yield found


def _type(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Type a command that must end well; return what it printed."""
    capsys.readouterr()
    code: object = 0
    try:
        main(arguments)
    except SystemExit as end:
        code = end.code or 0
    printed = capsys.readouterr()
    assert code == 0, (arguments, printed.err[-2000:])
    assert obeyed(printed.err) == set(), arguments
    return printed.out


def test_hostile_posts_crash_nothing_and_are_obeyed_by_nothing(
    lot: Lot, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Every post is read, judged and told of; no header, tag, formula or escape of theirs acts."""
    _is_whole(lot)
    for mail in lot.mails():
        assert wrong_in_mail(mail.body, headers={name.lower() for name in HEADERS}) == [], mail.key
        assert {one.address for one in mail.recipients} == {"clerk@fernbeck-tc.gov.uk"}
    _is_harmless_on_a_terminal(capsys)
    _is_harmless_in_packs(lot, capsys, tmp_path)
    _is_harmless_in_reports(capsys, tmp_path)
    assert lot.village.store.verify_ledger().faults == ()


def _is_whole(lot: Lot) -> None:
    """Nothing crashed: all were read, all are judged, and no error was logged."""
    assert {line.status for line in lot.read.coverage} == {CoverageStatus.READ}, lot.read.coverage
    loud = [line for line in lot.logs if line["log_level"] in {"error", "critical"}]
    assert loud == []
    assert [one for one in lot.village.versions() if one.judged_under is None] == []
    assert len(lot.village.cases()) > 5
    assert any(mail.kind.value == "urgent" for mail in lot.mails())


def _is_harmless_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    listed = _type(capsys, "cases", "list")
    assert obeyed(listed) == set()
    cases = json.loads(_type(capsys, "cases", "list", "--json"))
    for case in cases[:8]:
        shown = _type(capsys, "cases", "show", str(case["id"]))
        assert obeyed(shown) == set(), case["id"]
    for command in (("search", "evil"), ("accounts", "list")):
        assert obeyed(_type(capsys, *command)) == set(), command
    assert _type(capsys, "search", "evil", "--json").isascii()


def _is_harmless_in_packs(lot: Lot, capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    for case in lot.village.cases()[:4]:
        pack = folder / f"pack-{case.id}.zip"
        _type(capsys, "evidence", "export", str(case.id), "--output", str(pack))
        with zipfile.ZipFile(pack) as opened:
            for name in opened.namelist():
                assert _SAFE_NAME.fullmatch(name), name
                assert ".." not in name, name
                held = opened.read(name)
                if name.endswith(".html"):
                    assert active(held.decode()) == [], name
                if name.endswith(".csv"):
                    assert formulas(held.decode()) == [], name


def _is_harmless_in_reports(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    for more in ((), ("--personal-data",)):
        page = _written(capsys, folder / "report.html", *more)
        assert active(page) == []
        assert obeyed(page) == set()
        table = _written(capsys, folder / "report.csv", *more)
        assert formulas(table) == []
        assert obeyed(table.replace("\r\n", "\n")) == set()
        assert obeyed(_type(capsys, "report", "--month", "2026-11", *more)) == set()


def _written(capsys: pytest.CaptureFixture[str], file: Path, *more: str) -> str:
    file.unlink(missing_ok=True)
    _type(capsys, "report", "--month", "2026-11", "--output", str(file), *more)
    with file.open(encoding="utf-8", newline="") as opened:
        return opened.read()
