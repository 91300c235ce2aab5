"""The drill: a copy while others write, the machine lost, an empty one restored."""

from __future__ import annotations

import shutil
import sqlite3
import tarfile
import threading
from typing import TYPE_CHECKING

import pytest

from config.errors import BackupError, BusyError, OperatorError
from config.types import RunKind
from monitor.alerts.outbox import deliver_due
from monitor.backup.lacking import Anchor
from monitor.backup.making import make
from monitor.backup.manifest import read_manifest
from monitor.backup.programs import Patience
from monitor.backup.restoring import release, restore, restore_configuration
from monitor.backup.staging import staging
from monitor.lock import daemon_lock
from monitor.pseudonyms import FILE, Pseudonyms
from storage.open import open_repository
from tests.integration.backup.lived import (
    PICTURE,
    PING,
    SECRET,
    configured,
    folder_place,
    lived,
)
from tests.lib import records

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from config.errors import MailError
    from config.settings import Settings
    from monitor.backup.restoring import Restored
    from tests.integration.backup.lived import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """A machine with a past."""
    with lived(tmp_path / "old") as made:
        yield made


class Taking:
    """A mail server that takes everything."""

    def __init__(self) -> None:
        """Nothing was taken yet."""
        self.taken = 0

    def send(
        self, body: bytes, sender: str, recipients: Sequence[str]
    ) -> Mapping[str, MailError | None]:
        """Take a mail for everybody."""
        self.taken += 1
        return dict.fromkeys(recipients)


def bring_back(
    copy: Path, folder: Path, *, anchors: Sequence[Anchor] = ()
) -> tuple[Settings, Restored]:
    """Restore a copy on a machine of its own."""
    settings = configured(folder)
    with staging(folder) as stage:
        restored = restore(
            copy,
            stage,
            settings=settings,
            anchors=anchors,
            called=copy.name,
            by="Jo Marsh",
            at=records.at(days=1),
            patience=Patience(),
        )
    return settings, restored


def test_copy_destruction_restore_same_head(machine: Machine, tmp_path: Path) -> None:
    """Record, evidence and head come back; one entry follows; the ledger verifies."""
    made = machine.copy_to(folder_place(tmp_path / "share"))
    head, cases = machine.repository.ledger_head(), machine.repository.cases()
    machine.repository.close()
    shutil.rmtree(machine.folder)

    settings, restored = bring_back(tmp_path / "share" / made.name, tmp_path / "new")
    store = open_repository(settings.storage.url)
    try:
        assert restored.head == made.manifest.head == head
        assert store.cases() == cases
        verified = store.verify_ledger(head=head)
        assert (verified.entries, verified.faults) == (head[0] + 2, ())
        kinds = [line.kind for lot in store.ledger(upto=99) for line in lot][head[0] :]
        assert kinds == ["note", "mails held"]
    finally:
        store.close()
    (kept,) = (settings.storage.evidence).rglob("*/*")
    assert kept.read_bytes() == PICTURE
    modes = {one.stat().st_mode & 0o777 for one in (tmp_path / "new").rglob("*.db")}
    assert modes == {0o600}
    assert not list((tmp_path / "new").glob(".backup-*"))


def test_the_key_of_pseudonyms_comes_with_the_record(machine: Machine, tmp_path: Path) -> None:
    """Else nobody who wrote a comment would be found by name; another key there is kept aside."""
    old = Pseudonyms.of_settings(machine.settings)
    called = old.of("Wilhelmina Quibble", platform="youtube")
    made = machine.copy_to(folder_place(tmp_path / "share"))
    other = Pseudonyms(file=tmp_path / "new" / FILE)
    assert other.of("Somebody Else", platform="youtube") != called
    settings, _ = bring_back(tmp_path / "share" / made.name, tmp_path / "new")

    assert Pseudonyms.of_settings(settings).of("Wilhelmina Quibble", platform="youtube") == called
    assert other.file.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "new" / f"{FILE}.before-restore").is_file()


