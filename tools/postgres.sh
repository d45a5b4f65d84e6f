#!/usr/bin/env bash
# The tests of the record and of the binary on PostgreSQL: a throw-away server that listens on a
# socket in a temporary folder and nowhere else, ended by its own id, whatever happens.
#   tools/postgres.sh              the suites
#   tools/postgres.sh COMMAND…     a command, with COGNATE_TEST_STORE set to the server
set -euo pipefail
# shellcheck source=tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# Debian keeps the server's programs, one folder a version, out of the way.
programs=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -1)
export PATH="${programs:+$programs:}$PATH"
for program in initdb postgres psql pg_isready; do
  command -v "$program" >/dev/null || { echo "postgres: $program is missing" >&2; exit 1; }
done

scratch=$(mktemp -d -t cognate-postgres.XXXXXX)
server=

# The server refuses to run as root.
as_owner=()
if [ "$(id -u)" -eq 0 ]; then
  owner=nobody
  id postgres >/dev/null 2>&1 && owner=postgres
  as_owner=(setpriv "--reuid=$owner" "--regid=$(id -g "$owner")" --clear-groups)
  chown "$owner" "$scratch"
fi

# Called by the trap. An immediate stop: nothing in it is worth keeping.
# shellcheck disable=SC2317
finish() {
  if [ -n "$server" ]; then
    kill -QUIT "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 130' INT TERM

"${as_owner[@]}" initdb --pgdata="$scratch/data" --username=postgres --auth=trust --encoding=UTF8 \
  --locale=C.UTF-8 --no-sync >"$scratch/log" 2>&1 || { cat "$scratch/log" >&2; exit 1; }
# It outlives nothing, so it need not wait for the disk. `exec` keeps the id that is waited for.
(cd / && exec "${as_owner[@]}" postgres -D "$scratch/data" -c listen_addresses='' \
  -c unix_socket_directories="$scratch" -c max_connections=300 -c fsync=off \
  -c full_page_writes=off) >>"$scratch/log" 2>&1 &
server=$!
for ((tenths = 0; ; tenths++)); do
  pg_isready --quiet --host="$scratch" && break
  if [ "$tenths" -ge 300 ] || ! kill -0 "$server" 2>/dev/null; then
    echo "postgres: the server did not start" >&2
    cat "$scratch/log" >&2
    exit 1
  fi
  sleep 0.1
done

# The shape in which the tests expect it: they put the names of their own databases in.
export COGNATE_TEST_STORE="postgres:///postgres?host=$scratch&user=postgres"
if [ $# -gt 0 ]; then
  "$@"
  exit
fi
if command -v cargo-nextest >/dev/null; then
  cargo nextest run --locked --package record --no-fail-fast
  cargo nextest run --locked --package cli --no-fail-fast postgres::
else
  cargo test --locked --package record --no-fail-fast --lib --tests
  cargo test --locked --package cli --test it postgres::
fi
