#!/usr/bin/env bash
# The security figures in full, where the tests go a tenth of the way. Every step runs; the script
# fails if one of them did. With arguments: only the steps named. Ends with a report,
# `assure-report.md` in the target folder: each figure, its goal, what came out.
set -euo pipefail
# shellcheck source=tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

export COGNATE_ASSURE=1
only=" $* "
failed=0
table=()
logs=$(mktemp -d -t cognate-assure.XXXXXX)
trap 'rm -rf "$logs"' EXIT
report="$CARGO_TARGET_DIR/assure-report.md"

# step NAME SECONDS_MAX COMMAND…
step() {
  local name=$1 limit=$2 started=$SECONDS outcome=ok
  shift 2
  if [ "$only" != "  " ] && [[ "$only" != *" $name "* ]]; then return 0; fi
  printf '\n== %s\n' "$name"
  timeout --signal=TERM --kill-after=20 "$limit" "$@" 2>&1 | tee "$logs/$name" || outcome=FAILED
  # A step that needs what this machine does not have says so; it is not one that went well.
  [ "$outcome" = FAILED ] || ! grep -q '^SKIPPED' "$logs/$name" || outcome=skipped
  [ "$outcome" != FAILED ] || failed=$((failed + 1))
  table+=("$(printf '%-16s %6d s  %s' "$name" $((SECONDS - started)) "$outcome")")
}

# write_report: the steps, and every line `figure: WHAT | GOAL | MEASURED | OUTCOME` of their logs.
write_report() {
  mkdir -p "$(dirname "$report")"
  {
    printf '# Figures of security and reliability\n\n'
    printf 'Of %s, on %s with %s processors. Made by `tools/assure.sh`.\n\n' \
      "$(git rev-parse --short HEAD 2>/dev/null || echo 'no commit')" "$(uname -sr)" "$(nproc)"
    printf '## Steps\n\n```\n'
    printf '%s\n' "${table[@]}"
    printf '```\n\n## Figures\n\n| figure | goal | measured | outcome |\n|---|---|---|---|\n'
    sed -n 's/^.*figure: \(.*\)$/| \1 |/p' "$logs"/* 2>/dev/null || true
    if grep -hq '^SKIPPED' "$logs"/* 2>/dev/null; then
      printf '\n## Not done here\n\n'
      sed -n 's/^SKIPPED:* *\(.*\)$/- \1/p' "$logs"/* | sort -u
    fi
  } >"$report"
}

# Each test is a process of its own, so that what one takes of memory is its own.
tests() {
  local package=$1 profile=$2
  shift 2
  if command -v cargo-nextest >/dev/null; then
    local options=(--locked --no-capture)
    [ "$profile" = dev ] || options+=(--cargo-profile "$profile")
    cargo nextest run --package "$package" "${options[@]}" "$@"
  else
    local options=(--locked)
    [ "$profile" = dev ] || options+=(--profile "$profile")
    cargo test --package "$package" "${options[@]}" -- --nocapture "$@"
  fi
}
export -f tests

# `timeout` starts programs, not functions of this shell.
in_tests=(bash -c 'set -euo pipefail; tests "$@"' tests)

step policy-times 1800 cargo run --quiet --locked --release --package policy --example decide
step access-matrix 3600 "${in_tests[@]}" record dev guard::matrix
step paired-stores 3600 "${in_tests[@]}" record dev guard::random guard::hidden
step consents 600 "${in_tests[@]}" record dev guard::consents guard::emergencies
step audit-answers 5400 "${in_tests[@]}" server dev oracle::
step audit-changes 1800 "${in_tests[@]}" record dev random_alterations_are_all_found
step audit-costs 3600 "${in_tests[@]}" record release tests::cost figures::
step kill 7200 "${in_tests[@]}" record dev nothing_acknowledged_is_lost_or_doubled_by_kill_9
step power 7200 "${in_tests[@]}" record dev nothing_acknowledged_is_lost_by_a_power_cut
step disk 1200 "${in_tests[@]}" record dev a_full_disk after_a_failed_sync
step fuzz 28800 "${in_tests[@]}" hostile release
step tls 900 tools/tls.sh

write_report
printf '\n%s\n\n%s\n' "$(printf '%s\n' "${table[@]}")" "$report"
[ "$failed" -eq 0 ]
