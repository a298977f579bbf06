"""Makes a program's idle twin: the same module, but its _start does nothing.

A run of the twin costs what an engine spends before the program's first instruction: its own start, reading, decoding,
validating, compiling (as much of it as this engine does ahead of calls) and instantiating. That works alike in every
engine, and asks nothing of it. NOTHING is the smallest such module, whose cost is taken off.
"""

IMPORT, EXPORT, CODE = 2, 7, 10
FUNCTION, TABLE, MEMORY, GLOBAL, TAG = range(5)
EMPTY_BODY = bytes([0, 0x0B])  # no locals, end

# (module (memory (export "memory") 1) (func (export "_start")))
NOTHING = (b"\0asm\1\0\0\0" b"\1\4\1\x60\0\0" b"\3\2\1\0" b"\5\3\1\0\1"
           b"\7\x13\2" b"\6memory\2\0" b"\6_start\0\0" b"\x0a\4\1\2\0\x0b")


class NoTwin(Exception):
    """The module has no _start of its own, or cannot be read."""


class Reader:
    def __init__(self, data, at=0):
        self.data = data
        self.at = at

    def byte(self):
        if self.at >= len(self.data):
            raise NoTwin("the module ends early")
        self.at += 1
        return self.data[self.at - 1]

    def number(self):
        """A LEB128 number; the sign of a signed one does not matter here."""
        result, shift = 0, 0
        while True:
            byte = self.byte()
            result |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return result
            if shift > 63:
                raise NoTwin("a number is too long")

    def take(self, count):
        if count > len(self.data) - self.at:
            raise NoTwin("the module ends early")
        self.at += count
        return self.data[self.at - count:self.at]

    def name(self):
        return self.take(self.number())

    def value_type(self):
        if self.byte() in (0x63, 0x64):  # (ref null ht), (ref ht)
            self.number()

    def limits(self):
        flags = self.byte()
        self.number()
        if flags & 1:
            self.number()
        if flags & 8:
            self.number()  # the page size, as a power of two


def leb(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def sections(module):
    if module[:8] != b"\0asm\1\0\0\0":
        raise NoTwin("this is no WebAssembly module")
    reader = Reader(module, 8)
    while reader.at < len(module):
        kind = reader.byte()
        yield kind, reader.take(reader.number())


def imported_functions(content):
    reader = Reader(content)
    count = 0
    for _ in range(reader.number()):
        reader.name()
        reader.name()
        kind = reader.byte()
        if kind == FUNCTION:
            count += 1
            reader.number()
        elif kind == TABLE:
            reader.value_type()
            reader.limits()
        elif kind == MEMORY:
            reader.limits()
        elif kind == GLOBAL:
            reader.value_type()
            reader.byte()
        elif kind == TAG:
            reader.byte()
            reader.number()
        else:
            raise NoTwin(f"an import has the unknown kind {kind}")
    return count


def start_index(content):
    reader = Reader(content)
    for _ in range(reader.number()):
        name, kind, index = reader.name(), reader.byte(), reader.number()
        if name == b"_start" and kind == FUNCTION:
            return index
    return None


def idle_twin(module):
    """The bytes of the twin; raises NoTwin."""
    parts = list(sections(module))
    by_kind = dict(parts)
    index = start_index(by_kind.get(EXPORT, b"\0"))
    if index is None:
        raise NoTwin("the module exports no _start")
    body = index - imported_functions(by_kind.get(IMPORT, b"\0"))
    code = Reader(by_kind.get(CODE, b"\0"))
    bodies = [code.name() for _ in range(code.number())]
    if not 0 <= body < len(bodies):
        raise NoTwin("_start is an import")
    bodies[body] = EMPTY_BODY
    by_kind[CODE] = leb(len(bodies)) + b"".join(leb(len(each)) + each for each in bodies)
    twin = bytearray(module[:8])
    for kind, content in parts:
        if kind == CODE:
            content = by_kind[CODE]
        twin += bytes([kind]) + leb(len(content)) + content
    return bytes(twin)
