# SPDX-License-Identifier: Apache-2.0
"""What a mapped netlist, as Yosys writes it, consists of."""
import collections
import re

_MODULE = re.compile(r"^module (\\\S+ |\w+)\(.*?^endmodule", re.S | re.M)
_INSTANCE = re.compile(r"^  (\\\S+ |\w+) (\\\S+ |\w+) \(\n(.*?)\n  \);", re.S | re.M)
PIN = re.compile(r"\.(\w+)\((.*?)\)(?:,|$)", re.M)


_CONCATENATED = re.compile(r"^  assign (\{.*\}) = (.*);$", re.M)
_PART = re.compile(r"\s*(?:(\d+)'b([01xz]+)|(\\\S+ |\w+)\s*(?:\[(\d+)(?::(\d+))?\])?)\s*(?:,\s*|$)")


def single_bits(text):
    """The netlist with every assignment of concatenations as one assignment a bit: Debian's OpenSTA
    reads no braces on the left."""
    return "".join(map(_single_bits, re.split(r"^(?=module )", text, flags=re.M)))


def _single_bits(text):
    widths = {}  # of this module
    for high, low, names in re.findall(r"^  (?:input|output|wire) (?:\[(\d+):(\d+)\] )?(.*);$", text,
                                       re.M):
        widths[names.strip()] = (int(high or 0), int(low or 0)) if high else None

    def bits(side):
        side = side.strip()
        side = (side[1:-1].strip() if side.startswith("{") else side) + " "  # ends an escaped name
        found, position = [], 0
        while position < len(side):
            match = _PART.match(side, position)
            _, digits, name, first, last = match.groups()
            position = match.end()
            if digits:
                found += [f"1'b{digit}" for digit in digits]
            elif first is None and widths.get(name.strip()) is None:
                found.append(name)
            else:
                high, low = widths[name.strip()] if first is None else (int(first), int(last or first))
                found += [f"{name} [{i}]" for i in range(high, low - 1, -1)]
        return found

    def split(match):
        left, right = map(bits, match.groups())
        if len(left) != len(right):
            raise ValueError(match.group(0))
        return "\n".join(f"  assign {to} = {of};" for to, of in zip(left, right))

    return _CONCATENATED.sub(split, text)


class Netlist:
    def __init__(self, text, library):
        self.library = library
        self.modules = {}  # name: [(type, instance, pins as text)]
        for match in _MODULE.finditer(text):
            self.modules[match.group(1).strip().lstrip("\\")] = [
                (kind.strip().lstrip("\\"), name.strip().lstrip("\\"), pins)
                for kind, name, pins in _INSTANCE.findall(match.group(0))
                if kind != "module"]

    def instances(self, top):
        """{module: how often it stands in top}, top included."""
        counts = collections.Counter()

        def visit(module, times):
            counts[module] += times
            inner = collections.Counter(kind for kind, _, _ in self.modules[module]
                                        if kind in self.modules)
            for kind, number in inner.items():
                visit(kind, times * number)

        visit(top, 1)
        return counts

    def cells(self, top):
        """{cell of the library: how often}, whole hierarchy."""
        counts = collections.Counter()
        for module, times in self.instances(top).items():
            for kind, _, _ in self.modules[module]:
                if kind in self.library.cells:
                    counts[kind] += times
        return counts

    def area(self, cells):
        """(all, registers)."""
        registers = sum(self.library.cells[kind].area * number for kind, number in cells.items()
                        if self.library.is_register(kind))
        return sum(self.library.cells[kind].area * number
                   for kind, number in cells.items()), registers

    def area_by_module(self, top):
        """[(module, how often, area of all its instances without the modules in them)], largest first.
        Parametrisations of one module, name and name_2, are one row."""
        rows = collections.defaultdict(lambda: [0, 0.0])
        for module, times in self.instances(top).items():
            cells = collections.Counter(kind for kind, _, _ in self.modules[module]
                                        if kind in self.library.cells)
            name = re.sub(r"_\d+$", "", module)
            if cells:
                rows[name][0] += times
                rows[name][1] += self.area(cells)[0] * times
        return sorted(((name, *row) for name, row in rows.items()),
                      key=lambda row: (-row[2], row[0]))

    def name_of(self, top, point):
        """A register instance by the net that it drives: the name that the RTL gave it."""
        *path, instance = point.split("/")
        module = top
        for step in path:
            inner = [kind for kind, name, _ in self.modules[module] if name == step]
            if not inner or inner[0] not in self.modules:
                return point
            module = inner[0]
        for kind, name, pins in self.modules[module]:
            if name == instance and self.library.is_register(kind):
                for pin, net in PIN.findall(pins):
                    if pin in self.library.cells[kind].outputs:
                        net = re.sub(r"\s+\[", "[", net.strip().lstrip("\\")).strip()
                        return "/".join(path + [net])
        return point
