"""Preserving what a case rests on, in the run that opens it and before its mail leaves.

The case is open and committed; its words, its author, its times and the platform's answer
stand in the database. What is kept here beside them: that answer and the account's face as
files, and still pictures, fetched through the door. Never sound or video. The database says
what is due (`to_preserve`), so a kill in between is made good by the next run.

The network is never waited for inside a transaction, and no urgent mail waits for it longer
than `HELD_FOR`: such a mail lies in the outbox with that time, and is let go as soon as the
keeping is done.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from config.errors import EvidenceError, MailError
from config.types import EvidenceKind
from monitor.alerts.evidence_trouble import trouble_mail
from monitor.cases.copying import purge_stopped
from monitor.cases.stills import Again, Fetched, Refused, fetch
from storage.values import NewEvidence, Unkept

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from config.register import Account
    from config.types import CaseId
    from monitor.app import App
    from storage.values import Face, PictureAddress, ToPreserve

LOT = 50
"""Cases looked after in one run; the others follow in the next."""
PATIENCE_S = 20.0
"""Seconds in which a run fetches pictures; what is left is due again."""
HELD_FOR = timedelta(seconds=30)
"""How long an urgent mail waits at most for the keeping of its case."""
MOST_PICTURES = 20
"""Pictures kept of one version."""
MOST_OF_CASE = 60_000_000
"""Bytes of pictures kept of one case."""
_EACH_S = 10.0
_WAITS = (
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=1),
)
_BY = "clerkwatch"
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a run kept.

    Attributes:
        files: How many files.
        refused: Pictures that were refused for good.
        trouble: Set when the folder could not be used; everything stays due.
    """

    files: int = 0
    refused: int = 0
    trouble: EvidenceError | None = None

    def __add__(self, other: Kept) -> Kept:
        """Add what was kept of another case."""
        return Kept(
            files=self.files + other.files,
            refused=self.refused + other.refused,
            trouble=self.trouble or other.trouble,
        )


def preserve(
    app: App,
    *,
    as_of: datetime,
    case: CaseId | None = None,
    patience_s: float = PATIENCE_S,
    monotonic: Callable[[], float] = time.monotonic,
) -> Kept:
    """Keep what is due, words first; safe to repeat.

    Inside a writing transaction it does nothing: neither the network nor a disk is waited for
    there. What is due stays due, and the next run keeps it.

    Args:
        app: The wired application.
        as_of: The present moment; aware UTC.
        case: Only this one; None: every case that is not closed, the most severe first.
        patience_s: Seconds for all pictures together.
        monotonic: Seconds, for that.

    Raises:
        StorageError: The database refused. A folder that cannot be used is no error here:
            it is said in ``trouble``, in ``doctor`` and to the supplier, and tried again.
    """
    kept = Kept()
    if app.repository.is_writing():
        return kept
    with app.preserving:
        until = monotonic() + patience_s
        try:
            purge_stopped(app.repository, app.evidence, at=as_of)
            due = app.repository.to_preserve(as_of=as_of, case=case, limit=LOT)
            for one in due:
                kept += _keep_words(app, one, at=as_of)
            for one in due:
                kept += _keep_pictures(app, one, at=as_of, left=lambda: until - monotonic())
        except EvidenceError as error:
            kept += Kept(trouble=error)
    if kept.trouble is not None:
        _tell_supplier(app, kept.trouble, at=as_of)
    if kept.files or kept.refused:
        log.info("evidence kept", files=kept.files, refused=kept.refused)
    return kept


def preserve_judged(app: App, *, as_of: datetime) -> Kept:
    """Keep what is due after judging, then let the urgent mails go that waited for it.

    Those too that a run left waiting which was killed before it had kept their case.

    Args:
        app: The wired application.
        as_of: The present moment; aware UTC.
    """
    try:
        return preserve(app, as_of=as_of)
    finally:
        with app.repository.writing() as transaction:
            transaction.hasten_mails(at=as_of, until=as_of + HELD_FOR)


def _tell_supplier(app: App, trouble: EvidenceError, *, at: datetime) -> None:
    """Say once a day to whoever looks after the machine that evidence cannot be kept."""
    log.error("evidence cannot be kept", path=str(trouble.path), what=trouble.what)
    try:
        mail = trouble_mail(app, trouble, at=at)
    except MailError as error:
        log.warning("nobody can be told of it", what=error.what)
        return
    if mail is not None:
        with app.repository.writing() as transaction:
            transaction.queue_mail(mail, at=at)


# --- words -----------------------------------------------------------------------------------


