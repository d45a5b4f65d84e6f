#!/usr/bin/env bash
# The two figures of docs/BENCHMARKS.md, with the release binary, on loopback, bounded in count:
# an order at CDS Hooks (16 callers), and `cognate pgx call` as a whole process.
set -euo pipefail
# shellcheck source=tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../tools/common.sh"
# shellcheck source=tools/serve-demo.sh
source tools/serve-demo.sh

callers=${BENCH_CALLERS:-16}
requests=${BENCH_REQUESTS:-2000}
runs=${BENCH_RUNS:-30}
variants=${BENCH_VCF:-demo/vcf/ben-sample.vcf}
order=demo/cds/order-sign-ana-again.json
order_id='order-clopidogrel-2'
service=cds-services/pgx-medication-safety

# COGNATE_PROFILE=dev tries this script out; its figures are none.
case ${COGNATE_PROFILE:-release} in
  dev) profile=dev folder=debug ;;
  release) profile=release folder=release ;;
  *) echo "bench: COGNATE_PROFILE is dev or release" >&2; exit 2 ;;
esac
cargo build --quiet --locked --package cli --profile "$profile"
cargo build --quiet --locked --package xtask
cognate="$CARGO_TARGET_DIR/$folder/cognate"
xtask="$CARGO_TARGET_DIR/debug/xtask"

echo "machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) cores," \
  "$(awk '/MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo)"
echo "system:  $(uname -sr), $(rustc --version)"
echo "disk:    $(findmnt -n -o FSTYPE,SOURCE --target "$demo_scratch" | tr -s ' ')"
echo "commit:  $(git log -1 --format='%h %cs'), profile $profile"

demo_start "$cognate"
url="$(demo_field url)/$service"
token=$(demo_field orderEntryToken)

load() {
  "$xtask" bench-cds --url "$url" --token "$token" --body "$order" \
    --callers "$callers" --requests "$requests" "$@"
}
# Silence first: afterwards the patient has thousands of cards to look through.
echo
echo "order-sign, the same order again, answered with silence:"
# The first one gets its card here, so that all that are measured do not.
load --requests "$callers" >/dev/null
load --expect '"cards":[]'

echo
echo "order-sign, each request a new order, each answered with a card that is stored:"
load --fresh "$order_id" --expect '"indicator"'
echo
echo "cognate pgx call $variants, whole process, warm:"
"$xtask" bench-command --runs "$runs" -- "$cognate" pgx call "$variants" --json

# A cohort: 10,000 samples at the positions of the pack, reading and table writing included. Goal: at
# least 5,000 samples a second, below 500 MB, whatever the number of samples.
samples=${BENCH_SAMPLES:-10000}
cohort="$demo_scratch/cohort.vcf"
echo
echo "cognate pgx call --tsv, $samples samples:"
"$xtask" bench-cohort-vcf --samples "$samples" --out "$cohort"
for run in 1 2 3; do
  /usr/bin/time -f "run $run: %e s, %U s user, %M kB at most" \
    "$cognate" pgx call "$cohort" --tsv >/dev/null
done
echo
echo "the caller alone:"
cargo run --quiet --locked --release --package pgx --example call-cohort -- "$cohort"
