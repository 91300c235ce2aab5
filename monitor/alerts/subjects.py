"""The subject of the digest: on a quiet day it is the whole message, readable on a lock screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.types import Severity, SubjectKind
from monitor.alerts.cards import ordered_findings
from monitor.alerts.hardening import one_line
from monitor.alerts.wording import capital, count, place
from monitor.cases.life import is_hijack

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from monitor.alerts.facts import AccountFacts, PolicyWords
    from monitor.alerts.wording import Calendar
    from storage.values import Case

_NOUNS = {
    SubjectKind.POST: "post",
    SubjectKind.PROFILE: "profile",
    SubjectKind.ACCOUNT: "account",
}

# What an urgent mail may be about, by topic; other topics are called by their clause.
_MAY = {
    "abuse": "may be abusive",
    "confidential": "may give away confidential business",
    "defamation": "may accuse a person or a firm",
    "discrimination": "may discriminate against people",
    "freeze": "may break the rules before the election",
    "hate": "may be hateful",
    "illegal": "may be unlawful",
    "offensive": "may be offensive",
    "personal-data": "may give somebody's personal details",
    "safeguarding": "may give details of a child or of a person at risk",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What decides the subject.

    Attributes:
        decisions: Cases that need a decision now.
        older: History cases told of in this mail.
        overdue: Removals asked for whose deadline has passed.
        accounts: Accounts that are read by programme.
        unread: How many of them were not.
        opening: First day of a pre-election period that has just begun.
        opened: Older posts that need a decision because of it.
    """

    decisions: Sequence[Case]
    older: int
    overdue: int
    accounts: int
    unread: int
    opening: date | None = None
    opened: int = 0

    @property
    def read(self) -> int:
        """Accounts that were read."""
        return self.accounts - self.unread


def digest_subject(tally: Tally, *, calendar: Calendar) -> str:
    """Return the digest's subject.

    Args:
        tally: The numbers.
        calendar: Says dates in the council's zone.
    """
    if tally.opening and tally.opened:
        starts = "starts" if tally.opening >= calendar.today else "started"
        day = calendar.short_day(tally.opening)
        older = count(tally.opened, "older post")
        return f"The pre-election period {starts} on {day}: {older} to review"
    return f"{_state(tally)} — {calendar.short_day(calendar.today)}"


def urgent_subject(case: Case, *, account: AccountFacts, policy: PolicyWords) -> tuple[str, str]:
    """Return the subject and the first sentence of an urgent mail; never the post's words.

    Args:
        case: With at least one finding that holds.
        account: Where it stands.
        policy: For the clause's name, where the topic has no words of its own.
    """
    findings = ordered_findings(case)
    worst = next((found for found in findings if found.severity is Severity.URGENT), findings[0])
    clause = one_line(policy.titles.get(worst.clause, worst.clause))
    may = _MAY.get(worst.topic, f"may breach {clause}")
    if is_hijack(case):
        what = f"{place(account.short)} may be in someone else's hands"
    elif case.subject_kind is SubjectKind.POST:
        what = f"a post on {place(account.short)} {may}"
    else:
        what = f"the {_NOUNS[case.subject_kind]} of {place(account.short)} {may}"
    return f"Urgent: {what} [case {case.id}]", f"{capital(what)}."


def needing(cases: Sequence[Case]) -> str:
    """Return ``2 posts need a decision`` or ``1 post and 1 profile need a decision``."""
    kinds = [
        count(number, noun)
        for kind, noun in _NOUNS.items()
        if (number := sum(case.subject_kind is kind for case in cases))
    ]
    verb = "needs" if len(cases) == 1 else "need"
    return f"{' and '.join(kinds)} {verb} a decision"


def _state(tally: Tally) -> str:
    """Return the subject without its date."""
    work = []
    if tally.overdue:
        work.append(f"{count(tally.overdue, 'removal')} overdue")
    if tally.decisions:
        work.append(needing(tally.decisions))
        if tally.older:
            work.append(f"{count(tally.older, 'older post')} to review")
    if work and tally.unread:
        work.append(f"{count(tally.unread, 'account')} not read")
    if work:
        return ", ".join(work)
    if tally.unread:
        return _blind(tally)
    return _quiet(tally)


def _blind(tally: Tally) -> str:
    """Return the subject when nothing is to be decided but something was not read."""
    if not tally.read:
        return "No account could be read" if tally.accounts > 1 else "The account could not be read"
    new = "new " if tally.older else ""
    missing = f"{count(tally.unread, 'account')} could not be read"
    return f"{missing}, nothing {new}flagged on the other {tally.read}"


def _quiet(tally: Tally) -> str:
    """Return the subject when nothing is to be decided and everything was read."""
    if not tally.accounts:
        return "No decision needed: no account is read by programme"
    everything = f"{tally.read} of {tally.accounts} accounts read"
    if tally.older:
        return f"Nothing new flagged, {count(tally.older, 'older post')} to review: {everything}"
    return f"No decision needed: {everything}"
