"""The briefing: one page before a pre-election period, and again on the day it opens.

What changes, from when, which accounts, whom to tell, what stays allowed. Each kind of mail
has a natural key of the poll, its stage and the day on which the period starts: so each goes
out once, and again only if the start has moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from config.types import Kind, MailKind, PollStatus, WindowMode
from monitor.alerts.briefing import BriefingFacts, Section, briefing_key, compose_briefing
from monitor.alerts.enclosing import Posting
from monitor.alerts.facts import Stamp
from monitor.alerts.wording import Calendar, listed
from monitor.freeze.coming import coming_up, title_of
from monitor.freeze.timetable import Regime, last_day
from monitor.freeze.windows import NOWHERE, WHOLE, usable_notice
from monitor.judging import polls_of
from monitor.people.rota import Rota

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from config.settings import Settings
    from monitor.app import App
    from monitor.freeze.coming import Coming
    from storage.values import NewMail, PollRow

DAYS_BEFORE = 14
MADE_GOOD = timedelta(days=7)
"""How long after a period opened, or its poll was entered, the briefing is still of use."""
_INSIDE = frozenset({Kind.COUNCIL, Kind.MAYORAL, Kind.OFFICER, Kind.PARTNER})
_CODE = "https://gov.uk/government/publications/recommended-code-of-practice-for-local-authority-publicity"
_LGA = (
    "https://www.local.gov.uk/our-support/guidance-and-resources/pre-election-period/"
    "pre-election-period-social-media"
)
_ALLOWED = (
    (
        "How to register and vote, voter ID, polling stations, the list of persons nominated, "
        "results after the close of the poll."
    ),
    "Roads, bins, libraries, emergencies: services that run as always, without credit to anybody.",
    "Events of the regular calendar without members or candidates.",
    "Notices that a law requires, and answers of officers as officers.",
)
_ALLOWED_CLOSED = (
    "The notices that must go out: how the poll itself is run, emergencies, what a law requires.",
    "A pinned post or profile text that says the account is closed, until when, and where to turn.",
)
_ALLOWED_REFERENDUM = (
    "Notices about how the poll itself is run, where the law asks the council to give them.",
    "Services, emergencies and answers to questions that have nothing to do with the referendum.",
)
_RESTRICTED = (
    (
        "No candidate, party, agent or member who stands again is named, pictured, quoted, tagged "
        "or thanked."
    ),
    "Nothing of a party or a politician is shared.",
    "No credit is claimed for the council: “we delivered”, “record investment”.",
    "No new policy, consultation or campaign is launched, and no views are asked on one.",
    "No hustings are promoted, and no result is predicted.",
    "Comments under anything contested are closed, or looked at.",
)
_CLOSED = (
    "Nothing is posted, shared, edited or answered on the accounts, except the notices below.",
    "Each account says on its profile or in a pinned post that it is closed until the poll.",
)
_REFERENDUM = (
    "No general information about the referendum, and no argument for or against any answer.",
    (
        "Not even an encouragement to vote (Political Parties, Elections and Referendums Act 2000, "
        "section 125)."
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A briefing that is due and was not written yet."""

    key: str
    poll: PollRow
    coming: Coming


def due(app: App, *, now: datetime) -> Iterator[Due]:
    """Go through the briefings that are due now: from the hour of the morning mail on.

    Raises:
        StorageError: The database cannot be read.
    """
    settings = app.settings
    local = now.astimezone(settings.zone())
    if local.time() < settings.schedule.digest_at:
        return
    polls = {poll.id: poll for poll in polls_of(settings, app.repository)}
    for coming in coming_up(polls.values(), now, **calendar_of(settings)):
        key = key_of(coming, polls[coming.poll], settings, now=now)
        if key is not None and app.repository.mail(key) is None:
            yield Due(key=key, poll=polls[coming.poll], coming=coming)


def calendar_of(settings: Settings) -> dict[str, Any]:
    """Return what every computation of dates takes beside the moment."""
    council = settings.council
    return {
        "zone": settings.zone(),
        "nation": council.nation,
        "extra_holidays": council.holidays,
    }