def _keep_words(app: App, due: ToPreserve, *, at: datetime) -> Kept:
    """Keep the platform's answers and the account's face: no network is needed."""
    files = []
    for version in due.answers:
        body = app.repository.answer(version)
        if body is None:
            continue
        files.append(
            NewEvidence(
                kind=EvidenceKind.ANSWER,
                place=str(version),
                name="the platform's answer",
                sha256=app.evidence.keep(body),
                size=len(body),
                media_type="application/json" if _is_json(body) else "application/octet-stream",
                version=version,
                by=_BY,
            )
        )
    face = app.repository.face(due.case) if due.needs_profile else None
    if face is not None:
        body = face_file(face, opened_at=due.opened_at)
        files.append(
            NewEvidence(
                kind=EvidenceKind.PROFILE,
                place=f"case-{due.case}",
                name="the account's profile",
                sha256=app.evidence.keep(body),
                size=len(body),
                media_type="application/json",
                version=face.version,
                origin=face.url,
                by=_BY,
            )
        )
    if files:
        with app.repository.writing() as transaction:
            for one in files:
                transaction.add_evidence(due.case, one, at=at)
    return Kept(files=len(files))


def face_file(face: Face, *, opened_at: datetime) -> bytes:
    """Return the account's profile as a file: JSON, the same bytes however often it is made."""
    words = face.words
    stated = {
        "platform_id": face.platform_id,
        "address": face.url,
        "seen_from": face.seen_from.isoformat(),
        "seen_until": max(face.seen_from, min(face.seen_until, opened_at)).isoformat(),
        "fields": dict(words.fields),
        "text": words.text,
        "links": list(words.links),
        "beside": [{"kind": one.kind, "text": one.text, "by": one.by} for one in words.extras],
    }
    return json.dumps(stated, ensure_ascii=False, indent=1, sort_keys=True).encode(
        "utf-8", "surrogatepass"
    )


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


# --- pictures --------------------------------------------------------------------------------


def _keep_pictures(app: App, due: ToPreserve, *, at: datetime, left: Callable[[], float]) -> Kept:
    account = next((one for one in app.register if one.id == due.account), None)
    if account is None or not due.pictures:
        return Kept()
    spent = sum(one.size for one in app.repository.preserved(due.case).files)
    kept = Kept()
    for address in due.pictures:
        if left() <= 0 or app.stop.is_set():
            break
        made = _fetch(app, account, address, spent=spent, left=left())
        if isinstance(made, Fetched):
            spent += len(made.data)
            kept += _keep_picture(app, due.case, address, made, at=at)
        else:
            kept += _note(app, due.case, address, made, at=at)
    return kept


def _fetch(
    app: App, account: Account, address: PictureAddress, *, spent: int, left: float
) -> Fetched | Refused:
    if address.position >= MOST_PICTURES:
        why = f"no more than {MOST_PICTURES} pictures are kept of one post"
        return Refused(why=why, again=Again.NEVER)
    if spent >= MOST_OF_CASE:
        why = f"no more than {MOST_OF_CASE // 1_000_000} megabytes are kept of one case"
        return Refused(why=why, again=Again.NEVER)
    return fetch(app.door, account, address.url, total_s=min(_EACH_S, left))


def _keep_picture(
    app: App, case: CaseId, address: PictureAddress, made: Fetched, *, at: datetime
) -> Kept:
    picture = made.picture
    new = NewEvidence(
        kind=EvidenceKind.PICTURE,
        place=address.place,
        name=address.name,
        sha256=app.evidence.keep(made.data),
        size=len(made.data),
        media_type=picture.media_type,
        version=address.version,
        width=picture.width,
        height=picture.height,
        picture_hash=picture.hash,
        origin=app.redactor.redact(address.url),
        by=_BY,
    )
    with app.repository.writing() as transaction:
        recorded = transaction.add_evidence(case, new, at=at)
    if recorded is None:
        # Copying was stopped while it was on its way.
        app.evidence.remove(new.sha256)
        return Kept()
    return Kept(files=1)


def _note(app: App, case: CaseId, address: PictureAddress, made: Refused, *, at: datetime) -> Kept:
    """Note a picture that was not kept; one that is never given out in the end is refused."""
    tries = address.attempts + 1
    is_final = made.again is Again.NEVER or tries > len(_WAITS)
    next_at = at + _WAITS[tries - 1] if made.again is Again.LATER and not is_final else None
    unkept = Unkept(
        place=address.place,
        name=address.name,
        version=address.version,
        why=made.why,
        is_final=is_final,
        attempts=tries,
        at=at,
        next_at=next_at,
    )
    with app.repository.writing() as transaction:
        transaction.add_unkept(case, unkept)
    return Kept(refused=int(is_final))
