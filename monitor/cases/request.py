"""Asking an account's owner: drafted, kept in the outbox, sent after the time to undo it.

The case and the mail commit together. Nothing is sent here: the outbox does, when the time
to undo is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import connectors
from config.errors import OperatorError
from config.types import RecipientState, SubjectKind
from monitor.alerts.asking import (
    About,
    AskingFacts,
    Owner,
    compose_reminder,
    compose_reopening,
    compose_request,
    compose_withdrawal,
    request_key,
)
from monitor.alerts.facts import Stamp
from monitor.alerts.house import House
from monitor.alerts.message import message_id
from monitor.cases.life import (
    TABLE,
    Step,
    closed_until,
    is_hijack,
    move,
    request_count,
    request_event,
)
from monitor.cases.owners import Owners
from monitor.people.rota import Rota

if TYPE_CHECKING:
    from datetime import date, datetime

    from config.register import Account
    from config.types import CaseId, Severity
    from monitor.app import App
    from storage.values import Case, CaseEvent, NewMail

UNDO_FOR = timedelta(minutes=15)
"""How long a request waits in the outbox, so that who approved it can think again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested:
    """What asking came to.

    Attributes:
        case: As it stands afterwards.
        leaves_at: When the mail leaves at the earliest; aware UTC.
        is_new: It was asked for now, not before.
        subject: Of the mail.
        body: Its finished bytes.
    """

    case: Case
    leaves_at: datetime
    is_new: bool
    subject: str
    body: bytes


def owners_of(app: App) -> Owners:
    """Return who answers for which account."""
    return Owners(register=app.register, people=app.settings.people)


def due_by(app: App, severity: Severity, *, at: datetime) -> datetime:
    """Return 12:00 on the working day by which something is due; aware UTC."""
    return Rota.of(app.settings, app.repository.absences()).decide_by(at, severity)


def due_again(app: App, number: CaseId, *, at: datetime) -> datetime | None:
    """Return by when a case that needs a decision again is to be decided; None: no such case."""
    case = app.repository.case(number)
    return None if case is None else due_by(app, case.severity, at=at)


def request_removal(
    app: App, number: CaseId, *, by: str, because: str, at: datetime, correct: bool = False
) -> Requested:
    """Ask the owner of an account to take something down, or to correct it.

    The mail is in the outbox at once and leaves after `UNDO_FOR`. To a member it is a reminder.

    Args:
        app: The wired application.
        number: Which case.
        by: Who approves it.
        because: Why; kept with the case, not told to the owner; may be empty.
        at: When; aware UTC.
        correct: Ask for a correction.

    Raises:
        OperatorError: No such case, it stands where this is not possible, its owner cannot be
            written to, ``by`` owns the account, or nothing at all of it is kept.
        MailError: The owner's address, or the Clerk's, is not usable.
    """
    step = Step.REQUEST_CORRECTION if correct else Step.REQUEST_REMOVAL
    return _request(app, number, step, by=by, because=because, at=at)


def request_closure(
    app: App, number: CaseId, *, by: str, because: str, at: datetime, until: date | None = None
) -> Requested:
    """Ask the owner of an account to close the whole account; otherwise as `request_removal`.

    Args:
        app: The wired application.
        number: Which case: on the account, its profile, or anything that stands there.
        by: Who approves it.
        because: Why; owed, and not told to the owner.
        at: When; aware UTC.
        until: Last day on which it is to stay closed; after it the owner and the Clerk are
            reminded to open it again. None: for good.

    Raises:
        OperatorError: As `request_removal`; or ``until`` is over.
        MailError: As `request_removal`.
    """
    today = at.astimezone(app.settings.zone()).date()
    if until is not None and until < today:
        raise OperatorError(
            f"{until.isoformat()} is over", remedy="Give the last day on which it stays closed"
        )
    step = Step.REQUEST_CLOSURE
    return _request(app, number, step, by=by, because=because, at=at, until=until)


