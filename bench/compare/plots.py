"""Plots as inline SVG. Colours, and everything that differs between a light and a dark page, are CSS classes of
page.py; a number of an engine's class (`c0`, `c1`, …) is its colour everywhere."""

import math
from html import escape

BAR, GAP, LABEL_WIDTH, VALUE_WIDTH = 11, 5, 118, 64
MARKS = ("circle", "square", "diamond", "triangle")


class LogScale:
    """Maps values to pixels, by logarithm. The ends are widened to 1, 2 or 5 times a power of ten."""

    def __init__(self, values, start, length):
        low, high = min(values), max(values)
        steps = [step * 10.0 ** power for power in range(-9, 10) for step in (1, 2, 5)]
        self.low = max(step for step in steps if step <= max(low, steps[0]) * 1.0001)
        self.high = min((step for step in steps if step >= high * 0.9999), default=high)
        if self.high <= self.low:
            self.high = self.low * 2
        self.start, self.length = start, length
        self.ticks = [step for step in steps if self.low * 0.999 <= step <= self.high * 1.001]
        if len(self.ticks) > 7:
            powers = [step for step in self.ticks if abs(math.log10(step) - round(math.log10(step))) < 1e-6]
            self.ticks = powers if len(powers) > 1 else self.ticks[::2]

    def __call__(self, value):
        value = min(max(value, self.low), self.high)
        return round(self.start + self.length * math.log(value / self.low) / math.log(self.high / self.low), 1)


def text(x, y, words, kind="", anchor="start"):
    kind = f' class="{kind}"' if kind else ""
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}"{kind}>{escape(words)}</text>'


def line(x1, y1, x2, y2, kind):
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" class="{kind}"/>'


def tick_text(value):
    return f"{value:g}"


def svg(width, height, title, parts):
    return (f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
            f'aria-label="{escape(title, quote=True)}">' + "".join(parts) + "</svg>")


def mark(shape, x, y, size, kind, tip):
    """A point of a plot; `tip` shows when the pointer rests on it."""
    if shape == "circle":
        body = f'<circle cx="{x}" cy="{y}" r="{size}" class="{kind}">'
    else:
        corners = {"square": [(-1, -1), (1, -1), (1, 1), (-1, 1)],
                   "diamond": [(0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)],
                   "triangle": [(0, -1.2), (1.15, 0.9), (-1.15, 0.9)]}[shape]
        points = " ".join(f"{x + size * dx:.1f},{y + size * dy:.1f}" for dx, dy in corners)
        body = f'<polygon points="{points}" class="{kind}">'
    return body + f"<title>{escape(tip)}</title>" + body[0] + "/" + body[1:].split(" ")[0] + ">"


def bars(title, rows, scale_values, width=430):
    """Horizontal bars from 1, the baseline, on a scale that all such plots of a page share.

    A row is (label, colour class, value, low, high, value text); value is None where there is none, and then the text
    says why. low and high, if there, are drawn as a whisker."""
    plot_width = width - LABEL_WIDTH - VALUE_WIDTH
    scale = LogScale([1.0, *scale_values], LABEL_WIDTH, plot_width)
    bottom = len(rows) * (BAR + GAP) + 4
    parts = []
    for tick in scale.ticks:
        x = scale(tick)
        parts += [line(x, 0, x, bottom, "base" if tick == 1 else "grid"),
                  text(x, bottom + 12, tick_text(tick), "tick", "middle")]
    y = 4
    for label, kind, value, low, high, shown in rows:
        middle = y + BAR / 2
        parts.append(text(LABEL_WIDTH - 6, y + BAR - 1.5, label, "", "end"))
        end = scale(1.0)
        if value is not None:
            x1, x2 = sorted((scale(1.0), scale(value)))
            parts.append(f'<rect x="{x1}" y="{y}" width="{max(round(x2 - x1, 1), 1.5)}" height="{BAR}" class="{kind}">'
                         f"<title>{escape(f'{label}: {shown}')}</title></rect>")
            end = x2
            if low is not None and high > low:
                a, b = scale(low), scale(high)
                parts += [line(a, middle, b, middle, "whisker"), line(a, y + 2, a, y + BAR - 2, "whisker"),
                          line(b, y + 2, b, y + BAR - 2, "whisker")]
                end = max(end, b)
        parts.append(text(round(end + 5, 1), y + BAR - 1.5, shown, "value" if value is not None else "none"))
        y += BAR + GAP
    return svg(width, bottom + 16, title, parts)


