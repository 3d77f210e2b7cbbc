#!/usr/bin/env bash
# Installs what goes into an image beside the program, in the Dockerfile's stage for that: the engines, an init, and the
# certificates by which the services of AWS are known.
set -euo pipefail
# shellcheck source=docker/common.sh
. "$(dirname "$0")/../common.sh"

# With CI an engine that cannot be had is an error.
CI=true "$(dirname "$0")/../install-engines.sh"
have tini || apt_install tini ca-certificates
