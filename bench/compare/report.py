"""The summary and the Markdown table."""

from dataclasses import asdict

from .figures import geometric_mean
from .results import FAILED, LACKS, NO_NATIVE, SHORT, TIMED_OUT, WRONG

NOISE_MARK = "*"
METRICS = {"cpu": "CPU time of all threads", "wall": "wall time"}
WORDS = {LACKS: "lacks", FAILED: "failed", WRONG: "wrong", TIMED_OUT: "time-out", NO_NATIVE: "–", SHORT: "short"}


def number(value):
    """Three significant digits, or two of small numbers."""
    for limit, digits in ((99.95, 0), (9.995, 1), (0.0995, 2)):
        if value >= limit:
            return f"{value:.{digits}f}"
    return f"{value:.3f}"


def milliseconds(seconds):
    return number(seconds * 1000)


def mebibytes(kib):
    return f"{kib / 1024:.1f}"


def count_of(mean):
    return "" if mean.whole else f" ({mean.count} of {mean.of})"


def mean_text(mean):
    return "–" if mean.value is None else number(mean.value) + count_of(mean)


def ratio_text(figures, engine, program):
    """A cell of the table: the ratio, or why there is none."""
    ratio = figures.ratio(engine, program)
    if ratio is None:
        what = figures.cell(engine, program).problem or figures.why_no_ratio(engine, program)[0]
        return WORDS[what]
    return number(ratio.value) + (NOISE_MARK if figures.is_noisy(engine, program) else "")


def plural(count, word):
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def relative_name(figures, program):
    """A program's name, with what it is relative to if that is not the baseline of all."""
    base = figures.baseline_of(program)
    return program if base in (figures.baseline, None) else f"{program} (to {base})"


def mean_name(figures, name, programs):
    """The name of a mean, with what it is relative to if that is not the baseline of all, and how many programs it
    covers if those are not all."""
    base = figures.base_of_mean(programs)
    covered = figures.mean(figures.engines[0], programs).of
    if covered != len(programs):
        name += f" of {covered}"
    return name if base in (figures.baseline, None) else f"{name} (to {base})"


def summary(figures):
    """A few sentences, a string each."""
    results = figures.results
    lines = [f"{plural(len(figures.programs), 'program')} in {plural(len(figures.engines), 'engine')}, "
             f"{plural(results.rounds, 'round')}: {METRICS[figures.metric]} without start-up, relative to "
             f"{baselines(figures)}; lower is better."]
    means = [(figures.mean(engine), engine) for engine in figures.engines if engine != figures.baseline]
    ranked = sorted(((mean.value, engine, count_of(mean)) for mean, engine in means if mean.value is not None))
    if ranked:
        lines.append("Geometric means: " + ", ".join(f"{engine} {number(value)}×{count}"
                                                     for value, engine, count in ranked) + ".")
    lines += versus(figures)
    problems = [problem for problem in figures.problems() if problem[2] != NO_NATIVE]
    if problems:
        lacking = sum(problem[2] == LACKS for problem in problems)
        short = sum(problem[2] == SHORT for problem in problems)
        failed = len(problems) - lacking - short
        parts = [f"{failed} failed or gave a wrong result" if failed else "", f"{short} too short to measure" if short else "",
                 f"{lacking} not tried for want of a feature" if lacking else ""]
        lines.append(f"Without figure: {', '.join(part for part in parts if part)} (below).")
    noisy = noisy_cells(figures)
    total = sum(ratio is not None for ratio in figures.ratios.values())
    if results.rounds == 1:
        lines.append("A single round tells nothing about noise.")
    if noisy:
        lines.append(f"{len(noisy)} of {total} figures are marked {NOISE_MARK}: their rounds lie more than "
                     f"{figures.noise_limit:.0%} apart.")
    busy = max(results.machine.get("load", [0])[:1], default=0)
    if busy > 0.5:
        lines.append(f"The machine was busy when it began (load {busy}).")
    return lines


