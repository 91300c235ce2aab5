#!/usr/bin/env bash
# Pins the content of every bundled rule under its number: run after raising the number of
# each rule whose content changed. Refuses when content changed under an old number.
set -euo pipefail
cd "$(dirname "$0")/.."
# -P keeps the folder's own names out of the way; the packages come from the environment.
.venv/bin/python -P - <<'PYTHON'
from pathlib import Path

from config.policy import load_policy
from config.rules import PINS, load_rules, pin, pins_of, unpinned
from monitor.checks.examples import test_rules
from monitor.checks.judge import Judge

folder = Path("config/rules")
policy = load_policy("elstree-borehamwood-2017")
rules = load_rules(policy=policy, replace=folder)
failures = test_rules(Judge(policy, rules))
if failures:
    raise SystemExit("\n".join(f"{one.rule}: {one.why}: {one.text}" for one in failures))
known = pins_of(folder)
fresh = unpinned(rules, known)
(folder / PINS).write_text(pin(rules, known), encoding="utf-8")
print(f"{len(rules)} rules, {len(fresh)} newly pinned")
PYTHON
