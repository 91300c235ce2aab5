"""`rules`: what is looked for, under which clause, and whether its own examples hold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.errors import OperatorError
from monitor.cli.common import ConfigOption, Exit, JsonOption, count, emit, harmless, say
from monitor.cli.judging import RulesOption, settings_if_any

if TYPE_CHECKING:
    from config.rules import RuleData
    from monitor.checks.judge import Judge
    from storage.values import RuleCount


def add(app: typer.Typer) -> None:
    """Put the commands of this file on the command line."""
    group = typer.Typer(no_args_is_help=True, help="Look at the rules and test them.")
    group.command("list")(list_rules)
    group.command("show")(show)
    group.command("test")(run_examples)
    app.add_typer(group, name="rules")


def _judge(config: Path | None, rules: Path | None) -> Judge:
    from monitor.clock import SystemClock
    from monitor.desk import Desk

    desk = Desk.open(settings_if_any(config), as_of=SystemClock().now(), rules=rules)
    return desk.bench.judge


def list_rules(
    config: ConfigOption = None, rules: RulesOption = None, json: JsonOption = False
) -> None:
    """List every rule: clause, number, severity, and what came of it.

    With a database also how often it holds now and, of the cases that were decided, how many
    were upheld.
    """
    judge = _judge(config, rules)
    counts = _counts(config)
    if json:
        emit([_shape(rule) | _count_shape(rule, counts) for rule in judge.rules])
        return
    for rule in sorted(judge.rules, key=lambda one: (one.clause, one.id)):
        say(
            f"{rule.clause:15} {rule.id:42} number {rule.number:<3} {_loudness(rule):7} "
            f"{len(rule.hits)} hits, {len(rule.near_misses)} near misses{_came_of(rule, counts)}"
        )
    say(f"{len(judge.rules)} rules.")


def _counts(config: Path | None) -> dict[str, RuleCount] | None:
    """Return what came of each rule; None without a database."""
    from monitor.cli.common import database_exists, opened_repository, workplace

    settings = settings_if_any(config)
    if settings is None or not database_exists(settings):
        return None
    with opened_repository(workplace(config), read_only=True) as repository:
        return {str(one.rule): one for one in repository.rule_counts()}


def _loudness(rule: RuleData) -> str:
    return "shadow" if rule.shadow else rule.severity.value


def _came_of(rule: RuleData, counts: dict[str, RuleCount] | None) -> str:
    one = counts.get(rule.id) if counts is not None else None
    if one is None:
        return ""
    if one.precision is None:
        return f", {count(one.found, 'finding')}, none decided"
    decided = one.upheld + one.dismissed + one.left
    found = count(one.found, "finding")
    return f", {found}, {one.upheld} of {decided} upheld ({one.precision:.0%})"


def _count_shape(rule: RuleData, counts: dict[str, RuleCount] | None) -> dict[str, Any]:
    from storage.values import RuleCount

    one = None if counts is None else counts.get(rule.id) or RuleCount(rule=rule.id)
    return {
        "shadow": rule.shadow,
        "by_kind": {kind.value: severity.value for kind, severity in rule.by_kind},
        "found": one.found if one else None,
        "upheld": one.upheld if one else None,
        "dismissed": one.dismissed if one else None,
        "left": one.left if one else None,
        "precision": one.precision if one else None,
    }


def show(
    rule: Annotated[
        str, typer.Argument(metavar="RULE", help="For example party-politics/endorsement")
    ],
    config: ConfigOption = None,
    rules: RulesOption = None,
    json: JsonOption = False,
) -> None:
    """Show one rule: its clause, reason and examples."""
    judge = _judge(config, rules)
    found = next((one for one in judge.rules if one.id == rule), None)
    if found is None:
        raise OperatorError(f"there is no rule {rule!r}", remedy="See: clerkwatch rules list")
    topic = judge.policy.topic(found.topic)
    if json:
        emit(_shape(found) | {"policy_words": topic.words})
        return
    say(f"{found.id}, number {found.number}, {_loudness(found)}")
    for kind, severity in found.by_kind:
        say(f"           {severity.value} on {kind.value} accounts, as the council has set")
    say(f"Clause     {found.clause} ({judge.policy.clauses[found.clause].title})")
    say(f'Policy     "{topic.words}"')
    say(f"Reason     {found.reason}")
    say(f"But        {found.harmless}")
    for example in found.hits:
        say(f"Finds      {harmless(example.text, most=1000)}")
    for example in found.near_misses:
        say(f"Leaves     {harmless(example.text, most=1000)}")


def _shape(rule: RuleData) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "topic": rule.topic,
        "clause": rule.clause,
        "number": rule.number,
        "digest": rule.digest(),
        "severity": rule.severity.value,
        "reason": rule.reason,
        "harmless": rule.harmless,
        "hits": [example.text for example in rule.hits],
        "near_misses": [example.text for example in rule.near_misses],
    }


def run_examples(
    config: ConfigOption = None, rules: RulesOption = None, json: JsonOption = False
) -> None:
    """Run every rule's own examples.

    Exit code 1 when one does not hold.
    """
    from monitor.checks.examples import test_rules

    judge = _judge(config, rules)
    failures = test_rules(judge)
    if json:
        emit(
            {
                "ok": not failures,
                "rules": len(judge.rules),
                "failures": [
                    {
                        "rule": fault.rule,
                        "text": fault.text,
                        "wanted": fault.wanted,
                        "why": fault.why,
                    }
                    for fault in failures
                ],
            }
        )
    else:
        for fault in failures:
            say(f"{fault.rule}: {fault.why}: {harmless(fault.text)}")
        examples = sum(len(rule.hits) + len(rule.near_misses) for rule in judge.rules)
        said = f"{count(len(judge.rules), 'rule')}, {count(examples, 'example')}"
        say(f"{said}: {len(failures)} do not hold." if failures else f"{said}: all hold.")
    if failures:
        raise typer.Exit(Exit.FAILED)
