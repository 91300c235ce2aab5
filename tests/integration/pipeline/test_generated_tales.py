"""Stories nobody wrote: drawn by chance, told on real platforms, held against an oracle.

The oracle knows only what truly stood there at each look and whether the platform was well.
It shares no code with what is tested. What it forbids above all is a wrong closing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest

from config.types import CaseState, Resolution
from monitor.demo.faults import Fault, FaultKind
from monitor.demo.world import Condition, Site
from tests.integration.pipeline import test_closing, test_proof
from tests.integration.pipeline.tales import MANY, Tale, begin

if TYPE_CHECKING:
    from datetime import datetime

    from tests.integration.pipeline.village import Village

SEEDS = range(20)
STEPS = 6
TROUBLE = (FaultKind.SERVER_ERROR, FaultKind.HTML, FaultKind.CUT, FaultKind.RATE_LIMIT)
LOOK, QUICK = timedelta(minutes=40), timedelta(minutes=5)


@dataclass
class Oracle:
    """What must be concluded, from the truth at each look alone."""

    missing_since: datetime | None = None
    is_closed: bool = False

    def look(self, at: datetime, *, is_well: bool, stands: bool) -> None:
        """Take one look."""
        if not is_well:
            return
        if stands:
            self.missing_since, self.is_closed = None, False
        elif self.missing_since is None:
            self.missing_since = at
        elif at - self.missing_since >= timedelta(minutes=10):
            self.is_closed = True


class Teller:
    """Draws what happens next, lets it happen, and looks."""

    def __init__(self, tale: Tale, random: Random) -> None:
        """Begin with a post that stands on a platform that is well."""
        self.tale, self.random, self.oracle = tale, random, Oracle()
        self.stands, self.is_let_in, self.was_well = True, True, True
        self.told: list[str] = []

    def step(self) -> None:
        """Let one thing happen, then look once."""
        choices = ["nothing", "toggle", "toggle", "trouble"]
        choices += ["login"] if self.tale.site is not Site.FEED else []
        choices += ["quick"] if self.was_well else []
        what = self.random.choice(choices)
        self.told.append(what)
        if what == "toggle":
            self._toggle()
        if what == "login":
            self.tale.suffer(Condition.TOKEN_DEAD, holds=self.is_let_in)
            self.is_let_in = not self.is_let_in
        self._look(is_troubled=what == "trouble", after=QUICK if what == "quick" else LOOK)

    def _toggle(self) -> None:
        """Take the post down, or put it back."""
        if self.stands:
            self.tale.delete()
        else:
            self.tale.village.restore(self.tale.post)
        self.stands = not self.stands

    def _look(self, *, is_troubled: bool, after: timedelta) -> None:
        script, label = self.tale.village.script, self.tale.label
        if is_troubled:
            script.next_answers(label, *[Fault(kind=self.random.choice(TROUBLE))] * MANY)
        self.tale.scan(after)
        while script.take(label):
            pass
        self.was_well = self.is_let_in and not is_troubled
        now = self.tale.village.clock.now()
        self.oracle.look(now, is_well=self.was_well, stands=self.stands)


@pytest.mark.parametrize("site", list(Site))
@pytest.mark.parametrize("seed", SEEDS)
def test_a_case_is_closed_exactly_where_the_oracle_says(
    village: Village, site: Site, seed: int
) -> None:
    """After every look; a platform in trouble or a dead login never closes and never opens."""
    tale = begin(village, site)
    teller = Teller(tale, Random(seed))  # noqa: S311  # draws stories, guards nothing
    for _ in range(STEPS):
        teller.step()
        case = tale.case()
        is_removed = (case.state, case.resolution) == (CaseState.CLOSED, Resolution.REMOVED)
        assert (teller.told, is_removed) == (teller.told, teller.oracle.is_closed)
    assert village.store.verify_ledger().faults == ()


def test_there_are_two_hundred_stories() -> None:
    """Written and drawn, over X, Facebook and a feed; none is dropped unseen."""
    drawn = len(SEEDS) * len(Site)
    assert len(test_proof.TOLD) + len(test_closing.TOLD) + drawn >= 200
