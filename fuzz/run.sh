#!/usr/bin/env bash
# Each fuzz target for FUZZ_SECONDS (default 60), or those named as arguments. Wants a nightly
# toolchain and cargo-fuzz (built once, outside the clone). Seeds are the messages of the
# demonstration and the files of the readers' tests.
set -euo pipefail
# shellcheck source=tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../tools/common.sh"

FUZZ_VERSION=0.13.2
seconds=${FUZZ_SECONDS:-60}
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(hl7v2 mllp fhir fhirpath vcf vcf_cohort pgx_call outside
  genotypes_table trial token bulk search vendor pdf)

if ! cargo +nightly --version >/dev/null 2>&1; then
  echo "fuzz: SKIPPED, no nightly toolchain (libFuzzer's instrumentation needs one)"
  exit 0
fi
if ! command -v cargo-fuzz >/dev/null; then
  echo "fuzz: building cargo-fuzz $FUZZ_VERSION (once)"
  cargo install --quiet --locked --root "$COGNATE_TOOLS" --target-dir "$COGNATE_TOOLS/build" \
    --version "$FUZZ_VERSION" cargo-fuzz
fi
# 256 MB are what a reader may take, as the tests of `hostile` hold; as much again is the sanitizer's.
for target in "${targets[@]}"; do
  echo "fuzz: $target for $seconds s"
  mkdir -p "fuzz/corpus/$target"
  cargo +nightly fuzz run --target-dir "$CARGO_TARGET_DIR/fuzz" "$target" \
    "fuzz/corpus/$target" demo/*/ crates/formats/tests/data/*/ -- \
    -max_total_time="$seconds" -rss_limit_mb=512 -max_len=65536 -timeout=10 -print_final_stats=1
done
