"""One case as a mail shows it: where, when, its words, what matched, which clause, by when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.types import CaseId, CaseState, Kind, Outcome, Severity, SubjectKind
from monitor.alerts.hardening import hidden_count, inert, one_line, plain
from monitor.alerts.offers import Command, offers
from monitor.alerts.pictured import picture_notes
from monitor.alerts.wording import abridged, capital, count, listed, place, sentence
from monitor.cases.life import assigned_to, last_step
from monitor.people.handing import covered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from config.types import AccountId, RuleId
    from monitor.alerts.facts import AccountFacts, PolicyWords
    from monitor.alerts.offering import Offering
    from monitor.alerts.wording import Calendar
    from storage.values import Case, Finding

_SERIOUS = {Severity.URGENT: 0, Severity.REVIEW: 1, Severity.NOTE: 2}
# Findings of one case that are explained; the rest are a count.
_MOST_LINKS = 5
_MOST_BREACHES = 4
_MOST_MATCHED = 5
# Words of a post in a line about its case, in characters.
_MOST_PASSING = 90
# Matched words that say nothing by themselves.
_SAYS_NOTHING = re.compile(
    r"(?:(?:a|all|an|and|any|are|as|at|be|but|by|can|do|for|from|get|go|had|has|have|he|her|his|i|"
    r"if|in|into|is|it|its|just|me|my|no|not|now|of|off|on|one|or|our|out|she|so|some|such|than|"
    r"that|the|their|them|then|there|these|they|this|those|to|too|up|us|was|we|were|what|when|"
    r"which|who|will|with|would|you|your)\b\W*)*",
    re.IGNORECASE,
)
_MASKS = {
    "personal-data": "It may give somebody's personal details",
    "safeguarding": "It may give details of a child or of a person at risk",
    "defamation": "It may accuse a person or a firm",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """One clause that a case may breach, with everything said about it."""

    title: str
    words: str
    why: str
    harmless: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One case in full; every text is hardened and finished.

    Attributes:
        label: ``case 42``.
        heading: The account.
        is_urgent: Shown before others and marked.
        seen: Where and when it was published and seen.
        quote: The post's words as lines; empty if masked or without words.
        notes: About the quote: masked, cut, pictures, hidden characters.
        matched: The words that matched; empty if masked.
        owner: Whom to ask if it has to go or be corrected.
        where: The address as plain words; empty if there is none.
    """

    case: CaseId
    label: str
    heading: str
    is_urgent: bool
    seen: str
    quote: tuple[str, ...]
    notes: tuple[str, ...]
    matched: str
    breaches: tuple[Breach, ...]
    more: str
    decide: str
    owner: str
    commands: tuple[Command, ...]
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One case in one line.

    Attributes:
        head: Number, clause and deadline.
        rest: Day, account and a few words.
    """

    case: CaseId
    head: str
    rest: str

    @property
    def text(self) -> str:
        """The whole line."""
        return f"{self.head} {self.rest}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What is needed to write about cases.

    Attributes:
        accounts: By label; a case of an account that is not there is called by its label.
        most_quote: Longest stretch of a post that is quoted, in characters.
        offering: The answers to this mail; None: no reply is read.
    """

    calendar: Calendar
    accounts: Mapping[AccountId, AccountFacts]
    policy: PolicyWords
    harmless: Mapping[RuleId, str]
    most_quote: int = 600
    offering: Offering | None = None

    def card(self, case: Case) -> Card:
        """Return a case in full."""
        masked = is_masked(case)
        excerpt, cut = ("", False) if masked else _excerpt(case, most=self.most_quote)
        breaches, more = self._breaches(case)
        return Card(
            case=case.id,
            label=f"case {case.id}",
            heading=self.title(case),
            is_urgent=case.severity is Severity.URGENT,
            seen=self._seen(case),
            quote=tuple(line.rstrip() for line in plain(excerpt).split("\n")) if excerpt else (),
            notes=(*_notes(case, masked=masked, excerpt=excerpt, cut=cut), *self._beside(case)),
            matched="" if masked else _matched(case),
            breaches=breaches,
            more=more,
            decide=self._decide(case),
            owner=self._owner(case) if self.offering is None else self._reply(case),
            commands=self._commands(case),
            where=inert(case.url),
        )

    def line(self, case: Case) -> Line:
        """Return a case in one line: clause, deadline, day, account and a few words."""
        clauses = listed(self._clause_titles(case))
        without = "no finding holds any more" if case.withdrawn else "no rule finds anything in it"
        breach = f"may breach {clauses}" if clauses else without
        due = f"; decide by {self.calendar.moment(case.due_at)}" if not case.history else ""
        also = self.also_asked(case)
        due += f"; {also}" if also else ""
        is_post = case.subject_kind is SubjectKind.POST
        what = self.calendar.day_of(case.published_at) if is_post else capital(_noun(case))
        what = f"Scheduled for {what}" if case.is_scheduled else what
        rest = f"{what}, {self.title(case)}{_passing(case)}"
        if case.last_outcome is Outcome.GONE:
            rest += f" {capital(self.gone(case))}."
        return Line(case=case.id, head=f"Case {case.id}, {breach}{due}.", rest=rest)

    def title(self, case: Case) -> str:
        """Return what the case's account is called."""
        known = self.accounts.get(case.account)
        return one_line(known.title if known else case.account)

    def still(self, case: Case) -> str:
        """Return whether the newest reading showed it, as a sentence."""
        when = self.calendar.recent(case.last_read_at)
        if case.visible and case.is_scheduled:
            return f"Nobody can see it yet, as read {when}."
        if case.visible and case.last_outcome is not Outcome.CANNOT_TELL:
            return f"Still visible {when}."
        if case.last_outcome is Outcome.GONE:
            return f"{capital(self.gone(case))}."
        return f"Read {when} without being able to tell whether it is still visible."

    def gone(self, case: Case) -> str:
        """Return ``no longer visible since Saturday 21 November, between 10:05 and 11:05``."""
        if case.is_taken_back:
            return f"{case.taken_back}, as read {self.calendar.recent(case.last_read_at)}"
        if case.gone_since is None:
            is_known = case.last_outcome is Outcome.GONE
            at = f" {self.calendar.recent(case.last_read_at)}" if is_known else ""
            return f"no longer visible{at}"
        if case.last_visible_at is None:
            return f"no longer visible since {self.calendar.moment(case.gone_since)}"
        return f"no longer visible {self.calendar.between(case.last_visible_at, case.gone_since)}"

    def _seen(self, case: Case) -> str:
        """Return when it was published and whether it still stands there."""
        if case.subject_kind is not SubjectKind.POST:
            about = "The account's profile" if case.subject_kind is SubjectKind.PROFILE else ""
            about = about or "The account itself"
            return f"{about}, as read {self.calendar.recent(case.last_read_at)}."
        edited = ", edited since" if case.edited else ""
        if case.is_edited_away:
            edited = ", edited since: the present words were not flagged"
        moment = self.calendar.moment(case.published_at)
        if case.is_scheduled:
            return f"Scheduled for {moment}{edited}. {self.still(case)}{self._again(case)}"
        return f"Posted {self._by(case)} on {moment}{edited}. {self.still(case)}{self._again(case)}"

    def _again(self, case: Case) -> str:
        """Return that a case was closed before, and why it is open again."""
        last = last_step(case)
        if last is None or last.from_state is not CaseState.CLOSED:
            return ""
        because = f": {one_line(last.because)}" if last.because else ""
        return f" Open again since {self.calendar.moment(last.at)}{because}."

    def _by(self, case: Case) -> str:
        """Return in whose name a post stands there; who wrote it no platform tells."""
        known = self.accounts.get(case.account)
        if known is None:
            return f"to {one_line(case.account)}"
        if known.short.endswith("page"):
            return "by the page"
        is_by_handle = known.title.startswith(f"{known.short} @")
        return "by the account" if is_by_handle else f"to {place(known.short)}"

    def _beside(self, case: Case) -> tuple[str, ...]:
        """Return where nearly the same stands too, and who has been given the case."""
        said = []
        for link in case.links[:_MOST_LINKS]:
            known = self.accounts.get(link.account)
            where = place(known.short) if known else one_line(link.account)
            said.append(f"{capital(link.why)} on {where}: case {link.case}.")
        more = len(case.links) - _MOST_LINKS
        said += [f"And {count(more, 'more case')} like it."] if more > 0 else []
        who = assigned_to(case)
        return (*said, f"Given to {one_line(who, most=60)}.") if who else tuple(said)

    def _decide(self, case: Case) -> str:
        """Return by when a decision is asked for."""
        if case.history:
            return ""
        due = self.calendar.moment(case.due_at)
        if self.calendar.is_past(case.due_at):
            also = self.also_asked(case)
            return f"A decision was due by {due}{f'; {also}' if also else ''}."
        return f"Please decide by {due}."

    def also_asked(self, case: Case) -> str:
        """Return who is asked beside the Clerk since nobody decided in time; empty: nobody."""
        event = covered(case)
        if event is None:
            return ""
        day = self.calendar.day_of(event.at)
        return f"also with {one_line(event.because, most=100)} since {day}"

    def _commands(self, case: Case) -> tuple[Command, ...]:
        """Return how the case can be decided: by answering, where answers are read."""
        known = self.accounts.get(case.account)
        if self.offering is None:
            return offers(case, account=known)
        can_ask = known is not None and known.is_owner_reachable
        by_hand = known is not None and known.by_hand
        return tuple(self.offering.answers(case, can_ask=can_ask, by_hand=by_hand))

    def _reply(self, case: Case) -> str:
        """Return what introduces the answers to a mail."""
        known = self.accounts.get(case.account)
        said = f"{self._owner(case)} " if known and known.kind is Kind.MEMBER else ""
        return f"{said}Reply with one line:"

    def _owner(self, case: Case) -> str:
        """Return whom to ask if something has to be done on the account."""
        known = self.accounts.get(case.account)
        if known and known.kind is Kind.MEMBER:
            return (
                "This is a member's own page: it can be answered by a reminder, or be a matter for "
                "the Monitoring Officer; nobody at the council can instruct its owner."
            )
        owner = one_line(known.owner) if known else ""
        if not owner:
            return ""
        if known and known.is_owner_reachable:
            does = "take it down or, with --correct, to correct it"
            does = does if case.subject_kind is SubjectKind.POST else "change it"
            return f"The account's owner, {owner}, can be asked by mail to {does}."
        if case.subject_kind is SubjectKind.POST:
            return f"If it should come down or be corrected, ask the account's owner: {owner}."
        return f"If it should be changed, ask the account's owner: {owner}."

    def _clause_titles(self, case: Case) -> list[str]:
        """Return the clauses of a case, most serious first, each once."""
        titles = [self._title_of(finding) for finding in ordered_findings(case)]
        return list(dict.fromkeys(titles))

    def _title_of(self, finding: Finding) -> str:
        """Return how a finding's clause is called."""
        return one_line(self.policy.titles.get(finding.clause, finding.clause))

    def _breaches(self, case: Case) -> tuple[tuple[Breach, ...], str]:
        """Return one entry a clause, and what is said of those beyond the limit."""
        by_clause: dict[str, list[Finding]] = {}
        for finding in ordered_findings(case):
            by_clause.setdefault(self._title_of(finding), []).append(finding)
        shown = [self._breach(title, found) for title, found in by_clause.items()]
        rest = list(by_clause)[_MOST_BREACHES:]
        more = f"It may also breach {listed(rest)}." if rest else ""
        return tuple(shown[:_MOST_BREACHES]), more

    def _breach(self, title: str, findings: Sequence[Finding]) -> Breach:
        """Return what is said about one clause."""
        reasons = dict.fromkeys(sentence(one_line(found.reason)) for found in findings)
        fine = dict.fromkeys(
            sentence(one_line(self.harmless.get(found.rule, ""))) for found in findings
        )
        return Breach(
            title=title,
            words=one_line(self._words(findings[0]), most=400),
            why=" ".join(reason for reason in reasons if reason),
            harmless=" ".join(reason for reason in fine if reason),
        )

    def _words(self, finding: Finding) -> str:
        """Return the policy's own words for a finding, with "…" exactly where some are left out."""
        whole = " ".join(self.policy.clauses.get(finding.clause, "").split())
        relied = " ".join(self.policy.topics.get(finding.topic, "").split())
        if not relied or relied not in whole:
            return abridged(whole)
        said = abridged(relied)
        start = "" if whole.startswith(relied) else "… "
        # A full stop that the stretch leaves out is nothing left out.
        rest = whole.partition(relied)[2].strip(" .")
        end = " …" if rest and not said.endswith("…") else ""
        return f"{start}{said}{end}"


