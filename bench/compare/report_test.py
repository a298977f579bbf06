"""Tests of the table and of the page."""

import html.parser
import json
import unittest

from . import fake, page, plots, report
from .figures import Figures
from .programs import Program
from .results import LACKS, NO_NATIVE, TIMED_OUT

VOID = {"meta", "br", "hr", "img", "input", "link"}


class Checker(html.parser.HTMLParser):
    """Follows the tags of a page; `faults` has those that do not match."""

    def __init__(self):
        super().__init__()
        self.open, self.faults, self.seen, self.text = [], [], {}, ""

    def handle_starttag(self, tag, attributes):
        self.seen[tag] = self.seen.get(tag, 0) + 1
        names = [name for name, _ in attributes]
        self.faults += [f"{name} twice in {tag}" for name in set(names) if names.count(name) > 1]
        self.faults += [f"{tag} {name}={value}" for name, value in attributes
                        if name in ("src", "href") or value and "http" in value or value in ("nan", "inf")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data):
        self.text += data


def example():
    made = fake.results(
        {"native": {"p": (1.0, 1.0), "q": (1.0, 1.4), "gc": fake.failed(NO_NATIVE, "")},
         "x<y>": {"p": fake.cell(4.0, 4.0, load=(0.02, 0.02)), "q": fake.failed(TIMED_OUT, "stopped after 1 s"),
                  "gc": fake.failed(LACKS, "gc")},
         "z": {"p": fake.cell(8.0, 10.0, load=(0.3, 0.3)), "q": (9.0, 9.0), "gc": (1.0, 1.0)}},
        [Program("p", "numbers"), Program("q", "words"), Program("gc", "objects", ["gc"], False)])
    made.missing = [{"name": name, "reason": "ghost is not installed", "install": "call it & wait"}
                    for name in ("ghost-jit", "ghost")]
    made.not_built = ["unbuilt"]
    return Figures(made)


class ReportTest(unittest.TestCase):
    def test_every_program_stands_in_the_table_with_a_figure_or_a_word(self):
        header, rows = report.main_rows(example())
        self.assertEqual(header, ["program", "native, s", "x<y>", "z"])
        table = {row[0].strip("*"): row[1:] for row in rows}
        self.assertEqual(table["p"], ["1.001", "4.00", "9.00*"])
        self.assertEqual(table["q"], ["1.201*", "time-out", "7.71*"])
        self.assertEqual(table["gc (to z)"], ["–", "lacks", "1.00"])
        self.assertEqual(table["geometric mean of 2"], ["", "**4.00 (1 of 2)**", "**8.33**"])
        self.assertEqual(table["mean of the 1 all run"], ["", "**4.00**", "**9.00**"])
        self.assertEqual(table["start-up, ms"], ["1.00", "1.00", "1.00"])
        self.assertEqual(table["loading, ms"], ["–", "20.0", "300"])

    def test_markdown_names_reasons_and_what_is_missing(self):
        text = report.markdown(example())
        self.assertIn("- x<y>: time-out: stopped after 1 s (q)", text)
        self.assertIn("- x<y>: lacks: gc (gc)", text)
        self.assertIn("- ghost-jit, ghost: ghost is not installed; to get it: call it & wait", text)
        self.assertIn("## Not built\n\n- unbuilt", text)
        lines = [line for line in text.split("\n") if line.startswith("|")]
        self.assertEqual(len({len(line) for line in lines}), 1)
        self.assertEqual({line.count("|") for line in lines}, {5})

    def test_plain_text_has_no_marks_of_markdown(self):
        self.assertNotIn("**", report.plain(example()))

    def test_summary_opens_with_the_means_and_counts_noise(self):
        text = " ".join(report.summary(example()))
        self.assertIn("3 programs in 3 engines, 2 rounds", text)
        self.assertIn("relative to native (1 that native cannot run: to z)", text)
        self.assertIn("Geometric means: x<y> 4.00× (1 of 2), z 8.33×.", text)
        self.assertIn("3 of 6 figures are marked *", text)
        self.assertIn("1 failed or gave a wrong result, 1 not tried for want of a feature", text)

    def test_invar_is_compared_with_each_engine(self):
        made = fake.results({"native": {"p": (1.0,), "q": (1.0,)}, "invar": {"p": (2.0,), "q": (4.0,)},
                             "x": {"p": (8.0,), "q": (4.0,)}, "y": {"p": fake.failed(), "q": (1.0,)}})
        self.assertEqual(report.versus(Figures(made)),
                         ["Time of invar over that of the others, program by program: x 0.50× (less in 1 of 2), "
                          "y 4.00× (less in 0 of 1)."])
        self.assertIn("A single round tells nothing about noise.", report.summary(Figures(made)))

    def test_figures_go_to_json_as_data(self):
        data = json.loads(json.dumps(report.derived(example())))
        self.assertEqual(data["engines"]["x<y>"]["geometric_mean"]["count"], 1)
        self.assertAlmostEqual(data["engines"]["z"]["ratios"]["p"]["value"], 9.0, 2)
        self.assertEqual(data["engines"]["z"]["ratios"]["gc"]["to"], "z")
        self.assertNotIn("q", data["engines"]["x<y>"]["ratios"])

    def test_page_is_well_formed_and_self_contained(self):
        checker = Checker()
        text = page.html(example())
        checker.feed(text)
        checker.close()
        self.assertEqual(checker.faults, [])
        self.assertEqual(checker.open, [])
        # An overview, the two classes that anything is compared in, three programs, and the scatter plot.
        self.assertEqual(checker.seen["svg"], 7)
        self.assertNotIn("script", checker.seen)
        self.assertIn("prefers-color-scheme: dark", text)
        self.assertIn("x<y>", checker.text)
        self.assertIn("stopped after 1 s", checker.text)

    def test_page_of_a_single_engine_and_of_nothing_but_failures(self):
        for table in ({"x": {"p": (1.0,)}}, {"x": {"p": fake.failed()}, "y": {"p": fake.failed()}}):
            made = fake.results(table)
            for engine in table:
                made.cells[engine, "empty"] = fake.cell(0.001)
            checker = Checker()
            checker.feed(page.html(Figures(made)))
            self.assertEqual((checker.faults, checker.open), ([], []))
            self.assertTrue(report.markdown(Figures(made)))

    def test_wall_time_is_another_metric(self):
        made = fake.results({"native": {"p": (1.0,)}, "x": {"p": (2.0,)}}, start=0.0)
        made.cells["x", "p"].wall = [5.0]
        self.assertAlmostEqual(Figures(made, metric="wall").ratio("x", "p").value, 5.0)
        self.assertIn("wall time", report.summary(Figures(made, metric="wall"))[0])

    def test_scale_covers_its_values_and_keeps_their_order(self):
        for values in ([1.0, 7.3], [0.03, 900.0], [1.0, 1.0], [1e-12, 2.0]):
            scale = plots.LogScale(values, 10, 100)
            places = [scale(value) for value in sorted(values)]
            self.assertEqual(places, sorted(places))
            self.assertTrue(all(10 <= place <= 110 for place in places))
            self.assertGreaterEqual(len(scale.ticks), 2)

    def test_numbers_have_three_digits(self):
        self.assertEqual([report.number(value) for value in (0.01234, 0.1234, 9.994, 9.996, 45.67, 99.96, 1234.5)],
                         ["0.012", "0.12", "9.99", "10.0", "45.7", "100", "1234"])


if __name__ == "__main__":
    unittest.main()
