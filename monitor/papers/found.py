"""What a search found, by mail: words from posts as text, never those that are not quoted."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from config.errors import OperatorError
from monitor.alerts.enclosing import Item, Part, Sheet, compose_sheet
from monitor.alerts.hardening import inert, one_line
from monitor.alerts.house import House
from monitor.alerts.wording import Calendar, count, listed
from monitor.papers.base import Paper, key_of, posting
from monitor.report.period import midnight
from storage.wanted import Wanted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from config.types import AccountId
    from monitor.alerts.message import Addressee
    from monitor.app import App
    from storage.values import Found, Hit

MOST = 50
"""Most results in one mail, the newest."""
_MASKED = "Not quoted: it may hold personal data, a safeguarding matter or an accusation."
_SHORTER = "There are more: name more words, or fewer days."
_SEARCHED = (
    "Posts were searched in every wording that was read, with the reasons of decisions and the "
    "notes of the record. Capitals and accents do not matter."
)
_KINDS = {"post": "", "profile": "profile", "case": "decision", "ledger": "note in the record"}


def found_mail(
    app: App,
    query: str,
    since: date | None,
    until: date | None,
    *,
    to: Addressee,
    at: datetime,
    asked: str,
    follows: str = "",
) -> Paper:
    """Return the mail that says where words stand in posts, decisions and the record.

    Args:
        app: The wired application.
        query: As written: all words must occur, "a phrase" as it is.
        since: First day, in the council's zone; None: from the beginning.
        until: Last day, included; None: up to now.
        to: Who gets it.
        at: The present moment; aware UTC.
        asked: Digest of the reply that asked for it, for the natural key.
        follows: Message-ID of that reply; empty: none.

    Raises:
        OperatorError: There is no word to look for, or the last day is before the first.
        MailError: The address is not usable.
        StorageError: The database cannot be read.
    """
    wanted = Wanted.of(query)
    if not wanted.phrases:
        raise OperatorError("there is no word to look for", remedy="Write for example FIND market")
    if since is not None and until is not None and until < since:
        raise OperatorError("the last day is before the first", remedy="Write them the other way")
    zone = app.settings.zone()
    found = app.repository.search(
        query,
        since=None if since is None else midnight(since, zone),
        until=None if until is None else midnight(until + timedelta(days=1), zone),
        limit=MOST,
    )
    calendar = Calendar(zone=app.settings.council.timezone, as_of=at)
    titles = {one.account.id: one.title for one in House.of_app(app).watched}
    sheet = _sheet(found, wanted, _asked(query, since, until, calendar), calendar, titles)
    key = key_of("found", asked)
    mail = compose_sheet(
        sheet, posting(app, key, to=(to,), at=at, follows=follows), shorter=_SHORTER
    )
    return Paper(mail=mail)


def _asked(query: str, since: date | None, until: date | None, calendar: Calendar) -> str:
    """Return what was looked for, in words."""
    days = [f"from {calendar.day(since)}"] if since else []
    days += [f"to {calendar.day(until)}"] if until else []
    return " ".join([f"“{one_line(query, most=100)}”", *days])


def _sheet(
    found: Found, wanted: Wanted, asked: str, calendar: Calendar, titles: Mapping[AccountId, str]
) -> Sheet:
    items = tuple(_item(hit, wanted, calendar, titles) for hit in found.hits)
    how_many = count(len(items), "place")
    if not items:
        lead = f"Nothing was found for {asked}."
    elif found.more:
        lead = f"The newest {how_many} for {asked}; there are more."
    else:
        lead = f"{how_many} for {asked}."
    return Sheet(
        subject=f"Found: {how_many} for {one_line(asked, most=60)}",
        lead=lead,
        lines=(_SEARCHED,),
        parts=(Part(heading="What was found", items=items, note=_SHORTER if found.more else ""),)
        if items
        else (),
    )


def _item(hit: Hit, wanted: Wanted, calendar: Calendar, titles: Mapping[AccountId, str]) -> Item:
    where = titles.get(hit.account, str(hit.account)) if hit.account else ""
    kind = _KINDS.get(hit.kind, hit.kind)
    title = ", ".join(filter(None, (where, kind, calendar.moment(hit.at))))
    said = [one_line(hit.what, most=100)] if hit.what else []
    if hit.cases:
        said.append(f"Case {listed([str(number) for number in hit.cases])}")
    if hit.entry is not None:
        said.append(f"entry {hit.entry}")
    if not hit.is_current:
        said.append("an older wording, no longer shown")
    lines = [", ".join(said)] if said else []
    if hit.is_masked:
        return Item(title=title, lines=(*lines, _MASKED))
    return Item(
        title=title,
        lines=tuple(filter(None, (*lines, inert(hit.url)))),
        quote=wanted.snippet(hit.text),
    )
