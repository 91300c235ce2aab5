"""Where pictures lie: noted with a new version, renewed while it matters, forgotten on demand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from config.types import EvidenceKind, MailKind, VersionId
from storage.values import Unkept
from tests.integration.storage.test_custody import case_on
from tests.integration.storage.test_evidence import file_of
from tests.lib import records

if TYPE_CHECKING:
    from config.types import CaseId, RunId
    from storage.repository import Repository
    from storage.values import PictureAddress, Seen


def shown(*addresses: str, at: float = 0, text: str = "Vote!") -> Seen:
    """Return a reading of one post with pictures at some addresses."""
    stills = tuple((f"photo-{place}", address) for place, address in enumerate(addresses))
    return replace(records.post("1", text, read_at=records.at(at)), stills=stills)


def due(store: Repository, *, at: float = 60) -> tuple[PictureAddress, ...]:
    """Return the pictures that may be fetched now."""
    return tuple(one for case in store.to_preserve(as_of=records.at(at)) for one in case.pictures)


def waiting(store: Repository, case: CaseId, *, at: float) -> None:
    """Note that a picture was not given out and waits for a new address."""
    with store.writing() as steps:
        steps.add_unkept(
            case,
            Unkept(
                place="1/0",
                name="photo-0",
                version=VersionId(1),
                why="its server does not give it out any more (403)",
                is_final=False,
                attempts=1,
                at=records.at(at),
                next_at=None,
            ),
        )


def test_a_new_version_s_pictures_are_noted_in_their_order(store: Repository, run: RunId) -> None:
    """By the platform's name and its present address."""
    store.record(run, records.COUNCIL, [shown("https://p.example/a?sig=1", "https://p.example/b")])
    case_on(store, "1")
    assert [(one.position, one.name, one.url) for one in due(store)] == [
        (0, "photo-0", "https://p.example/a?sig=1"),
        (1, "photo-1", "https://p.example/b"),
    ]


def test_an_address_is_renewed_only_while_a_case_is_open(store: Repository, run: RunId) -> None:
    """Signed addresses change with each answer: those that nobody fetches are left as they are."""
    store.record(run, records.COUNCIL, [shown("https://p.example/a?sig=1")])
    store.record(run, records.COUNCIL, [shown("https://p.example/a?sig=2", at=10)])
    case_on(store, "1")
    assert [one.url for one in due(store)] == ["https://p.example/a?sig=1"]
    store.record(run, records.COUNCIL, [shown("https://p.example/a?sig=3", at=20)])
    assert [(one.url, one.read_at) for one in due(store)] == [
        ("https://p.example/a?sig=3", records.at(20))
    ]


def test_what_waits_for_a_new_address_is_due_when_it_comes(store: Repository, run: RunId) -> None:
    """Not before, however long it takes; and with the number of tries so far."""
    store.record(run, records.COUNCIL, [shown("https://p.example/a?sig=1")])
    case = case_on(store, "1")
    waiting(store, case, at=30)
    assert due(store, at=9_999) == ()
    store.record(run, records.COUNCIL, [shown("https://p.example/a?sig=2", at=40)])
    assert [(one.url, one.attempts) for one in due(store)] == [("https://p.example/a?sig=2", 1)]


def test_an_edited_post_has_addresses_of_each_version(store: Repository, run: RunId) -> None:
    """The new version's pictures are due beside the old one's."""
    store.record(run, records.COUNCIL, [shown("https://p.example/a")])
    case_on(store, "1")
    store.record(run, records.COUNCIL, [shown("https://p.example/b", at=10, text="Vote today!")])
    assert {(one.version, one.url) for one in due(store)} == {
        (1, "https://p.example/a"),
        (2, "https://p.example/b"),
    }


def test_nothing_is_noted_of_what_must_not_be_copied(store: Repository, run: RunId) -> None:
    """What was noted is forgotten at once, and no later reading brings it back."""
    store.record(run, records.COUNCIL, [shown("https://p.example/a")])
    case = case_on(store, "1")
    with store.writing() as steps:
        steps.stop_copying(case, by="Clerk", because="", at=records.at(8))
    store.record(run, records.COUNCIL, [shown("https://p.example/a", at=10)])
    store.record(run, records.COUNCIL, [shown("https://p.example/b", at=20, text="Again!")])
    assert store.to_preserve(as_of=records.at(60)) == []


