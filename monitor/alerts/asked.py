"""What a mail to the owner of an account tells, before and after it is written."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from config.types import RuleId
    from monitor.alerts.facts import AccountFacts, PolicyWords, Stamp
    from monitor.alerts.message import Addressee
    from monitor.cases.replies.codes import Codes
    from storage.values import Case


class About(Enum):
    """What is asked, and on which occasion."""

    REMOVAL = "take down"
    CORRECTION = "correct"
    CLOSURE = "close"
    RECOVERY = "win back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whom a mail is for; an account's owner has no part in deciding."""

    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingFacts:
    """Everything a mail to an owner tells.

    Attributes:
        zone: IANA zone of the council.
        account: The account's names and kind.
        owner: Whom it is for.
        about: What is asked.
        approved_by: Who decided to ask, as shown; empty: not said.
        approved_at: When.
        due_at: By when it is to be done.
        policy_title: As printed on the policy.
        steps: How it is done on that platform; empty: nothing is said.
        until: Last day on which a closed account is to stay closed; None: for good.
        by_hand: No programme looks whether it was done.
        answers_to: Who reads the answer.
        codes: Make the address at which the answer is kept; None: no reply is read.
        harmless: By rule: why what was found may be fine.
    """

    council: str
    zone: str
    as_of: datetime
    case: Case
    account: AccountFacts
    owner: Owner
    about: About
    approved_by: str
    approved_at: datetime
    due_at: datetime
    policy: PolicyWords
    policy_title: str
    steps: str
    until: date | None
    by_hand: bool
    answers_to: Addressee
    stamp: Stamp
    harmless: Mapping[RuleId, str]
    codes: Codes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One labelled line."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A mail to an owner, finished but for its layout.

    Attributes:
        lead: What is asked, in one sentence.
        opening: Who asks, what, by when, why.
        facts: Where, when, which address.
        quote: The words, as lines; empty if masked or without words.
        closing: How, and what else there is to say.
        foot: In small.
    """

    council: str
    subject: str
    date: str
    lead: str
    greeting: str
    opening: tuple[str, ...]
    facts: tuple[Fact, ...]
    quote: tuple[str, ...]
    closing: tuple[str, ...]
    foot: tuple[str, ...]
