"""Pictures that a person gives with a report: kept as evidence, each by its SHA-256.

Only what proves to be a still picture of bearable size is kept; what a file claims to be does
not count. Files are kept before they are recorded, so that a record never names what is not
there; what a kill leaves behind is swept (`copying.sweep`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from config.errors import EvidenceError
from config.types import EvidenceKind
from monitor.checks.picture import picture_hash
from storage.values import NewEvidence

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from config.types import CaseId
    from storage.evidence import EvidenceFolder
    from storage.repository import Repository

MOST_BYTES = 8_000_000
"""Of one picture."""
_MOST_NAME = 80
_TYPES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"RIFF", "image/webp"),
)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What became of the pictures that were given.

    Attributes:
        kept: How many are kept now.
        refused: How many are not: no picture, too large, or the folder refused.
    """

    kept: int
    refused: int


def keep_pictures(
    repository: Repository,
    folder: EvidenceFolder,
    number: CaseId,
    pictures: Sequence[tuple[str, bytes]],
    *,
    by: str,
    origin: str,
    at: datetime,
) -> Given:
    """Keep pictures with a case; safe to repeat, and takes part in an open transaction.

    Args:
        repository: Where they are recorded.
        folder: Where the files lie.
        number: Which case.
        pictures: Name as given and bytes of each; from strangers.
        by: Who had them kept.
        origin: How they came, in words.
        at: When; aware UTC.

    Raises:
        StorageError: The database refused.
    """
    kept = 0
    for name, content in pictures:
        media_type = next((said for start, said in _TYPES if content.startswith(start)), "")
        fingerprint = picture_hash(content) if media_type and len(content) <= MOST_BYTES else None
        if fingerprint is None:
            continue
        try:
            digest = folder.keep(content)
        except EvidenceError as error:
            log.warning("a given picture could not be kept", case=number, what=error.what)
            continue
        said = _harmless(name)
        evidence = NewEvidence(
            kind=EvidenceKind.ATTACHMENT,
            place=said,
            name=said,
            sha256=digest,
            size=len(content),
            media_type=media_type,
            picture_hash=fingerprint,
            origin=origin,
            by=by,
        )
        with repository.writing() as transaction:
            if transaction.add_evidence(number, evidence, at=at) is None:
                folder.remove(digest)  # copying was stopped for this post
                continue
        kept += 1
    return Given(kept=kept, refused=len(pictures) - kept)


def _harmless(name: str) -> str:
    """Return a file's name that can do nothing: letters, digits, dot, dash; never a path."""
    last = re.split(r"[\\/]", name)[-1]
    return re.sub(r"[^A-Za-z0-9.-]+", "-", last).strip(".-")[-_MOST_NAME:] or "picture"