def by_urgency(cases: Sequence[Case]) -> list[Case]:
    """Return cases most serious first, then by deadline, then by number."""
    return sorted(cases, key=lambda case: (_SERIOUS[case.severity], case.due_at, case.id))


def ordered_findings(case: Case) -> list[Finding]:
    """Return a case's findings that are told, most serious first, in a lasting order."""
    findings = [stored.finding for stored in case.findings if stored.withdrawn_at is None]
    told = [finding for finding in findings if finding.severity is not Severity.NOTE]
    return sorted(told, key=lambda finding: (_SERIOUS[finding.severity], *finding.key()))


def is_masked(case: Case) -> bool:
    """Return whether nothing of the subject's words may stand in a mail (law 13)."""
    return any(stored.finding.is_masked for stored in case.findings)


def _noun(case: Case) -> str:
    """Return what a case is about."""
    return "the account" if case.subject_kind is SubjectKind.ACCOUNT else case.subject_kind.value


def _passing(case: Case) -> str:
    """Return a few of a post's words, as they end the line about its case."""
    if case.subject_kind is not SubjectKind.POST:
        return "."
    if is_masked(case):
        return ": its words are not repeated here."
    words, _ = _excerpt(case, most=_MOST_PASSING)
    return f': "{one_line(words)}"' if words else ": it has no words."


