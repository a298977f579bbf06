"""Tests the whole tool with shell scripts in the place of programs and of engines."""

import contextlib
import io
import json
import os
import pathlib
import stat
import tempfile
import unittest
from unittest import mock

from . import cli, launch, programs

BUSY = "i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done\n"
SAME = "same=sh {wasm}"


class CliTest(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.out = pathlib.Path(holder.name)
        for name, script in (("empty", "echo empty"), ("count", BUSY + "echo 20000")):
            self.program(name, script)
        self.list = self.out / "programs.json"
        self.list.write_text(json.dumps([{"name": "count", "class": "loops"}]))

    def program(self, name, script, endings=(".native", ".wasm")):
        for ending in endings:
            path = self.out / (name + ending)
            path.write_text("#!/bin/sh\n" + script + "\n")
            path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def run_tool(self, *arguments, engines=(SAME,)):
        """Returns the exit code, what was printed, and the JSON result or None."""
        given = [word for engine in engines for word in ("--engine", engine)]
        printed, errors = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(errors):
            code = cli.run(["--no-build", "--out", str(self.out), "--list", str(self.list), "--rounds", "2",
                            "--select", "native", *given, *arguments])
        path = self.out / "report" / "results.json"
        result = json.loads(path.read_text()) if path.exists() else None
        return code, printed.getvalue() + errors.getvalue(), result

    def test_a_table_and_three_files_come_out(self):
        thrice = "slow=sh -c 'case $0 in *count*) sh $0; sh $0;; esac >/dev/null; sh $0' {wasm}"
        code, output, result = self.run_tool(engines=(SAME, thrice))
        self.assertEqual(code, 0, output)
        runs = result["runs"]
        self.assertEqual(len(runs["slow"]["count"]["cpu"]), 2)
        self.assertEqual(len(runs["slow"]["empty"]["cpu"]), 6)
        # Three times the work. How much longer it takes is not asked: other processes may share the machine.
        self.assertLess(min(runs["same"]["count"]["cpu"]), min(runs["slow"]["count"]["cpu"]))
        self.assertIn("geometric mean", output)
        self.assertIn("round 2 of 2 is done", output)
        self.assertIn("<svg", (self.out / "report" / "results.html").read_text())
        self.assertIn("| count", (self.out / "report" / "results.md").read_text())

    def test_wrong_output_is_shown_and_fails(self):
        liar = "liar=sh -c 'case $0 in *count*) echo 1;; *) sh $0;; esac' {wasm}"
        code, output, result = self.run_tool(engines=(liar,))
        self.assertEqual(code, 1)
        self.assertRegex(output, r"\| count +\| +[0-9.]+\*? \| +wrong \|")
        self.assertIn("liar: wrong output: '1', not '20000' (count)", output)
        self.assertEqual(result["runs"]["liar"]["count"]["problem"], "wrong output")

    def test_without_native_the_majority_is_right(self):
        os.remove(self.out / "count.native")
        liar = "liar=sh -c 'case $0 in *count*) echo 1;; *) sh $0;; esac' {wasm}"
        code, output, _ = self.run_tool(engines=(liar, SAME, "other=sh {wasm}"))
        self.assertEqual(code, 1)
        self.assertIn("liar: wrong output", output)
        self.assertIn("count (to same)", output)

    def test_failures_are_told_apart_and_only_strict_minds(self):
        engines = ("broken=sh -c 'case $0 in *count*) echo error: no such thing >&2; exit 3;; esac; sh $0' {wasm}",
                   "dying=sh -c 'case $0 in *count*) kill -9 $$;; esac; sh $0' {wasm}",
                   "sleepy=sh -c 'case $0 in *count*) sleep 30;; esac; sh $0' {wasm}")
        code, output, _ = self.run_tool("--timeout", "1", engines=engines)
        self.assertEqual(code, 0)
        self.assertIn("broken: failed: exit code 3: error: no such thing (count)", output)
        self.assertIn("dying: failed: ended by signal 9 (count)", output)
        self.assertIn("sleepy: time-out: stopped after 1 s (count)", output)
        self.assertEqual(self.run_tool("--strict", engines=engines[:1])[0], 1)

    def test_missing_engines_are_named_and_the_rest_goes_on(self):
        cannot = "cannot=sh -c 'echo error: not today >&2; exit 1' {wasm}"
        code, output, result = self.run_tool(engines=("ghost=no-such-engine {wasm}", cannot, SAME))
        self.assertEqual(code, 0, output)
        self.assertIn("ghost: no-such-engine is not installed", output)
        self.assertIn("cannot: it cannot run a program that does nothing: exit code 1: error: not today", output)
        self.assertIn("measuring in native, same; missing, as explained at the end: ghost, cannot", output)
        self.assertEqual([engine["name"] for engine in result["engines"]], ["native", "same"])

    def test_without_native_the_first_engine_is_the_baseline(self):
        for name in ("empty.native", "count.native"):
            os.remove(self.out / name)
        code, output, result = self.run_tool(engines=(SAME, "other=sh {wasm}"))
        self.assertEqual(code, 0, output)
        self.assertIn("relative to same", output)
        self.assertIn("native", [each["name"] for each in result["missing"]])
        self.assertEqual(self.run_tool("--baseline", "native")[0], 2)
        self.assertIn("relative to other", self.run_tool("--baseline", "other", engines=(SAME, "other=sh {wasm}"))[1])

    def test_engines_of_a_file_and_lacking_features(self):
        self.program("boxes", BUSY + "echo boxes", [".wasm"])
        self.list.write_text(json.dumps([{"name": "count", "class": "loops"},
                                         {"name": "boxes", "class": "objects", "features": ["gc"], "native": False}]))
        extra = self.out / "engines.json"
        extra.write_text(json.dumps({"command": "sh {tier} {wasm}", "features": {}, "tiers": [
            {"name": "plain", "flags": ""}, {"name": "strict", "flags": "-e", "features": {"gc": ""}}]}))
        code, output, _ = self.run_tool("--engines", str(extra), "--select", "native,plain,strict", engines=())
        self.assertEqual(code, 0, output)
        self.assertIn("plain: lacks: gc (boxes)", output)
        self.assertRegex(output, r"boxes \(to strict\) +\| +– \| +lacks \| +1.00\*? \|")

    def test_an_engine_may_tell_its_phases(self):
        times = self.out / "times.json"
        times.write_text('{"compile": 0.5, "instantiate": 0.25}')
        teller = f"teller=sh -c 'cp {times} $INVAR_BENCH_TIMES; sh $0' {{wasm}}"
        with mock.patch.multiple("compare.measure", idle_twin=lambda module: b"true", NOTHING=b"true"):
            _, output, result = self.run_tool(engines=(teller, SAME))
        cell = result["runs"]["teller"]["count"]
        self.assertEqual((cell["load"], cell["load_told"], cell["times"]["compile"]), ([0.75, 0.75], True, [0.5, 0.5]))
        self.assertEqual(len(result["runs"]["same"]["count"]["load"]), 2)
        self.assertRegex(output, r"loading, ms +\| +– \| +750 \|")

    def test_peak_memory_is_the_command_s_own(self):
        _, _, result = self.run_tool()
        if launch.build_launcher(str(self.out), str(self.out)) is None:
            self.skipTest("no C compiler")
        # A shell needs less than the Python process that runs the comparison.
        own_peak = launch.resource.getrusage(launch.resource.RUSAGE_SELF).ru_maxrss
        self.assertLess(max(result["runs"]["same"]["empty"]["peak"]), own_peak)

    def test_without_a_compiler_python_measures(self):
        sleepy = "sleepy=sh -c 'case $0 in *count*) sleep 30;; esac; sh $0' {wasm}"
        dying = "dying=sh -c 'case $0 in *count*) kill -9 $$;; esac; sh $0' {wasm}"
        with mock.patch("compare.cli.build_launcher", lambda *_: None):
            code, output, result = self.run_tool("--timeout", "1", engines=(SAME, sleepy, dying))
        self.assertEqual(code, 0, output)
        self.assertIn("There is no C compiler", output)
        self.assertIn("sleepy: time-out: stopped after 1 s (count)", output)
        self.assertIn("dying: failed: ended by signal 9 (count)", output)
        self.assertGreater(min(result["runs"]["same"]["count"]["cpu"]), 0)
        self.assertEqual(result["runs"]["same"]["count"]["peak"], [None, None])

    def test_results_can_be_read_again_and_compared(self):
        _, first, _ = self.run_tool()
        path = str(self.out / "report" / "results.json")
        code, again, _ = self.run_tool("--read", path)
        self.assertEqual(code, 0)
        self.assertEqual(first.split("\n\n")[0], again.split("\n\n")[0])
        code, output, _ = self.run_tool("--regress", path, path)
        self.assertEqual(code, 0)
        self.assertIn("0 worse, 0 better beyond noise", output)
        slower = json.loads(pathlib.Path(path).read_text())
        cell = slower["runs"]["same"]["count"]
        cell["cpu"] = [each * 10 for each in cell["cpu"]]
        other = self.out / "slower.json"
        other.write_text(json.dumps(slower))
        code, output, _ = self.run_tool("--regress", path, str(other), "--select", "same")
        self.assertEqual(code, 1, output)
        self.assertRegex(output, r"same +\| count .* worse \|")

    def test_bad_use_is_one_line_and_status_2(self):
        for arguments, reason in ((["--programs", "nothing"], "no program is called nothing; there are: count"),
                                  (["--select", "nobody"], "no engine is called nobody"),
                                  (["--rounds", "0"], "--rounds"), (["--read", "/no/such"], "cannot read the results"),
                                  (["--pin", "x"], "--pin x"), (["--out", "/no/such"], "bench/programs/build.sh")):
            code, output, _ = self.run_tool(*arguments)
            self.assertEqual(code, 2, output)
            self.assertIn(reason, output)

    def test_what_is_here_can_be_shown(self):
        code, output, result = self.run_tool("--show", engines=(SAME, "ghost=no-such-engine {wasm}"))
        self.assertEqual((code, result), (0, None))
        self.assertIn("missing: ghost: no-such-engine is not installed", output)
        self.assertIn("loops: count", output)

    def test_a_build_that_fails_is_told_and_old_programs_are_used(self):
        script = self.out / "build.sh"
        script.write_text("#!/bin/sh\necho no compiler here >&2\nexit 1\n")
        script.chmod(0o755)
        with mock.patch("compare.programs.BUILD", str(script)):
            self.assertEqual(programs.build(str(self.out)), "no compiler here")
            with self.assertRaisesRegex(programs.BadInput, "The attempt failed: no compiler here. `bench/programs"):
                programs.built([], "/no/such", programs.build(str(self.out)))


    def test_an_interruption_leaves_the_rounds_before_it(self):
        runs, run = [], launch.Launcher.run

        def interrupted(launcher, arguments):
            runs.append(arguments)
            # Two probes; a round is three runs of `empty` and one of `count` in each of two engines.
            if len(runs) == 2 + 8 + 7:
                raise KeyboardInterrupt
            return run(launcher, arguments)
        with mock.patch("compare.launch.Launcher.run", interrupted):
            code, output, result = self.run_tool("--no-load")
        self.assertEqual(code, 0, output)
        self.assertIn("It was interrupted: 1 of 2 rounds count.", output)
        self.assertEqual(result["rounds"], 1)
        for cells in result["runs"].values():
            self.assertEqual((len(cells["empty"]["cpu"]), len(cells["count"]["cpu"])), (3, 1))


class ProgressTest(unittest.TestCase):
    def test_a_terminal_has_one_line_and_other_streams_one_a_round(self):
        from .measure import Progress
        for live in (True, False):
            stream = io.StringIO()
            stream.isatty = lambda live=live: live
            progress = Progress(stream, 2, 1)
            for number in range(2):
                progress.step(number, "count", "same")
                progress.end_of_round(number)
            progress.close()
            self.assertEqual(stream.getvalue().count("\n"), 0 if live else 2)
            self.assertEqual("count in same" in stream.getvalue(), live)


if __name__ == "__main__":
    unittest.main()
