"""What follows from a judgement."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from config.types import Basis, CaseId, Kind, RuleId, Severity, SubjectKind
from monitor.decide import account_stamp, is_over, of_account, words_hash
from monitor.freeze.rules import CLOSED_RULE
from storage.values import Quieted
from tests.lib import records
from tests.unit.monitor.deciding import (
    OTHER,
    PARTY,
    SALE,
    TODAY,
    decider,
    judgement,
    stored,
    version,
)

PLAIN = records.finding()
URGENT = records.finding(severity=Severity.URGENT)
NOTE = records.finding(severity=Severity.NOTE)
LACK = records.finding(quote=None)


def accepted(*, days: int | None = None, words: str = "", rule: RuleId = PARTY) -> Quieted:
    """Return a decision that holds for some days from today (negative: is over), or for good."""
    until = None if days is None else TODAY + timedelta(days=days)
    return Quieted(account=records.COUNCIL, rule=rule, words_hash=words, until=until)


def test_nothing_found_is_nothing_to_do() -> None:
    """Only the stamp is noted."""
    verdict = decider().decide(version(), judgement())
    assert (verdict.add, verdict.withdraw, verdict.unchanged, verdict.case) == ((), (), 0, None)
    assert verdict.under == "stamp"


def test_a_new_finding_opens_a_case() -> None:
    """It is added and goes on a case of its severity that is no history."""
    verdict = decider().decide(version(), judgement(PLAIN))
    assert verdict.add == (PLAIN,)
    assert verdict.case is not None
    assert (verdict.case.join, verdict.case.severity) == (None, Severity.REVIEW)
    assert (verdict.case.history, verdict.case.is_urgent) == (False, False)
    assert verdict.case.because == "found when read"


def test_the_most_serious_finding_names_the_case() -> None:
    """One urgent finding among others makes the case urgent; a note is not on it."""
    findings = (records.finding(SALE), URGENT, replace(NOTE, basis=Basis.STANDING))
    case = decider().decide(version(), judgement(*findings)).case
    assert case is not None
    assert (case.severity, case.is_urgent) == (Severity.URGENT, True)
    assert case.findings == findings[:2]


def test_a_note_is_kept_without_a_case() -> None:
    """It is a finding, and nothing for a person to decide."""
    verdict = decider().decide(version(), judgement(NOTE))
    assert (verdict.add, verdict.case) == ((NOTE,), None)


def test_an_open_case_is_joined() -> None:
    """One post has one open case."""
    case = decider().decide(version(open_case=CaseId(3)), judgement(PLAIN)).case
    assert case is not None
    assert case.join == 3


def test_what_holds_stays_and_what_holds_no_more_is_withdrawn() -> None:
    """Withdrawn findings of the past are neither: one found again is added again."""
    sale = records.finding(SALE)
    again = records.finding(SALE, context="p")
    known = (stored(PLAIN, 1), stored(sale, 2), stored(again, 3, withdrawn=True))
    verdict = decider().decide(version(known=known), judgement(PLAIN, again))
    assert verdict.unchanged == 1
    assert verdict.add == (again,)
    assert [number for number, _ in verdict.withdraw] == [2]


@pytest.mark.parametrize(
    ("finding", "digests", "is_current", "why"),
    [
        (PLAIN, {PARTY: "another"}, True, "the rule was changed"),
        (PLAIN, {}, True, "the rule was taken out"),
        (
            replace(PLAIN, basis=Basis.STANDING),
            {PARTY: PLAIN.digest},
            False,
            "these words no longer stand there",
        ),
        (
            records.finding(CLOSED_RULE, context="p"),
            {},
            True,
            "no election window or list of candidates applies to it",
        ),
        (
            PLAIN,
            {PARTY: PLAIN.digest},
            False,
            "the policy or the kind of account was changed",
        ),
    ],
)
def test_why_a_finding_holds_no_more(
    finding: object,
    digests: dict[RuleId, str],
    is_current: bool,  # noqa: FBT001 - pytest hands parameters over by name
    why: str,
) -> None:
    """The reason is the first of these that is so."""
    known = (stored(finding),)  # type: ignore[arg-type] # from the table
    given = version(known=known, is_current=is_current)
    verdict = decider(digests=digests).decide(given, judgement())
    assert verdict.withdraw == ((1, why),)


def test_a_finding_that_another_poll_joins_says_so() -> None:
    """What held because of one poll holds because of two: the old one goes, and says why."""
    one = records.finding(CLOSED_RULE, context="p")
    both = replace(one, context="p,q")
    verdict = decider(digests={CLOSED_RULE: one.digest}).decide(
        version(known=(stored(one),)), judgement(both)
    )
    assert verdict.withdraw == ((1, "other polls apply to it now"),)
    assert verdict.add == (both,)


def test_a_crash_withdraws_nothing_but_a_foreign_language_does() -> None:
    """What could not be asked may still hold; a text that no rule can read holds nothing."""
    given = version(known=(stored(PLAIN),))
    crashed = decider().decide(given, judgement(not_judged=("the check failed",)))
    foreign = decider().decide(given, judgement(not_judged=("language: not English",)))
    assert crashed.withdraw == ()
    assert crashed.not_judged == ("the check failed",)
    assert len(foreign.withdraw) == 1


@pytest.mark.parametrize(
    ("change", "because"),
    [
        ({"judged_under": "older"}, "found when older posts were judged again"),
        ({"is_history": True}, "stood there before the account was watched"),
    ],
)
def test_history_is_quiet(change: dict[str, object], because: str) -> None:
    """Judged before, or there before: a case without a mail at once."""
    case = decider().decide(version(**change), judgement(URGENT)).case
    assert case is not None
    assert (case.history, case.is_urgent, case.because) == (True, False, because)


def test_an_edit_of_an_old_post_is_news() -> None:
    """The post stood there before; these words did not."""
    case = decider().decide(version(is_history=True, is_first=False), judgement(URGENT)).case
    assert case is not None
    assert (case.history, case.is_urgent) == (False, True)


def test_nothing_about_a_member_is_urgent() -> None:
    """Whatever a rule says."""
    case = decider(kind=Kind.MEMBER).decide(version(), judgement(URGENT)).case
    assert case is not None
    assert case.is_urgent is False


@pytest.mark.parametrize(
    "quiet",
    [
        accepted(),
        accepted(days=0),
        accepted(days=30, words=words_hash(PLAIN, version().words.text)),
    ],
)
def test_a_decision_keeps_a_rule_quiet(quiet: Quieted) -> None:
    """On these words or any, for good or to the end of its last day."""
    verdict = decider(quieted=[quiet]).decide(version(), judgement(PLAIN))
    assert (verdict.add, verdict.case) == ((PLAIN,), None)


@pytest.mark.parametrize(
    "quiet",
    [
        accepted(days=-1),
        accepted(rule=SALE),
        accepted(words="other words"),
        replace(accepted(), account=OTHER),
    ],
)
def test_a_decision_about_something_else_does_not(quiet: Quieted) -> None:
    """Another rule, other words, another account, or a day that is over."""
    assert decider(quieted=[quiet]).decide(version(), judgement(PLAIN)).case is not None


def test_what_was_accepted_comes_back_when_its_time_is_over() -> None:
    """A finding that holds and lies on no open case opens one, which is no history."""
    given = version(known=(stored(PLAIN),), judged_under="older", is_history=True)
    verdict = decider(quieted=[accepted(days=-1)]).decide(given, judgement(PLAIN))
    assert (verdict.add, verdict.unchanged) == ((), 1)
    assert verdict.case is not None
    assert verdict.case.findings == (PLAIN,)
    assert verdict.case.history is False
    assert verdict.case.because == "the time for which it was accepted is over"


@pytest.mark.parametrize("change", [{"open_case": CaseId(3)}, {"is_current": False}])
def test_it_does_not_come_back_twice_or_for_words_that_are_gone(change: dict[str, object]) -> None:
    """While its case is open, or when the words no longer stand there, nothing is to do."""
    given = version(known=(stored(PLAIN),), **change)
    verdict = decider(quieted=[accepted(days=-1)]).decide(given, judgement(PLAIN))
    assert verdict.case is None


def test_a_newer_decision_wins_over_one_that_is_over() -> None:
    """Any words, for good: the older decision about these words does not matter any more."""
    given = version(known=(stored(PLAIN),))
    words = words_hash(PLAIN, given.words.text)
    both = [accepted(days=-1, words=words), accepted()]
    assert decider(quieted=both).decide(given, judgement(PLAIN)).case is None


def test_what_a_profile_lacks_joins_the_quarters_case() -> None:
    """A second lack does not open a second case within the quarter."""
    profile = version(subject_kind=SubjectKind.PROFILE)
    case = decider(fresh={7: CaseId(4)}).decide(profile, judgement(LACK)).case
    assert case is not None
    assert case.join == 4


def test_words_in_a_profile_never_join_a_case_that_may_be_closed() -> None:
    """A slur in the description must reach a person, whatever was decided this quarter."""
    profile = version(subject_kind=SubjectKind.PROFILE)
    case = decider(fresh={7: CaseId(4)}).decide(
        profile, judgement(LACK, replace(URGENT, rule=SALE))
    )
    assert case.case is not None
    assert (case.case.join, case.case.is_urgent) == (None, True)


def test_what_a_profile_was_allowed_to_lack_for_a_time_gets_its_own_case() -> None:
    """The quarter's case may be closed: nobody would be told."""
    profile = version(subject_kind=SubjectKind.PROFILE, known=(stored(LACK),))
    made = decider(fresh={7: CaseId(4)}, quieted=[accepted(days=-1)])
    case = made.decide(profile, judgement(LACK)).case
    assert case is not None
    assert case.join is None


