"""What is kept of a case beside its words: recorded once, due until it is, purged on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from config.errors import StorageError
from config.types import (
    AccountId,
    CaseId,
    CaseState,
    EvidenceKind,
    HoldId,
    HoldReason,
    Resolution,
    VersionId,
)
from storage.values import NewEvidence, NewHold, Unkept
from tests.integration.storage.test_custody import case_on
from tests.lib import records

if TYPE_CHECKING:
    from config.types import RunId
    from storage.repository import Repository

SHA = "ab" * 32
OTHER = "cd" * 32


def file_of(
    sha: str = SHA,
    *,
    kind: EvidenceKind = EvidenceKind.PICTURE,
    place: str = "1/0",
    version: int | None = 1,
    picture_hash: str = "00ff00ff00ff00ff",
) -> NewEvidence:
    """Return a kept file; the folder is not asked here."""
    return NewEvidence(
        kind=kind,
        place=place,
        name="photo-1",
        sha256=sha,
        size=1234,
        media_type="image/png",
        by="clerkwatch",
        version=None if version is None else VersionId(version),
        width=64,
        height=64,
        picture_hash=picture_hash if kind is EvidenceKind.PICTURE else "",
        origin="https://pictures.example/photo-1",
    )


@pytest.fixture
def case(store: Repository, run: RunId) -> CaseId:
    """A case on a post that was read once, with the platform's answer."""
    store.record(run, records.COUNCIL, [records.post("1", "Vote!", raw=b'{"id":1}')])
    return case_on(store, "1")


def keep(store: Repository, case: CaseId, *files: NewEvidence) -> None:
    """Record files for a case."""
    with store.writing() as steps:
        for one in files:
            steps.add_evidence(case, one, at=records.at(7))


def test_a_file_is_recorded_once_and_committed_to(store: Repository, case: CaseId) -> None:
    """The second recording changes nothing; the entry names the row and the record is whole."""
    keep(store, case, file_of())
    head = store.ledger_head()
    keep(store, case, file_of())
    assert store.ledger_head() == head
    (kept,) = store.preserved(case).files
    assert (kept.sha256, kept.version, kept.entry) == (SHA, 1, head[0])
    assert store.verify_ledger().faults == ()


def test_the_same_place_may_hold_another_picture(store: Repository, case: CaseId) -> None:
    """A picture that changed behind its name is kept beside the first."""
    keep(store, case, file_of(), file_of(OTHER))
    assert [one.sha256 for one in store.preserved(case).files] == [SHA, OTHER]


def test_a_file_of_an_unknown_case_is_refused(store: Repository) -> None:
    """Nothing is recorded for a case that there is not."""
    with pytest.raises(StorageError, match="does not exist"), store.writing() as steps:
        steps.add_evidence(CaseId(7), file_of(), at=records.at())
    assert list(store.kept_files()) == []


def test_a_case_is_due_until_its_answer_and_its_profile_are_kept(
    store: Repository, run: RunId, case: CaseId
) -> None:
    """The database says what is due: after a kill the next run finds exactly what is missing."""
    store.record(run, records.COUNCIL, [records.profile(read_at=records.at(1))])
    (due,) = store.to_preserve(as_of=records.at(6))
    assert (due.case, due.answers, due.needs_profile) == (case, (1,), True)
    answer = file_of(kind=EvidenceKind.ANSWER, place="1")
    keep(store, case, answer)
    (due,) = store.to_preserve(as_of=records.at(6))
    assert (due.answers, due.needs_profile) == ((), True)
    keep(store, case, file_of(OTHER, kind=EvidenceKind.PROFILE, place=f"case-{case}", version=2))
    assert store.to_preserve(as_of=records.at(6)) == []
    assert store.answer(VersionId(1)) == b'{"id":1}'


def test_the_profile_is_that_of_the_time(store: Repository, run: RunId, case: CaseId) -> None:
    """Of several profiles the newest that had been seen when the case was opened."""
    for minute, name in ((1, "before"), (4, "then"), (9, "after")):
        store.record(
            run, records.COUNCIL, [records.profile(description=name, read_at=records.at(minute))]
        )
    face = store.face(case)
    assert face is not None
    assert (face.words.text, face.seen_from) == ("then", records.at(4))
    standing = store.standing_face(records.COUNCIL, as_of=records.at(20))
    assert standing is not None
    assert standing.words.text == "after"
    assert store.standing_face(records.account("nobody").id, as_of=records.at(20)) is None


def test_a_profile_read_later_is_better_than_none(
    store: Repository, run: RunId, case: CaseId
) -> None:
    """Where none had been read by then, the first that follows."""
    assert store.face(case) is None
    store.record(run, records.COUNCIL, [records.profile(read_at=records.at(30))])
    face = store.face(case)
    assert face is not None
    assert face.seen_from == records.at(30)


def test_a_closed_case_is_not_due(store: Repository, case: CaseId) -> None:
    """What was decided is not gone after."""
    close(store, case, Resolution.DISMISSED)
    assert store.to_preserve(as_of=records.at(99)) == []


def close(store: Repository, case: CaseId, how: Resolution) -> None:
    """Close a case."""
    with store.writing() as steps:
        steps.step_case(
            case,
            to=CaseState.CLOSED,
            resolution=how,
            by="Clerk",
            because="looked",
            what="closed",
            at=records.at(20),
        )


def refusal(*, is_final: bool = True) -> Unkept:
    """Return a picture that was not kept."""
    return Unkept(
        place="1/0",
        name="photo-1",
        version=VersionId(1),
        why="it is larger than is kept",
        is_final=is_final,
        attempts=1,
        at=records.at(7),
        next_at=None if is_final else records.at(17),
    )


