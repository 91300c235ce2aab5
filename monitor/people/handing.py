"""What waits too long goes to the cover too: an event on the case, said in the mail of both.

That is a case that nobody decides, and one whose post still stands long after its owner was
asked: the owner is reminded every working day, the Clerk told every morning, then the cover.

Nobody loses a case by this: whoever was asked stays asked. It happens once a deadline; a case
that is opened again, or that nobody decides by a later deadline, may go to the cover again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.types import Kind
from monitor.alerts.wording import listed, the
from monitor.cases.life import TABLE, Step, move
from monitor.cases.owners import Owners
from monitor.cases.table import ASKED
from monitor.people.rota import Rota, folded

if TYPE_CHECKING:
    from datetime import datetime

    from config.types import CaseId
    from monitor.alerts.message import Person
    from monitor.app import App
    from storage.repository import Repository
    from storage.values import Case, CaseEvent

WAITING = TABLE[Step.COVER].starts
"""Undecided, or asked of the owner and not proved gone."""
COVERED = TABLE[Step.COVER].does
"""What the event says; lasting, because it is read back."""
_LOT = 500


def covered(case: Case) -> CaseEvent | None:
    """Return the event by which a case went to the cover since its deadline; None: it did not."""
    if case.state not in WAITING:
        return None
    events = (event for event in reversed(case.events) if event.what == COVERED)
    last = next(events, None)
    return last if last is not None and last.at > case.due_at else None


def hand_over(app: App, *, at: datetime) -> tuple[CaseId, ...]:
    """Let every case go to the cover that has waited for too long after its deadline.

    Safe to repeat, and by two processes at once: who comes second finds it done.

    Args:
        app: The wired application.
        at: The present moment; aware UTC.

    Returns:
        The cases that went to somebody now. Where nobody else is there, none does.

    Raises:
        StorageError: The database refused; lots that were done before stay done.
    """
    repository = app.repository
    rota = Rota.of(app.settings, repository.absences())
    late = _late(repository, rota, at=at)
    handed: list[CaseId] = []
    for start in range(0, len(late), _LOT):
        with repository.writing() as transaction:
            marked = repository.marked(COVERED)
            for case in repository.cases_of([one.id for one in late[start : start + _LOT]]):
                is_done = case.id in marked and marked[case.id] > case.due_at
                others = rota.cover(at, barred=barred(app, case))
                if is_done or not others or not _waits(app, case):
                    continue
                names = listed([the(person.name) for person in others])
                made = move(Step.COVER, case, by="clerkwatch", because=names)
                if made is None:
                    continue
                transaction.step_case(
                    case.id,
                    to=made.to,
                    resolution=made.resolution,
                    by="clerkwatch",
                    because=made.because,
                    what=made.what,
                    at=at,
                )
                handed.append(case.id)
    return tuple(handed)


def readers(app: App, rota: Rota, *, as_of: datetime) -> tuple[Person, ...]:
    """Return who gets the morning mail: who decides, and the cover while a case is with them.

    Args:
        app: The wired application.
        rota: Who is there.
        as_of: The present moment; aware UTC.

    Raises:
        StorageError: The database cannot be read.
    """
    told = rota.who_decides(as_of)
    marked = app.repository.marked(COVERED)
    if not marked:
        return told
    cases = app.repository.cases_of(marked)
    beside: dict[str, Person] = {folded(person.email): person for person in told}
    for case in cases:
        if covered(case) is not None:
            for person in rota.cover(as_of, barred=barred(app, case)):
                beside.setdefault(folded(person.email), person)
    return tuple(beside.values())


def barred(app: App, case: Case) -> tuple[str, ...]:
    """Return the addresses of those who may not decide a case: they own its account."""
    owners = Owners(register=app.register, people=app.settings.people)
    return tuple(
        person.email for person in app.settings.people if owners.owns(person.email, case.account)
    )


def _waits(app: App, case: Case) -> bool:
    """Return whether somebody has to act: to decide, or because it still stands.

    A member was only reminded: nothing is due from them.
    """
    if case.state not in ASKED:
        return case.state in WAITING
    account = Owners(register=app.register, people=app.settings.people).account(case.account)
    return case.visible and account is not None and account.kind is not Kind.MEMBER


def _late(repository: Repository, rota: Rota, *, at: datetime) -> list[Case]:
    """Return, in outline, the cases whose time to go to the cover has come."""
    marked = repository.marked(COVERED)
    overdue = [
        case
        for case in repository.outlines(states=WAITING)
        if not case.history
        and case.due_at < at
        and not (case.id in marked and marked[case.id] > case.due_at)
    ]
    # Thousands of cases share few deadlines, and each asks the calendar of many days.
    goes = {due_at: rota.goes_to_cover_at(due_at) for due_at in {one.due_at for one in overdue}}
    return sorted((one for one in overdue if goes[one.due_at] <= at), key=lambda one: one.id)
