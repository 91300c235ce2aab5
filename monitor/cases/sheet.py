"""The parts of a case's paper: finished texts in frozen values, and the words for closed sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.types import CaseState, Kind, Outcome, Reason, Resolution, Severity
from monitor.alerts.hardening import one_line
from monitor.alerts.wording import capital

if TYPE_CHECKING:
    from collections.abc import Mapping

    from config.policy import Policy
    from config.types import ClauseId, RuleId
    from storage.values import LedgerLine

UNDECIDED = "Automated suggestion, not decided."
AUTHOR = "Posted by the page: who wrote it is not known."
OUTCOMES = {
    Outcome.PRESENT: "visible",
    Outcome.EDITED: "visible, with changed content",
    Outcome.GONE: "no longer visible",
    Outcome.CANNOT_TELL: "could not be told",
}
REASONS = {
    Reason.AUTH_EXPIRED: "the platform no longer accepted the login",
    Reason.FORBIDDEN: "the platform refused access",
    Reason.QUOTA_MONEY: "the budget for reading was spent",
    Reason.RATE_LIMIT: "the platform asked to wait",
    Reason.GONE_OR_HIDDEN: "the platform no longer shows it; account and login were alive",
    Reason.ACCOUNT_GONE: "the platform no longer shows the account",
    Reason.PARTIAL: "the answer was incomplete",
    Reason.TRANSIENT: "the platform could not be reached",
    Reason.CONTRACT: "the platform's answer was not understood",
}
STATES = {
    CaseState.OPEN: "Open: nobody has decided yet.",
    CaseState.ACKNOWLEDGED: "Somebody is dealing with it; nothing has been decided yet.",
    CaseState.REMOVAL_REQUESTED: "Its removal has been requested.",
    CaseState.VERIFYING: "Its removal was requested and is being verified.",
    CaseState.ESCALATED: "It has been passed on; nothing has been decided yet.",
    CaseState.CLOSED: "Closed.",
}
RESOLUTIONS = {
    Resolution.REMOVED: "Closed: it is no longer visible.",
    Resolution.CORRECTED: "Closed: it was corrected.",
    Resolution.DISMISSED: "Closed: not a breach.",
    Resolution.LEFT: "Closed: it was left as it is.",
    Resolution.NO_LONGER_APPLIES: "Closed: what was found no longer applies.",
}
BESIDE = {
    "alt": "a picture's description",
    "attachment": "a preview",
    "poll": "a poll",
    "referenced": "another post that it shares",
    "tag": "tags",
    "title": "a title",
}
MAILS = {"urgent": "urgent mail", "digest": "morning digest", "technical": "technical mail"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What the paper needs beside the case.

    Attributes:
        zone: IANA zone of the council.
        title: What the account is called in full.
        titles: How each clause is called.
        harmless: By rule: why what was found may be fine.
        read_every: How often accounts are read, in words.
        faults: What is wrong with the record itself; none if it is whole.
        verifier: SHA-256 of the verifier in the pack.
        given: How many of the case's ledger entries are opened in the pack.
        words_in: Folder of the pack with the words.
    """

    council: str
    zone: str
    title: str
    policy: Policy
    titles: Mapping[ClauseId, str]
    harmless: Mapping[RuleId, str]
    read_every: str
    verifier: str
    given: int
    words_in: str
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A fact with its name."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One version of the content, and when it stood there."""

    label: str
    appeared: str
    lasted: str
    lines: tuple[str, ...]
    notes: tuple[str, ...]
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One finding."""

    why: str
    harmless: str
    quote: str
    details: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One clause in its own words, with what was found under it."""

    title: str
    words: str
    found: tuple[Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under headings."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """The whole paper; every text is finished."""

    title: str
    council: str
    number: int
    is_released: bool
    is_masked: bool
    standing: str
    undecided: str
    faults: tuple[str, ...]
    facts: tuple[Row, ...]
    versions: tuple[Shown, ...]
    clauses: tuple[Clause, ...]
    policy: str
    visible: str
    readings: Table
    events: Table
    told: Table
    kept: Table
    profile: tuple[Row, ...]
    missing: tuple[str, ...]
    head: str
    head_at: str
    entries: Table
    custody: tuple[str, ...]
    words_in: str


def kind_word(kind: Kind) -> str:
    """Return how a kind of account is called."""
    return {Kind.PARTNER: "Partner's", Kind.MEMBER: "Member's", Kind.OFFICER: "Officer's"}.get(
        kind, capital(kind.value)
    )


def severity_words(severity: Severity) -> str:
    """Return how soon a finding is told."""
    return {
        Severity.URGENT: "told at once",
        Severity.REVIEW: "told in the morning mail",
        Severity.NOTE: "noted, not told",
    }[severity]


def entry_words(line: LedgerLine) -> str:
    """Return what a ledger entry is; a note says so itself."""
    said = line.reference.partition(":")[2] if line.kind == "note" else line.kind
    return capital(one_line(said))
