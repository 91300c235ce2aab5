"""Judging by windows: which acts, accounts and areas are inside."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from config.types import Basis, ClauseId, Kind, PollType, Severity, SubjectKind, WindowMode
from monitor.checks.base import Material
from monitor.freeze.rules import CANDIDATE_RULE, CLOSED_RULE, judge_freeze
from storage.values import Words
from tests.unit.freeze.build import a_match, a_poll, a_post, an_edit, around, local

POLL = a_poll(notice_on=date(2027, 3, 22))
CLOSED = a_poll(notice_on=date(2027, 3, 22), mode=WindowMode.CLOSED)
WARD = a_poll(
    poll="by.2027-05-06", area="Brookmeadow", by_election=True, notice_on=date(2027, 3, 22)
)
MATCH = (a_match(),)
AFTER = "2027-06-01 09:00"


@pytest.mark.parametrize(
    ("at", "is_found"),
    [
        ("2027-03-21 23:59:59", False),
        ("2027-03-22 00:00:00", True),
        ("2027-03-28 00:59:59", True),
        ("2027-03-28 02:00:00", True),
        ("2027-05-06 21:59:59", True),
        ("2027-05-06 22:00:00", False),
        ("2027-05-07 09:00:00", False),
    ],
)
def test_a_post_is_judged_by_the_moment_of_its_publishing(at: str, *, is_found: bool) -> None:
    """Inside the window from its first second to the last before 22:00, long afterwards too."""
    found = judge_freeze(a_post(at=at), MATCH, around(POLL, as_of=AFTER))
    assert [Basis.PUBLISHED] * is_found == [finding.basis for finding in found]


@pytest.mark.parametrize(
    ("kind", "is_inside"),
    [
        (Kind.COUNCIL, True),
        (Kind.MAYORAL, True),
        (Kind.OFFICER, True),
        (Kind.PARTNER, True),
        (Kind.MEMBER, False),
    ],
)
def test_a_members_own_page_is_never_inside(kind: Kind, *, is_inside: bool) -> None:
    """Members may campaign; every other kind of account is bound."""
    found = judge_freeze(a_post(kind=kind), MATCH, around(POLL, as_of=AFTER))
    assert is_inside is bool(found)


def test_a_partners_account_that_was_handed_over_is_outside_for_that_poll() -> None:
    """Handed over for this poll: not bound by its window."""
    post = a_post(kind=Kind.PARTNER, handed_over=(POLL.id,))
    assert judge_freeze(post, MATCH, around(POLL, as_of=AFTER)) == ()


def test_a_partners_account_handed_over_for_another_poll_is_inside() -> None:
    """The handing over counts for the poll it was made for, and no other."""
    post = a_post(kind=Kind.PARTNER, handed_over=("county.2025-05-01",))
    assert len(judge_freeze(post, MATCH, around(POLL, as_of=AFTER))) == 1


def test_a_council_account_cannot_be_handed_over() -> None:
    """The exception is for partners only."""
    post = a_post(kind=Kind.COUNCIL, handed_over=(POLL.id,))
    assert len(judge_freeze(post, MATCH, around(POLL, as_of=AFTER))) == 1


def test_outside_every_window_nothing_is_found() -> None:
    """In-window rules do not hold in January."""
    assert judge_freeze(a_post(at="2027-01-10 12:00"), MATCH, around(POLL, as_of=AFTER)) == ()


def test_without_polls_nothing_is_found() -> None:
    """No window, no finding."""
    assert judge_freeze(a_post(), MATCH, around(as_of=AFTER)) == ()


def test_a_clean_post_inside_a_restricted_window_is_quiet() -> None:
    """Restricted forbids some content, not posting."""
    post = a_post("The park gates open at 8 am.")
    assert judge_freeze(post, (), around(POLL, as_of=AFTER)) == ()


@pytest.mark.parametrize(
    ("between", "is_found"),
    [
        (("2027-03-20 10:00", "2027-03-21 23:59"), False),
        (("2027-03-21 12:00", "2027-03-22 00:00"), True),
        (("2027-03-21 12:00", "2027-03-22 09:00"), True),
        (("2027-04-01 12:00", "2027-04-01 13:00"), True),
        (("2027-05-06 21:30", "2027-05-06 22:30"), True),
        (("2027-05-06 22:00", "2027-05-06 22:30"), False),
        (("2027-03-01 12:00", "2027-06-01 12:00"), True),
    ],
)
def test_an_edit_counts_when_its_interval_touches_the_window(
    between: tuple[str, str], *, is_found: bool
) -> None:
    """A post from before the window that is edited between two readings."""
    found = judge_freeze(an_edit(between=between), MATCH, around(POLL, as_of=AFTER))
    assert is_found is bool(found)


@pytest.mark.parametrize(
    ("between", "words"),
    [
        (("2027-04-01 12:00", "2027-04-01 13:00"), "It was edited inside the period."),
        (("2027-03-21 12:00", "2027-03-22 09:00"), "may have been made outside it"),
        (("2027-05-06 21:30", "2027-05-06 22:30"), "may have been made outside it"),
    ],
)
def test_an_edit_says_when_only_an_interval_is_known(between: tuple[str, str], words: str) -> None:
    """Certain when the whole interval lies inside; otherwise the finding says so."""
    (found,) = judge_freeze(an_edit(between=between), MATCH, around(POLL, as_of=AFTER))
    assert words in found.reason


def test_an_edit_after_the_close_of_a_post_from_inside_is_not_judged_by_the_window() -> None:
    """The edited version was never published inside."""
    edit = an_edit(between=("2027-05-07 09:00", "2027-05-07 10:00"), published="2027-04-10 12:00")
    assert judge_freeze(edit, MATCH, around(POLL, as_of=AFTER)) == ()


def test_an_old_post_seen_after_the_window_closed_is_no_finding() -> None:
    """Published before, judged after: it was left alone."""
    post = a_post(at="2027-02-01 12:00")
    assert judge_freeze(post, MATCH, around(POLL, as_of=AFTER)) == ()


def test_an_old_post_still_visible_while_the_window_is_open_is_listed_for_review() -> None:
    """Standing, not published, and the reason says that leaving it is no breach by itself."""
    post = a_post(at="2027-02-01 12:00")
    (found,) = judge_freeze(post, MATCH, around(POLL, as_of="2027-04-01 12:00"))
    assert (found.basis, "no breach by itself" in found.reason) == (Basis.STANDING, True)


def test_an_old_post_that_is_no_longer_visible_is_not_listed() -> None:
    """What is gone does not stand there."""
    post = a_post(at="2027-02-01 12:00", is_visible=False)
    assert judge_freeze(post, MATCH, around(POLL, as_of="2027-04-01 12:00")) == ()


def test_a_pinned_post_from_before_is_standing_and_says_so() -> None:
    """A pin is standing content for the Clerk's review."""
    post = a_post(at="2026-02-01 12:00", pinned=True)
    (found,) = judge_freeze(post, MATCH, around(POLL, as_of="2027-04-01 12:00"))
    assert (found.basis, "pinned on top" in found.reason) == (Basis.STANDING, True)


