"""The morning mail, finished: text, HTML and the record attached, at most 100 KB in all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.types import MailKind
from monitor.alerts.message import Letter, ReplyAddress, envelope, finish, message_id
from monitor.alerts.model import Limits, build_digest
from monitor.alerts.render import digest_html, digest_text
from monitor.alerts.wording import Calendar
from monitor.cases.replies.codes import ABOUT_ALL
from storage.values import NewMail

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from monitor.alerts.facts import DigestFacts
    from monitor.alerts.message import Person
    from monitor.alerts.model import Digest
    from storage.values import Case

MOST_BYTES = 100_000
# Cases whose rules the attachment names; the others are only numbered.
_MOST_RECORDED = 60
_STEPS = (
    Limits(),
    Limits(lines=50, quote=400),
    Limits(lines=25, quote=200),
    Limits(full=5, lines=15, quote=120),
    Limits(full=2, lines=5, quote=80),
)


def digest_key(on: date) -> str:
    """Return the digest's natural key for a council date: one a day."""
    return f"{MailKind.DIGEST.value}:{on.isoformat()}"


def compose_digest(facts: DigestFacts, *, sender: str, people: Sequence[Person]) -> NewMail:
    """Return the finished digest, the same bytes for the same facts.

    Args:
        facts: What is to be told.
        sender: Bare address the mail comes from.
        people: Who gets it.

    Returns:
        A mail of at most 100 KB: where there is too much to tell, less is told in full.

    Raises:
        MailError: An address is not usable, or there is nobody to tell.
    """
    calendar = Calendar(zone=facts.zone, as_of=facts.as_of)
    key = digest_key(calendar.today)
    digest, body = _smallest(facts, key=key, sender=sender, people=tuple(people))
    return NewMail(
        key=key,
        kind=MailKind.DIGEST,
        message_id=message_id(key, council=facts.council, sender=sender),
        subject=digest.subject,
        body=body,
        recipients=envelope(people),
        cases=digest.cases,
    )


def case_record(case: Case) -> dict[str, object]:
    """Return what the attachment says of a case: rules and clauses, never words of a post."""
    return {
        "id": case.id,
        "account": case.account,
        "state": case.state.value,
        "severity": case.severity.value,
        "history": case.history,
        "findings": [
            {
                "clause": stored.finding.clause,
                "rule": stored.finding.rule,
                "digest": stored.finding.digest,
                "basis": stored.finding.basis.value,
                "context": stored.finding.context,
                "version": stored.version,
            }
            for stored in case.findings
        ],
    }


def _smallest(
    facts: DigestFacts, *, key: str, sender: str, people: tuple[Person, ...]
) -> tuple[Digest, bytes]:
    """Return the fullest digest that is small enough, else the barest one."""
    digest, body = _finished(facts, key=key, sender=sender, people=people, limits=_STEPS[0])
    for limits in _STEPS[1:]:
        if len(body) <= MOST_BYTES:
            break
        digest, body = _finished(facts, key=key, sender=sender, people=people, limits=limits)
    return digest, body


def _finished(
    facts: DigestFacts, *, key: str, sender: str, people: tuple[Person, ...], limits: Limits
) -> tuple[Digest, bytes]:
    """Return the digest within limits, and its bytes."""
    digest = build_digest(facts, limits=limits, key=key)
    letter = Letter(
        key=key,
        kind=MailKind.DIGEST.value,
        council=facts.council,
        sender=sender,
        people=people,
        subject=digest.subject,
        text=digest_text(digest),
        html=digest_html(digest),
        at=facts.as_of,
        zone=facts.zone,
        stamp=facts.stamp,
        answers_to=None
        if facts.codes is None
        else ReplyAddress(name=facts.council, email=facts.codes.address(key, ABOUT_ALL)),
        record=_record(facts, digest, most=min(_MOST_RECORDED, limits.full + limits.lines)),
    )
    return digest, finish(letter)


def _record(facts: DigestFacts, digest: Digest, *, most: int) -> dict[str, object]:
    """Return the attachment of the digest."""
    cases = {case.id: case for case in (*facts.cases, *facts.history)}
    shown = [cases[number] for number in digest.cases if number in cases][:most]
    return {
        "as_of": facts.as_of.isoformat(),
        "covered_from": facts.covered_from.isoformat() if facts.covered_from else None,
        "version": facts.stamp.version,
        "run": facts.stamp.run,
        "ledger": {"entries": facts.stamp.entries, "head": facts.stamp.head},
        "rules": facts.stamp.rules,
        "accounts": [
            {
                "id": account.id,
                "by_hand": account.by_hand,
                "read": account.is_read(as_of=facts.as_of, pull_every=facts.pull_every),
                "last_read_at": account.last_read_at and account.last_read_at.isoformat(),
                "reason": account.reason and account.reason.value,
            }
            for account in facts.accounts
        ],
        "cases": [case_record(case) for case in shown],
        "more_cases": max(0, len(digest.cases) - len(shown)),
    }
