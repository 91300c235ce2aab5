"""Frozen values that cross the wall of `storage`; never a live row.

Light on purpose: importing this module imports no database library, so that `check`
starts quickly and checks stay pure. All instants are aware UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from config.types import (
    AccountId,
    Basis,
    CaseId,
    CaseState,
    ClauseId,
    CoverageStatus,
    FindingId,
    Kind,
    MailId,
    MailKind,
    Origin,
    Outcome,
    PollId,
    PollStatus,
    PollType,
    Reason,
    RecipientState,
    ReplyOutcome,
    Resolution,
    RuleId,
    RunId,
    RunKind,
    Severity,
    SubjectId,
    SubjectKind,
    TopicId,
    VersionId,
    WindowMode,
)

BY_HAND = "by-hand:"
"""How the id of a post begins that a person reported and no platform's id is known for."""

# --- what was read ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraWords:
    """Words beside a post's own: title, alt text, preview, poll, referenced post."""

    kind: str
    text: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The content of one version.

    Attributes:
        text: All words in one text, own words first; spans of findings count its code
            points. Never changed after it was recorded.
        own_length: How many code points of ``text`` are the account's own words.
        extras: As read; their texts are already part of ``text``, in this order, each
            after one line end.
        links: Real targets, http and https only.
        pictures: Stable names of pictures and videos.
        is_repost: Another's post shared without words of its own.
        fields: A profile's fields; empty for a post.
    """

    text: str
    own_length: int
    extras: tuple[ExtraWords, ...] = ()
    links: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    is_repost: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One reading to be recorded: of a post, a profile or the account as such.

    Attributes:
        subject: What was read.
        platform_id: The platform's id of the post (root id on X), or of the account for
            profile and account.
        at: When it was read.
        outcome: ``present``, ``gone`` or ``cannot_tell``; whether a present one is
            ``edited`` is decided by comparing content hashes while recording.
        content_hash: 64 hexadecimal digits; empty when nothing was shown.
        words: The content; None when nothing was shown.
        reason: Class of failure for ``gone`` and ``cannot_tell``.
        detail: One plain sentence, no secrets, at most 500 characters.
    """

    subject: SubjectKind
    platform_id: str
    at: datetime
    outcome: Outcome
    content_hash: str = ""
    words: Words | None = None
    current_id: str | None = None
    url: str = ""
    published_at: datetime | None = None
    edited_at: datetime | None = None
    author: str = ""
    parent_id: str | None = None
    raw: bytes | None = None
    reason: Reason | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What recording one lot changed; counts of observations."""

    posts: int = 0
    new: int = 0
    edited: int = 0
    gone: int = 0
    cannot_tell: int = 0

    def __add__(self, other: Recorded) -> Recorded:
        """Add two lots of the same run."""
        return Recorded(
            posts=self.posts + other.posts,
            new=self.new + other.new,
            edited=self.edited + other.edited,
            gone=self.gone + other.gone,
            cannot_tell=self.cannot_tell + other.cannot_tell,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePost:
    """A post that should be read again.

    Attributes:
        last_seen_at: Newest observation that showed it.
        has_open_case: Always due while a case is open on it.
        last_outcome: Of the newest observation.
    """

    platform_id: str
    current_id: str | None
    url: str
    published_at: datetime
    last_read_at: datetime
    last_outcome: Outcome
    has_open_case: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """What earlier runs left for one account.

    Attributes:
        platform_id: The platform's lasting id; None before the first reading.
        cursor: Where the next listing continues.
        validators: For conditional requests.
        retry_at: No request before this instant (rate limit, dead token); None: now.
        reason: Why not, when ``retry_at`` is set or the last reading failed.
        last_read_at: End of the newest complete reading.
        last_tried_at: End of the newest reading of any outcome.
        first_complete_at: End of the first complete reading; what was published before
            it is history. For an account that can only be read in part: end of the try
            before the second reading that listed posts. None until then.
        profile_read_at: Newest reading of the profile.
        failing_since: Start of the present run of failures; None when it works.
    """

    account: AccountId
    platform_id: str | None = None
    cursor: str | None = None
    validators: Mapping[str, str] = field(default_factory=dict)
    retry_at: datetime | None = None
    reason: Reason | None = None
    last_read_at: datetime | None = None
    last_tried_at: datetime | None = None
    first_complete_at: datetime | None = None
    profile_read_at: datetime | None = None
    failing_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterChange:
    """A change of the register, for the ledger and the next digest."""

    account: AccountId
    what: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A person looked at an account by hand, or attested to it."""

    account: AccountId
    at: datetime
    by: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A stretch of time in which posts may have been missed."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How far one account was read in one run."""

    account: AccountId
    status: CoverageStatus
    recorded: Recorded = Recorded()
    gaps: tuple[Gap, ...] = ()
    reason: Reason | None = None
    error: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One scan or rescan."""

    id: RunId
    kind: RunKind
    by: str
    started_at: datetime
    ended_at: datetime | None
    coverage: tuple[Coverage, ...] = ()


# --- judging -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule that matched a version. Key: (version, rule, digest, basis, context).

    Attributes:
        clause: Under the policy in force when judged.
        rule: ``topic/name``.
        digest: Content digest of the rule, 16 hexadecimal digits.
        basis: Judged at its publishing time, or as still visible now.
        context: The windows and lists that mattered (poll ids joined by ``,``), else empty.
        score: 0 to 1; 1.0 for a plain rule.
        spans: Code points of the version's text, ``(start, end)``, ordered; empty for an
            absence.
        quote: Exactly the first span's text; None for an absence.
        reason: Plain English for the Clerk.
        matched: The words that matched, for the mail ("Matched: …"), at most five.
        is_masked: Personal data, safeguarding, defamation: never quoted in a mail.
    """

    clause: ClauseId
    topic: TopicId
    rule: RuleId
    digest: str
    severity: Severity
    basis: Basis = Basis.PUBLISHED
    context: str = ""
    score: float = 1.0
    spans: tuple[tuple[int, int], ...] = ()
    quote: str | None = None
    reason: str = ""
    matched: tuple[str, ...] = ()
    is_masked: bool = False

    def key(self) -> tuple[str, str, str, str]:
        """Return what tells two findings on one version apart."""
        return (self.rule, self.digest, self.basis.value, self.context)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFinding:
    """A finding with its place in the record."""

    id: FindingId
    version: VersionId
    finding: Finding
    found_at: datetime
    withdrawn_at: datetime | None = None
    withdrawn_why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionToJudge:
    """One version with all that judging needs.

    Attributes:
        subject_platform_id: The post's or account's id on the platform.
        url: Permalink.
        published_at: Of the post; first reading's time if the platform gives none.
        shown_from: Earliest instant at which this version can have appeared: the edit's
            own time, else the last reading that still showed another version, else
            ``published_at``.
        first_seen_at: First reading that showed this version. An edit happened between
            ``shown_from`` and this.
        is_first: The subject's first version (as published, as far as is known).
        is_current: The newest observation showed this version and the post is visible; one
            that cannot tell changes nothing.
        is_history: Published before the account's first complete reading ended, and seen by
            then; or at least two days older than that.
        author: Another author's handle; empty for the account's own words.
        pinned: The account's profile names this post as pinned.
        open_case: The case open on this subject, if any.
        known: Every finding stored on this version, withdrawn ones too.
        judged_under: Digest it was last judged with; None: never.
    """

    id: VersionId
    subject: SubjectId
    subject_kind: SubjectKind
    subject_platform_id: str
    account: AccountId
    content_hash: str
    words: Words
    url: str
    published_at: datetime
    shown_from: datetime
    first_seen_at: datetime
    is_first: bool
    is_current: bool
    is_history: bool
    author: str = ""
    parent_id: str | None = None
    pinned: bool = False
    open_case: CaseId | None = None
    known: tuple[StoredFinding, ...] = ()
    judged_under: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quieted:
    """A decision that keeps the same rule quiet on an account.

    Attributes:
        words_hash: Hash of the quoted words; empty: any words (profile findings).
        until: Last day it holds; None: for good.
    """

    account: AccountId
    rule: RuleId
    words_hash: str
    until: date | None