def test_no_mail_leaves_after_a_restore_until_a_person_says_so(
    machine: Machine, tmp_path: Path
) -> None:
    """What waited in the copy, and what is written since, is held; then it goes, or is dropped."""
    made = machine.copy_to(folder_place(tmp_path / "share"))
    for number, drop in enumerate((False, True)):
        settings, restored = bring_back(tmp_path / "share" / made.name, tmp_path / f"new{number}")
        assert restored.waiting == 2
        store, server = open_repository(settings.storage.url), Taking()
        try:
            with store.writing() as steps:
                steps.queue_mail(records.mail("digest:2026-11-04"), at=records.at(days=1.1))
            later = records.at(days=2)
            held = deliver_due(store, server, sender="c@f.example", now=later)
            assert (server.taken, len(held.warnings)) == (0, 1)
            assert release(store, drop=drop, by="Jo Marsh", at=later) == (2 if drop else 0, True)
            assert release(store, drop=drop, by="Jo Marsh", at=later) == (0, False)
            deliver_due(store, server, sender="c@f.example", now=later)
            assert server.taken == (1 if drop else 3)
            assert store.verify_ledger().faults == ()
        finally:
            store.close()


def test_what_a_later_mail_knew_and_the_copy_lacks_is_listed(
    machine: Machine, tmp_path: Path
) -> None:
    """Entries and cases by number; a mail that is no later finds nothing lacking."""
    made = machine.copy_to(folder_place(tmp_path / "share"))
    number, own = made.manifest.head
    with machine.repository.writing() as steps:
        steps.note("something after the copy", at=records.at(90), facts={})
    later, after = machine.repository.ledger_head()
    anchors = [
        Anchor(number=number, digits=own[:32]),
        Anchor(number=later, digits=after[:32], cases={1: "verifying", 2: "open"}),
        Anchor(number=number, digits="0" * 32),
    ]
    _, restored = bring_back(tmp_path / "share" / made.name, tmp_path / "new", anchors=anchors)
    had, lacks, strange = restored.lacking

    assert (had.is_nothing(), had.entries) == (True, None)
    assert (lacks.entries, lacks.cases) == ((number + 1, later), (2,))
    assert lacks.changed == ((1, "verifying", "open"),)
    assert (strange.is_other, strange.is_nothing()) == (True, False)


def test_a_copy_made_while_others_write_shows_one_moment(machine: Machine, tmp_path: Path) -> None:
    """A writer goes on all the while; each copy is whole, and no write waits for it."""
    store, done = machine.repository, threading.Event()
    run = store.begin_run(RunKind.SCAN, by="test", at=records.START)

    def write() -> None:
        number = 5000
        while not done.is_set():
            number += 1
            store.record(run, records.COUNCIL, [records.post(str(number), f"news {number}")])

    writer = threading.Thread(target=write)
    writer.start()
    try:
        share = folder_place(tmp_path / "share")
        made = [machine.copy_to(share, minutes=number) for number in range(3)]
    finally:
        done.set()
        writer.join()
    heads = [one.manifest.head[0] for one in made]
    assert heads == sorted(set(heads))
    assert heads[-1] < store.ledger_head()[0] or heads[0] < heads[-1]
    for number, one in enumerate(made):
        _, restored = bring_back(tmp_path / "share" / one.name, tmp_path / f"new{number}")
        assert restored.head == one.manifest.head
        assert restored.faults == ()


def test_a_copy_holds_no_secret(machine: Machine, tmp_path: Path) -> None:
    """Neither a pasted token nor the ping's address, and the configuration still loads."""
    made = machine.copy_to(folder_place(tmp_path / "share"))
    data = (tmp_path / "share" / made.name).read_bytes()
    assert SECRET.encode() not in data
    assert PING.encode() not in data

    file = tmp_path / "bare" / "clerkwatch.toml"
    with staging(tmp_path) as stage:
        restore_configuration(tmp_path / "share" / made.name, stage, file, patience=Patience())
    text = file.read_text("utf-8")
    assert 'ping = ""  # taken out of the backup' in text
    assert file.stat().st_mode & 0o777 == 0o640
    with staging(tmp_path) as stage, pytest.raises(OperatorError, match="is there already"):
        restore_configuration(tmp_path / "share" / made.name, stage, file, patience=Patience())


