"""The closed words of the house: every enum and identifier that tables, mails and JSON print.

Values are the words themselves, so that a row in the database, a line of JSON and a
sentence in a mail never need a translation table.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NewType

AccountId = NewType("AccountId", str)
"""Label of one registered account, as written in the configuration (``council-x``)."""
RuleId = NewType("RuleId", str)
"""``topic/name``, for example ``party-politics/endorsement``."""
TopicId = NewType("TopicId", str)
"""What a rule is about, independent of any council's numbering (``party-politics``)."""
ClauseId = NewType("ClauseId", str)
"""One numbered item of the adopted policy: ``terms.5``, ``requirements.2`` or ``freeze``."""
PollId = NewType("PollId", str)
SubjectId = NewType("SubjectId", int)
VersionId = NewType("VersionId", int)
FindingId = NewType("FindingId", int)
CaseId = NewType("CaseId", int)
RunId = NewType("RunId", int)
MailId = NewType("MailId", int)
EvidenceId = NewType("EvidenceId", int)
HoldId = NewType("HoldId", int)


class Kind(StrEnum):
    """Whose account it is; decides which clauses apply (policy sections 2 and 4)."""

    COUNCIL = "council"
    MAYORAL = "mayoral"
    OFFICER = "officer"
    PARTNER = "partner"
    MEMBER = "member"


class Severity(StrEnum):
    """How soon a person should look. A ``note`` opens no case and is in no mail."""

    URGENT = "urgent"
    REVIEW = "review"
    NOTE = "note"


class SubjectKind(StrEnum):
    """What a version, an observation or a case is about."""

    POST = "post"
    PROFILE = "profile"
    ACCOUNT = "account"


class Outcome(StrEnum):
    """What one reading showed. No platform gives a clean "deleted", so there is none here."""

    PRESENT = "present"
    EDITED = "edited"
    GONE = "gone"
    CANNOT_TELL = "cannot_tell"


class Reason(StrEnum):
    """Why a reading failed or fell short; one list for every platform."""

    AUTH_EXPIRED = "auth_expired"
    FORBIDDEN = "forbidden"
    QUOTA_MONEY = "quota_money"
    RATE_LIMIT = "rate_limit"
    GONE_OR_HIDDEN = "gone_or_hidden"
    ACCOUNT_GONE = "account_gone"
    PARTIAL = "partial"
    TRANSIENT = "transient"
    CONTRACT = "contract"


class Basis(StrEnum):
    """The moment a finding judges by."""

    PUBLISHED = "published"
    STANDING = "standing"


class CaseState(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    REMOVAL_REQUESTED = "removal_requested"
    VERIFYING = "verifying"
    ESCALATED = "escalated"
    CLOSED = "closed"


class Resolution(StrEnum):
    """How a closed case ended."""

    REMOVED = "removed"
    CORRECTED = "corrected"
    DISMISSED = "dismissed"
    LEFT = "left"
    NO_LONGER_APPLIES = "no_longer_applies"


class RunKind(StrEnum):
    """What a run was."""

    SCAN = "scan"
    RESCAN = "rescan"


class CoverageStatus(StrEnum):
    """How far one account was read in one run."""

    READ = "read"
    PARTIAL = "partial"
    FAILED = "failed"
    SKIPPED = "skipped"


class Role(StrEnum):
    """Who is told and may decide."""

    CLERK = "clerk"
    DEPUTY = "deputy"
    SAFEGUARDING = "safeguarding"
    TECHNICAL = "technical"


class Appearing(StrEnum):
    """What is known of a post that was read before it was visible to the public."""

    SCHEDULED = "scheduled"
    """It is to appear at its publishing time; nobody can see it yet."""
    APPEARED = "appeared"
    """It was scheduled once, and has been seen since."""


class MailKind(StrEnum):
    """What a mail is for; decides its key in the outbox and its template."""

    URGENT = "urgent"
    DIGEST = "digest"
    TECHNICAL = "technical"
    REQUEST = "request"
    REMINDER = "reminder"
    ANSWER = "answer"
    PAPER = "paper"
    BRIEFING = "briefing"


class RecipientState(StrEnum):
    """What a recipient's server has said about one mail, or that a person stopped it before."""

    QUEUED = "queued"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    BOUNCED = "bounced"
    """Accepted, and came back later; no column holds this word, the bounce stands beside."""


SERVER_STATES = tuple(state for state in RecipientState if state is not RecipientState.BOUNCED)
"""What the outbox itself remembers of a recipient."""


class BounceAction(StrEnum):
    """What became of a mail that a server had taken (RFC 3464, Action)."""

    FAILED = "failed"
    DELAYED = "delayed"


class Sign(StrEnum):
    """What the house leans on besides the accounts, and therefore watches."""

    INBOX = "inbox"
    PING = "ping"
    WAY = "way"
    BACKUP = "backup"
    PURGE = "purge"
    RECORD = "record"
    CLOCK = "clock"


class ReplyOutcome(StrEnum):
    """What came of one mail that was sent to clerkwatch."""

    DECIDED = "decided"
    ANSWERED = "answered"
    IGNORED = "ignored"


class PollType(StrEnum):
    """Kinds of poll, each with a timetable and a regime of its own."""

    PARISH = "parish"
    BOROUGH = "borough"
    COUNTY = "county"
    MAYOR = "mayor"
    PCC = "pcc"
    PARLIAMENT = "parliament"
    REFERENDUM_NATIONAL = "referendum-national"
    REFERENDUM_COUNCIL_TAX = "referendum-council-tax"
    REFERENDUM_GOVERNANCE = "referendum-governance"
    NEIGHBOURHOOD_PLAN = "neighbourhood-plan"


class WindowMode(StrEnum):
    """What a window forbids: some content, or any post at all."""

    RESTRICTED = "restricted"
    CLOSED = "closed"


class WindowBasis(StrEnum):
    """Where a window's start comes from."""

    DECLARED = "declared"
    COUNCIL = "council"
    STATUTORY = "statutory"
    PRESUMED = "presumed"


class Standing(StrEnum):
    """What somebody or something on a poll's list is."""

    CANDIDATE = "candidate"
    AGENT = "agent"
    PARTY = "party"


class PollStatus(StrEnum):
    """Whether a poll will be held."""

    SCHEDULED = "scheduled"
    CANCELLED = "cancelled"
    POSTPONED = "postponed"


class Origin(StrEnum):
    """Where a poll or one of its dates was entered; a command wins over the file."""

    CONFIGURATION = "configuration"
    COMMAND = "command"


class EvidenceKind(StrEnum):
    """What a kept file is. Sound and video are never kept."""

    ANSWER = "answer"
    """The platform's own answer for one version, redacted."""
    PROFILE = "profile"
    """The account's face as it was when the case was opened."""
    PICTURE = "picture"
    """A still picture that the platform's answer named."""
    ATTACHMENT = "attachment"
    """A file that a person gave: a screenshot, a letter."""


class HoldReason(StrEnum):
    """Why something must not be purged."""

    FOI = "foi"
    COMPLAINT = "complaint"
    DISCIPLINARY = "disciplinary"
    POLICE = "police"
    OTHER = "other"
