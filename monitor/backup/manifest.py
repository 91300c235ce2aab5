"""What a copy holds, and what copies are called: pure, and never trusted when it comes back."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from config.errors import BackupError

FORMAT = "clerkwatch-backup-1"
MANIFEST = "manifest.json"
DATABASE = "clerkwatch.db"
AUTHORS = "author-key"
"""The key of pseudonyms: without it nobody who wrote a comment is found by name any more."""
EVIDENCE = "evidence/"
CONFIGURATION = "configuration/"
CONFIGURATION_FILE = f"{CONFIGURATION}clerkwatch.toml"
ELSEWHERE = f"{CONFIGURATION}elsewhere/"
"""Files that the configuration names outside its own folder."""

_NAME = re.compile(
    r"clerkwatch-(?P<record>[0-9a-f]{8})-(?P<at>\d{8}T\d{6}Z)\.tar(?P<seal>\.age|\.gpg)?"
)
_STAMP = "%Y%m%dT%H%M%SZ"
_HASH = re.compile(r"[0-9a-f]{64}")
_EVIDENCE = re.compile(r"evidence/[0-9a-f]{64}")
_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,120}")
_NO_RECORD = "0" * 8
_MOST_FILES = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One file of a copy: its name within, its size in bytes and its SHA-256."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Everything about a copy but its words.

    Attributes:
        made_at: When the database was as the copy shows it; aware UTC, whole seconds.
        version: Of the clerkwatch that made it.
        schema: Revision of the database.
        head: Number and hash of the ledger's newest entry; ``(0, "")`` for an empty one.
        record: First digits of the first entry's hash: tells one installation's copies from
            another's, over any number of restores.
        files: What is in it, the database first.
        elsewhere: By name within: where a file of the configuration stood.
        faults: What was wrong with the record when it was copied.
    """

    made_at: datetime
    version: str
    schema: str
    head: tuple[int, str]
    record: str
    files: tuple[Held, ...]
    elsewhere: tuple[tuple[str, str], ...] = ()
    faults: tuple[str, ...] = ()

    def to_json(self) -> bytes:
        """Return it as it stands in the copy."""
        stated = {
            "format": FORMAT,
            "made_at": self.made_at.isoformat(),
            "version": self.version,
            "schema": self.schema,
            "ledger": {"entries": self.head[0], "head": self.head[1]},
            "record": self.record,
            "files": [
                {"name": one.name, "size": one.size, "sha256": one.sha256} for one in self.files
            ],
            "elsewhere": dict(self.elsewhere),
            "faults": list(self.faults),
        }
        return json.dumps(stated, indent=1).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyName:
    """The name of a copy's file, taken apart.

    Attributes:
        record: Of which record; see `Manifest.record`.
        at: When it was made; aware UTC.
        seal: ``.age``, ``.gpg`` or empty.
    """

    text: str
    record: str
    at: datetime
    seal: str


def record_of(first_hash: str) -> str:
    """Return what names a record: the first digits of its first entry's hash."""
    return first_hash[:8] or _NO_RECORD


def name_of(record: str, made_at: datetime, *, seal: str) -> str:
    """Return what a copy's file is called; names of one record sort by time."""
    return f"clerkwatch-{record}-{made_at.astimezone(UTC):{_STAMP}}.tar{seal}"


def read_name(text: str) -> CopyName | None:
    """Take a file's name apart; None: it is no copy of ours, and is left alone."""
    found = _NAME.fullmatch(text)
    if found is None:
        return None
    try:
        at = datetime.strptime(found["at"], _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
    return CopyName(text=text, record=found["record"], at=at, seal=found["seal"] or "")


def read_manifest(data: bytes) -> Manifest:
    """Read a manifest that may be anybody's.

    Raises:
        BackupError: It is none, of another format, or names a file that no copy of ours has.
    """
    try:
        stated = json.loads(data)
        if stated["format"] != FORMAT:
            raise BackupError(
                "the copy is of another format", remedy="Restore it with a newer clerkwatch"
            )
        return _manifest(stated)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise BackupError("the copy's manifest cannot be understood") from error


def _manifest(stated: dict[str, Any]) -> Manifest:
    files = tuple(
        Held(name=str(one["name"]), size=int(one["size"]), sha256=str(one["sha256"]))
        for one in stated["files"]
    )
    names = [one.name for one in files]
    sound = all(
        is_ours(one.name) and one.size >= 0 and _HASH.fullmatch(one.sha256) for one in files
    )
    if not sound or len(set(names)) != len(names) or names[:1] != [DATABASE]:
        raise ValueError("a file that no copy has")
    made_at = datetime.fromisoformat(stated["made_at"])
    if made_at.tzinfo is None or len(names) > _MOST_FILES:
        raise ValueError("no instant, or far too many files")
    ledger = stated["ledger"]
    return Manifest(
        made_at=made_at.astimezone(UTC),
        version=str(stated["version"]),
        schema=str(stated["schema"]),
        head=(int(ledger["entries"]), str(ledger["head"])),
        record=str(stated["record"]),
        files=files,
        elsewhere=tuple((str(key), str(was)) for key, was in stated["elsewhere"].items()),
        faults=tuple(str(one) for one in stated["faults"]),
    )


def is_ours(name: str) -> bool:
    """Return whether a copy may hold a file of this name; nothing else is ever unpacked."""
    if name in {DATABASE, AUTHORS, CONFIGURATION_FILE}:
        return True
    if name.startswith(EVIDENCE):
        return bool(_EVIDENCE.fullmatch(name))
    parts = PurePosixPath(name).parts
    return (
        name.startswith(CONFIGURATION)
        and name == "/".join(parts)
        and all(_PART.fullmatch(part) for part in parts)
    )
