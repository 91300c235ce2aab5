"""What a reading leaves behind: subjects, versions, observations, and what is current."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from config.errors import StorageError
from config.types import AccountId, Outcome, Reason, RunId, RunKind
from storage.values import AccountState, ExtraWords, Recorded, Words
from tests.lib.records import COUNCIL, MAYOR, START, at, gone, post, profile, unread

if TYPE_CHECKING:
    from storage.repository import Repository
    from storage.values import Seen, VersionToJudge


def take(store: Repository, run: RunId, *seen: Seen) -> Recorded:
    """Record readings of the council's account."""
    return store.record(run, COUNCIL, seen)


def stored(store: Repository) -> list[VersionToJudge]:
    """Return every stored version, by id."""
    return [version for lot in store.versions() for version in lot]


def texts(store: Repository) -> dict[str, bool]:
    """Return what is stored and whether it is what stands there now."""
    return {version.words.text: version.is_current for version in stored(store)}


def test_a_new_post_is_a_version_that_was_never_judged(store: Repository, run: RunId) -> None:
    """What is read for the first time waits to be judged."""
    assert take(store, run, post()) == Recorded(posts=1, new=1)

    (version,) = store.stale_versions({COUNCIL: "stamp"})
    assert (version.judged_under, version.is_current, version.is_first) == (None, True, True)


def test_content_comes_back_as_it_was_read(store: Repository, run: RunId) -> None:
    """Extras, links, pictures and the mark of a repost survive, in their order."""
    content = Words(
        text="Fête on the green\nA marquee",
        own_length=17,
        extras=(ExtraWords(kind="alt", text="A marquee", by=""),),
        links=("https://fernbeck.example/fete",),
        pictures=("media-1", "media-2"),
        is_repost=True,
    )
    take(store, run, post(content=content))

    assert [version.words for version in stored(store)] == [content]


def test_what_utf_8_cannot_hold_keeps_its_place(store: Repository, run: RunId) -> None:
    """Half a surrogate pair and NUL become one replacement character each: spans still fit."""
    take(store, run, post(text="bins \ud83d out\x00today \U0001f5d1"))

    assert list(texts(store)) == ["bins \ufffd out\ufffdtoday \U0001f5d1"]


def test_an_unchanged_re_reading_adds_nothing(store: Repository, run: RunId) -> None:
    """Reading the same again counts the post as read and moves only the time of reading."""
    take(store, run, post())
    before = store.ledger_head()

    assert take(store, run, post(read_at=at(30))) == Recorded(posts=1)
    assert store.ledger_head() == before
    (due,) = store.due_posts(COUNCIL, as_of=at(30), look_back=timedelta(days=30))
    assert due.last_read_at == at(30)


def test_recording_the_same_lot_twice_changes_nothing(store: Repository, run: RunId) -> None:
    """A lot that is repeated after a crash leaves what it left the first time."""
    lot = [post("1", "One"), post("2", "Two"), gone("1", read_at=at(5)), profile()]
    store.record(run, COUNCIL, lot)
    before = (stored(store), store.ledger_head())

    assert store.record(run, COUNCIL, lot) == Recorded(posts=2, gone=1)
    assert (stored(store), store.ledger_head()) == before


def test_there_and_back_again_is_two_versions_and_three_observations(
    store: Repository, run: RunId
) -> None:
    """A → B → A: the first content is current again, and each change was an edit."""
    before = store.ledger_head()[0]
    counted = [take(store, run, post(text=text, read_at=at(n))) for n, text in enumerate("ABA")]

    assert texts(store) == {"A": True, "B": False}
    assert [one.edited for one in counted] == [0, 1, 1]
    assert store.ledger_head()[0] - before == 3


def test_what_is_shown_again_is_judged_again(store: Repository, run: RunId) -> None:
    """A version that comes back stands there now, which its last judgement did not know."""
    for n, text in enumerate("AB"):
        take(store, run, post(text=text, read_at=at(n)))
    with store.writing() as steps:
        steps.mark_judged([version.id for version in stored(store)], under="stamp")
    assert store.stale_versions({COUNCIL: "stamp"}) == []

    take(store, run, post(text="A", read_at=at(2)))
    assert [version.words.text for version in store.stale_versions({COUNCIL: "stamp"})] == ["A"]


