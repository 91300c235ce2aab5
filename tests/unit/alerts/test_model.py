"""What the digest says in each state of affairs."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

import connectors
from config.types import (
    AccountId,
    CaseId,
    CaseState,
    Kind,
    Outcome,
    Reason,
    Resolution,
    RunId,
    Severity,
    SubjectKind,
    TopicId,
)
from connectors.base import TEXT_IN_PICTURES
from monitor.alerts.cards import Desk
from monitor.alerts.model import Limits, build_digest
from monitor.alerts.render import digest_html, digest_text
from monitor.alerts.wording import Calendar
from storage.values import CaseEvent, LastingGap, RegisterChange
from tests.unit.alerts.builders import (
    ACKNOWLEDGED,
    AS_OF,
    BLIND_X,
    BLOG,
    CHILD,
    FACEBOOK,
    HARMLESS,
    NEXTDOOR,
    PARTY,
    POLICY,
    REMOVED,
    SHOP,
    TERMS_4,
    X,
    case,
    facts,
    finding,
    working_day,
)
from tests.unit.cases.replies.told import CODES

if TYPE_CHECKING:
    from storage.values import Case

OVERDUE = dataclasses.replace(
    ACKNOWLEDGED,
    state=CaseState.REMOVAL_REQUESTED,
    due_at=AS_OF - timedelta(hours=1),
)
PROFILE = dataclasses.replace(PARTY, id=CaseId(50), subject_kind=SubjectKind.PROFILE)
FOUR_BLIND = tuple(dataclasses.replace(BLIND_X, id=AccountId(f"x{number}")) for number in range(4))


def desk(*, most_quote: int = 600) -> Desk:
    """Return what writes about cases."""
    return Desk(
        calendar=Calendar(zone="Europe/London", as_of=AS_OF),
        accounts={one.id: one for one in (FACEBOOK, X, BLOG)},
        policy=POLICY,
        harmless=HARMLESS,
        most_quote=most_quote,
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "No decision needed: 4 of 4 accounts read — Tue 24 Nov"),
        ({"cases": (PARTY, SHOP)}, "2 posts need a decision — Tue 24 Nov"),
        ({"cases": (PARTY,)}, "1 post needs a decision — Tue 24 Nov"),
        (
            {"accounts": (FACEBOOK, BLIND_X, BLOG)},
            "1 account could not be read, nothing flagged on the other 2 — Tue 24 Nov",
        ),
        (
            {"accounts": (FACEBOOK, BLIND_X), "cases": (PARTY, SHOP)},
            "2 posts need a decision, 1 account not read — Tue 24 Nov",
        ),
        (
            {"waiting": (OVERDUE,), "cases": (PARTY, SHOP)},
            "1 removal overdue, 2 posts need a decision — Tue 24 Nov",
        ),
        ({"waiting": (OVERDUE,)}, "1 removal overdue — Tue 24 Nov"),
        (
            {"waiting": (OVERDUE,), "accounts": (FACEBOOK, BLIND_X)},
            "1 removal overdue, 1 account not read — Tue 24 Nov",
        ),
        ({"accounts": FOUR_BLIND}, "No account could be read — Tue 24 Nov"),
        ({"accounts": (BLIND_X,)}, "The account could not be read — Tue 24 Nov"),
        (
            {"accounts": (NEXTDOOR,)},
            "No decision needed: no account is read by programme — Tue 24 Nov",
        ),
        (
            {"cases": (PARTY, PROFILE)},
            "1 post and 1 profile need a decision — Tue 24 Nov",
        ),
        (
            {"history": (SHOP,)},
            "Nothing new flagged, 1 older post to review: 4 of 4 accounts read — Tue 24 Nov",
        ),
        (
            {"history": (SHOP,), "cases": (PARTY,)},
            "1 post needs a decision, 1 older post to review — Tue 24 Nov",
        ),
        (
            {"history": (SHOP,), "accounts": (FACEBOOK, BLIND_X)},
            "1 account could not be read, nothing new flagged on the other 1 — Tue 24 Nov",
        ),
    ],
)
def test_the_subject_is_the_whole_message(changes: dict[str, object], expected: str) -> None:
    """Each state of affairs has its subject, singular and plural right."""
    assert build_digest(facts(**changes)).subject == expected


@pytest.mark.parametrize(
    ("ago", "expected"), [(timedelta(minutes=60), "1 of 1"), (timedelta(minutes=61), "0 of 1")]
)
def test_an_account_counts_as_read_within_twice_the_pull(ago: timedelta, expected: str) -> None:
    """A complete reading that ended longer ago than two pulls does not count."""
    one = dataclasses.replace(FACEBOOK, last_read_at=AS_OF - ago)
    assert build_digest(facts(accounts=(one,))).under.startswith(expected)


def test_an_account_watched_by_hand_is_not_counted_as_read() -> None:
    """Nextdoor is in no "4 of 4", but its last look is told."""
    built = build_digest(facts(accounts=(FACEBOOK, NEXTDOOR)))
    assert built.under.startswith("1 of 1 account was read;")
    assert "clerkwatch accounts reviewed nextdoor" in built.seen[-1]


def test_a_hand_watched_account_that_is_not_due_asks_for_nothing() -> None:
    """Looked at yesterday: said, and no command."""
    looked = dataclasses.replace(NEXTDOOR, looked_at=AS_OF - timedelta(days=1))
    built = build_digest(facts(accounts=(FACEBOOK, looked)))
    assert built.seen[-1] == "By hand: Nextdoor, last looked at on Monday 23 November."


@pytest.mark.parametrize("reason", [*Reason, None])
def test_each_failure_says_why_and_whether_it_can_wait(reason: Reason | None) -> None:
    """Every class of failure has its plain words; none shows its programmer's name."""
    failing = dataclasses.replace(BLIND_X, reason=reason)
    built = build_digest(facts(accounts=(FACEBOOK, failing), technical_told=True))
    said = built.unread[0].text
    assert "_" not in said
    assert any(word in said for word in ("wait", "today", "without you", "next month"))


