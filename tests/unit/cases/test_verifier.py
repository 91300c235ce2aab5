"""The verifier that travels with a pack: old Pythons, the ledger's formula, each kind of change."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.cases import verifier
from storage.ledger import commit, make_entry

CODE = Path(verifier.__file__)
SALT = bytes(range(16))
CONTENT = json.dumps({"text": "Vote for the Fernbeck Alliance!"}, separators=(",", ":"))


def pack(*, entries: int = 3) -> dict[str, bytes]:
    """Return a small pack whose second entry is opened and stands behind version 1."""
    head: tuple[int, str] = (0, "")
    chain = []
    for number in range(1, entries + 1):
        commitment = commit(SALT, CONTENT if number == 2 else f"other {number}")
        entry = make_entry(
            head, at=number * 10**6, kind="observed", reference="x:1", commitment=commitment
        )
        head = (entry.number, entry.hash)
        line = [entry.number, entry.at, entry.kind, entry.reference, commitment, entry.hash]
        chain.append(json.dumps(line))
    described = {
        "format": verifier.FORMAT,
        "head": {"number": head[0], "hash": head[1]},
        "committed": "whole-words/committed.jsonl",
        "versions": [{"file": "whole-words/version-1.txt", "entries": [2]}],
    }
    opened = {"number": 2, "salt": SALT.hex(), "content": CONTENT}
    files = {
        verifier.CHAIN: "".join(f"{line}\n" for line in chain).encode(),
        verifier.PACK: json.dumps(described).encode(),
        "whole-words/committed.jsonl": json.dumps(opened).encode(),
        "whole-words/version-1.txt": b"Vote for the Fernbeck Alliance!",
    }
    return sealed(files)


def sealed(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return files with a manifest that fits them: what a careful forger would hand over."""
    return {**files, verifier.MANIFEST: verifier.manifest_of(files)}


def test_it_reads_with_python_3_8_and_imports_nothing_but_the_standard_library() -> None:
    """A supplier's old machine can run it."""
    tree = ast.parse(CODE.read_text("utf-8"), feature_version=(3, 8))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [one.name for one in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= set(sys.stdlib_module_names)


def test_a_pack_made_by_the_ledgers_own_formula_is_whole() -> None:
    """The verifier's formula is the one that the ledger is written by."""
    faults, checked = verifier.check(pack())

    assert faults == []
    assert any("3 ledger entries" in line for line in checked)
    assert any("1 commitments" in line for line in checked)


CHANGES = [
    ("whole-words/version-1.txt", b"Vote", b"vote", "version-1.txt is not the text that entry 2"),
    ("whole-words/committed.jsonl", b"Vote", b"vote", "ledger entry 2: its content is not"),
    (verifier.CHAIN, b"1000000", b"1000001", "ledger entry 1 was changed"),
    (verifier.PACK, b'"number": 3', b'"number": 4', "the chain ends at 3"),
    (verifier.PACK, b"pack-1", b"pack-2", "this verifier reads"),
    (verifier.CHAIN, b"[2,", b"[7,", "ledger entry 2: 7 stands in its place"),
    (verifier.CHAIN, b"[2,", b"{2,", "the record cannot be read"),
]


@pytest.mark.parametrize(("name", "old", "new", "said"), CHANGES)
def test_a_change_is_named_even_when_the_manifest_was_made_to_fit(
    name: str, old: bytes, new: bytes, said: str
) -> None:
    """The ledger, not the manifest, is what a forger cannot make to fit."""
    files = pack()
    changed = files[name].replace(old, new, 1)
    assert changed != files[name]
    faults, _ = verifier.check(sealed({**files, name: changed}))

    assert [fault for fault in faults if said in fault]


def test_an_entry_taken_from_the_end_shows_against_the_head() -> None:
    """A chain that is cut short is shorter than the head says."""
    files = pack()
    lines = files[verifier.CHAIN].splitlines(keepends=True)
    faults, _ = verifier.check(sealed({**files, verifier.CHAIN: b"".join(lines[:-1])}))

    assert any("the chain ends at 2" in fault for fault in faults)


def test_missing_added_and_unlisted_files_are_named() -> None:
    """What is not in the manifest, and what is only there, is a fault."""
    files = pack()
    gone = {name: one for name, one in files.items() if name != "whole-words/version-1.txt"}
    bare = {name: one for name, one in files.items() if name != verifier.MANIFEST}

    assert any("version-1.txt is missing" in fault for fault in verifier.check(gone)[0])
    assert any(
        "'more.txt' does not belong" in fault
        for fault in verifier.check({**files, "more.txt": b""})[0]
    )
    assert verifier.check(bare)[0] == [f"{verifier.MANIFEST} is missing"]


@pytest.mark.parametrize("line", [b"x", b"0" * 64 + b"  ../x\n", b"\xff\n", b"\n"])
def test_a_manifest_with_a_line_that_is_not_ours_is_named(line: bytes) -> None:
    """No path outside the pack, no bytes beyond ASCII, no half line."""
    files = pack()
    faults, _ = verifier.check({**files, verifier.MANIFEST: files[verifier.MANIFEST] + line})

    assert any(fault.startswith(f"{verifier.MANIFEST} was changed") for fault in faults)


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the verifier as anybody would."""
    return subprocess.run(
        [sys.executable, "-I", CODE, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_zip_is_checked_down_to_its_own_bytes(tmp_path: Path) -> None:
    """A zip that carries the same files but other bytes is not the one that was exported."""
    whole = verifier.zip_bytes(pack(), "case-1")
    good, tail, stamp = (tmp_path / name for name in ("good.zip", "tail.zip", "stamp.zip"))
    good.write_bytes(whole)
    tail.write_bytes(whole + b"\0")
    stamp.write_bytes(whole[:10] + b"\1" + whole[11:])

    assert run(good).returncode == 0
    for changed in (tail, stamp):
        done = run(changed)
        assert done.returncode == 1
        assert "zip" in done.stdout + done.stderr


def test_a_file_name_cannot_command_the_terminal(tmp_path: Path) -> None:
    """What was put into a folder is named in ASCII."""
    (tmp_path / "\x1b[2J\u202ebad").write_bytes(b"")
    (tmp_path / "link").symlink_to("/etc/passwd")
    done = run(tmp_path)

    assert done.returncode == 1
    assert done.stdout.isascii()
    assert "\x1b" not in done.stdout
    assert "'link' is no ordinary file" in done.stdout


def test_wrong_use_and_what_is_no_pack_end_without_a_traceback(tmp_path: Path) -> None:
    """Two arguments are wrong use; a text file or nothing is no pack."""
    (tmp_path / "text").write_text("hello")

    assert run("a", "b").returncode == 2
    for given in (tmp_path / "text", tmp_path / "nothing"):
        done = run(given)
        assert done.returncode == 1
        assert "cannot be read as a pack" in done.stderr
