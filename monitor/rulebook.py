"""The rules as a council judges by them: the bundled ones, its own, and how loud it wants each."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from config.policy import load_policy
from config.rules import load_rules
from config.rules.tuning import UNTUNED, check_names, tuned
from monitor.checks.judge import Judge
from monitor.checks.table import bundled_model

if TYPE_CHECKING:
    from pathlib import Path

    from config.policy import Policy
    from config.rules.tuning import Tuning
    from config.settings import Settings

DEFAULT_POLICY = "elstree-borehamwood-2017"


def rulebook(settings: Settings | None, *, rules: Path | None = None) -> tuple[Policy, Judge]:
    """Return the policy and the compiled checks; those that are shipped are compiled once.

    Args:
        settings: Names the policy, the town's groups and what the council sets about its
            rules; None: the bundled policy and rules as they are.
        rules: Another folder of rules in place of the bundled ones and the council's own.

    Raises:
        OperatorError: The policy, a rule, or what is set about one cannot be used.
    """
    named = settings.council.policy if settings is not None else DEFAULT_POLICY
    groups = settings.council.groups if settings is not None else ()
    tuning = settings.rules.tuning() if settings is not None else UNTUNED
    if rules is None and tuning.folder is None and "/" not in named and not named.endswith(".toml"):
        return _shipped(named, groups, tuning)
    return _compiled(named, groups, tuning, rules)


@lru_cache(maxsize=1)
def _shipped(named: str, groups: tuple[str, ...], tuning: Tuning) -> tuple[Policy, Judge]:
    return _compiled(named, groups, tuning, None)


def _compiled(
    named: str, groups: tuple[str, ...], tuning: Tuning, rules: Path | None
) -> tuple[Policy, Judge]:
    policy = load_policy(named)
    extra = tuning.folder if rules is None else None
    found = load_rules(policy=policy, replace=rules, extra=extra, groups=groups)
    model = bundled_model()
    if rules is None:  # another folder need not have what is set about the usual one
        check_names(tuning, found, [model.rule(topic) for topic in model.thresholds])
    return policy, Judge(policy=policy, rules=tuned(found, tuning), models=(model.tuned(tuning),))
