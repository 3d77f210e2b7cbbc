#!/usr/bin/env bash
# Installs the clients that the end-to-end tests drive the server with: those for Python into .venv, as pinned in
# tests/requirements.txt, and those for JavaScript beside their tests, as pinned in their package-lock.json. Does nothing
# when they are there and the pins have not changed.
set -euo pipefail
# shellcheck source=docker/common.sh
. "$(dirname "$0")/common.sh"
cd "$(dirname "$0")/.."

install_python() {
  local pins=tests/requirements.txt stamp=.venv/installed-requirements.txt
  if cmp -s "$pins" "$stamp"; then return; fi
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
}

install_javascript() {
  local folder=tests/e2e/javascript
  local pins=$folder/package-lock.json stamp=$folder/node_modules/installed-package-lock.json
  if cmp -s "$pins" "$stamp"; then return; fi
  if ! have node || ! have npm; then
    have apt-get || fail "there is no node with npm here: install it, then try again"
    say "installing node with npm"
    apt_install nodejs npm
  fi
  say "installing clients for JavaScript"
  npm ci --prefix "$folder" --omit=optional --no-audit --no-fund --loglevel=error </dev/null
  cp "$pins" "$stamp"
}

install_dig() {
  if have dig; then return; fi
  have apt-get || fail "there is no dig here: install it, then try again"
  say "installing dig"
  apt_install bind9-dnsutils
}

install_python
install_javascript
install_dig
