"""Draft facts for the annual return: what the record can say about digital compliance.

From 2025-26 the annual governance statement has an assertion on digital and data compliance
(Assertion 10 of the Practitioners' Guide): mail addresses on a domain that the council owns,
accessible websites, freedom of information, data protection, an adopted IT policy. What the
record knows of these is stated as a fact; what it does not know is named as not known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.types import Kind
from monitor.alerts.enclosing import Item, Part, Sheet
from monitor.alerts.wording import count, listed
from monitor.papers.report import cases_part, part_of
from monitor.report.cells import NOT_A_STATEMENT
from monitor.report.tables import tables_of
from monitor.report.wording import day, share

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.app import App
    from monitor.report.facts import Report

_DATA = "personal-data/"
_NOT_KNOWN = (
    "whether the council's websites meet WCAG 2.2 AA",
    "the publication scheme and answers under the Freedom of Information Act",
    "the adopted IT policy",
    "other processing of personal data than posts on these accounts",
)
_FIGURES = ("by_clause", "removal", "coverage", "policy")


def annual_sheet(app: App, report: Report) -> Sheet:
    """Return what the mail with draft facts for the annual return says.

    Args:
        app: The wired application.
        report: Of the financial year.
    """
    first, last = report.period.first, report.period.last
    year = f"{first.year}-{last.year % 100:02}"
    tables = {table.name: table for table in tables_of(report)}
    return Sheet(
        subject=f"Draft facts for the annual return {year}",
        lead=f"Draft facts for the annual return, {day(first)} to {day(last)}.",
        lines=(
            (
                "They may help with the assertion on digital and data compliance (Assertion 10). "
                "Whether the council complies is for the council to say."
            ),
            "The whole report is attached: a page to print, and a spreadsheet file.",
        ),
        parts=(
            Part(heading="Official accounts", items=_accounts(app, report)),
            Part(heading="Mail addresses", items=_addresses(app)),
            Part(heading="Personal data in posts", items=_personal_data(report)),
            *(part_of(tables[name]) for name in _FIGURES),
            cases_part("Not decided at the end of the year", _open(report)),
            Part(
                heading="Not known here",
                items=tuple(Item(title=one) for one in _NOT_KNOWN),
                note="These are asked for by the same assertion.",
            ),
        ),
        foot=(NOT_A_STATEMENT,),
    )


def _accounts(app: App, report: Report) -> tuple[Item, ...]:
    """Return what the register says."""
    stated = report.register
    told = sum(one.told_on is not None for one in stated)
    members = sum(one.kind is Kind.MEMBER for one in stated)
    theirs = [one for one in app.register if one.kind is not Kind.MEMBER]
    no_owner = [one.id for one in theirs if not one.owner]
    made, due = (sum(getattr(line, name) for line in report.coverage) for name in ("made", "due"))
    items = [
        Item(
            title=f"{count(len(stated), 'account')} in the register, {members} of them members'",
            lines=(f"Those who post were told of the monitoring on {told} of {len(stated)}.",),
        ),
        Item(title=f"{share(made, due)} of the readings that were due were made"),
    ]
    if no_owner:
        items.append(Item(title=f"Nobody is named as answering for {listed(no_owner)}"))
    return tuple(items)


def _addresses(app: App) -> tuple[Item, ...]:
    """Return which mail addresses are on the council's own domain; never an address."""
    settings = app.settings
    domain = settings.council.email_domain.casefold()
    owners = [one.owner_email for one in app.register if one.kind is not Kind.MEMBER]
    groups = (
        ("answering for accounts", [address for address in owners if address]),
        ("told and deciding", [person.email for person in settings.people]),
        ("sending these mails", [settings.mail.sender]),
    )
    return tuple(
        Item(
            title=f"{_own(addresses, domain)} of {count(len(addresses), 'address', 'addresses')} "
            f"{what}: on the council's own domain"
        )
        for what, addresses in groups
    )


def _own(addresses: Iterable[str], domain: str) -> int:
    """Return how many addresses are on a domain or below it."""
    hosts = [address.rpartition("@")[2].casefold() for address in addresses]
    return sum(host == domain or host.endswith(f".{domain}") for host in hosts)


def _personal_data(report: Report) -> tuple[Item, ...]:
    """Return what was flagged under the rules about personal data."""
    lines = [line.outcomes for line in report.by_rule if line.rule.startswith(_DATA)]
    flagged, upheld, undecided = (
        sum(getattr(one, name) for one in lines) for name in ("flagged", "upheld", "undecided")
    )
    title = f"{flagged:,} flagged, {upheld:,} upheld by the Clerk, {undecided:,} undecided"
    return (Item(title=title, lines=("A post that two rules flagged counts twice.",)),)


def _open(report: Report) -> list[int]:
    return [line.id for line in report.cases if line.resolution is None]
