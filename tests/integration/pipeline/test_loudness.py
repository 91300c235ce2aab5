"""How loud a council wants its rules: on trial, by kind of account, beside rules of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from config.errors import OperatorError, RuleError, SettingsError
from config.types import CaseState, RuleId, Severity
from monitor.demo.world import Site
from monitor.judging import judge_stale
from tests.integration.pipeline.village import HALF_AN_HOUR, SALE, THREAT

if TYPE_CHECKING:
    from storage.values import StoredFinding
    from tests.integration.pipeline.village import Village

SALE_RULE = RuleId("commerce/discount")
SHADOW = '\n[rules]\nshadow = ["commerce"]\n'
OWN_RULE = """
topic = "commerce"

[[rules]]
name = "raffle-of-the-fete"
number = 1
severity = "urgent"
reason = "It sells tickets of the fete's raffle, which the council has stopped."
harmless = "It may be a notice that the raffle is over."
hits = ["Raffle tickets for the fete are on sale now.", "Fete raffle: buy your tickets here."]
near_misses = ["The school raffle is on Friday.", "The fete opens at two."]
[[rules.need]]
terms = ["raffle"]
[[rules.need]]
terms = ["fete"]
"""


def sale(village: Village, *, kind: str = "council") -> str:
    """Return an account with a sale that is no history."""
    label = village.account(Site.X, kind=kind)
    village.scan()
    village.publish(label, SALE, ago=timedelta(minutes=-1))
    village.scan(after=HALF_AN_HOUR)
    return label


def of_rule(village: Village, label: str) -> list[StoredFinding]:
    """Return what the rule on sales found and still holds."""
    found = village.findings(label)
    return [one for one in found if one.finding.rule == SALE_RULE and one.withdrawn_at is None]


def test_a_rule_on_trial_is_counted_and_is_in_no_mail(village: Village) -> None:
    """Its finding is a note; taken off trial, what it found is an older post, once."""
    village.add(SHADOW)
    label = sale(village)
    (found,) = of_rule(village, label)
    assert found.finding.severity is Severity.NOTE
    assert not [case for case in village.cases() if case.account == label]
    assert {one.rule: one.found for one in village.store.rule_counts()}[SALE_RULE] == 1
    village.amend(SHADOW, "")
    judge_stale(village.app, as_of=village.clock.now())
    (case,) = [case for case in village.cases() if case.account == label]
    assert (case.state, case.history) == (CaseState.OPEN, True)
    assert [one.finding.severity for one in of_rule(village, label)] == [Severity.REVIEW]
    assert judge_stale(village.app, as_of=village.clock.now()).judged == 0
    assert village.urgent() == []


@pytest.mark.parametrize(
    ("kind", "severity"), [("council", Severity.URGENT), ("officer", Severity.REVIEW)]
)
def test_a_severity_is_set_for_a_kind_of_account(
    village: Village, kind: str, severity: Severity
) -> None:
    """A threat is urgent on the council's account, and for review on an officer's."""
    village.add('\n[rules.severity]\n"officer:hate" = "review"\n"officer:abuse" = "review"\n')
    label = village.account(Site.X, kind=kind)
    village.scan()
    village.publish(label, THREAT, ago=timedelta(minutes=-1))
    village.scan(after=HALF_AN_HOUR)
    (case,) = [case for case in village.cases() if case.account == label]
    assert case.severity is severity
    assert len(village.urgent()) == (severity is Severity.URGENT)


def test_a_rule_of_ones_own_stands_beside_the_bundled_ones(village: Village) -> None:
    """It finds what it says, its change of mind counts as a new edition, and all others hold."""
    folder = village.folder / "rules"
    folder.mkdir()
    (folder / "own.toml").write_text(OWN_RULE, encoding="utf-8")
    village.add('\n[rules]\nfolder = "rules"\n')
    label = sale(village)
    village.publish(label, "Tickets for the fete's raffle are here!", ago=timedelta(minutes=-1))
    village.scan(after=HALF_AN_HOUR)
    rules = {one.finding.rule for one in village.findings(label)}
    assert {SALE_RULE, RuleId("commerce/raffle-of-the-fete")} <= rules
    assert len(village.urgent()) == 1
    (folder / "own.toml").write_text(OWN_RULE.replace('"fete"', '"festival"'), encoding="utf-8")
    village.restart()
    judge_stale(village.app, as_of=village.clock.now())
    own = [one for one in village.findings(label) if one.finding.rule.endswith("fete")]
    assert [one.withdrawn_why for one in own] == ["the rule was changed"]


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('\n[rules]\nshadow = ["commerce/discuont"]\n', "no rule or topic is called"),
        ('\n[rules.severity]\n"comerce" = "note"\n', "no rule or topic is called"),
        ('\n[rules.opens_at]\n"commerce/discount" = 0.5\n', "no topic of the tables is called"),
        ('\n[rules.noted_at]\n"hate" = 1.0\n[rules.opens_at]\n"hate" = 0.5\n', "would be noted"),
        ('\n[rules.opens_at]\n"hate" = 7\n', "between 0 and 1"),
        ('\n[rules.severity]\n"clerk:hate" = "note"\n', "no kind of account"),
        ('\n[rules.severity]\n"hate" = "loud"\n', "severity"),
    ],
)
def test_what_is_misspelt_is_refused(village: Village, toml: str, said: str) -> None:
    """A setting that would do nothing says so, with the key."""
    village.account(Site.X)
    village.add(toml)
    with pytest.raises(SettingsError, match=said):
        village.app  # noqa: B018 - building it is what is tried


@pytest.mark.parametrize(
    "content", ["topic = ", OWN_RULE.replace("raffle-of-the-fete", "discount")]
)
def test_a_broken_rule_of_ones_own_is_named(village: Village, content: str) -> None:
    """It does not load, and the message says which file; two of one name are refused."""
    folder = village.folder / "rules"
    folder.mkdir()
    (folder / "own.toml").write_text(content, encoding="utf-8")
    village.account(Site.X)
    village.add('\n[rules]\nfolder = "rules"\n')
    with pytest.raises(OperatorError, match=r"own\.toml|commerce/discount") as raised:
        village.app  # noqa: B018 - as above
    assert isinstance(raised.value, RuleError)
