"""Deciding is idempotent, loses nothing, and does not depend on the order of its lots."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from config.types import Basis, CaseId, FindingId, Kind, RuleId, RunKind, Severity, SubjectKind
from monitor.apply import apply
from monitor.checks.base import Judgement
from monitor.decide import Decider, Verdict
from storage.open import open_repository
from storage.values import Finding, Quieted, StoredFinding, VersionToJudge
from tests.lib import records
from tests.unit.monitor.deciding import TODAY, version

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.repository import Repository

RULES = [RuleId(f"{topic}/{name}") for topic in ("abuse", "commerce") for name in ("one", "two")]


def findings() -> st.SearchStrategy[Finding]:
    """Return findings of few rules in few editions and contexts, so that keys meet."""
    return st.builds(
        lambda rule, digest, severity, basis, context, quote: replace(
            records.finding(rule, severity=severity, quote=quote),
            digest=digest,
            basis=basis,
            context=context,
        ),
        st.sampled_from(RULES),
        st.sampled_from(["old", "new"]),
        st.sampled_from(Severity),
        st.sampled_from(Basis),
        st.sampled_from(["", "poll"]),
        st.sampled_from(["vote", "sale", None]),
    )


def judgements() -> st.SearchStrategy[Judgement]:
    """Return judgements with one finding a key, now and then with a crashed check."""
    return st.builds(
        lambda found, not_judged: Judgement(findings=tuple(found), not_judged=not_judged),
        st.lists(findings(), max_size=5, unique_by=Finding.key),
        st.sampled_from([(), (), ("the check failed",), ("language: not English",)]),
    )


def deciders() -> st.SearchStrategy[Decider]:
    """Return deciders with decisions that hold, that are over, and none."""
    quieted = st.builds(
        lambda rule, days: Quieted(
            account=records.COUNCIL,
            rule=rule,
            words_hash="",
            until=None if days is None else TODAY + timedelta(days=days),
        ),
        st.sampled_from(RULES),
        st.sampled_from([None, -1, 0, 5]),
    )
    return st.builds(
        lambda kind, quiet, fresh: Decider(
            kind=kind,
            quieted=tuple(quiet),
            today=TODAY,
            under="stamp",
            digests=dict.fromkeys(RULES, "new"),
            fresh_cases={7: CaseId(9)} if fresh else {},
        ),
        st.sampled_from(Kind),
        st.lists(quieted, max_size=3),
        st.booleans(),
    )


def versions() -> st.SearchStrategy[VersionToJudge]:
    """Return versions in every state that deciding looks at."""
    return st.builds(
        lambda known, kind, first, current, history, under: version(
            known=tuple(
                StoredFinding(
                    id=FindingId(number),
                    version=version().id,
                    finding=finding,
                    found_at=records.START,
                    withdrawn_at=records.START if number % 2 else None,
                )
                for number, finding in enumerate(known, start=1)
            ),
            subject_kind=kind,
            is_first=first,
            is_current=current,
            is_history=history,
            judged_under=under,
        ),
        st.lists(findings(), max_size=4, unique_by=Finding.key),
        st.sampled_from([SubjectKind.POST, SubjectKind.PROFILE]),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.sampled_from([None, "older"]),
    )


def carried_out(verdict: Verdict) -> VersionToJudge:
    """Return the version as it stands once a verdict was carried out."""
    given = verdict.version
    gone = dict(verdict.withdraw)
    known = {
        stored.finding.key(): replace(stored, withdrawn_at=records.START)
        if stored.id in gone
        else stored
        for stored in given.known
    }
    for number, finding in enumerate(verdict.add, start=100):
        known[finding.key()] = StoredFinding(
            id=FindingId(number), version=given.id, finding=finding, found_at=records.START
        )
    open_case = given.open_case
    if verdict.case is not None:
        open_case = verdict.case.join or CaseId(50)
    return replace(
        given, known=tuple(known.values()), open_case=open_case, judged_under=verdict.under
    )


@given(deciders(), versions(), judgements())
def test_a_second_time_changes_nothing(
    decider: Decider, given_version: VersionToJudge, judgement: Judgement
) -> None:
    """After a verdict was carried out, the same judgement leads to nothing new."""
    first = decider.decide(given_version, judgement)
    second = decider.decide(carried_out(first), judgement)
    assert (second.add, second.withdraw, second.case) == ((), (), None)


@given(deciders(), versions(), judgements())
def test_what_holds_afterwards_is_what_was_judged(
    decider: Decider, given_version: VersionToJudge, judgement: Judgement
) -> None:
    """Nothing judged is lost; nothing else holds unless a check crashed."""
    verdict = decider.decide(given_version, judgement)
    after = carried_out(verdict)
    holding = {one.finding.key() for one in after.known if one.withdrawn_at is None}
    wanted = {finding.key() for finding in judgement.findings}
    assert wanted <= holding
    if "the check failed" not in judgement.not_judged:
        assert holding == wanted
    assert verdict.unchanged + len(verdict.add) == len(wanted)


@given(deciders(), versions(), judgements())
def test_urgent_is_only_what_is_new(
    decider: Decider, given_version: VersionToJudge, judgement: Judgement
) -> None:
    """Never a member's, never history, never without an urgent finding on the case."""
    case = decider.decide(given_version, judgement).case
    if case is None:
        return
    severities = {finding.severity for finding in case.findings}
    assert case.findings
    assert Severity.NOTE not in severities
    if case.is_urgent:
        assert decider.kind is not Kind.MEMBER
        assert not case.history
        assert Severity.URGENT in severities


