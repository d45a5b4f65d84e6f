#!/usr/bin/env bash
# The two figures of docs/BENCHMARKS.md, with the release binary, on loopback, bounded in count:
# an order at CDS Hooks (16 callers), and `cognate pgx call` as a whole process.
set -euo pipefail
# shellcheck source=tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../tools/common.sh"

callers=${BENCH_CALLERS:-16}
requests=${BENCH_REQUESTS:-2000}
runs=${BENCH_RUNS:-30}
variants=${BENCH_VCF:-demo/vcf/ben-sample.vcf}
order=demo/cds/order-sign-ana-again.json
order_id='order-clopidogrel-2'
service=cds-services/pgx-medication-safety

cargo build --quiet --locked --package cli --release
cargo build --quiet --locked --package xtask
cognate="$CARGO_TARGET_DIR/release/cognate"
xtask="$CARGO_TARGET_DIR/debug/xtask"

scratch=$(mktemp -d -t cognate-bench.XXXXXX)
server=
# Called by the trap.
# shellcheck disable=SC2317
finish() {
  if [ -n "$server" ]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$scratch"
}
trap finish EXIT

echo "machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) cores," \
  "$(awk '/MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo)"
echo "system:  $(uname -sr), $(rustc --version)"
echo "disk:    $(findmnt -n -o FSTYPE,SOURCE --target "$scratch" | tr -s ' ')"
echo "commit:  $(git log -1 --format='%h %cs')"

"$cognate" demo --directory "$scratch/demo" --http 127.0.0.1:0 --mllp 127.0.0.1:0 \
  --ready-file "$scratch/ready.json" >"$scratch/demo.log" 2>&1 &
server=$!
for _ in $(seq 600); do
  [ -s "$scratch/ready.json" ] && break
  kill -0 "$server" 2>/dev/null || { cat "$scratch/demo.log" >&2; server=; exit 1; }
  sleep 0.1
done
[ -s "$scratch/ready.json" ] || { echo "bench: the demonstration did not get ready" >&2; exit 1; }
field() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" "$scratch/ready.json"; }
url="$(field url)/$service"
token=$(field orderEntryToken)

load() {
  "$xtask" bench-cds --url "$url" --token "$token" --body "$order" \
    --callers "$callers" --requests "$requests" "$@"
}
echo
echo "order-sign, each request a new order, each answered with a card that is stored:"
load --fresh "$order_id" --expect '"indicator"'
echo
echo "order-sign, the same order again, answered with silence:"
# The first one gets its card here, so that all that are measured do not.
load --requests "$callers" >/dev/null
load --expect '"cards":[]'

echo
echo "cognate pgx call $variants, whole process, warm:"
"$xtask" bench-command --runs "$runs" -- "$cognate" pgx call "$variants" --json
