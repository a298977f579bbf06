"""Tests what is said of compiled programs, and that those of the tree are up to date."""

import json
import pathlib
import tempfile
import unittest

from .compiled import Compiled


class TreeTest(unittest.TestCase):
    def test_every_program_of_the_tree_is_compiled_from_its_source(self):
        self.assertEqual(Compiled().problems(), {}, "`bench/programs/build.sh --update` compiles them")


class CompiledTest(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        self.made = self.folder / "made"
        self.made.mkdir()
        self.list("a", "b")
        (self.folder / "build.sh").write_text("flags")
        for name in "ab":
            (self.folder / (name + ".c")).write_text("source of " + name)
            (self.made / (name + ".wasm")).write_bytes(b"module of " + name.encode())
        self.compiled().update(str(self.made), "some tools")

    def list(self, *names):
        rows = [{"name": name, "source": name + ".c"} for name in names]
        (self.folder / "programs.json").write_text(json.dumps(rows))

    def compiled(self):
        return Compiled(str(self.folder))

    def problems(self):
        return self.compiled().problems()

    def test_what_was_just_compiled_is_up_to_date(self):
        self.assertEqual(self.problems(), {})
        self.assertEqual(self.compiled().check(str(self.made), "some tools"), ([], None))

    def test_a_changed_source_is_seen(self):
        (self.folder / "a.c").write_text("another")
        self.assertRegex(self.problems()["a"], "a.c or build.sh has changed")
        self.assertNotIn("b", self.problems())

    def test_changed_flags_are_seen(self):
        (self.folder / "build.sh").write_text("other flags")
        self.assertEqual(set(self.problems()), {"a", "b"})

    def test_a_changed_or_missing_module_is_seen(self):
        (self.folder / "compiled" / "a.wasm").write_bytes(b"another")
        (self.folder / "compiled" / "b.wasm").unlink()
        self.assertRegex(self.problems()["a"], "is not the module")
        self.assertRegex(self.problems()["b"], "never compiled")

    def test_modules_of_no_program_are_seen_and_removed(self):
        self.list("a")
        self.assertRegex(self.problems()["b"], "does not list")
        self.compiled().update(str(self.made), "some tools")
        self.assertEqual(self.problems(), {})

    def test_only_what_is_up_to_date_is_copied(self):
        (self.folder / "a.c").write_text("another")
        out = self.folder / "out"
        self.assertEqual(self.compiled().copy(str(out)), ["a"])
        self.assertFalse((out / "a.wasm").exists())
        self.assertEqual((out / "b.wasm").read_bytes(), b"module of b")

    def test_the_same_tools_must_make_the_same(self):
        (self.made / "a.wasm").write_bytes(b"another")
        wrong, untold = self.compiled().check(str(self.made), "some tools")
        self.assertEqual(wrong, ["a: the same tools make another module of it"])
        self.assertIsNone(untold)
        wrong, untold = self.compiled().check(str(self.made), "other tools")
        self.assertEqual(wrong, [])
        self.assertIn("made with some tools; here is other tools", untold)

    def test_update_wants_all(self):
        (self.made / "a.wasm").unlink()
        with self.assertRaisesRegex(SystemExit, "not built: a"):
            self.compiled().update(str(self.made), "some tools")


if __name__ == "__main__":
    unittest.main()
