#!/usr/bin/env bash
# Makes the Python environment .venv with the clients that the end-to-end tests drive the server with, as pinned in
# tests/requirements.txt. Does nothing when it is there and the pins have not changed.
set -euo pipefail
# shellcheck source=docker/common.sh
. "$(dirname "$0")/common.sh"
cd "$(dirname "$0")/.."

pins=tests/requirements.txt
stamp=.venv/installed-requirements.txt
if cmp -s "$pins" "$stamp"; then exit 0; fi

if ! have python3 || ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
  have apt-get || fail "there is no python3 with venv here: install it, then try again"
  say "installing python3 with venv"
  apt_install python3 python3-venv
fi
say "making .venv"
rm -rf .venv
python3 -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement "$pins" </dev/null
cp "$pins" "$stamp"