GAP = LastingGap(
    account=FACEBOOK.id,
    start=datetime(2026, 11, 20, 7, 0, tzinfo=UTC),
    end=datetime(2026, 11, 21, 8, 30, tzinfo=UTC),
    why="all was <b>pushed</b> out",
    found_at=AS_OF - timedelta(days=3),
    run=RunId(1),
)


def test_what_can_never_be_read_is_told_though_all_was_read_today() -> None:
    """One sentence with both bounds and how to end it; the subject and the count stay."""
    missed = dataclasses.replace(FACEBOOK, gaps=(GAP,))
    built = build_digest(facts(accounts=(missed,)))
    assert built.under.startswith("1 of 1 account was read;")
    assert built.subject == build_digest(facts(accounts=(FACEBOOK,))).subject
    (said,) = built.unread
    assert said.heading == (
        f"{FACEBOOK.title}, between Friday 20 November, 07:00 and Saturday 21 November, 08:30"
    )
    assert said.text == (
        "posts of that time may be missing and cannot be read any more (all was <b>pushed</b> "
        f"out). When you have looked: clerkwatch accounts reviewed {FACEBOOK.id}"
    )


def test_several_gaps_of_an_account_are_one_sentence_and_can_be_answered() -> None:
    """The same reason once, the outer bounds, and the reply where replies are read."""
    later = dataclasses.replace(GAP, start=GAP.end, end=GAP.end + timedelta(days=1))
    missed = dataclasses.replace(FACEBOOK, gaps=(GAP, later))
    built = build_digest(facts(accounts=(missed, BLIND_X), codes=CODES))
    x, said = built.unread
    assert "@AshcombeTC" in x.heading
    assert said.heading.endswith(
        ", 2 times between Friday 20 November, 07:00 and Sunday 22 November, 08:30"
    )
    assert said.text.count("pushed") == 1
    assert said.text.endswith(f"When you have looked: reply REVIEWED {FACEBOOK.id}")


def test_an_account_never_read_is_said_to_be_so() -> None:
    """A new account that no reading has finished is no quiet account."""
    new = dataclasses.replace(X, last_read_at=None)
    built = build_digest(facts(accounts=(FACEBOOK, new)))
    assert built.unread[0].heading == "X @AshcombeTC, never read so far"
    assert "None of its posts have been checked." in built.unread[0].text


def test_ten_cases_stand_in_full_and_the_rest_in_a_line_each() -> None:
    """Never a wall: ten, then lines, then a count; the most urgent first."""
    many = tuple(dataclasses.replace(PARTY, id=CaseId(number)) for number in range(100, 130))
    built = build_digest(facts(cases=(*many, CHILD)), limits=Limits(lines=15))
    listing = built.decisions
    assert (len(listing.cards), len(listing.lines)) == (10, 15)
    assert listing.cards[0].case == CHILD.id
    assert listing.rest == "And 6 more cases: clerkwatch cases list"
    assert len(built.cases) == 31


