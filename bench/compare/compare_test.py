#!/usr/bin/env python3
"""Tests compare.py with shell scripts in the place of programs:  compare_test.py

Needs a C compiler, for the launcher, and no WebAssembly toolchain.
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import compare  # noqa: E402  (found through the line above)

BUSY = "i=0; while [ $i -lt 60000 ]; do i=$((i + 1)); done\n"


class CompareTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.out = cls.folder.name
        compiler = os.environ.get("CC", "cc").split()
        source = os.path.join(HERE, "launch.c")
        subprocess.run([*compiler, "-D_GNU_SOURCE", source, "-o", os.path.join(cls.out, "launch")], check=True)
        cls.program("empty", "echo empty")
        cls.program("count", BUSY + "echo 60000")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def program(cls, name, script):
        for ending in (".native", ".wasm"):
            path = os.path.join(cls.out, name + ending)
            with open(path, "w", encoding="ascii") as file:
                file.write("#!/bin/sh\n" + script)
            os.chmod(path, 0o755)

    def compare(self, *arguments):
        """Runs the script; returns its exit code, its output and its JSON result."""
        result = os.path.join(self.out, "result.json")
        process = subprocess.run(
            [sys.executable, os.path.join(HERE, "compare.py"), "--out", self.out, "--rounds", "2", "--json", result,
             "--select", "", "--programs", "count", *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        with open(result, encoding="utf-8") as file:
            engines = {engine["name"]: engine for engine in json.load(file)["engines"]}
        os.remove(result)
        return process.returncode, process.stdout, engines

    def test_same_work_takes_the_same_time_and_more_takes_more(self):
        thrice = "slow=sh -c 'case $0 in *count*) sh $0; sh $0;; esac >/dev/null; sh $0' {wasm}"
        code, output, engines = self.compare("--engine", "same=sh {wasm}", "--engine", thrice)
        self.assertEqual(code, 0, output)
        same, slow = engines["same"]["geometric_mean"], engines["slow"]["geometric_mean"]
        # Three times the work. How much longer it takes is not asked: other processes may share the machine.
        self.assertLess(same, slow, output)
        self.assertEqual(len(engines["slow"]["programs"]["count"]["cpu_seconds"]), 2)
        self.assertIn("geometric mean", output)

    def test_wrong_output_fails(self):
        liar = "liar=sh -c 'case $0 in *count*) echo 1;; *) sh $0;; esac' {wasm}"
        code, output, engines = self.compare("--engine", liar)
        self.assertEqual(code, 1)
        self.assertIn("failed: count in liar: wrong output: '1'", output)
        self.assertIsNone(engines["liar"]["geometric_mean"])

    def test_exit_code_and_its_message_are_reported(self):
        code, output, _ = self.compare("--engine", "broken=sh -c 'sh $0; echo error: no such thing >&2; exit 3' {wasm}")
        self.assertEqual(code, 1)
        self.assertIn("failed: count in broken: exit code 3: error: no such thing", output)

    def test_signal_and_timeout_are_reported(self):
        code, output, _ = self.compare("--engine", "dying=sh -c 'kill -9 $$'", "--engine", "sleepy=sleep 30",
                                       "--timeout", "1")
        self.assertEqual(code, 1)
        self.assertIn("failed: count in dying: ended by signal 9", output)
        self.assertIn("failed: count in sleepy: stopped after 1 s", output)

    def test_missing_engine_is_named_and_the_rest_goes_on(self):
        code, output, engines = self.compare("--engine", "ghost=no-such-engine {wasm}", "--engine", "same=sh {wasm}")
        self.assertEqual(code, 0, output)
        self.assertIn("missing: ghost: no-such-engine is not installed", output)
        self.assertEqual(list(engines), ["native", "same"])

    def test_peak_memory_is_the_command_s_own(self):
        _, _, engines = self.compare("--engine", "same=sh {wasm}")
        # A shell needs less than the Python process that runs the comparison.
        with open("/proc/self/status", encoding="ascii") as file:
            own_peak = next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
        self.assertLess(max(engines["same"]["programs"]["empty"]["peak_kib"]), own_peak)

    def test_known_engines_are_well_formed(self):
        with open(os.path.join(HERE, "engines.json"), encoding="utf-8") as file:
            engines = [compare.Engine(**entry) for entry in json.load(file)]
        self.assertEqual(len({engine.name for engine in engines}), len(engines))
        for engine in engines:
            self.assertIn("{wasm}", engine.command)
            self.assertTrue(engine.version_command)

    def test_geometric_mean(self):
        self.assertAlmostEqual(compare.geometric_mean([1.0, 4.0]), 2.0)
        self.assertIsNone(compare.geometric_mean([]))

    def test_error_line(self):
        self.assertEqual(compare.error_line("trace\nValueError: bad\nat 3\n"), "ValueError: bad")
        self.assertEqual(compare.error_line("one\n  two\n\n"), "two")
        self.assertEqual(compare.error_line(""), "")


if __name__ == "__main__":
    unittest.main()
