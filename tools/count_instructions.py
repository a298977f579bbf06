#!/usr/bin/env python3
"""Machine instructions that the interpreter executes, on x86-64 and on AArch64, counted under emulation.

    tools/count_instructions.py [PROGRAM…]       benchmark programs; some short ones unless given
    tools/count_instructions.py --families       for each of a few instructions of each family, with the time it takes

The builds of the engine (build/invar, and build-arm64/invar if it is there; --x86, --arm) run under QEMU's user-mode
emulation with count_instructions.c as its plugin. What the program `empty` takes is taken off. Needs qemu-user and a C
compiler ($CC, or clang-19). A program takes minutes: emulation is up to a hundred times slower.
"""

import argparse
import math
import os
import re
import resource
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MODULES = os.path.join(ROOT, "bench", "programs", "compiled")
SHORT = ["recursion", "sort", "matmul", "sha256", "json", "trees"]

# What one copy does. Locals: i32 a b p z, i64 x y, f64 f g, v128 v w; s is a struct.
FAMILIES = [
    ("integer: i32.add", "(local.set $a (i32.add (local.get $a) (local.get $b)))"),
    ("integer: i64.mul, i64.add",
     "(local.set $x (i64.add (i64.mul (local.get $x) (local.get $y)) (i64.const 12345)))"),
    ("float: f64.add", "(local.set $f (f64.add (local.get $f) (local.get $g)))"),
    ("float: f64.mul, f64.add", "(local.set $f (f64.add (local.get $g) (f64.mul (local.get $f) (local.get $g))))"),
    ("memory: i32.load", "(local.set $b (i32.load offset=8 (local.get $p)))"),
    ("memory: i32.load, i32.add", "(local.set $a (i32.add (local.get $a) (i32.load (local.get $p))))"),
    ("memory: i32.store", "(i32.store offset=64 (local.get $p) (local.get $a))"),
    ("branch: i32.lt_u, br_if", "(block (br_if 0 (i32.lt_u (local.get $z) (local.get $p))))"),
    ("branch: br_table", "(block (block (br_table 0 1 0 (local.get $z))))"),
    ("select: i32.eqz, select",
     "(local.set $a (select (local.get $a) (local.get $b) (i32.eqz (local.get $z))))"),
    ("global: global.get, global.set", "(global.set $k (global.get $k))"),
    ("call: call, return", "(local.set $a (call $same (local.get $a)))"),
    ("call: call_indirect, return", "(local.set $a (call_indirect (param i32) (result i32) (local.get $a) (local.get $z)))"),
    ("SIMD: i32x4.add", "(local.set $v (i32x4.add (local.get $v) (local.get $w)))"),
    ("GC: struct.get", "(local.set $b (struct.get $pair 0 (local.get $s)))"),
    ("GC: struct.new", "(local.set $s (struct.new $pair (local.get $a) (local.get $b)))"),
]
MODULE = """(module
  (type $pair (struct (field i32 i32)))
  (memory 1) (global $k (mut i32) (i32.const 1)) (table funcref (elem $same))
  (func $same (param i32) (result i32) (local.get 0))
  (func (export "run") (param $turns i32)
    (local $a i32) (local $b i32) (local $p i32) (local $z i32) (local $x i64) (local $y i64)
    (local $f f64) (local $g f64) (local $v v128) (local $w v128) (local $s (ref null $pair))
    (local.set $p (i32.const 1024)) (local.set $y (i64.const 3)) (local.set $g (f64.const 0.5))
    (local.set $s (struct.new $pair (i32.const 1) (i32.const 2)))
    (loop $again
      %s
      (br_if $again (local.tee $turns (i32.sub (local.get $turns) (i32.const 1)))))))
"""
COPIES = 50


def executed(emulator, plugin, command):
    run = subprocess.run([emulator, "-plugin", plugin, *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                         text=True, check=False)
    count = re.search(r"^executed (\d+)$", run.stderr, re.MULTILINE)
    if run.returncode != 0 or count is None:
        sys.exit(f"{emulator} {' '.join(command)}: exit status {run.returncode}: {run.stderr.strip()}")
    return int(count[1])


def seconds(command):
    best = math.inf
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        best = min(best, resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before)
    return best


def programs(names, sides, plugin):
    run = [[engine, "run", "--tier", "interp"] for _, engine in sides]
    start = [executed(emulator, plugin, [*run[i], os.path.join(MODULES, "empty.wasm")])
             for i, (emulator, _) in enumerate(sides)]
    print(f"{'program':14} {'x86-64':>16} {'AArch64':>16}  ratio")
    ratios = []
    for name in names:
        counts = [executed(emulator, plugin, [*run[i], os.path.join(MODULES, name + ".wasm")]) - start[i]
                  for i, (emulator, _) in enumerate(sides)]
        line = f"{name:14} " + " ".join(f"{count:16,}" for count in counts)
        if len(counts) == 2:
            ratios.append(counts[1] / counts[0])
            line += f"  {ratios[-1]:.3f}"
        print(line, flush=True)
    if ratios:
        print(f"geometric mean {math.exp(sum(map(math.log, ratios)) / len(ratios)):.3f}")


def families(sides, plugin, folder):
    print("| what | instructions, x86-64 | AArch64 | ns, x86-64 |\n|---|---:|---:|---:|")
    path = os.path.join(folder, "family.wat")
    base = None
    for name, copy in [("", ""), *FAMILIES]:
        with open(path, "w", encoding="utf-8") as file:
            file.write(MODULE % " ".join([copy] * COPIES))
        def command(engine, turns):
            return [engine, "run", "--invoke", "run", path, str(turns)]
        figures = [(executed(emulator, plugin, command(engine, 2000)) - executed(emulator, plugin, command(engine, 1000)))
                   / (1000 * COPIES) for emulator, engine in sides]
        many = 400000
        figures.append((seconds(command(sides[0][1], many)) - seconds(command(sides[0][1], 1))) / (many * COPIES) * 1e9)
        if base is None:
            base = figures  # the loop itself
            continue
        cells = [f"{each - loop:.1f}" for each, loop in zip(figures, base)]
        if len(sides) == 1:
            cells.insert(1, "–")
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="*", default=SHORT)
    parser.add_argument("--families", action="store_true")
    parser.add_argument("--x86", default=os.path.join(ROOT, "build", "invar"))
    parser.add_argument("--arm", default=os.path.join(ROOT, "build-arm64", "invar"))
    options = parser.parse_args()
    sides = [("qemu-x86_64", options.x86)]
    if os.path.exists(options.arm):
        sides.append(("qemu-aarch64", options.arm))
    with tempfile.TemporaryDirectory() as folder:
        plugin = os.path.join(folder, "count.so")
        source = os.path.join(ROOT, "tools", "count_instructions.c")
        compiler = os.environ.get("CC", "clang-19").split()
        subprocess.run([*compiler, "-O2", "-shared", "-fPIC", source, "-o", plugin], check=True)
        if options.families:
            families(sides, plugin, folder)
        else:
            programs(options.programs, sides, plugin)


if __name__ == "__main__":
    main()