# --- cases -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent:
    """One step in the life of a case."""

    at: datetime
    by: str
    what: str
    from_state: CaseState | None
    to_state: CaseState
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What the Clerk decides on.

    Attributes:
        platform_id: The post's id; the account's for profile and account cases.
        text: The text of the newest version.
        visible: The newest observation showed it.
        last_read_at: When that was.
        findings: Those that hold now.
        history: What stood there before it was watched: quiet.
        due_at: Decide by.
        mailed_at: When the Clerk was first told of it, None if not yet.
        last_visible_at: The newest reading that showed it; None if none did.
        gone_since: The first reading since then that said it is gone; None if none did, or
            if it was seen again.
        is_edited_away: What was found stands in older versions only: the words that were
            shown last were not flagged.
    """

    id: CaseId
    state: CaseState
    resolution: Resolution | None
    severity: Severity
    account: AccountId
    subject: SubjectId
    subject_kind: SubjectKind
    platform_id: str
    url: str
    text: str
    published_at: datetime
    edited: bool
    visible: bool
    last_outcome: Outcome
    last_read_at: datetime
    history: bool
    opened_at: datetime
    due_at: datetime
    closed_at: datetime | None
    mailed_at: datetime | None = None
    findings: tuple[StoredFinding, ...] = ()
    withdrawn: tuple[StoredFinding, ...] = ()
    events: tuple[CaseEvent, ...] = ()
    pictures: int = 0
    extras: tuple[ExtraWords, ...] = ()
    last_visible_at: datetime | None = None
    gone_since: datetime | None = None
    is_edited_away: bool = False


# --- mails -------------------------------------------------------------------------------


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
        recipients: Envelope addresses.
        cases: The cases it tells of.
        used: Numbers whose code has decided.
    """

    key: str
    created_at: datetime
    recipients: tuple[str, ...]
    cases: tuple[CaseId, ...]
    used: frozenset[int] = frozenset()


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


