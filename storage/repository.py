"""What the house asks of its memory, in the words of the house.

`Repository` is the contract; `storage.sql` is its one implementation. The test suite in
``tests/integration/storage`` is written against this protocol, so that a second one
(PostgreSQL) can run it unchanged.

Rules for every method: instants are aware UTC; values are frozen; any database failure
is a `config.errors.StorageError` with its cause chained; an instance may be used from
several threads. Reading methods see one consistent snapshot each. Writing happens in
`Transaction`s, which commit whole or not at all and may be repeated without harm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import date, datetime, timedelta
    from decimal import Decimal

    from config.register import Account
    from config.types import (
        AccountId,
        CaseId,
        CaseState,
        FindingId,
        MailId,
        MailKind,
        Resolution,
        RuleId,
        RunId,
        RunKind,
        Severity,
        SubjectId,
        SubjectKind,
        VersionId,
    )
    from storage.values import (
        AccountRow,
        AccountState,
        Case,
        Coverage,
        CoverageTotal,
        Custody,
        DuePost,
        Finding,
        Found,
        LedgerLine,
        NewMail,
        NewReply,
        Offered,
        OutboxMail,
        PollRow,
        Quieted,
        Recorded,
        RegisterChange,
        Review,
        Run,
        Seen,
        Spend,
        Tally,
        Verification,
        VersionToJudge,
    )


class Transaction(Protocol):
    """Writes that commit together; leaving the ``with`` block by an error undoes them all.

    Each step that people rely on (a finding, a case's step, a mail) is one ledger entry,
    written by the implementation, in the same transaction.
    """

    def add_finding(self, version: VersionId, finding: Finding, *, at: datetime) -> FindingId:
        """Store a finding, or revive the withdrawn one of the same key; return its id."""
        ...

    def withdraw_finding(self, finding: FindingId, *, why: str, at: datetime) -> None:
        """Say that a finding no longer holds; it is kept. A second call changes nothing."""
        ...

    def mark_judged(
        self,
        versions: Sequence[VersionId],
        *,
        under: str,
        seen: Mapping[VersionId, str | None] | None = None,
    ) -> None:
        """Note the digest these versions were judged with.

        Args:
            versions: Which.
            under: The digest.
            seen: Under what each stood when it was read for judging. One that stands under
                something else by now was asked to be judged again meanwhile (it is shown
                again, pinned, or dated otherwise) and is left as it is. None: all are marked.
        """
        ...

    def open_case(
        self,
        subject: SubjectId,
        *,
        severity: Severity,
        history: bool,
        due_at: datetime,
        at: datetime,
        by: str,
        because: str = "",
    ) -> CaseId:
        """Open a case on a subject, or return the one that is open on it already."""
        ...

    def attach(self, case: CaseId, finding: FindingId) -> None:
        """Put a finding on a case; a second call changes nothing."""
        ...

    def raise_severity(
        self, case: CaseId, severity: Severity, *, due_at: datetime, is_new: bool = False
    ) -> None:
        """Make a case more serious and its deadline earlier; never the other way.

        Args:
            case: Which.
            severity: Of what was found now.
            due_at: Its deadline.
            is_new: What was found did not stand there before: the case is history no more.
        """
        ...

    def step_case(
        self,
        case: CaseId,
        *,
        to: CaseState,
        resolution: Resolution | None,
        by: str,
        because: str,
        what: str,
        at: datetime,
        due_at: datetime | None = None,
    ) -> None:
        """Move a case to a state and write the event; the caller has checked the state table.

        ``due_at`` is by when something is due from now on; None leaves it as it is.
        """
        ...

    def case(self, case: CaseId) -> Case:
        """Return a case as it stands inside this transaction.

        Raises:
            StorageError: There is no such case.
        """
        ...

    def quiet(
        self,
        account: AccountId,
        rule: RuleId,
        *,
        words_hash: str,
        until: date | None,
        case: CaseId | None,
        by: str,
        because: str,
        at: datetime,
    ) -> None:
        """Keep a rule quiet on an account from now on: a person's decision."""
        ...

    def queue_mail(
        self, mail: NewMail, *, at: datetime, not_before: datetime | None = None
    ) -> bool:
        """Put finished bytes into the outbox; False if the key is there already.

        ``not_before`` is when it may be offered to a server at the earliest; None: at once.
        """
        ...

    def cancel_mail(self, key: str, *, why: str, at: datetime) -> bool:
        """Stop a mail for everybody whose server has not answered for it yet.

        Returns:
            Whether nobody gets it any more: no server took or refused it, and nobody is
            offering it at this moment. A second call says the same.
        """
        ...

    def add_reply(self, reply: NewReply, *, at: datetime) -> bool:
        """Note what came of a mail that was sent to us; False if it was noted before."""
        ...

    def use_code(self, mail: str, number: int, *, at: datetime) -> bool:
        """Use a code of a mail up; False if it was used before.

        Args:
            mail: Natural key of the mail that offered it.
            number: The case, or 0 for the mail as a whole.
            at: When.
        """
        ...

    def put_poll(self, poll: PollRow, *, at: datetime) -> None:
        """Enter or replace a poll by command; every change is a dated ledger entry."""
        ...

    def set_notice(self, poll: PollRow, day: date | None, *, by: str, at: datetime) -> None:
        """Enter the notice of election of a poll (one from the configuration too)."""
        ...

    def add_review(self, review: Review) -> None:
        """Note that a person looked at an account by hand."""
        ...

    def acknowledge_register_changes(self, *, upto: datetime) -> None:
        """Mark register changes as told in a digest."""
        ...

    def note(self, what: str, *, at: datetime, facts: Mapping[str, str]) -> None:
        """Write one ledger entry that belongs to nothing else (rule pack, policy, restore).

        ``facts`` are committed to by a salted hash, never stored in the ledger.
        """
        ...


class Repository(Protocol):
    """Everything that is remembered."""

    # --- life ---------------------------------------------------------------------------

    def close(self) -> None:
        """Let go of the database."""
        ...

    def writing(self) -> AbstractContextManager[Transaction]:
        """Begin a writing transaction (BEGIN IMMEDIATE); commits when the block ends well.

        Raises:
            BusyError: Another writer held the database beyond the busy time-out.
        """
        ...

    def together(self) -> AbstractContextManager[Transaction]:
        """Begin a writing transaction in which later ``writing`` blocks of this thread take part.

        They commit with it or not at all; one that ends by an error undoes only itself.

        Raises:
            BusyError: As `writing`.
        """
        ...

    # --- runs, register, reading ---------------------------------------------------------

    def begin_run(self, kind: RunKind, *, by: str, at: datetime) -> RunId:
        """Begin a run."""
        ...

    def end_run(self, run: RunId, *, at: datetime) -> None:
        """End a run; its coverage has been written account by account."""
        ...

    def cover(self, run: RunId, coverage: Coverage) -> None:
        """Write how far one account was read in a run; a second call replaces the first."""
        ...

    def runs(self, *, since: datetime | None = None, limit: int = 50) -> list[Run]:
        """Return runs with their coverage, newest first."""
        ...

    def sync_register(self, accounts: Sequence[Account], *, at: datetime) -> list[RegisterChange]:
        """Bring the remembered register into line with the configuration.

        A new, changed or vanished account is a ledger entry and waits for the next digest.

        Raises:
            SettingsError: An account with a case that is not closed has vanished from the
                configuration; it must be retired by saying so, not by deleting lines.
        """
        ...

    def register_changes(self, *, untold: bool = True) -> list[RegisterChange]:
        """Return changes of the register, oldest first."""
        ...

    def accounts(self) -> list[AccountRow]:
        """Return all remembered accounts in the register's order, retired ones last."""
        ...

    def account_state(self, account: AccountId) -> AccountState:
        """Return what earlier runs left for an account; an empty state if nothing."""
        ...

    def save_account_state(self, state: AccountState) -> None:
        """Replace what the next run of an account needs."""
        ...

    def lease(self, account: AccountId, *, owner: str, until: datetime, now: datetime) -> bool:
        """Take the right to read an account; False while another holds it and is not late."""
        ...

    def release(self, account: AccountId, *, owner: str) -> None:
        """Give the right back; nothing happens if it is not held by ``owner``."""
        ...

    def lease_owners(self) -> list[str]:
        """Return who holds leases now, late ones too; each owner once."""
        ...

    def clear_leases(self, *, owner_prefix: str) -> None:
        """Forget leases of processes that are no more (the daemon's start)."""
        ...

    def record(self, run: RunId, account: AccountId, seen: Sequence[Seen]) -> Recorded:
        """Commit what was read, before anything is decided (law 2).

        New content is a new version with ``judged_under`` null; an unchanged re-reading
        extends the newest observation. Recording the same lot twice changes nothing but
        the time of the newest observation.
        """
        ...

    def due_posts(
        self, account: AccountId, *, as_of: datetime, look_back: timedelta
    ) -> list[DuePost]:
        """Return the visible posts of the last ``look_back``, newest first.

        Posts with a case that is not closed are always among them, and those that were taken
        down in that time, which may be put up again; the caller's plan decides which to re-read
        now.
        """
        ...

    def visible_count(self, account: AccountId, *, since: datetime) -> int:
        """Return how many posts published since then were visible at their last reading."""
        ...

    def spend(self, credential: str, *, month: date) -> Spend:
        """Return what a credential has cost in a calendar month (UTC)."""
        ...

    def charge(
        self, credential: str, *, ids: Sequence[str], price: Decimal, at: datetime
    ) -> Decimal:
        """Count returned resources, each id once per UTC day; return the amount added."""
        ...

    def last_review(self, account: AccountId) -> Review | None:
        """Return the newest review by hand of an account, or None."""
        ...

    # --- judging -------------------------------------------------------------------------

    def stale_versions(
        self, stamps: Mapping[AccountId, str], *, limit: int = 500
    ) -> list[VersionToJudge]:
        """Return versions whose ``judged_under`` is null or is not their account's stamp.

        Ordered by version id; accounts that are not in ``stamps`` are left out.
        """
        ...

    def versions(
        self,
        *,
        accounts: Sequence[AccountId] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        lot: int = 500,
    ) -> Iterator[list[VersionToJudge]]:
        """Go through stored history in lots, by version id, with flat memory.

        Args:
            accounts: Only these; None: all.
            since: Only posts published at or after this.
            until: Only posts published before this.
            lot: Versions in a lot, 1 to 500.
        """
        ...

    def count_versions(
        self,
        *,
        accounts: Sequence[AccountId] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> int:
        """Return how many versions `versions` would go through."""
        ...

    def quieted(self) -> list[Quieted]:
        """Return every decision that keeps a rule quiet."""
        ...

    # --- cases ----------------------------------------------------------------------------

    def cases(
        self,
        *,
        states: Sequence[CaseState] | None = None,
        account: AccountId | None = None,
        opened_since: datetime | None = None,
        subject: SubjectKind | None = None,
        resolution: Resolution | None = None,
        limit: int | None = None,
    ) -> list[Case]:
        """Return cases with their findings and events: most severe first, then oldest due."""
        ...

    def case(self, case: CaseId) -> Case | None:
        """Return one case, or None."""
        ...

    def subject(self, account: AccountId, kind: SubjectKind, platform_id: str) -> SubjectId | None:
        """Return what was ever read or reported under a platform's id, or None."""
        ...

    def case_counts(self) -> Mapping[CaseState, int]:
        """Return how many cases stand in each state."""
        ...

    # --- mails ----------------------------------------------------------------------------

    def mail(self, key: str) -> OutboxMail | None:
        """Return the mail with this natural key, or None."""
        ...

    def mails(
        self, *, due_at: datetime | None = None, kind: MailKind | None = None, limit: int = 100
    ) -> list[OutboxMail]:
        """Return mails, oldest first; with ``due_at`` those with a queued recipient due then."""
        ...

    def claim_mail(self, mail: MailId, *, owner: str, until: datetime, now: datetime) -> bool:
        """Take the right to offer a mail to a server; False while another holds it.

        Of several processes that ask at once exactly one gets it. A claim that is late
        (``until`` has passed) counts as abandoned.

        Args:
            mail: Which mail.
            owner: Who asks.
            until: When the claim counts as abandoned.
            now: The present moment.
        """
        ...

    def release_mail(self, mail: MailId, *, owner: str) -> None:
        """Give the right back; nothing happens if it is not held by ``owner``."""
        ...

    def settle_recipient(
        self,
        mail: MailId,
        address: str,
        *,
        accepted: bool,
        at: datetime,
        next_at: datetime | None = None,
        error: str = "",
    ) -> None:
        """Note what one recipient's server said.

        Args:
            mail: Which mail.
            address: Which recipient.
            accepted: The server took it: this recipient is done.
            at: When.
            next_at: When to try again; None with ``accepted`` False: refused for good.
            error: What the server said, without the mail's words.
        """
        ...

    def offers(self, case: CaseId | None, *, since: datetime) -> list[Offered]:
        """Return the mails since then that tell of a case, or with None every digest or answer."""
        ...

    def has_reply(self, mailbox: str, uid: str) -> bool:
        """Return whether a mail in a mailbox was handled."""
        ...

    def has_reply_bytes(self, digest: str) -> bool:
        """Return whether a mail of these very bytes was handled, wherever it lay."""
        ...

    def newest_reply(self, mailbox: str) -> str | None:
        """Return the greatest uid handled in a mailbox, as text; None for none."""
        ...

    def answers(self, sender: str, *, since: datetime) -> int:
        """Return how often a sender was answered without having decided anything."""
        ...

    # --- polls ----------------------------------------------------------------------------

    def polls(self) -> list[PollRow]:
        """Return the polls entered by command, and notices entered for others, by id.

        A notice for a poll of the configuration is a row with ``origin`` configuration
        and ``notice_origin`` command.
        """
        ...

    # --- the record -----------------------------------------------------------------------

    def ledger_head(self) -> tuple[int, str]:
        """Return number and hash of the newest ledger entry; (0, "") for an empty one."""
        ...

    def verify_ledger(
        self,
        *,
        progress: Callable[[int], None] | None = None,
        head: tuple[int, str] | None = None,
    ) -> Verification:
        """Recompute the chain and every commitment whose content is still there.

        Args:
            progress: Called with the number of entries done.
            head: Number and hash of an entry as an earlier mail gave it: it must be there,
                else a truncated tail or a chain written anew would not show.
        """
        ...

    def custody(self, case: CaseId) -> Custody | None:
        """Return all that a case rests on, read at one moment; None: there is no such case."""
        ...

    def ledger(self, *, upto: int) -> Iterator[list[LedgerLine]]:
        """Go through the ledger in lots, from the first entry to number ``upto``."""
        ...

    # --- reports and searching ------------------------------------------------------------

    def tally(self, *, since: datetime, until: datetime) -> Tally:
        """Return what a report counts in ``[since, until)``; no words, no names.

        Money is counted by whole UTC days, as platforms bill it: from the day of ``since``
        to the day before ``until``, or to that of ``until`` unless it is midnight.
        """
        ...

    def coverage_totals(
        self, *, since: datetime, until: datetime, every: timedelta
    ) -> list[CoverageTotal]:
        """Return how each account was read in ``[since, until)``, by account.

        Args:
            since: Start.
            until: End.
            every: How often a complete reading is due; one that comes less than half of
                this late is not missed.
        """
        ...

    def search(
        self,
        query: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        accounts: Sequence[AccountId] | None = None,
        limit: int = 50,
    ) -> Found:
        """Look for words in posts (every version), in cases and in the ledger's notes.

        Args:
            query: As typed; see `storage.wanted`. It is never the database's syntax.
            since: Only what was published, decided or written at or after this.
            until: Only what was so before this.
            accounts: Only these; the ledger's notes then have to name one of them.
            limit: Most hits.
        """
        ...