def test_a_masked_finding_shows_none_of_the_posts_words() -> None:
    """A child's name and school stand nowhere in the mail, not even as what matched."""
    built = build_digest(facts(cases=(CHILD,)))
    said = digest_text(built) + digest_html(built)
    assert not any(word in said for word in ("Milly", "Hargreave", "Oakfield", "painting"))
    assert "It may give details of a child or of a person at risk: see the post." in said


def test_one_masked_finding_masks_the_whole_case() -> None:
    """A second, harmless finding on the same post does not bring its words back."""
    text = CHILD.text
    both = case(44, finding(text, "painting"), CHILD.findings[0].finding, text=text)
    assert (desk().card(both).quote, desk().card(both).matched) == ((), "")


@pytest.mark.parametrize(
    ("visible", "outcome", "expected"),
    [
        (True, Outcome.PRESENT, "Still visible at 06:58."),
        (False, Outcome.GONE, "No longer visible at 06:58."),
        (True, Outcome.CANNOT_TELL, "Read at 06:58 without being able to tell"),
    ],
)
def test_what_the_newest_reading_showed_is_said(
    visible: bool,  # noqa: FBT001 - pytest hands parameters over by name
    outcome: Outcome,
    expected: str,
) -> None:
    """Visible, no longer visible, or not known: never "deleted"."""
    seen = dataclasses.replace(PARTY, visible=visible, last_outcome=outcome)
    assert expected in desk().card(seen).seen


def test_since_when_a_post_is_gone_is_said_as_exactly_as_is_known() -> None:
    """Between the last reading that showed it and the first that did not."""
    gone = dataclasses.replace(
        PARTY,
        visible=False,
        last_outcome=Outcome.GONE,
        gone_since=AS_OF - timedelta(hours=2),
    )
    seen = dataclasses.replace(gone, last_visible_at=AS_OF - timedelta(hours=3))
    assert desk().gone(gone) == "no longer visible since Tuesday 24 November, 05:00"
    assert desk().gone(seen) == (
        "no longer visible since Tuesday 24 November, between 04:00 and 05:00"
    )
    built = build_digest(facts(cases=(seen, SHOP)))
    assert built.lead == "2 posts need a decision; 1 of them is no longer visible."


def test_an_older_post_that_is_gone_is_told_though_it_was_told_before() -> None:
    """It does not hide in the count of what still waits, and the mail is no quiet one."""
    gone = dataclasses.replace(
        REMOVED, state=CaseState.OPEN, resolution=None, closed_at=None, history=True
    )
    built = build_digest(facts(older_gone=(gone,), older_waiting=13))
    assert built.waiting == (
        (
            'Case 35, Blog "What\'s on in Ashcombe": no longer visible since Monday 23 November, '
            "between 10:35 and 11:05."
        ),
        "13 older cases told before still wait: clerkwatch cases list",
    )
    assert gone.id in built.cases
    assert build_digest(facts(older_gone=(gone,))).lead == "Nothing new was flagged."


def test_a_line_about_a_post_that_is_gone_says_so() -> None:
    """An older post may have gone before it was ever told."""
    gone = dataclasses.replace(REMOVED, state=CaseState.OPEN, history=True)
    said = desk().line(gone).text
    assert said.endswith("No longer visible since Monday 23 November, between 10:35 and 11:05.")


def test_words_that_were_edited_away_are_not_held_against_what_stands_there() -> None:
    """The mail says that the wording shown now was not flagged."""
    card = desk().card(dataclasses.replace(PARTY, edited=True, is_edited_away=True))
    assert "It was edited: the words that are shown now were not flagged." in card.notes


