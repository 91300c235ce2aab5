"""The digest's facts from a real database: told once, counted right, nothing guessed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from config.register import Account
from config.types import (
    AccountId,
    CaseId,
    CaseState,
    CoverageStatus,
    Kind,
    Reason,
    Resolution,
    RunKind,
    Severity,
)
from monitor.alerts.digest import compose_digest
from monitor.alerts.facts import PolicyWords
from monitor.alerts.house import House, own_names, watched
from monitor.alerts.model import build_digest
from monitor.alerts.recall import Budgeted, Elections, recall
from monitor.alerts.technical import compose_technical
from monitor.people.rota import Rota
from storage.open import open_repository
from storage.values import (
    AccountState,
    Attestation,
    Coverage,
    Gap,
    HeldLogin,
    Recorded,
    Review,
)
from tests.lib import records
from tests.unit.alerts.people import CLERK, EVERYBODY, SENDER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from monitor.alerts.facts import DigestFacts
    from storage.repository import Repository

MORNING = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
DAY = timedelta(days=1)
FIRST = MORNING - 3 * DAY
REGISTER = (
    records.account(),
    records.account(records.MAYOR, kind=Kind.MAYORAL),
    Account(
        id=AccountId("nextdoor"),
        platform="manual",
        handle="Nextdoor",
        kind=Kind.COUNCIL,
        owner="Jo Marsh",
    ),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Repository]:
    """Return a database that knows the register since last week."""
    opened = open_repository(f"sqlite:///{tmp_path / 'clerkwatch.db'}", create=True)
    opened.sync_register(REGISTER, at=FIRST - 7 * DAY)
    yield opened
    opened.close()


def house(*, rules: str = "rules-1") -> House:
    """Return the town's own facts."""
    return House(
        council="Fernbeck Town Council",
        zone="Europe/London",
        rota=Rota(people=EVERYBODY, zone="Europe/London", nation="England"),
        sender=SENDER,
        people=EVERYBODY,
        pull_every=timedelta(minutes=30),
        watched=tuple(watched(one) for one in REGISTER),
        policy=PolicyWords(),
        harmless={},
        rules=rules,
        version="0.1.0",
        email_domain="fernbeck.example",
    )


def facts(store: Repository, *, at: datetime = MORNING, rules: str = "rules-1") -> DigestFacts:
    """Return what the digest of a morning would tell."""
    budget = Budgeted(title="X", purses=frozenset({"x_bearer"}), usd_per_month=Decimal("5.00"))
    return recall(
        store, house=house(rules=rules), as_of=at, elections=Elections(), budgets=(budget,)
    )


def digest_sent(store: Repository, *, at: datetime, rules: str = "rules-1") -> None:
    """Queue the digest of a morning, as the daemon does."""
    mail = compose_digest(facts(store, at=at, rules=rules), sender=SENDER, people=(CLERK,))
    with store.writing() as transaction:
        transaction.queue_mail(mail, at=at)
        transaction.acknowledge_register_changes(upto=at)


def pulled(
    store: Repository,
    *,
    at: datetime,
    posts: tuple[str, ...] = (),
    account: AccountId = records.COUNCIL,
) -> None:
    """Read an account once, with some posts."""
    run = store.begin_run(RunKind.SCAN, by="daemon", at=at)
    seen = [records.post(name, f"Words of {name}.", read_at=at, published_at=at) for name in posts]
    recorded = store.record(run, account, seen) if seen else Recorded()
    store.cover(
        run,
        Coverage(account=account, status=CoverageStatus.READ, recorded=recorded, ended_at=at),
    )
    store.end_run(run, at=at)
    store.save_account_state(
        AccountState(account=account, last_read_at=at, last_tried_at=at, first_complete_at=FIRST)
    )


def opened(store: Repository, post: str, *, at: datetime, history: bool = False) -> CaseId:
    """Read a post and open a case on it."""
    pulled(store, at=at, posts=(post,))
    version = next(
        one
        for lot in store.versions(accounts=[records.COUNCIL])
        for one in lot
        if one.subject_platform_id == post
    )
    with store.writing() as transaction:
        finding = transaction.add_finding(version.id, records.finding(quote="Words"), at=at)
        case = transaction.open_case(
            version.subject,
            severity=Severity.REVIEW,
            history=history,
            due_at=at + 3 * DAY,
            at=at,
            by="clerkwatch",
        )
        transaction.attach(case, finding)
    return case


def went(store: Repository, post: str, *, at: datetime) -> None:
    """Read a post that is no longer there."""
    run = store.begin_run(RunKind.SCAN, by="daemon", at=at)
    store.record(run, records.COUNCIL, [records.gone(post, read_at=at)])
    store.end_run(run, at=at)


def test_the_first_digest_covers_everything(store: Repository) -> None:
    """Before any digest there is no earlier end, and no date is missed."""
    pulled(store, at=MORNING - DAY, posts=("1", "2"))
    given = facts(store)
    assert (given.covered_from, given.missed, given.posts_checked) == (None, (), 2)


