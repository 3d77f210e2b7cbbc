#!/usr/bin/env bash
# Asks cargo-deny whether anything we depend on has holes that are known, and for its own view of .deny.toml. What cannot
# be asked is said and passed over: building cargo-deny takes minutes, and its database lies on the network.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=docker/common.sh
. docker/common.sh

PATH=$PATH:$HOME/.cargo/bin
if ! have cargo-deny; then
  say "known holes were NOT looked up: there is no cargo-deny here (cargo install --locked cargo-deny)"
  exit 0
fi
cargo deny --locked check licenses bans sources
if ! timeout 120 cargo deny fetch db; then
  say "known holes were NOT looked up: the database of advisories cannot be had"
  exit 0
fi
cargo deny --locked check --disable-fetch advisories
