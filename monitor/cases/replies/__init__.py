"""Decisions by reply, purely: from the bytes of a mail to what its writer decided.

`parse` reads a mail, `codes` names the mail it answers, `accept` says whether it may decide.
Nothing here knows a mailbox, a database or a clock.
"""

from monitor.cases.replies.accept import Offer, OwnerSaid, Refusal, Standing, examine, owner_said
from monitor.cases.replies.codes import Codes
from monitor.cases.replies.parse import Reply, parse
from monitor.cases.replies.words import Order, Word

__all__ = [
    "Codes",
    "Offer",
    "Order",
    "OwnerSaid",
    "Refusal",
    "Reply",
    "Standing",
    "Word",
    "examine",
    "owner_said",
    "parse",
]