# --- polls -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PollRow:
    """One poll as entered, from the configuration or by command.

    Attributes:
        held_on: Day of the poll, in the council's zone.
        area: ``whole``, a ward's name, or ``none``.
        notice_on: Day the notice of election was published; None: not entered.
        start: The council's own, earlier start.
        end: The council's own, later end.
        entered_at: When this was entered; None for one that stands in the file.
    """

    id: PollId
    type: PollType
    held_on: date
    area: str = "whole"
    by_election: bool = False
    notice_on: date | None = None
    start: datetime | None = None
    end: datetime | None = None
    mode: WindowMode = WindowMode.RESTRICTED
    status: PollStatus = PollStatus.SCHEDULED
    origin: Origin = Origin.CONFIGURATION
    notice_origin: Origin | None = None
    entered_at: datetime | None = None
    entered_by: str = ""
    candidates: tuple[str, ...] = ()
    handed_over: tuple[AccountId, ...] = ()


# --- the record --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that `evidence verify` found wrong; ``entry`` is the ledger's number."""

    entry: int
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The ledger recomputed."""

    entries: int
    head: str
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend:
    """What a credential has cost in one calendar month (UTC)."""

    credential: str
    month: date
    resources: int
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """One account as remembered: the register's entry with its last reading.

    Attributes:
        name: What the account calls itself, as its profile showed last; empty: not known.
    """

    id: AccountId
    platform: str
    handle: str
    kind: Kind
    owner: str
    registered_at: datetime
    retired_at: datetime | None
    state: AccountState
    posts: int = 0
    open_cases: int = 0
    name: str = ""


# --- what a case rests on ------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptVersion:
    """One version of a case's subject, with all that is kept of it.

    Attributes:
        words: The content, exactly as recorded.
        shown_from: Earliest instant at which it can have appeared.
        first_seen_at: First reading that showed it.
        raw: The platform's own answer, redacted when it was read; None: not kept.
    """

    id: VersionId
    content_hash: str
    words: Words
    shown_from: datetime
    first_seen_at: datetime
    is_first: bool
    raw: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Readings in a row that showed the same of a case's subject (docs/decisions/0002).

    Attributes:
        version: What was shown; None for ``gone`` and ``cannot_tell``.
        readings: How many, from ``first_at`` to ``last_at``.
    """

    outcome: Outcome
    version: VersionId | None
    reason: Reason | None
    detail: str
    edited_at: datetime | None
    first_at: datetime
    last_at: datetime
    readings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """One entry of the ledger as `storage.ledger` hashes it; never content.

    Attributes:
        at: Microseconds since 1970-01-01T00:00Z, as hashed.
        previous: Hash of the entry before; empty for the first.
    """

    number: int
    at: int
    kind: str
    reference: str
    commitment: str
    previous: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What one ledger entry of a case committed to.

    Attributes:
        salt: None once it was purged.
        content: The content as it stands now; None when it was purged, or when a newer entry
            speaks for the same row.
        version: The version that an observation showed; None for everything else.
        about: The row spoken for: ``observation``, ``finding``, ``event``, ``mail``; empty for
            an entry that holds its content itself.
    """

    line: LedgerLine
    salt: bytes | None
    content: str | None
    version: VersionId | None = None
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A mail that told of a case."""

    kind: MailKind
    message_id: str
    created_at: datetime
    accepted_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Custody:
    """All that one case rests on, read at one moment.

    Attributes:
        author: Another author's handle; empty for the account's own words.
        handle: The account's, as registered.
        versions: In the order in which they appeared.
        stretches: Readings in order of time.
        opened: The case's own ledger entries, by number.
        told: Mails about it, oldest first.
        head: Number and hash of the newest ledger entry; (0, "") for an empty ledger.
        head_at: When that entry was written; None for an empty ledger.
    """

    case: Case
    platform: str
    handle: str
    kind: Kind
    owner: str
    author: str
    parent_id: str | None
    versions: tuple[KeptVersion, ...]
    stretches: tuple[Stretch, ...]
    opened: tuple[Opened, ...]
    told: tuple[Told, ...]
    head: tuple[int, str]
    head_at: datetime | None


