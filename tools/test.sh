#!/usr/bin/env bash
# Every check, in order, stopping at the first that fails. With arguments: only the steps named.
# Ends with a table of seconds and the line `N passed, N failed` (steps and tests together).
set -euo pipefail
# shellcheck source=tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# The whole run, in seconds; each step has its own limit below, cut to what is left.
TOTAL_SECONDS_MAX=${COGNATE_TEST_SECONDS_MAX:-5100}
export COGNATE_PROFILE=dev
export COGNATE_BIN="$CARGO_TARGET_DIR/debug/cognate"

logs=$(mktemp -d -t cognate-test.XXXXXX)
trap 'rm -rf "$logs"' EXIT
only=" $* "
passed=0 failed=0
tests_passed=0 tests_failed=0
table=()

# step NAME SECONDS_MAX COMMAND…: runs one check in its own process group, ended by `timeout`.
step() {
  local name=$1 limit=$2 left started seconds status=0
  shift 2
  if [ "$only" != "  " ] && [[ "$only" != *" $name "* ]]; then return 0; fi
  left=$((TOTAL_SECONDS_MAX - SECONDS))
  [ "$limit" -le "$left" ] || limit=$left
  printf '\n== %s\n' "$name"
  if [ "$limit" -le 0 ]; then
    echo "no time left: the whole run may take $TOTAL_SECONDS_MAX s"
    failed=$((failed + 1))
    table+=("$(printf '%-12s %6d s  out of time' "$name" 0)")
    close
  fi
  started=$SECONDS
  timeout --signal=TERM --kill-after=20 "$limit" "$@" 2>&1 | tee "$logs/$name" \
    || status=${PIPESTATUS[0]}
  seconds=$((SECONDS - started))
  if [ "$status" -eq 0 ]; then
    passed=$((passed + 1))
    table+=("$(printf '%-12s %6d s  ok' "$name" "$seconds")")
    return 0
  fi
  [ "$status" -ne 124 ] || echo "$name was ended after $limit s"
  failed=$((failed + 1))
  table+=("$(printf '%-12s %6d s  FAILED (%d)' "$name" "$seconds" "$status")")
  count_tests
  close
}

# Adds the test runner's own numbers, from its closing lines.
count_tests() {
  local ran=()
  [ ! -f "$logs/tests" ] || ran+=("$logs/tests")
  [ ! -f "$logs/postgres" ] || ran+=("$logs/postgres")
  [ ${#ran[@]} -gt 0 ] || return 0
  read -r tests_passed tests_failed < <(awk '
    { gsub(/\033\[[0-9;]*m/, "") }
    /Summary \[/ {
      for (i = 2; i <= NF; i++) {
        if ($i ~ /^passed/) p += $(i - 1)
        if ($i ~ /^failed/ || $i ~ /^timed/) f += $(i - 1)
      }
    }
    /^test result:/ { p += $4; f += $6 }
    END { print p + 0, f + 0 }' "${ran[@]}")
}

close() {
  printf '\n%-12s %8s\n' step seconds
  printf '%s\n' "${table[@]}"
  printf '%-12s %6d s\n\n' total "$SECONDS"
  printf '%d passed, %d failed\n' $((passed + tests_passed)) $((failed + tests_failed))
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
  exit
}

# The two below run in a shell of their own, by name.
# shellcheck disable=SC2317
run_tests() {
  if command -v cargo-nextest >/dev/null; then
    cargo nextest run --locked --workspace --no-fail-fast
  else
    cargo test --locked --workspace --no-fail-fast --lib --bins --tests
  fi
}

# shellcheck disable=SC2317
run_docs() {
  cargo test --quiet --locked --workspace --doc
  RUSTDOCFLAGS="-D warnings" cargo doc --quiet --locked --workspace --no-deps
}

# `timeout` starts programs, not functions of this shell.
in_bash() { declare -f "$1"; echo "set -euo pipefail; $1"; }

# As `cargo xtask`, but a lock file that is out of date is an error here.
xtask=(cargo run --quiet --locked --package xtask --)

step fmt 120 cargo fmt --all --check
step tidy 900 "${xtask[@]}" tidy
step clippy 2400 cargo clippy --quiet --locked --workspace --all-targets -- -D warnings
step deny 300 tools/deny.sh
step advisories 120 "${xtask[@]}" advisories
step tests 3000 bash -c "$(in_bash run_tests)"
step postgres 1500 tools/postgres.sh
count_tests
step docs 1200 bash -c "$(in_bash run_docs)"
step binary 1200 cargo build --quiet --locked --package cli
step generated 120 "${xtask[@]}" generate --check
step demo-check 300 tools/demo.sh --check --http 127.0.0.1:0 --mllp 127.0.0.1:0
step openapi 420 tools/clients.sh openapi
step clients 300 tools/clients.sh
step e2e 900 tools/e2e.sh
close
