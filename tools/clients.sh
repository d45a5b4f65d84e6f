#!/usr/bin/env bash
# Clients of other makers against the demonstration, with the dev-profile binary.
#   clients.sh           npm's and PyPI's FHIR clients
#   clients.sh openapi   schemathesis over the server's own description
set -euo pipefail
# shellcheck source=tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=tools/serve-demo.sh
source tools/serve-demo.sh

what=${1:-clients}
clients="$ROOT/e2e/clients"

# One environment a list of packages: a changed list makes a new one.
list=$(sha256sum "$clients/requirements.txt" | cut -c1-16)
environment="$COGNATE_TOOLS/clients-$list"
if [ ! -e "$environment/complete" ]; then
  rm -rf "$environment"
  python3 -m venv "$environment"
  "$environment/bin/pip" install --quiet --disable-pip-version-check \
    --requirement "$clients/requirements.txt"
  touch "$environment/complete"
fi

cargo build --quiet --locked --package cli
# Where subscribers may be notified: a test listens there, and while none does, handshakes fail.
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
COGNATE_ENDPOINT=http://127.0.0.1:$port/hooks
demo_start "$CARGO_TARGET_DIR/debug/cognate" --subscription-endpoint "$COGNATE_ENDPOINT"
COGNATE_URL=$(demo_field url)
COGNATE_EHR_TOKEN=$(demo_field ehrToken)
COGNATE_ORDER_ENTRY_TOKEN=$(demo_field orderEntryToken)
COGNATE_LOGIN=$(demo_field login)
COGNATE_PASSWORD=$(demo_field password)
: "${COGNATE_URL:?}" "${COGNATE_EHR_TOKEN:?}" "${COGNATE_ORDER_ENTRY_TOKEN:?}"
export COGNATE_URL COGNATE_EHR_TOKEN COGNATE_ORDER_ENTRY_TOKEN COGNATE_LOGIN COGNATE_PASSWORD
export COGNATE_ENDPOINT PYTHONDONTWRITEBYTECODE=1 NO_PROXY=127.0.0.1

# In the background, so that a signal to this script is not held up by it.
run() {
  cd "$clients"
  case $what in
    openapi) SCHEMATHESIS="$environment/bin/schemathesis" "$environment/bin/python" fuzz.py ;;
    clients)
      if ! [ node_modules/.package-lock.json -nt package-lock.json ]; then
        npm ci --no-audit --no-fund --ignore-scripts
      fi
      npm test --silent
      "$environment/bin/python" -W ignore::DeprecationWarning -m unittest \
        test_fhirclient test_fhirpy test_subscription
      ;;
    *) echo "unknown: \`$what\`"; return 2 ;;
  esac
}
run &
running=$!
trap 'kill "$running" 2>/dev/null || true; exit 130' INT TERM
wait "$running"
