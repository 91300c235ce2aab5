#!/usr/bin/env bash
# Connectors against real servers on loopback: test-real.sh BIN. What the servers need is installed
# here, where that can be; what cannot be had is said, and then CI fails.
set -euo pipefail
bin=$1
wanted=(wordpress php-cli php-mysql php-xml php-mbstring php-gd php-curl mariadb-server)
absent=()

no_site() { [ ! -d /usr/share/wordpress ] || ! command -v php mariadbd mariadb-install-db >/dev/null; }
if no_site && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${wanted[@]}" >/dev/null || true
fi
no_site && absent+=("WordPress (Debian: ${wanted[*]})")

# The forum has an environment of its own, so that nothing of it becomes a dependency.
forum=.venv/real
if ! "$forum/bin/python" -c 'import machina' 2>/dev/null; then
  "$bin/python" -m venv "$forum" && "$forum/bin/pip" install -q 'django-machina==1.3.1' 'django<5' || true
fi
"$forum/bin/python" -c 'import machina' 2>/dev/null || absent+=("django-machina")

status=0
CLERKWATCH_REAL=1 timeout 600 "$bin/pytest" -q tests/real || status=$?
if [ "${#absent[@]}" -gt 0 ]; then
  echo "NOT RUN, because it is not installed and could not be: ${absent[*]}"
  [ "${CI:-}" = true ] && status=1
fi
exit "$status"