def test_a_post_that_came_back_is_said_to_have() -> None:
    """A case that was closed and is open again does not look like a new one."""
    event = CaseEvent(
        at=AS_OF - timedelta(hours=1),
        by="clerkwatch",
        what="visible again",
        from_state=CaseState.CLOSED,
        to_state=CaseState.OPEN,
        because="seen again 24 November 2026, 06:00",
    )
    assert (
        desk()
        .card(dataclasses.replace(PARTY, events=(event,)))
        .seen.endswith(
            "Open again since Tuesday 24 November, 06:00: seen again 24 November 2026, 06:00."
        )
    )


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        ("council-facebook", "Posted by the page on"),
        ("council-x", "Posted by the account on"),
        ("events-blog", "Posted to the blog on"),
        ("unknown", "Posted to unknown on"),
    ],
)
def test_in_whose_name_a_post_stands_is_said(account: str, expected: str) -> None:
    """A page, an account or a site: never a person."""
    one = dataclasses.replace(PARTY, account=AccountId(account))
    assert desk().card(one).seen.startswith(expected)


def test_what_matched_is_at_most_five_telling_phrases() -> None:
    """Bare function words and pieces of longer phrases are left out, and so is the sixth."""
    text = "Vote for us on Thursday, vote early, bring friends, bring family, tell all, win big"
    words = (
        "for us",
        "Vote for us",
        "vote",
        "Thursday",
        "vote early",
        "bring friends",
        "tell all",
        "on",
        "win big",
    )
    assert desk().card(case(73, finding(text, *words), text=text)).matched == (
        '"Vote for us", "Thursday", "vote early", "bring friends", "tell all"'
    )


def test_of_older_posts_only_urgent_ones_stand_in_full() -> None:
    """Ten in full at most over both lists; the others take a line each."""
    older = tuple(
        dataclasses.replace(PARTY, id=CaseId(one), history=True) for one in range(200, 205)
    )
    urgent = dataclasses.replace(CHILD, history=True)
    built = build_digest(facts(cases=(SHOP,), history=(*older, urgent), covered_from=None))
    assert [card.case for card in built.history.cards] == [urgent.id]
    assert len(built.history.lines) == 5
    assert built.history_intro.startswith(
        "When the accounts were read for the first time, 6 older posts were found."
    )
    later = build_digest(facts(history=older)).history_intro
    assert later.startswith('5 older posts were found on Facebook page "Ashcombe Town Council":')
    busy = tuple(dataclasses.replace(PARTY, id=CaseId(number)) for number in range(100, 110))
    assert build_digest(facts(cases=busy, history=(urgent,))).history.cards == ()


def test_a_line_about_a_masked_case_repeats_nothing() -> None:
    """The few words of a line are no second disclosure either."""
    said = desk().line(CHILD).text
    assert "its words are not repeated here" in said
    assert not any(word in said for word in ("Milly", "Hargreave", "Oakfield", "painting"))


def test_a_profile_asks_nobody_to_take_it_down() -> None:
    """A profile is changed, not removed."""
    card = desk().card(PROFILE)
    assert card.owner == (
        "The account's owner, Communications Officer, can be asked by mail to change it."
    )
    assert "Posted" not in card.seen


def test_new_accounts_are_called_by_their_names() -> None:
    """The first mail lists what is watched in one sentence; a change is a line of its own."""
    at = AS_OF - timedelta(hours=1)
    what = {
        "council-facebook": "registered: facebook 100",
        "council-x": "registered: x AshcombeTC",
        "events-blog": "changed: owner A → B",
        "old-x": "no longer registered: x OldTC",
    }
    changes = tuple(
        RegisterChange(account=AccountId(label), what=said, at=at) for label, said in what.items()
    )
    assert build_digest(facts(register_changes=changes)).changed == (
        (
            'Watched since Tuesday 24 November: Facebook page "Ashcombe Town Council" and '
            "X @AshcombeTC."
        ),
        'Tuesday 24 November: Blog "What\'s on in Ashcombe", changed: owner A → B.',
        "Tuesday 24 November: old-x, no longer registered: x OldTC.",
    )


def test_a_long_post_is_shown_around_what_matched() -> None:
    """Of 40,000 characters the stretch with the match is quoted, exactly, and said to be part."""
    text = "word " * 4000 + "Vote for the Ashcombe Independents now. " + "tail " * 4000
    long = case(70, finding(text, "Ashcombe Independents"), text=text)
    card = desk().card(long)
    said = " ".join(card.quote)
    assert len(said) < 700
    assert "Vote for the Ashcombe Independents now." in said
    assert said.removeprefix("… ").removesuffix(" …") in text
    assert card.notes == ("Shown in part: the whole text has 40,039 characters.",)


