"""The post itself: mails that came back, what works and what does not, what is folded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from config.types import BounceAction, CaseId, MailId, MailKind, Sign


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBounce:
    """What a server wrote back about one recipient of one mail.

    Attributes:
        mail: Which mail.
        address: Recipient, as in the mail's envelope; empty: one of several, not said which.
        status: Code of RFC 3463 such as ``5.2.2``; empty: none was given.
    """

    mail: MailId
    address: str
    action: BounceAction
    status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounced:
    """A mail that came back, or is late.

    Attributes:
        key: Of the mail.
        kind: Of the mail.
        mailed_at: When the mail was made.
        address: As in `NewBounce`.
        status: As in `NewBounce`.
        at: When it was read.
    """

    key: str
    kind: MailKind
    mailed_at: datetime
    address: str
    action: BounceAction
    status: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOfLife:
    """Whether one thing that the house leans on works.

    Attributes:
        good_at: When it last worked; None: never yet.
        failing_since: Since when it fails; None: it works.
        what: What was said last, without secrets.
    """

    name: Sign
    good_at: datetime | None = None
    failing_since: datetime | None = None
    what: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """Something urgent that waits for the mail that lists it.

    Attributes:
        key: The urgent mail's natural key, which was not written.
        case: What it is about.
        at: When it was found.
    """

    key: str
    case: CaseId
    at: datetime
