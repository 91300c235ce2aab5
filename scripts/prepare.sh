#!/usr/bin/env bash
# Works out beforehand what the bundled rules' patterns need: monitor/checks/prepared.gz.
set -euo pipefail
cd "$(dirname "$0")/.."
# -P keeps the folder's own names out of the way; the packages come from the environment.
.venv/bin/python -P - <<'PYTHON'
from pathlib import Path

from config.policy import load_policy
from config.rules import load_rules
from monitor.checks.matcher import Matcher
from monitor.checks.prepared import NAME, NOTHING, write_prepared

rules = load_rules(policy=load_policy("elstree-borehamwood-2017"))
matcher = Matcher(rules, prepared=NOTHING)
write_prepared(matcher.patterns, matcher.silencers, Path("monitor/checks") / NAME)
PYTHON