@pytest.mark.parametrize(
    ("as_of", "is_found"),
    [
        ("2027-03-21 23:59:59", False),
        ("2027-03-22 00:00:00", True),
        ("2027-05-06 21:59:59", True),
        ("2027-05-06 22:00:00", False),
    ],
)
def test_standing_holds_exactly_while_the_window_is_open(as_of: str, *, is_found: bool) -> None:
    """Standing is judged by the present moment."""
    post = a_post(at="2026-02-01 12:00", pinned=True)
    assert is_found is bool(judge_freeze(post, MATCH, around(POLL, as_of=as_of)))


def test_a_profile_is_standing_content() -> None:
    """A profile's first reading says nothing of when it was written."""
    profile = replace(a_post(at="2027-04-01 09:00"), subject=SubjectKind.PROFILE)
    (found,) = judge_freeze(profile, MATCH, around(POLL, as_of="2027-04-01 12:00"))
    assert (found.basis, "profile" in found.reason) == (Basis.STANDING, True)


def test_a_profile_edited_inside_the_window_is_published() -> None:
    """Changing a profile's words inside the window is an act like any edit."""
    edit = an_edit(between=("2027-04-01 09:00", "2027-04-01 10:00"), subject=SubjectKind.PROFILE)
    (found,) = judge_freeze(edit, MATCH, around(POLL, as_of="2027-04-02 12:00"))
    assert Basis.PUBLISHED is found.basis


