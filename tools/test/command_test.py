#!/usr/bin/env python3
"""Runs the command as people use it and looks at what it prints and how it ends.

    command_test.py build/invar PROJECT-ROOT

Prints TAP. An executable of another processor is run as Meson would run it: $MESON_EXE_WRAPPER in front.
"""
import json
import os
import pathlib
import re
import shlex
import struct
import subprocess
import sys
import tempfile
import threading
import traceback
import xml.etree.ElementTree

INVAR = shlex.split(os.environ.get("MESON_EXE_WRAPPER", "")) + [os.path.abspath(sys.argv[1])]
EXAMPLES = pathlib.Path(sys.argv[2]).resolve() / "tools/examples"

ADD = '(module (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))'
WAIT = """(module (memory 1 1 shared)
  (func (export "_start") (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))))"""
SPIN = '(module (func (export "_start") (loop $l (br $l))))'


def run(*arguments, stdin="", env=None, cwd=None):
    """(exit status, standard output, standard error)"""
    done = subprocess.run([*INVAR, *map(str, arguments)], input=stdin.encode(), capture_output=True, timeout=120, env=env,
                          cwd=cwd)
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


def check(condition, *what):
    if not condition:
        raise AssertionError(" ".join(map(str, what)))


def same(got, expected):
    check(got == expected, "got", repr(got), "expected", repr(expected))


def test_hello_with_and_without_the_subcommand():
    same(run(EXAMPLES / "hello.wat"), (0, "Hello from invar!\n", ""))
    same(run("run", EXAMPLES / "hello.wat"), (0, "Hello from invar!\n", ""))


def test_arguments_behind_the_file_are_the_programs():
    status, out, _ = run(EXAMPLES / "arguments.wat", "one", "--dir", "two words", "--", "-h")
    same((status, out), (0, "one\n--dir\ntwo words\n--\n-h\n"))


def test_invoke_prints_results():
    same(run("run", "--invoke", "fibonacci", EXAMPLES / "fibonacci.wat", "20"), (0, "6765\n", ""))
    same(run("run", "--invoke", "divide", EXAMPLES / "fibonacci.wat", "-7", "2"), (0, "-3\n-1\n", ""))


def test_standard_input_is_a_file_too():
    same(run("run", "--invoke", "add", "-", "2", "40", stdin=ADD), (0, "42\n", ""))


def test_invoke_with_wrong_arguments_is_wrong_usage():
    for arguments in (["1"], ["1", "2", "3"], ["1", "x"], ["1", "1.5"]):
        status, out, err = run("run", "--invoke", "add", "-", *arguments, stdin=ADD)
        same((status, out, err.count("\n")), (2, "", 1))
    same(run("run", "--invoke", "gone", "-", stdin=ADD)[0], 1)


def test_a_trap_has_a_kind_and_a_backtrace():
    status, out, err = run(EXAMPLES / "trap.wat")
    same((status, out), (134, ""))
    lines = err.splitlines()
    same(lines[0], "invar: trap: out of bounds memory access")
    same(len(lines), 4)
    for line, name in zip(lines[1:], ("read_far_away", "outer", "main")):
        check(name in line and "0x" in line, line)


def test_a_trap_is_where_the_access_is():
    # With guard pages the sums are part of the accesses; with checks they are instructions of their own.
    text = """(module (memory 1) (func (export "f") (param i32 i32) (result i32)
      (i32.mul (i32.load (i32.add (local.get 0) (i32.const 65536)))
               (i32.load (i32.add (local.get 1) (i32.shl (local.get 1) (i32.const 2)))))))"""
    for arguments, place in ((("5", "0"), "0x2d"), (("4294901760", "100000"), "0x38")):
        for checks in ((), ("--explicit-bounds",)):
            status, _, err = run("run", *checks, "--invoke", "f", "-", *arguments, stdin=text)
            same((status, err.splitlines()[1].strip()), (134, f"0: f at {place}"))


