"""The bundled rules judge the demo's story, as the connectors read it."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

import connectors
from config.errors import AccessError
from config.policy import load_policy
from config.rules import load_rules
from config.settings import load, secret
from config.types import Severity, SubjectKind
from connectors.base import Circumstances, ReaderState
from connectors.door import Door
from monitor.checks.base import Material
from monitor.checks.judge import Judge
from monitor.demo.run import DemoTown
from monitor.judging import Bench, context_of
from monitor.sighting import words_of
from tests.integration.demo.clients import FreeMeter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from config.register import Account
    from config.settings import Settings
    from config.types import ClauseId
    from connectors.base import FetchedPost
    from monitor.demo.story import NearMiss, Planted

Found = dict[tuple[str, str], set["ClauseId"]]


@pytest.fixture(scope="module")
def judged(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[list[Planted], list[NearMiss], Found]:
    """Labels, and the clauses found in each post over both days."""
    policy = load_policy("elstree-borehamwood-2017")
    judge = Judge(policy=policy, rules=load_rules(policy=policy))
    found: Found = defaultdict(set)
    with DemoTown(_folder(tmp_path_factory)) as town:
        settings = load(town.settings_file, environ=town.environ)
        for _ in range(2):
            context = context_of(settings, None, as_of=town.clock.now())
            bench = Bench(judge=judge, context=context, accounts={}, stamps={}, deciders={})
            for account, post in _all_posts(town, settings):
                findings = bench.judgement(_material(account, post)).findings
                found[account.id, post.platform_id] |= {
                    each.clause for each in findings if each.severity is not Severity.NOTE
                }
            town.advance_to_second_day()
        return town.planted(), town.near_misses(), found


def _folder(factory: pytest.TempPathFactory) -> Path:
    return factory.mktemp("demo")


def _all_posts(town: DemoTown, settings: Settings) -> Iterator[tuple[Account, FetchedPost]]:
    door = Door(clock=town.clock.now)
    for account in settings.register():
        if account.platform == "manual":
            continue
        name = account.credential
        connector = connectors.find(account.platform).open(
            Circumstances(
                account=account,
                door=door,
                secret=secret(name, environ=town.environ) if name else None,
                state=ReaderState(),
                meter=FreeMeter(),
                as_of=town.clock.now(),
            )
        )
        try:
            for batch in connector.posts(since=town.clock.now() - timedelta(days=30)):
                yield from ((account, post) for post in batch.posts)
        except AccessError:
            assert account.id == "mayor-facebook"


def _material(account: Account, post: FetchedPost) -> Material:
    return Material(
        words=words_of(post.content),
        kind=account.kind,
        account=account.id,
        platform=account.platform,
        area=account.area,
        published_at=post.published_at,
        shown_from=post.published_at,
        shown_by=post.published_at,
    )


def test_every_planted_breach_is_found_under_its_clause(
    judged: tuple[list[Planted], list[NearMiss], Found],
) -> None:
    """No planted post is missed."""
    planted, _, found = judged
    missed = [
        (each.clause, each.text)
        for each in planted
        if each.subject is SubjectKind.POST
        and each.clause not in found[each.account, each.platform_id]
    ]

    assert missed == []


def test_near_misses_stay_quiet(judged: tuple[list[Planted], list[NearMiss], Found]) -> None:
    """No look-alike is flagged, and neither is any other harmless post."""
    planted, near, found = judged
    wrong = [each.text for each in near if found[each.account, each.platform_id]]
    labelled = {(each.account, each.platform_id) for each in planted}

    assert wrong == []
    assert {key: clauses for key, clauses in found.items() if clauses and key not in labelled} == {}