def test_what_was_published_inside_is_not_found_a_second_time_as_standing() -> None:
    """One finding for one poll."""
    found = judge_freeze(a_post(), MATCH, around(POLL, as_of="2027-04-12 12:00"))
    assert [finding.basis for finding in found] == [Basis.PUBLISHED]


def test_a_standing_finding_is_never_urgent() -> None:
    """What merely stands there is for review; the same words published inside stay urgent."""
    match = (a_match(severity=Severity.URGENT),)
    context = around(POLL, as_of="2027-04-12 12:00")
    old = judge_freeze(a_post(at="2027-02-01 12:00"), match, context)
    new = judge_freeze(a_post(), match, context)
    assert (old[0].severity, new[0].severity) == (Severity.REVIEW, Severity.URGENT)


def test_overlapping_windows_are_all_named_sorted() -> None:
    """A finding names every poll that applies."""
    county = a_poll(poll="county.2027-05-06", kind=PollType.COUNTY, notice_on=date(2027, 3, 22))
    (found,) = judge_freeze(a_post(), MATCH, around(POLL, county, as_of=AFTER))
    assert found.context == "county.2027-05-06,parish.2027-05-06"


def test_a_second_window_that_opens_later_is_judged_apart() -> None:
    """Published in the first window, still standing when the second opens: two findings."""
    early = a_poll(poll="by.2027-04-15", held_on=date(2027, 4, 15), notice_on=date(2027, 3, 8))
    post = a_post(at="2027-03-10 12:00")
    found = judge_freeze(post, MATCH, around(POLL, early, as_of="2027-03-23 12:00"))
    assert {(Basis.PUBLISHED, "by.2027-04-15"), (Basis.STANDING, "parish.2027-05-06")} == {
        (finding.basis, finding.context) for finding in found
    }


def test_a_post_without_a_time_is_not_judged_by_publishing() -> None:
    """Nothing that depends on time is judged where the time is unknown."""
    post = a_post(at=None, is_visible=False)
    assert judge_freeze(post, MATCH, around(POLL, as_of=AFTER)) == ()


def test_a_date_in_the_future_does_not_take_a_post_out_of_the_window() -> None:
    """What was seen on 10 April was published by then, whatever its own date says."""
    post = replace(a_post(at="2031-01-01 12:00"), shown_by=local("2027-04-10 12:00"))
    (found,) = judge_freeze(post, MATCH, around(POLL, as_of="2027-04-12 12:00"))
    assert Basis.PUBLISHED is found.basis


# --- by area -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "area", "is_found"),
    [
        ("We delivered record investment.", "whole", False),
        ("We delivered record investment in BROOKMEADOW!", "whole", True),
        ("We delivered record investment.", "Brookmeadow", True),
        ("We delivered record investment.", "Hillend", False),
        ("We delivered record investment in Brookmeadows.", "whole", False),
    ],
)
def test_a_ward_by_election_is_full_in_the_ward_only(
    text: str, area: str, *, is_found: bool
) -> None:
    """Full for the ward's account and for posts that name the ward, silent elsewhere."""
    found = judge_freeze(a_post(text, area=area), MATCH, around(WARD, as_of=AFTER))
    assert is_found is bool(found)


def test_naming_a_candidate_of_the_ward_brings_a_post_into_it() -> None:
    """A post about a candidate there is in the ward, whatever else it names."""
    context = around(WARD, as_of=AFTER, candidates={WARD.id: ("Ada Quillfeather",)})
    found = judge_freeze(a_post("We and Ada Quillfeather delivered."), MATCH, context)
    assert {MATCH[0].rule, CANDIDATE_RULE} == {finding.rule for finding in found}


