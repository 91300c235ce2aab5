"""What a person saw: opening a case by hand, and saying that something is gone.

A resident reports a post, or a person looks where no programme reads. What they saw is
recorded like a reading, marked as a person's, and judged like any other words.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import connectors
from config.errors import OperatorError
from config.types import Outcome, RunKind, Severity, SubjectKind
from connectors.base import Content, PostIds, nfc
from monitor.cases.life import Step, asks_to_close, move
from monitor.cases.request import due_by
from monitor.judging import judge_stale
from monitor.opening import is_by_hand
from monitor.sighting import words_of
from storage.values import BY_HAND, Seen

if TYPE_CHECKING:
    from datetime import datetime

    from config.register import Account
    from config.types import CaseId, SubjectId
    from monitor.app import App
    from storage.values import Case

_MOST_TEXT = 100_000
_MARK = "reported by a person; not read by a programme"


def open_case(
    app: App, *, url: str, text: str, account: Account, by: str, because: str, at: datetime
) -> Case:
    """Open a case on a post that a person reported, or return the one that is open on it.

    Args:
        app: The wired application.
        url: The post's address.
        text: Its words, as the person saw them; kept and judged unless they are known already.
        account: On which account it stands.
        by: Who opens the case.
        because: What was reported; may be empty.
        at: When it was seen; aware UTC.

    Raises:
        OperatorError: The address is none, or there are no words of an unknown post.
    """
    parts = urlsplit(url.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise OperatorError(f"{url!r} is no address of a post", remedy="Copy it from the browser")
    subject = _known(app, account, url.strip())
    if subject is None:
        subject = _record(app, account, url.strip(), text, by=by, at=at)
    with app.repository.writing() as transaction:
        number = transaction.open_case(
            subject,
            severity=Severity.REVIEW,
            history=False,
            due_at=due_by(app, Severity.REVIEW, at=at),
            at=at,
            by=by,
            because=because.strip() or "reported by a person",
        )
    judge_stale(app, as_of=at, accounts=[account])
    case = app.repository.case(number)
    if case is None:
        raise RuntimeError(f"case {number} was opened and is not there")
    return case


def open_account_case(app: App, *, account: Account, by: str, because: str, at: datetime) -> Case:
    """Open a case on an account as such, or return the one that is open on it.

    Args:
        app: The wired application.
        account: Which account.
        by: Who opens the case.
        because: Why; owed: nothing that was read says it.
        at: When; aware UTC.

    Raises:
        OperatorError: No reason.
    """
    if not because.strip():
        raise OperatorError("a reason is owed", remedy='Add --because "…"')
    subject = app.repository.subject(account.id, SubjectKind.ACCOUNT, account.id)
    if subject is None:
        said = "named by a person; whether it is there was not asked yet"
        seen = Seen(
            subject=SubjectKind.ACCOUNT,
            platform_id=account.id,
            at=at,
            outcome=Outcome.CANNOT_TELL,
            detail=said,
        )
        run = app.repository.begin_run(RunKind.SCAN, by=by, at=at)
        app.repository.record(run, account.id, [seen])
        app.repository.end_run(run, at=app.clock.now())
        subject = app.repository.subject(account.id, SubjectKind.ACCOUNT, account.id)
    if subject is None:
        raise RuntimeError(f"{account.id} was recorded and is not there")
    with app.repository.writing() as transaction:
        number = transaction.open_case(
            subject,
            severity=Severity.REVIEW,
            history=False,
            due_at=due_by(app, Severity.REVIEW, at=at),
            at=at,
            by=by,
            because=because.strip(),
        )
        return transaction.case(number)


def seen_gone(app: App, number: CaseId, *, by: str, because: str, at: datetime) -> Case:
    """Close a case because a person looked and the post is no longer there.

    Only where no programme can look: elsewhere two readings decide. A person may also see
    that an account was closed whose login ended with it, so that no reading can tell.

    Args:
        app: The wired application.
        number: Which case.
        by: Who looked.
        because: Where and when; owed.
        at: When; aware UTC.

    Raises:
        OperatorError: No such case, no reason, it is closed otherwise, or a programme reads it.
    """
    case = app.repository.case(number)
    if case is None:
        raise OperatorError(f"there is no case {number}", remedy="See: clerkwatch cases list --all")
    account = next((one for one in app.register if one.id == case.account), None)
    is_readable = account is not None and not is_by_hand(account) and not asks_to_close(case)
    if is_readable and not case.platform_id.startswith(BY_HAND):
        raise OperatorError(
            f"{case.account} is read by programme: two readings decide whether it is gone",
            remedy="Run: clerkwatch verify",
        )
    with app.repository.writing() as transaction:
        standing = transaction.case(number)
        step = move(Step.LOOKED, standing, by=by, because=because)
        if step is not None:
            transaction.step_case(
                number,
                to=step.to,
                resolution=step.resolution,
                by=by,
                because=step.because,
                what=step.what,
                at=at,
            )
    return app.repository.case(number) or case


def account_of(register: tuple[Account, ...], url: str) -> Account:
    """Return the account on which an address stands, where only one can be meant.

    Raises:
        OperatorError: None, or more than one, can be.
    """
    parts = urlsplit(url.strip().casefold())
    pieces = {piece for piece in parts.path.split("/") if piece}
    meant = []
    for account in register:
        handle = account.handle.casefold()
        is_site = urlsplit(handle).hostname
        if (is_site and is_site == parts.hostname) or handle.removeprefix("@") in pieces:
            meant.append(account)
    if len(meant) == 1:
        return meant[0]
    known = ", ".join(one.id for one in register) or "none"
    raise OperatorError(
        "the address does not say on which account this stands",
        remedy=f"Add --account ID; registered are: {known}",
    )


def _known(app: App, account: Account, url: str) -> SubjectId | None:
    """Return the post that is known already under an address, if any."""
    for name in _names(account, url):
        found = app.repository.subject(account.id, SubjectKind.POST, name)
        if found is not None:
            return found
    return None


def _names(account: Account, url: str) -> list[str]:
    """Return the ids under which a platform's reader may have stored a post, likeliest first."""
    bare = url.partition("?")[0].partition("#")[0].rstrip("/")
    return [*_ids_in(account, url).ids, url, bare, f"{bare}/", _own_name(url)]


def _ids_in(account: Account, url: str) -> PostIds:
    """Return what the platform reads out of an address; nothing where it is not known here."""
    try:
        return connectors.of(account).ids_of(account, url)
    except LookupError:
        return PostIds()


def _own_name(url: str) -> str:
    return BY_HAND + hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _record(app: App, account: Account, url: str, text: str, *, by: str, at: datetime) -> SubjectId:
    """Keep what a person saw, as one reading of one post."""
    if not text.strip():
        raise OperatorError(
            "this post is not known yet, so its words are needed",
            remedy='Add --text "…", as it stands there',
        )
    content = Content(own=nfc(text.strip())[:_MOST_TEXT])
    told = _ids_in(account, url)
    name = told.ids[0] if told.is_certain else _own_name(url)
    seen = Seen(
        subject=SubjectKind.POST,
        platform_id=name,
        at=at,
        outcome=Outcome.PRESENT,
        content_hash=content.digest(),
        words=words_of(content),
        url=url,
        detail=_MARK,
    )
    run = app.repository.begin_run(RunKind.SCAN, by=by, at=at)
    app.repository.record(run, account.id, [seen])
    app.repository.end_run(run, at=app.clock.now())
    subject = app.repository.subject(account.id, SubjectKind.POST, name)
    if subject is None:
        raise RuntimeError(f"{name} was recorded on {account.id} and is not there")
    return subject
