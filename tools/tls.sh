#!/usr/bin/env bash
# What sslyze says of a started server: HTTP and MLLP by TLS, with a certificate made for it. Installs
# the pinned version where it is missing; without the network it says that it was skipped.
set -euo pipefail
# shellcheck source=tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

SSLYZE_VERSION=6.3.1
at="$COGNATE_TOOLS/sslyze-$SSLYZE_VERSION"
if ! [ -x "$at/bin/sslyze" ]; then
  python3 -m venv "$at" || { echo "SKIPPED: sslyze needs python3 with venv"; exit 0; }
  if ! "$at/bin/pip" install --quiet "sslyze==$SSLYZE_VERSION"; then
    rm -rf "$at"
    echo "SKIPPED: sslyze cannot be installed without the network"
    exit 0
  fi
fi
command -v openssl >/dev/null || { echo "SKIPPED: a certificate needs openssl"; exit 0; }

cargo build --quiet --locked --package cli
scratch=$(mktemp -d -t cognate-tls.XXXXXX)
server=
end() {
  [ -z "$server" ] || { kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }
  rm -rf "$scratch"
}
trap end EXIT
trap 'exit 130' INT TERM

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
  -keyout "$scratch/key.pem" -out "$scratch/certificate.pem" 2>/dev/null
chmod 600 "$scratch/key.pem"
cognate="$CARGO_TARGET_DIR/debug/cognate"
"$cognate" init --directory "$scratch/data" >/dev/null 2>&1
"$cognate" serve --directory "$scratch/data" --http 127.0.0.1:0 --mllp 127.0.0.1:0 \
  --tls-certificate "$scratch/certificate.pem" --tls-key "$scratch/key.pem" \
  >"$scratch/log" 2>&1 &
server=$!
for ((tenths = 0; tenths < 300; tenths++)); do
  grep -q 'listening for HL7' "$scratch/log" && break
  kill -0 "$server" 2>/dev/null || { cat "$scratch/log" >&2; exit 1; }
  sleep 0.1
done
http=$(sed -n 's#.*https://\(127\.0\.0\.1:[0-9]*\).*#\1#p' "$scratch/log" | head -1)
mllp=$(sed -n 's#.*MLLP.* on \(127\.0\.0\.1:[0-9]*\).*#\1#p' "$scratch/log" | head -1)
: "${http:?}" "${mllp:?}"

"$at/bin/sslyze" --json_out "$scratch/found.json" "$http" "$mllp" >/dev/null || true
python3 - "$scratch/found.json" <<'PYTHON'
import json
import sys

OLD = ["ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1"]
WEAK = ["RC4", "3DES", "DES_CBC", "CBC_SHA", "NULL", "EXPORT", "anon", "MD5"]
wrong, seen = [], 0
for server in json.load(open(sys.argv[1]))["server_scan_results"]:
    where = f"port {server['server_location']['port']}"
    scan = server["scan_result"]
    if scan is None:
        wrong.append(f"{where}: cannot be scanned")
        continue

    def result(name):
        attempt = scan[name]
        if attempt["status"] != "COMPLETED":
            wrong.append(f"{where}: {name} {attempt['status']}")
            return {}
        return attempt["result"]

    for version in OLD:
        if result(f"{version}_cipher_suites").get("accepted_cipher_suites"):
            wrong.append(f"{where}: accepts {version}")
    for version in ["tls_1_2", "tls_1_3"]:
        suites = result(f"{version}_cipher_suites").get("accepted_cipher_suites", [])
        if not suites:
            wrong.append(f"{where}: refuses {version}")
        for suite in suites:
            seen += 1
            name = suite["cipher_suite"]["name"]
            if any(word in name for word in WEAK):
                wrong.append(f"{where}: accepts {name}")
    checks = {
        "heartbleed": "is_vulnerable_to_heartbleed",
        "openssl_ccs_injection": "is_vulnerable_to_ccs_injection",
        "tls_compression": "supports_compression",
    }
    for name, field in checks.items():
        if result(name).get(field):
            wrong.append(f"{where}: {field}")
    robot = result("robot").get("robot_result", "")
    if not str(robot).startswith("NOT_VULNERABLE"):
        wrong.append(f"{where}: robot {robot}")
    renegotiation = result("session_renegotiation")
    if renegotiation.get("is_vulnerable_to_client_renegotiation_dos"):
        wrong.append(f"{where}: client renegotiation")
if seen == 0:
    wrong.append("no cipher suite was seen")
for one in wrong:
    print(one)
outcome = "met" if not wrong else "NOT MET"
print(f"figure: TLS of HTTP and MLLP, sslyze | 0 findings | {len(wrong)}, {seen} suites | {outcome}")
sys.exit(1 if wrong else 0)
PYTHON