def baselines(figures):
    base = figures.base_of_mean(figures.programs)
    others = [program for program in figures.programs if figures.baseline_of(program) not in (base, None)]
    note = f" ({len(others)} that {base} cannot run: to {figures.second})" if others else ""
    return (base or figures.baseline) + note


def versus(figures):
    """How invar's first tier stands to each other engine, over the programs that both run."""
    if "invar" not in figures.engines:
        return []
    parts = []
    for other in figures.engines:
        if other in ("invar", "native"):
            continue
        both = [(figures.ratio("invar", program), figures.ratio(other, program)) for program in figures.programs]
        quotients = [ours.value / theirs.value for ours, theirs in both if ours and theirs]
        if quotients:
            ahead = sum(quotient < 1 for quotient in quotients)
            parts.append(f"{other} {number(geometric_mean(quotients))}× (less in {ahead} of {len(quotients)})")
    return [f"Time of invar over that of the others, program by program: {', '.join(parts)}."] if parts else []


def noisy_cells(figures):
    return [(engine, program) for program in figures.programs for engine in figures.engines
            if figures.is_noisy(engine, program)]


def mean_row(figures, name, programs, peers):
    return [f"**{mean_name(figures, name, programs)}**", "",
            *(f"**{mean_text(figures.mean(engine, programs))}**" for engine in peers)]


def main_rows(figures):
    """The rows of the table, by class, with means; None is a dividing line."""
    peers = [engine for engine in figures.engines if engine != figures.baseline]
    rows = []
    for name, programs in figures.classes.items():
        for program in programs:
            rows.append([relative_name(figures, program), baseline_time(figures, program),
                         *(ratio_text(figures, engine, program) for engine in peers)])
        if len(figures.classes) > 1:
            rows.append(mean_row(figures, name, programs, peers))
    rows.append(mean_row(figures, "geometric mean", figures.programs, peers))
    common = figures.common()
    if common and any(not figures.mean(engine).whole for engine in peers):
        rows.append(mean_row(figures, f"mean of the {len(common)} all run", common, peers))
    columns = [figures.baseline, *peers]
    rows.append(["start-up, ms", *(optional(figures.start(engine), lambda f: milliseconds(f.value))
                                   for engine in columns)])
    rows.append(["peak memory, MiB", *(optional(figures.median_peak(engine), mebibytes) for engine in columns)])
    rows.append(["loading, ms", *(optional(figures.median_load(engine), milliseconds) for engine in columns)])
    header = ["program", f"{figures.baseline}, s", *peers]
    return header, rows


def optional(value, text):
    return "–" if value is None else text(value)


def baseline_time(figures, program):
    time = figures.time(figures.baseline, program)
    if time is None:
        return WORDS[figures.cell(figures.baseline, program).problem or FAILED]
    return f"{time.value:.3f}" + (NOISE_MARK if figures.is_noisy(figures.baseline, program) else "")


def table(header, rows):
    """A Markdown table whose columns also line up as plain text."""
    widths = [max(len(row[at]) for row in [header, *rows]) for at in range(len(header))]

    def line(row):
        words = [word.ljust(width) if at == 0 else word.rjust(width)
                 for at, (word, width) in enumerate(zip(row, widths))]
        return "| " + " | ".join(words) + " |"
    rule = [("-" * width if at == 0 else "-" * (width - 1) + ":") for at, width in enumerate(widths)]
    return "\n".join([line(header), "|" + "|".join(f" {each} " for each in rule) + "|", *map(line, rows)])


def failure_lines(figures):
    """Why cells have no figure: a line each, but one for all programs of the same reason in the same engine."""
    groups = {}
    for engine, program, what, reason in figures.problems():
        if what == NO_NATIVE:
            continue
        groups.setdefault((engine, what, reason), []).append(program)
    return [f"{engine}: {what}{': ' + reason if reason else ''} ({', '.join(programs)})"
            for (engine, what, reason), programs in groups.items()]


def engine_lines(figures):
    return [" – ".join(part for part in (engine.name, engine.version, engine.about, f"`{engine.command}`") if part)
            for engine in figures.results.engines]


