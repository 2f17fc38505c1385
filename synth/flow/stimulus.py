# SPDX-License-Identifier: Apache-2.0
"""What an array was given, and gave, in every cycle of a recording of `sumac trace`, as words for any
product and any narrower format."""
import hashlib
import pathlib
import tempfile

from . import Failed, Wrong, designs, tools

_EDGES = ("en_i", "act_special_i", "act_i", "swap_i", "load_i", "wgt_flags_i", "wgt_offset_i", "psum_i",
          "sum_o")
_FST_HEADER = bytes([0]) + (329).to_bytes(8, "big")  # the first block's kind and length


class Recording:
    """rows, cols, mul, man_bits, add_depth; cycles: [{port of the array: value}], "beat" among them where
    a row of activations was taken."""

    def __init__(self, path, option="--energy"):
        self.path = pathlib.Path(path)
        self.name = f"{option} {path}"  # as messages call it
        try:
            data = self.path.read_bytes()
        except OSError as error:
            raise Wrong(f"{self.name} cannot be read: {error.strerror}.") from None
        if _is_cut(data, self.path.suffix):
            raise Wrong(f"{self.name} is cut short: record it again with `sumac trace`.")
        self.hash = hashlib.sha256(data).hexdigest()
        try:
            parameters, self.cycles = self._waves()
            self.rows, self.cols, self.mul, self.man_bits, self.add_depth, comp = (
                parameters[name] for name in ("Rows", "Cols", "Mul", "ManBits", "AddDepth", "Comp"))
        except (Failed, KeyError, ValueError, IndexError):
            raise Wrong(f"{self.name} is no recording of `sumac trace` (.fst, or the same as .vcd)."
                        ) from None
        if comp:
            raise Wrong(f"{self.name} is of an array with a compensation: record it on one without.")

    def _waves(self):
        if self.path.suffix == ".vcd":
            with open(self.path, encoding="latin-1") as lines:
                return _read(lines)
        tools.find("fst2vcd")
        with tempfile.TemporaryDirectory() as folder:
            waves = pathlib.Path(folder) / "waves.vcd"
            tools.run(["fst2vcd", "-o", str(waves), str(self.path.resolve())], waves.parent, "log")
            with open(waves, encoding="latin-1") as lines:
                return _read(lines)

    def must_suit(self, design):
        if self.rows % design.group:
            raise Wrong(f"{self.name} is of an array of {self.rows} rows, no multiple of the {design.group}"
                        f" products of --accumulator {design.accumulator}.")
        if not design.accumulator and design.add_depth != self.add_depth:
            raise Wrong(f"{self.name} is of an array of adder depth {self.add_depth}:"
                        f" give --add-depth {self.add_depth}.")
        if design.man_bits > self.man_bits:
            raise Wrong(f"{self.name} has {self.man_bits} mantissa bits,"
                        f" fewer than --format {design.format}.")

    def must_be_of(self, design):
        recorded = {"Rows": self.rows, "Cols": self.cols, "Mul": self.mul, "ManBits": self.man_bits,
                    "AddDepth": self.add_depth}
        if design.parameters != recorded:
            raise Wrong(f"{self.name} is of another array: give --array {self.rows}x{self.cols}"
                        f" --mul {'ieee' if self.mul else 'pam'} --format"
                        f" {designs.format_of(self.man_bits)} --add-depth {self.add_depth}.")

    def sums_due(self):
        """[[column]] of each cycle: those whose sum is made of weights that the recording shows being
        loaded, as what the array held when it began is not recorded. Columns do alike, each a cycle
        after the one before it, so it is enough to follow the first."""
        moves = [cycle for cycle in self.cycles if cycle["en_i"]]
        shadow = active = [False] * self.rows
        known = []  # in each move, of each row: whether the weight that multiplies is
        for move in moves:
            known.append(active)
            active = [shadow[r] if move["swap_i"] >> r & 1 else active[r] for r in range(self.rows)]
            shadow = [(r == 0 or shadow[r - 1]) if move["load_i"] >> r & 1 else shadow[r]
                      for r in range(self.rows)]
        due, moved = [], 0
        for cycle in self.cycles:
            begun = [moved - 1 - c - self.rows * self.add_depth for c in range(self.cols)]
            due.append([c for c, begin in enumerate(begun) if begin >= 0 and all(
                known[begin + r * self.add_depth][r] for r in range(self.rows))])
            moved += cycle["en_i"]
        return due

    def columns(self):
        """The columns that are simulated: columns do not touch each other, so a few stand for all."""
        return sorted({c * self.cols // 4 for c in range(4)})

    def taken(self, design):
        """The cycles that the design's array is given: of groups, whose rows get their words at other
        times than they are recorded, those alone in which the array moved."""
        return [one for one in self.cycles if one["en_i"]] if design.accumulator else self.cycles

    def words(self, design):
        """The cycles as words of this design's array of those columns alone, one integer each, the first
        port on top. A column that stands more to the left gets its words earlier, as activations reach
        it earlier; so do the rows of groups, of which all in one are given theirs at once."""
        cycles = self.taken(design)
        ahead = [c - j for j, c in enumerate(self.columns())]
        sooner = [r * self.add_depth - r // design.group * design.add_depth for r in range(self.rows)]
        return [self._word([cycles[i + step] for step in sooner], [cycles[i + step] for step in ahead],
                           design)
                for i in range(len(cycles) - max(ahead + sooner))]

    def _word(self, of_row, of_column, design):
        """Of the cycles that hold each row's and each column's words."""
        wide, w = 9 + self.man_bits, 9 + design.man_bits
        ports = dict(of_column[0])  # column 0's, and with it the left edge's
        for name, cycles in (("swap_i", of_row), ("load_i", of_column[:1] * self.rows)):
            ports[name] = sum((cycles[r][name] >> r & 1) << r // design.group
                              for r in range(0, self.rows, design.group))
        special, act = 0, 0
        for r, cycle in reversed(list(enumerate(of_row))):
            lane = cycle["act_i"] >> r * wide & (1 << wide) - 1
            flag, magnitude = narrow(cycle["act_special_i"] >> r & 1, lane & (1 << wide - 1) - 1,
                                     self.man_bits, design.man_bits)
            special = special << 1 | flag
            act = act << w | lane >> wide - 1 << w - 1 | magnitude
        flags, offset, psum = 0, 0, 0
        for cycle, c in reversed(list(zip(of_column, self.columns()))):
            psum = psum << 32 | cycle["psum_i"] >> 32 * c & 0xffffffff
            pair = cycle["wgt_flags_i"] >> 2 * c & 3
            lane = cycle["wgt_offset_i"] >> c * wide & (1 << wide) - 1
            bias, bias_here = 127 << self.man_bits, 127 << design.man_bits
            if not pair >> 1:
                lane = lane + bias & (1 << wide) - 1
            flag, magnitude = narrow(pair >> 1, lane, self.man_bits, design.man_bits)
            if not flag:
                magnitude = magnitude - bias_here & (1 << w) - 1
            flags = flags << 2 | flag << 1 | pair & 1
            offset = offset << w | magnitude
        ports.update(act_special_i=special, act_i=act, wgt_flags_i=flags, wgt_offset_i=offset,
                     psum_i=psum)
        return pack(array(self, design).ports(), ports)


def pack(ports, values):
    """The words of a cycle as one integer, the first port on top."""
    word = 0
    for name, width, _ in ports:
        word = word << width | values[name]
    return word


def array(recording, design):
    """The array that is simulated: the recording's rows and a few columns, of this design's elements."""
    return designs.Design("array", design.mul, design.format,
                          f"{recording.rows}x{len(recording.columns())}", design.add_depth,
                          accumulator=design.accumulator)


def narrow(special, magnitude, man_bits, fewer):
    """(special, magnitude) in a format of fewer mantissa bits, rounded to nearest even."""
    drop = man_bits - fewer
    if special or not drop:
        return special, magnitude
    rounded = (magnitude + (1 << drop - 1) - 1 + (magnitude >> drop & 1)) >> drop
    return (1, 1) if rounded >> fewer == 255 else (0, rounded)  # 1: infinity (sumac_classify)


def _is_cut(data, suffix):
    """Whether a file begins as a waveform does and ends within one. fst2vcd does not come back from
    some FST files that are cut; those are blocks, each a byte and its length in eight."""
    if suffix == ".vcd":
        return data.startswith(b"$") and not data.endswith(b"\n")
    if data[:9] != _FST_HEADER:
        return False
    end = 0
    while end < len(data):
        end += 1 + max(8, int.from_bytes(data[end + 1:end + 9], "big"))
    return end != len(data)


def _read(lines):
    """(parameters of the array, cycles) of a recording as VCD: what stands before each rising edge."""
    parameters, names, scope, clock = {}, {}, [], None
    for line in lines:
        words = line.split()
        if line.startswith("$scope"):
            scope.append(words[2])
        elif line.startswith("$upscope"):
            scope.pop()
        elif line.startswith("$var") and scope[-1:] == ["u_array"]:
            if words[4] in _EDGES:
                names[words[3]] = words[4]
            elif words[4] == "clk_i":
                clock = words[3]
            elif words[1] == "parameter":
                parameters.setdefault(words[3], []).append(words[4])
        elif line.startswith("$var") and scope[-1:] == ["u_core"] and words[4] == "beat":
            names[words[3]] = "beat"
        elif line.startswith("$enddefinitions"):
            break
    if set(names.values()) != {*_EDGES, "beat"}:
        raise ValueError
    values, now, cycles, level, before = {}, {}, [], "0", {}
    for line in lines:
        if line[0] == "#":
            before = dict(now)
            continue
        if line[0] == "b":
            value, _, code = line[1:].strip().partition(" ")
        elif line[0] in "01xz":
            value, code = line[0], line[1:].strip()
        else:
            continue
        if code == clock:
            if value == "1" and level == "0" and len(before) == len(_EDGES) + 1:
                cycles.append(before)
            level = value
        elif code in names:
            now[names[code]] = int(value.replace("x", "0").replace("z", "0"), 2)
        if code in parameters:
            values.update(dict.fromkeys(parameters[code], int(value.replace("x", "0"), 2)))
    return values, cycles