def test_a_digest_begins_where_the_previous_one_ended(store: Repository) -> None:
    """Dates without a mail are folded in, and only what is new since then is counted."""
    pulled(store, at=FIRST - DAY, posts=("1",))
    digest_sent(store, at=FIRST)
    pulled(store, at=MORNING - DAY, posts=("2", "3"))
    given = facts(store)
    assert given.covered_from == FIRST
    assert given.missed == (date(2026, 11, 22), date(2026, 11, 23))
    assert given.posts_checked == 2


def test_a_pull_that_ends_with_the_digest_is_counted_once(store: Repository) -> None:
    """What was read at the digest's own instant is in that digest, and in no later one."""
    pulled(store, at=FIRST, posts=("1",))
    counted = [facts(store, at=FIRST).posts_checked]
    digest_sent(store, at=FIRST)
    counted.append(facts(store).posts_checked)
    assert counted == [1, 0]


def test_todays_own_digest_is_not_its_predecessor(store: Repository) -> None:
    """A preview after the mail was queued shows the same interval."""
    digest_sent(store, at=MORNING)
    assert facts(store, at=MORNING + timedelta(hours=1)).covered_from is None


def test_history_is_told_once(store: Repository) -> None:
    """An older case is told until a server has taken a digest with it, then no more."""
    case = opened(store, "9", at=FIRST - DAY, history=True)
    assert [one.id for one in facts(store, at=FIRST).history] == [case]
    digest_sent(store, at=FIRST)
    waiting = facts(store).history
    mail = store.mails(limit=1)[0]
    store.settle_recipient(mail.id, mail.recipients[0].address, accepted=True, at=FIRST)
    given = facts(store)
    assert ([one.id for one in waiting], given.history, given.cases) == ([case], (), ())
    assert given.older_waiting == 1


def test_an_open_case_is_told_each_morning(store: Repository) -> None:
    """A decision is asked for until it is made."""
    case = opened(store, "9", at=FIRST - DAY)
    digest_sent(store, at=FIRST)
    assert [one.id for one in facts(store).cases] == [case]


def test_an_older_post_that_went_is_told_again(store: Repository) -> None:
    """Told once already, it is told once more when it is no longer visible, with since when."""
    case = opened(store, "9", at=FIRST - DAY, history=True)
    digest_sent(store, at=FIRST)
    mail = store.mails(limit=1)[0]
    store.settle_recipient(mail.id, mail.recipients[0].address, accepted=True, at=FIRST)
    went(store, "9", at=MORNING - timedelta(hours=1))
    given = facts(store)
    assert ([one.id for one in given.older_gone], given.older_waiting) == ([case], 0)
    assert [(one.last_visible_at, one.gone_since) for one in given.older_gone] == [
        (FIRST - DAY, MORNING - timedelta(hours=1))
    ]


def test_what_was_closed_is_told_with_the_interval_in_which_it_went(store: Repository) -> None:
    """The post was there in one reading and gone in the next: both instants are told."""
    case = opened(store, "9", at=MORNING - timedelta(hours=2))
    went(store, "9", at=MORNING - timedelta(hours=1))
    with store.writing() as transaction:
        transaction.step_case(
            case,
            to=CaseState.CLOSED,
            resolution=Resolution.REMOVED,
            by="clerkwatch",
            because="",
            what="no longer visible",
            at=MORNING - timedelta(minutes=30),
        )
    built = build_digest(facts(store))
    assert built.waiting == (
        (
            f"Case {case}, X @councilx: no longer visible since Tuesday 24 November, between 05:00 "
            "and 06:00. Closed."
        ),
    )


def test_accounts_are_called_by_the_name_they_showed_last(store: Repository) -> None:
    """The newest reading of a profile gives the name; before any, the register does."""
    assert own_names(store) == {}
    run = store.begin_run(RunKind.SCAN, by="daemon", at=FIRST)
    for at, name in ((FIRST, "Mayor of Fernbeck"), (MORNING, "The Mayor of Fernbeck")):
        shown = records.words(name, fields={"name": name, "description": "A chain"})
        seen = records.profile("42", name, read_at=at)
        store.record(run, records.MAYOR, [replace(seen, words=shown)])
    assert own_names(store) == {records.MAYOR: "The Mayor of Fernbeck"}


def test_register_changes_are_told_once(store: Repository) -> None:
    """A new account stands in the next digest and in no later one."""
    told = [len(facts(store, at=FIRST).register_changes)]
    digest_sent(store, at=FIRST)
    told.append(len(facts(store).register_changes))
    assert told == [3, 0]


