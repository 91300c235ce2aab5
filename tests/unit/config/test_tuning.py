"""What a council sets about its rules: the closest wins, and nothing set changes nothing."""

from __future__ import annotations

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from config.policy import load_policy
from config.rules import load_rules
from config.rules.tuning import UNTUNED, Level, Tuning, chosen, tuned
from config.types import Kind, Severity
from monitor.checks.table import bundled_model

RULES = load_rules(policy=load_policy("elstree-borehamwood-2017"))
LEVELS = st.lists(
    st.builds(
        Level,
        which=st.sampled_from(["commerce", "commerce/discount", "hate"]),
        kind=st.none() | st.sampled_from(Kind),
        value=st.sampled_from(Severity),
    ),
    max_size=6,
    unique_by=lambda one: (one.which, one.kind),
)


@given(levels=LEVELS, kind=st.sampled_from(Kind))
def test_the_closest_setting_wins(levels: list[Level[Severity]], kind: Kind) -> None:
    """The rule before its topic, then the kind before all kinds; in whatever order they stand."""
    set_for = {(one.which, one.kind): one.value for one in levels}
    order = [(which, on) for which in ("commerce/discount", "commerce") for on in (kind, None)]
    expected = next((set_for[key] for key in order if key in set_for), None)
    assert chosen(levels, "commerce/discount", kind) == expected
    assert chosen(list(reversed(levels)), "commerce/discount", kind) == expected


def test_nothing_set_changes_no_digest() -> None:
    """A council that sets nothing is judged with the rules as pinned, and the tables as shipped."""
    assert tuned(RULES, UNTUNED) == RULES
    assert bundled_model().tuned(UNTUNED) == bundled_model()


def test_only_what_is_set_has_another_digest() -> None:
    """So only what it touches is judged to be another edition."""
    tuning = Tuning(
        shadow=frozenset({"commerce/discount"}),
        severity=(Level(which="abuse", kind=Kind.OFFICER, value=Severity.NOTE),),
    )
    changed = {
        new.id
        for old, new in zip(RULES, tuned(RULES, tuning), strict=True)
        if new.digest() != old.digest()
    }
    expected = {rule.id for rule in RULES if rule.topic == "abuse" and rule.severity != "note"}
    assert changed == {"commerce/discount"} | expected


def test_a_set_score_makes_another_finding_of_its_topic_only() -> None:
    """Where a table opens a case is in the digest of its findings, for the topic that is set."""
    model = bundled_model()
    topics = sorted(model.thresholds)
    limits = model.at(topics[0], Kind.OFFICER)
    assert limits is not None
    level = Level(which=str(topics[0]), kind=Kind.OFFICER, value=(limits.upper + 1) / 2)
    set_ = model.tuned(Tuning(opens_at=(level,)))
    assert set_.digest(topics[0]) != model.digest(topics[0])
    assert all(set_.digest(topic) == model.digest(topic) for topic in topics[1:])
    assert set_.at(topics[0], Kind.COUNCIL) == model.at(topics[0], Kind.COUNCIL)
    new = set_.at(topics[0], Kind.OFFICER)
    assert new == dataclasses.replace(limits, upper=level.value)