def _request(
    app: App,
    number: CaseId,
    step: Step,
    *,
    by: str,
    because: str,
    at: datetime,
    until: date | None = None,
) -> Requested:
    """Take the step and put the mail into the outbox, together."""
    if app.repository.case(number) is None:
        raise OperatorError(f"there is no case {number}", remedy="See: clerkwatch cases list --all")
    desk = _Desk(app, at=at)
    _must_be_kept(app, number)
    with app.repository.writing() as transaction:
        case = transaction.case(number)
        made = move(step, case, by=by, because=because, owners=owners_of(app))
        if made is not None:
            transaction.step_case(
                number,
                to=made.to,
                resolution=made.resolution,
                by=by,
                because=made.because,
                what=made.what,
                at=at,
                due_at=due_by(app, case.severity, at=at),
            )
            if until is not None:
                transaction.step_case(
                    number,
                    to=made.to,
                    resolution=None,
                    by=by,
                    because=until.isoformat(),
                    what=TABLE[Step.PERIOD].does,
                    at=at,
                )
            after = transaction.case(number)
            mail = desk.request(after, key=request_key(after, request_count(after)))
            transaction.queue_mail(mail, at=at, not_before=at + UNDO_FOR)
    return _requested(app, number, is_new=made is not None)


def _must_be_kept(app: App, number: CaseId) -> None:
    """Refuse to have something taken down of which nothing is kept: neither words nor a file.

    Words that were read once are kept with their hash, so this holds up no urgent request. What
    else is due is kept before, by whoever calls (`monitor.cases.preserve`): never in here,
    where a transaction may be open.

    Raises:
        OperatorError: Nothing is kept.
    """
    case = app.repository.case(number)
    if case is None or case.text or case.pictures or case.extras:
        return
    # Of an account as such its face is what was read, and committed to like any words.
    is_faced = case.subject_kind is SubjectKind.ACCOUNT and app.repository.face(number) is not None
    if is_faced or app.repository.preserved(number).files:
        return
    raise OperatorError(
        f"nothing of case {number} is kept yet, so nothing would prove what was taken down",
        remedy="Give a screenshot first: clerkwatch cases attach "
        f"{number} FILE; or look why nothing could be kept: clerkwatch doctor",
    )


def withdrawal_of(app: App, case: Case, *, at: datetime) -> NewMail | None:
    """Return the mail that takes back what was asked of an owner; None if nobody can be told."""
    return _Desk(app, at=at).withdrawal(case)


def reopening_of(app: App, case: Case, *, at: datetime) -> NewMail | None:
    """Return the mail that an account closed for a period may be opened again, or None.

    None where nobody can be told.
    """
    return _Desk(app, at=at).reopening(case)


def reminder_of(app: App, case: Case, *, on: date, at: datetime) -> NewMail | None:
    """Return the reminder of a day about a request that is overdue; None if nobody is reminded.

    An owner is reminded only of what a server has taken for them.

    Args:
        app: The wired application.
        case: With a request.
        on: The council date; one reminder a day.
        at: The present moment; aware UTC.
    """
    sent = app.repository.mail(request_key(case, request_count(case)))
    if sent is None or any(one.state is not RecipientState.ACCEPTED for one in sent.recipients):
        return None
    return _Desk(app, at=at).reminder(case, on=on)


def _requested(app: App, number: CaseId, *, is_new: bool) -> Requested:
    case = app.repository.case(number)
    mail = app.repository.mail(request_key(case, request_count(case))) if case else None
    if case is None or mail is None:
        raise RuntimeError(f"case {number} was asked about, and its mail is not in the outbox")
    return Requested(
        case=case,
        leaves_at=min(one.next_at for one in mail.recipients),
        is_new=is_new,
        subject=mail.subject,
        body=mail.body,
    )


