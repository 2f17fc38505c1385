# SPDX-License-Identifier: Apache-2.0
"""From the RTL to mapped netlists: Yosys to gates once for each structure of the multiplier, then abc
by several scripts and delay targets. Every step is kept in the cache."""
import hashlib
import pathlib
import re

from . import cache as cache_of, designs, netlist, tools
from .liberty import Library

# abc's own words; {D} is the delay target. Chosen on the adder: area from the first, speed from the
# last, and no other script tried beat these everywhere. Never `amap -m -x`: smaller by 2 %, and wrong.
SCRIPTS = {
    "lean": "strash; ifraig; scorr; dc2; resub -K 8; dch; amap -m",
    "lean_long": "strash; ifraig; scorr; dc2; dc2; dc2; dch; amap -F 4 -A 8",
    "area": "strash; ifraig; scorr; dc2; dch; amap",
    "resyn": "strash; ifraig; scorr; balance; rewrite; rewrite -z; balance; resub -K 6; refactor -z;"
             " resub -K 8; balance; rewrite -z; balance; dch -f; amap",
    "sop_area": "strash; ifraig; scorr; dc2; strash; if -g -K 6; strash; dch; amap -m",
    "nf": "strash; ifraig; scorr; dc2; &get -n; &dch -f; &nf {D}; &put",
    "sop_nf": "strash; ifraig; scorr; dc2; strash; if -g -K 6; strash; &get -n; &dch -f; &nf {D}; &put",
    "sop": "strash; ifraig; scorr; dc2; strash; if -g -K 6; dch -f; map -B 0.9 {D}",
    "sop_twice": "strash; ifraig; scorr; dc2; strash; if -g -K 6; dch -f; if -K 6; mfs2; strash;"
                 " dch -f; map -B 0.9 {D}",
}
_SIZING = "; topo; buffer -c{N}; upsize {D}; dnsize {D}; stime -p\n"
_FANOUT = {"lean": " -N 24", "lean_long": " -N 24"}  # a net of more inputs gets buffers; else of more than 10
TIGHT_PS = 1  # a target that nothing meets: as fast as a script can



def fronts(design, library, yosys):
    """The structures to try. `adders`: full-adder cells of the library stand in the product's add and
    carry-save tree. `ripple`: all carries one after the other, not by parallel prefix; then so is the
    last add of a tree of full-adder cells."""
    if design.has_multiplier:
        names = ["tree", "booth"]
        if library.full_adder():
            names += ["tree_adders", "booth_adders"]
        if tools.has_booth(yosys):
            names.append("yosys_booth")
    else:
        names = ["plain"]
        if library.full_adder() and design.has_full_adders:
            names.append("adders")
    return names + [f"{name}_ripple" for name in names]


def _full_adder_map(library):
    """A techmap from Yosys's $fa to the library's full adder; with a constant input, to gates."""
    cell, pins, total, carry = library.full_adder()
    a, b, c = pins
    return f"""(* techmap_celltype = "$fa" *)
module full_adders (A, B, C, X, Y);
  parameter WIDTH = 1;
  parameter _TECHMAP_CONSTMSK_A_ = 0;
  parameter _TECHMAP_CONSTMSK_B_ = 0;
  parameter _TECHMAP_CONSTMSK_C_ = 0;
  localparam [WIDTH-1:0] Constant = _TECHMAP_CONSTMSK_A_ | _TECHMAP_CONSTMSK_B_ | _TECHMAP_CONSTMSK_C_;
  input [WIDTH-1:0] A, B, C;
  output [WIDTH-1:0] X, Y;
  genvar i;
  generate
    for (i = 0; i < WIDTH; i = i + 1) begin : bits
      if (Constant[i]) begin : gates
        assign Y[i] = A[i] ^ B[i] ^ C[i];
        assign X[i] = (A[i] & B[i]) | (C[i] & (A[i] ^ B[i]));
      end else begin : cells
        {cell.name} adder (.{a}(A[i]), .{b}(B[i]), .{c}(C[i]), .{total}(Y[i]), .{carry}(X[i]));
      end
    end
  endgenerate
endmodule
"""