# --- reports and searching ---------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What one finding on a case counts under; nothing of its words."""

    clause: ClauseId
    rule: RuleId


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTally:
    """One case as far as reports count it: no words, no addresses, no names.

    Attributes:
        marks: Of every finding that was on it by the end of the period, withdrawn ones too;
            each once, in order.
        steps: When it came into which state, oldest first; up to the end of the period.
        resolution: How it stands closed now; None when it is not closed.
        closed_at: When it was closed, as it stands now.
        gone_at: The first reading that no longer showed the post, of those after which none
            showed it again before the case was closed; None if there is none.
        is_masked: Something found on it is never quoted.
    """

    id: CaseId
    account: AccountId
    subject: SubjectKind
    severity: Severity
    history: bool
    published_at: datetime
    opened_at: datetime
    marks: tuple[Mark, ...] = ()
    steps: tuple[tuple[datetime, CaseState], ...] = ()
    resolution: Resolution | None = None
    closed_at: datetime | None = None
    gone_at: datetime | None = None
    is_masked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What one credential has cost in a stretch of UTC days."""

    credential: str
    resources: int
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What a report of one period counts.

    Attributes:
        cases: Opened before the end of the period, by number; those that were opened and
            closed before it began are left out.
        charges: By credential.
        reviews: Lookings by hand in the period, oldest first.
    """

    cases: tuple[CaseTally, ...] = ()
    charges: tuple[Charge, ...] = ()
    reviews: tuple[Review, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageTotal:
    """How one account was read in one period.

    Attributes:
        complete: Complete readings that ended in the period; likewise the others.
        recorded: The sum of what they recorded.
        first_at: End of the first complete reading of the period; None without any.
        last_at: End of the last one.
        missed: Readings that were due between those two and did not come.
        longest: The longest time between two complete readings that follow one another;
            None with fewer than two.
    """

    account: AccountId
    complete: int = 0
    partial: int = 0
    failed: int = 0
    skipped: int = 0
    recorded: Recorded = Recorded()
    first_at: datetime | None = None
    last_at: datetime | None = None
    missed: int = 0
    longest: Gap | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One thing that a search found.

    Attributes:
        kind: ``post``, ``profile``, ``case`` or ``ledger``.
        at: When the post was published, the step made, or the entry written.
        what: For a case: what happened; for the ledger: the entry's kind.
        text: The whole text in which the words stand, as stored.
        version: Which content it was; None for a case's step or a ledger entry.
        is_masked: Something found there is never quoted without being asked for.
        cases: Numbers of the cases on that post, closed ones too.
        entry: Number of the ledger entry.
        is_current: That content was shown last; False for an older wording.
    """

    kind: str
    at: datetime
    text: str
    account: AccountId | None = None
    url: str = ""
    what: str = ""
    version: VersionId | None = None
    cases: tuple[CaseId, ...] = ()
    entry: int | None = None
    is_masked: bool = False
    is_current: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search found.

    Attributes:
        hits: Newest first.
        more: There is more than ``limit`` allowed.
        by_index: Answered by the index of words; False: by reading every text, because
            this database has no such index.
    """

    hits: tuple[Hit, ...] = ()
    more: bool = False
    by_index: bool = True
