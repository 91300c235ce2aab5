#!/usr/bin/env bash
# Connectors against real servers on loopback: test-real.sh BIN. What the servers need is installed
# here, where that can be; what cannot be had is said, and then CI fails.
set -euo pipefail
bin=$1
wanted=(wordpress php-cli php-mysql php-xml php-mbstring php-gd php-curl mariadb-server)
missing() { [ ! -d /usr/share/wordpress ] || ! command -v php mariadbd mariadb-install-db >/dev/null; }
if missing && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${wanted[@]}" >/dev/null || true
fi
if missing; then
  echo "NOT RUN, because it is not installed and could not be: WordPress (Debian: ${wanted[*]})"
  [ "${CI:-}" = true ] && exit 1
  exit 0
fi
CLERKWATCH_REAL=1 exec timeout 600 "$bin/pytest" -q tests/real
