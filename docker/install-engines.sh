#!/usr/bin/env bash
# Installs the engines' programs from the distribution's packages: redis-server and redis-cli, valkey-server, and
# memcached. Leaves out what is there, asks nothing, and leaves no engine running as a service.
set -euo pipefail
# shellcheck source=docker/common.sh
. "$(dirname "$0")/common.sh"

# What is there to be found, for users whose PATH lacks it.
PATH=$PATH:/usr/sbin:/sbin

declare -A packages=([redis-server]=redis-server [redis-cli]=redis-tools [memcached]=memcached [valkey-server]=valkey-server)

missing() {
  local program
  for program in redis-server redis-cli memcached valkey-server; do
    have "$program" || echo "$program"
  done
}

candidate() { apt-cache policy "$1" 2>/dev/null | awk '$1 == "Candidate:" && $2 != "(none)" {print $2}'; }

# Debian 12 has Valkey among its backports only. Adds them, from the mirror that apt already uses.
add_backports() {
  local source key=/usr/share/keyrings/debian-archive-keyring.gpg signed=
  # shellcheck source=/dev/null
  [ "$(. /etc/os-release && echo "${ID:-} ${VERSION_CODENAME:-}")" = "debian bookworm" ] || return 0
  [ ! -e "$key" ] || signed="[signed-by=$key] "
  # shellcheck disable=SC2016  # the names are apt's, not the shell's
  source=$(apt-get indextargets --format '$(CODENAME) $(LABEL) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
    awk -v signed="$signed" '$1 == "bookworm" && $2 == "Debian" && $3 == "main" {
      print "deb " signed $4 " bookworm-backports main"
      exit
    }')
  [ -n "$source" ] || { say "apt does not tell which mirror it uses"; return 0; }
  say "adding Debian's backports, for Valkey"
  echo "$source" | as_root tee /etc/apt/sources.list.d/bookworm-backports.list >/dev/null
  apt_updated=
  apt_update
}

mapfile -t wanted < <(missing)
if [ "${#wanted[@]}" = 0 ]; then
  say "every engine is there"
  exit 0
fi
if ! have apt-get && [ -z "${CI:-}" ] && timeout 10 docker version >/dev/null 2>&1; then
  say "missing: ${wanted[*]}; Docker is here and has them all"
  exit 0
fi
have apt-get || fail "missing: ${wanted[*]}; this script can install them with apt only, so install them by hand, or use Docker"

apt_update
if ! have valkey-server && [ -z "$(candidate valkey-server)" ]; then
  add_backports
fi
install=() unavailable=()
for program in "${wanted[@]}"; do
  package=${packages[$program]}
  if [ -n "$(candidate "$package")" ]; then install+=("$package"); else unavailable+=("$package"); fi
done
if [ "${#install[@]}" -gt 0 ]; then
  say "installing ${install[*]}"
  apt_install "${install[@]}"
  # They were not started; neither shall they be when the machine starts next.
  for service in redis-server valkey-server memcached; do
    if [[ " ${install[*]} " == *" $service "* ]] && have systemctl; then
      as_root systemctl disable "$service" >/dev/null 2>&1 || true
    fi
  done
fi
if [ "${#unavailable[@]}" -gt 0 ]; then
  say "this distribution has no ${unavailable[*]}; use Docker for it, or install it by hand and tell with --engine-path where"
  # To be without one engine is bearable for a person, and would hide from CI that its tests did not run.
  [ -z "${CI:-}" ] || exit 1
fi
