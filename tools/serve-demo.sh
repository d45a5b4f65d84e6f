# Sourced by scripts that need the demonstration running: starts it on free ports of loopback,
# waits until it is ready, and ends it by its own id when the script ends.
# shellcheck shell=bash

demo_scratch=$(mktemp -d -t cognate-demo.XXXXXX)
demo_server=

# Called by the trap.
# shellcheck disable=SC2317
demo_end() {
  if [ -n "$demo_server" ]; then
    kill "$demo_server" 2>/dev/null || true
    wait "$demo_server" 2>/dev/null || true
  fi
  rm -rf "$demo_scratch"
}
trap demo_end EXIT
trap 'exit 130' INT TERM

# demo_start BINARY [ARGUMENT…]: returns when the demonstration is loaded.
demo_start() {
  local binary=$1
  shift
  "$binary" demo "$@" --directory "$demo_scratch/data" --http 127.0.0.1:0 --mllp 127.0.0.1:0 \
    --ready-file "$demo_scratch/ready.json" >"$demo_scratch/log" 2>&1 &
  demo_server=$!
  local tenths
  for ((tenths = 0; tenths < 600; tenths++)); do
    if [ -s "$demo_scratch/ready.json" ]; then return 0; fi
    if ! kill -0 "$demo_server" 2>/dev/null; then
      demo_server=
      break
    fi
    sleep 0.1
  done
  echo "the demonstration did not get ready:" >&2
  cat "$demo_scratch/log" >&2
  return 1
}

# demo_field NAME: one value of what the demonstration says of itself.
demo_field() {
  sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" "$demo_scratch/ready.json"
}
