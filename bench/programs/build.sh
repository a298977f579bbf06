#!/bin/sh
# Builds the programs that programs.json lists, and the small launcher that measures them: C programs natively and to
# WebAssembly, programs in the text format to WebAssembly.
#
#   bench/programs/build.sh [OUT]         what invar-bench runs; OUT is build-bench in the project's root unless given
#   bench/programs/build.sh --update      compiles all modules anew into compiled/, where they lie in the tree
#   bench/programs/build.sh --check       would that change anything? Status 1 if so
#
# The modules in compiled/ are taken as they are while they are up to date (../compare/compiled.py), so only who changes
# programs needs the tools: clang with a wasm32-wasi sysroot; on Debian: clang-19 lld-19 libclang-rt-19-dev-wasm32
# wasi-libc. Programs in the text format need invar (INVAR, build/invar in the project's root unless given). Python 3
# reads programs.json.
# CC chooses the native compiler, WASM_CC the one for WebAssembly, CFLAGS are added to both, WASM_CFLAGS to the second;
# with any of the last three all modules are compiled.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
verb=build
case ${1:-} in
  --update | --check)
    verb=${1#--}
    out=$(mktemp -d)
    trap 'rm -rf "$out"' EXIT
    ;;
  *) out=${1:-$here/../../build-bench} ;;
esac
native=${CC:-clang-19}
wasm=${WASM_CC:-clang-19}
invar=${INVAR:-$here/../../build/invar}
# Results are compared bit by bit, so no machine may fuse a multiplication with an addition.
# Indirect calls then name their table in one byte, which engines older than the reference types insist on.
wasm_flags="--target=wasm32-wasi -mno-reference-types -Wl,--strip-all ${WASM_CFLAGS:-}"
flags="-std=c11 -O2 -ffp-contract=off -Wall -Wextra -Werror ${CFLAGS:-}"

mkdir -p "$out"
out=$(cd "$out" && pwd)

# A line for each program: name, source, features. What lies here and is not listed is an error.
list=$(python3 - "$here" <<'PYTHON'
import json, os, sys
folder = sys.argv[1]
programs = json.load(open(os.path.join(folder, "programs.json"), encoding="utf-8"))
unlisted = {name for name in os.listdir(folder) if name.endswith((".c", ".wat"))} - {p["source"] for p in programs}
if unlisted:
    sys.exit(f"build.sh: programs.json does not list {', '.join(sorted(unlisted))}")
for program in programs:
    print(program["name"], program["source"], *program["features"])
PYTHON
)

has() { command -v "${1%% *}" >/dev/null; }
word_in() { case " $2 " in *" $1 "*) return 0 ;; *) return 1 ;; esac; }

# The programs to compile to WebAssembly: all, or those that compiled/ does not have.
if [ "$verb" = build ] && [ -z "${WASM_CC:-}${WASM_CFLAGS:-}${CFLAGS:-}" ]; then
  wanted=$(python3 "$here/../compare/compiled.py" copy "$out" | tr '\n' ' ')
else
  wanted=$(echo "$list" | cut -d ' ' -f 1 | tr '\n' ' ')
fi

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
make_module() {
  name=$1 source=$2 features=$3
  case $source in
    *.wat)
      if [ -x "$invar" ]; then
        make_target "$out/$name.wasm" "$source" "$invar" wat2wasm "$source" -o "$out/$name.wasm"
      else
        skipped="$skipped $name"
      fi
      ;;
    *)
      feature_flags=
      if word_in simd "$features"; then feature_flags=-msimd128; fi
      if word_in bulk-memory "$features"; then feature_flags="$feature_flags -mbulk-memory"; fi
      if has "$wasm"; then
        make_target "$out/$name.wasm" "$source" \
          $wasm $flags $wasm_flags $feature_flags "$source" -o "$out/$name.wasm" -lm
      else
        skipped="$skipped $name"
      fi
      ;;
  esac
}

# shellcheck disable=SC2086
{
  if [ "$verb" = build ] && has "$native"; then
    make_target "$out/launch" "$here/../compare/launch.c" \
      $native $flags -D_GNU_SOURCE "$here/../compare/launch.c" -o "$out/launch"
  fi
  while read -r name source features; do
    if word_in "$name" "$wanted"; then make_module "$name" "$here/$source" "$features"; fi
    case $source in
      *.c)
        if [ "$verb" = build ] && has "$native"; then
          make_target "$out/$name.native" "$here/$source" $native $flags "$here/$source" -o "$out/$name.native" -lm
        fi
        ;;
    esac
  done <<END_OF_LIST
$list
END_OF_LIST
}

if [ -n "$skipped" ]; then
  echo "build.sh: left out, changed since they were compiled, and $wasm or $invar is not there to do it again:$skipped" >&2
  [ "$verb" = build ] || exit 1
fi
if [ "$verb" != build ]; then
  # What the bytes depend on: versions of the compiler, its linker and the C library.
  tools=$($wasm --version | head -n 1)
  if has dpkg-query; then
    tools="$tools$(dpkg-query -W -f ', ${Package} ${Version}' lld-19 libclang-rt-19-dev-wasm32 wasi-libc)"
  fi
  python3 "$here/../compare/compiled.py" "$verb" "$out" "$tools"
elif ! has "$native"; then
  echo "no native programs: $native is not on this machine" >&2
  exit 1
fi
