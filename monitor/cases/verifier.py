"""Checks an evidence pack with nothing but Python (3.8 or newer): what the pack calls verify.py.

    python3 -I verify.py                the folder that this file stands in
    python3 -I verify.py PACK.zip       a pack as it was exported
    python3 -I verify.py FOLDER         another unpacked pack

It recomputes the SHA-256 of every file, the ledger's chain of hashes from the first entry to
the last, and every commitment whose content is in the pack. It names what was changed and
then ends with exit code 1. It reads only; nothing in a pack is ever run.

Whoever changes a pack may change this file too: use a copy from another place when it matters,
and hold the ledger's head against one noted elsewhere (the Clerk's mails carry it).
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import stat
import sys
import zipfile
from pathlib import Path
from typing import Any

MANIFEST = "MANIFEST.sha256"
PACK = "record/pack.json"
CHAIN = "record/chain.jsonl"
FORMAT = "clerkwatch-pack-1"
_LEDGER = "clerkwatch-ledger-1"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*){0,3}")
_LINE = re.compile(r"([0-9a-f]{64})  (\S+)")
_STAMP = (1980, 1, 1, 0, 0, 0)
_FILE_MODE = 0o100600


def zip_bytes(files: dict[str, bytes], folder: str) -> bytes:
    """Return the one zip that these files make: sorted, dated 1980, stored as they are."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{folder}/{name}", _STAMP)
            entry.create_system = 3
            entry.external_attr = _FILE_MODE << 16
            archive.writestr(entry, files[name])
    return whole.getvalue()


def manifest_of(files: dict[str, bytes]) -> bytes:
    """Return the manifest of files: a SHA-256 and a name a line, sorted by name."""
    lines = [f"{_sha(files[name])}  {name}\n" for name in sorted(files) if name != MANIFEST]
    return "".join(lines).encode()


def check(files: dict[str, bytes]) -> tuple[list[str], list[str]]:
    """Check a pack's files.

    Args:
        files: By name inside the pack.

    Returns:
        What is wrong, a line each (none: the pack is whole), and what was checked.
    """
    faults = list(_check_manifest(files))
    checked = [f"{len(files)} files against {MANIFEST}"]
    record_faults, record_checked = check_record(files)
    return faults + record_faults, checked + record_checked


def check_record(files: dict[str, bytes]) -> tuple[list[str], list[str]]:
    """Check the ledger's chain, the commitments and the texts that stand on them."""
    try:
        pack = json.loads(files[PACK])
        if pack["format"] != FORMAT:
            return [f"{PACK}: this verifier reads {FORMAT}, not {pack['format']!r}"], []
        faults, commitments = _check_chain(files, pack)
        more, opened, contents = _check_commitments(files, pack, commitments)
        faults += more
        faults += _check_texts(files, pack, contents)
        faults += _check_kept(files, pack, contents)
        return faults, [
            f"{pack['head']['number']} ledger entries, each against the one before it",
            f"{opened} commitments of this case against what they committed to",
            f"{len(pack.get('kept', []))} kept files against the entries that committed to them",
            f"head {pack['head']['number']}:{pack['head']['hash']}",
        ]
    except KeyError as missing:
        return [f"the record is not complete: {missing} is missing"], []
    except (ValueError, TypeError, AttributeError, IndexError, RecursionError) as broken:
        return [f"the record cannot be read: {type(broken).__name__}: {broken}"], []


def _check_manifest(files: dict[str, bytes]) -> list[str]:
    if MANIFEST not in files:
        return [f"{MANIFEST} is missing"]
    faults: list[str] = []
    listed: dict[str, str] = {}
    text = files[MANIFEST].decode("ascii", "replace")
    if not text.endswith("\n"):
        faults.append(f"{MANIFEST} was changed: it does not end with a whole line")
    for number, line in enumerate(text.split("\n")[:-1], 1):
        found = _LINE.fullmatch(line)
        if found is None or found[2] in listed or not _NAME.fullmatch(found[2]):
            faults.append(f"{MANIFEST} was changed: line {number} is none of ours")
        else:
            listed[found[2]] = found[1]
    if list(listed) != sorted(listed):
        faults.append(f"{MANIFEST} was changed: its lines are not in order")
    for name, digest in listed.items():
        if name not in files:
            faults.append(f"{name} is missing, or {MANIFEST} was changed")
        elif _sha(files[name]) != digest:
            faults.append(f"{name} was changed, or its line in {MANIFEST}")
    unknown = sorted(set(files) - set(listed) - {MANIFEST})
    return faults + [f"{name!r} does not belong to the pack: it was added" for name in unknown]


