#!/bin/sh
# Runs the browser stories against a running server with the demonstration loaded.
# Needs Node 20; installs Chromium, poppler and the locked packages where they are missing.
# From the environment: COGNATE_URL, COGNATE_LOGIN, COGNATE_PASSWORD; CHROMIUM (default: Debian's).
set -eu
cd "$(dirname "$0")"

missing=
command -v "${CHROMIUM:-chromium}" >/dev/null || missing="chromium fonts-noto-core"
command -v pdftotext >/dev/null || missing="$missing poppler-utils"
if [ -n "$missing" ]; then
  as_root=
  [ "$(id -u)" = 0 ] || as_root=sudo
  $as_root apt-get update -qq
  # shellcheck disable=SC2086 # the names are meant to be split
  $as_root apt-get install -y -qq --no-install-recommends $missing
fi

./install.sh
exec npm test --silent
