"""Evidence packs of the demo's own cases: whole, changed, released, hostile, repeated."""

from __future__ import annotations

import html
import random
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from config.policy import load_policy
from config.rules import load_rules
from config.settings import load
from config.types import AccountId, CaseId, Kind, Resolution, RunKind, Severity, SubjectId
from monitor.alerts.house import House, own_names
from monitor.cases import pack as packs
from monitor.cases import verifier
from monitor.cases.pack import Council, Pack
from storage.open import open_repository
from tests.lib import records

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from storage.repository import Repository
    from storage.values import Finding, Seen

SECRETS = ("Marjorie", "Fenwick", "Gammage", "Mill Lane", "WD6 1AA", "07700", "900123")


@pytest.fixture(scope="module")
def store(home: Path) -> Iterator[Repository]:
    """The demo's record, for reading only."""
    repository = open_repository(f"sqlite:///{home / 'clerkwatch.db'}", read_only=True)
    yield repository
    repository.close()


@pytest.fixture(scope="module")
def council(home: Path, store: Repository) -> Council:
    """The demo's council."""
    return council_of(home, store)


def council_of(home: Path, store: Repository) -> Council:
    """Return the facts of the council whose configuration lies in a folder."""
    settings = load(home / "clerkwatch.toml", environ={})
    policy = load_policy(settings.council.policy)
    house = House.of(
        settings=settings,
        register=settings.register(),
        policy=policy,
        rules=load_rules(policy=policy),
        rules_digest="",
        names=own_names(store),
    )
    return Council(settings=settings, policy=policy, house=house)


def unpacked(pack: Pack, folder: Path) -> Path:
    """Unpack a pack's zip and return its folder."""
    with zipfile.ZipFile(BytesIO(pack.zipped())) as archive:
        archive.extractall(folder)
    return folder / pack.name


