"""A rule that cries wolf: nothing is lost, and nobody is flooded."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config.types import CaseState, Severity
from monitor import morning
from monitor.demo.world import Site
from tests.integration.pipeline.test_loudness import OWN_RULE
from tests.integration.pipeline.village import DAY, HALF_AN_HOUR, SALE, Village

WOLF = OWN_RULE.replace('"raffle"', '"market"').replace('"fete"', '"friday"')
MINUTE = timedelta(minutes=1)


@pytest.fixture
def label(village: Village) -> str:
    """Return an account with three weeks behind it, and a rule of its own that is too wide."""
    folder = village.folder / "rules"
    folder.mkdir()
    (folder / "own.toml").write_text(WOLF, encoding="utf-8")
    village.add('\n[rules]\nfolder = "rules"\n')
    label = village.account(Site.X)
    village.scan()
    for day in range(21):
        village.publish(label, f"Bin collections move by a day in week {day}.", ago=-MINUTE)
        village.scan(after=DAY)
    return label


def wolf(village: Village, label: str, *, of: int) -> None:
    """Publish posts that the rule takes for what they are not, and read them."""
    for number in range(of):
        village.publish(
            label, f"The market on Friday has stall {number}.", ago=-MINUTE * (1 + number)
        )
    village.scan(after=HALF_AN_HOUR)


def digest(village: Village) -> str:
    """Return the morning mail's words on one line."""
    return " ".join(morning.compose(village.app, now=village.clock.now()).text.split())


def test_a_burst_is_one_paragraph_and_every_case_is_kept(village: Village, label: str) -> None:
    """Twelve cases are open and told in a paragraph; the thirteenth, by another rule, in full."""
    wolf(village, label, of=12)
    village.publish(label, SALE, ago=-MINUTE)
    village.scan(after=HALF_AN_HOUR)
    cases = [case for case in village.cases() if case.account == label]
    assert {case.state for case in cases} == {CaseState.OPEN}
    assert len(cases) == 13
    said = digest(village)
    assert "One rule found far more than usual" in said
    assert "Its 12 cases are kept, and not listed here one by one" in said
    assert "clerkwatch cases list --rule commerce/raffle-of-the-fete" in said
    assert "1 post needs a decision" in said
    assert "20% off all kitchens" in said
    assert "stall 3" not in said


def test_one_mail_an_hour_lists_what_a_rule_finds_that_cries_wolf(
    village: Village, label: str
) -> None:
    """The first few have a mail each; what the rule finds after that is listed together."""
    wolf(village, label, of=9)
    first = len(village.urgent())
    assert 0 < first <= 10
    wolf(village, label, of=9)
    assert len(village.urgent()) == first
    village.scan(after=2 * HALF_AN_HOUR)
    assert len(village.urgent()) == first + 1
    assert not village.store.folded()
    assert {case.severity for case in village.cases() if case.account == label} == {Severity.URGENT}


def test_what_a_person_took_up_and_the_next_day_are_told_as_ever(
    village: Village, label: str
) -> None:
    """The burst of yesterday stays one paragraph; a single hit of today is listed."""
    wolf(village, label, of=12)
    village.clock.advance(DAY)
    wolf(village, label, of=1)
    said = digest(village)
    assert "Its 12 cases are kept" in said
    assert "1 post needs a decision" in said