def test_a_members_own_page_is_nobodys_to_instruct() -> None:
    """Of a member's page the mail says who may act, and asks for no removal."""
    page = dataclasses.replace(FACEBOOK, kind=Kind.MEMBER)
    said = dataclasses.replace(desk(), accounts={page.id: page}).card(PARTY).owner
    assert "Monitoring Officer" in said
    assert "ask the account's owner" not in said


def test_findings_of_one_clause_are_told_together() -> None:
    """Two rules of one clause make one paragraph with both reasons; five clauses make four."""
    text = PARTY.text
    rules = [
        finding(text, clause=f"terms.{number}", rule=f"topic{number}/rule", reason=f"R{number}")
        for number in (1, 2, 3, 6)
    ]
    same = finding(text, "support", rule="campaigning/plea", reason="It asks for support")
    card = desk().card(case(71, PARTY.findings[0].finding, same, *rules, text=text))
    assert len(card.breaches) == 4
    assert card.breaches[0].why == (
        "It asks for support. It names a political group and asks for support."
    )
    assert card.more == "It may also breach terms.6."


def test_a_full_stop_is_not_words_left_out() -> None:
    """A stretch that ends where its clause ends is quoted whole, without "…"."""
    relied = TERMS_4.removesuffix(".")
    topics = {TopicId("safeguarding"): relied}
    told = dataclasses.replace(desk(), policy=dataclasses.replace(POLICY, topics=topics))
    assert told.card(CHILD).breaches[0].words == relied


def test_notes_and_withdrawn_findings_are_not_told() -> None:
    """A ``note`` is in no mail, and what no longer holds is not held against anybody."""
    note = finding(PARTY.text, "library", severity=Severity.NOTE, clause="terms.1", rule="a/b")
    built = case(72, PARTY.findings[0].finding, note, text=PARTY.text)
    gone = dataclasses.replace(built.findings[0], withdrawn_at=AS_OF)
    both = dataclasses.replace(built, findings=(gone, *built.findings[1:]))
    titles = [breach.title for breach in desk().card(built).breaches]
    assert (titles, desk().card(both).breaches) == (["Terms of Use 5"], ())


def test_a_deadline_that_has_passed_is_said_to_have() -> None:
    """The Clerk is not asked to decide in the past."""
    late = dataclasses.replace(PARTY, due_at=AS_OF - timedelta(days=1))
    assert desk().card(late).decide == "A decision was due by Monday 23 November, 07:00."


def test_an_excerpt_of_the_policy_shows_where_words_are_left_out() -> None:
    """What a topic relies on is quoted with "…" exactly on the sides that go on."""
    middle = dataclasses.replace(
        POLICY, topics={TopicId("party-politics"): "party political purposes"}
    )
    cut = dataclasses.replace(desk(), policy=middle).card(PARTY).breaches[0].words
    assert cut == "… party political purposes …"


def test_a_profile_case_is_told_when_new_and_then_on_mondays() -> None:
    """What a profile lacks is one matter a quarter, not one a day."""
    old = dataclasses.replace(PROFILE, opened_at=AS_OF - timedelta(days=9))
    urgent = dataclasses.replace(old, severity=Severity.URGENT)
    told = [
        len(build_digest(facts(cases=(one,))).decisions.cards) for one in (PROFILE, old, urgent)
    ]
    assert told == [1, 0, 1]


