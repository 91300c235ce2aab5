"""Holds: why something must not be purged, and the question that every purge must ask.

Who alters, erases or conceals a record after somebody asked for it, to prevent its being
disclosed, commits an offence (Freedom of Information Act 2000, section 77); the first person
convicted was a town clerk. So a hold is put before anything is taken down, and a purge asks
`is_held` first, in the transaction in which it purges. Only copies that are unlawful to keep
go before a hold (`copying`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.errors import OperatorError
from config.types import HoldReason
from storage.values import NewHold

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from config.types import AccountId, CaseId, HoldId
    from storage.repository import Repository
    from storage.values import Hold

_MOST_WORDS = 2_000
_SIGNS = (
    (
        HoldReason.FOI,
        (
            r"\b(?:foia?|eirs?|information request|(?:freedom of|environmental) information"
            r"|subject access|d?sar|ico)\b"
        ),
    ),
    (HoldReason.POLICE, r"\b(?:police|crime|criminal|court|officer in the case)\b"),
    (
        HoldReason.DISCIPLINARY,
        r"\b(?:disciplin\w*|hr|grievance|hearing|misconduct|standards|monitoring officer)\b",
    ),
    (HoldReason.COMPLAINT, r"\b(?:complain\w*|ombudsman)\b"),
)
_PATTERNS = tuple((reason, re.compile(sign, re.IGNORECASE)) for reason, sign in _SIGNS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """What somebody means to purge.

    What is not known is None, and then every hold that could concern it does: keeping too
    much for a while can be put right, purging too much cannot.

    Attributes:
        cases: Cases it belongs to; None: not known. Empty: it belongs to none.
        account: On which account; None: not known.
        since: When it began to stand or to happen; aware UTC.
        until: When it last did; aware UTC.
    """

    cases: frozenset[CaseId] | None = None
    account: AccountId | None = None
    since: datetime | None = None
    until: datetime | None = None


def reason_of(words: str) -> HoldReason:
    """Return why something is held, from a person's own words; `OTHER` when they do not say.

    A hold is never refused because its reason was put unusually.
    """
    for reason, pattern in _PATTERNS:
        if pattern.search(words):
            return reason
    return HoldReason.OTHER


def concerns(hold: Hold, thing: Thing) -> bool:
    """Return whether a hold, if it was not released, keeps a thing from being purged."""
    if hold.released_at is not None:
        return False
    if hold.case is not None and thing.cases is not None and hold.case not in thing.cases:
        return False
    if hold.account is not None and thing.account is not None and hold.account != thing.account:
        return False
    is_after = hold.until is not None and thing.since is not None and thing.since >= hold.until
    is_before = hold.since is not None and thing.until is not None and thing.until < hold.since
    return not (is_after or is_before)


def holding(holds: Iterable[Hold], thing: Thing) -> list[Hold]:
    """Return the holds that keep a thing from being purged."""
    return [hold for hold in holds if concerns(hold, thing)]


def is_held(repository: Repository, thing: Thing) -> bool:
    """Return whether a thing must not be purged; ask it in the transaction that purges.

    Raises:
        StorageError: The database cannot be read.
    """
    return bool(holding(repository.holds(), thing))


def put_hold(
    repository: Repository,
    *,
    by: str,
    because: str,
    at: datetime,
    reason: HoldReason | None = None,
    case: CaseId | None = None,
    account: AccountId | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Hold:
    """Put a hold on a case, an account, a stretch of time, or (with none of them) everything.

    The same hold again, while it holds, is the one that is there.

    Args:
        repository: Where it is remembered.
        by: Who puts it.
        because: Why, in their words; owed unless ``reason`` is given.
        at: When; aware UTC.
        reason: The kind of reason; None: as the words say (`reason_of`).
        case: Only this case and its post.
        account: Only this account.
        since: Only what stood or happened from then on; aware UTC.
        until: Only what stood or happened before; aware UTC.

    Raises:
        OperatorError: No reason, an unknown case or account, or dates in the wrong order.
    """
    said = " ".join(because.split())[:_MOST_WORDS]
    if not said and reason is None:
        raise OperatorError(
            "a hold needs a reason",
            remedy="Say why, for example: FOI request 17/2026, complaint of 3 March, police",
        )
    if since is not None and until is not None and since >= until:
        raise OperatorError("the hold would end before it begins", remedy="Exchange the two dates")
    if case is not None and repository.case(case) is None:
        raise OperatorError(f"there is no case {case}", remedy="See: clerkwatch cases list --all")
    if account is not None and all(one.id != account for one in repository.accounts()):
        raise OperatorError(
            f"no account {account!r} is remembered", remedy="See: clerkwatch accounts list"
        )
    wanted = NewHold(
        reason=reason or reason_of(said),
        by=by,
        because=said,
        case=case,
        account=account,
        since=since,
        until=until,
    )
    with repository.writing() as transaction:
        number = transaction.add_hold(wanted, at=at)
    return _known(repository, number)


def release_hold(
    repository: Repository, number: HoldId, *, by: str, because: str, at: datetime
) -> Hold:
    """Release a hold; a second time changes nothing.

    Args:
        repository: Where it is remembered.
        number: Which hold.
        by: Who releases it.
        because: Why it is over; owed.
        at: When; aware UTC.

    Raises:
        OperatorError: There is no such hold, or no reason.
    """
    standing = _known(repository, number)
    if standing.released_at is not None:
        return standing
    said = " ".join(because.split())[:_MOST_WORDS]
    if not said:
        raise OperatorError(
            "releasing a hold needs a reason",
            remedy='Add --because "…", for example that the request was answered on 3 March',
        )
    with repository.writing() as transaction:
        transaction.release_hold(number, by=by, because=said, at=at)
    return _known(repository, number)


def _known(repository: Repository, number: HoldId) -> Hold:
    for hold in repository.holds(released=True):
        if hold.id == number:
            return hold
    raise OperatorError(f"there is no hold {number}", remedy="See: clerkwatch hold list --all")
