# SPDX-License-Identifier: Apache-2.0
"""LUTs, registers and DSP blocks of a design on an FPGA family, by Yosys alone; on iCE40 its clock too,
by nextpnr, on the part that has DSP blocks: an UltraPlus 5K."""
import json
import re
import statistics

from . import cache as cache_of, tools
from .designs import CLOCK
from .mapping import quote

FAMILIES = {
    "ice40": ("synth_ice40 -dsp", r"SB_LUT4", r"SB_DFF\w*", r"SB_MAC16", r"SB_CARRY"),
    "ecp5": ("synth_ecp5", r"LUT4", r"TRELLIS_FF", r"MULT18X18D", r"CCU2C"),
    "xilinx": ("synth_xilinx -flatten", r"LUT[1-6]", r"FD[RSCP]E(_1)?", r"DSP48E1", r"CARRY4"),
}
_PLACER = "nextpnr-ice40"
_DEVICE = ("--up5k", "--package", "sg48")
_CAPACITY = {"luts": 5280, "registers": 5280, "dsps": 8}
_SEEDS = (1, 2, 3)


def synthesize(store, design, family, yosys):
    command, *_ = FAMILIES[family]
    key = cache_of.digest("fpga, netlist", tools.version(yosys), command, design.top, design.parameters,
                          *(path.read_bytes() for path in design.files()))
    folder = store.folder_of(key, lambda work: _synthesize(design, command, yosys, work))
    text = (folder / "stat.json").read_text(encoding="utf-8")
    cells = json.loads(text[text.index("{"):])["design"]["num_cells_by_type"]
    luts, registers, blocks, carries = (
        sum(number for kind, number in cells.items() if re.fullmatch(pattern, kind))
        for pattern in FAMILIES[family][1:])
    result = {"design": design.name, "mul": design.mul, "format": design.format,
              "add_depth": design.add_depth,
              "array": design.shape and "x".join(map(str, design.shape)), "fpga": family,
              "luts": luts, "registers": registers, "dsps": blocks, "carry_cells": carries,
              "cells": cells, "tools": {"yosys": tools.version(yosys)}}
    if family == "ice40":
        result["mhz"] = result["mhz_of_seeds"] = None
        if all(result[name] <= limit for name, limit in _CAPACITY.items()):
            result["mhz_of_seeds"] = _place(store, design, yosys, folder, key)
            result["mhz"] = statistics.median(result["mhz_of_seeds"])
            result["tools"]["nextpnr"] = tools.version(_PLACER)
    return result


def _synthesize(design, command, yosys, folder):
    parameters = " ".join(f"-set {name} {value}" for name, value in design.parameters.items())
    (folder / "fpga.ys").write_text("\n".join([
        f"read_verilog -sv -defer -DSYNTHESIS {' '.join(map(quote, design.files()))}",
        f"chparam {parameters} {design.top}",
        f"hierarchy -check -top {design.top}",
        "proc", "flatten", f"{command} -top {design.top}",
        "tee -q -o stat.json stat -json", "write_json netlist.json", "write_verilog -noattr netlist.v",
        ""]), encoding="utf-8")
    tools.run([yosys, "-q", "-s", "fpga.ys"], folder, "fpga.log")


# ---- The clock of the placed and routed design ----
def _place(store, design, yosys, synthesized, key):
    """Its greatest clock in MHz, by seed of the placer."""
    modules = json.loads((synthesized / "netlist.json").read_text(encoding="utf-8"))["modules"].values()
    ports = next(module["ports"] for module in modules if "top" in module["attributes"])
    harness = _harness(design.top, ports)
    key = cache_of.digest("place", key, harness, tools.version(_PLACER), _DEVICE, _SEEDS)

    def produce(folder):
        (folder / "harness.v").write_text(harness, encoding="utf-8")
        (folder / "harness.ys").write_text(
            "read_verilog -lib +/ice40/cells_sim.v\n"
            f"read_verilog {quote(synthesized / 'netlist.v')} harness.v\n"
            "synth_ice40 -top harness -json harness.json\n", encoding="utf-8")
        tools.run([yosys, "-q", "-s", "harness.ys"], folder, "harness.log")
        for seed in _SEEDS:
            tools.run([_PLACER, *_DEVICE, "--json", "harness.json", "--seed", str(seed), "--freq",
                       "100", "--timing-allow-fail", "--report", f"place-{seed}.json"], folder, "place.log")

    folder = store.folder_of(key, produce)
    return [round(1000 / _period_ns(json.loads((folder / f"place-{seed}.json").read_text(encoding="utf-8"))), 2)
            for seed in _SEEDS]


def _period_ns(placed):
    """Of the longest path between registers. DSP blocks without registers are to nextpnr on a clock of
    their own: the longest paths to, between and from them are added up, so that none is forgotten."""
    direct = through = 0.0
    for path in placed["critical_paths"]:
        ends = (path["from"], path["to"])
        delay = sum(part["delay"] for part in path["path"])
        if "<async>" in ends:
            continue
        if all(end.startswith("posedge clk$") for end in ends):
            direct = delay
        else:
            through += delay
    return max(direct, through)


def _harness(top, ports):
    """The design between registers: a chain shifts its inputs in, and a bit tells of all its outputs.
    Pins would be too few, and their paths would not count."""
    inputs = {name: len(port["bits"]) for name, port in ports.items()
              if port["direction"] == "input" and name != CLOCK}
    outputs = {name: len(port["bits"]) for name, port in ports.items() if port["direction"] == "output"}
    wires = [f".{CLOCK}(clk)"] if CLOCK in ports else []
    for widths, register in ((inputs, "given"), (outputs, "got")):
        at = 0
        for name, width in widths.items():
            wires.append(f".{name}({register}[{at + width - 1}:{at}])")
            at += width
    given, got = sum(inputs.values()), sum(outputs.values())
    return f"""module harness(input clk, input next, output reg all);
  reg [{given - 1}:0] given;
  wire [{got - 1}:0] got;
  reg [{got - 1}:0] held;
  always @(posedge clk) begin
    given <= {{given, next}};
    held <= got;
    all <= ^held;
  end
  {top} u_design ({', '.join(wires)});
endmodule
"""
