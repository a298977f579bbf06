"""Runs a WASI command module in wasm3, through its Python package:  run_wasm3.py FILE.wasm

If INVAR_BENCH_TIMES names a file, the CPU time of parsing and of linking is written there, as `compile` and
`instantiate`.

The package has no WASI, so the few functions that the benchmark programs import stand here. They are called a handful
of times in each run; the guest's code runs in wasm3 alone.
"""

import importlib.metadata
import json
import os
import sys
import time

import wasm3

STACK_BYTES = 8 << 20
BAD_FILE = 8  # the WASI error numbers badf and spipe
NOT_SEEKABLE = 70


class Exit(Exception):
    """Carries the code that the guest gave to proc_exit."""


def main():
    if sys.argv[1:] == ["--version"]:
        print("wasm3 (pywasm3)", importlib.metadata.version("pywasm3"))
        return 0
    with open(sys.argv[1], "rb") as file:
        code = file.read()
    environment = wasm3.Environment()
    runtime = environment.new_runtime(STACK_BYTES)
    start = time.process_time()
    module = environment.parse_module(code)
    parsed = time.process_time()
    runtime.load(module)
    if os.environ.get("INVAR_BENCH_TIMES"):
        with open(os.environ["INVAR_BENCH_TIMES"], "w", encoding="ascii") as file:
            json.dump({"compile": parsed - start, "instantiate": time.process_time() - parsed}, file)
    exit_code = []

    def word(memory, address):
        return int.from_bytes(memory[address : address + 4], "little")

    def fd_write(fd, vectors, count, written):
        if fd not in (1, 2):
            return BAD_FILE
        memory = runtime.get_memory(0)
        data = b""
        for at in range(vectors, vectors + 8 * count, 8):
            start = word(memory, at)
            data += bytes(memory[start : start + word(memory, at + 4)])
        stream = sys.stdout if fd == 1 else sys.stderr
        stream.buffer.write(data)
        stream.buffer.flush()
        memory[written : written + 4] = len(data).to_bytes(4, "little")
        return 0

    def fd_fdstat_get(fd, result):
        if fd not in (0, 1, 2):
            return BAD_FILE
        memory = runtime.get_memory(0)
        memory[result : result + 24] = bytes([2]) + bytes(7) + b"\xff" * 16  # a character device with every right
        return 0

    def proc_exit(code):
        exit_code.append(code)
        raise Exit

    imports = {
        "fd_write": ("i(i*i*)", fd_write),
        "fd_fdstat_get": ("i(i*)", fd_fdstat_get),
        "fd_close": ("i(i)", lambda fd: 0),
        "fd_seek": ("i(iIi*)", lambda fd, offset, whence, result: NOT_SEEKABLE),
        "proc_exit": ("v(i)", proc_exit),
    }
    for name, (signature, function) in imports.items():
        module.link_function("wasi_snapshot_preview1", name, signature, function)
    try:
        runtime.find_function("_start")()
    except (Exit, RuntimeError):
        if not exit_code:
            raise
    return exit_code[0] if exit_code else 0


sys.exit(main())
