"""What a case rests on: its own readings, findings, steps, decisions and mails; nobody else's."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from config.types import CaseId, MailKind, Outcome, Severity, SubjectId
from storage.ledger import ChainCheck, Entry, commit, export_note
from tests.lib import records

if TYPE_CHECKING:
    from config.types import RunId
    from storage.repository import Repository
    from storage.values import Opened


def case_on(store: Repository, platform_id: str) -> CaseId:
    """Open a case on a post, with a finding and a mail, and return its number."""
    (version,) = [
        one
        for lot in store.versions()
        for one in lot
        if one.subject_platform_id == platform_id and one.is_current
    ]
    with store.writing() as transaction:
        finding = transaction.add_finding(version.id, records.finding(), at=records.at(5))
        case = transaction.open_case(
            SubjectId(version.subject),
            severity=Severity.REVIEW,
            history=False,
            due_at=records.at(days=3),
            at=records.at(5),
            by="clerkwatch",
        )
        transaction.attach(case, finding)
        transaction.queue_mail(
            records.mail(f"urgent:{platform_id}", kind=MailKind.URGENT, cases=(case,)),
            at=records.at(6),
        )
    return case


def two_cases(store: Repository, run: RunId) -> tuple[CaseId, CaseId]:
    """Record two posts, one of them edited and then gone, and open a case on each."""
    lots = [
        [records.post("1", "Vote!", raw=b'{"id":1}'), records.post("2", "Vote now!")],
        [records.post("1", "Vote today!", read_at=records.at(2))],
    ]
    for lot in lots:
        store.record(run, records.COUNCIL, lot)
    cases = case_on(store, "1"), case_on(store, "2")
    store.record(run, records.COUNCIL, [records.gone("1", read_at=records.at(9))])
    return cases


def test_a_case_that_there_is_not_rests_on_nothing(store: Repository) -> None:
    """None, not an error: the caller says what is possible."""
    assert store.custody(CaseId(7)) is None


def test_versions_and_readings_are_whole_and_in_order(store: Repository, run: RunId) -> None:
    """Both versions with their raw answer, and each stretch of readings with what it showed."""
    case, _ = two_cases(store, run)
    custody = store.custody(case)
    assert custody is not None
    first, second = custody.versions

    assert [one.words.text for one in custody.versions] == ["Vote!", "Vote today!"]
    assert [one.raw for one in custody.versions] == [b'{"id":1}', None]
    assert [(one.outcome, one.version) for one in custody.stretches] == [
        (Outcome.PRESENT, first.id),
        (Outcome.EDITED, second.id),
        (Outcome.GONE, None),
    ]
    assert [one.kind for one in custody.told] == [MailKind.URGENT]
    assert (custody.head, custody.platform, custody.owner) == (store.ledger_head(), "x", "Jo Marsh")


def test_each_opened_entry_fits_its_commitment_and_is_the_cases_own(
    store: Repository, run: RunId
) -> None:
    """Nothing of the other case's post, finding, step or mail is opened."""
    mine, other = (store.custody(case) for case in two_cases(store, run))
    assert mine is not None
    assert other is not None

    for one in (*mine.opened, *other.opened):
        assert fits(one)
    numbers = [{one.line.number for one in custody.opened} for custody in (mine, other)]
    assert numbers[0] & numbers[1] == set()
    assert "Vote now!" not in "".join(one.content or "" for one in mine.opened)
    kinds = [one.about for one in mine.opened]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "observation": 3,
        "finding": 1,
        "event": 1,
        "mail": 1,
    }


def fits(opened: Opened) -> bool:
    """Return whether content and salt give the commitment of an entry."""
    assert opened.salt is not None
    assert opened.content is not None
    return commit(opened.salt, opened.content) == opened.line.commitment


def test_decisions_withdrawals_and_exports_that_name_the_case_belong_to_it(
    store: Repository, run: RunId
) -> None:
    """A decision is about an account; the case stands only in its content."""
    case, other = two_cases(store, run)
    found = store.custody(case)
    assert found is not None
    finding = found.case.findings[0]
    with store.writing() as transaction:
        for number in (case, other):
            transaction.quiet(
                records.COUNCIL,
                finding.finding.rule,
                words_hash=f"{number}",
                until=None,
                case=number,
                by="Jo",
                because="quoted",
                at=records.at(10),
            )
        transaction.withdraw_finding(finding.id, why="the rule changed", at=records.at(11))
        transaction.note(export_note(case), at=records.at(12), facts={"by": "Jo"})
    custody = store.custody(case)
    assert custody is not None
    last = [one for one in custody.opened if not one.about]

    assert [one.line.kind for one in last] == ["decided", "finding withdrawn", "note"]
    assert json.loads(last[0].content or "")["case"] == case
    assert all(fits(one) for one in last)


def test_only_the_newest_entry_of_a_row_is_opened(store: Repository, run: RunId) -> None:
    """A finding that was revived with other words: what the older entry said is gone."""
    case, _ = two_cases(store, run)
    found = store.custody(case)
    assert found is not None
    stored = found.case.findings[0]
    with store.writing() as transaction:
        changed = replace(stored.finding, reason="It asks for votes.")
        assert transaction.add_finding(stored.version, changed, at=records.at(20)) == stored.id
    custody = store.custody(case)
    assert custody is not None
    older, newer = (one for one in custody.opened if one.about == "finding")

    assert (older.content, older.salt is not None) == (None, True)
    assert fits(newer)


def test_the_chain_is_whole_up_to_any_entry(store: Repository, run: RunId) -> None:
    """From the first entry to the one asked for, in order, as `storage.ledger` hashes it."""
    two_cases(store, run)
    last = store.ledger_head()[0] - 2
    lines = [line for lot in store.ledger(upto=last) for line in lot]
    chain = ChainCheck()
    faults = list(
        chain.walk(
            Entry(
                number=one.number,
                at=one.at,
                kind=one.kind,
                reference=one.reference,
                commitment=one.commitment,
                previous=one.previous,
                hash=one.hash,
            )
            for one in lines
        )
    )

    assert (chain.entries, faults) == (last, [])
    assert list(store.ledger(upto=0)) == []
