#!/usr/bin/env bash
# Makes the environment from the locks: setup.sh PYTHON VENV run|dev. Safe to repeat.
set -euo pipefail
python=$1 venv=$2 what=$3
lock=requirements.lock
[ "$what" = dev ] && lock=requirements-dev.lock

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "clerkwatch needs Python 3.11 or newer; '$python' is $("$python" --version 2>&1)." >&2
  echo "Install it, or say which one to use: make PYTHON=/usr/bin/python3.12 …" >&2
  exit 2
}
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv" || {
  echo "Python's venv module is missing. On Debian: apt-get install python3-venv" >&2
  exit 2
}
# uv resolves in parallel and checks every hash; where the index has no uv, plain pip does the same, slower.
if [ ! -x "$venv/bin/uv" ]; then
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check uv || echo "uv is not to be had here; going on with pip." >&2
fi
if [ -x "$venv/bin/uv" ]; then
  VIRTUAL_ENV="$venv" "$venv/bin/uv" pip install --quiet --require-hashes -r "$lock"
  VIRTUAL_ENV="$venv" "$venv/bin/uv" pip install --quiet --no-deps -e .
else
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps -e .
fi
# Compile once what the daemon loads, also where this shell forbids it: else every start does it anew.
env -u PYTHONDONTWRITEBYTECODE "$venv/bin/python" -P -c 'import monitor.cli.daemon; from monitor.cli import build; build()'
touch "$venv/.$what"
[ "$what" = dev ] && touch "$venv/.run"
echo "Ready: $venv/bin/clerkwatch"