def _matched(case: Case) -> str:
    """Return the words that matched, each once."""
    said = dict.fromkeys(
        one_line(phrase, most=60)
        for finding in ordered_findings(case)
        for phrase in finding.matched
        if not _SAYS_NOTHING.fullmatch(phrase)
    )
    whole = [
        phrase
        for phrase in said
        if not any(phrase != other and phrase.casefold() in other.casefold() for other in said)
    ]
    return ", ".join(f'"{phrase}"' for phrase in whole[:_MOST_MATCHED])


def _excerpt(case: Case, *, most: int) -> tuple[str, bool]:
    """Return the stretch of the words that holds the match, and whether any were left out."""
    text = case.text.strip()
    if len(text) <= most:
        return text, False
    places = [text.find(found.quote) for found in ordered_findings(case) if found.quote]
    first = min((place for place in places if place >= 0), default=0)
    start = 0 if first < most // 2 else _word_start(text, first - most // 3)
    end = start + most
    cut = text[start:end]
    if end < len(text) and " " in cut[-40:]:
        cut = cut[: cut.rindex(" ")]
    before = "… " if start else ""
    after = " …" if start + len(cut) < len(text) else ""
    return f"{before}{cut.strip()}{after}", True


def _word_start(text: str, place: int) -> int:
    """Return the next place, at most 40 characters on, at which a word starts."""
    space = text.find(" ", place, place + 40)
    return place if space < 0 else space + 1


def _notes(case: Case, *, masked: bool, excerpt: str, cut: bool) -> tuple[str, ...]:
    """Return what must be said about the words beside them."""
    notes = []
    if masked:
        topics = dict.fromkeys(
            _MASKS.get(stored.finding.topic, "It may disclose what should not be repeated")
            for stored in case.findings
            if stored.finding.is_masked
        )
        notes += [f"{topic}: see the post. Its words are not repeated here." for topic in topics]
    elif not excerpt and case.subject_kind is SubjectKind.POST:
        notes.append("The post has no words.")
    if cut:
        notes.append(f"Shown in part: the whole text has {len(case.text.strip()):,} characters.")
    hidden = hidden_count(excerpt)
    if case.is_edited_away:
        notes.append("It was edited: the words that are shown now were not flagged.")
    if hidden:
        notes.append(f"{capital(count(hidden, 'invisible character'))} left out here.")
    notes += picture_notes(case)
    return tuple(notes)