def key_of(coming: Coming, poll: PollRow, settings: Settings, *, now: datetime) -> str | None:
    """Return the natural key of the briefing of this day.

    Returns:
        None where it is too early, the start is not known, or the period has been running for
        a while and nothing of it is new.
    """
    left = coming.days_to_start
    if coming.window is None or left is None or left > DAYS_BEFORE:
        return None
    is_new = poll.entered_at is not None and now - poll.entered_at < MADE_GOOD
    if left <= -MADE_GOOD.days and not is_new:
        return None
    first = coming.window.start.astimezone(settings.zone()).date()
    return briefing_key(f"{coming.poll}:{'before' if left > 0 else 'open'}", first)


def put_due(app: App, *, now: datetime) -> int:
    """Put every briefing that is due into the outbox; return how many.

    Raises:
        MailError: An address is not usable.
        StorageError: The database refused.
    """
    queued = 0
    for one in list(due(app, now=now)):
        mail = write(app, one.poll, one.key, at=now)
        with app.repository.writing() as transaction:
            queued += transaction.queue_mail(mail, at=now)
    return queued


def write(app: App, poll: PollRow, key: str, *, at: datetime) -> NewMail:
    """Return the finished briefing for the Clerk or whoever stands in; nothing is stored.

    Raises:
        MailError: An address is not usable.
        StorageError: The database cannot be read.
    """
    entries, head = app.repository.ledger_head()
    stamp = Stamp(version=version("clerkwatch"), entries=entries, head=head, rules=app.judge.digest)
    rota = Rota.of(app.settings, app.repository.absences())
    posting = posting_of(app.settings, key, stamp=stamp, rota=rota, at=at)
    return compose_briefing(facts_of(poll, app.settings, as_of=at), posting)


def posting_of(settings: Settings, key: str, *, stamp: Stamp, rota: Rota, at: datetime) -> Posting:
    """Return how a briefing goes out; it asks nothing, so no reply to it is read."""
    council = settings.council
    return Posting(
        key=key,
        council=council.name,
        sender=settings.mail.sender,
        zone=council.timezone,
        as_of=at,
        stamp=stamp,
        to=rota.who_decides(at),
        kind=MailKind.BRIEFING,
    )


def facts_of(poll: PollRow, settings: Settings, *, as_of: datetime) -> BriefingFacts:
    """Return what the briefing on a poll says at a moment.

    Args:
        poll: As merged from file and database.
        settings: The configuration.
        as_of: The present moment; aware UTC.
    """
    calendar = Calendar(zone=settings.council.timezone, as_of=as_of)
    coming = next(iter(coming_up([poll], as_of, **calendar_of(settings))), None)
    window = coming.window if coming is not None else None
    title = title_of(poll)
    if coming is None or window is None:
        what = " ".join(coming.sentences) if coming is not None else _why_none(poll)
        return BriefingFacts(subject=f"Briefing: {title}", title=f"{title}.", opening=(what,))
    begins = "starts" if window.start > as_of else "has started"
    day = calendar.day_of(window.start)
    short = calendar.short_day(window.start.astimezone(settings.zone()).date())
    is_whole_day = window.end.astimezone(settings.zone()).hour == 0
    last = window.end - timedelta(microseconds=1) if is_whole_day else window.end
    ends = f"the end of {calendar.day_of(last)}" if is_whole_day else calendar.moment(last)
    is_closed = window.mode is WindowMode.CLOSED
    strict = _is_strict(poll, settings)
    changes = _REFERENDUM if strict else _CLOSED if is_closed else _RESTRICTED
    allowed = _ALLOWED_REFERENDUM if strict else _ALLOWED_CLOSED if is_closed else _ALLOWED
    verb = "starts" if window.start > as_of else "started"
    return BriefingFacts(
        subject=f"Briefing: the pre-election period {verb} on {short}",
        title=f"The pre-election period {begins} on {day}: what changes, for whom, until when.",
        opening=(f"{title}.", *coming.sentences),
        sections=(
            Section(heading="From when, until when", bullets=_dates(window.why, day, ends)),
            Section(heading="What changes", bullets=changes, note=_where(poll)),
            _accounts(poll, settings),
            _people(settings),
            Section(heading="What stays allowed", bullets=allowed),
            Section(heading="What to do", bullets=_to_do(poll, coming, settings, calendar)),
        ),
        foot=(
            (
                "Two questions help: could anyone conclude that public money was spent to "
                "influence the outcome? Would all who stand see it as fair?"
            ),
            (
                f"Sources: {_CODE} and {_LGA}. Not legal advice: where it matters, ask the "
                "returning officer."
            ),
        ),
    )


