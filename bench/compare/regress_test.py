"""Tests of the comparison of two results."""

import unittest

from . import fake, regress
from .engines import BadInput


def one(times, **cells):
    return fake.results({"native": {"p": (1.0, 1.0, 1.0)}, "x": {"p": times, **cells}})


class RegressTest(unittest.TestCase):
    def moves(self, old, new, **options):
        return [(move.engine, move.what, move.worse) for move in regress.compare(old, new, **options).moves]

    def test_both_directions_are_told_and_slower_is_a_regression(self):
        fast, slow = one((2.0, 2.1, 2.05)), one((2.5, 2.6, 2.7))
        self.assertEqual(self.moves(fast, slow), [("x", "p", True)])
        self.assertEqual(self.moves(slow, fast), [("x", "p", False)])
        self.assertTrue(regress.compare(fast, slow).regressed)
        self.assertFalse(regress.compare(slow, fast).regressed)

    def test_ranges_that_touch_are_noise(self):
        self.assertEqual(self.moves(one((2.0, 2.1, 2.4)), one((2.3, 2.5, 2.6))), [])

    def test_changes_below_the_threshold_do_not_count(self):
        old, new = one((2.0, 2.0, 2.0)), one((2.04, 2.04, 2.04))
        self.assertEqual(self.moves(old, new), [])
        self.assertEqual(self.moves(old, new, threshold=0.01), [("x", "p", True)])

    def test_a_slower_machine_is_no_regression(self):
        old = fake.results({"native": {"p": (1.0, 1.0, 1.0)}, "x": {"p": (2.0, 2.0, 2.0)}})
        new = fake.results({"native": {"p": (3.0, 3.0, 3.0)}, "x": {"p": (6.0, 6.0, 6.0)}}, start=0.003)
        new.machine["processor"] = "Slide rule"
        comparison = regress.compare(old, new)
        self.assertEqual(comparison.moves, [])
        self.assertIn("the machines differ", regress.text(comparison))

    def test_a_program_that_no_longer_runs_is_a_regression(self):
        old = fake.results({"native": {"p": (1.0,), "q": (1.0,)}, "x": {"p": (2.0,), "q": (2.0,)}})
        new = fake.results({"native": {"p": (1.0,), "q": (1.0,)}, "x": {"p": (2.0,), "q": fake.failed()}})
        self.assertEqual(self.moves(old, new), [("x", "q", True)])
        self.assertEqual(self.moves(new, old), [("x", "q", False)])

    def test_memory_and_start_up_count_on_the_same_machine(self):
        old, new = one(fake.cell(2.0, 2.0, 2.0)), one(fake.cell(2.0, 2.0, 2.0, peak=9000))
        self.assertEqual(self.moves(old, new), [("x", "p, memory, MiB", True)])
        new = fake.results({"native": {"p": (1.0, 1.0, 1.0)}, "x": {"p": (2.0, 2.0, 2.0)}}, start=0.002)
        self.assertIn(("x", "start-up, ms", True), self.moves(one((2.0, 2.0, 2.0)), new))

    def test_one_round_alone_is_treated_with_caution(self):
        def single(time):
            return fake.results({"native": {"p": (1.0,)}, "x": {"p": (time,)}})
        self.assertEqual(self.moves(single(2.0), single(2.15)), [])
        self.assertEqual(self.moves(single(2.0), single(2.3)), [("x", "p", True)])
        self.assertIn("noise is hard to tell", regress.text(regress.compare(single(2.0), single(2.0))))

    def test_what_is_in_one_result_only_is_noted(self):
        old = fake.results({"native": {"p": (1.0,)}, "x": {"p": (2.0,)}, "gone": {"p": (2.0,)}})
        new = fake.results({"native": {"p": (1.0,), "q": (1.0,)}, "x": {"p": (2.0,), "q": (1.0,)}})
        text = regress.text(regress.compare(old, new))
        self.assertIn("only in the old results: engine gone", text)
        self.assertIn("only in the new results: program q", text)

    def test_engines_can_be_chosen(self):
        old = fake.results({"native": {"p": (1.0, 1.0, 1.0)}, "x": {"p": (2.0,) * 3}, "y": {"p": (2.0,) * 3}})
        new = fake.results({"native": {"p": (1.0, 1.0, 1.0)}, "x": {"p": (3.0,) * 3}, "y": {"p": (3.0,) * 3}})
        self.assertEqual(self.moves(old, new, patterns=["y"]), [("y", "p", True)])

    def test_nothing_in_common_is_an_error(self):
        with self.assertRaises(BadInput):
            regress.compare(one((2.0,) * 3), fake.results({"native": {"other": (1.0,)}}))
        with self.assertRaises(BadInput):
            regress.compare(one((2.0,) * 3), fake.results({"other": {"p": (1.0,)}}))


if __name__ == "__main__":
    unittest.main()