def test_an_edit_lies_between_two_readings(store: Repository, run: RunId) -> None:
    """Without the platform's own time an edit is only known to lie between two readings."""
    for n, text in [(0, "A"), (10, "A"), (25, "B")]:
        take(store, run, post(text=text, read_at=at(n)))

    edited = stored(store)[1]
    assert (edited.shown_from, edited.first_seen_at, edited.is_first) == (at(10), at(25), False)


def test_the_platform_own_time_of_an_edit_wins(store: Repository, run: RunId) -> None:
    """Where the platform says when a version was made, that is when it appeared."""
    take(store, run, post(text="A"))
    take(store, run, post(text="B", read_at=at(25), edited_at=at(12)))

    assert stored(store)[1].shown_from == at(12)


def test_versions_of_one_edit_chain_read_at_once_keep_their_order(
    store: Repository, run: RunId
) -> None:
    """The newest edit is what stands there, in whatever order the platform lists them."""
    newest = post(text="C", read_at=at(60), edited_at=at(20))
    older = post(text="B", read_at=at(60), edited_at=at(10))
    take(store, run, newest, older, post(text="A", read_at=at(60)))

    assert texts(store) == {"A": False, "B": False, "C": True}


def test_a_post_without_a_time_counts_from_its_first_reading(store: Repository, run: RunId) -> None:
    """The first reading's time stands in, until the platform gives a better one."""
    take(store, run, post(published_at=None, read_at=at(7)))
    assert stored(store)[0].published_at == at(7)

    take(store, run, post(published_at=at(-3), read_at=at(8)))
    take(store, run, post(published_at=at(99), read_at=at(9)))
    assert stored(store)[0].published_at == at(-3)


def test_a_post_that_is_gone_and_back_is_present(store: Repository, run: RunId) -> None:
    """What reappears unchanged is no edit; what reappears changed is one."""
    take(store, run, post(), gone(read_at=at(1)))
    assert texts(store) == {"The library opens at ten on Saturday.": False}

    assert take(store, run, post(read_at=at(2))).edited == 0
    take(store, run, gone(read_at=at(3)))
    assert take(store, run, post(text="Other", read_at=at(4))).edited == 1


def test_not_knowing_changes_nothing(store: Repository, run: RunId) -> None:
    """A failed reading neither hides a post nor keeps it from being read again."""
    take(store, run, post())
    assert take(store, run, unread(read_at=at(1))) == Recorded(cannot_tell=1)

    (due,) = store.due_posts(COUNCIL, as_of=at(2), look_back=timedelta(days=30))
    assert due.last_outcome is Outcome.CANNOT_TELL
    assert store.visible_count(COUNCIL, since=START) == 1
    assert stored(store)[0].is_current


def test_a_different_reason_is_an_observation(store: Repository, run: RunId) -> None:
    """The same failure again is no news; another reason is."""
    take(store, run, unread())
    before = store.ledger_head()[0]

    take(store, run, unread(read_at=at(1)), unread(read_at=at(2), reason=Reason.AUTH_EXPIRED))
    assert store.ledger_head()[0] == before + 1


def test_a_late_reading_is_not_current(store: Repository, run: RunId) -> None:
    """A reading that is recorded late takes its place in the past."""
    take(store, run, post(text="B", read_at=at(10)))
    take(store, run, post(text="A", read_at=at(5)))

    assert texts(store) == {"B": True, "A": False}
    assert {v.words.text: (v.is_first, v.first_seen_at) for v in stored(store)} == {
        "A": (True, at(5)),
        "B": (False, at(10)),
    }


def test_the_same_id_on_two_accounts_is_two_posts(store: Repository, run: RunId) -> None:
    """Platform ids are only unique on their platform's account."""
    store.record(run, COUNCIL, [post("7", "Ours")])
    store.record(run, MAYOR, [post("7", "The Mayor's")])

    assert [(v.account, v.words.text) for v in stored(store)] == [
        (COUNCIL, "Ours"),
        (MAYOR, "The Mayor's"),
    ]


def test_a_lot_of_any_size_is_recorded(store: Repository, run: RunId) -> None:
    """More posts than one statement can name are recorded all the same."""
    assert take(store, run, *(post(str(n), f"Post {n}") for n in range(1201))).new == 1201
    assert store.count_versions() == 1201


def test_a_reading_without_its_content_is_refused_whole(store: Repository, run: RunId) -> None:
    """A lot with a broken reading records nothing of itself."""
    with pytest.raises(StorageError, match="without its content"):
        take(store, run, post("1"), replace(post("2"), words=None))
    assert stored(store) == []


