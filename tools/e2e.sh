#!/usr/bin/env bash
# The browser stories against the demonstration, with the dev-profile binary.
set -euo pipefail
# shellcheck source=tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=tools/serve-demo.sh
source tools/serve-demo.sh

cargo build --quiet --locked --package cli
e2e/install.sh
# A reference that is small: bases of no meaning, as long as the mitochondrion.
reference=$demo_scratch/mitochondrion.fa
{ echo ">MT"; yes ACGGTCAT | tr -d '\n' | head -c 16569; echo; } >"$reference" || true
printf 'MT\t16569\t4\t16569\t16570\n' >"$reference.fai"
demo_start "$CARGO_TARGET_DIR/debug/cognate" --reference "$reference" \
  --igv e2e/node_modules/igv/dist/igv.min.js
COGNATE_URL=$(demo_field url)
COGNATE_LOGIN=$(demo_field login)
COGNATE_PASSWORD=$(demo_field password)
COGNATE_REVIEWER=$(demo_field reviewer)
COGNATE_OFFICER=$(demo_field officer)
COGNATE_OPERATOR=$(demo_field operator)
COGNATE_PHARMACIST=$(demo_field pharmacist)
COGNATE_EHR_TOKEN=$(demo_field ehrToken)
COGNATE_NAMESAKE=$(demo_field namesake)
COGNATE_PATIENT=$(demo_field patient)
COGNATE_ANALYST=$(demo_field analyst)
COGNATE_MLLP=$(demo_field mllp)
# Without them the stories would skip, and CI would be green for nothing.
: "${COGNATE_URL:?}" "${COGNATE_LOGIN:?}" "${COGNATE_PASSWORD:?}" "${COGNATE_OFFICER:?}"
: "${COGNATE_NAMESAKE:?}" "${COGNATE_PATIENT:?}" "${COGNATE_PHARMACIST:?}"
: "${COGNATE_EHR_TOKEN:?}" "${COGNATE_ANALYST:?}" "${COGNATE_MLLP:?}" "${COGNATE_REVIEWER:?}"
: "${COGNATE_OPERATOR:?}"
export COGNATE_URL COGNATE_LOGIN COGNATE_PASSWORD COGNATE_REVIEWER COGNATE_OFFICER
export COGNATE_NAMESAKE COGNATE_PATIENT COGNATE_PHARMACIST COGNATE_EHR_TOKEN
export COGNATE_ANALYST COGNATE_MLLP COGNATE_OPERATOR
# In the background, so that a signal to this script is not held up by it.
e2e/run.sh &
stories=$!
trap 'kill "$stories" 2>/dev/null || true; exit 130' INT TERM
wait "$stories"
