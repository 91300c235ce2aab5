#!/usr/bin/env bash
# Writes the pages that are made from the code: commands, configuration, clauses.
set -euo pipefail
cd "$(dirname "$0")/.."
# -P keeps stray modules out; the tests' folder holds what reads the code.
.venv/bin/python -P -c '
import sys
sys.path.append(".")
from tests.lib.pages import write
write()
'
scripts/write-clauses.sh
