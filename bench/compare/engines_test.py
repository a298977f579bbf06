"""Tests of engines as data, and of idle twins."""

import json
import os
import tempfile
import unittest

from . import engines
from .engines import BadInput, Engine, error_line
from .idle import EMPTY_BODY, NOTHING, NoTwin, idle_twin, leb
from .programs import Program

PLAIN = Program("empty")


class EnginesTest(unittest.TestCase):
    def read(self, content):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "engines.json")
            with open(path, "w", encoding="utf-8") as file:
                file.write(content if isinstance(content, str) else json.dumps(content))
            return engines.from_file(path)

    def test_known_engines_are_well_formed(self):
        known = engines.collect([], [])
        names = [engine.name for engine in known]
        self.assertEqual(len(set(names)), len(names))
        for name in ("native", "invar", "node", "node-baseline", "node-optimizing", "wasmtime", "wasmtime-winch",
                     "wasmi", "wabt", "wasm3", "iwasm", "wasmedge-jit"):
            self.assertIn(name, names)
        for engine in known:
            self.assertTrue(engine.install, engine.name)
            self.assertTrue(engine.version or engine.runs_native, engine.name)
            words = engine.arguments(engine.load or engine.command, PLAIN,
                                     {"wasm": "w", "native": "n", "invar": "i", "here": "h", "root": "r"})
            self.assertNotIn("{", " ".join(words))

    def test_a_tier_is_an_engine_with_flags(self):
        made = self.read({"command": "e {tier} {wasm}", "about": "both", "tiers": [
            {"name": "a", "flags": "--low --lazy"}, {"name": "b", "flags": "", "about": "own"}]})
        self.assertEqual([each.about for each in made], ["both", "own"])
        self.assertEqual(made[0].arguments(made[0].command, PLAIN, {"wasm": "f"}), ["e", "--low", "--lazy", "f"])
        self.assertEqual(made[1].arguments(made[1].command, PLAIN, {"wasm": "f"}), ["e", "f"])
        self.assertEqual(made[0].shown_command, "e --low --lazy {wasm}")

    def test_features_bring_flags_or_are_lacking(self):
        engine = Engine("e", "e {features} {wasm}", features={"gc": "--gc --refs", "simd": ""})
        program = Program("p", features=["gc", "simd"])
        self.assertEqual(engine.arguments(engine.command, program, {"wasm": "f"}), ["e", "--gc", "--refs", "f"])
        self.assertEqual(engine.lacks(program), [])
        self.assertEqual(engine.lacks(Program("p", features=["simd", "tail-call"])), ["tail-call"])
        self.assertEqual(Engine("e", "e {wasm}").lacks(program), [])

    def test_braces_of_scripts_stay(self):
        engine = Engine("e", "sh -c 'f() { cat {wasm}; }; f'")
        self.assertEqual(engine.arguments(engine.command, PLAIN, {"wasm": "x"})[2], "f() { cat x; }; f")

    def test_bad_data_is_refused_with_a_reason(self):
        for content, reason in (("[", "cannot read"), ([1], "must be an object"), ({"name": "x"}, "needs a command"),
                                ({"name": "x", "command": "x"}, "has no {wasm}"),
                                ({"name": "x", "command": "x {wasm}", "flavour": 1}, "unknown key 'flavour'")):
            with self.assertRaisesRegex(BadInput, reason):
                self.read(content)
        for text in ("x", "=x {wasm}", "x=", "x=y"):
            with self.assertRaises(BadInput):
                engines.from_option(text)

    def test_options_replace_known_engines(self):
        made = {engine.name: engine for engine in engines.collect([], ["node=other {wasm}", "mine=m --a=b {wasm}"])}
        self.assertEqual(made["node"].command, "other {wasm}")
        self.assertEqual(made["mine"].command, "m --a=b {wasm}")

    def test_error_line(self):
        self.assertEqual(error_line("trace\nValueError: bad\nat 3\n"), "ValueError: bad")
        self.assertEqual(error_line("Error: cannot\n\nCaused by:\n    0: outer\n    1: inner\n"), "Error: cannot inner")
        self.assertEqual(error_line("one\n  two\n\n"), "two")
        self.assertEqual(error_line(""), "")


def section(kind, content):
    return bytes([kind]) + leb(len(content)) + content


def module(imports=b"\0", code=(b"\0\x41\x01\x1a\x0b", b"\0\x01\x0b"), start=0, name=b"_start"):
    """Two functions without parameters, of which number `start` is exported."""
    bodies = b"".join(leb(len(each)) + each for each in code)
    return (b"\0asm\1\0\0\0" + section(1, b"\1\x60\0\0") + section(2, imports) + section(3, b"\2\0\0") +
            section(7, b"\1" + leb(len(name)) + name + b"\0" + leb(start)) + section(0, b"\1xfirst") +
            section(10, b"\2" + bodies) + section(0, b"\1ysecond"))


class IdleTest(unittest.TestCase):
    def test_only_the_body_of_start_changes(self):
        self.assertEqual(idle_twin(module()), module(code=(EMPTY_BODY, b"\0\x01\x0b")))
        self.assertEqual(idle_twin(module(start=1)), module(code=(b"\0\x41\x01\x1a\x0b", EMPTY_BODY), start=1))

    def test_imports_of_every_kind_are_counted_right(self):
        imports = (b"\6" b"\1a\1f\0\0" b"\1a\1t\1\x63\0\1\1\2" b"\1a\1m\2\0\1" b"\1a\1g\3\x64\x80\1\0" b"\1a\1e\4\0\0"
                   b"\1a\1h\0\0")
        twin = idle_twin(module(imports, start=3))
        self.assertEqual(twin, module(imports, code=(b"\0\x41\x01\x1a\x0b", EMPTY_BODY), start=3))
        with self.assertRaises(NoTwin):
            idle_twin(module(imports, start=1))

    def test_what_has_no_start_has_no_twin(self):
        head = b"\0asm\1\0\0\0"
        for bytes_ in (b"", head, module(name=b"main"), module()[:40], head + b"\1\xff\xff\xff\xff\x0f"):
            with self.assertRaises(NoTwin):
                idle_twin(bytes_)

    def test_the_smallest_module_is_its_own_twin(self):
        self.assertEqual(idle_twin(NOTHING), NOTHING)


if __name__ == "__main__":
    unittest.main()
