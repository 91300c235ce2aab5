"""Cases: one open one on a subject, its steps, and how cases are listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from config.errors import StorageError
from config.types import (
    CaseId,
    CaseState,
    Outcome,
    Resolution,
    RunId,
    Severity,
    SubjectId,
    SubjectKind,
)
from storage.values import ExtraWords, Words
from tests.lib.records import COUNCIL, MAYOR, START, at, finding, gone, mail, post, profile

if TYPE_CHECKING:
    from datetime import datetime

    from storage.repository import Repository


def open_on(
    store: Repository,
    subject: SubjectId,
    *,
    severity: Severity = Severity.REVIEW,
    due_at: datetime = START,
) -> CaseId:
    """Open a case."""
    with store.writing() as steps:
        return steps.open_case(
            subject, severity=severity, history=False, due_at=due_at, at=START, by="clerkwatch"
        )


def close(store: Repository, case: CaseId, resolution: Resolution = Resolution.DISMISSED) -> None:
    """Close a case."""
    with store.writing() as steps:
        steps.step_case(
            case,
            to=CaseState.CLOSED,
            resolution=resolution,
            by="Jo Marsh",
            because="A quotation from 1926",
            what="dismissed",
            at=at(20),
        )


@pytest.fixture
def subjects(store: Repository, run: RunId) -> list[SubjectId]:
    """Four posts of the council's account."""
    store.record(run, COUNCIL, [post(str(n), f"Post {n}") for n in range(4)])
    return [version.subject for lot in store.versions() for version in lot]


def test_there_is_one_open_case_on_a_post(store: Repository, subjects: list[SubjectId]) -> None:
    """Opening a second time gives the case that is open already."""
    assert open_on(store, subjects[0]) == open_on(store, subjects[0])
    assert store.case_counts()[CaseState.OPEN] == 1


def test_after_closing_a_new_case_may_be_opened(
    store: Repository, subjects: list[SubjectId]
) -> None:
    """A closed case does not stand in the way of a new breach on the same post."""
    first = open_on(store, subjects[0])
    close(store, first)
    second = open_on(store, subjects[0])

    assert first != second
    assert store.case_counts() == {
        state: {CaseState.OPEN: 1, CaseState.CLOSED: 1}.get(state, 0) for state in CaseState
    }


def test_two_cases_cannot_be_open_on_one_post(store: Repository, subjects: list[SubjectId]) -> None:
    """A closed case is not opened again while a newer one is open; the message names it."""
    first = open_on(store, subjects[0])
    close(store, first)
    second = open_on(store, subjects[0])
    with pytest.raises(StorageError, match=f"case {second} is open"), store.writing() as steps:
        steps.step_case(
            first,
            to=CaseState.OPEN,
            resolution=None,
            by="Jo Marsh",
            because="",
            what="reopened",
            at=at(30),
        )


def test_a_case_tells_its_whole_story(store: Repository, run: RunId) -> None:
    """What the post says now, what was found, what holds no more, and each step."""
    content = Words(
        text="vote\nA crowd",
        own_length=4,
        extras=(ExtraWords(kind="alt", text="A crowd"),),
        pictures=("media-1",),
    )
    store.record(run, COUNCIL, [post(text="Old words"), post(content=content, read_at=at(9))])
    version = store.stale_versions({COUNCIL: "stamp"})[1]
    case = open_on(store, version.subject)
    with store.writing() as steps:
        held = steps.add_finding(version.id, finding(), at=START)
        dropped = steps.add_finding(version.id, finding("commerce/discount"), at=START)
        for number in (held, dropped, held):
            steps.attach(case, number)
        steps.withdraw_finding(dropped, why="the rule was changed", at=at(10))
    close(store, case, Resolution.LEFT)

    story = store.case(case)
    assert story is not None
    assert (story.text, story.extras, story.pictures) == (content.text, content.extras, 1)
    assert (story.edited, story.visible, story.last_read_at) == (True, True, at(9))
    assert [one.id for one in story.findings] == [held]
    assert [one.id for one in story.withdrawn] == [dropped]
    assert (story.state, story.resolution, story.closed_at) == (
        CaseState.CLOSED,
        Resolution.LEFT,
        at(20),
    )
    assert [(step.what, step.from_state, step.to_state) for step in story.events] == [
        ("opened", None, CaseState.OPEN),
        ("dismissed", CaseState.OPEN, CaseState.CLOSED),
    ]