def test_a_whole_town_poll_is_full_for_a_wards_account() -> None:
    """A ward's account is part of the town."""
    found = judge_freeze(a_post("We did.", area="Hillend"), MATCH, around(POLL, as_of=AFTER))
    assert len(found) == 1


# --- candidates --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Thank you Ada Quillfeather for opening the fair",
        "thank you ADA  QUILLFEATHER",
        "With @AdaQuill at the fair",
        "With adaquill at the fair",
        "Thank you Аda Quillfeather",  # noqa: RUF001 - a Cyrillic A is the case tested
    ],
)
def test_a_candidate_is_found_by_name_and_handle(text: str) -> None:
    """Whatever the case, blanks, sign or look-alike letters."""
    names = {POLL.id: ("Ada Quillfeather", "@adaquill")}
    (found,) = judge_freeze(a_post(text), (), around(POLL, as_of=AFTER, candidates=names))
    assert (CANDIDATE_RULE, text[found.spans[0][0] : found.spans[0][1]]) == (
        found.rule,
        found.quote,
    )


@pytest.mark.parametrize(
    "text",
    [
        "Adaquillian pottery class on Monday",
        "Write to x@adaquill.example",
        "Ada opened the quillfeather exhibition",
        "",
    ],
)
def test_look_alikes_of_a_candidates_name_stay_quiet(text: str) -> None:
    """Parts of words, mail addresses and single names are no naming."""
    names = {POLL.id: ("Ada Quillfeather", "@adaquill")}
    assert judge_freeze(a_post(text), (), around(POLL, as_of=AFTER, candidates=names)) == ()


def test_the_plain_list_of_candidates_stays_quiet() -> None:
    """Names, wards and parties of candidates are factual information that is permitted."""
    names = {POLL.id: ("Ada Quillfeather",)}
    post = a_post("Statement of persons nominated: Ada Quillfeather, Brookmeadow ward.")
    assert judge_freeze(post, (), around(POLL, as_of=AFTER, candidates=names)) == ()


def test_candidates_expire_with_their_poll() -> None:
    """Outside the window of their poll the names mean nothing."""
    names = {POLL.id: ("Ada Quillfeather",)}
    post = a_post("Thank you Ada Quillfeather", at="2027-06-10 12:00")
    assert judge_freeze(post, (), around(POLL, as_of=AFTER, candidates=names)) == ()


# --- closed ------------------------------------------------------------------------------


def test_any_own_post_in_a_closed_window_is_a_finding_without_a_quote() -> None:
    """Closed means closed: the whole post, so no span and no quote."""
    (found,) = judge_freeze(a_post("The park gates open at 8."), (), around(CLOSED, as_of=AFTER))
    assert (found.rule, found.spans, found.quote) == (CLOSED_RULE, (), None)


@pytest.mark.parametrize(
    "text",
    [
        "Polling stations are open from 7 am to 10 pm.",
        "Register to vote by 20 April.",
        "Flood warning: stay away from the brook.",
        "PUBLIC NOTICE of a vacancy",
    ],
)
def test_permitted_notices_stay_quiet_in_a_closed_window(text: str) -> None:
    """Administration of the poll, emergencies and notices required by law."""
    assert judge_freeze(a_post(text), (), around(CLOSED, as_of=AFTER)) == ()


def test_a_permitted_notice_is_no_cover_for_what_a_rule_found() -> None:
    """Content that breaches a rule is found, and closed holds as well."""
    post = a_post("We delivered. Polling stations open at 7.")
    found = judge_freeze(post, MATCH, around(CLOSED, as_of=AFTER))
    assert {CLOSED_RULE, MATCH[0].rule} == {finding.rule for finding in found}


