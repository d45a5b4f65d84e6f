#!/usr/bin/env bash
# The security figures in full, where the tests go a tenth of the way. Every step runs; the script
# fails if one of them did. With arguments: only the steps named.
set -euo pipefail
# shellcheck source=tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

export COGNATE_ASSURE=1
only=" $* "
failed=0
table=()

# step NAME SECONDS_MAX COMMAND…
step() {
  local name=$1 limit=$2 started=$SECONDS outcome=ok
  shift 2
  if [ "$only" != "  " ] && [[ "$only" != *" $name "* ]]; then return 0; fi
  printf '\n== %s\n' "$name"
  timeout --signal=TERM --kill-after=20 "$limit" "$@" || outcome=FAILED
  [ "$outcome" = ok ] || failed=$((failed + 1))
  table+=("$(printf '%-16s %6d s  %s' "$name" $((SECONDS - started)) "$outcome")")
}

tests=(cargo test --locked --package record --test it --)

step policy-times 1800 cargo run --quiet --locked --release --package policy --example decide
step access-matrix 3600 "${tests[@]}" guard::matrix
step paired-stores 3600 "${tests[@]}" guard::random guard::hidden
step consents 600 "${tests[@]}" guard::consents guard::emergencies

printf '\n%s\n' "${table[@]}"
[ "$failed" -eq 0 ]