def record_of(texts: Sequence[str]) -> Repository:
    """Return a record in memory with a post for each text; none was judged."""
    store = open_repository("sqlite://")
    store.sync_register([records.account()], at=records.START)
    run = store.begin_run(RunKind.SCAN, by="test", at=records.START)
    # Two posts out of three share an id: versions of one post, read one after the other.
    seen = [
        records.post(str(number // 2), text, read_at=records.at(number))
        for number, text in enumerate(texts)
    ]
    store.record(run, records.COUNCIL, seen)
    return store


def told(store: Repository) -> tuple[object, ...]:
    """Return what is remembered, without numbers that depend on the order."""
    lots = [one for lot in store.versions() for one in lot]
    held = sorted(
        (one.words.text, *found.finding.key(), found.withdrawn_at is None)
        for one in lots
        for found in one.known
    )
    cases = sorted(
        (
            case.platform_id,
            case.severity.value,
            case.state.value,
            case.history,
            sorted(found.finding.key() for found in case.findings),
        )
        for case in store.cases()
    )
    return held, cases


@settings(max_examples=12, deadline=None)
@given(st.lists(judgements(), min_size=1, max_size=5), st.integers(1, 3), st.randoms())
def test_the_order_of_lots_does_not_matter(
    judged: list[Judgement], size: int, random: object
) -> None:
    """Whatever is judged first, the same findings hold and the same cases stand."""
    texts = [f"Text {number}" for number in range(len(judged))]
    by_text = dict(zip(texts, judged, strict=True))
    decider = Decider(
        kind=Kind.COUNCIL,
        quieted=(),
        today=TODAY,
        under="stamp",
        digests=dict.fromkeys(RULES, "new"),
        fresh_cases={},
    )
    results = []
    for shuffled in (False, True):
        store = record_of(texts)
        order = list(texts)
        if shuffled:
            random.shuffle(order)  # type: ignore[attr-defined] # hypothesis's own Random
        for begin in range(0, len(order), size):
            wanted = order[begin : begin + size]
            lot = [one for all_of in store.versions() for one in all_of if one.words.text in wanted]
            lot.sort(key=lambda one: wanted.index(one.words.text))
            apply(
                store,
                [decider.decide(one, by_text[one.words.text]) for one in lot],
                at=records.START,
                due_at=lambda _severity: records.at(days=1),
                urgent=lambda _case: None,
            )
        results.append(told(store))
        store.close()
    assert results[0] == results[1]
