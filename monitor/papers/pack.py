"""A case's evidence pack by mail.

A mail is read on telephones and lies on servers: what must not be quoted in a mail is not in
a pack that goes by mail either. Of such a case the copy without personal data goes out, and
the mail says where the whole one is made.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from config.errors import OperatorError
from monitor.alerts.enclosing import Sheet, compose_sheet
from monitor.alerts.house import House
from monitor.alerts.message import enclosed, fits
from monitor.alerts.wording import Calendar
from monitor.cases import pack as packs
from monitor.cases.standing import is_masked
from monitor.papers.base import Paper, key_of, posting

if TYPE_CHECKING:
    from datetime import datetime

    from config.types import CaseId
    from monitor.alerts.message import Addressee, Enclosure
    from monitor.app import App
    from monitor.cases.pack import Pack
    from storage.values import Case

_PRINT = "Unpack it, open paper.html and print it. It says what is in it and how it is checked."
_PROOF = (
    "Anybody with Python can check it: python3 -I verify.py in the unpacked folder ends with "
    "WHOLE, or names what was changed."
)
_READ_FIRST = (
    "Names, addresses and numbers were taken out by programme. Read it before it goes out: a "
    "name that no list knows may remain, and whether it may be given out is for you to decide."
)
_LOCKED = "It holds the words in full. Give it to nobody who need not read it."
_WITHHELD = (
    "What was found there must not be quoted in a mail (a child's or a resident's details, an "
    "accusation). So this is the copy without personal data."
)


def pack_mail(
    app: App,
    case: CaseId,
    *,
    to: Addressee,
    at: datetime,
    asked: str,
    follows: str = "",
    released: bool = False,
) -> Paper:
    """Return the mail that carries a case's evidence pack; nothing is written.

    A pack that is too large for a mail stays where it can be made: the mail has the printed
    paper alone, if that fits, and names the command.

    Args:
        app: The wired application.
        case: Which case.
        to: Who gets it.
        at: The present moment; aware UTC.
        asked: Digest of the reply that asked for it, for the natural key.
        follows: Message-ID of that reply; empty: none.
        released: Without personal data, for people outside the council; a case whose words
            are masked goes out so in any case.

    Raises:
        OperatorError: There is no such case.
        MailError: The address is not usable.
        StorageError: The database cannot be read.
    """
    custody = app.repository.custody(case)
    if custody is None:
        raise OperatorError(f"there is no case {case}", remedy="Write the number of a case")
    withheld = is_masked(custody) and not released
    house = House.of_app(app)
    council = packs.Council(settings=app.settings, policy=app.policy, house=house)
    lines = (line for lot in app.repository.ledger(upto=custody.head[0]) for line in lot)
    pack = packs.build(
        custody, lines, council=council, released=released or withheld, evidence=app.evidence
    )
    zipped = pack.zipped()
    sha256 = hashlib.sha256(zipped).hexdigest()
    whole = enclosed(pack.name, "zip", zipped)
    files = _files(pack, whole)
    key = key_of(f"{'released' if released else 'pack'}:{case}", asked)
    sheet = _sheet(
        pack,
        where=_where(house, custody.case, at),
        is_whole=whole in files,
        has_paper=bool(files),
        withheld=withheld,
    )
    record = {
        "case": int(case),
        "sha256": sha256,
        "head": f"{pack.head[0]}:{pack.head[1]}",
        "foi": pack.is_released,
    }
    return Paper(
        mail=compose_sheet(
            sheet,
            posting(app, key, to=(to,), at=at, follows=follows, case=case),
            files=files,
            record=record,
        ),
        noted=f"evidence mailed, case {case}",
        facts={
            "case": str(case),
            "to": to.name,
            "sha256": sha256,
            "released": "yes" if pack.is_released else "no",
        },
    )


def _files(pack: Pack, whole: Enclosure) -> tuple[Enclosure, ...]:
    """Return the zip; if it is too large the paper alone; if that is too large nothing."""
    paper = enclosed(f"{pack.name}-paper", "html", pack.files["paper.html"])
    return next((files for files in ((whole,), (paper,)) if fits(files)), ())


def _where(house: House, case: Case, at: datetime) -> str:
    """Return which case it is, without a word of it."""
    title = next(
        (one.title for one in house.watched if one.account.id == case.account), case.account
    )
    calendar = Calendar(zone=house.zone, as_of=at)
    return f"Case {case.id}: {title}, published on {calendar.moment(case.published_at)}."


def _sheet(pack: Pack, *, where: str, is_whole: bool, has_paper: bool, withheld: bool) -> Sheet:
    """Return what the mail says."""
    command = f"clerkwatch evidence export {pack.case}"
    foi = " --foi" if pack.is_released and not withheld else ""
    if is_whole:
        lead = f"The evidence pack of case {pack.case} is attached."
        how = [_PRINT, _PROOF]
    else:
        alone = " Its paper for printing is attached alone." if has_paper else ""
        lead = f"The evidence pack of case {pack.case} is too large for a mail.{alone}"
        how = [f"Your supplier makes it on the machine that runs clerkwatch: {command}{foi}"]
    lines = [where]
    if withheld:
        lines.append(
            f"{_WITHHELD} Your supplier makes the whole pack on the machine that runs "
            f"clerkwatch: {command}"
        )
    lines += how
    lines.append(_READ_FIRST if pack.is_released else _LOCKED)
    lines += [f"The record does not fit itself: {fault}." for fault in pack.faults]
    return Sheet(subject=f"Evidence pack of case {pack.case}", lead=lead, lines=tuple(lines))
