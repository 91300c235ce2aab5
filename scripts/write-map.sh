#!/usr/bin/env bash
# Writes the table of files in docs/architecture.md from the modules' own first sentences.
set -euo pipefail
cd "$(dirname "$0")/.."
.venv/bin/python -m tests.docs.map
