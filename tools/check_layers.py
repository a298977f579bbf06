#!/usr/bin/env python3
"""Checks which folder includes which: an include may only point to a folder's own layers, as in the README's map.

    decoder  <-  engine  <-  { jit, wasi }  <-  { spec-tests, bench, tools }
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Folder -> folders it may include. The longest matching folder decides for a file; a rule covers subfolders.
RULES = {
    "decoder/base": ["decoder/base"],
    "decoder": ["decoder"],
    "engine/platform": ["engine/platform", "decoder"],
    "engine/semantics": ["engine/semantics", "engine/runtime/trap.h", "decoder"],
    "engine": ["engine", "decoder", "invar"],
    "jit": ["jit", "engine", "decoder", "invar"],
    "wasi": ["wasi", "engine", "decoder", "invar"],
    "spec-tests": ["spec-tests", "wasi", "jit", "engine", "decoder", "invar"],
    "bench": ["bench", "wasi", "jit", "engine", "decoder", "invar"],
    "tools": ["tools", "spec-tests", "wasi", "jit", "engine", "decoder", "invar"],
}
# Names that hide a header of the C library in folders with targets: Meson puts those on the include path.
RESERVED = {"features.h", "string.h", "memory.h", "time.h", "signal.h", "threads.h", "limits.h", "math.h", "poll.h",
            "errno.h", "stdint.h"}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def under(path, folder):
    return path == folder or path.startswith(folder + "/")


def main():
    problems, checked = [], 0
    for path in sorted(ROOT.rglob("*")):
        if path.suffix not in (".h", ".cpp", ".def") or not path.is_file():
            continue
        name = path.relative_to(ROOT).as_posix()
        if name.split("/", 1)[0].startswith(("build", ".")):
            continue
        rule = max((folder for folder in RULES if under(name, folder)), key=len, default=None)
        if rule is None:
            problems.append(f"{name}: in no folder of the map")
            continue
        if path.name in RESERVED and (path.parent / "meson.build").exists():
            problems.append(f"{name}: hides a header of the C library")
        checked += 1
        for target in INCLUDE.findall(path.read_text(encoding="utf-8")):
            if not any(under(target, allowed) for allowed in RULES[rule]):
                problems.append(f'{name}: includes "{target}"; {rule} may include {", ".join(RULES[rule])}')
    print("\n".join(problems) if problems else f"{checked} files keep to the layers")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
