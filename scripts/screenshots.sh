#!/usr/bin/env bash
# Takes the pictures of docs/clerks from a real run of the demo's town, at the width of a desktop
# and of a telephone; all, or those named. Installs Debian's Chromium when it is missing and this is root.
set -euo pipefail
cd "$(dirname "$0")/.."
browser=$(command -v chromium || command -v chromium-browser || true)
if [ -z "$browser" ]; then
    [ "$(id -u)" = 0 ] || { echo "install chromium first: apt-get install chromium" >&2; exit 1; }
    apt-get install -y --no-install-recommends chromium >&2
    browser=$(command -v chromium)
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# -P keeps stray modules out; the tests' folder holds what lives through the run.
python() { .venv/bin/python -P -c 'import sys; sys.path.insert(0, "."); import runpy; sys.argv = sys.argv[1:]; runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)' "$@"; }
python tests.docs.screens "$work"

shoot() {  # NAME WIDTH HEIGHT: a frame of that width, because a window cannot be so narrow
    printf '<!doctype html><style>body{margin:0}iframe{border:0;display:block}</style><iframe src="%s.html" width="%s" height="%s"></iframe>' \
        "$1" "$2" "$3" > "$work/frame.html"
    "$browser" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
        --disable-background-networking --disable-component-update --disable-sync --hide-scrollbars \
        --user-data-dir="$(mktemp -d -p "$work")" --window-size="$(( $2 < 500 ? 500 : $2 )),$3" \
        --screenshot="$work/shot.png" "file://$work/frame.html" 2> /dev/null
    mv "$work/shot.png" "docs/clerks/$1-$2.png"
    python tests.docs.trim "docs/clerks/$1-$2.png" "$2"
}
for name in ${*:-digest urgent request confirmation report}; do
    shoot "$name" 1200 1300
    shoot "$name" 390 1500
done
