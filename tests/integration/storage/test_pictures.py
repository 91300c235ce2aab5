"""Words in pictures: added at the end of a version's text, judged again, taken away with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from config.types import AccountId, SubjectId, VersionId
from storage.values import ExtraWords, PictureAddress, PictureRead, Words
from tests.integration.storage.test_custody import case_on
from tests.lib import records

if TYPE_CHECKING:
    from config.types import RunId
    from storage.repository import Repository
    from storage.values import Seen, VersionToJudge

SHA = "ab" * 32
WAIT = timedelta(hours=1)


def shown(
    *names: str, text: str = "See you there", at: float = 0, content: Words | None = None
) -> Seen:
    """Return a reading of one post with pictures."""
    stills = tuple((name, f"https://p.example/{name}") for name in names)
    words = content or records.words(text, pictures=names)
    return replace(records.post("1", read_at=records.at(at), content=words), stills=stills)


def due(store: Repository, *, at: float = 1, since: float = 0) -> list[PictureAddress]:
    """Return the pictures that may be read now."""
    return store.pictures_to_read(
        records.COUNCIL, since=records.at(since), as_of=records.at(at), limit=20
    )


def read(store: Repository, picture: PictureAddress, words: str | None, **more: object) -> bool:
    """Note what came of reading a picture."""
    why = "" if words is not None else "it is damaged"
    made = PictureRead(address=picture, sha256=SHA, words=words, why=why)
    with store.writing() as steps:
        return steps.add_picture(replace(made, **more), at=records.at(2))  # type: ignore[arg-type] # passed through


def versions(store: Repository) -> list[VersionToJudge]:
    """Return every version with words."""
    return [one for lot in store.versions() for one in lot]


def test_words_of_pictures_stand_at_the_end_in_the_order_of_reading(
    store: Repository, run: RunId
) -> None:
    """Whatever stood before keeps its place, so that no span of a finding moves."""
    own = Words(
        text="See you there\nA hall",
        own_length=13,
        extras=(ExtraWords(kind="alt", text="A hall"),),
        pictures=("a", "b"),
    )
    store.record(run, records.COUNCIL, [shown("a", "b", content=own)])
    first, second = due(store)
    assert read(store, second, "Vote Marlowe")
    assert read(store, first, "Ten o'clock")
    (version,) = versions(store)
    assert version.words.text == "See you there\nA hall\nVote Marlowe\nTen o'clock"
    assert version.words.own_length == 13
    assert [(one.kind, one.text) for one in version.words.extras] == [
        ("alt", "A hall"),
        ("picture 2", "Vote Marlowe"),
        ("picture 1", "Ten o'clock"),
    ]
    assert [one.is_of_picture for one in version.words.extras] == [False, True, True]
    assert store.verify_ledger().faults == ()


def test_a_post_without_words_begins_with_those_in_its_picture(
    store: Repository, run: RunId
) -> None:
    """No empty line comes first; the platform's own text is still known to be empty."""
    store.record(run, records.COUNCIL, [shown("a", text="")])
    (picture,) = due(store)
    assert read(store, picture, "Vote Marlowe")
    (version,) = versions(store)
    assert (version.words.text, version.words.own_length) == ("Vote Marlowe", 0)
    assert store.verify_ledger().faults == ()


def test_words_in_a_picture_make_its_version_stale_and_news(store: Repository, run: RunId) -> None:
    """Whoever judged the text as it stood before does not mark it as judged."""
    store.record(run, records.COUNCIL, [shown("a")])
    stamps = {records.COUNCIL: "stamp"}
    (before,) = store.stale_versions(stamps)
    (picture,) = due(store)
    assert read(store, picture, "Vote Marlowe")
    with store.writing() as steps:
        steps.mark_judged([before.id], under="stamp", seen={before.id: before.judged_under})
    (after,) = store.stale_versions(stamps)
    assert after.is_unjudged
    with store.writing() as steps:
        steps.mark_judged([after.id], under="stamp", seen={after.id: after.judged_under})
    assert store.stale_versions(stamps) == []


