"""A month from its seed to its audit: what ``make soak`` and the short form in the tests do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from random import Random
from typing import TYPE_CHECKING

from tests.soak.audit import Audit, Auditor
from tests.soak.living import Lived, Month, Pace
from tests.soak.plan import Place, Plan, draw
from tests.soak.town import PLACES, Town
from tests.soak.words import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Soaked:
    """What was planned, lived and found; the auditor may be asked again."""

    plan: Plan
    lived: Lived
    auditor: Auditor
    audit: Audit


def soak(
    folder: Path, *, seed: int, first: date, days: int, pace: Pace, places: Sequence[Place] = PLACES
) -> Soaked:
    """Live through some days and examine them.

    Args:
        folder: An empty folder, best one in memory.
        seed: Draws posts, faults and the moments of kills; a run with the same one meets the
            same plan (the instant within a beat at which a kill hits is the machine's).
        first: The first council date.
        days: How many.
        pace: How time goes.
        places: The accounts.
    """
    random = Random(seed)  # noqa: S311 - repeatable on purpose
    words = Vocabulary(random, as_of=datetime.combine(first, time(), UTC))
    plan = draw(random, words, first=first, days=days, places=places)
    with Town(folder, plan, places=places, pull_every=pace.pull_every) as town:
        lived = Month(town, plan, random=random, pace=pace).live()
    auditor = Auditor(town, plan, lived, pace=pace)
    return Soaked(plan=plan, lived=lived, auditor=auditor, audit=auditor.examine())
