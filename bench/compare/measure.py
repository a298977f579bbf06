"""Runs programs in engines, interleaved: in every round each program runs once in every engine before the next
program's turn, so that a busy spell of the machine meets all of them alike. The engine that begins changes by round.

Three things are measured in each engine: the program; the program `empty`, which is nothing but start-up; and loading,
by the program's idle twin (idle.py) less the smallest module, or as the engine tells it (INVAR_BENCH_TIMES names a file
for a JSON object of seconds, and `compile` with `instantiate` is loading).
"""

import collections
import datetime
import hashlib
import os
import platform
import statistics
import sys
import time

from .idle import NOTHING, NoTwin, idle_twin
from .programs import EMPTY, Program
from .results import FAILED, LACKS, NO_NATIVE, TIMED_OUT, WRONG, Cell, EngineInfo, Results

START_UP_RUNS = 3  # start-up is short, and is taken off every figure, so it is measured more carefully


class Progress:
    """A line that is rewritten on a terminal; elsewhere a line a round."""

    def __init__(self, stream, rounds, steps):
        self.stream = stream
        self.live = stream.isatty()
        self.rounds = rounds
        self.total = rounds * steps
        self.done = 0
        self.start = time.monotonic()
        self.width = 0

    def step(self, round_number, program, engine):
        if self.live:
            passed = time.monotonic() - self.start
            left = ""
            if self.done > 0 and passed > 3:
                left = f", about {duration(passed / self.done * (self.total - self.done))} left"
            text = (f"{100 * self.done // self.total:3d} %, round {round_number + 1} of {self.rounds}{left}: "
                    f"{program} in {engine}")
            self.stream.write("\r" + text.ljust(self.width)[:118])
            self.width = len(text)
            self.stream.flush()
        self.done += 1

    def end_of_round(self, round_number):
        if not self.live:
            passed = duration(time.monotonic() - self.start)
            print(f"round {round_number + 1} of {self.rounds} is done after {passed}", file=self.stream, flush=True)

    def close(self):
        if self.live:
            self.stream.write("\r" + " " * min(self.width, 118) + "\r")
            self.stream.flush()


def duration(seconds):
    seconds = round(seconds)
    return f"{seconds} s" if seconds < 90 else f"{(seconds + 30) // 60} min"


def machine():
    return {
        "processor": from_proc("/proc/cpuinfo", "model name") or platform.processor() or platform.machine(),
        "architecture": platform.machine(),
        "processors": os.cpu_count(),
        "memory_mib": int((from_proc("/proc/meminfo", "MemTotal") or "0").split()[0]) // 1024,
        "system": f"{platform.system()} {platform.release()}",
        "load": [round(os.getloadavg()[0], 2)],
    }


def from_proc(path, key):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            for line in file:
                name, _, value = line.partition(":")
                if name.strip() == key:
                    return value.strip()
    except OSError:
        pass
    return ""


