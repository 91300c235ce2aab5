"""The made-up people who are told."""

from __future__ import annotations

from dataclasses import dataclass

from config.types import Role
from monitor.alerts.deadline import MONDAY_TO_FRIDAY

SENDER = "clerkwatch@ashcombe-tc.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """A person as the settings describe one."""

    role: Role
    name: str
    email: str
    working: frozenset[int] = MONDAY_TO_FRIDAY


CLERK = Somebody(role=Role.CLERK, name="Town Clerk", email="clerk@ashcombe-tc.example")
DEPUTY = Somebody(role=Role.DEPUTY, name="Deputy Clerk", email="deputy@ashcombe-tc.example")
LEAD = Somebody(role=Role.SAFEGUARDING, name="Lead", email="safeguarding@ashcombe-tc.example")
SUPPLIER = Somebody(role=Role.TECHNICAL, name="Supplier", email="support@it.example")
EVERYBODY = (CLERK, DEPUTY, LEAD, SUPPLIER)
