#!/usr/bin/env bash
# Resolves all locks with hashes and without index addresses: lock.sh BIN.
set -euo pipefail
bin=$1
compile() { "$bin/uv" pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-annotate --no-header pyproject.toml "$@"; }
compile -o requirements.lock
compile --extra pictures --constraint requirements.lock -o requirements-pictures.lock
compile --group dev -o requirements-dev.lock
