"""A case with pictures as a pack: they are in it, proved by the ledger, and left out for others."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from config.types import EvidenceKind
from monitor.alerts.house import House
from monitor.cases import pack as packs
from monitor.cases import verifier
from monitor.cases.attachments import attach
from monitor.cases.copying import purge_stopped, stop_copying
from monitor.cases.kept import counts_said, file_faults, size_words
from monitor.cases.pack import Council, Pack
from monitor.demo.crest import crest
from monitor.demo.world import Site
from tests.integration.cases.test_preserve import HOUR, settled, show
from tests.integration.pipeline.village import SALE, Village

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    """A village with one case on a post of two pictures, and a resident's screenshot."""
    with Village(tmp_path) as town:
        label = settled(town, Site.X)
        show(town, label, SALE, pictures=2)
        town.scan(after=HOUR)
        attach(
            town.app,
            town.case().id,
            name="shot.png",
            data=crest(),
            by="Clerk",
            at=town.clock.now(),
        )
        yield town


def packed(village: Village, *, released: bool = False) -> Pack:
    """Return the pack of the only case."""
    app = village.app
    council = Council(settings=app.settings, policy=app.policy, house=House.of_app(app))
    return packs.make(village.store, village.case().id, council=council, released=released)


def kept_in(pack: Pack) -> list[str]:
    """Return the names of the kept files in a pack."""
    return sorted(name for name in pack.files if "/kept/" in name)


def test_every_kept_file_is_in_the_pack_and_proved(village: Village, tmp_path: Path) -> None:
    """Pictures, screenshot, profile and answer; the pack's own verifier finds it whole."""
    pack = packed(village)
    assert pack.faults == ()
    assert kept_in(pack) == [
        "whole-words/kept/answer-1.json",
        "whole-words/kept/attachment-1.png",
        "whole-words/kept/picture-1.png",
        "whole-words/kept/picture-2.png",
        "whole-words/kept/profile-1.json",
    ]
    assert pack.files["whole-words/kept/attachment-1.png"] == crest()
    with zipfile.ZipFile(io.BytesIO(pack.zipped())) as archive:
        archive.extractall(tmp_path / "out")
    done = subprocess.run(
        [sys.executable, "-I", tmp_path / "out" / pack.name / "verify.py"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "5 kept files against the entries that committed to them" in done.stdout


def test_a_changed_byte_of_any_kept_file_is_named(village: Village) -> None:
    """Also when the forger writes a manifest that fits: the ledger has committed to the file."""
    files = dict(packed(village).files)
    for name in [one for one in files if "/kept/" in one]:
        forged = {**files, name: files[name][:-1] + bytes([files[name][-1] ^ 1])}
        assert any(name in fault for fault in verifier.check(forged)[0])
        forged[verifier.MANIFEST] = verifier.manifest_of(forged)
        faults = verifier.check(forged)[0]
        assert any(f"{name} is not the file" in fault for fault in faults)


def test_a_file_taken_out_of_the_pack_is_missed(village: Village) -> None:
    """Whether its line is left, or taken out of the pack's description too."""
    files = dict(packed(village).files)
    name = "whole-words/kept/picture-1.png"
    del files[name]
    files[verifier.MANIFEST] = verifier.manifest_of(files)
    assert any(f"{name} is missing" in fault for fault in verifier.check(files)[0])
    described = json.loads(files[verifier.PACK])
    described["kept"] = [one for one in described["kept"] if one["file"] != name]
    files[verifier.PACK] = json.dumps(described).encode()
    files[verifier.MANIFEST] = verifier.manifest_of(files)
    (fault,) = verifier.check(files)[0]
    assert "committed to a file that the pack does not hold" in fault


def test_the_paper_tells_what_is_kept_and_the_profile_at_the_time(village: Village) -> None:
    """Each file with its SHA-256, the profile, the counts, and nothing said to be missing."""
    pack = packed(village)
    paper = pack.files["paper.txt"].decode()
    for one in village.store.preserved(village.case().id).files:
        assert one.sha256 in "".join(paper.split())
    assert "The account's profile at the time" in paper
    assert "Complaints: 01632 960001" in paper
    assert "3 likes" in paper
    assert "named by the platform" not in paper
    assert "What has been kept beside the words" in pack.files["paper.html"].decode()


def test_a_copy_for_others_has_no_file_and_says_so(village: Village) -> None:
    """Pictures, given files and the profile are personal data."""
    pack = packed(village, released=True)
    assert pack.faults == ()
    assert kept_in(pack) == []
    paper = " ".join(pack.files["paper.txt"].decode().split())
    assert "pictures, given files and the account's profile" in paper
    everything = b"".join(pack.files.values())
    assert b"shot.png" not in everything
    assert all(
        one.sha256.encode() not in everything
        for one in village.store.preserved(village.case().id).files
    )


def test_a_file_that_is_gone_from_the_disk_is_a_fault(village: Village) -> None:
    """Missing, cut and changed are told apart, the ledger's entry is named, the pack says so."""
    pictures = [
        one
        for one in village.store.preserved(village.case().id).files
        if one.kind is EvidenceKind.PICTURE
    ]
    root = village.app.evidence.root
    places = [root / one.sha256[:2] / one.sha256[2:] for one in pictures]
    places[0].unlink()
    whole = places[1].read_bytes()
    places[1].write_bytes(whole[:-1] + b"X")
    faults = list(file_faults(village.store, village.app.evidence))
    assert [fault.entry for fault in faults] == [one.entry for one in pictures]
    assert "is missing" in faults[0].what
    assert "was changed" in faults[1].what
    places[1].write_bytes(whole[:-1])
    assert "bytes where" in list(file_faults(village.store, village.app.evidence))[1].what
    assert len(packed(village).faults) == 2


def test_what_must_not_be_copied_is_said_on_the_paper(village: Village) -> None:
    """Nothing of the media is in the pack, the record is whole, and the paper says why."""
    case = village.case().id
    stop_copying(village.store, case, by="Clerk", because="", at=village.clock.now())
    purge_stopped(village.store, village.app.evidence, at=village.clock.now())
    pack = packed(village)
    assert pack.faults == ()
    assert kept_in(pack) == ["whole-words/kept/answer-1.json", "whole-words/kept/profile-1.json"]
    paper = " ".join(pack.files["paper.txt"].decode().split())
    assert "must not be copied, so copying was stopped and 3 files were taken away" in paper


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b'{"public_metrics": {"like_count": 1, "reply_count": 2}}', "1 like, 2 replies"),
        (
            b'{"shares": {"count": 4}, "comments": {"summary": {"total_count": 1}}}',
            "1 comment, 4 shares",
        ),
        (b'{"public_metrics": {"like_count": "many", "reply_count": true}}', ""),
        (b'{"public_metrics": [1], "shares": 3}', ""),
        (b"[1, 2]", ""),
        (b"\xff", ""),
        (None, ""),
    ],
)
def test_counts_are_told_where_the_platform_gave_them(raw: bytes | None, expected: str) -> None:
    """Odd answers give no counts, never an error."""
    assert counts_said(raw) == expected


def test_sizes_are_words() -> None:
    """As people read them."""
    assert [size_words(one) for one in (1, 842, 12_345, 1_400_000)] == [
        "1 byte",
        "842 bytes",
        "12 kB",
        "1.4 MB",
    ]
