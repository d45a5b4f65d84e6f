#!/usr/bin/env bash
# The demonstration, through the real doors: an HL7 v2 message over MLLP, a FHIR transaction over
# HTTP, a VCF file by the command line, an order at CDS Hooks. `--check` stops after checking.
#   COGNATE_PROFILE=dev    use the dev-profile binary (CI does: one profile, one build)
#   COGNATE_DEMO=DIR       where the demonstration keeps its data (default: a new directory)
set -euo pipefail
# shellcheck source=tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

case ${COGNATE_PROFILE:-release} in
  dev) profile=dev folder=debug ;;
  release) profile=release folder=release ;;
  *) echo "demo: COGNATE_PROFILE is dev or release" >&2; exit 2 ;;
esac

[ "$profile" = dev ] || echo "demo: building the release binary (the first time takes minutes)"
cargo build --quiet --locked --package cli --profile "$profile"

if [ -n "${COGNATE_DEMO:-}" ]; then
  exec "$CARGO_TARGET_DIR/$folder/cognate" demo --directory "$COGNATE_DEMO" "$@"
fi
scratch=$(mktemp -d -t cognate-demo.XXXXXX)
child=
# Called by the trap.
# shellcheck disable=SC2317
finish() {
  if [ -n "$child" ]; then
    kill "$child" 2>/dev/null || true
    wait "$child" 2>/dev/null || true
  fi
  rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 130' INT TERM
"$CARGO_TARGET_DIR/$folder/cognate" demo --directory "$scratch/demo" "$@" &
child=$!
status=0
wait "$child" || status=$?
child=
exit "$status"
