#!/usr/bin/env bash
# The demonstration, through the real doors: an HL7 v2 message over MLLP, a FHIR transaction over
# HTTP, a VCF file by the command line, an order at CDS Hooks. `--check` stops after checking.
#   COGNATE_PROFILE=dev    use the dev-profile binary (CI does: one profile, one build)
#   COGNATE_DEMO=DIR       where it keeps its data (default: a temporary directory, removed)
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

exec "$CARGO_TARGET_DIR/$folder/cognate" demo ${COGNATE_DEMO:+--directory "$COGNATE_DEMO"} "$@"
