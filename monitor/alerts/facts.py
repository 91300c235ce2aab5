"""What a mail is made of: plain facts, gathered elsewhere, frozen here.

`gather` fills these from the repository; tests write them by hand. Nothing in here decides
anything. All instants are aware UTC, all texts are raw: hardening them is the model's job.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from config.types import AccountId, CaseId, ClauseId, Kind, Reason, RuleId, TopicId
    from monitor.breaker import Held
    from monitor.cases.replies.codes import Codes
    from storage.values import Case, LastingGap, RegisterChange


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyWords:
    """The adopted policy's own words, for quoting.

    Attributes:
        titles: How a clause is called in a mail: ``Terms of Use 5``.
        clauses: A clause's whole words.
        topics: The stretch of its clause that a topic relies on.
    """

    titles: Mapping[ClauseId, str] = field(default_factory=dict)
    clauses: Mapping[ClauseId, str] = field(default_factory=dict)
    topics: Mapping[TopicId, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """One registered account, as far as the digest speaks of it.

    Attributes:
        title: In full: ``Facebook page "Elstree & Borehamwood Town Council"``.
        short: For lists: ``Facebook``.
        by_hand: No programme reads it; it is not in "7 of 7".
        is_owner_reachable: Its owner can be written to.
        last_read_at: End of the newest complete reading; None: never.
        failing_since: Start of the present run of failures; None when it works.
        reason: Class of the present failure.
        retry_at: When it is tried again; None: at the next pull.
        blind_spots: What cannot be seen there at all ("Reels").
        looked_at: ``by_hand``: when a person last looked; None: never.
        review_every_days: ``by_hand``: how often a person looks.
        undecided: ``by_hand``: what the council has to decide before a programme may read it.
        closed_by: The case by which it was closed on request, so that nothing can be read
            there and nothing is missed; None: it was not.
        gaps: What cannot be read any more and nobody has looked at, oldest first.
    """

    id: AccountId
    title: str
    short: str
    kind: Kind
    owner: str
    by_hand: bool = False
    is_owner_reachable: bool = False
    last_read_at: datetime | None = None
    failing_since: datetime | None = None
    reason: Reason | None = None
    retry_at: datetime | None = None
    blind_spots: tuple[str, ...] = ()
    looked_at: datetime | None = None
    review_every_days: int = 14
    undecided: str = ""
    closed_by: CaseId | None = None
    gaps: tuple[LastingGap, ...] = ()

    @property
    def is_by_programme(self) -> bool:
        """Whether a programme reads it, or would: it counts in "7 of 7"."""
        return not self.by_hand and self.closed_by is None

    def is_read(self, *, as_of: datetime, pull_every: timedelta) -> bool:
        """Return whether a complete reading ended within twice ``pull_every``."""
        return self.last_read_at is not None and as_of - self.last_read_at <= 2 * pull_every

    def is_due(self, *, as_of: datetime) -> bool:
        """Return whether a person should look at an account that is watched by hand."""
        if not self.by_hand:
            return False
        every = timedelta(days=self.review_every_days)
        return self.looked_at is None or as_of - self.looked_at >= every


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """Somebody who is away now or soon.

    Attributes:
        from_on: First day, in the council's zone.
        until_on: Last day.
        instead: Who is asked to decide in their place; empty: they are not asked anyway.
    """

    name: str
    from_on: date
    until_on: date
    instead: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChange:
    """The rules changed: how many older posts were newly flagged and marked as history."""

    newly_flagged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A pre-election period that starts, or is noticed, in the interval this digest covers."""

    starts_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What reading one platform has cost this calendar month (UTC), in US dollars."""

    title: str
    amount: Decimal
    budget: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MondayFacts:
    """What is said once a week only.

    Attributes:
        policy_title: ``Social Media Policy``.
        policy_overdue: When its review was due, as printed ("October 2020"); empty: not overdue.
        untold: Titles of accounts whose users have not been told of the monitoring.
        backup: What is said of copies off this machine, finished.
        ends: Sentences about sell-by dates at most 180 days ahead.
        unattested: Ids of accounts for which nobody has said within half a year who can log
            in and with which address (requirement 1: no platform shows it).
        outside: Titles of accounts with a login whose address is neither the council's nor a
            named organisation's.
    """

    costs: tuple[Cost, ...] = ()
    policy_title: str = "Social Media Policy"
    policy_overdue: str = ""
    untold: tuple[str, ...] = ()
    backup: str = ""
    ends: tuple[str, ...] = ()
    unattested: tuple[AccountId, ...] = ()
    outside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Where in the record a mail stands; for headers and the attachment, never for the text.

    Attributes:
        version: Of clerkwatch.
        run: Newest run; None: there was none.
        entries: Number of the newest ledger entry.
        head: Its hash.
        rules: Digest of the rules in force.
    """

    version: str
    run: int | None = None
    entries: int = 0
    head: str = ""
    rules: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestFacts:
    """Everything the morning digest tells.

    Attributes:
        zone: IANA zone of the council.
        wait_until: By when a person is asked to act on what cannot be read.
        covered_from: End of the previous digest; None: this is the first.
        missed: Dates without a digest, folded into this one; oldest first.
        pull_every: How often accounts are read.
        accounts: The register in its order, retired accounts left out.
        posts_checked: New and changed posts read since ``covered_from``.
        pictures_unread: In how many of their pictures the text was not read; None: nobody counted.
        cases: Open cases that are not history.
        held: Cases that are told of in one paragraph: a rule found far more than usual.
        history: History cases that no digest has told of yet.
        older_waiting: How many open history cases were told of before and stand as before.
        older_gone: Open history cases told of before whose post is no longer visible.
        waiting: Acknowledged, removal requested, verifying, escalated.
        closed: Closed since ``covered_from``.
        to_open: Closed because an account was closed for a period, which is over by now.
        refused: Cases of mails that a server refused for good; for one plain sentence.
        policy: For quoting.
        harmless: By rule: why what was found may be fine.
        coming: Finished sentences about elections, soonest first.
        next_poll: ``Next election: Thursday 6 May 2027; nothing to do until 3 March.`` or
            empty; said on a quiet day.
        opening: A pre-election period has just begun.
        reminders: That a period begins in so many days; said first, once each.
        swept: How far older posts were read for the period, as part of what was read.
        technical_told: The details of failures go to a person for technical matters.
        codes: Makes the codes of replies; None: no reply is read.
        away: Who is away now or soon.
        monday: Weekly matters; None on other days.
        post: Finished sentences about mails that came back and replies that cannot be read.
        post_details: The same for who looks after the machine.
        erasing: What is kept of cases and is soon erased, a finished sentence each.
        backup_details: A copy off this machine that fails, for who looks after it.
    """

    council: str
    zone: str
    as_of: datetime
    wait_until: datetime
    covered_from: datetime | None
    pull_every: timedelta
    accounts: tuple[AccountFacts, ...]
    policy: PolicyWords
    stamp: Stamp
    missed: tuple[date, ...] = ()
    posts_checked: int = 0
    pictures_unread: int | None = None
    cases: tuple[Case, ...] = ()
    held: tuple[Held, ...] = ()
    history: tuple[Case, ...] = ()
    older_waiting: int = 0
    older_gone: tuple[Case, ...] = ()
    waiting: tuple[Case, ...] = ()
    closed: tuple[Case, ...] = ()
    to_open: tuple[Case, ...] = ()
    refused: tuple[str, ...] = ()
    harmless: Mapping[RuleId, str] = field(default_factory=dict)
    register_changes: tuple[RegisterChange, ...] = ()
    rule_changes: tuple[RuleChange, ...] = ()
    coming: tuple[str, ...] = ()
    next_poll: str = ""
    opening: Opening | None = None
    reminders: tuple[str, ...] = ()
    swept: tuple[str, ...] = ()
    technical_told: bool = False
    codes: Codes | None = None
    away: tuple[Away, ...] = ()
    monday: MondayFacts | None = None
    post: tuple[str, ...] = ()
    post_details: tuple[str, ...] = ()
    backup_details: tuple[str, ...] = ()
    erasing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UrgentFacts:
    """Everything the urgent mail about one case tells; fields as in `DigestFacts`.

    Attributes:
        follows: Message-ID of the first urgent mail about the case; empty: this is it.
    """

    council: str
    zone: str
    as_of: datetime
    case: Case
    account: AccountFacts
    policy: PolicyWords
    stamp: Stamp
    harmless: Mapping[RuleId, str] = field(default_factory=dict)
    codes: Codes | None = None
    follows: str = ""
