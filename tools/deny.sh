#!/usr/bin/env bash
# Licences, bans and sources of every dependency. Needs no network once the crates are fetched;
# advisories are `cargo xtask advisories`.
set -euo pipefail
# shellcheck source=tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

cargo fetch --quiet --locked
exec cargo deny --offline --locked check --hide-inclusion-graph bans licenses sources
