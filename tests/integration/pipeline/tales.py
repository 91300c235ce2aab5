"""A case that should end by what platforms show, and what may befall it meanwhile."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from config.types import AccountId, Reason
from monitor.cases.proof import verify
from monitor.cases.request import request_closure, request_removal
from monitor.demo.faults import Fault
from tests.integration.pipeline.village import CLEAN, HALF_AN_HOUR, SALE

if TYPE_CHECKING:
    from datetime import date

    from config.types import CaseId
    from monitor.cases.proof import Proof
    from monitor.demo.faults import FaultKind
    from monitor.demo.world import Condition, Site
    from storage.values import Case
    from tests.integration.pipeline.village import Village

OWNER = 'owner_email = "jo@fernbeck-tc.gov.uk"\n'
OTHER_SALE = "25% off all kitchens at Bradley's this weekend. Use code TOWN25."
MANY = 12
"""More answers than one reading asks for."""


@dataclass
class Tale:
    """A post that should go, on one platform, and what befalls it."""

    village: Village
    site: Site
    label: str
    post: str
    number: CaseId

    def look(self, after: timedelta = HALF_AN_HOUR) -> Proof:
        """Let time pass, verify, and return what was seen."""
        self.village.clock.advance(after)
        proofs = verify(self.village.app, by="test", insist=True).proofs
        return next(proof for proof in proofs if proof.case.id == self.number)

    def insist(self, after: timedelta = HALF_AN_HOUR) -> None:
        """Let time pass and verify, whether anything waits or not."""
        self.village.clock.advance(after)
        verify(self.village.app, by="test", insist=True)

    def scan(self, after: timedelta = HALF_AN_HOUR) -> None:
        """Let time pass and read everything."""
        self.village.scan(after=after, insist=True)

    def case(self) -> Case:
        """Return the case as it stands."""
        case = self.village.store.case(self.number)
        assert case is not None
        return case

    def delete(self) -> None:
        """Let the owner take it down, a minute from now."""
        now = self.village.clock.now()
        self.village.world.delete(self.post, now + timedelta(minutes=1))

    def trouble(self, kind: FaultKind) -> None:
        """Verify while every answer to the account is wrong; then the platform is well."""
        self.village.script.next_answers(self.label, *[Fault(kind=kind)] * MANY)
        self.insist(timedelta(hours=2))
        while self.village.script.take(self.label):
            pass

    def wait_out(self) -> None:
        """Let the time pass during which a limit lets nobody ask, if there is one."""
        state, now = (
            self.village.store.account_state(AccountId(self.label)),
            self.village.clock.now(),
        )
        if state.reason is Reason.RATE_LIMIT and state.retry_at is not None:
            self.village.clock.advance(max(timedelta(), state.retry_at - now))

    def suffer(self, condition: Condition, *, holds: bool = True) -> None:
        """Begin or end a condition of the account."""
        now = self.village.clock.now()
        self.village.world.set_condition(self.label, condition, now, holds=holds)


def begin_closing(
    village: Village, site: Site, *, until: date | None = None, login: str = "9001"
) -> Tale:
    """Return an account whose closing was asked for because of a post on it."""
    tale = begin(village, site, is_asked=False)
    account = village.world.account(tale.label)
    village.world.change_profile(dataclasses.replace(account, login=login))
    request_closure(
        village.app,
        tale.number,
        by="Clerk",
        because="it is used for an election",
        at=village.clock.now(),
        until=until,
    )
    return tale


def begin(village: Village, site: Site, *, others: int = 2, is_asked: bool = True) -> Tale:
    """Return a post whose removal was asked for, beside some harmless ones."""
    label = village.account(site, more=OWNER)
    for hours, text in enumerate((CLEAN, "Bins are collected on Friday.")[:others]):
        village.publish(label, text, ago=timedelta(days=2, hours=hours))
    village.scan()
    post = village.publish(label, SALE, ago=timedelta(minutes=-1))
    village.scan(after=HALF_AN_HOUR)
    number = village.case().id
    if is_asked:
        request_removal(village.app, number, by="Clerk", because="", at=village.clock.now())
    return Tale(village, site, label, post, number)
