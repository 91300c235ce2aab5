"""What is written down beside the life of a case: the owner's answer, and who deals with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.errors import OperatorError
from monitor.cases.decisions import take
from monitor.cases.life import Step

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from config.types import CaseId
    from monitor.cases.owners import Listed
    from storage.repository import Repository
    from storage.values import Case

_MOST_ANSWER = 20_000


def answer(repository: Repository, number: CaseId, *, by: str, words: str, at: datetime) -> Case:
    """Keep what the account's owner says about a case: the right of reply.

    It is printed on the case's paper as it is. The same words are kept once.

    Args:
        repository: Where the case is.
        number: Which case, closed ones too.
        by: Who says it: the owner, as named.
        words: What they say, at most 20,000 characters; hostile text.
        at: When it came; aware UTC.

    Raises:
        OperatorError: No such case, nobody named, no words, or too many.
    """
    if len(words) > _MOST_ANSWER:
        raise OperatorError(
            f"the answer has {len(words):,} characters; at most {_MOST_ANSWER:,} are kept",
            remedy="Keep the long form beside the pack, and a summary here",
        )
    return take(repository, number, Step.ANSWER, by=by, because=words, at=at)


def assign(
    repository: Repository,
    number: CaseId,
    *,
    to: str,
    people: Sequence[Listed],
    by: str,
    at: datetime,
) -> Case:
    """Give a case to a listed person; to whom it is given already changes nothing.

    Args:
        repository: Where the case is.
        number: Which case; not a closed one.
        to: A role, a name or an address, as listed.
        people: Those who are listed.
        by: Who gives it.
        at: When; aware UTC.

    Raises:
        OperatorError: No such case, it is closed, or nobody or more than one is meant.
    """
    said = to.strip().casefold()
    meant = [
        person
        for person in people
        if said in {person.role.value, person.name.casefold(), person.email.casefold()}
    ]
    if len(meant) != 1:
        known = ", ".join(f"{one.role.value} ({one.name})" for one in people) or "nobody"
        problem = "is nobody who is listed" if not meant else "is more than one person"
        raise OperatorError(f"{to!r} {problem}", remedy=f"Listed are: {known}; give a name")
    return take(repository, number, Step.ASSIGN, by=by, because=meant[0].name, at=at)