@pytest.mark.parametrize(
    ("resolution", "expected"),
    [
        (
            Resolution.REMOVED,
            "no longer visible since Monday 23 November, between 10:35 and 11:05.",
        ),
        (Resolution.DISMISSED, "decided by Clerk: not a breach: it quotes a notice."),
        (Resolution.LEFT, "decided by Clerk: left as it is: it quotes a notice."),
        (Resolution.CORRECTED, "corrected: it quotes a notice."),
        (Resolution.NO_LONGER_APPLIES, "no longer applies: it quotes a notice."),
    ],
)
def test_each_way_a_case_ends_has_its_words(resolution: Resolution, expected: str) -> None:
    """What was closed is told once, with who and why."""
    event = CaseEvent(
        at=AS_OF,
        by="Clerk",
        what="closed",
        from_state=CaseState.OPEN,
        to_state=CaseState.CLOSED,
        because="it quotes a notice",
    )
    closed = dataclasses.replace(REMOVED, resolution=resolution, events=(event,))
    given = dataclasses.replace(working_day(), closed=(closed,), waiting=())
    assert build_digest(given).waiting == (
        f'Case 35, Blog "What\'s on in Ashcombe": {expected} Closed.',
    )


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (CaseState.ACKNOWLEDGED, "acknowledged on Friday 20 November by Clerk"),
        (CaseState.ESCALATED, "escalated on Friday 20 November by Clerk"),
        (CaseState.REMOVAL_REQUESTED, "was asked on Friday 20 November to take it down by"),
        (CaseState.VERIFYING, "was asked on Friday 20 November to take it down by"),
    ],
)
def test_each_way_a_case_waits_has_its_words(state: CaseState, expected: str) -> None:
    """Who has it, since when, and whether it still stands there."""
    is_asked = state in (CaseState.REMOVAL_REQUESTED, CaseState.VERIFYING)
    what = "removal asked for" if is_asked else "taken up"
    event = dataclasses.replace(ACKNOWLEDGED.events[0], to_state=state, what=what)
    waits = dataclasses.replace(ACKNOWLEDGED, state=state, events=(event,))
    assert expected in build_digest(facts(waiting=(waits,))).waiting[0]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"older_waiting": 14}, "14 older cases told before still wait: clerkwatch cases list"),
        ({"older_waiting": 1}, "1 older case told before still waits: clerkwatch cases list"),
        (
            {"cases": (dataclasses.replace(PROFILE, opened_at=AS_OF - timedelta(days=9)),)},
            "1 case about a profile waits for Monday's mail.",
        ),
    ],
)
def test_what_is_open_but_quiet_is_not_called_nothing(
    changes: dict[str, object], expected: str
) -> None:
    """Cases that are not asked for daily still count: the mail never says that nothing waits."""
    built = build_digest(facts(**changes))
    assert built.waiting == (expected,)
    assert "Nothing is waiting" not in digest_text(built)
    assert built.lead == "Nothing new was flagged."


def test_weekly_matters_are_told_on_mondays_only() -> None:
    """Without the weekly facts nothing is said of costs and overdue reviews."""
    assert build_digest(facts()).weekly == ()


def test_the_quiet_day_says_what_is_not_seen() -> None:
    """Not knowing has the same weight: blind spots stand in the quietest mail."""
    built = build_digest(facts())
    assert "Not seen: text in pictures, Reels, stories, Spaces, sound and film." in built.seen


@pytest.mark.parametrize(
    ("unread", "expected"),
    [
        (4, "Not seen: Reels, stories, Spaces, sound and film, text in 4 pictures."),
        (1, "Not seen: Reels, stories, Spaces, sound and film, text in 1 picture."),
        (0, "Not seen: Reels, stories, Spaces, sound and film."),
    ],
)
def test_pictures_that_were_not_read_are_counted(unread: int, expected: str) -> None:
    """A number says more than that pictures are not read; where all were read, it is not said."""
    assert expected in build_digest(facts(pictures_unread=unread)).seen


def test_every_platform_with_pictures_says_it_in_the_same_words() -> None:
    """So that the number takes the place of the words, and never stands beside them."""
    for name in ("bluesky", "facebook", "feed", "instagram", "mastodon", "wordpress", "x"):
        assert TEXT_IN_PICTURES in connectors.find(name).blind_spots


def test_nothing_promises_what_does_not_exist_yet() -> None:
    """No reply word, no kept copy and no drafted request is offered by this version."""
    said = digest_text(build_digest(working_day()))
    words = ("REMOVE", "KEEP", "LEAVE", "HOLD", "NOTICE ", "REVIEWED", "copy has been kept")
    assert [word for word in words if word in said] == []
    assert "cannot read replies" in said


def test_building_is_pure() -> None:
    """The same facts give the same mail, and the order of cases given does not matter."""
    given = working_day()
    turned = dataclasses.replace(given, cases=tuple(reversed(given.cases)))
    assert build_digest(given) == build_digest(turned)


def earlier(one: Case) -> Case:
    """Return a case published last year."""
    return dataclasses.replace(one, published_at=datetime(2025, 5, 1, 9, tzinfo=UTC))


def test_a_line_says_where_when_which_clause_and_by_when() -> None:
    """One line is enough to know a case by."""
    assert desk().line(earlier(SHOP)).text == (
        "Case 43, may breach Terms of Use 7; decide by Friday 27 November, 12:00. "
        'Thursday 1 May 2025, Blog "What\'s on in Ashcombe": "… Coffee on the High Street: 20% off '
        'with the code TOWN20 until Sunday. Book now!"'
    )