def test_a_picture_without_words_changes_nothing(store: Repository, run: RunId) -> None:
    """It was read all the same: it is not asked for again, and what was judged stays judged."""
    store.record(run, records.COUNCIL, [shown("a")])
    (picture,) = due(store)
    with store.writing() as steps:
        steps.mark_judged([VersionId(1)], under="stamp")
    assert read(store, picture, "")
    assert store.stale_versions({records.COUNCIL: "stamp"}) == []
    assert due(store, at=9_999) == []
    assert store.unread_pictures([records.COUNCIL]) == 0
    assert store.verify_ledger().faults == ()


def test_reading_twice_is_reading_once(store: Repository, run: RunId) -> None:
    """The second call writes nothing, not even a ledger entry."""
    store.record(run, records.COUNCIL, [shown("a")])
    (picture,) = due(store)
    assert read(store, picture, "Vote Marlowe")
    head = store.ledger_head()
    assert not read(store, picture, "Vote Marlowe")
    assert not read(store, picture, None)
    assert store.ledger_head() == head
    (version,) = versions(store)
    assert version.words.text == "See you there\nVote Marlowe"


def test_the_post_read_again_is_the_same_version(store: Repository, run: RunId) -> None:
    """What we read in its picture is no edit of the platform's, and is not lost."""
    store.record(run, records.COUNCIL, [shown("a")])
    (picture,) = due(store)
    assert read(store, picture, "Vote Marlowe")
    again = store.record(run, records.COUNCIL, [shown("a", at=30)])
    assert (again.new, again.edited) == (0, 0)
    (version,) = versions(store)
    assert version.words.text.endswith("Vote Marlowe")
    assert version.is_current
    assert store.verify_ledger().faults == ()


def test_what_failed_is_tried_when_its_time_has_come(store: Repository, run: RunId) -> None:
    """Not before; with the number of tries so far; and what is final is never tried again."""
    store.record(run, records.COUNCIL, [shown("a", "b")])
    first, second = due(store)
    assert read(store, first, None, is_final=False, attempts=1, next_at=records.at(2) + WAIT)
    assert read(store, second, None, is_final=True)
    assert due(store, at=30) == []
    (again,) = due(store, at=63)
    assert (again.position, again.attempts) == (0, 1)
    assert store.unread_pictures([records.COUNCIL]) == 2
    assert read(store, again, "Vote Marlowe", attempts=2)
    assert store.unread_pictures([records.COUNCIL]) == 1
    assert store.verify_ledger().faults == ()


def test_what_needs_a_new_address_waits_for_one(store: Repository, run: RunId) -> None:
    """A later reading of the known post gives it, although no case is open on it."""
    store.record(run, records.COUNCIL, [shown("a")])
    (picture,) = due(store)
    assert read(store, picture, None, is_final=False)
    assert due(store, at=9_999) == []
    store.record(run, records.COUNCIL, [shown("a", at=30)])
    assert [one.read_at for one in due(store, at=31)] == [records.at(30)]


def test_the_newest_post_s_pictures_come_first_and_old_ones_not_at_all(
    store: Repository, run: RunId
) -> None:
    """Addresses of long ago are dead, and what is new matters most."""
    store.record(run, records.COUNCIL, [shown("a")])
    newer = replace(shown("b", at=10), platform_id="2")
    store.record(run, records.COUNCIL, [newer])
    assert [one.name for one in due(store, at=11)] == ["b", "a"]
    assert [one.name for one in due(store, at=11, since=5)] == ["b"]


def test_the_same_bytes_are_known_again_on_their_account_only(
    store: Repository, run: RunId
) -> None:
    """What stood in one account's picture is never taken from another's record."""
    store.record(run, records.COUNCIL, [shown("a")])
    (picture,) = due(store)
    assert store.picture_words(records.COUNCIL, SHA) is None
    assert read(store, picture, "Vote Marlowe")
    assert store.picture_words(records.COUNCIL, SHA) == "Vote Marlowe"
    assert store.picture_words(records.MAYOR, SHA) is None


