# Shared by the scripts of this folder; to be sourced.
# shellcheck shell=bash

say() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; }
fail() { say "$@"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# Runs a command as root, whoever we are.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif have sudo; then sudo -- "$@"
  else fail "this needs root, and there is no sudo: $*"
  fi
}

# Runs apt-get so that it asks nothing, waits for another apt that is at work, and tries again what a network lost.
apt() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@" </dev/null
}

# Brings the package lists up to date, once for each run of a script.
apt_update() {
  [ -z "${apt_updated:-}" ] || return 0
  # A list of some third party that cannot be had is no reason to stop: what is missing shows when it is installed.
  apt update >&2 || say "not every package list could be brought up to date"
  apt_updated=yes
}

# Installs packages without starting the services in them.
apt_install() {
  local policy=/usr/sbin/policy-rc.d made='' status=0
  apt_update
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
    made=yes
  fi
  apt install --no-install-recommends "$@" >&2 || status=$?
  [ -z "$made" ] || as_root rm -f "$policy"
  return "$status"
}
