"""Cases in outline agree with cases as a whole, and cost the same few statements."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import Engine, event

from config.types import CaseId, CaseState, MailKind, Resolution, RunId, Severity
from tests.lib.records import COUNCIL, START, at, finding, gone, mail, post

if TYPE_CHECKING:
    from storage.repository import Repository
    from storage.values import Case

CLERK = "clerk@fernbeck.example"


def filled(store: Repository, run: RunId, number: int) -> list[CaseId]:
    """Record posts and open a case with a finding and a note on each; every third is history."""
    store.record(run, COUNCIL, [post(str(n), f"Post {n}") for n in range(number)])
    versions = [version for lot in store.versions() for version in lot]
    cases = []
    with store.writing() as steps:
        for place, version in enumerate(versions):
            severity = Severity.URGENT if place % 2 else Severity.REVIEW
            case = steps.open_case(
                version.subject,
                severity=severity,
                history=place % 3 == 0,
                due_at=at(place),
                at=START,
                by="clerkwatch",
            )
            steps.attach(case, steps.add_finding(version.id, finding(), at=START))
            cases.append(case)
    return cases


def step(store: Repository, case: CaseId, to: CaseState, what: str, minutes: float) -> None:
    """Let a case take a step."""
    with store.writing() as steps:
        steps.step_case(
            case,
            to=to,
            resolution=Resolution.LEFT if to is CaseState.CLOSED else None,
            by="Jo Marsh",
            because="why",
            what=what,
            at=at(minutes),
        )


def bare(case: Case, *, with_findings: bool) -> Case:
    """Return a whole case as its outline should be."""
    return replace(
        case,
        text="",
        edited=False,
        findings=case.findings if with_findings else (),
        withdrawn=(),
        events=(),
        pictures=0,
        extras=(),
        mailed_at=case.mailed_at if case.history else None,
        last_visible_at=None,
        gone_since=None,
        is_edited_away=False,
    )


def test_an_outline_is_the_case_without_what_is_only_shown(store: Repository, run: RunId) -> None:
    """State, deadline, severity, visibility, and whether history was told of: all the same."""
    cases = filled(store, run, 7)
    store.record(run, COUNCIL, [gone("3", read_at=at(5))])
    with store.writing() as steps:
        steps.queue_mail(replace(mail(), cases=tuple(cases[:4])), at=START)
    (queued,) = store.mails()
    for one in queued.recipients:
        store.settle_recipient(queued.id, one.address, accepted=True, at=at(1))

    open_ones = (CaseState.OPEN,)
    for with_findings in (False, True):
        found = store.outlines(states=open_ones, with_findings=with_findings)
        whole = store.cases(states=open_ones)
        assert {one.id: one for one in found} == {
            one.id: bare(one, with_findings=with_findings) for one in whole
        }
    assert store.cases_of([cases[2], cases[2], CaseId(999)]) == [store.case(cases[2])]


def test_closed_cases_are_asked_for_since_an_instant(store: Repository, run: RunId) -> None:
    """What was closed before is left out, and so is what is open."""
    first, second, _ = filled(store, run, 3)
    step(store, first, CaseState.CLOSED, "left", 10)
    step(store, second, CaseState.CLOSED, "left", 20)
    closed = (CaseState.CLOSED,)
    assert [one.id for one in store.outlines(states=closed, closed_since=at(10))] == [second]
    assert len(store.outlines(states=closed)) == 2


def test_marks_are_the_newest_event_of_open_cases(store: Repository, run: RunId) -> None:
    """The last time counts; a closed case is not named."""
    first, second, third = filled(store, run, 3)
    for minutes in (5, 9):
        step(store, first, CaseState.OPEN, "asked too", minutes)
    step(store, second, CaseState.OPEN, "another", 6)
    step(store, third, CaseState.OPEN, "asked too", 7)
    step(store, third, CaseState.CLOSED, "left", 8)
    assert store.marked("asked too") == {first: at(9)}


def test_only_the_newest_mail_of_a_kind_counts_as_refused(store: Repository, run: RunId) -> None:
    """A refused mail that a later one has taken the place of is no trouble any more."""
    first, second, _ = filled(store, run, 3)
    for number, (case, kind, refused) in enumerate(
        [
            (first, MailKind.URGENT, True),
            (second, MailKind.URGENT, True),
            (first, MailKind.REQUEST, True),
            (first, MailKind.URGENT, False),
            (second, MailKind.DIGEST, True),
        ]
    ):
        with store.writing() as steps:
            given = replace(mail(f"mail:{number}"), kind=kind, cases=(case,), recipients=(CLERK,))
            steps.queue_mail(given, at=at(number))
        kept = store.mail(f"mail:{number}")
        assert kept is not None
        store.settle_recipient(kept.id, CLERK, accepted=not refused, at=at(number))
    assert store.refused_mails() == {"mail:1": [second], "mail:2": [first]}


def test_a_thousand_cases_cost_as_few_statements_as_ten(store: Repository, run: RunId) -> None:
    """No statement a case: what is asked of the database grows by lots of 500 only."""

    def statements() -> int:
        counted = 0

        def count(*_: object) -> None:
            nonlocal counted
            counted += 1

        event.listen(Engine, "before_cursor_execute", count)
        try:
            store.outlines(states=(CaseState.OPEN,))
            store.refused_mails()
            store.marked("asked too")
        finally:
            event.remove(Engine, "before_cursor_execute", count)
        return counted

    filled(store, run, 10)
    few = statements()
    filled(store, run, 1000)
    assert statements() <= few + 2