def test_tracing_writes_every_call_to_standard_error():
    status, out, err = run("run", "--trace=calls", "--invoke", "fibonacci", EXAMPLES / "fibonacci.wat", "3")
    same((status, out), (0, "2\n"))
    lines = err.splitlines()
    check(lines and all(line.startswith("trace: ") and "fibonacci" in line for line in lines), err)
    status, _, err = run("run", "--trace=everything", EXAMPLES / "hello.wat")
    same(status, 2)
    check("calls" in err, err)


def test_an_uncaught_exception_is_named_with_its_arguments():
    program = """(module $m (tag $oops (param i32 f64))
                   (func $inner (throw $oops (i32.const -3) (f64.const 0.5)))
                   (func (export "_start") (call $inner)))"""
    status, out, err = run("-", stdin=program)
    same((status, out), (134, ""))
    lines = err.splitlines()
    same(lines[0], "invar: uncaught exception: oops(-3, 0.5)")
    same(len(lines), 3)
    check("m!inner" in lines[1] and "_start" in lines[2], err)


def test_exit_statuses_pass_through():
    program = """(module (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
                   (memory (export "memory") 1) (func (export "_start") (call $exit (i32.const %d))))"""
    for status in (0, 1, 2, 42, 134, 255):
        same(run("-", stdin=program % status), (status, "", ""))


def test_bad_modules_are_one_line_and_status_1():
    for text in ("(module (func (result i32)))", "(module (fnuc))", "(module", '"', "\0asm\1\0\0\0\1", "\0xyz"):
        for command in (["run", "-"], ["validate", "-"], ["inspect", "-"], ["wasm2wat", "-"]):
            status, out, err = run(*command, stdin=text)
            same((status, out, err.count("\n")), (1, "", 1))
            check(err.startswith("invar: "), err)


def test_a_missing_file_is_named():
    status, out, err = run("no/such/file.wasm")
    same((status, out), (1, ""))
    same(err, "invar: cannot read no/such/file.wasm: No such file or directory\n")


def test_wrong_usage_is_status_2():
    for arguments in ([], ["run"], ["run", "--no-such", "x.wasm"], ["spec"], ["validate"], ["inspect", "a", "b"],
                      ["run", "--env", "novalue", "x.wasm"], ["validate", "--enable", "nothing", "x.wasm"]):
        same(run(*arguments)[0], 2)


def test_unknown_imports_are_named_with_their_types():
    text = """(module (import "env" "f" (func (param i32) (result f64))) (import "env" "m" (memory 1 2))
                (import "env" "g" (global (mut i64))) (func (export "_start")))"""
    status, _, err = run("-", stdin=text)
    same(status, 1)
    lines = err.splitlines()
    same(len(lines), 3)
    for line, item in zip(lines, ('"f": func [i32] -> [f64]', '"m": memory 1 2', '"g": global mut i64')):
        same(line, 'invar: -: unknown import "env" ' + item)


def test_preloaded_modules_provide_imports():
    with tempfile.TemporaryDirectory() as folder:
        library = pathlib.Path(folder) / "library.wat"
        library.write_text('(module (func (export "double") (param i32) (result i32) '
                           '(i32.mul (local.get 0) (i32.const 2))))')
        program = """(module (import "lib" "double" (func $double (param i32) (result i32)))
                       (func (export "f") (param i32) (result i32) (call $double (local.get 0))))"""
        same(run("run", "--preload", f"lib={library}", "--invoke", "f", "-", "21", stdin=program), (0, "42\n", ""))


def test_limits_stop_a_program():
    for option in (["--fuel", "100000"], ["--timeout", "0.2"]):
        status, out, err = run("run", *option, "-", stdin=SPIN)
        same((status, out), (134, ""))
        check(err.startswith("invar: trap: "), err)
    # One that waits for other threads, of which there are none.
    for timeout in ("0.1", "0.5"):
        status, out, err = run("run", "--enable", "threads", "--timeout", timeout, "-", stdin=WAIT)
        same((status, out, err.splitlines()[0]), (134, "", "invar: trap: interrupted"))
    grow = '(module (memory 1) (func (export "grow") (result i32) (memory.grow (i32.const 100))))'
    same(run("run", "--max-memory", "1M", "--invoke", "grow", "-", stdin=grow), (0, "-1\n", ""))
    same(run("run", "--invoke", "grow", "-", stdin=grow), (0, "1\n", ""))


