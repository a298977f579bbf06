"""The benchmark programs: their list, which is data, and their building."""

import fnmatch
import json
import os
import subprocess
from dataclasses import dataclass, field

from .compiled import Compiled
from .engines import ROOT, BadInput

FOLDER = os.path.join(ROOT, "bench", "programs")
LIST = os.path.join(FOLDER, "programs.json")
BUILD = os.path.join(FOLDER, "build.sh")
OUT = os.path.join(ROOT, "build-bench")
EMPTY = "empty"  # the program that is nothing but start-up
NO_CLASS = "other"
TOOLS = "clang with a wasm32-wasi sysroot; on Debian: clang-19 lld-19 libclang-rt-19-dev-wasm32 wasi-libc"


@dataclass
class Program:
    name: str
    class_name: str = NO_CLASS
    features: list = field(default_factory=list)
    native: bool = True  # whether there is a native twin
    stresses: str = ""  # what part of an engine it is about


def read_list(path):
    """The programs that a list describes, in its order; none if there is no list."""
    if not os.path.exists(path):
        return []
    try:
        with open(path, encoding="utf-8") as file:
            rows = json.load(file)
        return [Program(row["name"], row.get("class", NO_CLASS), list(row.get("features", [])),
                        bool(row.get("native", True)), row.get("stresses", "")) for row in rows]
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise BadInput(f"cannot read the programs of {path}: {error!r}") from error


def build(out):
    """Builds what is not up to date. Returns None, or why it could not. The modules that lie in the tree are brought to
    `out` in any case: that needs no compiler."""
    try:
        Compiled().copy(out)
        result = subprocess.run([BUILD, out], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, check=False)
    except OSError as error:
        return str(error)
    if result.returncode == 0:
        return None
    lines = [line for line in result.stdout.decode(errors="replace").split("\n") if line.strip()]
    return lines[-1].strip() if lines else f"exit code {result.returncode}"


def built(listed, out, problem=None):
    """The programs that can be run, in the order of the list, with those it does not name behind; and the names of
    listed ones that are not built. `problem` is what build() came to, for the message if there are none."""
    names = []
    if os.path.isdir(out):
        names = sorted(name[:-5] for name in os.listdir(out) if name.endswith(".wasm"))
    listed = [program for program in listed if program.name != EMPTY]
    known = {program.name for program in listed}
    further = [Program(name, native=os.path.exists(os.path.join(out, name + ".native")))
               for name in names if name not in known and name != EMPTY]
    usable = [program for program in listed if program.name in names] + further
    if EMPTY not in names or not usable:
        failed = f" The attempt failed: {problem}." if problem else ""
        raise BadInput(f"no programs are in {out}.{failed} `bench/programs/build.sh {out}` brings them there; what changed "
                       f"since it was compiled needs {TOOLS}. `tools/dev bench` installs that and does the rest.")
    return usable, [program.name for program in listed if program.name not in names]


def select(programs, patterns, classes):
    """Those whose name is among the patterns and whose class is among the classes; an empty choice means all."""
    chosen = matching([program.name for program in programs], patterns, "program")
    kinds = matching(list(dict.fromkeys(program.class_name for program in programs)), classes, "class")
    result = [program for program in programs if program.name in chosen and program.class_name in kinds]
    if not result:
        raise BadInput("no program is left of that choice")
    return result


def matching(names, patterns, what):
    """The names that match any pattern (* and ? as in file names); all if there are none. Every pattern must match."""
    if not patterns:
        return names
    chosen = []
    for pattern in patterns:
        found = fnmatch.filter(names, pattern)
        if not found:
            raise BadInput(f"no {what} is called {pattern}; there are: {', '.join(names)}")
        chosen += found
    return chosen
