#!/usr/bin/env bash
# Sees to it that a Docker daemon answers: installs one from the distribution's packages when there is none, starts it
# when none answers, and waits for it. Does nothing when one answers already, wherever DOCKER_HOST points.
set -euo pipefail
# shellcheck source=docker/common.sh
. "$(dirname "$0")/common.sh"

limit=${DOCKER_START_LIMIT:-90} # seconds
log=${DOCKER_LOG:-/var/log/dockerd.log}

answers() { timeout 10 docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

if have docker && answers; then
  say "Docker $(docker version --format '{{.Server.Version}}') answers"
  exit 0
fi
[ -z "${DOCKER_HOST:-}" ] || fail "no Docker daemon answers at DOCKER_HOST=$DOCKER_HOST, and this script starts one only at the usual socket"
[ "$(uname -s)" = Linux ] || fail "no Docker daemon answers: start Docker, then try again"

if ! have docker || ! have dockerd; then
  have apt-get || fail "there is no Docker here: install it, then try again"
  say "installing Docker"
  packages=(docker.io)
  apt_update
  # Newer releases have the command in a package of its own. Others know its name only, which is no candidate.
  if apt-cache policy docker-cli | grep -q 'Candidate: [^(]'; then packages+=(docker-cli); fi
  apt_install "${packages[@]}"
fi

daemon=
if [ -d /run/systemd/system ]; then
  as_root systemctl start docker || true
else
  say "starting dockerd, which prints to $log"
  as_root true # asks for the password, if it must, while it still can
  # In a session of its own it outlives this script and the terminal. The shell that waits for it holds no output open
  # that somebody reads to its end.
  # shellcheck disable=SC2016  # the inner shell is to expand it
  as_root sh -c 'exec setsid nohup dockerd >>"$1" 2>&1 </dev/null' sh "$log" >/dev/null 2>&1 &
  daemon=$!
fi

# The one who asks may not be root, and a daemon that root can reach is of no use to him.
deadline=$((SECONDS + limit))
until answers; do
  if [ -n "$daemon" ] && ! kill -0 "$daemon" 2>/dev/null && [ "$(id -u)" = 0 ]; then
    tail -n 20 "$log" >&2 || true
    fail "dockerd ended; above are the last lines of $log"
  fi
  if [ "$SECONDS" -ge "$deadline" ]; then
    tail -n 20 "$log" >&2 2>/dev/null || true
    if as_root docker version >/dev/null 2>&1; then
      fail "the Docker daemon answers root but not $(id -un): add yourself to the group docker, and log in anew"
    fi
    fail "no Docker daemon answers after $limit s"
  fi
  sleep 0.2
done
say "Docker $(docker version --format '{{.Server.Version}}') answers"