def test_features_can_be_switched():
    text = '(module (func (param v128)))'
    same(run("validate", "-", stdin=text)[0], 0)
    same(run("validate", "--disable", "simd", "-", stdin=text)[0], 1)
    shared = '(module (memory 1 1 shared))'
    same(run("validate", "-", stdin=shared)[0], 1)
    same(run("validate", "--enable", "threads", "-", stdin=shared)[0], 0)


def test_directories_and_environment():
    with tempfile.TemporaryDirectory() as folder:
        status, _, err = run("run", "--dir", folder, "--dir", f"{folder}::/x:ro", "--env", "A=1", EXAMPLES / "hello.wat")
        same((status, err), (0, ""))
        same(run("run", "--dir", f"{folder}/gone", EXAMPLES / "hello.wat")[0], 1)


def test_text_and_binary_are_each_others_translation():
    with tempfile.TemporaryDirectory() as folder:
        first, text, second = (pathlib.Path(folder) / name for name in ("a.wasm", "b.wat", "c.wasm"))
        same(run("wat2wasm", EXAMPLES / "arguments.wat", "-o", first), (0, "", ""))
        same(run("wasm2wat", first, "-o", text), (0, "", ""))
        same(run("wat2wasm", text, "-o", second), (0, "", ""))
        same(second.read_bytes(), first.read_bytes())
        same(run(second, "x")[1], "x\n")


NAMES = r"""(module $whole
  (@custom "first" (before first) "\00\01 text")
  (type $pair (func (param i32 i32) (result i32)))
  (import "env" "f" (func $imported (type $pair)))
  (@custom "middle" (after import) "middle")
  (table $t 1 funcref) (memory $m 1) (global $g (mut i32) (i32.const 7)) (tag $e (param i32))
  (elem $items (i32.const 0) func $"a name with spaces")
  (data $bytes (i32.const 0) "xyz")
  (func $"a name with spaces" (type $pair) (local $sum i32)
    (block $out (loop $again (br_if $out (i32.const 1)) (br $again)))
    (local.get $sum))
  (@custom "last" (after last) ""))"""


def test_names_and_custom_sections_survive_translation():
    with tempfile.TemporaryDirectory() as folder:
        source, first, text, second = (pathlib.Path(folder) / name for name in ("s.wat", "a.wasm", "b.wat", "c.wasm"))
        source.write_text(NAMES)
        same(run("wat2wasm", "--debug-names", source, "-o", first), (0, "", ""))
        same(run("wasm2wat", first, "-o", text), (0, "", ""))
        for part in ("$whole", "$pair", "$imported", "$t", "$m", "$g", "$e", "$items", "$bytes", '$"a name with spaces"',
                     "$sum", "$out", "$again", '"\\00\\01 text"', '(@custom "middle" (after import) "middle")',
                     '(@custom "last"'):
            check(part in text.read_text(), part, "not in", text.read_text())
        same(run("wat2wasm", "--debug-names", text, "-o", second), (0, "", ""))
        same(second.read_bytes(), first.read_bytes())


def test_inspect_names_proposals_that_are_off_by_default():
    pair = "(module (rec (type (descriptor 1) (struct)) (type (describes 0) (struct))) (type (func)) (type (cont 2)))"
    check(run("inspect", "-", stdin=pair)[0] != 0)
    enabled = ["--enable", "custom-descriptors", "--enable", "stack-switching"]
    status, out, _ = run("inspect", "--json", *enabled, "-", stdin=pair)
    same(status, 0)
    same(json.loads(out)["features"], ["gc", "custom-descriptors", "stack-switching"])


def test_inspect_shows_what_there_is():
    status, out, _ = run("inspect", EXAMPLES / "hello.wat")
    same(status, 0)
    for part in ("fd_write", "_start", "[i32 i32 i32 i32] -> [i32]", "code", "data", "memory"):
        check(part in out, part, "not in", out)
    status, out, _ = run("inspect", "--json", "-", stdin='(module (func (export "f") (result i32 i32) '
                                                         '(i32.const 1) (i32.const 2)))')
    module = json.loads(out)
    same(status, 0)
    same(module["features"], ["multi-value"])
    same([item["name"] for item in module["exports"]], ["f"])


