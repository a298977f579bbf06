"""What the measurements come to: medians, spreads, ratios to a baseline, geometric means.

A ratio is formed in each round, of the program's time in an engine and in the baseline, each less start-up (the median
time of the program `empty` in the same engine). The two ran next to each other, so a busy spell of the machine cancels.
The figure is the median of the rounds; its range is that of the rounds, from five of them on without the fastest and
the slowest one; its spread is the range's width over the median.
"""

import math
import statistics
from dataclasses import dataclass

from .engines import BadInput
from .programs import EMPTY
from .results import FAILED, SHORT

NOISE_LIMIT = 0.10
TRIMMED_FROM = 5
SMALLEST = 1e-6  # seconds: what remains when a program took no longer than an empty one


@dataclass
class Figure:
    value: float
    low: float
    high: float

    @property
    def spread(self):
        return (self.high - self.low) / self.value if self.value else 0.0


def figure(values):
    """The figure of some rounds; None of none."""
    values = sorted(value for value in values if value is not None)
    if not values:
        return None
    middle = values[1:-1] if len(values) >= TRIMMED_FROM else values
    return Figure(statistics.median(values), middle[0], middle[-1])


def geometric_mean(values):
    return math.exp(statistics.fmean(math.log(value) for value in values)) if values else None


@dataclass
class Mean:
    value: float  # None if no program counts
    count: int
    of: int

    @property
    def whole(self):
        return self.count == self.of


class Figures:
    """The figures of one measurement. `metric` is cpu or wall."""

    def __init__(self, results, baseline=None, metric="cpu", noise_limit=NOISE_LIMIT):
        self.results = results
        self.metric = metric
        self.noise_limit = noise_limit
        self.engines = [engine.name for engine in results.engines]
        self.programs = [program.name for program in results.programs]
        self.classes = {}  # class -> names of programs
        for program in results.programs:
            self.classes.setdefault(program.class_name, []).append(program.name)
        self.baseline = self.choose(baseline)
        self.second = self.second_baseline()
        self.start_up = {engine: self.median_start(engine) for engine in self.engines}
        self.ratios = {(engine, program): self.make_ratio(engine, program)
                       for engine in self.engines for program in self.programs}

    def choose(self, wanted):
        if not self.engines:
            raise BadInput("there is no engine to run anything in")
        if wanted is None:
            return "native" if "native" in self.engines else self.engines[0]
        if wanted not in self.engines:
            raise BadInput(f"the baseline {wanted} was not measured; there are: {', '.join(self.engines)}")
        return wanted

    def second_baseline(self):
        """What the programs are compared with that the baseline cannot run: the engine that runs most of them, the
        first of equals; None if there are no such programs or no engine runs any."""
        without = [program for program in self.programs if not self.cell(self.baseline, program).usable]
        runs = {engine: sum(self.cell(engine, program).usable for program in without) for engine in self.engines}
        best = max(self.engines, key=lambda engine: runs[engine])
        return best if runs[best] else None

    def cell(self, engine, program):
        return self.results.cell(engine, program)

    def times(self, engine, program):
        return getattr(self.cell(engine, program), self.metric)

    def median_start(self, engine):
        return statistics.median(self.times(engine, EMPTY)) if self.cell(engine, EMPTY).usable else None

    def baseline_of(self, program):
        """The engine that a program's ratios are relative to, or None."""
        for engine in (self.baseline, self.second):
            if engine is not None and self.cell(engine, program).usable:
                return engine
        return None

    def net(self, engine, program):
        """The rounds' times without start-up; None if the engine has none."""
        start = self.start_up[engine]
        if start is None or not self.cell(engine, program).usable:
            return None
        return [each - start for each in self.times(engine, program)]

    def is_short(self, engine, program):
        """Whether a program's time cannot be told from the variation of start-up: compilers may leave nothing of it."""
        start = self.start(engine)
        return statistics.median(self.net(engine, program)) <= start.high - start.low

    def make_ratio(self, engine, program):
        base = self.baseline_of(program)
        if base is None:
            return None
        ours, theirs = self.net(engine, program), self.net(base, program)
        if ours is None or theirs is None:
            return None
        if self.is_short(engine, program) or self.is_short(base, program):
            return None
        return figure([max(a, SMALLEST) / b for a, b in zip(ours, theirs) if b > SMALLEST])

    def ratio(self, engine, program):
        return self.ratios[engine, program]

    def time(self, engine, program):
        """Seconds, start-up included."""
        return figure(self.times(engine, program)) if self.cell(engine, program).usable else None

    def is_noisy(self, engine, program):
        ratio = self.ratio(engine, program)
        if engine == self.baseline_of(program):
            ratio = figure(self.net(engine, program) or [])
        return ratio is not None and ratio.spread > self.noise_limit

    def mean(self, engine, programs=None):
        """Of the ratios to the main baseline, or when none of `programs` has one, to the second."""
        programs = self.programs if programs is None else programs
        base = self.base_of_mean(programs)
        counted = [program for program in programs if base is not None and self.baseline_of(program) == base]
        values = [self.ratio(engine, program).value for program in counted if self.ratio(engine, program)]
        return Mean(geometric_mean(values), len(values), len(counted))

    def base_of_mean(self, programs):
        """Which of the two baselines mean() takes for these programs; None if neither ran any."""
        bases = [self.baseline_of(program) for program in programs]
        return self.baseline if self.baseline in bases else next((base for base in bases if base), None)

    def common(self):
        """The programs that every engine has a ratio to the main baseline for."""
        return [program for program in self.programs if self.baseline_of(program) == self.baseline
                and all(self.ratio(engine, program) for engine in self.engines)]

    def peak(self, engine, program):
        """KiB, or None where it is not known."""
        cell = self.cell(engine, program)
        return figure(cell.peak) if cell.usable else None

    def median_peak(self, engine):
        peaks = [self.peak(engine, program) for program in self.programs]
        peaks = [peak.value for peak in peaks if peak]
        return statistics.median(peaks) if peaks else None

    def start(self, engine):
        return figure(self.times(engine, EMPTY)) if self.cell(engine, EMPTY).usable else None

    def load(self, engine, program):
        """CPU seconds of loading, start-up excluded."""
        cell = self.cell(engine, program)
        return figure(cell.load) if cell.usable else None

    def median_load(self, engine):
        loads = [self.load(engine, program) for program in self.programs]
        loads = [load.value for load in loads if load]
        return statistics.median(loads) if loads else None

    def why_no_ratio(self, engine, program):
        """What is wrong, and why, for a program that runs."""
        base = self.baseline_of(program)
        for needed in (engine, base):
            if needed is not None and self.start_up[needed] is None:
                return FAILED, f"{needed} cannot run the empty program"
        if base is None:
            return FAILED, "there is no engine to compare with"
        where = "" if self.is_short(engine, program) else f" in {base}"
        return SHORT, "its time cannot be told from start-up" + where

    def problems(self):
        """(engine, program, what, reason) of every cell without a figure, in the order of the tables."""
        found = []
        for program in [EMPTY, *self.programs]:
            for engine in self.engines:
                cell = self.cell(engine, program)
                if cell.problem is not None:
                    found.append((engine, program, cell.problem, cell.reason))
                elif program != EMPTY and self.ratio(engine, program) is None:
                    found.append((engine, program, *self.why_no_ratio(engine, program)))
        return found
