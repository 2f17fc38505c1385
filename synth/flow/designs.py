# SPDX-License-Identifier: Apache-2.0
"""The designs that can be asked for: their top modules, parameters, files and ports."""
import json
import pathlib
import re
import tempfile

from . import Failed, Wrong, cache, tools

HERE = pathlib.Path(__file__).resolve().parent.parent
RTL = HERE.parent / "rtl"

NAMES = ("pam", "mul", "product", "fadd", "mac", "pe", "array", "fused", "fused_pe")
GROUPS = {"fused4": 4, "fused8": 8, "fused16": 16}
CLOCK = "clk_i"
ENABLE = "en_i"
_NAMED = {"fp32": 23, "bf16": 7}  # mantissa bits of the formats that have names of their own


def man_bits(text):
    if text in _NAMED:
        return _NAMED[text]
    match = re.fullmatch(r"e8m(\d{1,2})", text)
    if not match or not 3 <= int(match.group(1)) <= 23:
        raise Wrong(f"--format {text} is none of fp32, bf16 and e8m3 to e8m23.")
    return int(match.group(1))


def format_of(bits):
    """The name of the format of so many mantissa bits."""
    return next((name for name, named in _NAMED.items() if named == bits), f"e8m{bits}")


def array_shape(text):
    match = re.fullmatch(r"(\d{1,3})x(\d{1,3})", text)
    shape = tuple(map(int, match.groups())) if match else (0, 0)
    if not all(1 <= size <= 64 for size in shape):
        raise Wrong(f"--array {text} is not ROWSxCOLUMNS with 1 to 64 of each, as in 16x16.")
    return shape


def rtl_hash(design):
    """Of the text that a design is made of."""
    return hash_of(design.sources())


def hash_of(sources):
    return cache.digest(sources)[:16]


def own_sources(file, module):
    """What a module of the user's is made of: nothing but its file."""
    return {module: pathlib.Path(file).read_text(encoding="utf-8")}


class Design:
    """One design with its parameters; equal `key`s are equal netlists."""

    def __init__(self, name, mul=None, fmt=None, array=None, add_depth=None, flat=False,
                 accumulator=None):
        if name not in NAMES:
            raise Wrong(f"--design {name} is none of {', '.join(NAMES)}.")
        self.name = name
        unit = {"pam": "pam", "mul": "ieee"}.get(name)
        if mul not in (None, "pam", "ieee"):
            raise Wrong(f"--mul {mul} is neither pam nor ieee.")
        if unit and mul not in (None, unit):
            raise Wrong(f"--design {name} is the product {unit}: --mul {mul} does not go with it.")
        alone = name in ("fadd", "fused")
        if alone and mul is not None:
            raise Wrong(f"--design {name} has no product: --mul does not go with it.")
        if alone and fmt not in (None, "fp32"):
            raise Wrong(f"--design {name} is the binary32 adder of every format: leave --format out.")
        groups = name in ("fused", "fused_pe")
        if accumulator is not None and not groups and name != "array":
            raise Wrong(f"--accumulator goes with --design fused, fused_pe and array, not with {name}.")
        if accumulator not in (None, *GROUPS):
            raise Wrong(f"--accumulator {accumulator} is none of {', '.join(GROUPS)}.")
        self.accumulator = (accumulator or "fused4") if groups else accumulator
        self.group = GROUPS.get(self.accumulator, 1)  # products that are added at once; 1: the fold
        if name != "array" and array is not None:
            raise Wrong(f"--array goes with --design array, not with {name}.")
        if name != "array" and flat:
            raise Wrong(f"--flat goes with --design array, not with {name}.")
        if name in ("pam", "mul", "product") and add_depth is not None:
            raise Wrong(f"--design {name} has no adder: --add-depth does not go with it.")
        self.mul = None if alone else unit or mul or "pam"
        self.format = fmt or "fp32"
        self.man_bits = man_bits(self.format)
        self.shape = array_shape(array or "16x16") if name == "array" else None
        if self.shape and self.shape[0] % self.group:
            raise Wrong(f"--array {array}: its rows are no multiple of the {self.group} products of"
                        f" --accumulator {accumulator}.")
        combinational = name in ("pam", "mul", "product")
        self.add_depth = None if combinational else 2 if add_depth is None else add_depth
        if self.add_depth is not None and not 1 <= self.add_depth <= 4:
            raise Wrong(f"--add-depth {add_depth} is not 1 to 4.")
        self.flat = flat
        self.clocked = not combinational

    @property
    def top(self):
        return {"pam": "sumac_pam", "mul": "sumac_mul", "fadd": "sumac_synth_fadd",
                "product": "sumac_product_" + str(self.mul), "mac": "sumac_synth_mac",
                "pe": "sumac_pe", "array": "sumac_fused_array" if self.accumulator else "sumac_array",
                "fused": "sumac_synth_fused", "fused_pe": "sumac_fused_pe"}[self.name]

    @property
    def parameters(self):
        values = {}
        if self.name in ("mac", "pe", "array", "fused_pe"):
            values["Mul"] = int(self.mul == "ieee")
        if self.name not in ("fadd", "fused"):
            values["ManBits"] = self.man_bits
        if self.accumulator:
            values["Group"] = self.group
        if self.clocked:
            values["AddDepth"] = self.add_depth
        if self.shape:
            values["Rows"], values["Cols"] = self.shape
        return values

    @property
    def kept(self):
        """The module that is mapped once and stands as it is wherever it is used."""
        return self.element().top if self.name == "array" and not self.flat else None

    def element(self):
        """The element that the array is made of."""
        return Design("fused_pe" if self.accumulator else "pe", self.mul, self.format, None, self.add_depth,
                      accumulator=self.accumulator)

    def files(self):
        names = (RTL / "sumac.f").read_text(encoding="ascii").split()
        return [RTL / name for name in names] + sorted(HERE.glob("sumac_synth_*.sv"))

    def sources(self):
        """{module: text} of its top and of every module, or file to include, that a text names outside its
        comments."""
        texts = {path.stem: path.read_text(encoding="utf-8")
                 for path in [*self.files(), *RTL.glob("*.svh")]}
        found, named = {}, [self.top]
        while named:
            name = named.pop()
            if name in texts and name not in found:
                found[name] = texts[name]
                named += re.findall(r"\bsumac_\w+", re.sub("//.*", "", texts[name]))
        return found

    @property
    def has_multiplier(self):
        return self.mul == "ieee"

    @property
    def has_full_adders(self):
        """Whether a product or a sum of many takes cells of the library."""
        return self.name != "fadd"

    def ports(self):
        """[(name, width, kind)] of the inputs but the clock; kind says what random words are like:
        bit, word (binary32-like, lanes of 32) or lanes of a narrower width."""
        w = 9 + self.man_bits
        rows, cols = self.shape or (1, 1)
        acts = rows if self.shape else self.group
        flags = acts // self.group
        pair = [("a_special_i", 1, 1), ("a_sign_i", 1, 1), ("a_mag_i", w - 1, w - 1),
                ("b_special_i", 1, 1), ("b_sign_i", 1, 1), ("b_offset_i", w, w)]
        return {
            "pam": [("a_i", w, w), ("b_i", w, w)],
            "mul": [("a_i", w, w), ("b_i", w, w)],
            "product": pair,
            "fadd": [("a_i", 32, 32), ("b_i", 32, 32)],
            "mac": pair + [("psum_i", 32, 32)],
            "fused": [("products_i", acts * 32, 32), ("psum_i", 32, 32)],
        }.get(self.name) or [
            ("en_i", 1, 1),
            ("act_special_i", acts, 1), ("act_i", acts * w, w),
            ("swap_i", flags, 1), ("load_i", flags, 1),
            ("wgt_flags_i", cols * 2, 1), ("wgt_offset_i", cols * w, w),
            ("psum_i", cols * 32, 32)]

    def outputs(self):
        w = 9 + self.man_bits
        if self.name in ("pam", "mul", "product"):
            return [("p_o" if self.name != "product" else "product_o", 32)]
        if self.name in ("pe", "fused_pe"):
            return [("act_special_o", self.group), ("act_o", self.group * w), ("swap_o", 1), ("load_o", 1),
                    ("wgt_flags_o", 2), ("wgt_offset_o", w), ("sum_o", 32)]
        return [("sum_o", 32 * (self.shape or (1, 1))[1])]

    def describe(self):
        text = self.name
        if self.mul and self.name not in ("pam", "mul"):
            text += f" {self.mul}"
        if self.name not in ("fadd", "fused"):
            text += f" {self.format}"
        if self.accumulator:
            text += f" {self.accumulator}"
        if self.shape:
            text += f" {self.shape[0]}x{self.shape[1]}"
        if self.clocked:
            text += f", adder depth {self.add_depth}"
        return text