def test_compiled_code_is_described_to_profilers():
    with tempfile.TemporaryDirectory() as folder:
        module = '(module (func $twice (export "f") (result i32) (i32.mul (i32.const 2) (i32.const 21))))'
        command = ("run", "--tier", "jit", "--jitdump", "--invoke", "f", "-")
        status, out, error = run(*command, stdin=module, cwd=folder)
        if status == 1 and "no compiler" in error:
            return  # a machine or build without one says so
        same((status, out), (0, "42\n"))
        (file,) = pathlib.Path(folder).iterdir()
        check(file.name.startswith("jit-") and file.name.endswith(".dump"), file.name)
        described = file.read_bytes()
        same(described[:8], struct.pack("<II", 0x4A695444, 1))
        kind, size = struct.unpack_from("<II", described, 40)
        same((kind, 40 + size), (0, len(described)))
        code_bytes = struct.unpack_from("<Q", described, 40 + 40)[0]
        same(described[40 + 56 : 40 + size - code_bytes], b"twice\0")
        status, _, error = run(*command, stdin=module, cwd="/proc/self")  # where nobody makes files
        check(status == 1 and "--jitdump: jit-" in error, error)


def test_the_compilers_work_is_shown():
    module = ('(module (memory 1) (func $store (export "f") (param i32) (i32.store (local.get 0) (i32.const 7)))'
              '(func (export "g") (unreachable)))')
    command = ("run", "--tier", "jit", "--compile-only", "0", "--dump=ir,asm", "--invoke", "f", "-", "8")
    status, out, error = run(*command, stdin=module)
    if status == 1 and ("no compiler" in error or "no disassembler" in error):
        return  # a machine or build without one says so
    same((status, out), (0, ""))
    parts = re.findall(r"^function 0, (.*):$", error, re.M)
    check(parts[0] == "built" and parts[-1] == "code" and len(parts) > 3, parts)
    same(set(re.findall(r"^function (\d+)", error, re.M)), {"0"})
    graph, code = error.split("function 0, code:\n")
    offset = re.search(r"i32\.store v0 i32:0x7    ;; (0x[0-9a-f]+)\n", graph).group(1)
    check(re.search(r"^  (mov|str) .*;; " + offset + "$", code, re.M), offset, code)
    check(re.search(r"^  ret$|^  ret    ;;", code, re.M), code)
    status, _, error = run("run", "--tier", "jit", "--dump=ir,all", "-", stdin=module)
    check(status != 0 and "--dump" in error, error)


def test_help_has_examples():
    status, out, _ = run("--help")
    check(status == 0 and "examples:" in out and "invar run" in out, out)
    for command in ("run", "validate", "wat2wasm", "wasm2wat", "inspect", "spec"):
        status, out, err = run(command, "--help")
        check(status == 0 and "Usage" in out and not err, command, out, err)


def test_scripts_are_run_and_counted():
    with tempfile.TemporaryDirectory() as folder:
        script = pathlib.Path(folder) / "a.wast"
        script.write_text(f'{ADD}\n(assert_return (invoke "add" (i32.const 1) (i32.const 2)) (i32.const 3))\n'
                          '(assert_return (invoke "add" (i32.const 1) (i32.const 2)) (i32.const 4))\n')
        status, out, _ = run("spec", folder)
        same(status, 1)
        check("a.wast:3: assert_return" in out and "got       (i32.const 3)" in out, out)
        same(out.splitlines()[-1], "1 passed, 1 failed")
        expected = pathlib.Path(folder) / "expected.txt"
        expected.write_text("a.wast [1]: the second is wrong\n")
        status, out, _ = run("spec", "--expect", expected, folder)
        same((status, out.splitlines()[-1]), (0, "1 passed, 0 failed"))


TWO_RESULTS = (f'{ADD}\n(assert_return (invoke "add" (i32.const 1) (i32.const 2)) (i32.const 3))\n'
               '(assert_return (invoke "add" (i32.const 1) (i32.const 2)) (i32.const 4))\n')


