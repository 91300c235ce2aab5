"""Published before the window was known: one mail tells the difference.

A window may have begun before anybody entered it: a snap poll, a notice that is entered
late, a list of candidates. What was published since its start is judged again, and one mail
tells what was found, instead of one each. Which mail is due, the database says: a change of
a poll, later than the start of its window, after which something published in between was
found. So a kill between the change and the mail loses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from config.types import Basis, CaseState
from monitor.alerts.briefing import BriefingFacts, Section, compose_briefing
from monitor.alerts.cards import Desk, by_urgency
from monitor.alerts.house import House
from monitor.alerts.wording import Calendar, count
from monitor.freeze.coming import title_of
from monitor.freeze.windows import NOWHERE, in_force
from monitor.judging import bench, polls_of, windows_at
from monitor.papers.base import posting
from monitor.people.rota import Rota

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.app import App
    from monitor.freeze.windows import Window
    from storage.values import Case, NewMail, PollRow

MADE_GOOD = timedelta(days=7)
"""How long after a change its mail is still of use, if nothing ran meanwhile."""
_FULL = 10
_UNDECIDED = tuple(state for state in CaseState if state is not CaseState.CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A change of a poll whose window had begun before.

    Attributes:
        poll: As it stands.
        window: The one in force.
        known_at: When the change was entered; aware UTC.
    """

    poll: PollRow
    window: Window
    known_at: datetime

    @property
    def key(self) -> str:
        """Natural key of its mail: the poll, the window's start, and the change."""
        start, known = (_plain(at) for at in (self.window.start, self.known_at))
        return f"briefing:known-late:{self.poll.id}:{start}:{known}"


def _plain(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%S")


def changes(app: App, *, at: datetime) -> Iterator[Late]:
    """Go through the changes of polls that came after the start of a window that is not told.

    Raises:
        StorageError: The database cannot be read.
    """
    windows = {
        window.poll: window
        for window in in_force(windows_at(app.settings, app.repository, as_of=at))
    }
    for poll in polls_of(app.settings, app.repository):
        window, known_at = windows.get(poll.id), poll.entered_at
        if window is None or known_at is None or window.area == NOWHERE:
            continue
        is_late = window.start < known_at and timedelta() <= at - known_at < MADE_GOOD
        late = Late(poll=poll, window=window, known_at=known_at)
        if is_late and app.repository.mail(late.key) is None:
            yield late


def is_due(app: App, *, at: datetime) -> bool:
    """Return whether such a mail is due: everything is judged, and something was found.

    Raises:
        StorageError: The database cannot be read.
    """
    waiting = list(changes(app, at=at))
    if not waiting or app.repository.stale_versions(bench(app, as_of=at).stamps, limit=1):
        return False
    return any(_found(app, late) for late in waiting)


def put_due(app: App, *, at: datetime) -> int:
    """Put every such mail that is due into the outbox; return how many.

    Raises:
        MailError: An address is not usable.
        StorageError: The database refused.
    """
    queued = 0
    for late in list(changes(app, at=at)):
        cases = _found(app, late)
        if cases:
            mail = _compose(app, late, cases, at=at)
            with app.repository.writing() as transaction:
                queued += transaction.queue_mail(mail, at=at)
    return queued


def _found(app: App, late: Late) -> tuple[Case, ...]:
    """Return the undecided cases of what was found by the change, the most serious first."""
    outlines = app.repository.outlines(states=_UNDECIDED, with_findings=True)
    return tuple(by_urgency([case for case in outlines if _is_by(case, late)]))


def _is_by(case: Case, late: Late) -> bool:
    """Return whether a change found something on a case that had been judged before it."""
    was_there = case.published_at < late.known_at
    if not was_there or not (case.history or case.opened_at < late.known_at):
        return False
    return any(
        stored.found_at >= late.known_at
        and stored.finding.basis is Basis.PUBLISHED
        and late.poll.id in stored.finding.context.split(",")
        for stored in case.findings
    )


def _compose(app: App, late: Late, cases: tuple[Case, ...], *, at: datetime) -> NewMail:
    """Return the finished mail: since when, how many, and the first ten."""
    house = House.of_app(app)
    calendar = Calendar(zone=house.zone, as_of=at)
    desk = Desk(
        calendar=calendar,
        accounts={one.account.id: one.facts() for one in house.watched},
        policy=house.policy,
        harmless=house.harmless,
    )
    shown = app.repository.cases_of([case.id for case in cases[:_FULL]])
    since = calendar.day_of(late.window.start)
    number = count(len(cases), "post")
    were = "was" if len(cases) == 1 else "were"
    rest = len(cases) - len(shown)
    facts = BriefingFacts(
        subject=f"Published before the window was known: {number} flagged",
        title=f"{number} {were} flagged that {were} published before the window was known.",
        opening=(
            f"{title_of(late.poll)}: its pre-election period began on {since}.",
            f"It was entered, or what is known of it changed, {calendar.recent(late.known_at)}.",
            "What was published in between was judged again by the rules of the period.",
            "Whoever posted it may not have known either. A person decides.",
        ),
        sections=(
            Section(
                heading=f"Published since {since}",
                bullets=tuple(desk.line(case).text for case in by_urgency(shown)),
                note=f"And {count(rest, 'more post')}." if rest else "",
            ),
        ),
        foot=(
            (
                "Each stands in the next morning's mail too, where it can be decided. To see one "
                f"now: clerkwatch cases show {cases[0].id}"
            ),
        ),
    )
    to = Rota.of(app.settings, app.repository.absences()).who_decides(at)
    return compose_briefing(facts, posting(app, late.key, to=to, at=at))