def test_a_reading_that_saw_the_post_but_not_its_words_extends_what_was_shown(
    store: Repository, run: RunId
) -> None:
    """A permalink that still answers keeps the version, and brings a vanished post back."""
    bare = replace(post("1"), content_hash="", words=None)
    take(store, run, post("1"), gone("1", read_at=at(1)))
    recorded = take(store, run, replace(bare, at=at(2)))

    assert (recorded.posts, recorded.new, recorded.edited) == (1, 0, 0)
    assert [version.is_current for version in stored(store)] == [True]
    assert store.count_versions() == 1


def test_a_post_never_read_cannot_be_seen_without_its_words(store: Repository, run: RunId) -> None:
    """There is nothing that such a reading could mean."""
    with pytest.raises(StorageError, match="without its content"):
        take(store, run, replace(post("9"), content_hash="", words=None))


def test_an_account_that_is_not_registered_cannot_be_recorded(
    store: Repository, run: RunId
) -> None:
    """Only registered accounts are remembered."""
    with pytest.raises(StorageError, match="breaks its rules"):
        store.record(run, AccountId("stranger"), [post()])


def test_the_newest_address_and_id_are_kept(store: Repository, run: RunId) -> None:
    """On X an edit changes the id by which a post is read again."""
    take(store, run, post(current_id="1001"))
    take(store, run, post(text="Edited", read_at=at(1), current_id="1002"))

    (due,) = store.due_posts(COUNCIL, as_of=at(2), look_back=timedelta(days=1))
    assert due.current_id == "1002"


def test_due_are_the_recent_ones_newest_first(store: Repository, run: RunId) -> None:
    """Old posts and posts that are gone are not read again."""
    old = post("1", "Old", published_at=at(days=-40))
    take(store, run, old, post("2", published_at=at(-5)), post("3", published_at=at(-1)), post("4"))
    take(store, run, gone("4", read_at=at(1)))

    due = store.due_posts(COUNCIL, as_of=at(2), look_back=timedelta(days=30))
    assert [one.platform_id for one in due] == ["3", "2"]
    assert store.visible_count(COUNCIL, since=at(-2)) == 1


def test_what_the_profile_names_is_pinned(store: Repository, run: RunId) -> None:
    """The pinned post follows the newest profile and is judged again when it is pinned."""
    take(store, run, post("1", "One"), post("2", "Two"), profile(pinned="1"))
    with store.writing() as steps:
        steps.mark_judged([version.id for version in stored(store)], under="stamp")
    take(store, run, profile(pinned="2", read_at=at(1)))

    assert {v.words.text for v in stored(store) if v.pinned} == {"Two"}
    stale = store.stale_versions({COUNCIL: "stamp"})
    assert [v.words.text for v in stale] == ["Two", "Fernbeck Town Council"]


def test_history_is_what_stood_there_before_the_first_complete_reading(
    store: Repository, run: RunId
) -> None:
    """Until a first reading is complete everything is history; then what came before it."""
    take(store, run, post("1", "Before", published_at=at(-1)), post("2", "After"))
    assert [version.is_history for version in stored(store)] == [True, True]

    store.save_account_state(AccountState(account=COUNCIL, first_complete_at=START))
    assert [version.is_history for version in stored(store)] == [True, False]


def test_a_post_that_shows_up_later_is_news_although_it_says_it_is_older(
    store: Repository, run: RunId
) -> None:
    """Lists lag and times can be set back; only what is days older stays history."""
    store.save_account_state(AccountState(account=COUNCIL, first_complete_at=START))
    take(store, run, post("late", read_at=at(30), published_at=at(-60)))
    take(store, run, post("old", read_at=at(30), published_at=at(days=-3)))

    found = {one.subject_platform_id: one.is_history for one in stored(store)}
    assert found == {"late": False, "old": True}


def test_two_runs_share_an_observation(store: Repository, run: RunId) -> None:
    """A later run that reads the same extends what an earlier run saw."""
    take(store, run, post())
    later = store.begin_run(RunKind.SCAN, by="daemon", at=at(60))
    before = store.ledger_head()

    assert store.record(later, COUNCIL, [post(read_at=at(60))]) == Recorded(posts=1)
    assert store.ledger_head() == before


def test_an_empty_lot_is_nothing(store: Repository, run: RunId) -> None:
    """A reading that showed nothing new records nothing."""
    assert take(store, run) == Recorded()