def test_scripts_exit_statuses():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "good.wast").write_text(ADD)
        (folder / "bad.wast").write_text(TWO_RESULTS)
        (folder / "wrong.txt").write_text("no reason\n")
        same(run("spec", folder / "good.wast")[0], 0)
        same(run("spec", folder / "bad.wast")[0], 1)
        for arguments in (["--config", "no-such", folder], ["--shard", "3/2", folder], ["--shard", "x", folder],
                          ["--expect", folder / "wrong.txt", folder], ["--only", "00000000", folder],
                          [folder / "gone.wast"], ["--diff", folder / "bad.wast"], ["--diff"], ["merge"],
                          ["merge", folder / "wrong.txt"]):
            same(run("spec", *arguments)[0], 2)


def test_scripts_reports_can_be_joined_and_compared():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        scripts = folder / "cases"
        scripts.mkdir()
        (scripts / "bad.wast").write_text(TWO_RESULTS)
        for number in range(4):
            (scripts / f"good{number}.wast").write_text(ADD + f"(assert_return (invoke \"add\" (i32.const {number}) "
                                                        f"(i32.const 1)) (i32.const {number + 1}))")
        parts = []
        for mode in ("interp-guard", "interp-explicit"):
            for shard in ("1/2", "2/2"):
                parts.append(folder / f"{mode}-{shard[0]}.json")
                status, _, err = run("spec", "--config", mode, "--shard", shard, "--json", parts[-1], scripts)
                if status == 2 and "interp-guard" in err:
                    return  # no guarded memories on this machine
        whole, html, junit, tap = (folder / f"whole.{kind}" for kind in ("json", "html", "xml", "tap"))
        status, out, _ = run("spec", "merge", *parts, "--json", whole, "--html", html, "--junit", junit, "--tap", tap)
        same((status, out.splitlines()[-1]), (1, "10 passed, 2 failed"))
        check("2 configurations agree" in out, out)
        report = json.loads(whole.read_text())
        same([[script["name"] for script in each["scripts"]] for each in report["runs"]],
             [["cases/bad.wast"] + [f"cases/good{number}.wast" for number in range(4)]] * 2)
        xml.etree.ElementTree.fromstring(junit.read_text())
        check(tap.read_text().startswith("TAP version 14\n1..10\n"))
        check("</html>" in html.read_text())
        same(run("spec", "--diff", whole)[0], 0)

        # A report in which one command came to something else.
        script = report["runs"][1]["scripts"][0]
        script["trace"] = script["trace"][:4] + "AAAA" + script["trace"][8:]
        whole.write_text(json.dumps(report))
        status, out, _ = run("spec", "--diff", whole)
        same((status, out.count("\n")), (1, 1))
        check("bad.wast:2: assert_return  #" in out, out)


def test_scripts_one_command_alone():
    with tempfile.TemporaryDirectory() as name:
        script = pathlib.Path(name) / "bad.wast"
        script.write_text(TWO_RESULTS)
        _, out, _ = run("spec", script)
        case = re.search(r"bad.wast:3: assert_return  #(\w+)", out).group(1)
        for only in (case, "bad.wast#" + case):
            status, out, _ = run("spec", "--only", only, script)
            same((status, out.splitlines()[-1]), (1, "0 passed, 1 failed"))
        expected = pathlib.Path(name) / "expected.txt"
        expected.write_text(f"bad.wast#{case}: the second is wrong\n")
        same(run("spec", "--expect", expected, script)[0], 0)
        script.write_text("(; the id does not depend on the place ;)\n" + TWO_RESULTS)
        same(run("spec", "--expect", expected, script)[0], 0)
        script.write_text(TWO_RESULTS.replace("i32.const 4", "i32.const 3"))
        same(run("spec", "--expect", expected, script)[0], 1)


