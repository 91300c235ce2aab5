"""The same words on another account, or again after they had to go."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from config.types import CaseState, Resolution
from monitor import morning
from monitor.cases.decisions import dismiss
from monitor.demo.world import Site
from monitor.rescan import Range, rescan
from tests.integration.pipeline.tales import OWNER, begin
from tests.integration.pipeline.village import CLEAN, DAY, SALE, Village

if TYPE_CHECKING:
    from storage.values import Case

CHANGED = SALE.replace("20%", "25%").replace("TOWN20", "TOWN25")
HARMLESS = "The library van comes to Mill Lane on Friday at ten, and to the green at noon."


def by_account(village: Village) -> dict[str, Case]:
    """Return the newest case of each account."""
    return {str(case.account): case for case in village.cases()}


@pytest.mark.parametrize("words", [SALE, CHANGED])
def test_the_same_words_on_another_account_make_a_linked_case(village: Village, words: str) -> None:
    """Both cases know of each other, by row, by step and in the mail; one reading or two."""
    one, two = village.account(Site.X), village.account(Site.FEED)
    village.scan()
    village.publish(one, SALE, ago=timedelta(minutes=-1))
    village.publish(two, words, ago=timedelta(minutes=-2))
    village.scan(after=timedelta(minutes=30))
    cases = by_account(village)
    mine, other = cases[one], cases[two]
    assert [(link.case, link.account) for link in mine.links] == [(other.id, two)]
    assert [(link.case, link.account) for link in other.links] == [(mine.id, one)]
    assert [event.what for event in mine.events] == ["opened", "linked"]
    village.scan(after=timedelta(minutes=30))
    rescan(village.app, Range(), as_of=village.clock.now(), dry_run=False)
    assert len(village.cases()) == 2
    assert all(len(case.links) == 1 for case in village.cases())
    text = " ".join(morning.compose(village.app, now=village.clock.now()).text.split())
    assert f"Nearly the same words on X: case {mine.id}." in text
    assert village.store.verify_ledger().faults == ()


def test_the_same_words_twice_on_one_account_are_linked_too(village: Village) -> None:
    """Two posts read in one lot."""
    label = village.account(Site.X)
    village.scan()
    village.publish(label, SALE, ago=timedelta(minutes=-1))
    village.publish(label, CHANGED, ago=timedelta(minutes=-2))
    village.scan(after=timedelta(minutes=30))
    one, two = village.cases()
    assert ([link.case for link in one.links], [link.case for link in two.links]) == (
        [two.id],
        [one.id],
    )


def gone(village: Village) -> Case:
    """Return the case of a post that had no rule's words any more when it came back."""
    tale = begin(village, Site.FACEBOOK, others=1)
    tale.delete()
    tale.look()
    tale.look()
    assert tale.case().resolution is Resolution.REMOVED
    return tale.case()


def test_words_that_had_to_go_are_a_case_where_no_rule_finds_them(village: Village) -> None:
    """Changed so that no rule finds them, on another account: a case without a finding, linked."""
    other = village.account(Site.FEED, kind="partner", more=OWNER)
    old = gone(village)
    village.publish(other, _hidden(SALE), ago=timedelta())
    village.publish(other, HARMLESS, ago=timedelta())
    village.scan(after=DAY)
    (new,) = [case for case in village.cases() if case.account == other]
    assert (new.state, new.findings) == (CaseState.OPEN, ())
    assert new.events[0].because == f"nearly the same words as case {old.id}, which had to go"
    assert [link.case for link in new.links] == [old.id]
    dismiss(village.store, new.id, by="Clerk", because="it is ours", at=village.clock.now())
    village.scan(after=DAY)
    assert [case.state for case in village.cases() if case.account == other] == [CaseState.CLOSED]


def test_words_that_were_left_in_order_do_not_come_back(village: Village) -> None:
    """What was dismissed had not to go: the same words without a finding are no case."""
    label = village.account(Site.X)
    other = village.account(Site.FEED, kind="partner")
    village.scan()
    village.publish(label, SALE, ago=timedelta(minutes=-1))
    village.scan(after=timedelta(minutes=30))
    (case,) = [one for one in village.cases() if one.account == label]
    dismiss(village.store, case.id, by="Clerk", because="ours", at=village.clock.now())
    village.publish(other, _hidden(SALE), ago=timedelta())
    village.scan(after=DAY)
    assert [one.account for one in village.cases()] == [label]


def test_short_usual_words_are_never_linked(village: Village) -> None:
    """Harmless short posts make no case, whatever was taken down before."""
    other = village.account(Site.FEED, kind="partner")
    gone(village)
    village.publish(other, CLEAN, ago=timedelta())
    village.scan(after=DAY)
    assert [case for case in village.cases() if case.account == other] == []


def _hidden(words: str) -> str:
    """Return words that no rule finds any more, though a reader does."""
    return words.replace("20% off", "20 of").replace("Use code TOWN20", "Use word T0WN20")
