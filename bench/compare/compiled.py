"""The compiled programs that lie in the tree, so that no compiler is needed to measure: are they those of the sources?

`programs/compiled/` holds NAME.wasm of each listed program, and manifest.json: for each program the hash of what it was
made from (its source and build.sh, which has the flags) and of the module, and which tools made them all. build.sh runs
this file as a script:

    compiled.py copy OUT          copies the modules that are up to date into OUT; prints the names of the others
    compiled.py update FROM TOOLS takes the modules from the folder FROM, made by the tools of that description
    compiled.py check FROM TOOLS  are they the modules of the tree? Other tools may make others; the same must not
"""

import hashlib
import json
import os
import sys

PROGRAMS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "programs")


def read(path):
    """The bytes of a file; None if there is none."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def digest(*parts):
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


class Compiled:
    """The compiled programs of a folder of programs."""

    def __init__(self, programs=PROGRAMS):
        self.programs = programs
        self.folder = os.path.join(programs, "compiled")
        self.manifest_path = os.path.join(self.folder, "manifest.json")
        self.sources = {each["name"]: each["source"]
                        for each in json.loads(read(os.path.join(programs, "programs.json")) or b"[]")}
        self.manifest = json.loads(read(self.manifest_path) or b'{"tools": "", "programs": {}}')

    def module(self, name):
        return os.path.join(self.folder, name + ".wasm")

    def made_from(self, name):
        """The hash of what a program is made from, as it is now."""
        parts = [read(os.path.join(self.programs, part)) for part in (self.sources[name], "build.sh")]
        return digest(*(part or b"" for part in parts))

    def problem(self, name):
        """Why a program's module is not what its source says; None if it is."""
        row = self.manifest["programs"].get(name)
        module = read(self.module(name))
        if row is None or module is None:
            return "was never compiled"
        if row["from"] != self.made_from(name):
            return f"{self.sources[name]} or build.sh has changed since it was compiled"
        if row["module"] != digest(module):
            return "is not the module that was made from the source"
        return None

    def problems(self):
        """Of each program that has one; and of what lies there and belongs to none."""
        found = {name: self.problem(name) for name in self.sources}
        for name in sorted(os.listdir(self.folder)) if os.path.isdir(self.folder) else []:
            if name.endswith(".wasm") and name[:-5] not in self.sources:
                found[name[:-5]] = "programs.json does not list it"
        return {name: problem for name, problem in found.items() if problem is not None}

    def copy(self, out):
        """Brings the modules that are up to date into `out`; returns the names of the others."""
        os.makedirs(out, exist_ok=True)
        problems = self.problems()
        for name in self.sources:
            target = os.path.join(out, name + ".wasm")
            module = read(self.module(name))
            if name in problems or read(target) == module:
                continue
            with open(target, "wb") as file:
                file.write(module)
        return [name for name in self.sources if name in problems]

    def update(self, made, tools):
        """Takes all modules from the folder `made`."""
        modules = {name: read(os.path.join(made, name + ".wasm")) for name in self.sources}
        missing = [name for name, module in modules.items() if module is None]
        if missing:
            raise SystemExit(f"not built: {', '.join(missing)}")
        os.makedirs(self.folder, exist_ok=True)
        for name in self.problems():
            if name not in self.sources:
                os.remove(self.module(name))
        rows = {}
        for name, module in modules.items():
            with open(self.module(name), "wb") as file:
                file.write(module)
            rows[name] = {"from": self.made_from(name), "module": digest(module)}
        self.manifest = {"tools": tools, "programs": rows}
        with open(self.manifest_path, "w", encoding="utf-8") as file:
            json.dump(self.manifest, file, indent=1)
            file.write("\n")

    def check(self, made, tools):
        """What is wrong, a line each; and what could not be told. `made`: a folder of modules built just now."""
        wrong = [f"{name}: {problem}" for name, problem in self.problems().items()]
        if tools != self.manifest["tools"]:
            return wrong, f"not rebuilt: the modules were made with {self.manifest['tools']}; here is {tools}"
        for name in self.sources:
            if read(os.path.join(made, name + ".wasm")) != read(self.module(name)):
                wrong.append(f"{name}: the same tools make another module of it")
        return wrong, None


def main(arguments):
    verb, folder, *rest = arguments
    compiled = Compiled()
    if verb == "copy":
        print("\n".join(compiled.copy(folder)))
        return 0
    if verb == "update":
        compiled.update(folder, *rest)
        return 0
    wrong, untold = compiled.check(folder, *rest)
    for line in wrong:
        print(line)
    if untold:
        print(untold)
    else:
        print(f"{len(compiled.sources) - len(wrong)} modules are those that the sources make")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
