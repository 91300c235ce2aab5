"""When much is urgent in one hour: beyond a number of mails, one mail lists the rest.

What is folded is kept in the same transaction as its finding; the mail that lists it, and the
note that it is listed, commit together too. So a kill at any instant loses nothing and tells
nothing twice. The list leaves at the end of the judging that found it; a second one not
before an hour has passed.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from config.errors import StorageError
from config.types import MailKind
from monitor.alerts.cards import Desk
from monitor.alerts.digest import case_record
from monitor.alerts.facts import Stamp
from monitor.alerts.hardening import one_line
from monitor.alerts.house import House
from monitor.alerts.message import Letter, ReplyAddress, envelope, finish, message_id
from monitor.alerts.model import Technical
from monitor.alerts.render import technical_html, technical_text
from monitor.alerts.urgent import SENSITIVE, is_urgent, urgent_findings
from monitor.alerts.wording import Calendar, count
from monitor.cases.replies.codes import ABOUT_ALL
from monitor.people.handing import barred
from storage.values import FOLDED, NewMail

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from monitor.app import App
    from storage.values import Case

AN_HOUR = timedelta(hours=1)
_MOST_LINES = 100


def must_wait(
    app: App,
    case: Case,
    mail: NewMail,
    *,
    is_polling_day: bool,
    as_of: datetime,
    is_burst: Callable[[Case], bool] = lambda _: False,
) -> bool:
    """Return whether an urgent mail is left out, because one mail will list several.

    To be asked in the transaction that would queue it: mails queued there count.

    Args:
        app: The wired application; only read from.
        case: What the mail is about.
        mail: As it would go out.
        is_polling_day: People in the town vote today: then nothing waits.
        as_of: The present moment; aware UTC.
        is_burst: Says of a case that its rule found far more than usual: then no mail of its
            own leaves, and the hour's list tells of it.

    Raises:
        StorageError: The database cannot be read.
    """
    store = app.repository
    if store.is_folded(mail.key):
        return True
    if is_polling_day or any(finding.topic in SENSITIVE for finding in urgent_findings(case)):
        return False
    if store.mail(mail.key) is not None:
        return False
    if is_burst(case):
        return True
    made = store.urgent_keys(since=as_of - AN_HOUR, until=as_of)
    return len(made) >= app.settings.mail.urgent_per_hour


def put_list(app: App, *, as_of: datetime) -> bool:
    """Write the mail that lists what was folded, if it is time; return whether it was.

    Args:
        app: The wired application.
        as_of: The present moment; aware UTC.

    Raises:
        MailError: An address is not usable.
        StorageError: The database refused; what was folded waits.
    """
    store = app.repository
    if not is_list_due(app, as_of=as_of):
        return False
    with store.together() as transaction:
        waiting = store.folded()
        cases: dict[int, Case] = {}
        over: list[str] = []
        listed: list[str] = []
        for one in waiting:
            case = _still_urgent(app, transaction.case(one.case))
            if case is None:
                over.append(one.key)
            else:
                cases[case.id] = case
                listed.append(one.key)
        transaction.unfold(over, told_by="")
        if not listed:
            return False
        mail = _compose(app, tuple(cases.values()), listed, as_of=as_of)
        if not transaction.queue_mail(mail, at=as_of):
            raise StorageError(f"the mail {mail.key} was there before what it lists was marked")
        transaction.unfold(listed, told_by=mail.key)
    return True


def is_list_due(app: App, *, as_of: datetime) -> bool:
    """Return whether something was folded, and the last list is an hour old.

    Raises:
        StorageError: The database cannot be read.
    """
    store = app.repository
    if not store.folded():
        return False
    made = store.urgent_keys(since=as_of - AN_HOUR, until=as_of)
    return not any(key.startswith(FOLDED) for key in made)


def _still_urgent(app: App, case: Case) -> Case | None:
    kinds = {account.id: account.kind for account in app.register}
    kind = kinds.get(case.account)
    return case if kind is not None and is_urgent(case, kind=kind) else None


def _compose(app: App, cases: Sequence[Case], keys: Sequence[str], *, as_of: datetime) -> NewMail:
    """Return the finished mail that lists cases, the oldest first."""
    house = House.of_app(app)
    entries, head = app.repository.ledger_head()
    named = hashlib.sha256("\n".join(sorted(keys)).encode()).hexdigest()[:16]
    key = f"{FOLDED}{named}"
    told = house.rota.called(
        [found.topic for case in cases for found in urgent_findings(case)],
        as_of=as_of,
        barred=[address for case in cases for address in barred(app, case)],
    )
    mail = _laid_out(app, house, cases, key=key, as_of=as_of)
    letter = Letter(
        key=key,
        kind=MailKind.URGENT.value,
        council=house.council,
        sender=house.sender,
        people=told,
        subject=mail.subject,
        text=technical_text(mail),
        html=technical_html(mail),
        at=as_of,
        zone=house.zone,
        stamp=Stamp(version=house.version, entries=entries, head=head, rules=house.rules),
        answers_to=None
        if app.codes is None
        else ReplyAddress(name=house.council, email=app.codes.address(key, ABOUT_ALL)),
        record={"as_of": as_of.isoformat(), "cases": [case_record(case) for case in cases]},
    )
    return NewMail(
        key=key,
        kind=MailKind.URGENT,
        message_id=message_id(key, council=house.council, sender=house.sender),
        subject=mail.subject,
        body=finish(letter),
        recipients=envelope(told),
        cases=tuple(case.id for case in cases),
    )


def _laid_out(
    app: App, house: House, cases: Sequence[Case], *, key: str, as_of: datetime
) -> Technical:
    """Return what the mail says: a line a case, as the morning mail has it."""
    calendar = Calendar(zone=house.zone, as_of=as_of)
    desk = Desk(
        calendar=calendar,
        accounts={one.account.id: one.facts() for one in house.watched},
        policy=house.policy,
        harmless=house.harmless,
    )
    subject = f"Urgent: {count(len(cases), 'more matter')} to decide"
    if app.codes is not None:
        subject = f"{subject} {app.codes.tag(key, ABOUT_ALL)}"
    lines = [desk.line(case).text for case in cases[:_MOST_LINES]]
    if len(cases) > _MOST_LINES:
        lines.append(f"And {len(cases) - _MOST_LINES} more: clerkwatch cases list")
    answer = (
        "Reply with one line for one of them, its number after the word: for example REMOVE "
        f"{cases[0].id}, or KEEP {cases[0].id} because …"
        if app.codes is not None
        else f"To see one of them: clerkwatch cases show {cases[0].id}"
    )
    return Technical(
        council=one_line(house.council),
        subject=subject,
        date=calendar.moment(as_of),
        lead="Much was found in one hour, so these are listed in one mail instead of one each.",
        lines=tuple(lines),
        foot=(answer, "Each of them stands in full in the next morning's mail."),
    )