def verify(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the pack's own verifier as anybody would."""
    return subprocess.run(
        [sys.executable, "-I", folder / "verify.py"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("released", [False, True])
def test_every_case_of_the_demo_makes_a_pack_that_is_whole(
    store: Repository, council: Council, tmp_path: Path, *, released: bool
) -> None:
    """Each pack fits its manifest, the chain, and every commitment; one is verified for real."""
    cases = store.cases()
    made = [packs.make(store, case.id, council=council, released=released) for case in cases]

    assert len(made) > 25
    for pack in made:
        assert pack.faults == ()
        assert verifier.check(dict(pack.files))[0] == []
        for name in ("paper.html", "paper.txt", "README.txt"):
            assert b"Traceback" not in pack.files[name]
    done = verify(unpacked(made[0], tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1].startswith("WHOLE")


def test_a_whole_pack_opens_every_entry_of_its_case(store: Repository, council: Council) -> None:
    """Observations, findings, steps and mails: each with its salt and what it committed to."""
    case = store.cases()[0].id
    custody = store.custody(case)
    assert custody is not None
    _, checked = verifier.check(dict(made(store, council, case).files))

    assert f"{len(custody.opened)} commitments" in " ".join(checked)
    assert {one.about for one in custody.opened} >= {"observation", "finding", "event", "mail"}


def made(store: Repository, council: Council, case: int, *, released: bool = False) -> Pack:
    """Return a case's pack."""
    return packs.make(store, CaseId(case), council=council, released=released)


def test_two_packs_of_one_state_are_the_same_bytes(store: Repository, council: Council) -> None:
    """Nothing in a pack depends on when it is made."""
    case = store.cases()[0].id

    assert made(store, council, case).zipped() == made(store, council, case).zipped()


def test_one_changed_byte_anywhere_is_named(
    store: Repository, council: Council, tmp_path: Path
) -> None:
    """A byte in each file of an unpacked pack: exit code 1, and the file is named."""
    pack = made(store, council, store.cases()[0].id)
    folder = unpacked(pack, tmp_path)
    for name in sorted(set(pack.files) - {"verify.py"}):
        file = folder / name
        whole = file.read_bytes()
        place = len(whole) // 2
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        done = verify(folder)
        file.write_bytes(whole)

        assert done.returncode == 1, name
        assert name in done.stdout, name


@pytest.mark.parametrize("released", [False, True])
def test_a_thousand_random_changes_are_all_found_and_named(
    store: Repository, council: Council, *, released: bool
) -> None:
    """Any byte of any file, the verifier's own and the manifest's too."""
    chance = random.Random(20261124)  # noqa: S311 - the same changes in every run
    pack = made(store, council, store.cases()[0].id, released=released)
    names = sorted(pack.files)
    for _ in range(1000):
        name = chance.choice(names)
        whole = bytearray(pack.files[name])
        whole[chance.randrange(len(whole))] ^= chance.randrange(1, 256)
        faults, _ = verifier.check({**pack.files, name: bytes(whole)})

        assert any(name in fault for fault in faults), name


def test_a_changed_byte_of_the_zip_is_found(
    store: Repository, council: Council, tmp_path: Path
) -> None:
    """Headers, names, dates and the directory of the zip count as much as what it holds."""
    chance = random.Random(42)  # noqa: S311 - the same changes in every run
    pack = made(store, council, store.cases()[0].id)
    whole = pack.zipped()
    file = tmp_path / "pack.zip"
    file.write_bytes(whole)
    assert faults_of(file) == []
    with zipfile.ZipFile(BytesIO(whole)) as archive:
        entries = archive.infolist()
    first = entries[0]
    places = [*range(first.header_offset, first.header_offset + 30)]
    places += [chance.randrange(len(whole)) for _ in range(60)]
    places += [len(whole) - 1 - one for one in range(22)]
    for place in places:
        changed = bytearray(whole)
        changed[place] ^= 1
        file.write_bytes(changed)
        assert faults_of(file), place


def faults_of(file: Path) -> list[str]:
    """Return what the verifier says of a zip."""
    try:
        files, faults = verifier.read_zip(file)
    except zipfile.BadZipFile as broken:
        return [str(broken)]
    return faults + verifier.check(files)[0]


def test_a_released_pack_holds_nothing_of_the_people_in_it(
    store: Repository, council: Council
) -> None:
    """Names, addresses and numbers of a decision's reason are gone; the role and kinds stay."""
    case = next(one for one in store.cases() if one.resolution is Resolution.DISMISSED)
    whole, pack = made(store, council, case.id), made(store, council, case.id, released=True)
    # Digits inside hashes are chance, not disclosure.
    everything = re.sub("[0-9a-f]{32,}", "", b"\n".join(pack.files.values()).decode())

    assert all(
        secret in whole.files["paper.txt"].decode().replace("\n", " ") for secret in SECRETS[:3]
    )
    assert [secret for secret in SECRETS if secret in everything] == []
    assert "a person acting for the council" in everything
    assert "taken out]" in everything
    assert "not decided" not in pack.files["paper.txt"].decode()


def test_released_packs_of_masked_cases_hold_none_of_the_words(
    store: Repository, council: Council
) -> None:
    """What a masked finding pointed at stands nowhere; the whole pack keeps it off its papers."""
    masked = [case for case in store.cases() if any(one.finding.is_masked for one in case.findings)]
    assert masked
    for case in masked:
        words = {
            case.text[start:end]
            for one in case.findings
            if one.finding.is_masked
            for start, end in one.finding.spans
        }
        assert words
        released = made(store, council, case.id, released=True)
        whole = made(store, council, case.id)
        for name, content in released.files.items():
            assert [one for one in words if one in content.decode()] == [], name
        for name in ("paper.html", "paper.txt", "README.txt"):
            shown = html.unescape(whole.files[name].decode())
            assert [one for one in words if len(one) > 3 and one in shown] == [], name
        assert case.text.encode() == whole.files["whole-words/version-1.txt"]
        assert not any(name.endswith(".raw") for name in released.files)
        assert "Automated suggestion, not decided" in released.files["paper.txt"].decode()


def test_a_released_pack_does_not_name_the_member_whose_page_it_was(
    store: Repository, council: Council
) -> None:
    """A member's handle is a name: it stands in addresses and platform ids, and goes there too."""
    pages = {
        account.id: account.handle.removesuffix("/feed.xml").rpartition("/")[2]
        for account in council.settings.register()
        if account.kind is Kind.MEMBER
    }
    cases = [case for case in store.cases() if case.account in pages]
    assert cases
    for case in cases:
        name = pages[case.account]
        whole = made(store, council, case.id)
        assert any(name.encode() in content for content in whole.files.values())
        released = made(store, council, case.id, released=True)
        for file, content in released.files.items():
            assert name.encode() not in content.lower(), file


# --- what hostile posts do to a pack -------------------------------------------------------

HOSTILE = (
    '<script>alert(1)</script> </blockquote><h2 style="position:fixed">Decided: no breach</h2>'
    " \x1b[31mred\x1b[0m \x00 \u202egnp.exe\u202c {{ 7*7 }} {% raw %} vote \ud83d"
)


class _Page(HTMLParser):
    """Notes the tags, attributes and headings of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture
def hostile(home: Path, tmp_path: Path) -> Iterator[tuple[Repository, CaseId]]:
    """A record of one post whose id, words, author and reason attack whoever handles it."""
    repository = open_repository(f"sqlite:///{tmp_path / 'hostile.db'}", create=True)
    settings = load(home / "clerkwatch.toml", environ={})
    repository.sync_register(settings.register(), at=records.START)
    account = AccountId("council-x")
    run = repository.begin_run(RunKind.SCAN, by="<b>daemon</b>", at=records.START)
    seen: Seen = replace(
        records.post("../../../etc/passwd\x00\n", HOSTILE, raw=b"\xff\x00raw"),
        url="javascript:alert(1)//https://x.example/<b>",
        author='"><img src=x onerror=alert(1)>',
    )
    repository.record(run, account, [seen])
    found: Finding = replace(records.finding(quote="<script>"), reason="<i>why</i> \x1b[2J")
    ((version,),) = list(repository.versions())
    with repository.writing() as transaction:
        number = transaction.add_finding(version.id, found, at=records.START)
        case = transaction.open_case(
            SubjectId(version.subject),
            severity=Severity.REVIEW,
            history=False,
            due_at=records.at(60),
            at=records.START,
            by="<u>Nobody</u>\x1b[0m",
            because="</td></table><script>\u202e",
        )
        transaction.attach(case, number)
    yield repository, case
    repository.close()


@pytest.mark.parametrize("released", [False, True])
def test_hostile_words_stay_words(
    hostile: tuple[Repository, CaseId], home: Path, tmp_path: Path, *, released: bool
) -> None:
    """No tag, attribute, path, escape sequence or direction override of theirs gets through."""
    repository, case = hostile
    pack = made(repository, council_of(home, repository), case, released=released)
    page = _Page()
    page.feed(pack.files["paper.html"].decode())
    folder = unpacked(pack, tmp_path / "out")

    assert page.open == []
    assert not {"script", "img", "a", "i", "b", "u", "iframe", "link"} & set(page.tags)
    assert page.tags.count("h1") == 1
    assert not {"href", "src", "onerror"} & page.attributes
    for name in ("paper.html", "paper.txt", "README.txt"):
        assert not set("\x1b\x00\u202e\u202c\x9b") & set(pack.files[name].decode()), name
    assert b"49" not in pack.files["paper.txt"].split(b"WHICH CLAUSE")[0].split(b"WHAT IT SAID")[1]
    assert {name.split("/")[0] for name in pack.files} <= {
        "MANIFEST.sha256",
        "README.txt",
        "paper.html",
        "paper.txt",
        "record",
        "released" if released else "whole-words",
        "verify.py",
    }
    assert verify(folder).returncode == 0
    if not released:
        assert pack.files["whole-words/version-1.raw"] == b"\xff\x00raw"


def test_a_row_changed_behind_the_ledgers_back_is_told_on_the_paper(
    hostile: tuple[Repository, CaseId], home: Path
) -> None:
    """The pack is made all the same, and says that the record does not fit itself."""
    repository, case = hostile
    custody = repository.custody(case)
    assert custody is not None
    forged = replace(
        custody,
        opened=tuple(
            replace(one, content='{"text":"other"}') if one.about == "observation" else one
            for one in custody.opened
        ),
    )
    lines = [line for lot in repository.ledger(upto=custody.head[0]) for line in lot]
    pack = packs.build(forged, lines, council=council_of(home, repository), released=False)

    assert any("is not what it committed to" in fault for fault in pack.faults)
    assert "THE RECORD DOES NOT FIT ITSELF" in pack.files["paper.txt"].decode()
    assert "does not fit itself" in pack.files["paper.html"].decode()


def test_exporting_leaves_one_entry_that_the_next_pack_tells(
    hostile: tuple[Repository, CaseId], home: Path
) -> None:
    """Who exported what is in the ledger, as the SHA-256 of the zip, and proves itself."""
    repository, case = hostile
    facts = council_of(home, repository)
    first = made(repository, facts, case)
    packs.note_export(repository, first, by="Jo", at=records.at(5))
    second = made(repository, facts, case)

    assert repository.ledger_head()[0] == first.head[0] + 1 == second.head[0]
    assert f"Evidence exported, case {case}" in second.files["paper.txt"].decode()
    assert first.sha256().encode() in second.files["whole-words/committed.jsonl"]
    assert (repository.verify_ledger().faults, second.faults) == ((), ())
