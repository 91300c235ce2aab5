"""One morning's mails, finished: the digest, and the technician's details where there are any.

Nothing is written here: whoever asks puts the mails into the outbox, in one transaction
with ``acknowledge_register_changes``, or shows them as a preview.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.types import CoverageStatus
from monitor.alerts.digest import compose_digest
from monitor.alerts.technical import compose_technical

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.types import AccountId
    from monitor.alerts.facts import DigestFacts
    from monitor.alerts.message import Person
    from storage.repository import Repository
    from storage.values import NewMail

# Runs in which the newest error of an account is looked for: some days of pulls.
_MOST_RUNS = 200


def morning_mails(
    repository: Repository, facts: DigestFacts, *, sender: str, people: Sequence[Person]
) -> tuple[NewMail, ...]:
    """Return the digest, then the technical mail if there is something to say in one.

    Args:
        repository: For the errors' own words, which only the technical mail tells.
        facts: As gathered.
        sender: Bare address the mails come from.
        people: All people.

    Returns:
        One or two mails; one whose key is in the outbox already is not sent twice.

    Raises:
        MailError: An address is not usable, or there is nobody to tell.
        StorageError: The database cannot be read.
    """
    digest = compose_digest(facts, sender=sender, people=people)
    details = compose_technical(
        facts, sender=sender, people=people, errors=newest_errors(repository)
    )
    return (digest,) if details is None else (digest, details)


def newest_errors(repository: Repository) -> dict[AccountId, str]:
    """Return the error of each account whose newest reading had one.

    Raises:
        StorageError: The database cannot be read.
    """
    errors: dict[AccountId, str] = {}
    known: set[AccountId] = set()
    for run in repository.runs(limit=_MOST_RUNS):
        for covered in run.coverage:
            if covered.account in known or covered.status is CoverageStatus.SKIPPED:
                continue
            known.add(covered.account)
            if covered.error:
                errors[covered.account] = covered.error
    return errors
