"""Engines as data: how to run a program in one, which tiers and features it has, and whether it is on this machine.

A file of engines holds one JSON object or a list of them. Its keys:

  name        what the tables call it
  command     how to run a program; a template, see below
  version     a command that prints the version and fails if the engine is not there (optional)
  install     one line: how to get it (optional)
  about       a few words on the tier (optional)
  features    the WebAssembly features it has beside those of plain C programs, each with the flags that enable it (""
              if none); without this key every program is tried (optional)
  load        a command that loads a module whose _start does nothing, if it shall differ from `command`: say, with the
              flag that makes the engine compile all functions at once (optional)
  load_about  what loading covers in this engine, for the reports (optional)
  tiers       a list of objects with a name, "flags", and any of the other keys; each becomes an engine of its own

In templates stand {wasm} or {native} for the program's file, {features} and {tier} for flags, {invar} for the engine of
this tree, {root} for the tree, and {here} for this folder.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
KNOWN_ENGINES = os.path.join(HERE, "engines.json")
VERSION_TIMEOUT = 60


class BadInput(Exception):
    """Something the user gave cannot be used; the message is the whole explanation."""


@dataclass
class Engine:
    name: str
    command: str
    version: str = ""
    install: str = ""
    about: str = ""
    features: dict = None
    load: str = ""
    load_about: str = ""
    flags: str = ""
    found_version: str = ""

    def arguments(self, template, program, places):
        """The command as a list of words. `places` maps placeholders to paths."""
        flags = {"{tier}": shlex.split(self.flags), "{features}": self.feature_flags(program)}
        words = []
        for word in shlex.split(template):
            if word in flags:
                words += flags[word]
                continue
            for name, path in places.items():
                word = word.replace("{" + name + "}", path)
            words.append(word)
        return words

    @property
    def shown_command(self):
        """The command as reports have it: without {tier} and {features}, which stand for flags."""
        return " ".join(self.command.replace("{tier}", self.flags).replace("{features}", "").split())

    def feature_flags(self, program):
        if self.features is None:
            return []
        return [flag for feature in program.features for flag in shlex.split(self.features.get(feature, ""))]

    def lacks(self, program):
        """The features of a program that this engine is known not to have."""
        if self.features is None or self.runs_native:
            return []
        return [feature for feature in program.features if feature not in self.features]

    @property
    def runs_native(self):
        return "{native}" in self.command

    def find(self, program, places):
        """Why the engine cannot be used, or None; on success found_version is set."""
        words = self.arguments(self.command, program, places)
        if shutil.which(words[0]) is None:
            return f"there is no {words[0]}" if os.sep in words[0] else f"{words[0]} is not installed"
        if not self.version:
            self.found_version = compiler_of(words[0]) if self.runs_native else ""
            return None
        command = self.arguments(self.version, program, places)
        try:
            result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=VERSION_TIMEOUT,
                                    check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"its version command fails: {error}"
        if result.returncode != 0:
            reason = error_line(result.stderr.decode(errors="replace"))
            return f"its version command fails: {reason or shlex.join(command)}"
        lines = result.stdout.decode(errors="replace").strip().split("\n")
        self.found_version = lines[0].strip()
        return None


def compiler_of(path):
    """The compiler that made an executable, from the note that it leaves there. The C library's start code has one of
    GCC, whatever compiled the rest."""
    with open(path, "rb") as file:
        content = file.read()
    for pattern in (rb"(?:[A-Z][a-z]+ )?clang version [0-9.]+", rb"GCC: \([^)]*\) [0-9.]+"):
        match = re.search(pattern, content)
        if match:
            return match.group().decode()
    return ""


def error_line(text):
    """What an engine's error output says: its first line that mentions an error, with the innermost cause where the
    engine lists causes; else its last line."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    for at, line in enumerate(lines):
        if "error" not in line.lower():
            continue
        if "Caused by:" in lines[at + 1:]:
            causes = lines[lines.index("Caused by:", at + 1) + 1:]
            if causes:
                line += " " + re.sub(r"^\d+: *", "", causes[-1])
        return line[:240]
    return lines[-1][:240] if lines else ""


def from_entry(entry, where):
    """The engines that one object of a data file describes: one for each tier."""
    if not isinstance(entry, dict):
        raise BadInput(f"{where}: an engine must be an object")
    entry = dict(entry)
    tiers = entry.pop("tiers", [{}])
    engines = []
    for tier in tiers:
        values = {**entry, **tier}
        unknown = set(values) - (set(Engine.__dataclass_fields__) - {"found_version"})
        if unknown:
            raise BadInput(f"{where}: unknown key {sorted(unknown)[0]!r} of engine {values.get('name', '?')}")
        for key in ("name", "command"):
            if not isinstance(values.get(key), str) or not values[key]:
                raise BadInput(f"{where}: every engine needs a {key}")
        engine = Engine(**values)
        if "{wasm}" not in engine.command and "{native}" not in engine.command:
            raise BadInput(f"{where}: the command of {engine.name} has no {{wasm}}, so it cannot run a program")
        engines.append(engine)
    return engines


def from_file(path):
    try:
        with open(path, encoding="utf-8") as file:
            entries = json.load(file)
    except (OSError, ValueError) as error:
        raise BadInput(f"cannot read the engines of {path}: {error}") from error
    if isinstance(entries, dict):
        entries = [entries]
    return [engine for entry in entries for engine in from_entry(entry, path)]


def from_option(text):
    """NAME=COMMAND, as --engine has it."""
    name, _, command = text.partition("=")
    if not name or not command:
        raise BadInput(f"--engine: expected NAME='COMMAND {{wasm}}', not {text!r}")
    return from_entry({"name": name, "command": command}, "--engine")[0]


def collect(files, options):
    """The known engines, those of further files, and those of options; a later one replaces one of the same name."""
    engines = {}
    for path in [KNOWN_ENGINES, *files]:
        for engine in from_file(path):
            engines[engine.name] = engine
    for text in options:
        engine = from_option(text)
        engines[engine.name] = engine
    return list(engines.values())
