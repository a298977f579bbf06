#!/bin/sh
# Builds every program of this folder twice, natively and to WebAssembly, and the small launcher that measures them.
#
#   bench/programs/build.sh [OUT]         OUT is build-bench in the project's root unless given
#
# Needs clang with a wasm32-wasi sysroot; on Debian: clang-19 lld-19 libclang-rt-19-dev-wasm32 wasi-libc.
# CC chooses the native compiler, WASM_CC the one for WebAssembly, CFLAGS are added to both, WASM_CFLAGS to the second.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/../../build-bench}
native=${CC:-clang-19}
wasm=${WASM_CC:-clang-19}
# Results are compared bit by bit, so no machine may fuse a multiplication with an addition.
# Indirect calls then name their table in one byte, which engines older than the reference types insist on.
wasm_flags="--target=wasm32-wasi -mno-reference-types ${WASM_CFLAGS:-}"
flags="-std=c11 -O2 -ffp-contract=off -Wall -Wextra -Werror ${CFLAGS:-}"

mkdir -p "$out"
out=$(cd "$out" && pwd)

# $1: target, $2: its source, the rest: the command, which is run unless the target is newer than source and script.
make_target() {
  target=$1
  source=$2
  shift 2
  if [ ! -e "$target" ] || [ -n "$(find "$source" "$here/build.sh" -newer "$target")" ]; then
    echo "$(basename "$target")"
    "$@" "$source" -o "$target" -lm
  fi
}

# The flags are lists of words.
# shellcheck disable=SC2086
{
  make_target "$out/launch" "$here/../compare/launch.c" $native $flags -D_GNU_SOURCE
  for source in "$here"/*.c; do
    name=$(basename "$source" .c)
    make_target "$out/$name.native" "$source" $native $flags
    make_target "$out/$name.wasm" "$source" $wasm $flags $wasm_flags
  done
}
