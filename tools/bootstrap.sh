#!/usr/bin/env bash
# Installs what is missing, and nothing else. Quick when nothing is.
#   build  compiler, make, perl (the vendored OpenSSL of SQLCipher is configured by it)
#   test   cargo-nextest, cargo-deny, the PostgreSQL server that tests run on
#   e2e    Python's venv; asks for Node, which the browser stories and the clients need
set -euo pipefail
# shellcheck source=tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# The wheels ship the released binaries of both tools; installing them takes seconds where a build
# from source takes minutes. Each is held to its digest; another platform builds from source.
NEXTEST_VERSION=0.9.148
NEXTEST_SHA256=76d7faec7ba7e1f15f888268761bb1449309b1eb801ec5cbe9c04a5685f42968
DENY_VERSION=0.20.2
DENY_SHA256=ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee

say() { printf 'bootstrap: %s\n' "$*"; }
have() { command -v "$1" >/dev/null 2>&1; }

APT_UPDATED=no
apt_install() {
  local sudo=()
  if [ "$(id -u)" -ne 0 ]; then
    have sudo || { say "please install: $*"; return 1; }
    sudo=(sudo)
  fi
  have apt-get || { say "please install: $*"; return 1; }
  say "installing $*"
  if [ "$APT_UPDATED" = no ]; then
    "${sudo[@]}" apt-get update -q >/dev/null
    APT_UPDATED=yes
  fi
  DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -q --no-install-recommends "$@" \
    >/dev/null
}

# Installs the packages of the commands that are missing: pairs of command and package.
need_commands() {
  local missing=()
  while [ $# -ge 2 ]; do
    have "$1" || missing+=("$2")
    shift 2
  done
  [ ${#missing[@]} -eq 0 ] || apt_install "${missing[@]}"
}

# cargo_tool NAME VERSION SHA256: from its wheel, or from source.
cargo_tool() {
  local name=$1 version=$2 digest=$3
  have "$name" && return 0
  mkdir -p "$COGNATE_TOOLS/bin"
  if from_wheel "$name" "$version" "$digest"; then
    say "$name $version installed"
    return 0
  fi
  say "building $name $version from source (some minutes, once)"
  cargo install --quiet --locked --root "$COGNATE_TOOLS" --target-dir "$COGNATE_TOOLS/build" \
    --version "$version" "$name"
}

from_wheel() {
  local name=$1 version=$2 digest=$3 scratch
  [ "$(uname -sm)" = "Linux x86_64" ] || return 1
  python3 -m pip --version >/dev/null 2>&1 || apt_install python3 python3-pip || return 1
  scratch=$(mktemp -d)
  if python3 -m pip download -q --no-deps --only-binary=:all: --disable-pip-version-check \
      -d "$scratch" "astral-dev-toolchain-$name==$version" >/dev/null 2>&1 \
    && echo "$digest  $(echo "$scratch"/*.whl)" | sha256sum --check --status \
    && python3 -m zipfile -e "$scratch"/*.whl "$scratch/unpacked" \
    && install -m 755 "$scratch"/unpacked/*.data/scripts/"$name" "$COGNATE_TOOLS/bin/$name"; then
    rm -rf "$scratch"
    return 0
  fi
  rm -rf "$scratch"
  return 1
}

bootstrap_build() {
  need_commands gcc gcc make make perl perl git git pkg-config pkg-config curl curl
  # A minimal system has a perl without the modules that OpenSSL's configuration uses.
  perl -MIPC::Cmd -MFindBin -MTime::Piece -e 1 2>/dev/null || apt_install perl
  [ -e /usr/include/stdio.h ] || [ "$(uname -s)" != Linux ] || apt_install libc6-dev
  if ! have cargo; then
    say "Rust is missing: install Rust 1.95 or later with rustup, then run this again"
    exit 1
  fi
}

bootstrap_test() {
  # Without nextest the tests still run, by `cargo test`.
  cargo_tool cargo-nextest "$NEXTEST_VERSION" "$NEXTEST_SHA256" || say "going on without nextest"
  cargo_tool cargo-deny "$DENY_VERSION" "$DENY_SHA256"
  # Its programs are outside of the path; installing it starts no server that we would use.
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || have initdb \
    || apt_install postgresql postgresql-client
}

bootstrap_e2e() {
  # The stories install Chromium and their packages themselves (e2e/run.sh).
  if ! have node || ! have npm; then
    say "Node 20 or later is missing: the browser stories and the clients need it"
    exit 1
  fi
  # Clients from the Python package index install themselves (tools/clients.sh).
  python3 -c 'import ensurepip, venv' 2>/dev/null || apt_install python3 python3-venv
}

for part in "${@:-build}"; do
  case $part in
    build | test | e2e) "bootstrap_$part" ;;
    *) say "unknown part \`$part\`: build, test or e2e"; exit 2 ;;
  esac
done