def test_a_post_never_joins_a_profiles_case() -> None:
    """The quarter is for profiles only."""
    case = decider(fresh={7: CaseId(4)}).decide(version(), judgement(LACK)).case
    assert case is not None
    assert case.join is None


def test_the_same_words_are_the_same_whatever_their_case_space_and_order() -> None:
    """A decision carries over to how the words are written, not to other words."""
    one = replace(PLAIN, matched=("Vote  Green", "now"))
    other = replace(PLAIN, matched=("NOW", "vote green"))
    assert words_hash(one, "") == words_hash(other, "x")
    assert words_hash(one, "") != words_hash(replace(PLAIN, matched=("vote",)), "")


def test_a_finding_without_matched_words_goes_by_its_quote_then_by_the_text() -> None:
    """An absence is about the whole text."""
    assert words_hash(PLAIN, "a") == words_hash(PLAIN, "b")
    assert words_hash(LACK, "a") != words_hash(LACK, "b")
    assert words_hash(LACK, "\ud800") != words_hash(LACK, "a")


def test_a_stamp_changes_with_each_part_and_not_with_their_order() -> None:
    """Thirty-two digits over names and values."""
    one = account_stamp({"rules": "a", "kind": "b"})
    assert one == account_stamp({"kind": "b", "rules": "a"})
    assert one != account_stamp({"rules": "b", "kind": "a"})
    assert len(one) == 32


def test_decisions_of_one_account() -> None:
    """Those of others are left out."""
    mine, theirs = accepted(), replace(accepted(), account=OTHER)
    assert of_account([mine, theirs], records.COUNCIL) == (mine,)
    assert [is_over(one, TODAY) for one in (mine, accepted(days=0), accepted(days=-1))] == [
        False,
        False,
        True,
    ]
