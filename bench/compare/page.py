"""One self-contained HTML page: summary, plots, tables, notes. It needs no network and no script."""

from html import escape

from . import plots, report

COLOURS = ("#4878b0", "#d9692b", "#3f9a57", "#c4414b", "#8b68b5", "#93703f", "#d07ab0", "#7f7f7f", "#a8a02c", "#35a5b5",
           "#6b8fe0", "#e0a030")

STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1d21; --soft: #5c626b; --line: #d9dce1; --panel: #f5f6f8; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #16181c; --ink: #e4e6ea; --soft: #9aa1ab; --line: #343941; --panel: #1e2126; }
}
body { margin: 0 auto; max-width: 1000px; padding: 24px 20px 60px; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 24px; margin: 0 0 4px; } h2 { font-size: 19px; margin: 36px 0 6px; }
h3 { font-size: 15px; margin: 22px 0 4px; }
p, li { max-width: 78ch; } .soft { color: var(--soft); }
.summary { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 10px 18px; }
.summary p { margin: 6px 0; }
.scroll { overflow-x: auto; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(430px, 1fr)); gap: 14px 24px; }
figure { margin: 0; overflow-x: auto; } figcaption { font-weight: 600; margin-bottom: 2px; }
figcaption .soft { font-weight: 400; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 13px; }
th, td { padding: 3px 9px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; position: sticky; left: 0; background: var(--paper); }
tr.mean td { font-weight: 600; }
code { font-size: 13px; overflow-wrap: anywhere; }
svg { font: 11px system-ui, sans-serif; max-width: none; } svg text { fill: var(--ink); }
svg .tick, svg .axis { fill: var(--soft); } svg .value { font-weight: 600; }
svg .none { fill: var(--soft); font-style: italic; }
svg .grid { stroke: var(--line); } svg .base { stroke: var(--soft); }
svg .whisker { stroke: var(--ink); stroke-width: 1.2; }
svg .mean { stroke: var(--ink); stroke-width: 2.5; } svg .dot { fill-opacity: .65; }
svg .centre { stroke: var(--ink); stroke-width: 1.5; }
svg .halo { paint-order: stroke; stroke: var(--paper); stroke-width: 3px; }
"""


def colours():
    return "\n".join(f"svg .c{at} {{ fill: {colour}; }}" for at, colour in enumerate(COLOURS))


def colour_class(figures, engine):
    return f"c{figures.engines.index(engine) % len(COLOURS)}"


def figure_block(caption, note, drawing):
    note = f' <span class="soft">{escape(note)}</span>'
    return f"<figure><figcaption>{escape(caption)}{note}</figcaption>{drawing}</figure>"


def code_spans(text):
    """Escapes text and turns `…` into <code>."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if at % 2 else part for at, part in enumerate(parts))


def overview(figures):
    rows = []
    for engine in figures.engines:
        if engine == figures.baseline:
            continue
        mean = figures.mean(engine)
        dots = [(program, figures.ratio(engine, program).value) for program in figures.programs
                if figures.baseline_of(program) == figures.baseline and figures.ratio(engine, program)]
        shown = "–" if mean.value is None else f"{report.number(mean.value)}×{report.count_of(mean)}"
        rows.append((engine, colour_class(figures, engine), dots, mean.value, shown))
    rows.sort(key=lambda row: (row[3] is None, row[3] or 0.0))
    if not any(row[2] for row in rows):
        return ""
    return plots.strips(f"all programs, relative to {figures.baseline}", rows)


def all_values(figures):
    """Every number that a bar or whisker shows, so that all bars share a scale."""
    values = [number for ratio in figures.ratios.values() if ratio for number in (ratio.low, ratio.high)]
    return values or [1.0]


def class_plots(figures):
    blocks = []
    for name, programs in figures.classes.items():
        rows = []
        for engine in figures.engines:
            mean = figures.mean(engine, programs)
            if mean.value is not None and engine != figures.base_of_mean(programs):
                rows.append((engine, colour_class(figures, engine), mean.value, None, None, report.mean_text(mean)))
        base = figures.base_of_mean(programs)
        if rows:
            blocks.append(figure_block(name, f"{report.plural(len(programs), 'program')}, relative to {base}",
                                       plots.bars(name, rows, all_values(figures))))
    return f'<div class="grid">{"".join(blocks)}</div>'


