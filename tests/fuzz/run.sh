#!/usr/bin/env bash
# Runs fuzz targets with cargo-fuzz, one after the other: run.sh SECONDS [TARGET..]; all of them when none is named.
# Installs what is missing. Ends with the first target that fails; the input is then in target/fuzz/artifacts.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=docker/common.sh
. docker/common.sh

seconds=$1
targets=("${@:2}")
PATH=$PATH:$HOME/.cargo/bin
have c++ || apt_install g++
have cargo-fuzz || cargo install --locked cargo-fuzz@0.13.2

fuzz() { cargo fuzz "$1" --fuzz-dir tests/fuzz --target-dir target/fuzz --sanitizer none "${@:2}"; }
# Without sanitizers: they look for what safe Rust cannot do, and need a nightly toolchain.
fuzz build
[ "${#targets[@]}" -gt 0 ] || mapfile -t targets < <(cargo fuzz list --fuzz-dir tests/fuzz)
for target in "${targets[@]}"; do
  learned=target/fuzz/corpus/$target failed=target/fuzz/artifacts/$target/
  mkdir -p "$learned" "$failed"
  say "$target, for $seconds seconds"
  # A target that takes ten seconds for an input of a few kilobytes, or a gigabyte of memory, has failed too.
  fuzz run "$target" "$learned" "tests/fuzz/corpus/$target" -- \
    -max_total_time="$seconds" -max_len=8192 -timeout=10 -rss_limit_mb=1024 -artifact_prefix="$failed" \
    -print_final_stats=1 -verbosity=1
done
