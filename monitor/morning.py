"""The morning: accounts first, then the digest, once per council date, always."""

from __future__ import annotations

import email
import email.policy
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from config.errors import ClerkwatchError
from config.types import CoverageStatus
from monitor import sellby
from monitor.alerts.digest import compose_digest, digest_key
from monitor.alerts.gather import gather
from monitor.alerts.outbox import deliver_due
from monitor.alerts.technical import compose_technical
from monitor.cases import reopening
from monitor.elections import upkeep
from monitor.judging import judge_stale, polls_of
from monitor.opening import is_by_hand
from monitor.people.handing import hand_over, readers
from monitor.people.rota import Rota
from monitor.pipeline import scan

if TYPE_CHECKING:
    from datetime import date, datetime

    from config.register import Account
    from monitor.app import App
    from storage.values import NewMail

_RUNS = 20_000
PULL_WITHIN_S = 10 * 60.0
"""Longest that the digest waits for the accounts; then it says who was not read."""
_SLICE_S = 0.25
_AT_ONCE = 16
_A_MOMENT = timedelta(minutes=2)
_WAITS_S = (1, 2, 4, 8, 15, 30, 60, 120, 240)


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A digest as a person reads it."""

    key: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What sending came to.

    Attributes:
        composed: The digest of the day.
        is_new: It was written now, not before.
        is_accepted: A server has it for everybody.
    """

    composed: Composed
    is_new: bool
    is_accepted: bool


def is_due(app: App, *, now: datetime) -> bool:
    """Return whether today's digest is due and not written yet."""
    local = now.astimezone(app.settings.zone())
    if local.time() < app.settings.schedule.digest_at:
        return False
    return app.repository.mail(digest_key(local.date())) is None


def compose(app: App, *, now: datetime) -> Composed:
    """Return the digest as it would be now; nothing is stored."""
    digest, _ = write(app, now=now)
    return _composed(digest.key, digest.body)


def stored(app: App, on: date) -> Composed | None:
    """Return the digest of a council date exactly as it was written, or None."""
    mail = app.repository.mail(digest_key(on))
    return None if mail is None else _composed(mail.key, mail.body)


def write(app: App, *, now: datetime) -> tuple[NewMail, NewMail | None]:
    """Write the digest of now, and the mail for technical matters if there are any."""
    settings = app.settings
    facts = gather(
        app.repository,
        settings=settings,
        register=app.register,
        policy=app.policy,
        rules=app.judge.rules,
        rules_digest=app.judge.digest,
        polls=polls_of(settings, app.repository),
        as_of=now,
    )
    facts = replace(facts, codes=app.codes)
    errors = {
        line.account: line.error
        for run in reversed(app.repository.runs(since=facts.covered_from, limit=_RUNS))
        for line in run.coverage
    }
    sender = settings.mail.sender
    rota = Rota.of(settings, app.repository.absences())
    digest = compose_digest(facts, sender=sender, people=readers(app, rota, as_of=now))
    technical = compose_technical(facts, sender=sender, people=rota.technicians(now), errors=errors)
    return digest, technical


def send(app: App, *, by: str, within_s: float = PULL_WITHIN_S) -> Sent:
    """Read the accounts, write today's digest, put it into the outbox and try to send it.

    Safe to repeat: a digest that is in the outbox is not written again, only sent on.

    Args:
        app: The wired application.
        by: Who or what asked for it.
        within_s: Longest that it waits for the accounts, in seconds; then it goes out and
            says who was not read.

    Raises:
        ClerkwatchError: The process is ending before it was written.
        StorageError: The database refused.
    """
    today = app.clock.now().astimezone(app.settings.zone()).date()
    is_new = app.repository.mail(digest_key(today)) is None
    if is_new:
        _read_accounts_first(app, by=by, within_s=within_s)
        now = app.clock.now()
        # Of an account that came too late, what was read is judged all the same.
        judge_stale(app, as_of=now)
        upkeep.put_due(app, now=now)
        hand_over(app, at=now)
        digest, technical = write(app, now=now)
        mails = [*reopening.reminders(app, at=now), *sellby.announcements(app, at=now)]
        with app.repository.writing() as transaction:
            is_new = transaction.queue_mail(digest, at=now)
            if technical is not None:
                transaction.queue_mail(technical, at=now)
            for mail in mails:
                transaction.queue_mail(mail, at=now)
            transaction.acknowledge_register_changes(upto=now)
    deliver_due(
        app.repository,
        app.transport,
        sender=app.settings.mail.sender,
        now=app.clock.now(),
        stop=app.stop.is_set,
    )
    kept = app.repository.mail(digest_key(today))
    if kept is None:
        raise RuntimeError(f"the digest of {today} was queued and is not there")
    accepted = all(one.accepted_at is not None for one in kept.recipients)
    if accepted and is_new:
        # Only what somebody can read was told: a warning that waits in the outbox is none.
        with app.repository.writing() as transaction:
            transaction.tell_purges(upto=kept.created_at, at=app.clock.now())
    return Sent(composed=_composed(kept.key, kept.body), is_new=is_new, is_accepted=accepted)


def _read_accounts_first(app: App, *, by: str, within_s: float) -> None:
    """Pull what was not read a moment ago, each account by itself, for a bounded time.

    Raises:
        ClerkwatchError: The process is ending; the digest is due again at the next start.
        StorageError: The database refused.
    """
    waiting = [
        account
        for account in app.register
        if not is_by_hand(account) and not is_fresh(app, account)
    ]
    if not waiting:
        return
    pool = ThreadPoolExecutor(min(_AT_ONCE, len(waiting)), thread_name_prefix="digest")
    try:
        pulls = {pool.submit(_read, app, account, by=by): account.id for account in waiting}
        pending = set(pulls)
        for _ in range(max(1, int(within_s / _SLICE_S))):
            done, pending = wait(pending, timeout=_SLICE_S)
            for pull in done:
                pull.result()
            if app.stop.is_set():
                raise ClerkwatchError(
                    "the digest was put off, because clerkwatch is ending",
                    remedy="Nothing to do: it goes out at the next start",
                )
            if not pending:
                return
        late = sorted(pulls[pull] for pull in pending)
        app.log.error("digest goes out before all accounts were read", accounts=late)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _read(app: App, account: Account, *, by: str) -> None:
    """Read one account; while somebody else reads it, wait for that reading to end."""
    for wait_s in _WAITS_S:
        line = scan(app, [account], by=by, insist=True).coverage[0]
        if line.status is not CoverageStatus.SKIPPED or is_fresh(app, account):
            return
        if app.stop.wait(wait_s) or is_fresh(app, account):
            return


def is_fresh(app: App, account: Account) -> bool:
    """Return whether an account was read, or tried, a moment ago."""
    tried = app.repository.account_state(account.id).last_tried_at
    return tried is not None and abs(app.clock.now() - tried) <= _A_MOMENT


def _composed(key: str, body: bytes) -> Composed:
    message = email.message_from_bytes(body, policy=email.policy.default)
    part = message.get_body(("plain",))
    text = part.get_content() if part is not None else ""
    return Composed(key=key, subject=str(message["Subject"]), text=text.rstrip("\n"))
