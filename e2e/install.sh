#!/bin/sh
# Installs the locked packages of the browser stories where they are missing.
set -eu
cd "$(dirname "$0")"
if ! [ node_modules/.package-lock.json -nt package-lock.json ]; then
  npm ci --no-audit --no-fund
fi