def test_an_account_says_when_it_was_read_and_why_not(store: Repository) -> None:
    """State of the account, of the reading that failed, and of the person who looked."""
    store.save_account_state(
        AccountState(
            account=records.COUNCIL,
            last_read_at=FIRST,
            reason=Reason.AUTH_EXPIRED,
            failing_since=FIRST + timedelta(minutes=30),
        )
    )
    with store.writing() as transaction:
        transaction.add_review(Review(account=AccountId("nextdoor"), at=FIRST, by="Jo Marsh"))
    council, mayor, nextdoor = facts(store).accounts
    assert (council.reason, council.last_read_at) == (Reason.AUTH_EXPIRED, FIRST)
    assert (mayor.last_read_at, mayor.reason) == (None, None)
    assert (nextdoor.by_hand, nextdoor.looked_at) == (True, FIRST)


def test_a_change_of_the_rules_is_one_line(store: Repository) -> None:
    """Other rules than at the previous digest: said once, with how many older posts."""
    pulled(store, at=FIRST - DAY)
    digest_sent(store, at=FIRST + timedelta(minutes=1), rules="rules-1")
    opened(store, "8", at=MORNING - DAY, history=True)
    changed = facts(store, rules="rules-2").rule_changes
    assert [one.newly_flagged for one in changed] == [1]
    assert facts(store, rules="rules-1").rule_changes == ()


def test_a_mail_refused_for_good_is_told(store: Repository) -> None:
    """A recipient whose server said no to yesterday's digest is no secret."""
    digest_sent(store, at=FIRST)
    mail = store.mails(limit=1)[0]
    store.settle_recipient(
        mail.id, mail.recipients[0].address, accepted=False, at=FIRST, error="550 no such user"
    )
    assert facts(store).refused == ("digest:2026-11-21",)


def test_mondays_tell_costs_and_who_was_not_told(store: Repository) -> None:
    """Weekly matters are gathered on Mondays in the council's zone, and on no other day."""
    store.charge("x_bearer", ids=["1", "2"], price=Decimal("0.005"), at=FIRST)
    monday = facts(store, at=MORNING - DAY).monday
    assert monday is not None
    assert [(one.title, one.amount) for one in monday.costs] == [("X", Decimal("0.01"))]
    assert len(monday.untold) == 3
    assert facts(store).monday is None


def attested(store: Repository, account: AccountId, *, at: datetime, address: str) -> None:
    """Let somebody say who can log in to an account."""
    login = HeldLogin(name="Jo Marsh", address=address)
    with store.writing() as transaction:
        transaction.add_attestation(
            Attestation(account=account, at=at, by="Pat Hill", logins=(login,))
        )


def test_logins_are_asked_for_when_due_and_then_on_mondays_only(store: Repository) -> None:
    """On the morning on which half a year is over; not daily after that; a member's never."""
    half_a_year = timedelta(days=182)
    asked = [one.id for one in REGISTER]
    for name in asked:
        attested(store, name, at=MORNING - half_a_year - timedelta(hours=1), address="a@b.example")
    attested(store, asked[0], at=MORNING - DAY, address="jo@fernbeck.example")
    digest_sent(store, at=MORNING - DAY)
    (question,) = facts(store).reminders
    assert [name in question for name in asked] == [False, True, True]
    digest_sent(store, at=MORNING)
    assert facts(store, at=MORNING + DAY).reminders == ()
    monday = facts(store, at=MORNING + 6 * DAY).monday
    assert monday is not None
    assert monday.unattested == tuple(asked[1:])
    assert len(monday.outside) == 2
    assert facts(store, at=MORNING + 6 * DAY).reminders == ()


def test_looking_by_hand_is_no_attestation(store: Repository) -> None:
    """A fortnightly look at an account says nothing of who can log in to it."""
    with store.writing() as transaction:
        transaction.add_review(Review(account=AccountId("nextdoor"), at=FIRST, by="Jo Marsh"))
    monday = facts(store, at=MORNING - DAY).monday
    assert monday is not None
    assert AccountId("nextdoor") in monday.unattested


def test_gathering_twice_gives_the_same_mails(store: Repository) -> None:
    """Nothing is changed by looking: the same instant gives the same bytes."""
    opened(store, "9", at=FIRST - DAY)
    run = store.begin_run(RunKind.SCAN, by="daemon", at=MORNING)
    store.cover(
        run,
        Coverage(
            account=records.MAYOR,
            status=CoverageStatus.FAILED,
            gaps=(Gap(start=FIRST, end=MORNING),),
            reason=Reason.CONTRACT,
            error="the answer had no list of posts",
            ended_at=MORNING,
        ),
    )
    store.end_run(run, at=MORNING)
    errors = {line.account: line.error for line in store.runs(limit=1)[0].coverage}
    first, second = (
        (
            compose_digest(facts(store), sender=SENDER, people=(CLERK,)),
            compose_technical(facts(store), sender=SENDER, people=EVERYBODY, errors=errors),
        )
        for _ in range(2)
    )
    assert first == second
    assert first[1] is not None
    assert b"the answer had no list of posts" in first[1].body.replace(b"=\r\n", b"")