def test_a_post_that_is_gone_keeps_its_words_on_the_case(
    store: Repository, run: RunId, subjects: list[SubjectId]
) -> None:
    """The case shows the last words seen, and that they are no longer visible."""
    case = open_on(store, subjects[0])
    store.record(run, COUNCIL, [gone("0", read_at=at(5))])

    story = store.case(case)
    assert story is not None
    assert (story.text, story.visible, story.last_outcome) == ("Post 0", False, Outcome.GONE)


def test_a_post_with_an_open_case_is_always_due(
    store: Repository, run: RunId, subjects: list[SubjectId]
) -> None:
    """Old and gone posts are read again as long as a case waits on them."""
    open_on(store, subjects[0])
    closed = open_on(store, subjects[1])
    close(store, closed)
    store.record(run, COUNCIL, [gone("0", read_at=at(5)), gone("1", read_at=at(5))])

    due = store.due_posts(COUNCIL, as_of=at(days=90), look_back=at(1) - START)
    assert [(one.platform_id, one.has_open_case) for one in due] == [("0", True)]
    waiting = {v.open_case is not None for lot in store.versions() for v in lot if v.subject == 1}
    assert waiting == {True}


def test_cases_come_most_serious_first_then_by_deadline(
    store: Repository, subjects: list[SubjectId]
) -> None:
    """An urgent case is above any other; of two alike the one due first."""
    late = open_on(store, subjects[0], due_at=at(50))
    early = open_on(store, subjects[1], due_at=at(5))
    urgent = open_on(store, subjects[2], severity=Severity.URGENT, due_at=at(99))

    assert [case.id for case in store.cases()] == [urgent, early, late]
    assert [case.id for case in store.cases(limit=1)] == [urgent]


def test_cases_are_chosen_by_state_account_and_time(
    store: Repository, run: RunId, subjects: list[SubjectId]
) -> None:
    """Each filter narrows the list; an empty list of states means none."""
    mine = open_on(store, subjects[0])
    store.record(run, MAYOR, [post("m", "The Mayor's")])
    other = open_on(store, SubjectId(5))
    close(store, other)

    assert [case.id for case in store.cases(states=[CaseState.OPEN])] == [mine]
    assert [case.id for case in store.cases(account=MAYOR)] == [other]
    assert store.cases(states=[]) == []
    assert store.cases(opened_since=at(1)) == []
    assert {row.id: row.open_cases for row in store.accounts()} == {COUNCIL: 1, MAYOR: 0}


def test_severity_only_rises_and_deadlines_only_come_nearer(
    store: Repository, subjects: list[SubjectId]
) -> None:
    """A less serious finding leaves an urgent case urgent."""
    case = open_on(store, subjects[0], due_at=at(30))
    with store.writing() as steps:
        steps.raise_severity(case, Severity.URGENT, due_at=at(10))
        steps.raise_severity(case, Severity.REVIEW, due_at=at(60))

    story = store.case(case)
    assert story is not None
    assert (story.severity, story.due_at) == (Severity.URGENT, at(10))


def test_a_resolution_belongs_to_closing(store: Repository, subjects: list[SubjectId]) -> None:
    """A case is not closed without saying how, nor resolved while it is open."""
    case = open_on(store, subjects[0])
    for to, resolution in [
        (CaseState.CLOSED, None),
        (CaseState.ACKNOWLEDGED, Resolution.LEFT),
    ]:
        with pytest.raises(StorageError, match="resolution"), store.writing() as steps:
            steps.step_case(
                case, to=to, resolution=resolution, by="x", because="", what="y", at=START
            )


def test_a_case_knows_when_it_was_mailed(store: Repository, subjects: list[SubjectId]) -> None:
    """The Clerk was told when the first server took a mail about the case."""
    case = open_on(store, subjects[0])
    with store.writing() as steps:
        steps.queue_mail(mail(cases=(case,)), at=START)
    assert store.cases()[0].mailed_at is None

    (queued,) = store.mails()
    store.settle_recipient(queued.id, "clerk@fernbeck.example", accepted=True, at=at(4))
    assert store.cases()[0].mailed_at == at(4)


def test_a_profile_may_have_a_case(store: Repository, run: RunId) -> None:
    """The account's own face is a subject like any other."""
    store.record(run, COUNCIL, [profile("42")])
    case = open_on(store, SubjectId(1))

    story = store.case(case)
    assert story is not None
    assert (story.subject_kind, story.platform_id) == (SubjectKind.PROFILE, "42")


def test_an_unknown_case_is_said(store: Repository) -> None:
    """Asking gives None; acting is an error."""
    assert store.case(CaseId(5)) is None
    with pytest.raises(StorageError, match="case 5 does not exist"), store.writing() as steps:
        steps.raise_severity(CaseId(5), Severity.URGENT, due_at=START)
