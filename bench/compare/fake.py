"""Made-up results for the tests: figures without measuring."""

from .programs import EMPTY, Program
from .results import FAILED, Cell, EngineInfo, Results


def cell(*cpu, peak=2048, load=(), start=0.0):
    return Cell(cpu=[each + start for each in cpu], wall=[each + start for each in cpu], peak=[peak] * len(cpu),
                load=list(load))


def failed(problem=FAILED, reason="exit code 1"):
    return Cell(problem=problem, reason=reason)


def results(table, programs=None, start=0.001):
    """Results of {engine: {program: Cell or tuple of CPU seconds}}; every engine starts in `start` seconds."""
    names = list(dict.fromkeys(name for cells in table.values() for name in cells))
    programs = programs or [Program(name, "one") for name in names]
    rounds = max(len(each) if isinstance(each, tuple) else len(each.cpu) for cells in table.values()
                 for each in cells.values())
    machine = {"processor": "Abacus", "architecture": "wood", "processors": 1, "memory_mib": 1, "system": "None",
               "load": [0.0, 0.0]}
    engines = [EngineInfo(name, name + " {wasm}") for name in table]
    made = Results("2000-01-01 00:00 UTC", machine, rounds, engines=engines, programs=programs)
    for engine, cells in table.items():
        made.cells[engine, EMPTY] = cell(*[start] * rounds)
        for name, each in cells.items():
            made.cells[engine, name] = cell(*each, start=start) if isinstance(each, tuple) else each
    return made
