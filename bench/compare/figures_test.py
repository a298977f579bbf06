"""Tests of the statistics, without any engine."""

import unittest

from . import fake
from .engines import BadInput
from .figures import Figures, figure, geometric_mean
from .programs import Program
from .results import LACKS, NO_NATIVE, from_json


class FigureTest(unittest.TestCase):
    def test_median_and_range(self):
        made = figure([3.0, 1.0, 2.0])
        self.assertEqual((made.value, made.low, made.high, made.spread), (2.0, 1.0, 3.0, 1.0))
        self.assertIsNone(figure([]))
        self.assertEqual(figure([4.0, None]).value, 4.0)

    def test_extremes_are_left_out_from_five_rounds_on(self):
        made = figure([1.0, 2.0, 2.1, 2.2, 9.0])
        self.assertEqual((made.value, made.low, made.high), (2.1, 2.0, 2.2))

    def test_geometric_mean(self):
        self.assertAlmostEqual(geometric_mean([1.0, 4.0]), 2.0)
        self.assertIsNone(geometric_mean([]))


class FiguresTest(unittest.TestCase):
    def test_ratio_is_without_start_up_and_by_round(self):
        # The second round was three times as slow for both: the ratio does not show it.
        figures = Figures(fake.results({"native": {"p": (1.0, 3.0)}, "slow": {"p": (2.0, 6.0)}}, start=0.5))
        ratio = figures.ratio("slow", "p")
        self.assertAlmostEqual(ratio.value, 2.0)
        self.assertAlmostEqual(ratio.spread, 0.0)
        self.assertFalse(figures.is_noisy("slow", "p"))
        self.assertTrue(figures.is_noisy("native", "p"))

    def test_noise_is_a_spread_above_the_limit(self):
        made = fake.results({"native": {"p": (1.0, 1.0, 1.0)}, "x": {"p": (2.0, 2.1, 2.3)}})
        self.assertTrue(Figures(made).is_noisy("x", "p"))
        self.assertFalse(Figures(made, noise_limit=0.2).is_noisy("x", "p"))

    def test_baseline_is_native_or_the_first_or_the_chosen(self):
        made = fake.results({"a": {"p": (2.0,)}, "native": {"p": (1.0,)}})
        self.assertEqual(Figures(made).baseline, "native")
        self.assertAlmostEqual(Figures(made, "a").ratio("native", "p").value, 0.5)
        self.assertEqual(Figures(fake.results({"a": {"p": (2.0,)}, "b": {"p": (1.0,)}})).baseline, "a")
        with self.assertRaises(BadInput):
            Figures(made, "c")

    def test_failures_do_not_count_and_the_mean_says_so(self):
        made = fake.results({"native": {"p": (1.0,), "q": (1.0,)}, "x": {"p": (4.0,), "q": fake.failed()}})
        figures = Figures(made)
        mean = figures.mean("x")
        self.assertAlmostEqual(mean.value, 4.0)
        self.assertEqual((mean.count, mean.of, mean.whole), (1, 2, False))
        self.assertEqual(figures.common(), ["p"])
        self.assertEqual(figures.problems(), [("x", "q", "failed", "exit code 1")])

    def test_programs_without_native_twin_have_another_baseline(self):
        made = fake.results(
            {"native": {"p": (1.0,), "gc": fake.failed(NO_NATIVE, "")},
             "x": {"p": (4.0,), "gc": fake.failed(LACKS, "gc")},
             "y": {"p": (2.0,), "gc": (3.0,)}, "z": {"p": (2.0,), "gc": (1.5,)}},
            [Program("p", "c"), Program("gc", "objects", ["gc"], False)])
        figures = Figures(made)
        self.assertEqual(figures.baseline_of("gc"), "y")
        self.assertAlmostEqual(figures.ratio("z", "gc").value, 0.5)
        self.assertEqual(figures.mean("z").of, 1)  # only what is relative to native
        self.assertAlmostEqual(figures.mean("z", ["gc"]).value, 0.5)
        self.assertEqual(figures.base_of_mean(["gc"]), "y")
        self.assertIsNone(figures.mean("x", ["gc"]).value)

    def test_too_short_a_program_has_no_ratio(self):
        figures = Figures(fake.results({"native": {"p": (0.0,)}, "x": {"p": (1.0,)}}))
        self.assertIsNone(figures.ratio("x", "p"))
        self.assertIn(("x", "p", "too short", "its time cannot be told from start-up in native"), figures.problems())

    def test_what_start_up_varies_by_is_no_time_of_a_program(self):
        made = fake.results({"native": {"p": (1.0, 1.0)}, "x": {"p": (0.02, 0.02)}, "y": {"p": (0.02, 0.02)}})
        made.cells["x", "empty"] = fake.cell(0.01, 0.04)
        made.cells["x", "p"] = fake.cell(0.04, 0.05)
        figures = Figures(made)
        self.assertIsNone(figures.ratio("x", "p"))
        self.assertIn(("x", "p", "too short", "its time cannot be told from start-up"), figures.problems())
        self.assertAlmostEqual(figures.ratio("y", "p").value, 0.02)
        self.assertEqual(figures.mean("x").count, 0)

    def test_an_engine_that_cannot_start_has_no_ratio(self):
        made = fake.results({"native": {"p": (1.0,)}, "x": {"p": (1.0,)}})
        made.cells["x", "empty"] = fake.failed()
        figures = Figures(made)
        self.assertIsNone(figures.ratio("x", "p"))
        self.assertIsNone(figures.start("x"))
        self.assertIn(("x", "p", "failed", "x cannot run the empty program"), figures.problems())

    def test_json_keeps_everything(self):
        made = fake.results({"native": {"p": (1.0,)}, "x": {"p": fake.cell(2.0, load=(0.1,)), "q": fake.failed()}})
        self.assertEqual(from_json(made.to_json()), made)
        with self.assertRaises(ValueError):
            from_json({"format": "another"})


if __name__ == "__main__":
    unittest.main()