def strips(title, rows, width=900):
    """For each engine the ratios of all programs as dots, and their geometric mean as a bar across.

    A row is (label, colour class, [(program, value)], mean or None, mean text)."""
    height, left = 26, 130
    values = [value for _, _, dots, _, _ in rows for _, value in dots]
    scale = LogScale([1.0, *values], left, width - left - 140)
    bottom = len(rows) * height + 4
    parts = []
    for tick in scale.ticks:
        x = scale(tick)
        parts += [line(x, 0, x, bottom, "base" if tick == 1 else "grid"),
                  text(x, bottom + 14, tick_text(tick) + "×", "tick", "middle")]
    for at, (label, kind, dots, mean, shown) in enumerate(rows):
        y = 4 + at * height + height / 2
        parts.append(text(left - 8, y + 4, label, "", "end"))
        for program, value in dots:
            parts.append(mark("circle", scale(value), y, 4, kind + " dot", f"{program} in {label}: {value:.2f}×"))
        if mean is not None:
            x = scale(mean)
            parts.append(line(x, y - 10, x, y + 10, "mean"))
        parts.append(text(width - 128, y + 4, shown, "value"))
    return svg(width, bottom + 20, title, parts)


def scatter(title, series, x_label, y_label, width=900, height=460):
    """Points on two logarithmic axes. A series is (label, colour class, [(x, y, what)]); a larger mark of the same
    shape stands at the geometric mean of its points and carries the label."""
    left, bottom, right = 64, 48, 120
    points = [point for _, _, each in series for point in each]
    if not points:
        return ""
    across = LogScale([x for x, _, _ in points], left, width - left - right)
    up = LogScale([y for _, y, _ in points], height - bottom, -(height - bottom - 16))
    parts = []
    for tick in across.ticks:
        x = across(tick)
        parts += [line(x, 16, x, height - bottom, "grid"),
                  text(x, height - bottom + 16, tick_text(tick), "tick", "middle")]
    for tick in up.ticks:
        y = up(tick)
        parts += [line(left, y, width - right, y, "grid"), text(left - 6, y + 4, tick_text(tick), "tick", "end")]
    parts += [text((left + width - right) / 2, height - 8, x_label, "axis", "middle"),
              f'<text transform="translate(14 {(height - bottom) / 2 + 8}) rotate(-90)" text-anchor="middle" '
              f'class="axis">{escape(y_label)}</text>']
    labels = []
    for at, (label, kind, each) in enumerate(series):
        if not each:
            continue
        shape = MARKS[at % len(MARKS)]
        for x, y, what in each:
            parts.append(mark(shape, across(x), up(y), 3.2, kind + " dot", f"{what} in {label}: {x:.3g}; {y:.3g}"))
        x = across(math.exp(sum(math.log(x) for x, _, _ in each) / len(each)))
        y = up(math.exp(sum(math.log(y) for _, y, _ in each) / len(each)))
        labels.append((y, x, label, kind, shape))
    # Labels that would overlap move down, in the order of their height.
    last = -100.0
    for y, x, label, kind, shape in sorted(labels):
        parts.append(mark(shape, x, y, 7, kind + " centre", f"{label}: geometric mean"))
        last = max(y + 4, last + 14)
        parts.append(text(x + 11, round(last, 1), label, "value halo"))
    return svg(width, height, title, parts)
