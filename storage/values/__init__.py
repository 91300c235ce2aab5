"""Frozen values that cross the wall of `storage`; never a live row.

Light on purpose: importing this module imports no database library, so that `check`
starts quickly and checks stay pure. All instants are aware UTC.
"""

from __future__ import annotations

from storage.values.cases import AccountSight, Case, CaseEvent, CaseLink, Flagged
from storage.values.custody import Custody, KeptVersion, LedgerLine, Opened, Stretch, Told
from storage.values.evidence import (
    Face,
    Hold,
    KeptFile,
    NewEvidence,
    NewHold,
    NoCopying,
    PictureAddress,
    PictureRead,
    Preserved,
    ToPreserve,
    Unkept,
    UnseenPicture,
)
from storage.values.judging import (
    Finding,
    Quieted,
    RuleCount,
    RuleDay,
    StoredFinding,
    VersionToJudge,
)
from storage.values.mails import (
    FOLDED,
    NewMail,
    NewReply,
    Offered,
    OutboxMail,
    Recipient,
    Standstill,
)
from storage.values.people import Absence
from storage.values.polls import Candidate, PollRow
from storage.values.post import Bounced, Folded, NewBounce, SignOfLife
from storage.values.purging import OldMail, Purgeable, PurgeNotice, Subjected
from storage.values.reading import (
    BY_HAND,
    AccountState,
    Attestation,
    Coverage,
    DuePost,
    ExtraWords,
    Gap,
    Grant,
    HeldLogin,
    Recorded,
    RegisterChange,
    Review,
    Run,
    Seen,
    Words,
)
from storage.values.record import AccountRow, Fault, Spend, Verification
from storage.values.reports import CaseTally, Charge, CoverageTotal, Found, Hit, Mark, Tally
from storage.values.sweeps import Sweep, SweepMark

__all__ = [
    "BY_HAND",
    "FOLDED",
    "Absence",
    "AccountRow",
    "AccountSight",
    "AccountState",
    "Attestation",
    "Bounced",
    "Candidate",
    "Case",
    "CaseEvent",
    "CaseLink",
    "CaseTally",
    "Charge",
    "Coverage",
    "CoverageTotal",
    "Custody",
    "DuePost",
    "ExtraWords",
    "Face",
    "Fault",
    "Finding",
    "Flagged",
    "Folded",
    "Found",
    "Gap",
    "Grant",
    "HeldLogin",
    "Hit",
    "Hold",
    "KeptFile",
    "KeptVersion",
    "LedgerLine",
    "Mark",
    "NewBounce",
    "NewEvidence",
    "NewHold",
    "NewMail",
    "NewReply",
    "NoCopying",
    "Offered",
    "OldMail",
    "Opened",
    "OutboxMail",
    "PictureAddress",
    "PictureRead",
    "PollRow",
    "Preserved",
    "PurgeNotice",
    "Purgeable",
    "Quieted",
    "Recipient",
    "Recorded",
    "RegisterChange",
    "Review",
    "RuleCount",
    "RuleDay",
    "Run",
    "Seen",
    "SignOfLife",
    "Spend",
    "Standstill",
    "StoredFinding",
    "Stretch",
    "Subjected",
    "Sweep",
    "SweepMark",
    "Tally",
    "ToPreserve",
    "Told",
    "Unkept",
    "UnseenPicture",
    "Verification",
    "VersionToJudge",
    "Words",
]
