"""The Clerk's page of clauses says what the rules do."""

from __future__ import annotations

from config.policy import load_policy
from config.rules import load_rules
from tests.spec.page import PAGE, page, written
from tests.spec.table import rows


def test_page_has_not_drifted() -> None:
    """The page in the repository is the one that policy, rules and tables give."""
    assert PAGE.read_text(encoding="utf-8") == page(), "run scripts/write-clauses.sh"


def test_page_has_every_clause_and_rule() -> None:
    """No clause, rule or reason is left out."""
    policy = load_policy("elstree-borehamwood-2017")
    rules = load_rules(policy=policy)
    text = written(policy, rules, rows())
    assert all(clause.words in text for clause in policy.clauses.values())
    assert all(f"`{rule.id}`" in text and rule.reason in text for rule in rules)
