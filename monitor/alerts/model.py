"""What the digest and the urgent mail say: built purely, frozen, laid out by the templates.

Every text in a model is finished and hardened, so that the text part and the HTML part can
only say the same. The order of the fields is the order of the mail (mails.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.types import Outcome, Severity, SubjectKind
from monitor.alerts.away import away_now, away_soon
from monitor.alerts.cards import Desk, by_urgency
from monitor.alerts.coverage import (
    Reader,
    by_hand_lines,
    closed_accounts_line,
    read_line,
    unseen_line,
)
from monitor.alerts.foot import digest_foot, urgent_foot
from monitor.alerts.hardening import one_line
from monitor.alerts.held import held_lines
from monitor.alerts.offering import Offering
from monitor.alerts.progress import (
    closed_line,
    covered_line,
    gone_line,
    is_overdue,
    to_open_line,
    waiting_line,
)
from monitor.alerts.review import by_risk, is_standing, review_intro
from monitor.alerts.subjects import Tally, digest_subject, needing, urgent_subject
from monitor.alerts.weekly import monday_lines
from monitor.alerts.wording import Calendar, capital, count, listed, sentence
from monitor.cases.replies.codes import ABOUT_ALL
from monitor.people.handing import covered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.types import CaseId
    from monitor.alerts.cards import Card, Line
    from monitor.alerts.coverage import Unread
    from monitor.alerts.facts import AccountFacts, DigestFacts, UrgentFacts
    from monitor.alerts.offers import Command
    from storage.values import Case

_REGISTERED = "registered: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a digest holds; `compose` tightens them until the mail is small enough.

    Attributes:
        full: Cases in full; of the older ones only urgent ones.
        lines: Cases in one line each, in each of the two lists.
        quote: Longest stretch of a post, in characters.
    """

    full: int = 10
    lines: int = 100
    quote: int = 600