def program_plots(figures):
    blocks = []
    about = {program.name: program.stresses for program in figures.results.programs}
    for name, programs in figures.classes.items():
        blocks.append(f"<h3>{escape(name)}</h3><div class=\"grid\">")
        for program in programs:
            base = figures.baseline_of(program)
            rows = []
            for engine in figures.engines:
                if engine == base or (engine == "native" and not figures.cell(engine, program).usable):
                    continue
                ratio = figures.ratio(engine, program)
                shown = report.ratio_text(figures, engine, program)
                span = (ratio.value, ratio.low, ratio.high) if ratio else (None, None, None)
                rows.append((engine, colour_class(figures, engine), *span, shown))
            time = figures.time(base, program) if base else None
            note = f"{base}: {time.value:.3f} s" if time else "no engine to compare with"
            note += f"; {about[program]}" if about[program] else ""
            blocks.append(figure_block(program, note, plots.bars(program, rows, all_values(figures))))
        blocks.append("</div>")
    return "".join(blocks)


def load_plot(figures):
    """Loading against running, in milliseconds and as ratio; the baseline has no part in it if it loads nothing."""
    least = 0.01  # ms: below, it is the clock's grain
    series = []
    for engine in figures.engines:
        points = []
        for program in figures.programs:
            load, ratio = figures.load(engine, program), figures.ratio(engine, program)
            if load and ratio and figures.baseline_of(program) == figures.baseline:
                points.append((max(load.value * 1000, least), ratio.value, program))
        series.append((engine, colour_class(figures, engine), points))
    return plots.scatter("compile time against run time", series,
                         "compile and load, ms of CPU time before the first instruction (logarithmic)",
                         f"run time over {figures.baseline} (logarithmic)")


def html_table(header, rows):
    def cells(row, tag):
        return "".join(f"<{tag}>{escape(word.replace('**', ''))}</{tag}>" for word in row)
    body = "".join(f'<tr{" class=mean" if row[0].startswith("**") else ""}>{cells(row, "td")}</tr>' for row in rows)
    head = f"<thead><tr>{cells(header, 'th')}</tr></thead>"
    return f'<div class="scroll"><table>{head}<tbody>{body}</tbody></table></div>'


def html(figures):
    title = "Benchmarks of WebAssembly engines"
    parts = [f"<h1>{title}</h1>", f'<p class="soft">{escape(report.machine_line(figures))}</p>',
             '<div class="summary">', *(f"<p>{code_spans(line)}</p>" for line in report.summary(figures)), "</div>"]
    drawing = overview(figures)
    if drawing:
        parts.append("<h2>All programs</h2><p>Each dot is a program, each upright line the geometric mean, relative "
                     f"to {escape(figures.baseline)}; further left is faster.</p><figure>{drawing}</figure>")
    if len(figures.classes) > 1:
        parts.append(f"<h2>By class</h2><p>Geometric means, on a logarithmic scale.</p>{class_plots(figures)}")
    parts.append("<h2>By program</h2><p>Ratios on a logarithmic scale, the same in all plots. The whisker spans the "
                 f"rounds; {report.NOISE_MARK} marks those more than {figures.noise_limit:.0%} apart.</p>"
                 f"{program_plots(figures)}")
    drawing = load_plot(figures)
    if drawing:
        notes = "".join(f"<li>{code_spans(line)}</li>" for line in report.load_lines(figures))
        parts.append("<h2>Compile time against run time</h2><p>Each small mark is a program, each large one an "
                     "engine's geometric mean. What an engine compiles only when it is called counts as running:</p>"
                     f"<ul>{notes}</ul><figure>{drawing}</figure>")
    parts.append("<h2>Table</h2>" + html_table(*report.main_rows(figures)))
    for name, lines in report.sections(figures):
        if name != "What loading covers" or not drawing:
            items = "".join(f"<li>{code_spans(each)}</li>" for each in lines)
            parts.append(f"<h2>{escape(name)}</h2><ul>{items}</ul>")
    return (f'<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{title}</title>\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<style>{STYLE}{colours()}</style></head>\n<body>\n" + "\n".join(parts) + "\n</body></html>\n")
