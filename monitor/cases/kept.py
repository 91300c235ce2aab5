"""What is kept of a case beside its words: for its pack, its paper, and checking the files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from config.errors import EvidenceError
from config.types import EvidenceKind
from monitor.alerts.hardening import one_line
from monitor.alerts.wording import count
from storage.values import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from config.types import VersionId
    from storage.evidence import EvidenceFolder
    from storage.repository import Repository
    from storage.values import KeptFile, Preserved

_EXTENSIONS = {
    "application/json": "json",
    "application/pdf": "pdf",
    "image/bmp": "bmp",
    "image/gif": "gif",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "message/rfc822": "eml",
    "text/plain": "txt",
}
_COUNTS = (
    ("like_count", "like"),
    ("retweet_count", "repost"),
    ("reply_count", "reply"),
    ("quote_count", "quotation"),
    ("impression_count", "view"),
    ("bookmark_count", "bookmark"),
)
_MOST = 10**12
_KILO, _MEGA = 1_000, 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A kept file as it stands in a pack.

    Attributes:
        name: Inside the pack: a kind and a number, no word of anybody's.
        data: Its bytes; None: it could not be read from the folder.
    """

    file: KeptFile
    name: str
    data: bytes | None


def packed_files(
    preserved: Preserved, folder: str, *, evidence: EvidenceFolder | None
) -> list[Packed]:
    """Return the kept files of a case under their names in a pack.

    Args:
        preserved: What is kept.
        folder: Of the pack.
        evidence: Where the bytes lie; None: they are not asked for.
    """
    numbers = dict.fromkeys(EvidenceKind, 0)
    packed = []
    for file in preserved.files:
        numbers[file.kind] += 1
        extension = _EXTENSIONS.get(file.media_type, "bin")
        name = f"{folder}/kept/{file.kind.value}-{numbers[file.kind]}.{extension}"
        packed.append(Packed(file=file, name=name, data=_bytes(file, evidence)))
    return packed


def _bytes(file: KeptFile, evidence: EvidenceFolder | None) -> bytes | None:
    if evidence is None:
        return None
    try:
        return evidence.read(file.sha256)
    except EvidenceError:
        # The verifier names what is missing, and the paper says that the record has a fault.
        return None


def file_faults(repository: Repository, folder: EvidenceFolder) -> Iterator[Fault]:
    """Yield a fault for each kept file that is missing, cut short or changed on the disk.

    Raises:
        StorageError: The database cannot be read.
    """
    for lot in repository.kept_files():
        for file in lot:
            fault = file_fault(file, folder)
            if fault is not None:
                yield fault


def file_fault(file: KeptFile, folder: EvidenceFolder) -> Fault | None:
    """Return what is wrong with one kept file on the disk; None: nothing."""
    fault = folder.fault(file.sha256, file.size)
    if fault is None:
        return None
    what = f"the kept file {file.sha256[:12]}… ({file.kind.value}) {fault}"
    return Fault(entry=file.entry, what=what)


def described(packed: Sequence[Packed]) -> list[dict[str, Any]]:
    """Return what a pack's own description says of the files."""
    return [
        {"file": one.name, "sha256": one.file.sha256, "entry": one.file.entry} for one in packed
    ]


def not_kept(preserved: Preserved, labels: Mapping[VersionId, str], *, named: int) -> list[str]:
    """Return a sentence for everything of the media that a reader may look for in vain.

    Args:
        preserved: What is kept, and what is not.
        labels: How each version is called on the paper.
        named: How many pictures and videos the platform named.
    """
    stopped = preserved.stopped
    if stopped is not None:
        away = count(stopped.purged, "file was", "files were")
        decided = "Pictures, sound and video: somebody decided that they must not be copied, so"
        return [f"{decided} copying was stopped and {away} taken away."]
    kept = {
        one.place
        for one in preserved.files
        if one.kind is EvidenceKind.PICTURE and one.version in labels
    }
    said = []
    if named > len(kept):
        pictures = count(named, "picture or video was", "pictures or videos were")
        still = count(len(kept), "still picture is", "still pictures are") if kept else "none is"
        never = "Sound and video are never copied"
        said.append(f"{never}: {pictures} named by the platform, {still} kept.")
    for one in preserved.unkept:
        where = labels.get(one.version, "the profile") if one.version is not None else "the case"
        again = "" if one.is_final else "; it is tried again"
        said.append(f"A picture of {where}: {one_line(one.why, most=200)}{again}.")
    return said


def size_words(size: int) -> str:
    """Return a size in bytes as people read it: ``842 bytes``, ``1.4 MB``."""
    if size < _KILO:
        return count(size, "byte")
    if size < _MEGA:
        return f"{size / _KILO:.0f} kB"
    return f"{size / _MEGA:.1f} MB"


def counts_said(raw: bytes | None) -> str:
    """Return the counts in a platform's answer as words; empty where it gave none."""
    try:
        stated = json.loads(raw) if raw else None
    except ValueError:
        return ""
    if not isinstance(stated, dict):
        return ""
    metrics = stated.get("public_metrics")
    found = [
        count(number, word, "replies" if word == "reply" else f"{word}s")
        for name, word in _COUNTS
        if (number := _number(metrics, name)) is not None
    ]
    for name in ("likes", "reactions", "comments"):
        number = _number(_inner(stated.get(name), "summary"), "total_count")
        if number is not None:
            found.append(count(number, name.removesuffix("s")))
    shared = _number(stated.get("shares"), "count")
    if shared is not None:
        found.append(count(shared, "share"))
    return ", ".join(found)


def _inner(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, dict) else None


def _number(value: object, name: str) -> int | None:
    number = _inner(value, name)
    if not isinstance(number, int) or isinstance(number, bool):
        return None
    return number if 0 <= number <= _MOST else None