def _why_none(poll: PollRow) -> str:
    if poll.area == NOWHERE:
        return "It does not touch the town: nothing changes."
    if poll.status is PollStatus.CANCELLED:
        return "It is not held: nothing changes, or its period is over."
    return "Its pre-election period is over."


def _is_strict(poll: PollRow, settings: Settings) -> bool:
    """Return whether even encouraging people to vote is forbidden."""
    last = last_day(
        poll.type,
        poll.held_on,
        nation=settings.council.nation,
        by_election=poll.by_election,
        extra_holidays=settings.council.holidays,
    )
    return last.statute.ends_at_midnight


def _dates(why: str, day: str, ends: str) -> tuple[str, ...]:
    return (f"From {day}, 00:00.", f"Until {ends}.", why)


def _where(poll: PollRow) -> str:
    if poll.area == WHOLE:
        return "It holds in the whole town."
    return (
        f"It holds in full for {poll.area} ward: accounts of the ward, and posts that name it, its "
        "places or somebody who stands there. Elsewhere candidates stay unnamed all the same."
    )


def _accounts(poll: PollRow, settings: Settings) -> Section:
    """Say which accounts are inside, and which are not."""
    inside = [
        one
        for one in settings.accounts
        if one.kind in _INSIDE and not (one.kind is Kind.PARTNER and poll.id in one.handed_over)
    ]
    outside = [one for one in settings.accounts if one not in inside]
    note = "A member's own page is outside: members may campaign there."
    if outside:
        note = f"Outside: {listed([one.id for one in outside])}. {note}"
    bullets = tuple(f"{one.id} ({one.platform}, {one.kind}): {one.owner}" for one in inside)
    return Section(
        heading="Which accounts",
        paragraphs=() if bullets else ("No account is registered.",),
        bullets=bullets,
        note=note,
    )


def _people(settings: Settings) -> Section:
    """Say who should hear of it: everybody who posts, each once."""
    owners = dict.fromkeys(one.owner for one in settings.accounts if one.kind in _INSIDE)
    return Section(
        heading="Whom to tell",
        bullets=(
            *owners,
            "Members: the council's accounts may not quote or show them as usual.",
            "Whoever makes posts for the council: contractors, event stewards, the Mayor's office.",
        ),
    )


def _to_do(
    poll: PollRow, coming: Coming, settings: Settings, calendar: Calendar
) -> tuple[str, ...]:
    said = []
    statute = last_day(
        poll.type, poll.held_on, nation=settings.council.nation, by_election=poll.by_election
    ).statute
    if usable_notice(poll) is None and statute.regime is Regime.NOTICE:
        said.append(_notice(coming, settings, calendar))
    if not poll.candidates:
        said.append(
            "When it is known who stands, have the list entered: clerkwatch elections candidates "
            f"{poll.id} FILE"
        )
    said += [
        "Look at pinned posts, banners and profile texts: visitors see them first.",
        "Take out of the plan what was scheduled for these weeks and may not go out.",
        "Older posts that still stand and may be affected are listed in the morning mail, once.",
    ]
    return tuple(said)


def _notice(coming: Coming, settings: Settings, calendar: Calendar) -> str:
    until = f" (by {calendar.day(coming.last_day)} at the latest)" if coming.last_day else ""
    said = f"When the notice of election is published{until}, enter the day"
    if settings.mail.inbox is not None:
        return f"{said}: reply to a morning mail, for example {_example(coming)}"
    day: date | None = coming.example_day
    shown = day.isoformat() if day is not None else "DATE"
    return f"{said}: clerkwatch elections notice {coming.poll} {shown}"


def _example(coming: Coming) -> str:
    day = coming.example_day
    return f"NOTICE {coming.poll} {f'{day.day} {day:%B}' if day is not None else 'and the day'}"
