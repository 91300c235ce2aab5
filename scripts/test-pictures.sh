#!/usr/bin/env bash
# Words in pictures with the real reader: test-pictures.sh BIN. The extra goes into an environment
# of its own, from the locks, so that all other tests run without it, as most installations do.
set -euo pipefail
bin=$1
venv=$(dirname "$bin")/pictures
stamp=$venv/.made
if [ ! "$stamp" -nt requirements-pictures.lock ] || [ ! "$stamp" -nt requirements-dev.lock ]; then
  "$bin/python" -m venv --without-pip "$venv"
  for lock in requirements-dev.lock requirements-pictures.lock; do
    VIRTUAL_ENV=$venv "$bin/uv" pip install --quiet --require-hashes -r "$lock"
  done
  VIRTUAL_ENV=$venv "$bin/uv" pip install --quiet --no-deps -e .
  touch "$stamp"
fi
CLERKWATCH_PICTURES=1 timeout 600 "$venv/bin/pytest" -q tests/pictures