MOST_SHOWN = Limits().full + Limits().lines
"""Longest stretch of one list of cases of which more than the number is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Cases: the first in full, more in a line each, the rest a count."""

    cards: tuple[Card, ...] = ()
    lines: tuple[Line, ...] = ()
    rest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """The morning mail; empty parts are left out.

    Attributes:
        lead: What matters, in one or two sentences.
        under: What was checked; then what else stands first.
        notes: Days without a mail, what changed in the rules.
        decisions: Cases that need a decision.
        unread: Accounts that could not be read, and what can be read of others no more.
        waiting: What waits for somebody, and what was closed.
        review_intro: Why what stands there when a pre-election period opens is here.
        review: What stands there and may be affected, the riskiest first; told once.
        history_intro: Why the older cases are here.
        history: Older cases, told once.
        history_answers: How all of them are closed at once; empty: not by a reply.
        changed: The register.
        coming: Elections.
        seen: What was read, what is not seen, what is looked at by hand.
        weekly: Monday's lines.
        foot: How decisions are recorded.
        cases: All cases that this mail tells of.
    """

    council: str
    subject: str
    date: str
    lead: str
    under: str
    notes: tuple[str, ...]
    decisions: Listing
    unread: tuple[Unread, ...]
    waiting: tuple[str, ...]
    review_intro: str
    review: Listing
    history_intro: str
    history: Listing
    history_answers: tuple[Command, ...]
    changed: tuple[str, ...]
    coming: tuple[str, ...]
    seen: tuple[str, ...]
    weekly: tuple[str, ...]
    foot: tuple[str, ...]
    cases: tuple[CaseId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Urgent:
    """The mail that leaves at once, about one case.

    Attributes:
        lead: What it may be.
        card: The case in full.
        foot: What happens next.
    """

    council: str
    subject: str
    date: str
    lead: str
    card: Card
    foot: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Technical:
    """The mail for the person behind the machine; built in `technical`."""

    council: str
    subject: str
    date: str
    lead: str
    lines: tuple[str, ...]
    foot: tuple[str, ...]


def build_digest(facts: DigestFacts, *, limits: Limits | None = None, key: str = "") -> Digest:
    """Return what the digest says.

    Args:
        facts: What is to be told.
        limits: How much may be said in full; None: ten cases, a hundred lines.
        key: Of the mail in the outbox, for its answers.
    """
    return _Builder(facts, limits=limits or Limits(), key=key).digest()


def build_urgent(facts: UrgentFacts, *, key: str = "") -> Urgent:
    """Return what the urgent mail about one case says.

    Args:
        facts: What is to be told.
        key: Of the mail in the outbox, for its answers.
    """
    calendar = Calendar(zone=facts.zone, as_of=facts.as_of)
    desk = Desk(
        calendar=calendar,
        accounts={facts.account.id: facts.account},
        policy=facts.policy,
        harmless=facts.harmless,
        offering=Offering(codes=facts.codes, mail=key, is_alone=True) if facts.codes else None,
    )
    subject, lead = urgent_subject(facts.case, account=facts.account, policy=facts.policy)
    return Urgent(
        council=one_line(facts.council),
        subject=_tagged(subject, facts, key=key),
        date=calendar.moment(facts.as_of),
        lead=lead,
        card=desk.card(facts.case),
        foot=urgent_foot(facts.case, has_inbox=facts.codes is not None),
    )


def _tagged(subject: str, facts: UrgentFacts, *, key: str) -> str:
    """Return a subject with the code in place of the case's number, where replies are read."""
    if facts.codes is None:
        return subject
    plain = subject.removesuffix(f" [case {facts.case.id}]")
    return f"{plain} {facts.codes.tag(key, facts.case.id)}"


class _Builder:
    """Holds what every part of one digest needs."""

    def __init__(self, facts: DigestFacts, *, limits: Limits, key: str) -> None:
        self.facts = facts
        self.key = key
        self.limits = limits
        self.calendar = Calendar(zone=facts.zone, as_of=facts.as_of)
        self.desk = Desk(
            calendar=self.calendar,
            accounts={account.id: account for account in facts.accounts},
            policy=facts.policy,
            harmless=facts.harmless,
            most_quote=limits.quote,
            offering=Offering(codes=facts.codes, mail=key) if facts.codes else None,
        )
        self.by_programme = [account for account in facts.accounts if account.is_by_programme]
        self.unread = [account for account in self.by_programme if not self._is_read(account)]
        decisions = [case for case in facts.cases if not self._is_weekly(case)]
        opened = [case for case in decisions if facts.opening and is_standing(case)]
        self.review = by_risk([*opened, *(case for case in facts.history if is_standing(case))])
        told = {case.id for case in self.review}
        self.decisions = by_urgency([case for case in decisions if case.id not in told])
        self.history = by_urgency([case for case in facts.history if case.id not in told])
        self.overdue = sum(is_overdue(case, desk=self.desk) for case in facts.waiting)

    def digest(self) -> Digest:
        """Return the whole mail."""
        facts = self.facts
        told = [
            *self.decisions,
            *self.review,
            *self.history,
            *facts.waiting,
            *facts.closed,
            *facts.older_gone,
        ]
        decisions = self._listing(self.decisions, full=self.limits.full)
        older_full = sum(case.severity is Severity.URGENT for case in self.history)
        left = self.limits.full - len(decisions.cards)
        review = self._listing(self.review, full=left)
        history = self._listing(self.history, full=min(older_full, left - len(review.cards)))
        return Digest(
            council=one_line(facts.council),
            subject=self._subject(),
            date=self.calendar.day(self.calendar.today),
            lead=self._lead(),
            under=self._under(),
            notes=self._notes(),
            decisions=decisions,
            unread=self._unread(),
            waiting=self._waiting(),
            review_intro=review_intro(facts, self.review, calendar=self.calendar),
            review=review,
            history_intro=self._history_intro(),
            history=history,
            history_answers=self._history_answers(),
            changed=self._changed(),
            coming=self._coming(),
            seen=self._seen(),
            weekly=monday_lines(facts, weekly=self._weekly_cases(), desk=self.desk),
            foot=digest_foot(
                has_cases=bool(self.decisions or self.review or self.history),
                has_inbox=facts.codes is not None,
            ),
            cases=tuple(dict.fromkeys(case.id for case in told)),
        )

    def _subject(self) -> str:
        """Return the subject; with a code only where there is something to decide."""
        subject = digest_subject(self._tally(), calendar=self.calendar)
        codes = self.facts.codes
        if codes is None or not (self.decisions or self.review or self.history):
            return subject
        return f"{subject} {codes.tag(self.key, ABOUT_ALL)}"

    def _is_read(self, account: AccountFacts) -> bool:
        return account.is_read(as_of=self.facts.as_of, pull_every=self.facts.pull_every)

    def _is_weekly(self, case: Case) -> bool:
        """Return whether a case about a profile waits for Monday: told once, then weekly."""
        if case.subject_kind is not SubjectKind.PROFILE or case.severity is Severity.URGENT:
            return False
        covered_from = self.facts.covered_from
        return covered_from is not None and case.opened_at <= covered_from

    def _weekly_cases(self) -> list[Case]:
        return by_urgency([case for case in self.facts.cases if self._is_weekly(case)])

    def _tally(self) -> Tally:
        opening = self.facts.opening
        return Tally(
            decisions=self.decisions,
            older=len(self.history) + len(self.review),
            overdue=self.overdue,
            accounts=len(self.by_programme),
            unread=len(self.unread),
            opening=opening.starts_on if opening else None,
            opened=len(self.review) if opening else 0,
        )

    def _lead(self) -> str:
        """Return what matters first."""
        said = []
        if self.overdue:
            said.append(f"{count(self.overdue, 'removal')} overdue.")
        if self.decisions:
            gone = sum(case.last_outcome is Outcome.GONE for case in self.decisions)
            are = "is" if gone == 1 else "are"
            but = f"; {gone} of them {are} no longer visible" if gone else ""
            said.append(f"{needing(self.decisions)}{but}.")
        else:
            said.append("Nothing was flagged." if self._is_quiet() else "Nothing new was flagged.")
        if older := len(self.history) + len(self.review):
            said.append(f"{count(older, 'older post')} to review.")
        if self.unread:
            said.append(f"{count(len(self.unread), 'account')} could not be read.")
        return " ".join(said)

    def _under(self) -> str:
        """Return what was checked."""
        facts = self.facts
        new = "new or changed " if facts.covered_from else ""
        posts = count(facts.posts_checked, f"{new}post")
        were = "was" if facts.posts_checked == 1 else "were"
        since = f" {self.calendar.since(facts.covered_from)}" if facts.covered_from else ""
        read = len(self.by_programme) - len(self.unread)
        on = f"{read} of {count(len(self.by_programme), 'account')}"
        verb = "was" if len(self.by_programme) == 1 else "were"
        if not self.by_programme:
            return "No account is read by programme."
        return f"{on} {verb} read; {posts} {were} checked{since}."

    def _notes(self) -> tuple[str, ...]:
        """Return what else stands first."""
        facts = self.facts
        notes = [one_line(line, most=600) for line in (*facts.reminders, *facts.erasing)]
        if facts.missed:
            days = listed([self.calendar.day(day) for day in facts.missed[-7:]])
            earlier = len(facts.missed) - 7
            more = f" and {count(earlier, 'day')} before" if earlier > 0 else ""
            notes.append(f"This mail also covers {days}{more}, when none was sent.")
        notes += away_now(facts.away, calendar=self.calendar)
        notes += held_lines(facts.held, calendar=self.calendar)
        notes += [self._rule_note(change.newly_flagged) for change in facts.rule_changes]
        if facts.refused:
            mails = count(len(facts.refused), "earlier mail")
            notes.append(f"{mails} could not be delivered to somebody: a server refused it.")
        notes += facts.post
        if self._is_quiet():
            notes.append(" ".join(["Nothing is waiting.", one_line(facts.next_poll)]).strip())
        return tuple(notes)

    def _is_quiet(self) -> bool:
        """Return whether nothing is to be decided and nothing waits."""
        facts = self.facts
        told = (
            facts.cases,
            facts.held,
            facts.history,
            facts.waiting,
            facts.closed,
            facts.older_gone,
            facts.to_open,
        )
        return not (any(told) or facts.older_waiting)

    def _coming(self) -> tuple[str, ...]:
        """Return the coming polls; on a quiet day the note about the next one is enough."""
        soon = away_soon(self.facts.away, calendar=self.calendar)
        if self._is_quiet() and self.facts.next_poll:
            return soon
        return (*(one_line(line, most=600) for line in self.facts.coming), *soon)

    @staticmethod
    def _rule_note(flagged: int) -> str:
        if not flagged:
            return "The rules changed: no older post is newly flagged."
        were = "was" if flagged == 1 else "were"
        older = count(flagged, "older post")
        return f"The rules changed: {older} {were} newly flagged and marked as history."

    def _listing(self, cases: Sequence[Case], *, full: int) -> Listing:
        """Return cases in full, in lines and as a count."""
        lines = self.limits.lines
        rest = len(cases) - full - lines
        return Listing(
            cards=tuple(self.desk.card(case) for case in cases[:full]),
            lines=tuple(self.desk.line(case) for case in cases[full : full + lines]),
            rest=f"And {count(rest, 'more case')}: clerkwatch cases list" if rest > 0 else "",
        )

    def _unread(self) -> tuple[Unread, ...]:
        reader = Reader(
            calendar=self.calendar,
            as_of=self.facts.as_of,
            wait_until=self.facts.wait_until,
            technical_told=self.facts.technical_told,
            has_inbox=self.facts.codes is not None,
        )
        lasting = [account for account in self.facts.accounts if account.gaps]
        return (
            *(reader.unread(account) for account in self.unread),
            *(reader.missed(account) for account in lasting),
        )

    def _waiting(self) -> tuple[str, ...]:
        """Return what waits and what was closed, a line each."""
        facts = self.facts
        told = [(covered_line, case) for case in self._newly_covered()]
        told += [(waiting_line, case) for case in by_urgency(facts.waiting)]
        told += [(gone_line, case) for case in by_urgency(facts.older_gone)]
        told += [(closed_line, case) for case in facts.closed]
        told += [(to_open_line, case) for case in facts.to_open]
        most = self.limits.lines
        lines = [said(case, desk=self.desk) for said, case in told[:most]]
        if len(told) > most:
            lines.append(f"And {len(told) - most:,} more: clerkwatch cases list")
        return (*lines, *self._quietly_waiting())

    def _newly_covered(self) -> list[Case]:
        """Return the cases that went to the cover too since the previous mail."""
        since = self.facts.covered_from
        found = [(case, covered(case)) for case in (*self.facts.cases, *self.facts.waiting)]
        return [case for case, event in found if event and (since is None or event.at > since)]

    def _quietly_waiting(self) -> tuple[str, ...]:
        """Return counts of what was told before and is still open, but not asked for daily."""
        older = self.facts.older_waiting
        profiles = len(self._weekly_cases()) if self.facts.monday is None else 0
        wait = {True: "waits", False: "wait"}
        lines = []
        if older:
            cases = count(older, "older case")
            lines.append(f"{cases} told before still {wait[older == 1]}: clerkwatch cases list")
        if profiles:
            cases = count(profiles, "case about a profile", "cases about profiles")
            lines.append(f"{cases} {wait[profiles == 1]} for Monday's mail.")
        return tuple(lines)

    def _history_intro(self) -> str:
        if not self.history:
            return ""
        was = "was" if len(self.history) == 1 else "were"
        older = f"{count(len(self.history), 'older post')} {was} found"
        titles = listed(list(dict.fromkeys(self.desk.title(case) for case in self.history)))
        if self.facts.covered_from is None:
            found = f"When the accounts were read for the first time, {older}."
        else:
            found = (
                f"{older} on {titles}: published before the account was watched, or found by "
                "rules that are newer."
            )
        return (
            f"{found} They are listed here once, the most serious first, and wait for you. "
            f"To see one in full: clerkwatch cases show {self.history[-1].id}"
        )

    def _history_answers(self) -> tuple[Command, ...]:
        offering = self.desk.offering
        if offering is None:
            return ()
        return tuple(offering.history(self.history, calendar=self.calendar))

    def _changed(self) -> tuple[str, ...]:
        """Return the changes of the register."""
        new: dict[str, list[str]] = {}
        lines = []
        for change in self.facts.register_changes:
            day = capital(self.calendar.day_of(change.at))
            known = self.desk.accounts.get(change.account)
            if known and change.what.startswith(_REGISTERED):
                new.setdefault(day, []).append(one_line(known.title))
                continue
            title = one_line(known.title if known else change.account)
            lines.append(f"{day}: " + sentence(f"{title}, {one_line(change.what)}"))
        watched = [f"Watched since {day}: {listed(titles)}." for day, titles in new.items()]
        return (*watched, *lines)

    def _seen(self) -> tuple[str, ...]:
        """Return what was read and what was not seen."""
        read = [account for account in self.by_programme if account not in self.unread]
        by_hand = [account for account in self.facts.accounts if account.by_hand]
        lines = (
            read_line(read, among=self.by_programme),
            unseen_line(self.by_programme, pictures=self.facts.pictures_unread),
            *by_hand_lines(
                by_hand,
                calendar=self.calendar,
                as_of=self.facts.as_of,
                has_inbox=self.facts.codes is not None,
            ),
            closed_accounts_line(self.facts.accounts),
            *(one_line(line, most=600) for line in self.facts.swept),
        )
        return tuple(line for line in lines if line)
