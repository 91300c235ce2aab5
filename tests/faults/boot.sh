#!/usr/bin/env bash
# The service for real: boots this machine's own root under an overlay, installs clerkwatch there as
# systemd/README.md says, and looks at it from inside. Nothing is written outside a tmpfs.
#   tests/faults/boot.sh          exit 0: all well; 1: something is not; 77: cannot be run here
# Needs root, systemd-nspawn (apt-get install systemd-container) and a package index for the set-up.
set -euo pipefail
repository=$(cd "$(dirname "$0")/../.." && pwd)
[ "$(id -u)" -eq 0 ] || { echo "not run: boot.sh needs root"; exit 77; }
command -v systemd-nspawn >/dev/null || { echo "not run: apt-get install systemd-container"; exit 77; }

work=$(mktemp -d /tmp/clerkwatch-boot.XXXXXX)
root=$work/overlay/root
container=
clean() {
  [ -z "$container" ] || kill "$container" 2>/dev/null || true
  [ -z "$container" ] || wait "$container" 2>/dev/null || true
  umount "$root" 2>/dev/null || true
  umount "$work/overlay" 2>/dev/null || true
  rmdir "$work/overlay" && rm -r "$work"
}
trap clean EXIT
mkdir "$work/overlay"
mount -t tmpfs -o size=2g tmpfs "$work/overlay" || { echo "not run: no tmpfs can be mounted"; exit 77; }
mkdir "$work"/overlay/{upper,work,root}
mount -t overlay overlay -o "lowerdir=/,upperdir=$work/overlay/upper,workdir=$work/overlay/work" "$root" ||
  { echo "not run: no overlay can be mounted"; exit 77; }

echo "== set-up, as in systemd/README.md"
mkdir -p "$root/opt/clerkwatch"
git -C "$repository" archive HEAD | tar -x -C "$root/opt/clerkwatch"
mapfile -t settings < <(env | grep -E '^(UV|PIP|SSL|REQUESTS)_' | sed 's/^/--setenv=/')
systemd-nspawn --quiet --register=no --keep-unit --directory="$root" --pipe --link-journal=no \
  --setenv=HOME=/root "${settings[@]}" sh -ec '
    make -C /opt/clerkwatch PYTHON=/usr/bin/python3 setup
    cd /opt/clerkwatch && .venv/bin/python -m compileall -q .venv/lib config connectors storage monitor
    install -m 0644 systemd/clerkwatch.sysusers /usr/lib/sysusers.d/clerkwatch.conf
    systemd-sysusers 2>/dev/null
    install -m 0755 systemd/clerkwatch-admin /usr/local/sbin/clerkwatch-admin
    install -m 0644 systemd/clerkwatch.service /etc/systemd/system/clerkwatch.service
    install -d -m 0750 -g clerkwatch /etc/clerkwatch
    install -d -m 0700 /etc/clerkwatch/secrets
    cd /tmp && /opt/clerkwatch/.venv/bin/clerkwatch init --defaults --config /tmp/clerkwatch.toml
    install -m 0640 -g clerkwatch /tmp/clerkwatch.toml /etc/clerkwatch/clerkwatch.toml
    rm -f /tmp/clerkwatch.toml /tmp/clerkwatch.db*
    (umask 077; echo secret-of-this-trial > /etc/clerkwatch/secrets/x_bearer)
  ' </dev/null
cat >>"$root/etc/clerkwatch/clerkwatch.toml" <<'TOML'

[[accounts]]
id = "trial-x"
platform = "x"
handle = "TrialTown"
kind = "council"
owner = "Clerk"
credential = "x_bearer"
api_base = "http://127.0.0.1:9"
TOML

echo "== boot"
systemd-nspawn --quiet --register=no --keep-unit --boot --directory="$root" --machine=clerkwatch-trial \
  --private-network --link-journal=no </dev/null >"$work/console" 2>&1 &
container=$!
leader=
for _ in $(seq 100); do
  leader=$(pgrep -P "$container" | head -1 || true)
  [ -n "$leader" ] && [ -S "$root/run/dbus/system_bus_socket" ] || [ -n "$leader" ] &&
    nsenter -t "$leader" -a systemctl is-system-running >/dev/null 2>&1 && break
  sleep 0.2
done
[ -n "$leader" ] || { echo "not run: systemd-nspawn does not boot here"; tail -5 "$work/console"; exit 77; }
inside() { nsenter -t "$leader" -a "$@"; }
inside systemctl is-system-running --wait || true

