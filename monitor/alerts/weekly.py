"""What is said on Mondays only: costs, overdue reviews, who has not been told, profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.alerts.attested import attest_words, outside_words
from monitor.alerts.hardening import one_line
from monitor.alerts.wording import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.alerts.cards import Desk
    from monitor.alerts.facts import Cost, DigestFacts
    from storage.values import Case


def monday_lines(facts: DigestFacts, *, weekly: Sequence[Case], desk: Desk) -> tuple[str, ...]:
    """Return the weekly lines; empty on other days.

    Args:
        facts: What is to be told.
        weekly: Cases about profiles that were told before.
        desk: For writing about them.
    """
    monday = facts.monday
    if monday is None:
        return ()
    lines = [desk.line(case).text for case in weekly]
    lines += [_cost(cost) for cost in monday.costs]
    if monday.backup:
        lines.append(one_line(monday.backup))
    lines += [one_line(end, most=400) for end in monday.ends]
    if monday.policy_overdue:
        lines.append(
            f"The {one_line(monday.policy_title)} was due for review in "
            f"{one_line(monday.policy_overdue)}."
        )
    if monday.untold:
        titles = listed([one_line(title) for title in monday.untold])
        lines.append(f"Those who post on {titles} have not been told of the monitoring.")
    if monday.unattested:
        lines.append(attest_words(monday.unattested))
    if monday.outside:
        lines.append(outside_words(monday.outside))
    return tuple(lines)


def _cost(cost: Cost) -> str:
    """Return what one platform has cost this month."""
    of = f" of ${cost.budget:.2f}" if cost.budget is not None else ""
    return f"{one_line(cost.title)} has cost ${cost.amount:.2f} this month{of}."
