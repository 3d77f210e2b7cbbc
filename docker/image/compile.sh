#!/usr/bin/env bash
# Compiles the program for an image, in the Dockerfile's stage for that. Takes dist/cachette instead when it is there,
# for builds that have the program already.
#
# usage: compile.sh ARCHITECTURE PROGRAM: ARCHITECTURE is amd64, arm64, or empty for that of this machine
set -euo pipefail
# shellcheck source=docker/common.sh
. "$(dirname "$0")/../common.sh"

architecture=$1 program=$2

if [ -f dist/cachette ]; then
  say "taking dist/cachette as it is"
  install -D -m 755 dist/cachette "$program"
  exit 0
fi

own=$(dpkg --print-architecture)
export CARGO_PROFILE_RELEASE_STRIP=true
if [ -z "$architecture" ] || [ "$architecture" = "$own" ]; then
  cargo build --locked --release --bin cachette
  install -D -m 755 target/release/cachette "$program"
  exit 0
fi

# The C compiler links, and compiles the parts of cryptography that are not in Rust.
case $architecture in
  amd64) target=x86_64-unknown-linux-gnu compiler=x86_64-linux-gnu-gcc packages=(gcc-x86-64-linux-gnu libc6-dev-amd64-cross) ;;
  arm64) target=aarch64-unknown-linux-gnu compiler=aarch64-linux-gnu-gcc packages=(gcc-aarch64-linux-gnu libc6-dev-arm64-cross) ;;
  *) fail "there is no image for $architecture, only for amd64 and arm64" ;;
esac
have "$compiler" || apt_install "${packages[@]}"
rustup target add "$target"
variable=${target//-/_}
export "CC_$variable=$compiler" "CARGO_TARGET_${variable^^}_LINKER=$compiler"
cargo build --locked --release --bin cachette --target "$target"
install -D -m 755 "target/$target/release/cachette" "$program"
