"""The month as a table, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.soak.plan import ZONE

if TYPE_CHECKING:
    from datetime import date, datetime

    from tests.soak.audit import Audit
    from tests.soak.living import DayLine, Lived
    from tests.soak.plan import Fault, Plan

_HEAVIEST = 12
_LINE = "{:<11}{:>6}{:>7}{:>7}{:>8}{:>7}{:>9}{:>9}  {}"


def table(plan: Plan, lived: Lived, audit: Audit) -> str:
    """Return the days, the figures, the growth of the database, and what is wrong."""
    parts = [_days(plan, lived, audit), _figures(lived, audit), _growth(plan, lived)]
    wrong = [f"WRONG: {what}" for what in audit.wrong]
    parts.append("\n".join(wrong) if wrong else "Nothing was lost, doubled or late.")
    return "\n\n".join(parts) + "\n"


def _days(plan: Plan, lived: Lived, audit: Audit) -> str:
    heads = ("day", "posts", "cases", "mails", "digests", "life", "RSS/MiB", "db/MiB", "faults")
    lines = [_LINE.format(*heads)]
    lines += [_day(day, plan, audit) for day in lived.days]
    return "\n".join(lines)


def _day(day: DayLine, plan: Plan, audit: Audit) -> str:
    on = day.on.isoformat()
    return _LINE.format(
        on,
        audit.posted_on[on],
        audit.found_on[on],
        audit.mailed_on[on],
        audit.digests_on[on],
        day.life,
        f"{day.memory / 2**20:.1f}",
        f"{day.database / 2**20:.2f}",
        "; ".join(_fault(fault) for fault in plan.faults if _on(fault.begin) == day.on),
    ).rstrip()


def _fault(fault: Fault) -> str:
    span = fault.end - fault.begin
    lasts = f" {span.total_seconds() / 3600:.1f} h" if span else ""
    return f"{fault.what}{lasts}" + (f" ({fault.label})" if fault.label else "")


def _figures(lived: Lived, audit: Audit) -> str:
    kinds = ", ".join(f"{name} {number:,}" for name, number in lived.units.most_common())
    return f"""\
Digests: {audit.digests} of {len(lived.days)}, one a council date.
Breaches: {audit.breaches}, {audit.urgent} of them urgent; cases: {audit.cases}.
Urgent ones were in the outbox {audit.worst_plain} after they could be read, at most; where a
fault lay between, {audit.worst_after_fault} after its end.
Versions stored: {audit.versions:,}; posts seen to be no longer visible: {audit.gone_seen};
of {audit.erased} of them the words were erased when their platform's limit was over.
Mails: {audit.mails}; taken again under the same Message-ID: {audit.again}.
Killed with work in hand: {len(lived.deaths)} times. Ledger: {audit.ledger:,} entries, verified.
Memory within one life: {audit.leak / 1024:+,.0f} ± {audit.leak_noise / 1024:,.0f} KiB a day
(standard error; the first day of a life is left out).
Units done: {kinds}."""


def _growth(plan: Plan, lived: Lived) -> str:
    """Return where the bytes are, and what one post and one reading cost."""
    last = lived.days[-1]
    posts, pulls = len(plan.posts), max(lived.units["pull"], 1)
    lines = [
        f"Database: {last.database / 1024:,.0f} KiB for {posts} posts and {pulls:,} readings.",
        "{:<20}{:>9}{:>11}{:>12}{:>15}".format(
            "table", "rows", "KiB", "bytes/post", "rows/reading"
        ),
    ]
    for name, weight in list(last.tables.items())[:_HEAVIEST]:
        lines.append(
            f"{name:<20}{weight.rows:>9,}{weight.size / 1024:>11,.0f}"
            f"{weight.size / posts:>12,.0f}{weight.rows / pulls:>15.2f}"
        )
    return "\n".join(lines)


def _on(at: datetime) -> date:
    return at.astimezone(ZONE).date()
