#!/usr/bin/env bash
# All faults, injected for real, with a table at the end: test-faults.sh BIN [pytest's arguments]. Ends by
# itself within a quarter of an hour. CLERKWATCH_FAULT_SEED=N repeats a run, CLERKWATCH_KILLS=N changes the
# number of kills, CLERKWATCH_FAULT_LIMIT_S=N the seconds after which it is stopped (for a machine that has other
# work too); what this machine cannot do is said at the end.
set -euo pipefail
bin=$1
shift
declare -A package=([strace]=strace [faketime]=faketime)
for tool in "${!package[@]}"; do
  command -v "$tool" >/dev/null && continue
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends "${package[$tool]}" >/dev/null || true
  fi
  command -v "$tool" >/dev/null || echo "not run: what needs $tool (Debian: ${package[$tool]})"
done
export CLERKWATCH_FAULTS=all CLERKWATCH_FAULT_SEED=${CLERKWATCH_FAULT_SEED:-$RANDOM}
base=()
# A process's death does not need a disk: memory is quicker. (A power cut is not among the faults.)
if [ -d /dev/shm ] && [ -w /dev/shm ]; then
  folder=$(mktemp -d /dev/shm/clerkwatch-faults.XXXXXX)
  trap 'rm -rf "$folder"' EXIT
  base=("--basetemp=$folder/tests")
fi
status=0
limit=${CLERKWATCH_FAULT_LIMIT_S:-900}
timeout --kill-after=30 "$limit" "$bin/pytest" -q -n 2 "${base[@]}" tests/faults "$@" || status=$?
[ "$status" -ne 124 ] || echo "stopped after $limit seconds: not all was tried"
exit "$status"
