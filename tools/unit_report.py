#!/usr/bin/env python3
"""Sums up a Meson test log: the failures' output, then `N passed, N failed` over all cases (GoogleTest, TAP).

    unit_report.py build/meson-logs/testlog.json

A test program that reports no cases counts as one: passed or failed by its exit status. A program that failed without
naming a failed case (a crash, a time-out) adds one failure.
"""
import json
import re
import sys


def cases(test):
    """(passed, failed, names of the failed) of one test program."""
    out = test.get("stdout", "")
    good = test["result"] == "OK"
    passed = re.search(r"^\[  PASSED  \] (\d+) tests?\.", out, re.MULTILINE)
    failed = re.search(r"^\[  FAILED  \] (\d+) tests?, listed below", out, re.MULTILINE)
    names = re.findall(r"^\[  FAILED  \] (\S+?),? .*\(\d+ ms\)$", out, re.MULTILINE)
    if re.match(r"1\.\.\d+$", out, re.MULTILINE):
        done = len(re.findall(r"^ok ", out, re.MULTILINE))
        names = re.findall(r"^not ok \d+ - (\S+)", out, re.MULTILINE)
        return (done, len(names) or int(not good), names)
    if passed is None:  # ended early, or neither
        done = len(re.findall(r"^\[       OK \]", out, re.MULTILINE))
        return (done or int(good), int(not good), names)
    bad = int(failed.group(1)) if failed else 0
    return (int(passed.group(1)), bad or int(not good), names)


def main():
    try:
        with open(sys.argv[1], encoding="utf-8") as log:
            tests = [json.loads(line) for line in log if line.strip()]
    except OSError as problem:
        print(f"unit tests did not run: {problem}")
        print("0 passed, 1 failed")
        return 1
    total_passed = total_failed = 0
    for test in tests:
        passed, failed, names = cases(test)
        total_passed += passed
        total_failed += failed
        print(f"  {test['name']:36} {passed:6} passed {failed:4} failed {test['duration']:8.2f} s")
        if failed:
            print(f"  {test['name']}: {test['result']} {' '.join(names)}")
            text = test.get("stdout", "") + test.get("stderr", "")
            lines = [line for line in text.splitlines() if not re.match(r"\[( RUN  |       OK|------)|ok ", line)]
            print("\n".join("    " + line for line in lines[-60:]))
    print(f"{total_passed} passed, {total_failed} failed")
    return 1 if total_failed or not tests else 0


if __name__ == "__main__":
    sys.exit(main())