def test_scripts_that_hang_are_failures_at_their_place():
    with tempfile.TemporaryDirectory() as name:
        script = pathlib.Path(name) / "spin.wast"
        script.write_text(f'{SPIN}\n(assert_return (invoke "_start"))\n')
        status, out, _ = run("spec", "--script-timeout", "0.5", script)
        same((status, out.splitlines()[-1]), (1, "0 passed, 2 failed"))
        check("spin.wast:2: assert_return" in out and "not done after 0.5 s" in out, out)


# Without a compiler there is nothing to test of it.
HAS_COMPILER = None


def has_compiler():
    global HAS_COMPILER
    if HAS_COMPILER is None:
        HAS_COMPILER = run("run", "--tier", "jit", "--invoke", "add", "-", "1", "2", stdin=ADD)[0] == 0
    return HAS_COMPILER


SUM = """(module (func (export "sum") (param i32) (result i32) (local $i i32) (local $j i32) (local $sum i32)
  (loop $outer
    (local.set $j (i32.const 0))
    (loop $inner
      (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 3)) (i32.xor (local.get $i) (local.get $j))))
      (br_if $inner (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 1))) (local.get 0))))
    (br_if $outer (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get 0))))
  (local.get $sum)))"""


def test_all_tiers_come_to_the_same():
    expected = run("run", "--invoke", "sum", "-", "300", stdin=SUM)
    same((expected[0], expected[2]), (0, ""))
    if not has_compiler():
        return
    for options in (("--tier", "jit"), ("--tier", "jit", "--lazy"), ("--tier", "auto"), ("--tier", "jit", "-O0"),
                    ("--tier=auto", "-O1"), ("--tier=jit", "--compile-threads", "3"), ("--tier=auto", "--fuel=900000000")):
        same(run("run", *options, "--invoke", "sum", "-", "300", stdin=SUM), expected)
    same(run("run", "-O2", EXAMPLES / "hello.wat")[0], 2)


def test_compiled_files_run_and_say_what_they_are_for():
    if not has_compiler():
        return
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        out = folder / "hello.compiled"
        same(run("compile", EXAMPLES / "hello.wat", "-o", out), (0, "", ""))
        same(run(out), (0, "Hello from invar!\n", ""))
        same(run("run", "--tier", "interp", out), (0, "Hello from invar!\n", ""))
        status, _, err = run("run", "--fuel", "1000", out)
        same((status, err), (1, f"invar: {out}: compiled with fuel=no, but here it is fuel=yes\n"))
        same(run("compile", "--fuel", "-O0", EXAMPLES / "hello.wat", "-o", out), (0, "", ""))
        same(run("run", "--fuel", "1000", out), (0, "Hello from invar!\n", ""))
        (folder / "sum.wat").write_text(SUM)
        same(run("compile", folder / "sum.wat", "-o", out), (0, "", ""))
        same(run("run", "--invoke", "sum", out, "300"), run("run", "--invoke", "sum", folder / "sum.wat", "300"))
        same(run("compile", folder / "gone.wasm", "-o", out)[0], 1)
        same(run("compile", EXAMPLES / "hello.wat")[0], 2)


def test_a_module_may_come_through_a_pipe():
    with tempfile.TemporaryDirectory() as name:
        pipe = pathlib.Path(name) / "pipe"
        os.mkfifo(pipe)
        writer = threading.Thread(target=lambda: pipe.write_bytes((EXAMPLES / "hello.wat").read_bytes()))
        writer.start()
        same(run("run", pipe), (0, "Hello from invar!\n", ""))
        writer.join()


def test_machine_code_that_does_not_fit_is_an_error_if_it_was_asked_for():
    if not has_compiler():
        return
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "lib.wat").write_text('(module (func (export "f") (result i32) (i32.const 42)))')
        (folder / "main.wat").write_text(
            '(module (import "lib" "f" (func $f (result i32))) (func (export "g") (result i32) (call $f)))')
        same(run("compile", folder / "lib.wat", "-o", folder / "lib"), (0, "", ""))
        rest = ("--fuel", "1000", "--preload", f"lib={folder / 'lib'}", "--invoke", "g", folder / "main.wat")
        same(run("run", *rest), (0, "42\n", ""))
        status, _, err = run("run", "--tier", "jit", *rest)
        same((status, err), (1, f"invar: {folder / 'lib'}: compiled with fuel=no, but here it is fuel=yes\n"))


