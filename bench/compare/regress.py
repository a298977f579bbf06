"""Compares two results: what moved beyond noise.

A figure has moved when the ranges of its rounds in the two results do not touch and its value changed by more than a
threshold. Ratios to the baseline are compared, so that the two results may come from a faster and a slower machine;
start-up and memory are compared only if the machine is the same. A program that no longer runs is a regression.
"""

from dataclasses import dataclass, field

from .engines import BadInput
from .figures import NOISE_LIMIT, Figures
from .programs import matching
from .report import mebibytes, milliseconds, number, plural, table

LEAST_MEMORY = 512  # KiB: smaller changes of the peak are the allocator's and the loader's
FEWEST_ROUNDS = 3  # with fewer, the range of the rounds says little about noise, and is widened


@dataclass
class Move:
    engine: str
    what: str
    old: str
    new: str
    change: float  # new over old, less one; 0 for what has no number
    worse: bool


@dataclass
class Comparison:
    baseline: str
    engines: list
    compared: int = 0
    same_machine: bool = True
    margin: float = 0.0  # by which ranges are widened
    moves: list = field(default_factory=list)
    means: list = field(default_factory=list)  # (engine, old, new, count)
    notes: list = field(default_factory=list)

    @property
    def regressed(self):
        return any(move.worse for move in self.moves)


def compare(old_results, new_results, patterns=(), baseline=None, metric="cpu", threshold=0.03):
    """Raises BadInput if the two have nothing in common."""
    old, new = Figures(old_results, baseline, metric), Figures(new_results, baseline, metric)
    if old.baseline != new.baseline:
        raise BadInput(f"the baselines differ ({old.baseline} and {new.baseline}); choose one with --baseline")
    engines = [engine for engine in new.engines if engine in old.engines]
    if patterns:
        engines = [engine for engine in engines if engine in matching(engines, patterns, "engine")]
    programs = [program for program in new.programs if program in old.programs]
    if not engines or not programs:
        raise BadInput("the two results have no engine or no program in common")
    about = [{key: results.machine.get(key) for key in ("processor", "architecture", "processors")}
             for results in (old_results, new_results)]
    result = Comparison(new.baseline, engines, same_machine=about[0] == about[1])
    fewest = min(old_results.rounds, new_results.rounds)
    if fewest < FEWEST_ROUNDS:
        result.margin = NOISE_LIMIT / 2
        result.notes.append(f"with {plural(fewest, 'round')} noise is hard to tell: changes of less than "
                            f"{NOISE_LIMIT:.0%} do not count")
    note_differences(result, old, new)
    for engine in engines:
        for program in programs:
            compare_program(result, old, new, engine, program, threshold)
        both = [program for program in programs if old.ratio(engine, program) and new.ratio(engine, program)
                and old.baseline_of(program) == new.baseline_of(program) == new.baseline]
        if both and engine != new.baseline:
            result.means.append((engine, old.mean(engine, both).value, new.mean(engine, both).value, len(both)))
        if result.same_machine:
            move_of(result, engine, "start-up, ms", old.start(engine), new.start(engine), threshold, milliseconds)
    result.moves.sort(key=lambda move: (not move.worse, -abs(move.change)))
    return result


def note_differences(result, old, new):
    for what, before, after in (("engine", old.engines, new.engines), ("program", old.programs, new.programs)):
        for name in before:
            if name not in after:
                result.notes.append(f"only in the old results: {what} {name}")
        for name in after:
            if name not in before:
                result.notes.append(f"only in the new results: {what} {name}")
    versions = {info.name: info.version for info in old.results.engines}
    for info in new.results.engines:
        if info.name in result.engines and versions[info.name] != info.version:
            result.notes.append(f"{info.name} was {versions[info.name]}, is {info.version}")
    if not result.same_machine:
        result.notes.append("the machines differ: start-up and memory are not compared")


def compare_program(result, old, new, engine, program, threshold):
    before, after = old.cell(engine, program), new.cell(engine, program)
    if before.usable != after.usable:
        problem = before.problem if after.usable else after.problem
        result.moves.append(Move(engine, program, "runs" if before.usable else problem,
                                 "runs" if after.usable else problem, 0.0, worse=before.usable))
        return
    if not after.usable:
        return
    if old.baseline_of(program) != new.baseline_of(program):
        result.notes.append(f"{program} is relative to {old.baseline_of(program)} in the old results, to "
                            f"{new.baseline_of(program)} in the new: not compared")
    elif engine != new.baseline_of(program):
        move_of(result, engine, program, old.ratio(engine, program), new.ratio(engine, program), threshold, number)
    if result.same_machine:
        move_of(result, engine, f"{program}, memory, MiB", old.peak(engine, program), new.peak(engine, program),
                threshold, mebibytes, LEAST_MEMORY)


def move_of(result, engine, what, before, after, threshold, text, least=0.0):
    """Adds a move if there is one between two figures."""
    if before is None or after is None or not before.value:
        return
    result.compared += 1
    change = after.value / before.value - 1
    above, below = 1 + result.margin, 1 - result.margin
    apart = before.high * above < after.low * below or after.high * above < before.low * below
    if apart and abs(change) > threshold and abs(after.value - before.value) > least:
        result.moves.append(Move(engine, what, text(before.value), text(after.value), change, worse=change > 0))


def text(result):
    """The comparison as it is printed."""
    rows = [[move.engine, move.what, move.old, move.new, f"{move.change:+.1%}" if move.change else "",
             "worse" if move.worse else "better"] for move in result.moves]
    parts = []
    worse = sum(move.worse for move in result.moves)
    if rows:
        parts.append(table(["engine", "what", "old", "new", "change", ""], rows))
    if result.means:
        parts.append(table(["engine", "programs", "old mean", "new mean", "change"],
                           [[engine, str(count), number(before), number(after), f"{after / before - 1:+.1%}"]
                            for engine, before, after, count in result.means]))
    parts += ["\n".join(result.notes)] if result.notes else []
    parts.append(f"{plural(result.compared, 'figure')} compared (relative to {result.baseline}): {worse} worse, "
                 f"{len(rows) - worse} better beyond noise.")
    return "\n\n".join(parts) + "\n"
