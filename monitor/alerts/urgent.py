"""What cannot wait for the morning: which case needs a mail at once, to whom, and the mail.

One mail tells of all that is urgent about a case. Its key holds what the case is about, the
day it was opened and the urgent rules that were ever found on it, not the findings' rule
digests: so a second rule brings a second mail, but a new edition of the rules, or a finding
that is withdrawn, brings none. Nor does the key hold the case's number: after a kill cases may
be numbered in another order, and the mail about one post must still be the same mail.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from config.types import CaseState, Kind, MailKind, Severity
from monitor.alerts.digest import case_record
from monitor.alerts.facts import Stamp, UrgentFacts
from monitor.alerts.house import House
from monitor.alerts.message import Letter, ReplyAddress, envelope, finish, message_id
from monitor.alerts.model import build_urgent
from monitor.alerts.render import urgent_html, urgent_text
from monitor.people.handing import barred
from storage.values import FOLDED, NewMail

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from monitor.alerts.message import Person
    from monitor.app import App
    from storage.values import Case, Finding

SENSITIVE = frozenset({"safeguarding", "personal-data"})
"""Topics that concern whoever is there for safeguarding, and that never wait."""


def is_urgent(case: Case, *, kind: Kind) -> bool:
    """Return whether a case needs a mail at once.

    Args:
        case: As it stands now.
        kind: Of its account; nothing about a member is urgent.
    """
    return (
        case.state is CaseState.OPEN
        and not case.history
        and kind is not Kind.MEMBER
        and bool(urgent_findings(case))
    )


def urgent_findings(case: Case) -> tuple[Finding, ...]:
    """Return the urgent findings that hold on a case, in their order."""
    return tuple(
        stored.finding
        for stored in case.findings
        if stored.finding.severity is Severity.URGENT and stored.withdrawn_at is None
    )


def urgent_key(case: Case, *, zone: str) -> str:
    """Return the natural key of the mail about what is urgent on a case so far.

    Args:
        case: With its findings, withdrawn ones too.
        zone: IANA zone of the council, for the day on which the case was opened.

    Returns:
        For example ``urgent:council-x:2026-11-23:`` and 16 hexadecimal digits that stand for
        the subject's kind, its id on the platform and the urgent rules.
    """
    rules = {
        stored.finding.rule
        for stored in (*case.findings, *case.withdrawn)
        if stored.finding.severity is Severity.URGENT
    }
    named = "\n".join([case.subject_kind.value, case.platform_id, *sorted(rules)])
    packed = hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    opened_on = case.opened_at.astimezone(ZoneInfo(zone)).date().isoformat()
    return f"{MailKind.URGENT.value}:{case.account}:{opened_on}:{packed}"


def compose_urgent(facts: UrgentFacts, *, sender: str, people: Sequence[Person]) -> NewMail:
    """Return the finished urgent mail about one case.

    Args:
        facts: What is to be told; `is_urgent` holds for its case.
        sender: Bare address the mail comes from.
        people: Who is told.

    Raises:
        MailError: An address is not usable, or there is nobody to tell.
    """
    case = facts.case
    key = urgent_key(case, zone=facts.zone)
    urgent = build_urgent(facts, key=key)
    letter = Letter(
        key=key,
        kind=MailKind.URGENT.value,
        council=facts.council,
        sender=sender,
        people=tuple(people),
        subject=urgent.subject,
        text=urgent_text(urgent),
        html=urgent_html(urgent),
        at=facts.as_of,
        zone=facts.zone,
        stamp=facts.stamp,
        answers_to=None
        if facts.codes is None
        else ReplyAddress(name=facts.council, email=facts.codes.address(key, case.id)),
        follows=facts.follows,
        record={
            "as_of": facts.as_of.isoformat(),
            "version": facts.stamp.version,
            "run": facts.stamp.run,
            "ledger": {"entries": facts.stamp.entries, "head": facts.stamp.head},
            "rules": facts.stamp.rules,
            "cases": [case_record(case)],
        },
    )
    return NewMail(
        key=key,
        kind=MailKind.URGENT,
        message_id=message_id(key, council=facts.council, sender=sender),
        subject=urgent.subject,
        body=finish(letter),
        recipients=envelope(people),
        cases=(case.id,),
    )


def urgent_mail(app: App, case: Case, *, as_of: datetime) -> NewMail | None:
    """Return the mail about a case that is being opened or joined in this transaction.

    Args:
        app: The wired application; only read from.
        case: As it stands inside the transaction.
        as_of: The present moment; aware UTC.

    Returns:
        The finished mail; None when nothing about the case is urgent, or its account is
        in the register no more.

    Raises:
        MailError: An address is not usable, or there is nobody to tell.
        StorageError: The ledger's head cannot be read.
    """
    house = House.of_app(app)
    watched = next((one for one in house.watched if one.account.id == case.account), None)
    if watched is None or not is_urgent(case, kind=watched.account.kind):
        return None
    entries, head = app.repository.ledger_head()
    facts = UrgentFacts(
        council=house.council,
        zone=house.zone,
        as_of=as_of,
        case=case,
        account=watched.facts(),
        policy=house.policy,
        harmless=house.harmless,
        codes=app.codes,
        follows=_thread(app, house, case),
        stamp=Stamp(version=house.version, entries=entries, head=head, rules=house.rules),
    )
    told = house.rota.called(
        [finding.topic for finding in urgent_findings(case)],
        as_of=as_of,
        barred=barred(app, case),
    )
    return compose_urgent(facts, sender=house.sender, people=told)


def _thread(app: App, house: House, case: Case) -> str:
    """Return the Message-ID of the first urgent mail about a case, so that all form one thread."""
    own = urgent_key(case, zone=house.zone)
    told = [one.key for one in app.repository.offers(case.id, since=case.opened_at)]
    earlier = [
        key
        for key in told
        if key.startswith(f"{MailKind.URGENT.value}:") and not key.startswith(FOLDED) and key != own
    ]
    if not earlier:
        return ""
    return message_id(earlier[-1], council=house.council, sender=house.sender)
