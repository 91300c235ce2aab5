"""Mails that must go out, and those that came in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from config.types import (
    CaseId,
    MailId,
    MailKind,
    RecipientState,
    ReplyOutcome,
)

FOLDED = "urgent:folded:"
"""How the key of an urgent mail begins that lists several cases: it has a code as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMail:
    """A finished mail for the outbox.

    Attributes:
        key: Natural key; a second mail with the same key is not queued.
            Urgent: account, day and digest of subject and rules; daily kinds:
            ``digest:2026-11-24``.
        message_id: With angle brackets; the same over every retry.
        body: The finished bytes, headers, Date and boundary included.
        recipients: Envelope addresses.
        cases: Cases that this mail tells of.
    """

    key: str
    kind: MailKind
    message_id: str
    subject: str
    body: bytes
    recipients: tuple[str, ...]
    cases: tuple[CaseId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReply:
    """A mail that was sent to clerkwatch, and what came of it; never its words.

    Attributes:
        mailbox: Where it lay.
        uid: What it is called there; texts that sort in the order of arrival.
        digest: Of its bytes.
        sender: Bare address; empty if it has none.
        why: Why it decided nothing; empty if it did.
        case: Which case it was about; None: none.
    """

    mailbox: str
    uid: str
    digest: str
    sender: str
    outcome: ReplyOutcome
    why: str = ""
    case: CaseId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A mail that went out and may be answered.

    Attributes:
        key: Its natural key, of which its codes are made.
        kind: What it is for; what an owner was asked offers no decision.
        recipients: Envelope addresses.
        cases: The cases it tells of.
        used: Numbers whose code has decided.
    """

    key: str
    kind: MailKind
    created_at: datetime
    recipients: tuple[str, ...]
    cases: tuple[CaseId, ...]
    used: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standstill:
    """Since when no mail leaves, and why.

    Attributes:
        at: Since when; aware UTC.
    """

    at: datetime
    by: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One recipient's state of one mail."""

    address: str
    state: RecipientState
    attempts: int
    next_at: datetime
    accepted_at: datetime | None = None
    last_error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxMail:
    """A mail in the outbox.

    Attributes:
        claimed_by: Who offers it to a server now, or died doing so; empty: nobody.
    """

    id: MailId
    key: str
    kind: MailKind
    message_id: str
    subject: str
    body: bytes
    created_at: datetime
    recipients: tuple[Recipient, ...]
    claimed_by: str = ""
