#!/usr/bin/env python3
"""Runs the benchmark programs natively and in WebAssembly engines, and compares CPU time and memory.

    bench/programs/build.sh
    bench/compare/compare.py --engine invar='build/invar run {wasm}'

The engines are those of engines.json that are installed, and those given with --engine. In every round each program
runs once in every engine before the next program's turn, so that a slower or faster spell of the machine meets all of
them. A figure is the best round's CPU time of the whole process (all threads, compilation included), less that of an
empty program in the same engine, divided by the same difference of the native program. A result whose slowest round
took over ten per cent longer than its fastest is marked with *. Every run's output must equal the native program's.
"""

import argparse
import json
import math
import os
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SPREAD_LIMIT = 0.10
EMPTY = "empty"


class Engine:
    """A way to run a program: a command with {wasm}, {native} and {here} standing for files and this folder."""

    def __init__(self, name, command, version=None, install=None):
        self.name = name
        self.command = command
        self.version_command = version
        self.install = install
        self.version = None

    def arguments(self, template, program, out):
        values = {
            "wasm": os.path.join(out, program + ".wasm"),
            "native": os.path.join(out, program + ".native"),
            "here": HERE,
        }
        return [word.format(**values) for word in shlex.split(template)]

    def find(self, out):
        """Returns why the engine cannot be used, or None; on success the version is known."""
        executable = self.arguments(self.command, EMPTY, out)[0]
        if shutil.which(executable) is None:
            return f"{executable} is not installed" if os.sep not in executable else f"there is no {executable}"
        if self.version_command is None:
            self.version = ""
            return None
        try:
            result = subprocess.run(
                self.arguments(self.version_command, EMPTY, out),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=60,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"its version command fails: {error}"
        if result.returncode != 0:
            return f"its version command fails: {self.version_command}"
        self.version = result.stdout.decode(errors="replace").strip().split("\n")[0]
        return None


def error_line(text):
    """The line of an engine's error output that says most: the first that mentions an error, else the last."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    for line in lines:
        if "error" in line.lower():
            return line[:200]
    return lines[-1][:200] if lines else ""


class Launcher:
    """Runs commands through the small C program beside this script, which says why it is needed."""

    def __init__(self, out, timeout):
        self.path = os.path.join(out, "launch")
        self.timeout = timeout

    def run(self, arguments):
        """Returns one run as a dictionary: cpu and wall in seconds, peak in KiB, and an error or None."""
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as errors:
            report = os.path.join(folder, "report")
            process = subprocess.run(
                [self.path, report, str(self.timeout), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                check=False,
            )
            if process.returncode != 0:
                raise SystemExit(f"compare: {self.path} failed on: {shlex.join(arguments)}")
            with open(report, encoding="ascii") as file:
                status, cpu, wall, peak = file.read().split()
            errors.seek(0)
            message = error_line(errors.read(10000).decode(errors="replace"))
        error = None
        if status == "2000":
            error = f"stopped after {self.timeout} s"
        elif int(status) >= 1000:
            error = f"ended by signal {int(status) - 1000}"
        elif status != "0":
            error = f"exit code {status}" + (f": {message}" if message else "")
        return {"cpu": float(cpu), "wall": float(wall), "peak": int(peak), "output": process.stdout, "error": error}


class Cell:
    """All runs of one program in one engine."""

    def __init__(self):
        self.runs = []
        self.error = None

    def add(self, run, expected):
        if run["error"] is None and expected is not None and run["output"] != expected:
            shown = run["output"][:60].decode(errors="replace").strip()
            run["error"] = f"wrong output: {shown!r}"
        if run["error"] is not None:
            self.error = run["error"]
        self.runs.append(run)

    @property
    def cpu(self):
        return min(run["cpu"] for run in self.runs)

    @property
    def peak(self):
        return max(run["peak"] for run in self.runs)

    @property
    def spread(self):
        return max(run["cpu"] for run in self.runs) / max(self.cpu, 1e-6) - 1


def parse_engine(text):
    name, equals, command = text.partition("=")
    if not equals or not name or not command:
        raise argparse.ArgumentTypeError(f"expected NAME='COMMAND {{wasm}}', not {text!r}")
    return Engine(name, command)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default=os.path.join(ROOT, "build-bench"), help="folder of the built programs")
    parser.add_argument("--rounds", type=int, default=3, help="how often everything runs (default: 3)")
    parser.add_argument("--timeout", type=int, default=120, help="seconds until a run is stopped (default: 120)")
    parser.add_argument("--engines", default=os.path.join(HERE, "engines.json"), help="file of known engines")
    parser.add_argument("--engine", action="append", default=[], type=parse_engine, metavar="NAME=COMMAND",
                        help="add an engine, or replace the known one of this name; may be repeated")
    parser.add_argument("--select", metavar="NAME,...", help="only these engines, and those given with --engine")
    parser.add_argument("--programs", metavar="NAME,...", help="only these programs")
    parser.add_argument("--json", metavar="FILE", help="write every run to this file as well")
    arguments = parser.parse_args()
    if arguments.rounds < 1 or arguments.timeout < 1:
        parser.error("--rounds and --timeout must be at least 1")
    return arguments


def choose_engines(arguments):
    with open(arguments.engines, encoding="utf-8") as file:
        known = {entry["name"]: Engine(**entry) for entry in json.load(file)}
    added = {engine.name: engine for engine in arguments.engine}
    if arguments.select is not None:
        names = [name for name in arguments.select.split(",") if name]
        for name in names:
            if name not in known and name not in added:
                raise SystemExit(f"compare: no engine is called {name}; known: {', '.join(known)}")
        known = {name: known[name] for name in names if name in known}
    usable = []
    for engine in {**known, **added}.values():
        reason = engine.find(arguments.out)
        if reason is None:
            usable.append(engine)
        else:
            advice = f" (to install it: {engine.install})" if engine.install else ""
            print(f"missing: {engine.name}: {reason}{advice}")
    return usable


def choose_programs(arguments):
    built = []
    if os.path.isdir(arguments.out):
        built = sorted(name[:-5] for name in os.listdir(arguments.out) if name.endswith(".wasm"))
    if EMPTY not in built or not os.path.exists(os.path.join(arguments.out, "launch")):
        raise SystemExit(f"compare: there are no programs in {arguments.out}; run bench/programs/build.sh first")
    built.remove(EMPTY)
    if arguments.programs is None:
        return built
    wanted = [name for name in arguments.programs.split(",") if name]
    for name in wanted:
        if name not in built:
            raise SystemExit(f"compare: no program is called {name}; built: {', '.join(built)}")
    return wanted


def measure(arguments, engines, programs):
    """Returns the cells by engine name and program; engines[0] is native and decides the expected output."""
    launcher = Launcher(arguments.out, arguments.timeout)
    cells = {(engine.name, program): Cell() for engine in engines for program in [EMPTY, *programs]}
    expected = {}
    for round_number in range(arguments.rounds):
        for program in [EMPTY, *programs]:
            if sys.stderr.isatty():
                print(f"\rround {round_number + 1} of {arguments.rounds}: {program:<16}", end="", file=sys.stderr)
            for engine in engines:
                cell = cells[engine.name, program]
                if cell.error is not None:
                    continue  # it has failed already, and would again
                # Start-up is short and is taken off every figure, so measure it more carefully.
                for _ in range(3 if program == EMPTY else 1):
                    run = launcher.run(engine.arguments(engine.command, program, arguments.out))
                    if engine is engines[0] and run["error"] is None:
                        expected.setdefault(program, run["output"])
                    cell.add(run, expected.get(program))
                    if cell.error is not None:
                        break
    if sys.stderr.isatty():
        print("\r" + " " * 40 + "\r", end="", file=sys.stderr)
    return cells


def ratio(cells, engine, program):
    """CPU time over native, each without the empty program's; None when either failed."""
    involved = [cells[name, which] for name in (engine.name, "native") for which in (program, EMPTY)]
    if any(cell.error is not None for cell in involved):
        return None
    ours, our_empty, native, native_empty = (cell.cpu for cell in involved)
    if native <= native_empty:
        return None
    return max(ours - our_empty, 1e-6) / (native - native_empty)


def geometric_mean(values):
    return math.exp(statistics.fmean(math.log(value) for value in values)) if values else None


def mark(cell):
    return "*" if cell.spread > SPREAD_LIMIT else " "


def print_table(engines, programs, cells):
    peers = engines[1:]
    header = ["program", "native s ", *(engine.name + " " for engine in peers)]
    rows = []
    ratios = {engine.name: [] for engine in peers}
    for program in programs:
        native = cells["native", program]
        row = [program, "failed " if native.error else f"{native.cpu:.3f}{mark(native)}"]
        for engine in peers:
            value = ratio(cells, engine, program)
            if value is None:
                row.append("failed ")
            else:
                ratios[engine.name].append(value)
                row.append(f"{value:.2f}{mark(cells[engine.name, program])}")
        rows.append(row)
    rows.append(None)
    means = ["geometric mean", ""]
    for engine in peers:
        values = ratios[engine.name]
        count = "" if len(values) == len(programs) else f" ({len(values)} of {len(programs)})"
        means.append(f"{geometric_mean(values):.2f}{count} " if values else "- ")
    rows.append(means)
    rows.append(["start-up ms", *(time_of_empty(cells[engine.name, EMPTY]) for engine in engines)])
    rows.append(["peak MiB, median", *(median_peak(cells, engine, programs) for engine in engines)])

    widths = [max(len(row[i]) for row in [header, *filter(None, rows)]) for i in range(len(header))]
    for row in [header, None, *rows]:
        if row is None:
            print("-" * (sum(widths) + 2 * len(widths) - 2))
        else:
            cells_text = [text.ljust(width) if i == 0 else text.rjust(width)
                          for i, (text, width) in enumerate(zip(row, widths))]
            print("  ".join(cells_text).rstrip())


def time_of_empty(cell):
    return "failed " if cell.error else f"{cell.cpu * 1000:.1f} "


def median_peak(cells, engine, programs):
    peaks = [cells[engine.name, program].peak for program in programs if not cells[engine.name, program].error]
    return f"{statistics.median(peaks) / 1024:.1f} " if peaks else "- "


def write_json(path, arguments, engines, programs, cells):
    result = {"rounds": arguments.rounds, "machine": os.uname().machine, "processors": os.cpu_count(), "engines": []}
    for engine in engines:
        values = [value for value in (ratio(cells, engine, program) for program in programs) if value is not None]
        entry = {"name": engine.name, "command": engine.command, "version": engine.version,
                 "geometric_mean": geometric_mean(values), "programs": {}}
        for program in [EMPTY, *programs]:
            cell = cells[engine.name, program]
            entry["programs"][program] = {
                "error": cell.error,
                "ratio": None if program == EMPTY else ratio(cells, engine, program),
                "cpu_seconds": [run["cpu"] for run in cell.runs],
                "wall_seconds": [run["wall"] for run in cell.runs],
                "peak_kib": [run["peak"] for run in cell.runs],
            }
        result["engines"].append(entry)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1)
        file.write("\n")


def main():
    arguments = parse_arguments()
    programs = choose_programs(arguments)
    engines = [Engine("native", "{native}"), *choose_engines(arguments)]
    for engine in engines[1:]:
        print(f"{engine.name}: {engine.version or engine.command}")
    print(flush=True)
    cells = measure(arguments, engines, programs)
    print_table(engines, programs, cells)
    if any(cell.spread > SPREAD_LIMIT for (_, program), cell in cells.items() if cell.runs and program != EMPTY):
        print(f"\n* the rounds differ by more than {SPREAD_LIMIT:.0%}")
    failures = [(name, program, cell.error) for (name, program), cell in cells.items() if cell.error is not None]
    for name, program, error in failures:
        print(f"failed: {program} in {name}: {error}")
    if arguments.json is not None:
        write_json(arguments.json, arguments, engines, programs, cells)
    return 1 if failures else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