def _check_chain(files: dict[str, bytes], pack: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Recompute the chain; return its faults and the commitments, by number less one."""
    faults: list[str] = []
    commitments: list[str] = []
    before = ""
    for number, line in enumerate(files[CHAIN].splitlines(), 1):
        stated, at, kind, reference, commitment, own = json.loads(line)
        if stated != number:
            faults.append(f"ledger entry {number}: {stated} stands in its place")
        sealed = at is None and kind is None and reference is None
        if not sealed:
            parts = (_LEDGER, str(stated), str(at), kind, reference, commitment, before)
            if _sha("\n".join(parts).encode()) != own:
                faults.append(f"ledger entry {number} was changed, or the one before it")
        commitments.append(commitment)
        before = own
    head = pack["head"]
    if head != {"number": len(commitments), "hash": before}:
        faults.append(f"the chain ends at {len(commitments)}:{before}, not at the head {head}")
    return faults, commitments


def _check_commitments(
    files: dict[str, bytes], pack: dict[str, Any], commitments: list[str]
) -> tuple[list[str], int, dict[int, Any]]:
    """Recompute commitments; return faults, how many were opened, and contents by entry."""
    faults = []
    opened = 0
    contents: dict[int, Any] = {}
    for line in files[str(pack["committed"])].splitlines():
        entry = json.loads(line)
        number, salt, content = entry["number"], entry["salt"], entry["content"]
        if not 0 < number <= len(commitments):
            faults.append(f"ledger entry {number} is not in the chain")
        elif content is not None and salt is not None:
            opened += 1
            if _sha(bytes.fromhex(salt) + content.encode()) != commitments[number - 1]:
                faults.append(f"ledger entry {number}: its content is not what it committed to")
            contents[number] = json.loads(content)
    return faults, opened, contents


def _check_texts(
    files: dict[str, bytes], pack: dict[str, Any], contents: dict[int, Any]
) -> list[str]:
    """Hold each version's text file against the readings that committed to it."""
    faults = []
    for version in pack["versions"]:
        for number in version["entries"]:
            said = contents.get(number)
            if said is not None and said["text"] != files[version["file"]].decode():
                faults.append(f"{version['file']} is not the text that entry {number} committed to")
    return faults


def _check_kept(
    files: dict[str, bytes], pack: dict[str, Any], contents: dict[int, Any]
) -> list[str]:
    """Hold each kept file against the entry that committed to its SHA-256."""
    faults = []
    listed = set()
    for kept in pack.get("kept", []):
        name, number = kept["file"], kept["entry"]
        listed.add(number)
        said = contents.get(number)
        committed = kept["sha256"] if said is None else said["sha256"]
        if name not in files:
            faults.append(f"{name} is missing: entry {number} committed to it")
        elif not _sha(files[name]) == committed == kept["sha256"]:
            faults.append(f"{name} is not the file that entry {number} committed to")
    for number, said in contents.items():
        if isinstance(said, dict) and {"sha256", "place"} <= set(said) and number not in listed:
            faults.append(f"entry {number} committed to a file that the pack does not hold")
    return faults


# --- reading a pack ---------------------------------------------------------------------------


def read_zip(path: Path) -> tuple[dict[str, bytes], list[str]]:
    """Return a zip's files by name inside the pack, and what is wrong with the zip itself."""
    whole = path.read_bytes()
    files: dict[str, bytes] = {}
    folders: set[str] = set()
    faults: list[str] = []
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        for entry in archive.infolist():
            folder, _, name = entry.filename.partition("/")
            folders.add(folder)
            try:
                files[name] = archive.read(entry)
            except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError) as broken:
                faults.append(f"{name!r} cannot be read: {broken}")
    if len(folders) != 1:
        faults.append("the zip does not hold exactly one folder")
    elif not faults and zip_bytes(files, folders.pop()) != whole:
        faults.append("the zip's own bytes were changed, outside the content of its files")
    return files, faults


def read_folder(root: Path) -> tuple[dict[str, bytes], list[str]]:
    """Return a folder's files by name inside the pack, and what is wrong with the folder."""
    files: dict[str, bytes] = {}
    faults: list[str] = []
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        mode = path.lstat().st_mode
        if stat.S_ISREG(mode):
            files[name] = path.read_bytes()
        elif not stat.S_ISDIR(mode):
            faults.append(f"{name!r} is no ordinary file: it was added")
    return files, faults


def main(arguments: list[str]) -> None:
    """Check a pack and say the result; exits 1 when anything is wrong, 2 for wrong use."""
    if len(arguments) > 1:
        sys.stderr.write("Use: python3 -I verify.py [FOLDER or ZIP]\n")
        raise SystemExit(2)
    given = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    try:
        files, faults = read_folder(given) if given.is_dir() else read_zip(given)
    except (OSError, zipfile.BadZipFile) as broken:
        sys.exit(f"CHANGED: {str(given)!a} cannot be read as a pack: {str(broken)!a}")
    more, checked = check(files)
    for line in checked:
        _say(f"checked  {line}")
    for line in faults + more:
        _say(f"FAULT    {line}")
    if faults + more:
        # A text as the exit code is always exit code 1, whatever byte of it was changed.
        sys.exit(f"CHANGED: {len(faults + more)} faults. This is not the pack that was exported.")
    _say("WHOLE: every file, every ledger entry and every commitment fits.")


def _say(line: str) -> None:
    """Print a line in ASCII, so that no file name and no text can command a terminal."""
    shown = "".join(char if " " <= char <= "~" else ascii(char)[1:-1] for char in line)
    sys.stdout.write(shown[:500] + "\n")


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    main(sys.argv[1:])
