#!/bin/sh
# Builds the programs that programs.json lists, and the small launcher that measures them: C programs twice, natively
# and to WebAssembly, programs in the text format to WebAssembly.
#
#   bench/programs/build.sh [OUT]         OUT is build-bench in the project's root unless given
#
# Needs clang with a wasm32-wasi sysroot; on Debian: clang-19 lld-19 libclang-rt-19-dev-wasm32 wasi-libc. Python 3 reads
# programs.json. Programs in the text format need invar (INVAR, build/invar in the project's root unless given); without
# it they are left out.
# CC chooses the native compiler, WASM_CC the one for WebAssembly, CFLAGS are added to both, WASM_CFLAGS to the second.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/../../build-bench}
native=${CC:-clang-19}
wasm=${WASM_CC:-clang-19}
invar=${INVAR:-$here/../../build/invar}
# Results are compared bit by bit, so no machine may fuse a multiplication with an addition.
# Indirect calls then name their table in one byte, which engines older than the reference types insist on.
wasm_flags="--target=wasm32-wasi -mno-reference-types ${WASM_CFLAGS:-}"
flags="-std=c11 -O2 -ffp-contract=off -Wall -Wextra -Werror ${CFLAGS:-}"

mkdir -p "$out"
out=$(cd "$out" && pwd)

# A line for each program: name, source, features. What lies here and is not listed is an error.
list=$(python3 - "$here" <<'END'
import json, os, sys
folder = sys.argv[1]
programs = json.load(open(os.path.join(folder, "programs.json"), encoding="utf-8"))
unlisted = {name for name in os.listdir(folder) if name.endswith((".c", ".wat"))} - {p["source"] for p in programs}
if unlisted:
    sys.exit(f"build.sh: programs.json does not list {', '.join(sorted(unlisted))}")
for program in programs:
    print(program["name"], program["source"], *program["features"])
END
)

# $1: target, $2: its source, the rest: the command, which is run unless the target is newer than source and script.
make_target() {
  if [ ! -e "$1" ] || [ -n "$(find "$2" "$here/build.sh" -newer "$1")" ]; then
    basename "$1"
    shift 2
    "$@"
  fi
}

skipped=
# The flags are lists of words.
# shellcheck disable=SC2086
{
  make_target "$out/launch" "$here/../compare/launch.c" \
    $native $flags -D_GNU_SOURCE "$here/../compare/launch.c" -o "$out/launch"
  while read -r name source features; do
    target=$out/$name
    source=$here/$source
    case $source in
      *.wat)
        if [ -x "$invar" ]; then
          make_target "$target.wasm" "$source" "$invar" wat2wasm "$source" -o "$target.wasm"
        else
          skipped="$skipped $name"
        fi
        ;;
      *)
        case " $features " in
          *" simd "*) feature_flags=-msimd128 ;;
          *) feature_flags= ;;
        esac
        make_target "$target.native" "$source" $native $flags "$source" -o "$target.native" -lm
        make_target "$target.wasm" "$source" $wasm $flags $wasm_flags $feature_flags "$source" -o "$target.wasm" -lm
        ;;
    esac
  done <<END
$list
END
}
if [ -n "$skipped" ]; then
  echo "build.sh: left out, because there is no $invar to assemble them (build it, or set INVAR):$skipped" >&2
fi
