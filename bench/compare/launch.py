"""Runs a command and tells what it used: CPU time of all its threads and children, wall time, and peak memory.

The small C program launch.c does it where a C compiler is at hand. Without one Python measures by itself: times are as
good, but a peak below Python's own memory cannot be seen and is left out.
"""

import json
import os
import resource
import select
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass

from .engines import HERE, BadInput, error_line

SOURCE = os.path.join(HERE, "launch.c")
TIMED_OUT, SIGNALLED = 2000, 1000  # as launch.c has them
ERRORS_READ = 10000


@dataclass
class Run:
    cpu: float
    wall: float
    peak: int  # KiB; None if it cannot be told
    output: bytes
    error: str  # None if the command exited with 0
    timed_out: bool = False
    times: dict = None  # what the engine itself told of its phases, in seconds


def build_launcher(out, folder):
    """The path of launch.c as a program: the one in `out` if it is fresh, or built into `folder`; None without a
    compiler."""
    built = os.path.join(out, "launch")
    if os.path.exists(built) and os.path.getmtime(built) >= os.path.getmtime(SOURCE):
        return built
    for compiler in [os.environ.get("CC", ""), "cc", "clang-19", "clang", "gcc"]:
        words = shlex.split(compiler)
        if not words or shutil.which(words[0]) is None:
            continue
        target = os.path.join(folder, "launch")
        command = [*words, "-O2", "-D_GNU_SOURCE", SOURCE, "-o", target]
        if subprocess.run(command, capture_output=True, check=False).returncode == 0:
            return target
    return None


class Launcher:
    def __init__(self, program, timeout, folder):
        self.program = program  # of build_launcher, or None
        self.timeout = timeout
        self.report = os.path.join(folder, "report")
        self.times = os.path.join(folder, "times")
        self.environment = {**os.environ, "INVAR_BENCH_TIMES": self.times, "RUST_BACKTRACE": "0"}

    def run(self, arguments):
        """Returns a Run. A command that fails is no exception: the Run says so."""
        if os.path.exists(self.times):
            os.remove(self.times)
        with tempfile.TemporaryFile() as errors, tempfile.TemporaryFile() as output:
            measure = self.through_launcher if self.program else self.by_itself
            status, cpu, wall, peak = measure(arguments, output, errors)
            errors.seek(0)
            message = error_line(errors.read(ERRORS_READ).decode(errors="replace"))
            output.seek(0)
            printed = output.read()
        error = None
        if status == TIMED_OUT:
            error = f"stopped after {self.timeout} s"
        elif status >= SIGNALLED:
            error = f"ended by signal {status - SIGNALLED}"
        elif status != 0:
            error = f"exit code {status}" + (f": {message}" if message else "")
        return Run(cpu, wall, peak, printed, error, status == TIMED_OUT, self.told_times())

    def through_launcher(self, arguments, output, errors):
        result = subprocess.run([self.program, self.report, str(self.timeout), *arguments], stdin=subprocess.DEVNULL,
                                stdout=output, stderr=errors, env=self.environment, check=False)
        if result.returncode != 0:
            raise BadInput(f"{self.program} failed on: {shlex.join(arguments)}")
        with open(self.report, encoding="ascii") as file:
            status, cpu, wall, peak = file.read().split()
        return int(status), float(cpu), float(wall), int(peak)

    def by_itself(self, arguments, output, errors):
        start = time.monotonic()
        try:
            process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=errors,
                                       env=self.environment, start_new_session=True)
        except OSError as error:
            errors.write(str(error).encode())
            return 127, 0.0, 0.0, None
        # One waits for the end without collecting the process, so that its id stays valid until it is killed.
        fd = os.pidfd_open(process.pid)
        try:
            timed_out = not wait_readable(fd, self.timeout)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        finally:
            os.close(fd)
        if timed_out:
            os.killpg(process.pid, signal.SIGKILL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status  # it is collected: Popen need not wait
        wall = time.monotonic() - start
        own_peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        if timed_out:
            code = TIMED_OUT
        else:
            code = SIGNALLED + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        # The new process inherits the peak of the one that started it.
        peak = usage.ru_maxrss if usage.ru_maxrss > own_peak else None
        return code, usage.ru_utime + usage.ru_stime, wall, peak

    def told_times(self):
        try:
            with open(self.times, encoding="ascii") as file:
                times = json.load(file)
            return {str(name): float(seconds) for name, seconds in times.items()}
        except (OSError, ValueError, AttributeError, TypeError):
            return None


def wait_readable(fd, timeout):
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return bool(poll.poll(timeout * 1000))
