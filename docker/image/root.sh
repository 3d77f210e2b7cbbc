#!/usr/bin/env bash
# Makes the root folder of an image, in the Dockerfile's stage for that, from the programs that are installed there: the
# server, the engines, and what a health check and a person who looks around need.
#
# usage: root.sh ROOT STATE: STATE is made too, for what the server keeps
set -euo pipefail
# shellcheck source=docker/common.sh
. "$(dirname "$0")/../common.sh"
# shellcheck source=docker/programs.sh
. "$(dirname "$0")/../programs.sh"

root=$1 state=$2
certificates=/etc/ssl/certs/ca-certificates.crt

make_root "$root"
copy_programs "$root" cachette redis-server redis-cli valkey-server memcached tini sh cat env id ls sleep
# Memcached becomes nobody where the server is root.
cat >"$root/etc/passwd" <<'PASSWD'
root:x:0:0:root:/root:/bin/sh
cachette:x:999:999:Cachette:/var/lib/cachette:/bin/sh
nobody:x:65534:65534:nobody:/:/bin/false
PASSWD
printf 'root:x:0:\ncachette:x:999:\nnogroup:x:65534:\n' >"$root/etc/group"
[ ! -e "$certificates" ] || install -D -m 644 "$certificates" "$root$certificates"
mkdir -p "$state"