def test_a_refusal_is_an_entry_once_and_ends_when_it_is_kept(
    store: Repository, case: CaseId
) -> None:
    """What is refused is in the record; a try that failed is not, and is forgotten when kept."""
    with store.writing() as steps:
        steps.add_unkept(case, refusal(is_final=False))
    before = store.ledger_head()[0]
    for _ in range(2):
        with store.writing() as steps:
            steps.add_unkept(case, refusal())
    assert store.ledger_head()[0] == before + 1
    assert [one.is_final for one in store.preserved(case).unkept] == [True]
    keep(store, case, file_of())
    assert store.preserved(case).unkept == ()
    assert store.verify_ledger().faults == ()


def test_pictures_of_removed_posts_are_given_out(store: Repository, case: CaseId) -> None:
    """Only pictures with a hash, of cases that were closed as removed, and of the post itself."""
    face = file_of(OTHER, place="2/0", version=None)
    keep(store, case, file_of(), face, file_of("ef" * 32, place="1/1", picture_hash=""))
    assert store.pictures_of_removed() == []
    close(store, case, Resolution.REMOVED)
    assert [one.sha256 for one in store.pictures_of_removed()] == [SHA]


# --- copying that is stopped ------------------------------------------------------------------


def test_stopping_purges_media_everywhere_and_the_chain_stays_whole(
    store: Repository, run: RunId, case: CaseId
) -> None:
    """Rows and salts go, also of another case with the same bytes; words stay; it verifies."""
    store.record(run, records.COUNCIL, [records.post("2", "Vote again!", raw=b"{}")])
    second = case_on(store, "2")
    keep(store, case, file_of(), file_of(OTHER, kind=EvidenceKind.ANSWER, place="1"))
    keep(store, second, file_of(place="2/0", version=2), file_of("ef" * 32, place="2/1", version=2))
    with store.writing() as steps:
        assert steps.stop_copying(case, by="Clerk", because="indecent", at=records.at(8))
    ((stopped, files),) = store.to_purge()
    assert (stopped.case, {one.sha256 for one in files}) == (case, {SHA})
    with store.writing() as steps:
        assert steps.forget_evidence(case, at=records.at(8)) == 2
    assert [one.kind for one in store.preserved(case).files] == [EvidenceKind.ANSWER]
    assert [one.sha256 for one in store.preserved(second).files] == ["ef" * 32]
    assert store.to_purge() == []
    held = store.preserved(case).stopped
    assert held is not None
    assert held.purged == 2
    assert store.verify_ledger().faults == ()


def test_stopping_twice_changes_nothing_and_nothing_is_added_after(
    store: Repository, case: CaseId
) -> None:
    """A picture that was on its way is turned away; the answer of the platform is not."""
    for expected in (True, False):
        with store.writing() as steps:
            assert steps.stop_copying(case, by="Clerk", because="", at=records.at(8)) is expected
    with store.writing() as steps:
        assert steps.add_evidence(case, file_of(), at=records.at(9)) is None
        assert steps.add_evidence(
            case, file_of(kind=EvidenceKind.ANSWER, place="1"), at=records.at(9)
        )
        assert steps.forget_evidence(case, at=records.at(9)) == 0
    assert store.to_preserve(as_of=records.at(9)) == []


def test_nothing_is_forgotten_that_was_not_stopped(store: Repository, case: CaseId) -> None:
    """Purging needs the decision first."""
    keep(store, case, file_of())
    with pytest.raises(StorageError, match="was not stopped"), store.writing() as steps:
        steps.forget_evidence(case, at=records.at(9))
    assert len(store.preserved(case).files) == 1


# --- holds ------------------------------------------------------------------------------------


def test_a_hold_is_put_once_and_released_once(store: Repository, case: CaseId) -> None:
    """The same hold again is the one that is there; releasing is an event of its own."""
    wanted = NewHold(reason=HoldReason.FOI, by="Clerk", because="FOI 17/2026", case=case)
    numbers = []
    for _ in range(2):
        with store.writing() as steps:
            numbers.append(steps.add_hold(wanted, at=records.at(1)))
    assert numbers[0] == numbers[1]
    for expected in (True, False):
        with store.writing() as steps:
            released = steps.release_hold(
                numbers[0], by="Clerk", because="answered", at=records.at(5)
            )
        assert released is expected
    assert store.holds() == []
    (past,) = store.holds(released=True)
    assert (past.released_at, past.released_because) == (records.at(5), "answered")
    with store.writing() as steps:
        assert steps.add_hold(wanted, at=records.at(6)) != numbers[0]
    assert store.verify_ledger().faults == ()


def test_holds_of_every_scope_come_back(store: Repository, case: CaseId) -> None:
    """A case, an account, dates, or everything."""
    scopes = [
        NewHold(reason=HoldReason.POLICE, by="Clerk", case=case),
        NewHold(reason=HoldReason.COMPLAINT, by="Clerk", account=AccountId(records.MAYOR)),
        NewHold(
            reason=HoldReason.DISCIPLINARY, by="Clerk", since=records.at(), until=records.at(days=1)
        ),
        NewHold(reason=HoldReason.OTHER, by="Clerk"),
    ]
    with store.writing() as steps:
        for one in scopes:
            steps.add_hold(one, at=records.at(1))
    assert [(one.case, one.account, one.since) for one in store.holds()] == [
        (one.case, one.account, one.since) for one in scopes
    ]


def test_an_unknown_hold_cannot_be_released(store: Repository) -> None:
    """The number is named."""
    with pytest.raises(StorageError, match="no hold 7"), store.writing() as steps:
        steps.release_hold(HoldId(7), by="Clerk", because="", at=records.at())
