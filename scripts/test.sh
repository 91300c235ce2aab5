#!/usr/bin/env bash
# Everything that must hold before a change lands: test.sh BIN. Ends with pytest's own closing line.
set -euo pipefail
bin=$1
scripts/lint.sh "$bin"
exec "$bin/pytest" -n 2 --dist loadgroup