def _chain_map(library, celltype):
    """A techmap from an $add, or an $alu that adds, of two variable operands to a chain of full-adder
    cells; where an operand has a constant bit, to gates."""
    cell, pins, total, carry = library.full_adder()
    a, b, c = pins
    alu = celltype == "$alu"
    return f"""(* techmap_celltype = "{celltype}" *)
module chain (A, B, {"CI, BI, X, CO, " if alu else ""}Y);
  parameter A_SIGNED = 0;
  parameter B_SIGNED = 0;
  parameter A_WIDTH = 1;
  parameter B_WIDTH = 1;
  parameter Y_WIDTH = 1;
  parameter _TECHMAP_CONSTMSK_A_ = 0;
  parameter _TECHMAP_CONSTMSK_B_ = 0;
  localparam [Y_WIDTH-1:0] Constant = _TECHMAP_CONSTMSK_A_ | _TECHMAP_CONSTMSK_B_;
  localparam [Y_WIDTH-1:0] Increment = _TECHMAP_CONSTMSK_B_;
  wire _TECHMAP_FAIL_ = A_SIGNED || B_SIGNED || A_WIDTH != Y_WIDTH || B_WIDTH != Y_WIDTH || Y_WIDTH < 12 ||
                        Increment[Y_WIDTH-1];
  input [Y_WIDTH-1:0] A, B;
  output [Y_WIDTH-1:0] Y;
{"  input CI, BI; output [Y_WIDTH-1:0] X, CO;" if alu else "  wire [Y_WIDTH-1:0] X, CO; wire CI = 1'b0, BI = 1'b0;"}
  wire [Y_WIDTH-1:0] inverted = B ^ {{Y_WIDTH{{BI}}}};
  wire [Y_WIDTH:0] carry;
  assign carry[0] = CI;
  assign CO = carry[Y_WIDTH:1];
  assign X = A ^ inverted;
  genvar i;
  generate
    for (i = 0; i < Y_WIDTH; i = i + 1) begin : bits
      if (i == 0 || i == Y_WIDTH - 1 || Constant[i]) begin : gates
        assign Y[i] = A[i] ^ inverted[i] ^ carry[i];
        assign carry[i+1] = (A[i] & inverted[i]) | (carry[i] & (A[i] | inverted[i]));
      end else begin : cells
        {cell.name} adder (.{a}(A[i]), .{b}(inverted[i]), .{c}(carry[i]), .{total}(Y[i]), .{carry}(carry[i+1]));
      end
    end
  endgenerate
endmodule
"""


def _constant_adder_map(library):
    """A techmap from the library's full adder, where an input has become constant, to gates."""
    cell, pins, total, carry = library.full_adder()
    a, b, c = pins
    masks = " || ".join(f"_TECHMAP_CONSTMSK_{pin}_" for pin in pins)
    parameters = "\n".join(f"  parameter _TECHMAP_CONSTMSK_{pin}_ = 0;" for pin in pins)
    return f"""(* techmap_celltype = "{cell.name}" *)
module constant_adder ({a}, {b}, {c}, {total}, {carry});
{parameters}
  input {a}, {b}, {c};
  output {total}, {carry};
  wire _TECHMAP_FAIL_ = !({masks});
  assign {total} = {a} ^ {b} ^ {c};
  assign {carry} = ({a} & {b}) | ({c} & ({a} ^ {b}));
endmodule
"""


def quote(path):
    return '"' + str(path).replace('"', '\\"') + '"'