def test_a_trap_in_a_compiled_file_has_the_same_backtrace():
    if not has_compiler():
        return
    with tempfile.TemporaryDirectory() as name:
        out = pathlib.Path(name) / "trap.compiled"
        same(run("compile", EXAMPLES / "trap.wat", "-o", out), (0, "", ""))
        same(run(out), run(EXAMPLES / "trap.wat"))


def test_damaged_compiled_files_are_refused():
    if not has_compiler():
        return
    with tempfile.TemporaryDirectory() as name:
        out = pathlib.Path(name) / "hello.compiled"
        same(run("compile", EXAMPLES / "hello.wat", "-o", out), (0, "", ""))
        good = out.read_bytes()
        for at in (8, 20, 40, 64, len(good) // 2, len(good) - 1):
            out.write_bytes(good[:at] + bytes([good[at] ^ 0x20]) + good[at + 1:])
            status, printed, err = run(out)
            same((status, printed, err.count("\n")), (1, "", 1))
            check("not a compiled module of this engine" in err, err)
        out.write_bytes(good[:-1])
        same(run(out)[0], 1)


def test_the_cache_is_filled_used_and_repaired():
    if not has_compiler():
        return
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name) / "a" / "b"
        program = pathlib.Path(name) / "sum.wat"
        program.write_text(SUM)
        command = ("run", f"--cache={folder}", "--invoke", "sum", program, "300")
        expected = run("run", "--invoke", "sum", program, "300")
        same(run(*command), expected)
        files = list(folder.iterdir())
        same(len(files), 1)
        same(oct(folder.stat().st_mode & 0o777), oct(0o700))
        same(oct(files[0].stat().st_mode & 0o777), oct(0o600))
        before = files[0].stat().st_mtime_ns
        same(run(*command), expected)
        same(files[0].stat().st_mtime_ns, before)
        # Another key is another file.
        same(run("run", f"--cache={folder}", "-O0", "--invoke", "sum", program, "300"), expected)
        same(len(list(folder.iterdir())), 2)
        # What is damaged is made anew, and that is said.
        good = files[0].read_bytes()
        files[0].write_bytes(good[:-9] + b"x" + good[-8:])
        status, out, err = run(*command)
        same((status, out, err.count("\n")), (expected[0], expected[1], 1))
        check("--cache: not used" in err and "checksum" in err, err)
        same(files[0].read_bytes(), good)
        same(run(*command), expected)


def test_the_cache_is_nobody_elses():
    if not has_compiler():
        return
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name) / "cache"
        folder.mkdir()
        folder.chmod(0o777)
        status, out, err = run("run", f"--cache={folder}", EXAMPLES / "hello.wat")
        same((status, out), (0, "Hello from invar!\n"))
        check("--cache: not used" in err and "another user" in err, err)
        same(list(folder.iterdir()), [])
        # By default it stands where such things stand.
        env = dict(os.environ, XDG_CACHE_HOME=name)
        same(run("run", "--cache", EXAMPLES / "hello.wat", env=env), (0, "Hello from invar!\n", ""))
        same(len(list((pathlib.Path(name) / "invar" / "code").iterdir())), 1)
    same(run("run", "--cache", "--tier", "interp", EXAMPLES / "hello.wat")[0], 2)


def test_a_closed_pipe_is_an_error_of_the_program():
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run([*INVAR, EXAMPLES / "hello.wat"], stdout=write_end, stderr=subprocess.PIPE, timeout=60)
    os.close(write_end)
    same(done.returncode, 1)


def main():
    tests = [(name, item) for name, item in globals().items() if name.startswith("test_")]
    print(f"1..{len(tests)}")
    failed = 0
    for number, (name, test) in enumerate(tests, 1):
        try:
            test()
            print(f"ok {number} - {name[5:]}", flush=True)
        except Exception:  # one test's failure is not the others'
            failed += 1
            print(f"not ok {number} - {name[5:]}")
            print("\n".join("# " + line for line in traceback.format_exc().splitlines()[-6:]), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
