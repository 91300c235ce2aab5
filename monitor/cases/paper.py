"""The committee's paper about one case: what it says, ready for the templates to lay out.

Pure: everything it tells stands in its arguments. What is told comes from the record; what is
not known or was not kept is told as plainly. Every text is hardened here, escaped there.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from config.types import Basis, Kind, Outcome, SubjectKind
from monitor.alerts.hardening import hidden_count, inert, one_line, plain
from monitor.alerts.wording import Calendar, capital, count, listed, sentence
from monitor.cases.keeping import kept_table, missing, profile_rows, proof
from monitor.cases.kept import counts_said
from monitor.cases.release import kind_of
from monitor.cases.sheet import (
    AUTHOR,
    BESIDE,
    MAILS,
    OUTCOMES,
    REASONS,
    RESOLUTIONS,
    STATES,
    UNDECIDED,
    Clause,
    Paper,
    Row,
    Said,
    Shown,
    Table,
    entry_words,
    kind_word,
    severity_words,
)
from monitor.cases.standing import findings_of, is_decided, is_masked, names_a_person

if TYPE_CHECKING:
    from config.types import ClauseId
    from monitor.cases.release import Showing
    from monitor.cases.sheet import Frame
    from storage.values import Custody, Finding, KeptVersion, StoredFinding, Stretch


def compose(custody: Custody, frame: Frame, showing: Showing) -> Paper:
    """Return the paper about a case.

    Args:
        custody: All that the case rests on.
        frame: The council's own facts.
        showing: How words and people are shown: whole, or without personal data.
    """
    return _Writer(custody, frame, showing).paper()


class _Writer:
    """Writes one paper; holds what every part of it needs."""

    def __init__(self, custody: Custody, frame: Frame, showing: Showing) -> None:
        self._custody = custody
        self._case = custody.case
        self._frame = frame
        self._showing = showing
        self._masked = is_masked(custody)
        self._undecided = "" if is_decided(custody) else UNDECIDED
        # Seen from outside every year that is told, so that each date names its year.
        self._calendar = Calendar(zone=frame.zone, as_of=datetime(1900, 1, 1, tzinfo=UTC))
        self._labels = {
            version.id: f"version {number}" for number, version in enumerate(custody.versions, 1)
        }

    def paper(self) -> Paper:
        """Return all parts together."""
        released = self._showing.is_released
        number, digest = self._custody.head
        return Paper(
            title=f"Case {self._case.id}: {self._noun()} on {self._account()}",
            council=one_line(self._frame.council),
            number=self._case.id,
            is_released=released,
            is_masked=self._masked and not released,
            standing=self._standing(),
            undecided=self._undecided,
            faults=tuple(one_line(fault) for fault in self._frame.faults),
            facts=tuple(self._facts()),
            versions=tuple(self._version(version) for version in self._custody.versions),
            clauses=tuple(self._clauses()),
            policy=self._policy(),
            visible=self._visible(),
            readings=self._readings(),
            events=self._events(),
            told=self._told(),
            kept=kept_table(self._custody, self._frame, self._brief, released=released),
            profile=profile_rows(self._custody, self._moment, released=released),
            missing=tuple(missing(self._custody, self._frame, self._labels, released=released)),
            head=f"{number}:{digest}",
            head_at=self._moment(self._custody.head_at),
            entries=self._entries(),
            custody=tuple(proof(self._custody, self._frame)),
            words_in=self._frame.words_in,
        )

    # --- what, where, when ----------------------------------------------------------------

    def _noun(self) -> str:
        return {
            SubjectKind.POST: "a comment" if self._custody.parent_id else "a post",
            SubjectKind.PROFILE: "the profile",
            SubjectKind.ACCOUNT: "the account itself",
        }[self._case.subject_kind]

    def _account(self) -> str:
        if self._showing.is_released and self._custody.kind is Kind.MEMBER:
            return "a member's page"
        return one_line(self._showing.text(self._frame.title))

    def _standing(self) -> str:
        if self._case.resolution is not None:
            return RESOLUTIONS[self._case.resolution]
        return STATES[self._case.state]

    def _facts(self) -> list[Row]:
        case = self._case
        facts = [
            Row(name="What", value=capital(self._noun())),
            Row(name="Where", value=self._account()),
            Row(name="Kind of account", value=f"{kind_word(self._custody.kind)} account"),
            Row(name="Address", value=self._address()),
            Row(name="Written by", value=self._author()),
        ]
        if case.subject_kind is SubjectKind.POST:
            facts.append(Row(name="Published", value=self._moment(case.published_at)))
        facts += [
            Row(name="Answers for the account", value=self._owner()),
            Row(name="Case opened", value=self._moment(case.opened_at)),
            Row(name="Decision due", value=self._moment(case.due_at)),
            Row(name="Where it stands", value=f"{self._standing()} {self._undecided}".strip()),
        ]
        if case.history:
            facts.append(Row(name="Note", value="It stood there before the account was watched."))
        return facts

    def _address(self) -> str:
        if self._showing.is_released and names_a_person(self._custody):
            return "taken out: it names a person"
        if self._showing.is_released and self._masked:
            return "taken out: it leads to what is taken out here"
        # A platform's numbers are ids, not telephones; other parts may hold a name.
        parts = inert(self._case.url).split("/")
        shown = [
            part if part.replace("_", "").isdecimal() else self._showing.text(part)
            for part in parts
        ]
        return "/".join(shown) or "none is known"

    def _author(self) -> str:
        if not self._custody.author:
            if self._case.subject_kind is SubjectKind.POST:
                return AUTHOR
            return "Kept by whoever runs the page: who wrote it is not known."
        if self._showing.is_released:
            return "Another person's account (name taken out); not the council's own words."
        called = one_line(self._custody.author)
        return f'Another person, here called "{called}"; not the council\'s own words.'

    def _owner(self) -> str:
        owner = one_line(self._custody.owner)
        if not owner:
            return "nobody is named in the register"
        return "the account's owner" if self._showing.is_released else owner

    # --- versions -------------------------------------------------------------------------

    def _version(self, version: KeptVersion) -> Shown:
        number = [one.id for one in self._custody.versions].index(version.id) + 1
        of = len(self._custody.versions)
        text = self._words(version)
        return Shown(
            label="The only version that was read" if of == 1 else f"Version {number} of {of}",
            appeared=self._appeared(version),
            lasted=self._lasted(version),
            lines=tuple(line.rstrip() for line in plain(text).split("\n")) if text.strip() else (),
            notes=tuple(self._notes(version, text)),
            file=f"{self._frame.words_in}/version-{number}.txt",
        )

    def _words(self, version: KeptVersion) -> str:
        if self._masked and not self._showing.is_released:
            return ""
        return self._showing.words(version, self._found_on(version))

    def _found_on(self, version: KeptVersion) -> list[Finding]:
        return [one.finding for one in findings_of(self._custody) if one.version == version.id]

    def _appeared(self, version: KeptVersion) -> str:
        seen = f"First read {self._on(version.first_seen_at)}."
        if version.shown_from >= version.first_seen_at:
            return seen
        if version.is_first:
            return f"Published {self._on(version.shown_from)}. {seen}"
        between = f"between {self._moment(version.shown_from)} and "
        return f"It appeared {between}{self._moment(version.first_seen_at)}."

    def _lasted(self, version: KeptVersion) -> str:
        """Return until when it was shown, and what came next."""
        stretches = self._custody.stretches
        places = [place for place, one in enumerate(stretches) if one.version == version.id]
        if not places:
            return ""
        last = stretches[places[-1]]
        readings = sum(stretches[place].readings for place in places)
        said = f"Shown in {count(readings, 'reading')}, the last {self._on(last.last_at)}."
        for after in stretches[places[-1] + 1 :]:
            if after.outcome is not Outcome.CANNOT_TELL:
                other = self._labels.get(after.version) if after.version else None
                what = f"showed {other}" if other else "no longer showed it"
                return (
                    f"{said} The next reading that could tell, {self._on(after.first_at)}, {what}."
                )
        return f"{said} No later reading showed anything else."

    def _notes(self, version: KeptVersion, text: str) -> list[str]:
        notes = []
        if self._masked and not self._showing.is_released:
            topics = dict.fromkeys(
                one.finding.topic for one in findings_of(self._custody) if one.finding.is_masked
            )
            kinds = " and ".join(kind_of(topic) for topic in topics)
            notes.append(f"The words are not printed: they may give {kinds}.")
        elif not text.strip():
            notes.append("It has no words.")
        hidden = hidden_count(version.words.text)
        if hidden:
            notes.append(f"{capital(count(hidden, 'invisible character'))} left out on paper.")
        if version.words.is_repost:
            notes.append("Another account's post, shared without words of its own.")
        if version.words.extras:
            named = [
                f"words read in {one.kind}"
                if one.is_of_picture
                else BESIDE.get(one.kind, one_line(one.kind))
                for one in version.words.extras
            ]
            beside = listed(list(dict.fromkeys(named)))
            notes.append(f"The words include what stood beside the account's own: {beside}.")
        if version.words.pictures:
            said = count(len(version.words.pictures), "picture or video", "pictures or videos")
            read = sum(one.is_of_picture for one in version.words.extras)
            what = f"words were read in {read} of them" if read else "their content was not read"
            notes.append(f"With {said}; {what}.")
        counts = counts_said(version.raw)
        if counts:
            notes.append(f"Counts when it was first read: {counts}.")
        return notes

    # --- clauses and findings -------------------------------------------------------------

    def _clauses(self) -> list[Clause]:
        by_clause: dict[ClauseId, list[StoredFinding]] = {}
        for stored in findings_of(self._custody):
            by_clause.setdefault(stored.finding.clause, []).append(stored)
        return [
            Clause(
                title=self._clause_title(clause),
                words=self._clause_words(clause),
                found=tuple(self._said(stored) for stored in found),
            )
            for clause, found in by_clause.items()
        ]

    def _clause_title(self, clause: ClauseId) -> str:
        known = self._frame.policy.clauses.get(clause)
        title = self._frame.titles.get(clause, clause)
        return f"{title} ({known.title})" if known else one_line(title)

    def _clause_words(self, clause: ClauseId) -> str:
        known = self._frame.policy.clauses.get(clause)
        return " ".join(known.words.split()) if known else "The policy in force has no such clause."

    def _said(self, stored: StoredFinding) -> Said:
        found = stored.finding
        hides = found.is_masked or self._masked
        words = () if hides else dict.fromkeys([found.quote or "", *found.matched])
        quotes = [f"“{one_line(self._showing.text(one), most=300)}”" for one in words if one]
        published = found.basis is Basis.PUBLISHED
        basis = "by the time it was published" if published else "as still visible"
        label = self._labels.get(stored.version, "a version that was not kept")
        when = f"Found {self._on(stored.found_at)} in {label}, judged {basis}"
        window = f", for {one_line(found.context)}" if found.context else ""
        rule = f"Rule {one_line(found.rule)}, {severity_words(found.severity)}."
        return Said(
            why=sentence(one_line(found.reason, most=600)),
            harmless=sentence(one_line(self._frame.harmless.get(found.rule, ""), most=600)),
            quote=listed(quotes),
            details=f"{when}{window}. {rule}",
            status=self._status(stored),
        )

    def _status(self, stored: StoredFinding) -> str:
        if stored.withdrawn_at is not None:
            why = sentence(one_line(self._showing.text(stored.withdrawn_why), most=300))
            return f"Withdrawn {self._on(stored.withdrawn_at)}. {capital(why)}".strip()
        return self._undecided

    def _policy(self) -> str:
        policy = self._frame.policy
        reviewed = self._calendar.day(policy.reviewed_on)
        return f"{policy.title}, adopted by {policy.body}; last reviewed on {reviewed}."

    # --- readings and decisions -------------------------------------------------------------

    def _visible(self) -> str:
        case = self._case
        if case.is_taken_back:
            return f"It was {case.taken_back}, as read {self._on(case.last_read_at)}."
        if case.is_scheduled:
            return f"Scheduled for {self._moment(case.published_at)}: nobody can see it yet."
        if case.gone_since is not None and case.last_visible_at is not None:
            between = f"between {self._moment(case.last_visible_at)} and "
            return (
                f"No longer visible. It vanished {between}{self._moment(case.gone_since)}. "
                "No platform says whether something was deleted, hidden or restricted."
            )
        if case.visible:
            return f"Still visible at the last reading, {self._on(case.last_read_at)}."
        if case.last_outcome is Outcome.GONE:
            return f"No longer visible {self._on(case.last_read_at)}."
        return f"The last reading, {self._on(case.last_read_at)}, could not tell."

    def _readings(self) -> Table:
        return Table(
            headings=("From", "To", "How many", "What they showed"),
            rows=tuple(
                (
                    self._brief(one.first_at),
                    self._brief(one.last_at),
                    count(one.readings, "reading"),
                    self._outcome(one),
                )
                for one in self._custody.stretches
            ),
        )

    def _outcome(self, stretch: Stretch) -> str:
        said = capital(OUTCOMES[stretch.outcome])
        if stretch.version is not None:
            label = self._labels.get(stretch.version, "")
            edited = ""
            if stretch.edited_at is not None:
                edited = f"; the platform dates the edit {self._moment(stretch.edited_at)}"
            return f"{said}: {label}{edited}."
        reason = f": {REASONS[stretch.reason]}" if stretch.reason is not None else ""
        detail = sentence(one_line(self._showing.text(stretch.detail)))
        return f"{said}{reason}. {detail}".strip()

    def _events(self) -> Table:
        return Table(
            headings=("When", "Who", "What", "Why"),
            rows=tuple(
                (
                    self._brief(event.at),
                    one_line(self._showing.person(event.by)),
                    capital(one_line(self._showing.text(event.what))),
                    sentence(capital(one_line(self._showing.text(event.because), most=2000))),
                )
                for event in self._case.events
            ),
        )

    def _told(self) -> Table:
        return Table(
            headings=("Written", "Mail", "Taken by the mail server"),
            rows=tuple(
                (
                    self._brief(mail.created_at),
                    capital(MAILS.get(mail.kind.value, mail.kind.value)),
                    self._brief(mail.accepted_at) if mail.accepted_at else "not yet",
                )
                for mail in self._custody.told
            ),
        )

    # --- what is missing, and custody ---------------------------------------------------------

    def _entries(self) -> Table:
        return Table(
            headings=("Entry", "When", "What", "Its hash"),
            rows=tuple(
                (
                    str(one.line.number),
                    self._brief(datetime.fromtimestamp(one.line.at / 1e6, tz=UTC)),
                    entry_words(one.line),
                    one.line.hash,
                )
                for one in self._custody.opened
            ),
        )

    def _moment(self, at: datetime | None) -> str:
        return self._calendar.moment(at) if at is not None else "not known"

    def _brief(self, at: datetime | None) -> str:
        """Return ``Tue 24 Nov 2026, 07:00``, for tables."""
        if at is None:
            return "not known"
        on = self._calendar.local(at).date()
        return f"{self._calendar.short_day(on)} {on.year}, {self._calendar.clock(at)}"

    def _on(self, at: datetime) -> str:
        return f"on {self._calendar.moment(at)}"
