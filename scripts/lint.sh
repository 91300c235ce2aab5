#!/usr/bin/env bash
# Form, lint, types and the import contract: lint.sh BIN. Stops at the first that fails.
set -euo pipefail
bin=$1
"$bin/ruff" format --check .
"$bin/ruff" check .
"$bin/mypy"
"$bin/lint-imports"
