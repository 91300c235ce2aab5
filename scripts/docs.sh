#!/usr/bin/env bash
# Writes what is made from the code: the pages on commands, configuration and clauses, the map,
# and what the bundled patterns need.
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
scripts/prepare.sh
scripts/write-map.sh
