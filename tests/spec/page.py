"""Writes docs/clerks/clauses.md: each clause, what is looked for under it, and what is not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from config.policy import load_policy
from config.rules import load_rules
from config.types import Kind, Severity
from tests.spec.table import QUIET, rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from config.policy import Clause, Policy
    from config.rules import RuleData
    from tests.spec.table import Row

PAGE = Path(__file__).parents[2] / "docs" / "clerks" / "clauses.md"
_HEAD = """# What is looked for, clause by clause

Written by `scripts/write-clauses.sh` from the policy, the rules and their tested examples;
a test fails when this page and the rules differ. Some examples are offensive: they are what
the rules must find. Nothing here decides: a rule flags, the Clerk judges.
"""
_FAMILIES = {"terms": "Terms of Use", "requirements": "Requirement"}
_SOON = {
    Severity.URGENT: "mailed at once",
    Severity.REVIEW: "in the morning mail",
    Severity.NOTE: "kept with the post, in no mail",
}
_SHOWN = 2


def page() -> str:
    """Return the whole page for the bundled policy, rules and tables."""
    policy = load_policy("elstree-borehamwood-2017")
    return written(policy, load_rules(policy=policy), rows())


def written(policy: Policy, rules: Iterable[RuleData], table: Iterable[Row]) -> str:
    """Return the page.

    Args:
        policy: Clauses in its order.
        rules: All rules.
        table: Rows of the tables; those expecting a clause or a rule of it, and the quiet
            ones of a table named after one of its topics, are shown there.
    """
    rules, table = list(rules), list(table)
    parts = [_HEAD]
    for clause in policy.clauses.values():
        own = [rule for rule in rules if rule.clause == clause.id]
        topics = {topic.id for topic in policy.topics.values() if topic.clause == clause.id}
        parts.extend(_clause(clause, own))
        parts.extend(_tables(clause, topics, table))
    return "\n".join(parts)


def _clause(clause: Clause, rules: Iterable[RuleData]) -> Iterator[str]:
    family, _, number = clause.id.partition(".")
    named = f"{_FAMILIES[family]} {number}" if family in _FAMILIES else "Before elections"
    kinds = ", ".join(kind for kind in Kind if kind in clause.kinds)
    yield f"## {named}: {clause.title}\n"
    yield f"> {clause.words}\n"
    yield f"Accounts: {kinds}.\n"
    for rule in rules:
        yield f"### {rule.reason}\n"
        soon = _SOON[rule.severity] + ("; asked of comments, too" if rule.others else "")
        yield f"`{rule.id}`, {soon}. {rule.harmless}\n".rstrip() + "\n"
        for label, examples in (("Found", rule.hits), ("Left alone", rule.near_misses)):
            for example in examples[:_SHOWN]:
                yield f"- {label}: {_inline(example.text or example.referenced)}"
        yield ""


def _tables(clause: Clause, topics: Iterable[str], table: Iterable[Row]) -> Iterator[str]:
    shown = [
        row
        for row in table
        if row.expected == clause.id
        or row.expected.partition("/")[0] in topics
        or (row.expected == QUIET and row.table in topics)
    ]
    if shown:
        yield "Tested besides:\n"
        for row in shown:
            what = "left alone" if row.expected == QUIET else "found"
            yield f"- {row.kind}, {what}: {_inline(row.text or row.shared)}"
        yield ""


def _inline(text: str) -> str:
    """Return a text inert in Markdown: code, on one line."""
    fence = "``" if "`" in text else "`"
    return f"{fence}{' '.join(text.split())}{fence}"
