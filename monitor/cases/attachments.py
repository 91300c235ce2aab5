"""A file that a person gives for a case: a screenshot, a letter; hostile like everything else.

Its bytes say what it is, not its name: a name is kept only as words to be read, and never
becomes a path. Films and sound are not kept.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING

from config.errors import OperatorError
from config.types import EvidenceKind
from monitor.alerts.hardening import one_line
from monitor.checks.picture import PictureError, look_at
from storage.evidence import name_of
from storage.values import NewEvidence

if TYPE_CHECKING:
    from datetime import datetime

    from config.types import CaseId
    from monitor.app import App
    from storage.values import KeptFile

MOST_BYTES = 20_000_000
"""A larger file is refused."""
_LONGEST_NAME = 120
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def attach(app: App, number: CaseId, *, name: str, data: bytes, by: str, at: datetime) -> KeptFile:
    """Keep a file with a case, closed ones too; the same bytes again change nothing.

    Args:
        app: The wired application.
        number: Which case.
        name: What it was called where it came from; made harmless.
        data: Its bytes, at most `MOST_BYTES`.
        by: Who gives it.
        at: When; aware UTC.

    Raises:
        OperatorError: No such case, copying was stopped, or the file is none that is kept.
        EvidenceError: The folder cannot be used; names it.
    """
    if app.repository.case(number) is None:
        raise OperatorError(f"there is no case {number}", remedy="See: clerkwatch cases list --all")
    stopped = OperatorError(
        f"what case {number} is about must not be copied, so no file is kept with it",
        remedy="Do not open, copy or forward it; ring the police",
    )
    if app.repository.preserved(number).stopped is not None:
        raise stopped
    wanted = _described(name, data, by=by)
    app.evidence.keep(data)
    with app.repository.writing() as transaction:
        kept = transaction.add_evidence(number, wanted, at=at)
    if kept is None:
        app.evidence.remove(wanted.sha256)
        raise stopped
    return next(one for one in app.repository.preserved(number).files if one.id == kept)


def harmless_name(name: str) -> str:
    """Return the last part of a file's name as words on one line; never a path."""
    last = PureWindowsPath(PurePosixPath(name).name).name
    return one_line(last, most=_LONGEST_NAME) or "a file without a name"


def _described(name: str, data: bytes, *, by: str) -> NewEvidence:
    if not data:
        raise OperatorError("the file is empty")
    if len(data) > MOST_BYTES:
        raise OperatorError(
            f"the file is larger than {MOST_BYTES // 1_000_000} megabytes",
            remedy="Give a smaller copy, for example one screenshot instead of several",
        )
    digest = name_of(data)
    shown = harmless_name(name)
    try:
        picture = look_at(data)
    except PictureError as error:
        media_type = _other_type(data)
        if not media_type:
            raise OperatorError(
                f"{shown!r} is not kept: {error}",
                remedy="Give a PNG, JPEG, GIF, WebP or BMP picture, a PDF, or plain text",
            ) from error
        return NewEvidence(
            kind=EvidenceKind.ATTACHMENT,
            place=f"given/{digest[:16]}",
            name=shown,
            sha256=digest,
            size=len(data),
            media_type=media_type,
            by=by,
            origin=f"given by {by}",
        )
    return NewEvidence(
        kind=EvidenceKind.ATTACHMENT,
        place=f"given/{digest[:16]}",
        name=shown,
        sha256=digest,
        size=len(data),
        media_type=picture.media_type,
        by=by,
        width=picture.width,
        height=picture.height,
        picture_hash=picture.hash,
        origin=f"given by {by}",
    )


def _other_type(data: bytes) -> str:
    """Return what else may be kept, by its bytes; empty if it may not."""
    if data.startswith(b"%PDF-"):
        return "application/pdf"
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return "" if _CONTROL.search(text) else "text/plain"
