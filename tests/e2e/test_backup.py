"""A council's machine is lost and comes back, by the commands that a supplier would type."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import told
from tests.e2e.place import Machine
from tests.lib.schemas import SCHEMAS, problems

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.place import Place


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A town that has been read once; copies go to its share."""
    (tmp_path / "town").mkdir()
    with told(tmp_path / "town") as made:
        assert made.run("scan").code == 0
        yield made


def test_copy_lose_the_machine_restore_confirm(place: Place, tmp_path: Path) -> None:
    """Same head, same cases, what the last mail knew and the copy lacks; then mails leave."""
    made = place.run("backup", "--json")
    assert (made.code, problems(SCHEMAS["backup"], made.json)) == (0, [])
    head = f"{made.json['entries']}:{made.json['head']}"
    cases = place.run("cases", "list", "--json").json
    assert place.run("digest", "--send").code == 0
    saved = tmp_path / "last.eml"
    saved.write_bytes(place.smtp.mails[-1].data)
    assert place.run("evidence", "verify", "--mail", saved).code == 0
    shutil.rmtree(place.folder)

    bare = Machine(tmp_path / "bare", place.environ)
    bare.folder.mkdir()
    copy = f"{made.json['place']}/{made.json['copy']}"
    restored = bare.run("restore", copy, "--mail", saved, "--json")
    assert (restored.code, problems(SCHEMAS["restore"], restored.json)) == (0, []), restored.err
    assert f"{restored.json['entries']}:{restored.json['head']}" == head
    (lacking,) = restored.json["lacking"]
    assert (lacking["from"], lacking["is_other"]) == (made.json["entries"] + 1, False)
    assert lacking["to"] >= lacking["from"]

    assert bare.run("cases", "list", "--json").json == cases
    assert bare.run("evidence", "verify", "--head", head).code == 0
    lost = bare.run("evidence", "verify", "--mail", saved)
    assert (lost.code, "noted outside" in lost.out) == (1, True)
    assert bare.run("status").code == 1
    before = len(place.smtp.mails)
    assert bare.run("digest", "--send").code == 1
    assert len(place.smtp.mails) == before
    confirmed = bare.run("restore", "--confirm", "--json")
    assert (confirmed.code, confirmed.json["mails_held"]) == (0, False)
    assert bare.run("digest", "--send").code == 0
    assert len(place.smtp.mails) == before + 1
    assert bare.run("evidence", "verify", "--head", head).code == 0


def test_the_newest_copy_at_the_place_is_taken_where_none_is_named(
    place: Place, tmp_path: Path
) -> None:
    """The configuration comes first, then the record; a second restore is refused."""
    assert place.run("backup").code == place.run("backup").code == 0
    listed = place.run("backup", "--list", "--json")
    assert problems(SCHEMAS["backup"], listed.json) == []
    newest = listed.json["copies"][-1]

    bare = Machine(tmp_path / "bare", place.environ)
    bare.folder.mkdir()
    copy = f"{listed.json['place']}/{newest}"
    only = bare.run("restore", copy, "--configuration")
    assert (only.code, bare.file.is_file(), bare.database.exists()) == (0, True, False), only.err
    done = bare.run("restore")
    assert (done.code, f"Restored {newest}" in done.out) == (0, True), done.err
    again = bare.run("restore")
    assert (again.code, "a record here already" in again.err) == (2, True)


def test_without_a_place_backup_says_what_to_do(fresh: Machine) -> None:
    """And restore, where nobody can know which copy is meant."""
    assert fresh.run("init", "--defaults", "--force").code == 0
    done = fresh.run("backup", more={"CLERKWATCH_BACKUP__TO": ""})
    assert (done.code, "[backup] to" in done.err) == (1, True)
    assert fresh.run("restore", "--drop-waiting").code == 2
    nothing = fresh.run("restore", "--config", "nowhere.toml")
    assert (nothing.code, "say which copy" in nothing.err) == (2, True)
    assert fresh.run("restore", "nothing.tar").code in {1, 2}
    assert fresh.run("restore", "--confirm", "--json").json["mails_held"] is False
