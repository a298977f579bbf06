"""What was measured: every run of every program in every engine. It goes to JSON and comes back from it."""

import json
from dataclasses import asdict, dataclass, field

from .engines import BadInput
from .programs import Program

FORMAT = "invar-bench 1"

# Why a cell has no figure. SHORT comes of the figures alone; the others are found by measuring.
LACKS, FAILED, WRONG, TIMED_OUT, NO_NATIVE = "lacks", "failed", "wrong output", "time-out", "no native twin"
SHORT = "too short"


@dataclass
class Cell:
    """One program in one engine; one element a round in each list, in seconds and KiB."""
    cpu: list = field(default_factory=list)
    wall: list = field(default_factory=list)
    peak: list = field(default_factory=list)
    load: list = field(default_factory=list)  # CPU time of loading alone, see measure.py
    load_told: bool = False  # whether the engine itself told it
    times: dict = field(default_factory=dict)  # phases that the engine told of, in seconds: a list for each
    problem: str = None  # one of the words above
    reason: str = ""

    @property
    def usable(self):
        return self.problem is None and bool(self.cpu)


@dataclass
class EngineInfo:
    name: str
    command: str
    version: str = ""
    about: str = ""
    load_about: str = ""


@dataclass
class Results:
    date: str
    machine: dict  # processor, processors, memory_mib, system, load (before and after), peak_from_kib
    rounds: int
    pinned: str = ""
    engines: list = field(default_factory=list)  # of EngineInfo, in the order of the tables' columns
    missing: list = field(default_factory=list)  # of {name, reason, install}
    programs: list = field(default_factory=list)  # of Program
    not_built: list = field(default_factory=list)  # names
    notes: list = field(default_factory=list)  # what else a reader must know, a sentence each
    cells: dict = field(default_factory=dict)  # (engine, program) -> Cell; the program `empty` is start-up

    def cell(self, engine, program):
        return self.cells.get((engine, program)) or Cell(problem=FAILED, reason="not run")

    def to_json(self):
        runs = {}
        for (engine, program), cell in self.cells.items():
            runs.setdefault(engine, {})[program] = {**asdict(cell)}
        whole = {"format": FORMAT, "date": self.date, "machine": self.machine, "rounds": self.rounds,
                 "pinned": self.pinned, "engines": [asdict(engine) for engine in self.engines],
                 "missing": self.missing, "not_built": self.not_built, "notes": self.notes,
                 "programs": [asdict(program) for program in self.programs], "runs": runs}
        return whole


def from_json(whole):
    if not isinstance(whole, dict) or whole.get("format") != FORMAT:
        raise ValueError(f"its format is not {FORMAT!r}")
    results = Results(whole["date"], whole["machine"], whole["rounds"], whole["pinned"],
                      [EngineInfo(**engine) for engine in whole["engines"]], whole["missing"],
                      [Program(**program) for program in whole["programs"]], whole["not_built"], whole["notes"])
    for engine, programs in whole["runs"].items():
        for program, cell in programs.items():
            results.cells[engine, program] = Cell(**cell)
    return results


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return from_json(json.load(file))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(f"cannot read the results of {path}: {error}") from error


def write(path, whole):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(whole, file, indent=1)
        file.write("\n")
