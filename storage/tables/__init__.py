"""Rows, and nothing else: what the tables hold and what the database itself refuses.

One class a table, in the words of the house. Methods live in `storage.sql`; values that
leave `storage` are those of `storage.values`. A change here needs a migration; a test
compares the two.
"""

from storage.tables.base import Row
from storage.tables.evidence import (
    Evidence,
    Hold,
    NoCopying,
    PictureAddress,
    PictureLook,
    PictureReading,
    PurgeNotice,
    Unkept,
)
from storage.tables.judging import Case, CaseEvent, CaseFinding, CaseLink, Finding, Quieted
from storage.tables.mails import (
    Outbox,
    OutboxCase,
    OutboxRecipient,
    Poll,
    Reply,
    ReplyCode,
    Standstill,
)
from storage.tables.people import Absence
from storage.tables.post import Bounce, Folded, SignOfLife
from storage.tables.reading import Observation, RawPayload, Subject, Version
from storage.tables.record import Ledger, LedgerContent
from storage.tables.register import (
    Account,
    AccountState,
    Attestation,
    Coverage,
    CredentialGrant,
    Gap,
    Lease,
    RegisterChange,
    Review,
    Run,
    Spend,
)
from storage.tables.sweeps import Sweep, SweepMark

__all__ = [
    "Absence",
    "Account",
    "AccountState",
    "Attestation",
    "Bounce",
    "Case",
    "CaseEvent",
    "CaseFinding",
    "CaseLink",
    "Coverage",
    "CredentialGrant",
    "Evidence",
    "Finding",
    "Folded",
    "Gap",
    "Hold",
    "Lease",
    "Ledger",
    "LedgerContent",
    "NoCopying",
    "Observation",
    "Outbox",
    "OutboxCase",
    "OutboxRecipient",
    "PictureAddress",
    "PictureLook",
    "PictureReading",
    "Poll",
    "PurgeNotice",
    "Quieted",
    "RawPayload",
    "RegisterChange",
    "Reply",
    "ReplyCode",
    "Review",
    "Row",
    "Run",
    "SignOfLife",
    "Spend",
    "Standstill",
    "Subject",
    "Sweep",
    "SweepMark",
    "Unkept",
    "Version",
]
