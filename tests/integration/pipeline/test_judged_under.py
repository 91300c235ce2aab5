"""Law 2: whatever a version is judged with changes, it is judged again once, and quietly."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from config.errors import CheckError, SettingsError
from config.types import (
    AccountId,
    CaseState,
    Origin,
    PollId,
    PollType,
    Resolution,
    RuleId,
    RunKind,
    Severity,
)
from monitor.app import build
from monitor.cases.decisions import acknowledge, dismiss
from monitor.checks.judge import Judge
from monitor.demo.world import Site
from monitor.judging import bench, carry_out, judge_stale
from storage.values import PollRow
from tests.integration.pipeline.village import CLEAN, DAY, HALF_AN_HOUR, SALE, START, THREAT
from tests.lib import records

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from config.rules.model import RuleData
    from monitor.decide import Verdict
    from storage.values import StoredFinding
    from tests.integration.pipeline.village import Village

SALE_RULE = RuleId("commerce/discount")
CREDIT = "We delivered the new playground, thanks to your council."


def judge_again(village: Village, *, rules: Sequence[RuleData] | None = None) -> int:
    """Judge what is stale, under other rules if given; return how many versions were."""
    app = village.app
    if rules is not None:
        app = replace(app, judge=Judge(policy=app.policy, rules=rules))
        village._app = app
    return judge_stale(app, as_of=village.clock.now()).judged


def in_window(village: Village) -> list[StoredFinding]:
    """Return the findings on posts that hold because of a poll; there are some."""
    found = [one for one in village.findings() if one.finding.context]
    assert found
    return found


def without(village: Village, rule: RuleId) -> list[RuleData]:
    """Return the rules but one."""
    return [one for one in village.app.judge.rules if one.id != rule]


def changed(village: Village, rule: RuleId) -> list[RuleData]:
    """Return the rules with another edition of one."""
    return [
        replace(one, reason=f"{one.reason} Still.") if one.id == rule else one
        for one in village.app.judge.rules
    ]


@pytest.fixture
def label(village: Village) -> str:
    """Return an account with a sale and a harmless post that are no history."""
    label = village.account(Site.X)
    village.scan()
    village.publish(label, SALE, ago=timedelta(minutes=-1))
    village.publish(label, CLEAN, ago=timedelta(minutes=-2))
    village.scan(after=HALF_AN_HOUR)
    return label


def test_nothing_is_judged_twice_under_the_same(village: Village, label: str) -> None:
    """A second look finds nothing stale, a moment or a week later, restarted or not."""
    assert village.findings(label)
    assert judge_again(village) == 0
    village.clock.advance(7 * DAY)
    village.restart()
    assert judge_again(village) == 0


def test_a_rule_taken_out_withdraws_and_closes(village: Village, label: str) -> None:
    """Its finding says why, and the case that nobody had taken up ends."""
    assert judge_again(village, rules=without(village, SALE_RULE)) == 3
    found = next(one for one in village.findings(label) if one.finding.rule == SALE_RULE)
    case = village.case()
    assert found.withdrawn_why == "the rule was taken out"
    assert (case.state, case.resolution) == (CaseState.CLOSED, Resolution.NO_LONGER_APPLIES)
    assert judge_again(village) == 0


def test_a_case_that_a_person_has_taken_up_stays(village: Village, label: str) -> None:
    """Only the person ends what the person deals with."""
    acknowledge(village.store, village.case().id, by="Clerk", because="", at=START)
    judge_again(village, rules=without(village, SALE_RULE))
    assert village.case().state is CaseState.ACKNOWLEDGED


def test_a_new_edition_of_a_rule_replaces_its_findings(village: Village, label: str) -> None:
    """The old finding is withdrawn, the new one is on the same case: no second case, no mail."""
    number = village.case().id
    judge_again(village, rules=changed(village, SALE_RULE))
    old, new = (one for one in village.findings(label) if one.finding.rule == SALE_RULE)
    assert (old.withdrawn_why, new.withdrawn_why) == ("the rule was changed", "")
    assert (village.case().id, village.case().state) == (number, CaseState.OPEN)
    assert village.urgent() == []


def test_a_new_urgent_rule_over_old_posts_is_quiet(village: Village) -> None:
    """What a later rule finds in posts judged before is history: no mail leaves at once."""
    label = village.account(Site.X)
    everything = village.app.judge.rules
    milder = [one for one in everything if one.clause != "terms.2"]
    village._app = replace(village.app, judge=Judge(policy=village.app.policy, rules=milder))
    village.scan()
    village.publish(label, THREAT, ago=timedelta(minutes=-1))
    village.scan(after=HALF_AN_HOUR)
    assert village.store.cases(account=AccountId(label), states=[CaseState.OPEN]) == []
    assert judge_again(village, rules=everything) == 2
    assert (village.case().history, village.case().severity) == (True, Severity.URGENT)
    assert village.urgent() == []


def test_a_window_that_opens_and_closes_is_judged_once_each(village: Village) -> None:
    """A notice brings the window; with the clock it opens and closes; nothing is urgent."""
    label = village.account(Site.X)
    village.publish(label, CREDIT, ago=10 * DAY)
    village.scan()
    poll = PollRow(
        id=PollId("parish.2026-12-03"),
        type=PollType.PARISH,
        held_on=date(2026, 12, 3),
        origin=Origin.COMMAND,
    )
    with village.store.writing() as steps:
        steps.put_poll(poll, at=village.clock.now())
    assert judge_again(village) > 0
    assert judge_again(village) == 0
    assert {one.finding.basis.value for one in in_window(village)} == {"standing"}
    with village.store.writing() as steps:
        steps.set_notice(poll, date(2026, 11, 4), by="Clerk", at=village.clock.now())
    assert judge_again(village) > 0
    assert judge_again(village) == 0
    assert all(one.withdrawn_at is not None for one in in_window(village))
    village.clock.move_to(START.replace(day=6))
    assert judge_again(village) > 0
    assert judge_again(village) == 0
    assert all(one.withdrawn_at is None for one in in_window(village))
    village.clock.move_to(START.replace(month=12, day=4))
    assert judge_again(village) > 0
    assert judge_again(village) == 0
    assert {one.withdrawn_why for one in in_window(village)} == {
        "no election window or list of candidates applies to it"
    }
    assert village.urgent() == []


def test_another_kind_of_account_is_judged_again(village: Village, label: str) -> None:
    """Terms 7 binds council accounts only: the sale's finding is withdrawn, saying why."""
    app = village.app
    village._app = replace(
        app, register=tuple(replace(one, kind=type(one.kind)("officer")) for one in app.register)
    )
    assert judge_again(village) == 3
    found = next(one for one in village.findings(label) if one.finding.rule == SALE_RULE)
    assert found.withdrawn_why == "the policy or the kind of account was changed"


