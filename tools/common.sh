# Sourced by the other scripts: the repository's root and where builds and tools go.
# shellcheck shell=bash

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$ROOT" || exit 1

# Outside the clone, so that a second clone and a second run are quick.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$HOME/.cache/cognate/target}"
export CARGO_INCREMENTAL="${CARGO_INCREMENTAL:-0}"
export COGNATE_TOOLS="${COGNATE_TOOLS:-$HOME/.cache/cognate/tools}"
export PATH="$COGNATE_TOOLS/bin:$HOME/.cargo/bin:$PATH"
