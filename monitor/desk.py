"""Judging text that is not stored: checks and freeze rules without a database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.checks.base import Context
from monitor.freeze.rules import TOPIC
from monitor.judging import Bench, context_of
from monitor.rulebook import rulebook

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from config.policy import Policy
    from config.settings import Settings
    from monitor.checks.base import Judgement, Material


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A policy, its rules and what holds around a text.

    Attributes:
        policy: The adopted policy.
        bench: The compiled checks with the polls of the configuration.
    """

    policy: Policy
    bench: Bench

    @classmethod
    def open(cls, settings: Settings | None, *, as_of: datetime, rules: Path | None = None) -> Desk:
        """Load the policy and its rules.

        Args:
            settings: Gives policy and polls; None: the bundled policy and no polls.
            as_of: The present moment; aware UTC.
            rules: Another folder of rules in place of the bundled ones.

        Raises:
            OperatorError: The policy or a rule cannot be used.
        """
        policy, judge = rulebook(settings, rules=rules)
        context = context_of(settings, None, as_of=as_of) if settings else Context(as_of=as_of)
        bench = Bench(
            judge=judge,
            context=context,
            freeze=policy.clause(TOPIC).id,
            accounts={},
            stamps={},
            deciders={},
        )
        return cls(policy=policy, bench=bench)

    def judge(self, material: Material) -> Judgement:
        """Judge one text by the clause checks, and by windows if it carries a time."""
        return self.bench.judgement(material)
