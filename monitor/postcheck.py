"""What `doctor` examines of the post: server, inbox, sender's domain, returned mails, the ping."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING

from config.errors import MailError, OperatorError
from config.types import BounceAction, MailKind, Role, Sign
from monitor.alerts.bounces import reason
from monitor.alerts.facts import Stamp
from monitor.alerts.inbox import inbox_of
from monitor.alerts.message import Letter, ReplyAddress, envelope, finish, message_id
from monitor.alerts.model import Technical
from monitor.alerts.postal import way_words
from monitor.alerts.render import technical_html, technical_text
from monitor.alerts.tokens import tokens_of
from monitor.alerts.wording import Calendar
from monitor.app import smtp
from monitor.cases.replies.codes import ABOUT_ALL
from monitor.diagnosis import Check
from monitor.hiding import hide_all
from monitor.senderdomain import check_domain, dns_texts
from storage.values import NewMail

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from config.settings import Settings
    from connectors.door import Door
    from monitor.app import App
    from storage.repository import Repository
    from storage.values import SignOfLife

_RECENT = timedelta(days=7)


def check_post(settings: Settings, *, environ: Mapping[str, str], door: Door) -> Iterator[Check]:
    """Examine what the mails need, without sending one.

    Args:
        settings: The configuration.
        environ: Where secrets are looked up.
        door: For the token server.
    """
    try:
        tokens = tokens_of(settings, environ=environ, door=door)
        hide_all(settings, environ=environ, redactor=door.redactor)
        transport = smtp(settings, environ=environ, tokens=tokens, hide=door.redactor.redact)
        inbox = inbox_of(settings, environ=environ, tokens=tokens)
    except OperatorError as error:
        yield Check(name="mail", state="fault", what=error.what, remedy=error.remedy)
        return
    trouble = transport.greet(settings.mail.sender)
    where = f"{settings.mail.host}:{settings.mail.port}"
    if trouble is None:
        yield Check(name="mail", state="well", what=f"{where} answers ({settings.mail.security})")
    else:
        yield Check(
            name="mail",
            state="fault",
            what=f"{where}: {trouble.what}",
            remedy=trouble.remedy,
        )
    if inbox is not None:
        try:
            with inbox.opened():
                yield Check(name="inbox", state="well", what="can be read")
        except MailError as error:
            yield Check(
                name="inbox",
                state="fault",
                what=door.redactor.redact(str(error)),
                remedy="Check [mail.inbox]; replies wait there until it works",
            )
    domain = settings.mail.sender.rpartition("@")[2]
    yield from check_domain(domain, selector=settings.mail.dkim_selector, texts=dns_texts(environ))


def check_signs(settings: Settings, repository: Repository, *, now: datetime) -> Iterator[Check]:
    """Examine what earlier work has left about the post.

    Args:
        settings: The configuration.
        repository: May be read-only.
        now: The present moment; aware UTC.
    """
    calendar = Calendar(zone=settings.council.timezone, as_of=now)
    signs = repository.signs()
    if settings.watch.has_ping():
        yield _ping(signs.get(Sign.PING), calendar)
    if settings.mail.inbox is not None:
        yield _way(signs.get(Sign.WAY), calendar)
    clock = signs.get(Sign.CLOCK)
    if clock is not None and clock.failing_since is not None:
        yield Check(
            name="clock",
            state="fault",
            what=f"wrong since {calendar.moment(clock.failing_since)}: {clock.what}",
            remedy="Set it and switch time synchronisation on: timedatectl set-ntp true. If it is "
            "right, the clock of the server that it was held against is not",
        )
    for one in repository.bounces(since=now - _RECENT):
        if one.action is BounceAction.FAILED:
            yield Check(
                name="returned mail",
                state="look",
                what=f"{one.key} came back on {calendar.day_of(one.at)}: {reason(one.status)}",
                remedy="Put the mailbox or the address right",
            )


def check_ping_decided(settings: Settings) -> Iterator[Check]:
    """Say that nobody has decided yet who notices when the machine is dead."""
    if not settings.watch.ping:
        yield Check(
            name="dead-man's ping",
            state="look",
            what="nobody is told when this machine stands still",
            remedy='Set [watch] ping to the address of a service that expects it, or to "none"',
        )


def put_trial(app: App) -> NewMail:
    """Queue the mail that the Clerk answers, so that the way there and back is known to work.

    Raises:
        OperatorError: No reply is read.
        MailError: An address is not usable.
        StorageError: The database refused.
    """
    if app.codes is None or app.inbox is None:
        raise OperatorError(
            "no reply is read, so the way back cannot be tried", remedy="Add [mail.inbox]"
        )
    now, settings = app.clock.now(), app.settings
    council = settings.council
    clerk = tuple(person for person in settings.people if person.role is Role.CLERK)
    key = f"{MailKind.TECHNICAL.value}:trial:{now.astimezone(UTC).isoformat()}"
    calendar = Calendar(zone=council.timezone, as_of=now)
    mail = Technical(
        council=council.name,
        subject=f"Please answer this trial mail {app.codes.tag(key, ABOUT_ALL)}",
        date=calendar.moment(now),
        lead="This is a trial: it shows that mails reach you and that your answers come back.",
        lines=("Please reply to this mail with the one word: YES",),
        foot=("Nothing is decided by it.",),
    )
    entries, head = app.repository.ledger_head()
    letter = Letter(
        key=key,
        kind=MailKind.TECHNICAL.value,
        council=council.name,
        sender=settings.mail.sender,
        people=clerk,
        subject=mail.subject,
        text=technical_text(mail),
        html=technical_html(mail),
        at=now,
        zone=council.timezone,
        stamp=Stamp(version=version("clerkwatch"), entries=entries, head=head),
        answers_to=ReplyAddress(name=council.name, email=app.codes.address(key, ABOUT_ALL)),
    )
    made = NewMail(
        key=key,
        kind=MailKind.TECHNICAL,
        message_id=message_id(key, council=council.name, sender=settings.mail.sender),
        subject=mail.subject,
        body=finish(letter),
        recipients=envelope(clerk),
    )
    with app.repository.together() as transaction:
        transaction.queue_mail(made, at=now)
        transaction.put_sign(Sign.WAY, is_good=False, at=now, what=key)
    return made


def _ping(sign: SignOfLife | None, calendar: Calendar) -> Check:
    if sign is None:
        return Check(
            name="dead-man's ping",
            state="look",
            what="was not sent yet",
            remedy="It is sent after the first complete run",
        )
    if sign.failing_since is None and sign.good_at is not None:
        last = calendar.moment(sign.good_at)
        return Check(name="dead-man's ping", state="well", what=f"last arrived {last}")
    since = calendar.moment(sign.failing_since) if sign.failing_since else ""
    return Check(
        name="dead-man's ping",
        state="fault",
        what=f"fails since {since}: {sign.what}",
        remedy="Check [watch] ping",
    )


def _way(sign: SignOfLife | None, calendar: Calendar) -> Check:
    is_well = sign is not None and sign.failing_since is None
    return Check(
        name="way there and back",
        state="well" if is_well else "look",
        what=way_words(sign, calendar),
        remedy="" if is_well else "clerkwatch doctor --mail sends a mail that the Clerk answers",
    )
