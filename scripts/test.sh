#!/usr/bin/env bash
# Everything that must hold before a change lands: test.sh BIN. Ends with pytest's own closing line.
# What a test needs beyond Python is installed here; what cannot be had is said at the end, and
# then CI fails.
set -euo pipefail
bin=$1
declare -A package=([systemd-analyze]=systemd [openssl]=openssl [dovecot]=dovecot-imapd [age]=age [gpg]=gnupg [sshd]=openssh-server)
missing=()
PATH=$PATH:/usr/sbin # where sshd lies
for tool in "${!package[@]}"; do
  command -v "$tool" >/dev/null && continue
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends "${package[$tool]}" >/dev/null || true
  fi
  command -v "$tool" >/dev/null || missing+=("$tool (Debian: ${package[$tool]})")
done

scripts/lint.sh "$bin"
status=0
"$bin/pytest" -n 2 --dist loadgroup || status=$?

if [ "${#missing[@]}" -gt 0 ]; then
  echo "NOT RUN, because it is not installed and could not be: ${missing[*]}"
  [ "${CI:-}" = true ] && status=1
fi
exit "$status"