def test_own_policy_rules_and_logo_come_with_the_configuration(tmp_path: Path) -> None:
    """Files beside the configuration keep their place; those outside are named."""
    outside = tmp_path / "pictures"
    outside.mkdir()
    (outside / "our logo.png").write_bytes(b"logo")
    folder = tmp_path / "old"
    (folder / "rules").mkdir(parents=True)
    (folder / "rules" / "own.toml").write_text("# own rules\n")
    with lived(folder) as machine:
        council = machine.settings.council.model_copy(update={"logo": outside / "our logo.png"})
        rules = machine.settings.rules.model_copy(update={"folder": folder / "rules"})
        settings = machine.settings.model_copy(update={"council": council, "rules": rules})
        one = type(machine)(folder=folder, settings=settings, repository=machine.repository)
        made = one.copy_to(folder_place(tmp_path / "share"))
    file = tmp_path / "new" / "clerkwatch.toml"
    with staging(tmp_path) as stage:
        said = restore_configuration(
            tmp_path / "share" / made.name, stage, file, patience=Patience()
        )
    assert (file.parent / "rules" / "own.toml").read_text() == "# own rules\n"
    assert (file.parent / "elsewhere" / "0-our-logo.png").read_bytes() == b"logo"
    assert said == [
        f"{file.parent / 'elsewhere' / '0-our-logo.png'} stood at {outside / 'our logo.png'}"
    ]


def test_only_the_newest_copies_of_this_record_stay(machine: Machine, tmp_path: Path) -> None:
    """Beyond the number the oldest go; another record's copies and other files stay."""
    share = tmp_path / "share"
    place = folder_place(share)
    other = "clerkwatch-0123abcd-20200101T000000Z.tar"
    (share / other).write_bytes(b"another council's")
    (share / "minutes.pdf").write_bytes(b"somebody else's")
    names = [machine.copy_to(place, keep=2, minutes=day * 1440).name for day in range(4)]

    assert [one.text for one in place.names() if one.text != other] == names[2:]
    assert (share / other).exists()
    assert (share / "minutes.pdf").exists()


def test_a_record_with_faults_is_copied_and_no_older_copy_is_taken_away(
    machine: Machine, tmp_path: Path
) -> None:
    """A missing picture is written down in the copy, which is restored with that fault."""
    place = folder_place(tmp_path / "share")
    first = machine.copy_to(place, keep=1)
    (kept,) = machine.settings.storage.evidence.rglob("*/*")
    kept.unlink()
    second = machine.copy_to(place, keep=1, minutes=120)

    assert [one.text for one in place.names()] == [first.name, second.name]
    assert (first.manifest.faults, len(second.manifest.faults)) == ((), 1)
    assert "is missing" in second.manifest.faults[0]
    _, restored = bring_back(tmp_path / "share" / second.name, tmp_path / "new")
    assert restored.faults == second.manifest.faults


def test_a_damaged_database_makes_no_copy(machine: Machine, tmp_path: Path) -> None:
    """A page overwritten with noise is said with the remedy; what was copied before stays."""
    place = folder_place(tmp_path / "share")
    first = machine.copy_to(place)
    machine.repository.close()
    database = machine.folder / "clerkwatch.db"
    with sqlite3.connect(database) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = raw.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'ix_subject_account_kind_published_at'"
        ).fetchone()[0]
        size = raw.execute("PRAGMA page_size").fetchone()[0]
    raw.close()
    data = bytearray(database.read_bytes())
    data[(page - 1) * size : (page - 1) * size + 100] = bytes(range(100))
    database.write_bytes(data)

    with pytest.raises(Exception, match="damaged"):
        machine.copy_to(place, minutes=120)
    assert [one.text for one in place.names()] == [first.name]


def test_nothing_is_ever_restored_over_a_record(machine: Machine, tmp_path: Path) -> None:
    """A database, foreign evidence, a running daemon: each is named, and left as it is."""
    made = machine.copy_to(folder_place(tmp_path / "share"))
    copy = tmp_path / "share" / made.name
    _, _ = bring_back(copy, tmp_path / "new")
    with pytest.raises(OperatorError, match="a record here already"):
        bring_back(copy, tmp_path / "new")

    settings = configured(tmp_path / "strange")
    place = settings.storage.evidence / "ab" / ("c" * 62)
    place.parent.mkdir(parents=True)
    place.write_bytes(b"another case's picture")
    with pytest.raises(OperatorError, match="evidence here already"):
        bring_back(copy, tmp_path / "strange")
    assert place.exists()
    assert not (tmp_path / "strange" / "clerkwatch.db").exists()

    busy = configured(tmp_path / "busy")
    with daemon_lock(busy.storage.url), pytest.raises(BusyError):
        bring_back(copy, tmp_path / "busy")