def test_only_pictures_of_new_posts_are_counted(store: Repository, run: RunId) -> None:
    """Since the last digest, of the accounts that are watched."""
    store.record(run, records.COUNCIL, [shown("a", "b")])
    accounts = [records.COUNCIL]
    assert store.unread_pictures(accounts) == 2
    assert store.unread_pictures(accounts, since=records.at(-1)) == 2
    assert store.unread_pictures(accounts, since=records.at(0)) == 0
    assert store.unread_pictures([records.MAYOR]) == 0
    assert store.unread_pictures([]) == 0


def test_purging_takes_the_words_of_pictures_too(store: Repository, run: RunId) -> None:
    """Text, search, hashes and salts; shown again, its pictures are read again."""
    store.record(run, records.COUNCIL, [shown("a")])
    (picture,) = due(store)
    assert read(store, picture, "Vote Marlowe")
    assert len(store.search("Marlowe", limit=5).hits) == 1
    with store.writing() as steps:
        steps.purge_versions(
            SubjectId(1),
            [VersionId(1)],
            why="its time was over",
            with_papers=True,
            forget_author=False,
            at=records.at(60),
        )
    assert versions(store) == []
    assert store.search("Marlowe", limit=5).hits == ()
    assert store.picture_words(records.COUNCIL, SHA) is None
    assert not read(store, picture, "Vote Marlowe")
    assert store.verify_ledger().faults == ()
    store.record(run, records.COUNCIL, [shown("a", at=90)])
    assert [one.name for one in due(store, at=91)] == ["a"]
    (version,) = versions(store)
    assert version.words.text == "See you there"
    assert store.verify_ledger().faults == ()


def test_copying_that_was_stopped_stops_reading(store: Repository, run: RunId) -> None:
    """A picture that must not be copied is not fetched to be read either."""
    store.record(run, records.COUNCIL, [shown("a")])
    (picture,) = due(store)
    case = case_on(store, "1")
    with store.writing() as steps:
        assert steps.stop_copying(case, by="Clerk", because="must not be copied", at=records.at(1))
    assert due(store) == []
    assert not read(store, picture, "Vote Marlowe")


def test_the_author_s_own_record_has_the_words(store: Repository, run: RunId) -> None:
    """Who asks what is kept about them is shown what was read in their pictures."""
    store.record(run, records.COUNCIL, [replace(shown("a"), author="Una Penrose")])
    (picture,) = due(store)
    assert read(store, picture, "Vote Marlowe")
    (subjected,) = store.by_author("Una Penrose")
    assert [text for _, text in subjected.texts] == ["See you there\nVote Marlowe"]


@pytest.mark.parametrize("words", ["Vote\x00Marlowe", "Vote \ud800", "é" * 10_000])
def test_hostile_words_are_kept_and_committed_to(store: Repository, run: RunId, words: str) -> None:
    """No byte of a picture breaks the record."""
    store.record(run, records.COUNCIL, [shown("a")])
    (picture,) = due(store)
    assert read(store, picture, words)
    (version,) = versions(store)
    (extra,) = version.words.extras
    assert version.words.text.endswith(extra.text)
    assert store.verify_ledger().faults == ()


def test_a_shared_post_s_pictures_are_its_author_s(store: Repository, run: RunId) -> None:
    """Whose words they are decides what is made of them."""
    content = Words(
        text="Come along",
        own_length=0,
        extras=(ExtraWords(kind="referenced", text="Come along", by="kitchens"),),
        pictures=("a",),
        is_repost=True,
    )
    store.record(run, records.COUNCIL, [shown("a", content=content)])
    (picture,) = due(store)
    assert read(store, picture, "Half price")
    (version,) = versions(store)
    assert version.words.extras[-1] == ExtraWords(
        kind="picture 1", text="Half price", by="kitchens"
    )


def test_tampering_with_what_was_read_is_told(store: Repository, run: RunId) -> None:
    """The paper of a case opens the entry about its picture, words and all."""
    store.record(run, records.COUNCIL, [shown("a")])
    (picture,) = due(store)
    assert read(store, picture, "Vote Marlowe")
    case = case_on(store, "1")
    custody = store.custody(case)
    assert custody is not None
    (opened,) = [one for one in custody.opened if one.about == "picture"]
    assert opened.line.kind == "picture read"
    assert '"words":"Vote Marlowe"' in (opened.content or "")
    assert AccountId("council-x") == custody.case.account
