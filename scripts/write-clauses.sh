#!/usr/bin/env bash
# Writes docs/clerks/clauses.md from the policy, the rules and the tables of examples.
set -euo pipefail
cd "$(dirname "$0")/.."
# -P keeps stray modules out; the tests' folder holds the reader of the tables.
.venv/bin/python -P -c '
import sys
sys.path.append(".")
from tests.spec.page import PAGE, page
PAGE.write_text(page(), encoding="utf-8")
'