def _about(case: Case, event: CaseEvent | None) -> About:
    """Return what was asked for by a step; of a page in others' hands, to win it back."""
    asked_for = {
        TABLE[Step.REQUEST_CORRECTION].does: About.CORRECTION,
        TABLE[Step.REQUEST_CLOSURE].does: About.CLOSURE,
    }
    about = asked_for.get(event.what, About.REMOVAL) if event is not None else About.REMOVAL
    return About.RECOVERY if about is About.REMOVAL and is_hijack(case) else about


def _steps(platform: str, about: About) -> str:
    """Return how it is done on a platform; empty where nothing is known of it."""
    try:
        known = connectors.find(platform)
    except LookupError:
        return ""
    return {
        About.REMOVAL: known.removal_steps,
        About.CLOSURE: known.closing_steps,
        About.RECOVERY: known.recovery_steps,
    }.get(about, "")


class _Desk:
    """Writes to owners; takes what it needs of the house before any transaction begins."""

    def __init__(self, app: App, *, at: datetime) -> None:
        self.app = app
        self.at = at
        self.house = House.of_app(app)
        entries, head = app.repository.ledger_head()
        self.stamp = Stamp(
            version=self.house.version, entries=entries, head=head, rules=self.house.rules
        )

    def request(self, case: Case, *, key: str) -> NewMail:
        facts = self._facts(case, self._account(case))
        return compose_request(facts, key=key, sender=self.house.sender)

    def withdrawal(self, case: Case) -> NewMail | None:
        account = self._known(case)
        if account is None or not account.owner_email:
            return None
        key = request_key(case, request_count(case))
        return compose_withdrawal(
            self._facts(case, account),
            key=f"{key}:withdrawn",
            sender=self.house.sender,
            follows=self._named(key),
        )

    def reopening(self, case: Case) -> NewMail | None:
        account = self._known(case)
        if account is None or not account.owner_email:
            return None
        key = request_key(case, request_count(case))
        return compose_reopening(
            self._facts(case, account),
            key=f"{key}:reopen",
            sender=self.house.sender,
            follows=self._named(key),
        )

    def reminder(self, case: Case, *, on: date) -> NewMail | None:
        account = self._known(case)
        if account is None or not account.owner_email:
            return None
        return compose_reminder(
            self._facts(case, account),
            key=f"reminder:{case.id}:{on.isoformat()}",
            sender=self.house.sender,
            follows=self._named(request_key(case, request_count(case))),
        )

    def _named(self, key: str) -> str:
        return message_id(key, council=self.house.council, sender=self.house.sender)

    def _known(self, case: Case) -> Account | None:
        return owners_of(self.app).account(case.account)

    def _account(self, case: Case) -> Account:
        account = self._known(case)
        if account is None:
            raise OperatorError(f"{case.account} is not in the register")
        return account

    def _facts(self, case: Case, account: Account) -> AskingFacts:
        watched = next(one for one in self.house.watched if one.account.id == account.id)
        event = request_event(case)
        about = _about(case, event)
        return AskingFacts(
            council=self.house.council,
            zone=self.house.zone,
            as_of=self.at,
            case=case,
            account=watched.facts(),
            owner=Owner(name=account.owner, email=account.owner_email),
            about=about,
            approved_by=self._shown(event.by if event else ""),
            approved_at=event.at if event else self.at,
            due_at=case.due_at,
            policy=self.house.policy,
            policy_title=self.app.policy.title,
            steps=_steps(account.platform, about),
            until=closed_until(case) if about is About.CLOSURE else None,
            by_hand=watched.by_hand,
            answers_to=self.house.rota.who_decides(self.at, barred={account.owner_email})[0],
            stamp=self.stamp,
            harmless=self.house.harmless,
            codes=self.app.codes,
        )

    def _shown(self, by: str) -> str:
        """Return who approved, by the name that people know: a listed person's, else as given."""
        said = by.strip().casefold()
        for person in self.house.people:
            if said in (person.name.casefold(), person.email.casefold()):
                return (
                    f"The {person.name}" if person.name.casefold() == person.role else person.name
                )
        return by
