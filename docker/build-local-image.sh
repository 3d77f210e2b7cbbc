#!/usr/bin/env bash
# Builds the image of Cachette where no base image can be pulled, from the Dockerfile as it is, a program that is
# compiled already, and a base image made of programs of this machine. Only for tests and measurements.
#
# usage: build-local-image.sh PROGRAM TAG
set -euo pipefail
# shellcheck source=docker/common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=docker/programs.sh
. "$(dirname "$0")/programs.sh"

[ $# = 2 ] || fail "usage: build-local-image.sh PROGRAM TAG"
program=$1 tag=$2 base=cachette-local-base
here=$(cd "$(dirname "$0")" && pwd)
PATH=$PATH:/usr/sbin:/sbin
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

have tini || apt_install tini
have strip || apt_install binutils

# The base: the engines, and what the scripts of the Dockerfile's stages call.
root=$work/root
make_root "$root"
copy_programs "$root" redis-server redis-cli valkey-server memcached tini bash cat chmod cp cut dirname basename env grep \
  id install ldd ln ls mkdir readlink rm sh sleep sort
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
certificates=/etc/ssl/certs/ca-certificates.crt
[ ! -e "$certificates" ] || install -D -m 644 "$certificates" "$root$certificates"
tar -C "$root" --numeric-owner --owner=0 --group=0 -c . |
  docker import -c 'ENV PATH=/usr/local/bin:/usr/bin:/bin' -c 'LABEL cachette.stage=base' - "$base" >/dev/null

# What is sent to the daemon: nothing but the program and the scripts.
mkdir -p "$work/context/dist"
strip -o "$work/context/dist/cachette" "$program"
cp -R "$here" "$work/context/docker"
# Not BuildKit: clients of Docker come without the plugin that it needs.
DOCKER_BUILDKIT=0 docker build --quiet --force-rm --file "$work/context/docker/Dockerfile" --tag "$tag" \
  --build-arg "RUST=$base" --build-arg "DEBIAN=$base" "$work/context"
# Without BuildKit every stage stays behind as an image without a name, and so does the base of the last time.
docker image prune --force --filter label=cachette.stage >/dev/null