failed=0
check() { # check WHAT COMMAND…: says how it went; a failure is remembered
  local what=$1
  shift
  if "$@" >"$work/said" 2>&1; then echo "ok    $what"; else
    echo "FAIL  $what"
    sed 's/^/      /' "$work/said" | tail -15
    failed=1
  fi
}
admin() { inside /usr/local/sbin/clerkwatch-admin "$@" </dev/null; }
# tells PATTERN COMMAND…: whatever its exit code, what it says holds the pattern
tells() { local wanted=$1 said; shift; said=$("$@" 2>&1 || true); echo "$said"; grep -q -- "$wanted" <<<"$said"; }
code() { local wanted=$1 code=0; shift; "$@" || code=$?; [ "$code" -eq "$wanted" ]; }
log() { inside journalctl -u clerkwatch -o cat --no-pager; }

echo "== the admin wrapper"
check "doctor finds the credential" tells "ok .*account trial-x" admin doctor
check "scan: 3, one account cannot be reached" code 3 admin scan
check "the credential was read: the fault is the connection" tells "could not be reached" admin scan
check "no file of root in the state directory" \
  test -z "$(inside find /var/lib/clerkwatch ! -user clerkwatch)"

echo "== the service"
check "becomes active" inside systemctl start clerkwatch
check "is active" inside systemctl is-active clerkwatch
check "its status is for people" tells "Watching" inside sh -c \
  'for i in 1 2 3 4 5 6 7 8 9 10; do systemctl show -p StatusText clerkwatch | grep Watching && exit; sleep 1; done'
check "it did not restart" tells "NRestarts=0" inside systemctl show -p NRestarts clerkwatch
pid=$(inside systemctl show -p MainPID --value clerkwatch)
check "its credentials are there" inside sh -c \
  'test -f /run/credentials/clerkwatch.service/secrets_x_bearer'
check "the log is JSON, line by line" inside sh -c \
  'journalctl -u clerkwatch -o cat _PID='"$pid"' --no-pager | python3 -c "import json,sys; assert [json.loads(l) for l in sys.stdin]"'
check "no secret in the log" code 1 sh -c "nsenter -t $leader -a journalctl --no-pager | grep secret-of-this-trial"
check "no file of root in the state directory" \
  test -z "$(inside find /var/lib/clerkwatch ! -user clerkwatch)"
check "no privilege" tells "^NoNewPrivs:.*1" inside cat "/proc/$pid/status"
check "no capability" tells "^CapBnd:.*0000000000000000" inside cat "/proc/$pid/status"
check "system calls are filtered" tells "^Seccomp:.*2" inside cat "/proc/$pid/status"
check "nothing but its state can be written" code 1 inside nsenter -t "$pid" -m \
  touch /etc/clerkwatch/trial /opt/clerkwatch/trial
check "status works beside it" tells "process" admin status
grep VmRSS "/proc/$(pgrep -f '/opt/clerkwatch/.venv/bin/clerkwatch run' | head -1)/status" || true

echo "== trouble"
inside systemctl kill -s KILL clerkwatch
check "kill -9: systemd starts it again" inside sh -c \
  'for i in $(seq 30); do [ "$(systemctl show -p NRestarts --value clerkwatch)" = 1 ] && systemctl is-active clerkwatch && exit; sleep 1; done; exit 1'
pid=$(inside systemctl show -p MainPID --value clerkwatch)
check "a second daemon is refused" code 1 admin run
check "stops well" inside systemctl stop clerkwatch
check "the end was clean" tells "Result=success" inside systemctl show -p Result clerkwatch
inside mkdir -p /run/systemd/system/clerkwatch.service.d
inside sh -c 'printf "[Service]\nWatchdogSec=3\nRestartSec=1\n" >/run/systemd/system/clerkwatch.service.d/trial.conf; systemctl daemon-reload; systemctl start clerkwatch'
inside systemctl kill -s STOP clerkwatch
check "a daemon that hangs is ended by the watchdog" inside sh -c \
  'for i in $(seq 20); do journalctl -u clerkwatch --no-pager | grep "Watchdog timeout" && exit; sleep 1; done; exit 1'
[ "$failed" -eq 0 ] || { echo "== the service's log"; log | tail -20; }
inside systemctl poweroff || true
wait "$container" || true
container=
exit "$failed"