def load_lines(figures):
    lines = []
    for engine in figures.results.engines:
        if figures.median_load(engine.name) is not None:
            told = any(figures.cell(engine.name, program).load_told for program in figures.programs)
            source = "as the engine tells it" if told else "as its idle twin costs"
            covers = engine.load_about or "whatever it does before the first instruction"
            lines.append(f"{engine.name}: {covers}; {source}")
    return lines


def missing_lines(missing):
    """A line for each reason: the tiers of an engine are missing together."""
    groups = {}
    for each in missing:
        groups.setdefault((each["reason"], each["install"]), []).append(each["name"])
    return [f"{', '.join(names)}: {reason}" + (f"; to get it: {install}" if install else "")
            for (reason, install), names in groups.items()]


def machine_line(figures):
    about = figures.results.machine
    loads = " to ".join(str(each) for each in about["load"])
    pinned = f"; pinned to processor {figures.results.pinned}" if figures.results.pinned else ""
    return (f"{figures.results.date}; {about['processor']}, {plural(about['processors'], 'processor')}, "
            f"{about['memory_mib']} MiB, {about['system']}; load {loads}{pinned}")


def how_to_read(figures):
    base = figures.baseline
    return [
        f"A ratio is {METRICS[figures.metric]} of the whole process, compilation included, less the start-up of the "
        f"same engine, over the same of {base}: the median of the rounds, each of which compares runs that followed "
        "each other.",
        "Start-up is a program that only prints a line. Peak memory and loading are medians over the programs.",
        "Loading is CPU time ahead of the first instruction, start-up excluded: the program's module with an empty "
        "_start, less the smallest module.",
    ]


def derived(figures):
    """The figures as plain data, for the JSON file."""
    engines = {}
    for engine in figures.engines:
        ratios = {program: figures.ratio(engine, program) for program in figures.programs}
        engines[engine] = {
            "geometric_mean": as_data(figures.mean(engine)),
            "classes": {name: as_data(figures.mean(engine, programs)) for name, programs in figures.classes.items()},
            "ratios": {program: {**as_data(ratio), "to": figures.baseline_of(program),
                                 "noisy": figures.is_noisy(engine, program)}
                       for program, ratio in ratios.items() if ratio},
            "start_up_seconds": as_data(figures.start(engine)),
            "peak_kib": figures.median_peak(engine),
            "load_seconds": figures.median_load(engine),
        }
    return {"baseline": figures.baseline, "metric": figures.metric, "noise_limit": figures.noise_limit,
            "engines": engines}


def as_data(made):
    return None if made is None else asdict(made)


def sections(figures):
    """The notes below the tables: (title, lines), without empty ones."""
    parts = [("Without figure", failure_lines(figures)), ("Missing engines", missing_lines(figures.results.missing)),
             ("Not built", [", ".join(figures.results.not_built)] if figures.results.not_built else []),
             ("Notes", figures.results.notes), ("Engines", engine_lines(figures)),
             ("What loading covers", load_lines(figures)), ("How to read this", how_to_read(figures)),
             ("Machine", [machine_line(figures)])]
    return [(title, lines) for title, lines in parts if lines]


def markdown(figures):
    parts = ["# Benchmarks of WebAssembly engines", "\n".join(f"- {line}" for line in summary(figures)),
             table(*main_rows(figures))]
    for title, lines in sections(figures):
        parts.append(f"## {title}\n\n" + "\n".join(f"- {line}" for line in lines))
    return "\n\n".join(parts) + "\n"


def plain(figures, full=False):
    """What a terminal shows: the summary, the table, and what is wrong or missing."""
    parts = ["\n".join(summary(figures)), table(*main_rows(figures)).replace("**", "  ")]
    shown = ("Without figure", "Missing engines", "Not built", "Notes")
    for title, lines in sections(figures):
        if full or title in shown:
            parts.append(f"{title}:\n" + "\n".join(f"  {line}" for line in lines))
    return "\n\n".join(parts) + "\n"
