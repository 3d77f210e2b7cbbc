#!/usr/bin/env bash
# Installs the clients that the end-to-end tests drive the server with: those for Python into .venv, as pinned in
# tests/requirements.txt, those for JavaScript beside their tests, as pinned in their package-lock.json, the two collections
# of Ansible that know AWS, and the Chromium and the dig of the system. Does nothing when they are there and the pins have not changed.
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

# The package `ansible` unpacks to 200 MB of collections, of which the two are 7.
install_ansible() {
  local version=12.0.0 stamp work
  stamp=.venv/installed-ansible-$version
  if [ -e "$stamp" ]; then return; fi
  say "installing Ansible's collections for AWS"
  work=$(mktemp -d)
  .venv/bin/python -m pip download --quiet --disable-pip-version-check --no-deps --dest "$work" "ansible==$version" </dev/null
  .venv/bin/python - "$work"/*.whl <<'PYTHON'
import sys, sysconfig, zipfile
wanted = ("ansible_collections/amazon/aws/", "ansible_collections/community/aws/")
with zipfile.ZipFile(sys.argv[1]) as wheel:
    names = [name for name in wheel.namelist() if name.startswith(wanted)]
    wheel.extractall(sysconfig.get_path("purelib"), names)
PYTHON
  rm -rf "$work"
  touch "$stamp"
}

install_javascript() {
  local folder=$1
  local pins=$folder/package-lock.json stamp=$folder/node_modules/installed-package-lock.json
  if cmp -s "$pins" "$stamp"; then return; fi
  if ! have node || ! have npm; then
    have apt-get || fail "there is no node with npm here: install it, then try again"
    say "installing node with npm"
    apt_install nodejs npm
  fi
  say "installing what $folder needs"
  npm ci --prefix "$folder" --omit=optional --no-audit --no-fund --loglevel=error </dev/null
  cp "$pins" "$stamp"
}

# The browser that the console is tested in: the distribution's own, which needs no download of another one.
install_chromium() {
  if have chromium; then return; fi
  have apt-get || fail "there is no chromium here: install it, then try again"
  say "installing chromium"
  apt_install chromium
}

install_dig() {
  if have dig; then return; fi
  have apt-get || fail "there is no dig here: install it, then try again"
  say "installing dig"
  apt_install bind9-dnsutils
}

install_python
install_ansible
install_javascript tests/e2e/javascript
install_javascript tests/e2e/console
install_chromium
install_dig
