#!/usr/bin/env bash
# Makes local engine images where the official ones cannot be pulled, from the programs that install-engines.sh installed
# on this machine: redis:7, valkey/valkey:8, memcached:1.6, or whatever version is there. Only for tests.
#
# They keep the contract of the official images as far as it is used here: the entrypoint starts the server when it is
# given options only, and as its own user; /data is a volume of that user; protected mode is off; the variables
# REDIS_VERSION, VALKEY_VERSION and MEMCACHED_VERSION tell the version.
#
# usage: build-engine-images.sh            makes those that are not there yet
#        build-engine-images.sh --rebuild  makes all of them
set -euo pipefail
# shellcheck source=docker/common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=docker/programs.sh
. "$(dirname "$0")/programs.sh"

PATH=$PATH:/usr/sbin:/sbin
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What the entrypoint and a person who looks around need.
tools=(sh cat chown chmod cp env find id ls mkdir mv rm setpriv sleep)

# build REPOSITORY TAG SERVER USER DATA PORT VERSION PROGRAM..
build() {
  local repository=$1 tag=$2 server=$3 user=$4 data=$5 port=$6 version=$7
  shift 7
  local root="$work/$server" changes
  make_root "$root"
  mkdir -p "$root$data"
  copy_programs "$root" "$@" "${tools[@]}"
  printf 'root:x:0:0:root:/root:/bin/sh\n%s:x:999:999::%s:/bin/sh\n' "$user" "$data" >"$root/etc/passwd"
  printf 'root:x:0:\n%s:x:999:\n' "$user" >"$root/etc/group"

  cat >"$root/usr/local/bin/docker-entrypoint.sh" <<ENTRYPOINT
#!/bin/sh
set -e
if [ "\${1#-}" != "\$1" ] || [ "\${1%.conf}" != "\$1" ]; then
  set -- $server "\$@"
fi
ENTRYPOINT
  if [ "$server" != memcached ]; then
    cat >>"$root/usr/local/bin/docker-entrypoint.sh" <<ENTRYPOINT
if [ "\$1" = $server ]; then
  if [ "\$(id -u)" = 0 ]; then
    find . \\! -user $user -exec chown $user '{}' +
    exec setpriv --reuid=$user --regid=$user --clear-groups -- "\$0" "\$@"
  fi
  case " \$* " in *" --protected-mode "*) ;; *) set -- "\$@" --protected-mode no ;; esac
fi
ENTRYPOINT
  fi
  echo 'exec "$@"' >>"$root/usr/local/bin/docker-entrypoint.sh"
  chmod 755 "$root/usr/local/bin/docker-entrypoint.sh"

  changes=(
    -c 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
    -c "ENV ${user^^}_VERSION=$version"
    -c "WORKDIR $data" -c "EXPOSE $port"
    -c 'ENTRYPOINT ["docker-entrypoint.sh"]' -c "CMD [\"$server\"]"
  )
  if [ "$server" = memcached ]; then changes+=(-c "USER $user"); else changes+=(-c "VOLUME $data"); fi
  # Two passes, so that it takes no root to give the data folder to the image's user.
  tar -C "$root" --numeric-owner --owner=0 --group=0 --exclude=".$data" -cf "$work/$server.tar" .
  tar -C "$root" --numeric-owner --owner=999 --group=999 -rf "$work/$server.tar" ".$data"
  docker import "${changes[@]}" -m "made from the programs of this machine by $(basename "$0")" \
    "$work/$server.tar" "$repository:$tag" >/dev/null
  say "made $repository:$tag of $server $version"
}

# The version that a program tells.
version_of() { "$1" --version | grep -oE '[0-9]+\.[0-9]+\.[0-9]+' | head -n 1; }

# image REPOSITORY SERVER NUMBERS USER DATA PORT PROGRAM..: NUMBERS is how much of the version the tag tells.
image() {
  local repository=$1 server=$2 numbers=$3 user=$4 data=$5 port=$6 version tag
  shift 6
  have "$server" || fail "there is no $server on this machine; run install-engines.sh first"
  version=$(version_of "$server")
  tag=$(cut -d. -f"1-$numbers" <<<"$version")
  if [ -z "$rebuild" ] && docker image inspect "$repository:$tag" >/dev/null 2>&1; then
    say "$repository:$tag is there"
    return
  fi
  build "$repository" "$tag" "$server" "$user" "$data" "$port" "$version" "$@"
}

rebuild=
[ "${1:-}" != --rebuild ] || rebuild=yes
image redis redis-server 1 redis /data 6379 redis-server redis-cli
image valkey/valkey valkey-server 1 valkey /data 6379 valkey-server valkey-cli
image memcached memcached 2 memcached /var/lib/memcached 11211 memcached