class OwnDesign:
    """A module of the user's, FILE:MODULE, with nothing but what the file holds. Its clock, where it
    has one, is the input clk_i; an enable en_i comes without delay, as Sumac's does."""
    mul = format = add_depth = shape = kept = accumulator = None
    flat = False
    parameters = {}

    def __init__(self, text, yosys):
        file, _, self.top = text.rpartition(":")
        self.file = pathlib.Path(file).resolve()
        if not self.file.is_file():
            raise Wrong(f"--design {text}: {file} is not a file.")
        if not re.fullmatch(r"[A-Za-z_]\w*", self.top):
            raise Wrong(f"--design {text}: after the colon stands the name of a module.")
        self.name = self.top
        module = self._read(yosys)
        inputs = {name: len(port["bits"]) for name, port in module["ports"].items()
                  if port["direction"] == "input"}
        self.clocked = inputs.pop(CLOCK, None) is not None
        self._ports = [(name, width, 1) for name, width in inputs.items()]
        self.has_multiplier = any(cell["type"] == "$mul" for cell in module["cells"].values())
        self.has_full_adders = self.has_multiplier

    def _read(self, yosys):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            path = str(self.file).replace('"', '\\"')
            (folder / "ports.ys").write_text("\n".join([
                f'read_verilog -sv -DSYNTHESIS "{path}"', f"hierarchy -check -top {self.top}",
                "proc", "flatten", "opt_clean", "write_json ports.json", ""]), encoding="utf-8")
            try:
                tools.run([yosys, "-q", "-s", "ports.ys"], folder, "ports.log")
            except Failed as error:
                raise Wrong(f"{self.file}:{self.top} is not read: {str(error).rstrip('.')}.") from None
            design = json.loads((folder / "ports.json").read_text(encoding="utf-8"))
        return design["modules"][self.top]

    def files(self):
        return [self.file]

    def sources(self):
        return own_sources(self.file, self.top)

    def ports(self):
        return self._ports