def test_the_account_s_own_picture_is_due_with_the_case(store: Repository, run: RunId) -> None:
    """As it lay when the profile was read last."""
    for minute in (1, 2):
        face = records.profile(read_at=records.at(minute))
        still = (("picture", f"https://p.example/me?sig={minute}"),)
        store.record(run, records.COUNCIL, [replace(face, stills=still)])
    store.record(run, records.COUNCIL, [shown("https://p.example/a", at=3)])
    case_on(store, "1")
    assert {one.url for one in due(store)} == {
        "https://p.example/me?sig=2",
        "https://p.example/a",
    }


def test_a_kill_between_the_account_s_face_and_its_picture_is_made_good(
    store: Repository, run: RunId
) -> None:
    """The face is kept, its picture is not: the case is still due, though nothing else is."""
    face = replace(records.profile(), stills=(("picture", "https://p.example/me"),))
    store.record(run, records.COUNCIL, [face, records.post("1", "Vote!")])
    case = case_on(store, "1")
    (waits,) = store.to_preserve(as_of=records.at(60))
    (picture,) = waits.pictures
    profile = file_of(kind=EvidenceKind.PROFILE, place=f"case-{case}", version=int(picture.version))
    with store.writing() as steps:
        steps.add_evidence(case, profile, at=records.at(7))
    (waits,) = store.to_preserve(as_of=records.at(60))
    assert not waits.needs_profile
    assert [one.url for one in waits.pictures] == ["https://p.example/me"]
    with store.writing() as steps:
        kept = file_of("ab" * 32, place=picture.place, version=picture.version)
        steps.add_evidence(case, kept, at=records.at(8))
    assert store.to_preserve(as_of=records.at(60)) == []


def test_each_case_has_the_account_s_picture_for_itself(store: Repository, run: RunId) -> None:
    """What was kept for one post is still due for another."""
    face = replace(records.profile(), stills=(("picture", "https://p.example/me"),))
    store.record(run, records.COUNCIL, [face])
    (version,) = [one.id for lot in store.versions() for one in lot]
    lot = [records.post("1", "Vote!", read_at=records.at(2))]
    lot.append(records.post("2", "Vote now!", read_at=records.at(2)))
    store.record(run, records.COUNCIL, lot)
    first, second = case_on(store, "1"), case_on(store, "2")
    with store.writing() as steps:
        steps.add_evidence(first, file_of(place=f"{version}/0", version=version), at=records.at(7))
    assert {one.case: len(one.pictures) for one in store.to_preserve(as_of=records.at(60))} == {
        first: 0,
        second: 1,
    }


def test_a_monstrous_address_and_a_thousand_pictures_are_bounded(
    store: Repository, run: RunId
) -> None:
    """What a platform names is taken up to a bound; the rest of the reading stands."""
    many = ["https://p.example/" + "x" * 5_000, *[f"https://p.example/{n}" for n in range(1_000)]]
    store.record(run, records.COUNCIL, [shown(*many)])
    case_on(store, "1")
    found = due(store)
    assert 20 < len(found) <= 60
    assert all(len(one.url) < 5_000 for one in found)


# --- mails that wait for it --------------------------------------------------------------------


def test_only_urgent_mails_that_wait_for_the_keeping_are_let_go(
    store: Repository, run: RunId
) -> None:
    """Not a request that can still be undone, and not one that a server has put off."""
    store.record(run, records.COUNCIL, [shown()])
    with store.writing() as steps:
        for key, kind, minutes in (
            ("urgent:1", MailKind.URGENT, 0.5),
            ("urgent:2", MailKind.URGENT, 30),
            ("request:1", MailKind.REQUEST, 0.5),
        ):
            mail = records.mail(key, kind=kind)
            steps.queue_mail(mail, at=records.at(), not_before=records.at(minutes))
    with store.writing() as steps:
        assert steps.hasten_mails(at=records.at(), until=records.at(1)) == 1
    assert [mail.key for mail in store.mails(due_at=records.at())] == ["urgent:1"]


def test_who_writes_is_known_to_the_thread_that_does(store: Repository) -> None:
    """So that nothing waits for the network inside a transaction."""
    assert not store.is_writing()
    with store.writing():
        assert store.is_writing()
    with store.together(), store.writing():
        assert store.is_writing()
    assert not store.is_writing()