def test_another_policy_is_judged_again(village: Village, label: str) -> None:
    """A policy whose words changed makes everything stale once."""
    app = village.app
    village._app = replace(app, policy=replace(app.policy, digest="f" * 64))
    assert judge_again(village) == 3
    assert judge_again(village) == 0


def test_a_dismissed_case_does_not_come_back(village: Village, label: str) -> None:
    """Not under a new edition of its rule, not on another post with the same words."""
    dismiss(village.store, village.case().id, by="Clerk", because="Our own hall", at=START)
    judge_again(village, rules=changed(village, SALE_RULE))
    village.publish(label, SALE, ago=timedelta(minutes=-1))
    village.scan(after=HALF_AN_HOUR)
    assert village.case().resolution is Resolution.DISMISSED


def test_what_was_accepted_until_a_day_comes_back_after_it(village: Village, label: str) -> None:
    """On the last day it is quiet; on the next it is a case again, once."""
    until = START.date() + timedelta(days=10)
    dismiss(village.store, village.case().id, by="Clerk", because="Trial", at=START, until=until)
    village.clock.move_to(START + timedelta(days=10))
    judge_again(village)
    assert [one.state for one in village.store.cases(account=AccountId(label))].count(
        CaseState.OPEN
    ) == 0
    village.clock.move_to(START + timedelta(days=11))
    assert judge_again(village) > 0
    assert judge_again(village) == 0
    again = village.store.cases(account=AccountId(label), states=[CaseState.OPEN])
    assert [(one.history, one.events[0].because) for one in again] == [
        (False, "the time for which it was accepted is over")
    ]


def test_a_check_that_crashes_withdraws_nothing(
    village: Village, label: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be asked may still hold: the case stays open."""

    def crash(*_: object) -> None:
        raise CheckError("the check failed", rule="the rules' words", version="of a test")

    village._app = replace(village.app, policy=replace(village.app.policy, digest="e" * 64))
    monkeypatch.setattr(village.app.judge, "_by_words", crash)
    outcome = judge_stale(village.app, as_of=village.clock.now())
    assert (outcome.judged, outcome.not_judged) == (3, 3)
    assert outcome.withdrawn == ()
    assert village.case().state is CaseState.OPEN


def test_a_version_shown_again_while_it_was_judged_is_judged_once_more(
    village: Village, label: str
) -> None:
    """A verdict over what has changed since does not hide the change (A → B → A)."""
    app = village.app
    village._app = app = replace(app, policy=replace(app.policy, digest="d" * 64))
    made = bench(app, as_of=village.clock.now())
    stale = app.repository.stale_versions(made.stamps)
    verdicts: list[Verdict] = [made.verdict(version) for version in stale]
    run = app.repository.begin_run(RunKind.SCAN, by="another", at=village.clock.now())
    mine = next(one for one in stale if one.words.text == CLEAN)
    for minutes, text in ((1, "Something else."), (2, CLEAN)):
        seen = records.post(
            mine.subject_platform_id,
            text,
            read_at=village.clock.now() + timedelta(minutes=minutes),
            published_at=mine.published_at,
            content=mine.words if text == CLEAN else None,
        )
        if text == CLEAN:
            seen = replace(seen, content_hash=mine.content_hash)
        app.repository.record(run, AccountId(label), [seen])
    carry_out(app, verdicts, at=village.clock.now())
    left = app.repository.stale_versions(made.stamps)
    assert {one.words.text for one in left} == {CLEAN, "Something else."}


@pytest.mark.parametrize("content", [None, b"no picture"])
def test_a_logo_that_cannot_be_compared_is_a_matter_of_configuration(
    village: Village, tmp_path: Path, content: bytes | None
) -> None:
    """A missing file, or one that is no picture, is said with the key, not passed over."""
    logo = tmp_path / "logo.png"
    if content is not None:
        logo.write_bytes(content)
    village.account(Site.X)
    app = village.app
    council = app.settings.council.model_copy(update={"logo": logo})
    settings = app.settings.model_copy(update={"council": council})
    other = build(settings, clock=app.clock, repository=app.repository, environ={})
    with pytest.raises(SettingsError, match=r"council\.logo"):
        bench(other, as_of=START)