class Mapper:
    def __init__(self, store, library_path, yosys="yosys"):
        self.store = store
        self.library = Library(library_path)
        self.library_path = pathlib.Path(library_path).resolve()
        self.library_hash = hashlib.sha256(self.library_path.read_bytes()).hexdigest()
        self.yosys = yosys
        flow = [path.read_bytes() for path in sorted(pathlib.Path(__file__).parent.glob("*.py"))
                if path.name in ("mapping.py", "timing.py", "liberty.py", "netlist.py")]
        self.tools_key = [tools.version(yosys), hashlib.sha256(b"".join(flow)).hexdigest()]

    # ---- RTL to gates of Yosys ----
    def elaborate(self, design, front, hierarchical=False):
        """A folder with gates.il: registers and logic in Yosys's own gates."""
        booth = (designs.HERE / "booth.v").read_bytes()
        ripple = (designs.HERE / "ripple.v").read_bytes()
        key = cache_of.digest("elaborate", self.tools_key, self.library_hash, design.top,
                              design.parameters, design.kept, front, hierarchical, booth, ripple, design.sources())
        return self.store.folder_of(key, lambda folder: self._elaborate(
            design, front, hierarchical, folder))

    def _elaborate(self, design, front, hierarchical, folder):
        parameters = " ".join(f"-set {name} {value}" for name, value in design.parameters.items())
        (folder / "read.ys").write_text("\n".join([
            f"read_verilog -sv -defer -DSYNTHESIS {' '.join(map(quote, design.files()))}",
            f"chparam {parameters} {design.top}",
            f"hierarchy -check -top {design.top}",
            "write_rtlil read.il", ""]), encoding="utf-8")
        tools.run([self.yosys, "-q", "-e", ".", "-s", "read.ys"], folder, "read.log")
        (folder / "read.il").write_text(_plain_names((folder / "read.il").read_text(encoding="utf-8")),
                                        encoding="utf-8")
        keep = []
        if hierarchical:
            keep = ["setattr -mod -set keep_hierarchy 1 *"]
        elif design.kept:
            keep = [f"setattr -mod -set keep_hierarchy 1 {design.kept}"]
        multiply, product = [], []
        if "adders" in front:
            (folder / "add.v").write_text(_chain_map(self.library, "$add"), encoding="ascii")
            (folder / "last.v").write_text(_chain_map(self.library, "$alu"), encoding="ascii")
            product = ["techmap -map add.v sumac_product_pam/t:$add"] if design.mul == "pam" else []
            (folder / "adders.v").write_text(_full_adder_map(self.library), encoding="ascii")
            (folder / "constants.v").write_text(_constant_adder_map(self.library), encoding="ascii")
        if front.startswith("booth"):
            multiply = [f"techmap -map {quote(designs.HERE / 'booth.v')} t:$mul", "opt"]
        elif front.startswith("yosys_booth"):
            multiply = ["booth", "opt"]
        ripple = [f"techmap -map {quote(designs.HERE / 'ripple.v')} t:$lcu"] if "ripple" in front else []
        adders = ["select -set others t:$alu", "maccmap t:$macc", "alumacc", "opt",
                  *(["techmap -map last.v t:$alu @others %d"] if ripple else []),
                  "techmap -map adders.v t:$fa", "opt"]
        # Each round may make the next carry constant; a few settle all that matter.
        constants = ["techmap -map constants.v", "simplemap", "opt"] * 3
        (folder / "gates.ys").write_text("\n".join([
            f"read_liberty -lib -ignore_miss_func {quote(self.library_path)}",
            "read_rtlil read.il",
            f"hierarchy -check -top {design.top}",
            *keep,
            "proc", *product, "flatten", "opt_expr", "opt_clean", "check -assert", "opt", "wreduce", "peepopt",
            "opt_clean", *multiply, "alumacc", "share", "opt", "memory", "opt -full",
            *(adders if "adders" in front else []),
            *(["techmap -max_iter 1 t:$alu", *ripple] if ripple else []), "techmap", "opt -fast", "opt_clean",
            *(constants if "adders" in front else []),
            f"dfflibmap -liberty {quote(self.library_path)}", "opt",
            "write_rtlil gates.il", ""]), encoding="utf-8")
        tools.run([self.yosys, "-q", "-s", "gates.ys"], folder, "gates.log")

    # ---- Gates to cells ----
    def map(self, design, front, script, target_ps, hierarchical=False):
        """A folder with mapped.v: cells of the library."""
        text = (SCRIPTS[script] + _SIZING).replace("{D}", f"-D {target_ps}").replace(
            "{N}", _FANOUT.get(script, ""))
        gates = self.elaborate(design, front, hierarchical)
        key = cache_of.digest("map", gates.name, text)
        return self.store.folder_of(key, lambda folder: self._map(gates, text, target_ps, folder))

    def _map(self, gates, text, target_ps, folder):
        (folder / "abc.script").write_text(text, encoding="ascii")
        (folder / "abc.constr").write_text(
            f"set_driving_cell {self.library.driver().name}\nset_load {self.load_ff():.3f}\n",
            encoding="ascii")
        (folder / "map.ys").write_text("\n".join([
            f"read_liberty -lib -ignore_miss_func {quote(self.library_path)}",
            f"read_rtlil {quote(gates / 'gates.il')}",
            f"abc -liberty {quote(self.library_path)} -constr abc.constr -D {target_ps}"
            " -script abc.script",
            "splitnets", "opt_clean -purge", "check -assert -mapped",
            "write_verilog -noattr -noexpr -nohex mapped.v", ""]), encoding="utf-8")
        tools.run([self.yosys, "-q", "-s", "map.ys"], folder, "map.log")
        mapped = folder / "mapped.v"
        mapped.write_text(netlist.single_bits(mapped.read_text(encoding="utf-8")), encoding="utf-8")

    def load_ff(self):
        """The load of an output: four inputs of the smallest NAND."""
        nand = self.library.nand2()
        return 4 * max(nand.inputs.values()) * self.library.capacitance_ff


def _plain_names(text):
    r"""RTLIL with `$paramod...\name` as `\name`, numbered where a module has several parametrisations."""
    names = {}
    used = set(re.findall(r"^module \\(\S+)$", text, flags=re.M))
    for full in re.findall(r"^module (\$paramod\S+)$", text, flags=re.M):
        base = name = full.rsplit("\\", 1)[-1] if not full.startswith("$paramod\\") else full.split(
            "\\")[1]
        number = 1
        while name in used:
            number += 1
            name = f"{base}_{number}"
        used.add(name)
        names[full] = "\\" + name
    return re.sub(r"^(module |  cell )(\$paramod\S+)", lambda match: match.group(1) + names[
        match.group(2)], text, flags=re.M)