class Measurement:
    def __init__(self, engines, programs, launcher, out, folder, places, load=True):
        self.engines = engines
        self.programs = programs
        self.launcher = launcher
        self.out = out
        self.folder = folder
        self.places = places
        self.outputs = collections.defaultdict(dict)  # program -> engine -> what it printed
        self.cells = {(engine.name, program.name): Cell()
                      for engine in engines for program in [Program(EMPTY), *programs]}
        self.twins = self.make_twins() if load else {}
        self.nothing = {engine.name: [] for engine in engines}  # CPU time of loading the smallest module

    def make_twins(self):
        """The files of the idle twins, by program; a module without one has no figure for loading."""
        twins = {}
        for program in self.programs:
            try:
                with open(os.path.join(self.out, program.name + ".wasm"), "rb") as file:
                    twin = idle_twin(file.read())
            except (OSError, NoTwin):
                continue
            twins[program.name] = self.write(program.name + "-idle.wasm", twin)
        self.nothing_file = self.write("nothing.wasm", NOTHING)
        return twins

    def write(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def files(self, program):
        stem = os.path.join(self.out, program.name)
        return {**self.places, "wasm": stem + ".wasm", "native": stem + ".native"}

    def probe(self, engine):
        """Why an engine cannot be used, found by running the program that does nothing; None if it can."""
        empty = Program(EMPTY)
        reason = engine.find(empty, self.files(empty))
        if reason is None:
            run = self.launcher.run(engine.arguments(engine.command, empty, self.files(empty)))
            if run.error is not None:
                reason = f"it cannot run a program that does nothing: {run.error}"
        return reason

    def run(self, rounds):
        """Measures, and returns how many rounds were done: all, or those before an interruption (which goes on up if
        there were none)."""
        for engine in self.engines:
            for program in self.programs:
                self.rule_out(engine, program)
        progress = Progress(sys.stderr, rounds, len(self.engines) * (len(self.programs) + 1))
        done = 0
        try:
            while done < rounds:
                self.round(done, progress)
                done += 1
        except KeyboardInterrupt:
            if done == 0:
                raise
            self.forget_from(done)
        finally:
            progress.close()
        for program in self.programs:
            self.compare_outputs(program.name)
        for (engine, _), cell in self.cells.items():
            if not cell.load_told and cell.load:
                bases = self.nothing[engine]
                cell.load = [max(each - statistics.median(bases), 0.0) for each in cell.load] if bases else []
        return done

    def round(self, number, progress):
        at = number % len(self.engines)
        order = self.engines[at:] + self.engines[:at]
        for program in [Program(EMPTY), *self.programs]:
            for engine in order:
                progress.step(number, program.name, engine.name)
                self.step(engine, program)
        progress.end_of_round(number)

    def forget_from(self, rounds):
        """Drops what an unfinished round has left: the rounds of all cells must be the same."""
        for (_, program), cell in self.cells.items():
            count = rounds * (START_UP_RUNS if program == EMPTY else 1)
            for values in (cell.cpu, cell.wall, cell.peak, *cell.times.values()):
                del values[count:]
            del cell.load[rounds:]

    def rule_out(self, engine, program):
        cell = self.cells[engine.name, program.name]
        lacking = engine.lacks(program)
        if lacking:
            cell.problem, cell.reason = LACKS, ", ".join(lacking)
        elif engine.runs_native and not (program.native and os.path.exists(self.files(program)["native"])):
            cell.problem = NO_NATIVE

    def step(self, engine, program):
        cell = self.cells[engine.name, program.name]
        if cell.problem is not None:
            return  # it has failed already, and would again
        command = engine.arguments(engine.command, program, self.files(program))
        for _ in range(START_UP_RUNS if program.name == EMPTY else 1):
            run = self.launcher.run(command)
            self.add(cell, engine.name, program.name, run)
            if cell.problem is not None:
                return
        if engine.runs_native:
            return
        if program.name == EMPTY and self.twins:
            loaded = self.load(engine, Program(EMPTY), self.nothing_file)
            if loaded.error is None:
                self.nothing[engine.name].append(loaded.cpu)
        elif program.name in self.twins:
            loaded = self.load(engine, program, self.twins[program.name])
            if loaded.error is not None:
                return
            told = loaded.times and loaded.times.get("compile")
            if told is not None:
                cell.load_told = True
                cell.load.append(told + loaded.times.get("instantiate", 0.0))
            elif not cell.load_told:
                cell.load.append(loaded.cpu)

    def load(self, engine, program, path):
        places = {**self.places, "wasm": path}
        return self.launcher.run(engine.arguments(engine.load or engine.command, program, places))

    def add(self, cell, engine, program, run):
        cell.cpu.append(run.cpu)
        cell.wall.append(run.wall)
        cell.peak.append(run.peak)
        for phase, seconds in (run.times or {}).items():
            cell.times.setdefault(phase, []).append(seconds)
        if run.error is not None:
            cell.problem, cell.reason = TIMED_OUT if run.timed_out else FAILED, run.error
        elif run.output != self.outputs[program].setdefault(engine, run.output):
            cell.problem, cell.reason = WRONG, f"it differs from round to round; once {shown(run.output)}"

    def compare_outputs(self, program):
        """A native twin is right; without one, what most engines say, and of equals the first."""
        usable = [engine for engine in self.engines if self.cells[engine.name, program].usable]
        if not usable:
            return
        outputs = self.outputs[program]
        native = [engine.name for engine in usable if engine.runs_native]
        if native:
            right = outputs[native[0]]
        else:
            right = collections.Counter(outputs[engine.name] for engine in usable).most_common(1)[0][0]
        for engine in usable:
            if outputs[engine.name] != right:
                cell = self.cells[engine.name, program]
                cell.problem, cell.reason = WRONG, f"{shown(outputs[engine.name])}, not {shown(right)}"


def shown(output):
    text = output[:60].decode(errors="replace").strip()
    return repr(text) if len(output) <= 60 else f"{text!r}… ({hashlib.sha256(output).hexdigest()[:8]})"


def gather(measurement, rounds, missing, not_built, notes, pinned):
    """Runs everything and returns the Results."""
    about = machine()
    date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    done = measurement.run(rounds)
    if done < rounds:
        notes.append(f"It was interrupted: {done} of {rounds} rounds count.")
    about["load"].append(round(os.getloadavg()[0], 2))
    engines = [EngineInfo(engine.name, engine.shown_command, engine.found_version, engine.about, engine.load_about)
               for engine in measurement.engines]
    return Results(date, about, done, pinned, engines, missing, measurement.programs, not_built, notes,
                   measurement.cells)
