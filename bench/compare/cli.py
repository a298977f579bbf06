"""The command line of invar-bench."""

import argparse
import os
import sys
import tempfile

from . import page, regress, report, results
from .engines import ROOT, BadInput, collect
from .figures import NOISE_LIMIT, Figures
from .launch import Launcher, build_launcher
from .measure import Measurement, gather
from .programs import LIST, OUT, build, built, matching, read_list, select
from .results import WRONG

DESCRIPTION = """Runs the benchmark programs in WebAssembly engines and natively, and compares time and memory.

  bench/invar-bench                                every known engine that is on this machine
  bench/invar-bench --select 'invar,node*' --programs 'sort,json' --rounds 5
  bench/invar-bench --engine new='build/invar run {wasm}' --engine old='../old/invar run {wasm}'
  bench/invar-bench --read results.json --baseline node      the same results, seen otherwise
  bench/invar-bench --regress old.json new.json              what moved beyond noise; status 1 on a regression
"""
EPILOG = """Status: 0; 1 if a program's output was wrong, or with --strict if any program failed; 2 if nothing could be
run."""


def words(text):
    return [word for word in text.split(",") if word]


def parser():
    result = argparse.ArgumentParser(prog="invar-bench", description=DESCRIPTION, epilog=EPILOG,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add = result.add_argument
    add("--rounds", type=int, default=3, metavar="N", help="how often everything runs (default: 3)")
    add("--timeout", type=int, default=120, metavar="SECONDS", help="a run is stopped after this (default: 120)")
    add("--select", type=words, default=[], metavar="NAME,…", help="only these engines (* and ? as in file names) and "
        "those of --engine; native stays, as the baseline")
    add("--programs", type=words, default=[], metavar="NAME,…", help="only these programs")
    add("--classes", type=words, default=[], metavar="NAME,…", help="only programs of these classes")
    add("--engine", action="append", default=[], metavar="NAME=COMMAND", help="add an engine, or replace the known one "
        "of this name; {wasm} in the command is the program")
    add("--engines", action="append", default=[], metavar="FILE", help="add engines of a JSON file like engines.json")
    add("--invar", default=os.path.join(ROOT, "build", "invar"), metavar="PATH", help="this tree's engine "
        "(default: build/invar)")
    add("--baseline", metavar="NAME", help="what ratios are relative to (default: native, else the first engine)")
    add("--metric", choices=["cpu", "wall"], default="cpu", help="time of all threads, or of the clock (default: cpu)")
    add("--noise", type=float, default=NOISE_LIMIT * 100, metavar="PERCENT", help="mark figures whose rounds lie "
        "further apart (default: %(default).0f)")
    add("--pin", metavar="CPU,…", help="run everything on these processors only")
    add("--no-load", action="store_true", help="do not measure loading, which takes a run more for each program")
    add("--out", default=OUT, metavar="FOLDER", help="where programs are built (default: build-bench)")
    add("--list", default=LIST, metavar="FILE", help="the list of programs (default: bench/programs/programs.json)")
    add("--no-build", action="store_true", help="take the programs as they are")
    add("--report", metavar="FOLDER", help="where results.json, results.md and results.html go (default: FOLDER of "
        "--out, its subfolder report)")
    add("--read", metavar="FILE", help="measure nothing: report on these results")
    add("--regress", nargs=2, metavar=("OLD", "NEW"), help="compare two results; --select and --baseline apply")
    add("--threshold", type=float, default=3, metavar="PERCENT", help="--regress: the least change that counts "
        "(default: 3)")
    add("--strict", action="store_true", help="status 1 if any program failed in any engine")
    add("--show", action="store_true", help="list engines and programs, and which of them are here; run nothing")
    return result


def choose_engines(options):
    known = collect(options.engines, options.engine)
    given = [text.partition("=")[0] for text in options.engine]
    chosen = matching([engine.name for engine in known], options.select, "engine") if options.select else None
    return [engine for engine in known
            if chosen is None or engine.name in chosen or engine.name in (*given, "native", options.baseline)]


def pin(text):
    if not text:
        return ""
    try:
        os.sched_setaffinity(0, {int(each) for each in words(text)})  # the engines inherit it
    except (ValueError, OSError) as error:
        raise BadInput(f"--pin {text}: {error}") from error
    return text


def prepare(options, folder):
    """Builds, looks for engines; returns the Measurement, the missing engines, programs not built, and notes."""
    notes = []
    problem = None if options.no_build else build(os.path.abspath(options.out))
    if problem is not None:
        notes.append(f"Not every program could be built ({problem}); what was built before is used.")
    programs, not_built = built(read_list(options.list), options.out, problem)
    programs = select(programs, options.programs, options.classes)
    launcher = build_launcher(options.out, folder)
    if launcher is None:
        notes.append("There is no C compiler to build the launcher with, so small peaks of memory are not known.")
    places = {"invar": os.path.abspath(options.invar), "root": ROOT, "here": os.path.dirname(os.path.abspath(__file__))}
    engines = choose_engines(options)
    measurement = Measurement(engines, programs, Launcher(launcher, options.timeout, folder),
                              os.path.abspath(options.out), folder, places, not options.no_load)
    missing = []
    for engine in engines:
        reason = measurement.probe(engine)
        if reason is not None:
            missing.append({"name": engine.name, "reason": reason, "install": engine.install})
    names = [each["name"] for each in missing]
    measurement.engines = [engine for engine in engines if engine.name not in names]
    measurement.cells = {key: cell for key, cell in measurement.cells.items() if key[0] not in names}
    if not measurement.engines:
        raise BadInput("none of the engines can be run:\n" +
                       "\n".join(f"  {each['name']}: {each['reason']}" for each in missing))
    if options.baseline in names:
        reason = missing[names.index(options.baseline)]["reason"]
        raise BadInput(f"the baseline {options.baseline} cannot be run: {reason}")
    return measurement, missing, not_built, notes


def show(measurement, missing, not_built):
    for engine in measurement.engines:
        details = [part for part in (engine.found_version, engine.about) if part]
        print(f"{engine.name}: {' – '.join(details) or engine.command}")
    for each in report.missing_lines(missing):
        print(f"missing: {each}")
    classes = {}
    for program in measurement.programs:
        classes.setdefault(program.class_name, []).append(program.name)
    for name, programs in classes.items():
        print(f"{name}: {', '.join(programs)}")
    if not_built:
        print(f"not built: {', '.join(not_built)}")


def announce(names, missing):
    """Says before a long measurement what it will cover."""
    without = f"; missing, as explained at the end: {', '.join(missing)}" if missing else ""
    print(f"measuring in {', '.join(names)}{without}", file=sys.stderr, flush=True)


def measured(options):
    """Measures, or reads what was measured. Returns None if there is nothing to report."""
    if options.read:
        return results.read(options.read)
    pinned = pin(options.pin)
    with tempfile.TemporaryDirectory(prefix="invar-bench-") as folder:
        measurement, missing, not_built, notes = prepare(options, folder)
        if options.show:
            show(measurement, missing, not_built)
            return None
        announce([engine.name for engine in measurement.engines], [each["name"] for each in missing])
        return gather(measurement, options.rounds, missing, not_built, notes, pinned)


def write_reports(figures, folder, whole):
    os.makedirs(folder, exist_ok=True)
    paths = [os.path.join(folder, "results." + ending) for ending in ("json", "md", "html")]
    if whole:
        results.write(paths[0], {**figures.results.to_json(), "figures": report.derived(figures)})
    with open(paths[1], "w", encoding="utf-8") as file:
        file.write(report.markdown(figures))
    with open(paths[2], "w", encoding="utf-8") as file:
        file.write(page.html(figures))
    return paths if whole else paths[1:]


def compare_files(options):
    old, new = (results.read(path) for path in options.regress)
    comparison = regress.compare(old, new, options.select, options.baseline, options.metric, options.threshold / 100)
    print(regress.text(comparison), end="")
    return 1 if comparison.regressed else 0


def main(arguments):
    options = parser().parse_args(arguments)
    if options.rounds < 1 or options.timeout < 1:
        raise BadInput("--rounds and --timeout must be at least 1")
    if options.regress:
        return compare_files(options)
    found = measured(options)
    if found is None:
        return 0
    figures = Figures(found, options.baseline, options.metric, options.noise / 100)
    print(report.plain(figures))
    folder = options.report or (os.path.dirname(os.path.abspath(options.read)) if options.read
                                else os.path.join(options.out, "report"))
    paths = write_reports(figures, folder, not options.read)
    print("written: " + ", ".join(os.path.relpath(path) for path in paths))
    kinds = [what for _, _, what, _ in figures.problems()]
    return 1 if WRONG in kinds or options.strict and any(kind in ("failed", "time-out") for kind in kinds) else 0


def run(arguments):
    """main, with the user's mistakes as one line each."""
    try:
        return main(arguments)
    except BadInput as error:
        print(f"invar-bench: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stdout = None
        return 1