def test_an_interrupted_restore_is_done_again(machine: Machine, tmp_path: Path) -> None:
    """Evidence that an earlier try put there is the copy's own, and in nobody's way."""
    made = machine.copy_to(folder_place(tmp_path / "share"))
    settings = configured(tmp_path / "new")
    shutil.copytree(machine.settings.storage.evidence, settings.storage.evidence)
    (tmp_path / "new" / ".backup-left").mkdir()
    _, restored = bring_back(tmp_path / "share" / made.name, tmp_path / "new")
    assert (restored.evidence, (tmp_path / "new" / ".backup-left").exists()) == (1, False)


@pytest.mark.parametrize("at", [700, 60_000, -20_000])
def test_a_changed_byte_of_a_copy_is_found_before_anything_is_restored(
    machine: Machine, tmp_path: Path, at: int
) -> None:
    """In the manifest, in the database, in the evidence: nothing is left behind."""
    made = machine.copy_to(folder_place(tmp_path / "share"))
    copy = tmp_path / "share" / made.name
    data = bytearray(copy.read_bytes())
    data[at] ^= 1
    copy.write_bytes(data)
    try:
        _, restored = bring_back(copy, tmp_path / "new")
    except BackupError:
        assert not (tmp_path / "new" / "clerkwatch.db").exists()
    else:  # the byte was padding between two files
        assert restored.head == made.manifest.head


def test_a_copy_cut_short_is_found(machine: Machine, tmp_path: Path) -> None:
    """At any length: a sentence, and nothing is left behind."""
    made = machine.copy_to(folder_place(tmp_path / "share"))
    copy = tmp_path / "share" / made.name
    data = copy.read_bytes()
    for length in (0, 100, 5_000, len(data) // 2):
        copy.write_bytes(data[:length])
        with pytest.raises(BackupError):
            bring_back(copy, tmp_path / f"new{length}")
        assert not (tmp_path / f"new{length}" / "clerkwatch.db").exists()


@pytest.mark.parametrize(
    "name", ["../../evil", "/etc/evil", "configuration/../../evil", "evidence/short", "evil"]
)
def test_a_hostile_copy_writes_nothing_outside(tmp_path: Path, name: str) -> None:
    """A path that leads elsewhere is refused, in the manifest and beside it."""
    copy = tmp_path / "clerkwatch-00000000-20261102T100000Z.tar"
    with lived(tmp_path / "old") as machine:
        made = machine.copy_to(folder_place(tmp_path / "share"))
    with (
        tarfile.open(tmp_path / "share" / made.name) as good,
        tarfile.open(copy, "w") as bad,
    ):
        for member in good:
            bad.addfile(member, good.extractfile(member))
        extra = tarfile.TarInfo(name)
        extra.type = tarfile.SYMTYPE
        extra.linkname = "/etc/passwd"
        bad.addfile(extra)
    with pytest.raises(BackupError):
        bring_back(copy, tmp_path / "new")
    stated = made.manifest.to_json().replace(b"clerkwatch.db", name.encode())
    with pytest.raises(BackupError):
        read_manifest(stated)


def test_a_copy_of_an_older_schema_is_brought_up_to_date(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A newer one is refused with the remedy; nothing is left behind."""
    made = machine.copy_to(folder_place(tmp_path / "share"))
    copy = tmp_path / "share" / made.name
    monkeypatch.setattr("monitor.backup.restoring.REVISIONS", ("0001",))
    with pytest.raises(BackupError, match="newer clerkwatch"):
        bring_back(copy, tmp_path / "new")
    assert not (tmp_path / "new" / "clerkwatch.db").exists()


def test_a_copy_is_given_up_when_the_process_ends(machine: Machine, tmp_path: Path) -> None:
    """Nothing is left: neither in the place nor beside the database."""
    patience, place = Patience(), folder_place(tmp_path / "share")
    patience.stop.set()
    with pytest.raises(BackupError, match="is ending"):
        make(
            machine.settings,
            file=machine.file,
            place=place,
            keep=None,
            environ={},
            at=records.at(60),
            patience=patience,
        )
    assert place.names() == []
    assert not list(machine.folder.glob(".backup-*"))


def test_one_copy_at_a_time(machine: Machine, tmp_path: Path) -> None:
    """A second process is told to wait."""
    with staging(machine.folder), pytest.raises(BackupError, match="another copy"):
        machine.copy_to(folder_place(tmp_path / "share"))