def test_a_shared_post_in_a_closed_window_is_a_finding() -> None:
    """Sharing another's post is publishing."""
    text = "Come to the summer fair"
    post = replace(a_post(), words=Words(text=text, own_length=0, is_repost=True))
    assert [finding.rule for finding in judge_freeze(post, (), around(CLOSED, as_of=AFTER))] == [
        CLOSED_RULE
    ]


def test_sharing_a_permitted_notice_stays_quiet_in_a_closed_window() -> None:
    """A shared flood warning is a permitted notice too."""
    text = "Flood warning for the brook"
    post = replace(a_post(), words=Words(text=text, own_length=0, is_repost=True))
    assert judge_freeze(post, (), around(CLOSED, as_of=AFTER)) == ()


def test_another_authors_comment_is_not_the_accounts_own_post() -> None:
    """Closed forbids the account's own posting, not what others write."""
    assert judge_freeze(a_post("Nice", author="resident"), (), around(CLOSED, as_of=AFTER)) == ()


def test_an_old_post_is_not_closed_afterwards() -> None:
    """Closing forbids posting; what stood there before is only judged by its content."""
    post = a_post("The park gates open at 8.", at="2027-02-01 12:00")
    assert judge_freeze(post, (), around(CLOSED, as_of="2027-04-10 12:00")) == ()


def test_a_closed_ward_does_not_close_the_town() -> None:
    """Elsewhere in the town a post that does not touch the ward is free."""
    closed_ward = replace(WARD, mode=WindowMode.CLOSED)
    assert judge_freeze(a_post("The gates open."), (), around(closed_ward, as_of=AFTER)) == ()


# --- referendums, clauses ----------------------------------------------------------------


def test_asking_people_to_vote_is_forbidden_before_a_national_referendum_only() -> None:
    """A rule named referendum-… holds under section 125 and is silent at an election."""
    match = (a_match("pre-election/referendum-encouraging-to-vote"),)
    vote = a_poll(poll="referendum.2027", kind=PollType.REFERENDUM_NATIONAL)
    at_referendum = judge_freeze(a_post(at="2027-05-01 12:00"), match, around(vote, as_of=AFTER))
    at_election = judge_freeze(a_post(at="2027-05-01 12:00"), match, around(POLL, as_of=AFTER))
    assert (len(at_referendum), len(at_election)) == (1, 0)


def test_the_clause_is_the_policys_own() -> None:
    """Another council's policy may number its freeze differently."""
    (found,) = judge_freeze(
        a_post("Gates"), (), around(CLOSED, as_of=AFTER), clause=ClauseId("terms.9")
    )
    assert found.clause == "terms.9"


def test_bare_text_without_any_time_is_judged_only_by_the_present() -> None:
    """Text that is not stored and has no time is not taken for published."""
    material = Material(words=Words(text="We delivered", own_length=12))
    (found,) = judge_freeze(material, MATCH, around(POLL, as_of="2027-04-01 12:00"))
    assert Basis.STANDING is found.basis


def test_an_edit_without_any_time_is_not_judged_by_publishing() -> None:
    """A later version whose times are all unknown touches no window."""
    material = replace(
        an_edit(between=("2027-04-01 12:00", "2027-04-01 13:00"), is_visible=False),
        published_at=None,
        shown_from=None,
        shown_by=None,
    )
    assert judge_freeze(material, MATCH, around(POLL, as_of=AFTER)) == ()


@pytest.mark.parametrize("change", [{"area": "none"}, {"in_force": False}])
def test_windows_that_do_not_count_bind_nobody(change: dict[str, Any]) -> None:
    """A poll elsewhere, and a basis that is not in force."""
    context = around(POLL, as_of=AFTER)
    (window,) = context.windows
    assert (
        judge_freeze(a_post(), MATCH, replace(context, windows=(replace(window, **change),))) == ()
    )


def test_a_draft_with_a_time_and_no_readings_is_judged_by_that_time() -> None:
    """Text tried before it is posted has been seen by nobody."""
    draft = replace(a_post(), shown_from=None, shown_by=None)
    (found,) = judge_freeze(draft, MATCH, around(POLL, as_of=AFTER))
    assert found.basis is Basis.PUBLISHED
