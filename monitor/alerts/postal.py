"""What is told of the post itself: mails that came back, replies that cannot be read, the ping.

The Clerk gets a sentence and whether it can wait; who looks after the machine gets the
details. What a server wrote is never repeated: the reason comes from its code.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from config.types import BounceAction, MailKind, Role, Sign
from monitor.alerts.bounces import reason
from monitor.alerts.hardening import one_line
from monitor.alerts.model import Technical
from monitor.alerts.technical import finished
from monitor.alerts.wording import Calendar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from monitor.alerts.facts import Stamp
    from monitor.alerts.message import Person
    from storage.values import Bounced, NewMail, SignOfLife

PATIENCE = timedelta(hours=1)
"""How long the inbox may fail before the Clerk is told: a server may be restarted."""
_KINDS = {
    MailKind.DIGEST: "The morning mail",
    MailKind.URGENT: "The urgent mail",
    MailKind.TECHNICAL: "The technical mail",
    MailKind.REQUEST: "The request",
    MailKind.REMINDER: "The reminder",
    MailKind.ANSWER: "The answer",
    MailKind.PAPER: "The mail with papers",
}
_FOOT = (
    "Please put the mailbox or the address right (in the configuration: people, or the account's "
    "owner_email). What the mail told also stands in the next morning's mail, and in: clerkwatch "
    "cases list."
)
_ROLES = {
    Role.CLERK: "the Clerk",
    Role.DEPUTY: "the deputy",
    Role.SAFEGUARDING: "the person for safeguarding",
    Role.TECHNICAL: "your supplier",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PostFacts:
    """How the post fares.

    Attributes:
        returned: Mails that came back, or are late, since the previous digest.
        inbox: Whether replies can be read; None: never tried.
        ping: Whether the ping arrives; None: never tried.
        clock: Whether this machine's clock agrees with others; None: none said anything.
    """

    returned: tuple[Bounced, ...] = ()
    inbox: SignOfLife | None = None
    ping: SignOfLife | None = None
    clock: SignOfLife | None = None


def clerk_lines(
    facts: PostFacts, *, people: Sequence[Person], calendar: Calendar, as_of: datetime
) -> tuple[str, ...]:
    """Return what the Clerk is told, a sentence each; empty when the post works."""
    lines = [
        _came_back(one, people=people, calendar=calendar)
        for one in facts.returned
        if one.action is BounceAction.FAILED
    ]
    since = facts.inbox.failing_since if facts.inbox else None
    if since is not None and as_of - since >= PATIENCE:
        lines.append(
            f"Replies cannot be read since {calendar.moment(since)}. None is lost: they are read "
            "as soon as it works. Until then decide by command, or wait."
        )
    return tuple(dict.fromkeys(lines))


def technical_lines(
    facts: PostFacts, *, people: Sequence[Person], calendar: Calendar
) -> tuple[str, ...]:
    """Return the details for who looks after the machine; empty when the post works."""
    lines = []
    for one in facts.returned:
        back = _came_back(one, people=people, calendar=calendar)
        lines.append(f"{back} Mail {one_line(one.key)}, code {one.status or 'none'}.")
    for sign, what in (
        (facts.inbox, "The inbox fails"),
        (facts.ping, "The dead-man's ping fails"),
        (facts.clock, "The clock of this machine is wrong"),
    ):
        if sign is not None and sign.failing_since is not None:
            since = calendar.moment(sign.failing_since)
            said = one_line(sign.what, most=400)
            lines.append(f"{what} since {since}: {said}")
    return tuple(dict.fromkeys(lines))


def way_words(sign: SignOfLife | None, calendar: Calendar) -> str:
    """Return whether a mail reached the Clerk and the answer came back, as a sentence."""
    if sign is None:
        return "The way there and back was never tried."
    worked = f"worked on {calendar.moment(sign.good_at)}" if sign.good_at else ""
    if sign.failing_since is None:
        return f"The way there and back {worked}."
    sent = f"a trial mail of {calendar.moment(sign.failing_since)} is not answered yet"
    return f"The way there and back: {sent}{f'; it {worked}' if worked else ''}."


def facts_of(
    returned: Sequence[Bounced], signs: dict[Sign, SignOfLife], *, has_inbox: bool, has_ping: bool
) -> PostFacts:
    """Return how the post fares; what is configured no more is not told."""
    return PostFacts(
        returned=tuple(returned),
        inbox=signs.get(Sign.INBOX) if has_inbox else None,
        ping=signs.get(Sign.PING) if has_ping else None,
        clock=signs.get(Sign.CLOCK),
    )


def compose_returned(
    returned: Sequence[Bounced],
    *,
    people: Sequence[Person],
    council: str,
    sender: str,
    zone: str,
    stamp: Stamp,
    as_of: datetime,
) -> NewMail | None:
    """Return the mail, sent at once, that says that a mail came back.

    Args:
        returned: What one report said of one mail.
        people: All people.
        council: Its name.
        sender: Bare address mails come from.
        zone: IANA zone.
        stamp: Where in the record it stands.
        as_of: The present moment; aware UTC.

    Returns:
        None if nothing failed for good, if what came back was such a mail itself (so that
        two broken addresses never write of each other), or if nobody is left to be told.

    Raises:
        MailError: An address is not usable.
    """
    failed = [one for one in returned if one.action is BounceAction.FAILED]
    if not failed or failed[0].kind is MailKind.TECHNICAL:
        return None
    told = told_of_return([one.address for one in failed], people=people)
    if not told:
        return None
    calendar = Calendar(zone=zone, as_of=as_of)
    named = "\n".join(sorted(one.address for one in failed))
    key = f"{MailKind.TECHNICAL.value}:returned:{_short(named)}:{failed[0].key}"
    lines = tuple(_came_back(one, people=people, calendar=calendar) for one in failed)
    mail = Technical(
        council=one_line(council),
        subject=lines[0].removesuffix("."),
        date=calendar.moment(as_of),
        lead="A mail came back after a server had taken it. It is not sent again by itself.",
        lines=lines,
        foot=(_FOOT,),
    )
    return finished(
        mail,
        key=key,
        council=council,
        sender=sender,
        told=told,
        at=as_of,
        zone=zone,
        stamp=stamp,
        record={"mail": failed[0].key, "codes": [one.status for one in failed]},
    )


def told_of_return(addresses: Sequence[str], *, people: Sequence[Person]) -> tuple[Person, ...]:
    """Return who is told that mails to some addresses came back.

    The technician; if the Clerk's own mail came back, or there is no technician, the deputy
    too; and the Clerk where it was somebody else's and nobody else is there. Never who does
    not get mails.
    """
    gone = {address.lower() for address in addresses}
    reachable = [person for person in people if person.email.lower() not in gone]
    is_clerks = any(person.role is Role.CLERK and person.email.lower() in gone for person in people)
    roles = {Role.TECHNICAL, Role.DEPUTY} if is_clerks else {Role.TECHNICAL}
    told = tuple(person for person in reachable if person.role in roles)
    others = (Role.DEPUTY, Role.CLERK, Role.SAFEGUARDING)
    for role in others:
        told = told or tuple(person for person in reachable if person.role is role)
    return told


def _came_back(one: Bounced, *, people: Sequence[Person], calendar: Calendar) -> str:
    """Return ``The morning mail of Monday 23 November to the deputy came back: …``."""
    what = _KINDS.get(one.kind, "A mail")
    whom = _whom(one, people=people)
    of = calendar.day_of(one.mailed_at)
    if one.action is BounceAction.DELAYED:
        return f"{what} of {of} {whom} is late: {reason(one.status)}. It is still being tried."
    return f"{what} of {of} {whom} came back: {reason(one.status)}."


def _whom(one: Bounced, *, people: Sequence[Person]) -> str:
    """Return ``to the deputy``; an address of nobody who is listed is an account's owner."""
    if not one.address:
        return "to one of its recipients"
    role = next(
        (person.role for person in people if person.email.lower() == one.address.lower()), None
    )
    return f"to {_ROLES[role]}" if role is not None else "to the account's owner"


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
