#!/usr/bin/env bash
# The security figures in full, where the tests go a tenth of the way. Every step runs; the script
# fails if one of them did. With arguments: only the steps named; `--list` says which there are, and
# about how long each takes on two cores with nothing beside. `--short` goes as far as CI does,
# in a debug build, to see that every step still works. Ends with a report, `assure-report.md` in
# the target folder: each figure, its goal, what came out, and what was not run.
set -euo pipefail
# shellcheck source=tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

is_short=
is_list=
names=()
for argument in "$@"; do
  case $argument in
    --short) is_short=yes ;;
    --list) is_list=yes ;;
    *) names+=("$argument") ;;
  esac
done
[ -n "$is_short" ] || export COGNATE_ASSURE=1
only=" ${names[*]-} "
failed=0
table=()
not_run=()
known=()
is_whole=
logs=$(mktemp -d -t cognate-assure.XXXXXX)
trap '[ -n "$is_list" ] || write_report; rm -rf "$logs"' EXIT
report="$CARGO_TARGET_DIR/assure-report.md"

# step NAME SECONDS_MAX MINUTES_ABOUT COMMAND…
step() {
  local name=$1 limit=$2 about=$3 started=$SECONDS outcome=ok
  shift 3
  known+=("$name")
  if [ -n "$is_list" ]; then
    printf '%-16s about %3d min beside the build\n' "$name" "$about"
    return 0
  fi
  if [ "$only" != "  " ] && [[ "$only" != *" $name "* ]]; then
    not_run+=("$name: not asked for")
    return 0
  fi
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
    [ -z "$is_short" ] || printf '**The short form: a part of each, in a debug build.**\n\n'
    printf 'Of %s, on %s with %s processors. Made by `tools/assure.sh`.\n\n' \
      "$(git rev-parse --short HEAD 2>/dev/null || echo 'no commit')" "$(uname -sr)" "$(nproc)"
    printf '## Steps\n\n```\n'
    [ ${#table[@]} -eq 0 ] || printf '%s\n' "${table[@]}"
    printf '```\n\n## Figures\n\n| figure | goal | measured | outcome |\n|---|---|---|---|\n'
    sed -n 's/^.*figure: \(.*\)$/| \1 |/p' "$logs"/* 2>/dev/null || true
    printf '\n## Not run\n\n'
    {
      [ ${#not_run[@]} -eq 0 ] || printf -- '- %s\n' "${not_run[@]}"
      [ -n "$is_whole" ] || printf -- '- whatever follows the last step above: it was broken off\n'
      sed -n 's/^SKIPPED:* *\(.*\)$/- \1/p' "$logs"/* 2>/dev/null | sort -u || true
    } >"$logs/.not-run"
    if [ -s "$logs/.not-run" ]; then cat "$logs/.not-run"; else printf 'Everything was run.\n'; fi
  } >"$report"
}

# Each test is a process of its own, so that what one takes of memory is its own. Without
# optimisation the whole workspace is built, as for `make test`: what that has built is used then.
tests() {
  local package=$1 profile=$2
  shift 2
  if command -v cargo-nextest >/dev/null; then
    local names
    names=$(printf ' + test(%s)' "$@")
    if [ "$profile" = dev ]; then
      cargo nextest run --locked --no-capture --workspace \
        --filterset "package(=$package)${1:+ & (${names# + })}"
    else
      cargo nextest run --locked --no-capture --package "$package" --cargo-profile "$profile" "$@"
    fi
  else
    local options=(--locked)
    [ "$profile" = dev ] || options+=(--profile "$profile")
    cargo test --package "$package" "${options[@]}" -- --nocapture "$@"
  fi
}
export -f tests

# `timeout` starts programs, not functions of this shell.
in_tests=(bash -c 'set -euo pipefail; tests "$@"' tests)

# What only an optimised build can say something about is in the full form alone.
release=release
[ -z "$is_short" ] || release=dev
if [ -n "$is_short" ]; then
  known+=(policy-times audit-costs)
  not_run+=("policy-times: an optimised build is measured, by the full form")
  not_run+=("audit-costs: an optimised build is measured, by the full form")
else
  step policy-times 1800 1 cargo run --quiet --locked --release --package policy --example decide
  step audit-costs 3600 2 cargo run --quiet --locked --release --package server \
    --features measure-without-audit --example audit-costs
fi
step access-matrix 3600 3 "${in_tests[@]}" record dev guard::matrix
step paired-stores 3600 4 "${in_tests[@]}" record dev guard::random guard::hidden
step consents 600 1 "${in_tests[@]}" record dev guard::consents guard::emergencies
step counts 600 1 "${in_tests[@]}" deidentify dev counts::
step audit-answers 5400 25 "${in_tests[@]}" server dev oracle::
step audit-changes 1800 2 "${in_tests[@]}" record dev random_alterations_are_all_found
step audit-witness 1200 1 "${in_tests[@]}" cli dev audit::
step audit-proofs 600 1 "${in_tests[@]}" record dev merkle
step alerts 600 1 "${in_tests[@]}" server dev alert::
step second-factor 600 1 "${in_tests[@]}" server dev second_factor::
step signed-policies 600 1 "${in_tests[@]}" cli dev policies_that_nobody_trusted
step audit-times 3600 3 "${in_tests[@]}" record "$release" figures::
step kill 7200 40 "${in_tests[@]}" record dev nothing_acknowledged_is_lost_or_doubled_by_kill_9
step kill-intake 7200 20 "${in_tests[@]}" intake dev kill_9
step power 7200 15 "${in_tests[@]}" record dev nothing_acknowledged_is_lost_by_a_power_cut
step disk 1200 1 "${in_tests[@]}" record dev a_full_disk after_a_failed_sync
step fuzz 43200 60 "${in_tests[@]}" hostile "$release"
step tls 900 5 tools/tls.sh

for name in "${names[@]-}"; do
  if [ -n "$name" ] && [[ " ${known[*]} " != *" $name "* ]]; then
    printf 'assure: there is no step `%s`; there are: %s\n' "$name" "${known[*]}" >&2
    failed=$((failed + 1))
  fi
done
is_whole=yes
if [ -n "$is_list" ]; then exit "$((failed > 0))"; fi
[ ${#table[@]} -eq 0 ] || printf '\n%s\n' "$(printf '%s\n' "${table[@]}")"
printf '\n%s\n' "$report"
[ "$failed" -eq 0 ]
